"""How changes of reports look in a terminal."""

from __future__ import annotations

from crawler.views.changes import NOWHERE, changes_view
from pipelines.report.changes import Change, ReportChange
from tests.cli.test_show import printed

LOST = {"code": "requests-balance", "severity": "error", "where": "requests.*.total", "message": "[b]no[/b]"}


def test_each_report_has_its_cells_and_findings_below_it() -> None:
    cells = (
        Change("requests.received.total", "unreadable", 31),
        Change("title", None, "[red]题[/red]\x1b[2J"),
    )
    text = printed(changes_view("bjxch", [ReportChange(2024, "虚构局", "changed", cells, lost=(LOST,))]))
    assert "bjxch 2024 虚构局   changed" in text
    assert "requests.received.total unreadable → 31" in " ".join(text.split())
    assert "none → [red]题[/red][2J" in text
    assert "− error requests-balance requests.*.total [b]no[/b]" in " ".join(text.split())
    assert "\x1b" not in text


def test_a_report_whose_values_stay_says_so_and_no_change_at_all_too() -> None:
    assert NOWHERE in printed(changes_view("bjxch", [ReportChange(2024, "虚构局", "changed")]))
    assert "bjxch: no report changes" in printed(changes_view("bjxch", []))
