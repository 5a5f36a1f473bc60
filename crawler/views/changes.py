"""What a new reading changes, for people: report by report, cell by cell, before and after.

Pure: changes in, renderables of rich out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.views.report import STYLES
from pipelines.report.changes import ReportChange, Value
from pipelines.report.marks import clean

NOWHERE = "only its evidence, prose or sources change"


def changes_view(site: str, reports: Iterable[ReportChange]) -> RenderableType:
    """Every report that moves, or a line that says that none does."""
    parts: list[RenderableType] = []
    for report in reports:
        heading = Text(f"\n{site} {report.year} {clean(report.organization)}   ", style="bold")
        heading.append(report.kind, style="cyan")
        parts.append(heading)
        parts.append(_report(report))
    return Group(*parts) if parts else Text(f"{site}: no report changes", style="green")


def moves_view(site: str, reports: Iterable[ReportChange]) -> RenderableType:
    """A line for each report that moved, with how many cells did; nothing where none did."""
    lines = []
    for report in reports:
        line = Text(f"{report.kind:7} ", style="cyan")
        line.append(f"{site} {report.year} {clean(report.organization)}", style="default")
        if report.kind == "changed":
            cells = len(report.cells)
            line.append(f"  {cells} cells" if cells else f"  {NOWHERE}", style="dim")
        lines.append(line)
    return Group(*lines)


def _report(report: ReportChange) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column()
    for change in report.cells:
        moves = Text(f"{_shown(change.before)} → {_shown(change.after)}")
        table.add_row("  ", Text(change.path), moves)
    for sign, findings in (("+", report.gained), ("−", report.lost)):
        for finding in findings:
            table.add_row(f"  {sign}", *_finding(finding))
    if not table.row_count:
        table.add_row("  ", NOWHERE)
    return table


def _finding(finding: dict[str, Any]) -> tuple[Text, Text]:
    style = STYLES.get(finding["severity"], "")
    where = f" {finding['where']}" if finding["where"] else ""
    what = Text(f"{finding['severity']} {finding['code']}{where}", style=style)
    return what, Text(clean(finding["message"]))


def _shown(value: Value) -> str:
    return "none" if value is None else clean(str(value))
