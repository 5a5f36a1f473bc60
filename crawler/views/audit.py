"""What a verification or a comparison found, for people. Pure: an outcome in, a renderable out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from pipelines.report.marks import clean
from storage.compare import MOST_NAMED

if TYPE_CHECKING:
    from crawler.comparing import Compared
    from crawler.verify import Outcome

MOST = 200
"""Findings that are printed; --json has more of them."""


def audit_view(outcome: Outcome) -> RenderableType:
    """Each finding with what is wrong and how it is mended; then how often each code was found."""
    lines: list[RenderableType] = []
    mended = {one.key: one for one in outcome.repaired}
    reasons = {(finding.code, finding.key): reason for finding, reason in outcome.left}
    findings = outcome.record["findings"]
    for one in findings[:MOST]:
        line = Text(f"{one['code']}  ", style="bold red" if one["level"] == "damage" else "yellow")
        line.append(clean(one["key"]), style="default")
        line.append(f"  {clean(one['message'])}", style="default")
        lines.append(line)
        if one["key"] in mended:
            aside = mended[one["key"]].quarantined
            kept = f"; what was there is kept as {aside}" if aside else ""
            lines.append(Text(f"    mended from {mended[one['key']].source}{kept}", style="green"))
        else:
            reason = reasons.get((one["code"], one["key"]), one["mend"])
            lines.append(Text(f"    mend: {clean(reason)}", style="dim"))
    if len(findings) > MOST:
        lines.append(Text(f"and more: the first {MOST} are shown; --json has them"))
    counts = outcome.record["counts"]
    if counts:
        lines.append(Text(", ".join(f"{count} {code}" for code, count in counts.items())))
    return Group(*lines)


def differences_view(compared: Compared) -> RenderableType:
    """A line for each key that two archives do not hold alike."""
    lines: list[RenderableType] = []
    for one in compared.found[:MOST]:
        style = "yellow" if one.code in ("only-here", "only-there") else "bold red"
        lines.append(Text(f"{one.code:16} ", style=style).append(clean(one.key), style="default"))
    if (more := sum(compared.counts.values()) - MOST) > 0:
        lines.append(Text(f"and {more} more; --json has the first {MOST_NAMED}"))
    return Group(*lines)
