"""A site's reports at a glance: bodies × years, and which findings. Pure: reports in, renderables out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.views.report import STYLES
from pipelines.report.marks import clean
from pipelines.report.model import TABLES, Report

_LEGEND = "✓ read, nothing to note   ✗ errors   ! warnings   · notes   – no report   (counts of findings)"


def years_view(reports: Sequence[Report]) -> RenderableType:
    """One line for each body, one column for each year, how its report fared in each cell."""
    years = sorted({report.year for report in reports if report.year is not None})
    found = {(report.organization, report.year): report for report in reports}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"{len(reports)} reports", title_justify="left")
    table.add_column("机关", overflow="fold")
    for year in years:
        table.add_column(str(year), justify="center")
    for organization in sorted({report.organization or "?" for report in reports}):
        cells = (_mark(found.get((organization, year))) for year in years)
        table.add_row(clean(organization), *cells)
    return Group(table, Text(_LEGEND, style="dim"))


def findings_view(reports: Sequence[Report]) -> RenderableType:
    """How often each finding was made, and in how many reports."""
    counts: Counter[tuple[str, str]] = Counter()
    within: Counter[tuple[str, str]] = Counter()
    for report in reports:
        codes = [(finding.severity, finding.code) for finding in report.findings]
        counts.update(codes)
        within.update(set(codes))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Findings", title_justify="left")
    for heading in ("severity", "code"):
        table.add_column(heading)
    for heading in ("count", "reports"):
        table.add_column(heading, justify="right")
    order = list(STYLES)
    for severity, code in sorted(counts, key=lambda key: (order.index(key[0]), -counts[key], key[1])):
        key = (severity, code)
        table.add_row(Text(severity, style=STYLES[severity]), code, str(counts[key]), str(within[key]))
    cells = sum(
        value is not None
        for report in reports
        for name in TABLES
        for row in (report.table(name) or {}).values()
        for value in row.values()
    )
    return Group(table, Text(f"{cells} numbers read", style="dim"))


def _mark(report: Report | None) -> Text:
    if report is None:
        return Text("–", style="dim")
    counts: Counter[str] = Counter(finding.severity for finding in report.findings)
    for severity, sign in (("error", "✗"), ("warning", "!"), ("info", "·")):
        if counts[severity]:
            return Text(f"{sign} {counts[severity]}", style=STYLES[severity])
    return Text("✓", style="green")
