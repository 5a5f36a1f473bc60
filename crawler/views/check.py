"""How checked sites fare, for people and as JSON. Pure: checks in, renderables and data out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from pipelines.report.marks import clean

if TYPE_CHECKING:
    from crawler.probing.check import Check

STYLES = {"ok": "green", "drifted": "bold red", "blocked": "red", "unreachable": "red"}
"""Colours; the word itself stands there, too."""


def check_view(checks: Sequence[Check]) -> RenderableType:
    """One line for each site; below those that are not ok what is wrong and what to do."""
    lines: list[RenderableType] = []
    width = max((len(check.site.key) for check in checks), default=0)
    for check in checks:
        line = Text(f"{check.site.key:{width}}  ")
        line.append(f"{check.condition:11}", style=STYLES.get(check.condition, "yellow"))
        line.append(f"  {check.site.name}   {check.requests} requests")
        lines.append(line)
        if check.condition != "ok":
            lines += [
                Text(f"{'':{width}}  {clean(address.url)}   {clean(address.why)}")
                for address in check.addresses
                if address.condition != "ok"
            ]
            if check.advice:
                lines.append(Text(f"{'':{width}}  {check.advice}", style="dim"))
    counts = Counter(check.condition for check in checks)
    said = ", ".join(f"{count} {condition}" for condition, count in counts.most_common())
    lines.append(Text(f"{said}; {sum(check.requests for check in checks)} requests", style="dim"))
    return Group(*lines)


def check_json(check: Check) -> dict[str, Any]:
    """The same as data."""
    return {
        "site": check.site.key,
        "name": check.site.name,
        "condition": check.condition,
        "advice": check.advice,
        "requests": check.requests,
        "addresses": [
            {
                "url": address.url,
                "condition": address.condition,
                "why": address.why,
                "family": address.family,
            }
            for address in check.addresses
        ],
    }
