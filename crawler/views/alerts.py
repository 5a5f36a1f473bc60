"""Alerts for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from crawler.watch.codes import SEVERITIES, Language
from pipelines.coverage.model import day_in_china

if TYPE_CHECKING:
    from crawler.watch.watching import Watched


def alerts_view(watched: Watched, language: Language) -> Table:
    """The open alerts, the gravest first; new ones are marked."""
    fresh = {one["key"] for one in watched.noted.get("raised", ())}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "severity", "code", "since", "what"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("severity", "code", "since"))
    for known in sorted(watched.state.open, key=lambda known: SEVERITIES.index(known.alert.severity)):
        alert = known.alert
        mark = "new" if alert.key in fresh else "passing" if known.passing is not None else ""
        since = day_in_china(alert.since).isoformat()
        table.add_row(mark, alert.severity, alert.code, since, alert.message(language))
    return table


def summary(watched: Watched, *, dry: bool) -> str:
    """One sentence: how many are open, new and over, and who was told."""
    ends = [one["end"] for one in watched.noted.get("ended", ())]
    sentence = (
        f"{len(watched.state.open)} open alerts: {len(watched.noted.get('raised', ()))} new, "
        f"{len(watched.noted.get('changed', ()))} changed; {ends.count('resolved')} resolved"
    )
    would = "would be told" if dry else "told"
    told = ", ".join(f"{name} {would} of {count}" for name, count in watched.told.items())
    return sentence + (f"; {told}" if told else "")
