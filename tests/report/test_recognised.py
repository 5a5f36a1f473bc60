"""Values that character recognition read: how they are marked, and which of them are doubted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.report.model import Cell, Document, Evidence, Finding, Grid, Paragraph, Place, Report, Table
from pipelines.report.readers.pdf_join import join
from pipelines.report.readers.pdf_page import Box, PageTable, TableCell
from pipelines.report.readers.picture import read as read_image
from pipelines.report.recognised import judged

TOTALS: Table = {"reconsideration": {"upheld": 3, "corrected": 1, "other": 0, "pending": 2, "total": 6}}
SURE = dict.fromkeys(TOTALS["reconsideration"], 0.99)


def path(column: str) -> str:
    return f"review.reconsideration.{column}"


def read(table: Table, sure: dict[str, float], kinds: dict[str, str] | None = None) -> Report:
    """A report of one block of 表四 whose cells were recognised with these confidences."""
    row = table["reconsideration"]
    places = {column: Place(page=1, row=0, column=k) for k, column in enumerate(row)}
    raw = {column: "" if value is None else str(value) for column, value in row.items()}
    grid = Grid(tuple(Cell(raw[c], 0, k, place=places[c], confidence=sure[c]) for k, c in enumerate(row)))
    evidence = {
        path(c): Evidence(raw[c], (kinds or {}).get(c, "number"), places[c])  # type: ignore[arg-type]
        for c in row
    }
    report = Report(review=table, evidence=evidence)
    for column, kind in (kinds or {}).items():
        if kind == "unreadable":
            report = report.with_findings(Finding("cell-unreadable", "warning", path(column), "no number"))
    return judged(report, Document("image/png", (grid,)))


def doubts(report: Report) -> dict[str, str]:
    return {finding.where: finding.severity for finding in report.findings if finding.code == "ocr-doubtful"}


def test_figures_that_a_sum_proves_are_not_doubted() -> None:
    report = read(TOTALS, SURE)
    assert report.findings == ()
    assert {one.kind for one in report.evidence.values()} == {"ocr"}
    assert report.evidence[path("total")].to_json()["confidence"] == 0.99


def test_where_a_sum_is_broken_each_cell_of_the_table_is_doubted() -> None:
    report = read({"reconsideration": TOTALS["reconsideration"] | {"corrected": 7}}, SURE)
    assert doubts(report) == {path(column): "warning" for column in SURE}


def test_a_figure_that_no_sum_depends_on_is_noted() -> None:
    row = TOTALS["reconsideration"] | {"pending": None}
    report = read({"reconsideration": row}, SURE | {"pending": 1.0}, {"pending": "blank"})
    assert doubts(report) == {path(c): "info" for c in ("upheld", "corrected", "other", "total")}


@pytest.mark.parametrize(("confidence", "doubted"), [(0.4, True), (0.7, False)])
def test_a_weak_figure_that_a_sum_proves(confidence: float, doubted: bool) -> None:
    assert (path("other") in doubts(read(TOTALS, SURE | {"other": confidence}))) is doubted


def test_a_weak_figure_that_nothing_proves_is_doubted() -> None:
    row = TOTALS["reconsideration"] | {"total": None}
    report = read({"reconsideration": row}, SURE | {"other": 0.7, "total": 1.0}, {"total": "blank"})
    assert doubts(report)[path("other")] == "warning"
    assert doubts(report)[path("upheld")] == "info"


def test_a_cell_that_looks_blank_under_a_stamp_is_doubted() -> None:
    row = TOTALS["reconsideration"] | {"pending": None}
    report = read({"reconsideration": row}, SURE | {"pending": 0.5}, {"pending": "blank"})
    assert doubts(report)[path("pending")] == "warning"
    assert report.evidence[path("pending")].kind == "blank"


def test_what_is_no_number_is_said_once() -> None:
    row = TOTALS["reconsideration"] | {"upheld": None}
    report = read({"reconsideration": row}, SURE | {"upheld": 0.3}, {"upheld": "unreadable"})
    assert [f.code for f in report.findings if f.where == path("upheld")] == ["ocr-doubtful"]


def test_figures_recognised_in_running_text_are_doubted() -> None:
    place = Place(page=2)
    report = replace(read(TOTALS, SURE), evidence={path("total"): Evidence("6", "number", place)})
    again = judged(report, Document("image/png", (Paragraph("总计 6", place, 0.6),)))
    assert again.evidence[path("total")].kind == "ocr"


def test_a_figure_on_a_recognised_page_without_any_confidence_is_doubted() -> None:
    place = Place(page=2, row=9, column=9)
    report = replace(read(TOTALS, SURE), evidence={path("total"): Evidence("6", "number", place)})
    again = judged(report, Document("image/png", (Paragraph("总计", Place(page=2, row=1), 0.9),)))
    assert doubts(again) == {path("total"): "warning"}


def test_tables_joined_over_a_page_break_keep_their_confidence() -> None:
    def part(page: int) -> PageTable:
        box = Box(0, 0, 100, 20)
        cells = [TableCell(0, k, 1, 1, page, box, f"{page}{k}", confidence=0.9) for k in range(2)]
        return PageTable(cells, [0, 50, 100], 1, page, box, [False] * 2, [False] * 2)

    joined = join(part(1), part(2))
    assert [cell.text for cell in joined.cells] == ["10", "11", "20", "21"]
    assert {cell.confidence for cell in joined.cells} == {0.9}


def test_documents_that_hold_their_text_are_left_alone() -> None:
    report = read(TOTALS, SURE)
    assert judged(report, Document("text/html", (Paragraph("总计 6"),))) is report


def test_without_the_extra_the_finding_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.ocr.available", lambda: False)
    document = read_image(b"\x89PNG\r\n\x1a\n", "image/png")
    assert document.blocks == ()
    assert [finding.code for finding in document.findings] == ["needs-ocr"]
    assert "gongkai[ocr]" in document.findings[0].message
