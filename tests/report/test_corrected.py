"""A reviewed correction on top of a reading: its value stands, says so, and is checked itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.report.corrected import Reviewed, Said, apply_corrections, read_of
from pipelines.report.model import Report
from pipelines.report.read import read_body
from pipelines.report.stored import report_from_json
from tests.made.html import page
from tests.made.truth import Truth, make

TRUTH: Truth = make("corrected/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
TOTAL = "requests.received.total"
KINDS = ("natural_person", "business", "research_institution", "public_interest_organization")


def reading(**changed: str) -> Report:
    """What is read from the made page, with some cells of 一、本年新收 printed otherwise."""
    table = TRUTH.requests["received"]
    body = page(TRUTH).decode("utf-8")
    for column, printed in changed.items():
        row = body.index("一、本年新收")
        at = list(table).index(column)
        for _ in range(at + 1):
            row = body.index("<td", row + 1)
        start = body.index(">", row) + 1
        end = body.index("</td>", start)
        body = body[:start] + printed + body[end:]
    return read_body(body.encode("utf-8"))


def correction(cell: str = TOTAL, *, read: Said, value: Said) -> Reviewed:
    return Reviewed(
        sha256="ab" * 32, cell=cell, read=read, value=value, by="李四", why="seen", date=date(2026, 1, 31)
    )


def right() -> int:
    value = TRUTH.requests["received"]["total"]
    assert isinstance(value, int)
    return value


def codes(report: Report, where: str | None = None) -> list[str]:
    return [finding.code for finding in report.findings if where in (None, finding.where)]


def test_the_value_stands_and_the_evidence_says_who_gave_it() -> None:
    report = reading(total="12 34 56")
    assert report.requests is not None
    assert report.requests["received"]["total"] is None
    done = apply_corrections(report, [correction(read="unreadable", value=right())])
    assert done.requests is not None
    assert done.requests["received"]["total"] == right()
    evidence = done.to_json()["evidence"][TOTAL]
    assert evidence["kind"] == "corrected"
    assert evidence["correction"] == {"read": None, "by": "李四", "why": "seen"}
    assert evidence["raw"] == "12 34 56"
    assert evidence["table"] == report.evidence[TOTAL].place.table


def test_findings_about_the_cell_go_and_the_arithmetic_is_done_again() -> None:
    report = reading(total=str(right() + 1))
    assert "requests-row-total" in codes(report)
    assert "requests-balance" in codes(report)
    done = apply_corrections(report, [correction(read=right() + 1, value=right())])
    assert codes(done) == []
    unreadable = reading(total="12 34 56")
    assert codes(unreadable, TOTAL) == ["cell-unreadable"]
    assert codes(apply_corrections(unreadable, [correction(read="unreadable", value=right())])) == []


def test_a_wrong_correction_does_not_pass_the_arithmetic() -> None:
    done = apply_corrections(reading(), [correction(read=right(), value=right() + 5)])
    assert "requests-row-total" in codes(done)


def test_what_the_prose_says_is_held_against_the_corrected_value() -> None:
    prose = f"2024年，本机关收到政府信息公开申请{right()}件。"
    body = page(TRUTH).decode("utf-8").replace("一、总体情况", f"一、总体情况</p><p>{prose}")
    assert "prose-figure" not in codes(read_body(body.encode("utf-8")))
    wrong = read_body(body.replace(f"申请{right()}件", f"申请{right() + 1}件").encode("utf-8"))
    assert "prose-figure" in codes(wrong)
    done = apply_corrections(wrong, [correction(read=right(), value=right() + 1)])
    assert "prose-figure" not in codes(done)


def test_a_number_that_is_not_there_becomes_blank() -> None:
    done = apply_corrections(reading(), [correction(read=right(), value="blank")])
    assert done.requests is not None
    assert done.requests["received"]["total"] is None
    assert done.evidence[TOTAL].kind == "corrected"


def test_a_reading_that_changed_since_the_review_is_reported_and_the_value_stands() -> None:
    done = apply_corrections(reading(total="77"), [correction(read="unreadable", value=right())])
    (stale,) = (finding for finding in done.findings if finding.code == "correction-stale")
    assert (stale.severity, stale.where) == ("warning", TOTAL)
    assert "unreadable" in stale.message
    assert "77" in stale.message
    assert done.requests is not None
    assert done.requests["received"]["total"] == right()


def test_a_correction_that_the_reader_has_caught_up_with_is_a_note() -> None:
    done = apply_corrections(reading(), [correction(read=right() + 1, value=right())])
    assert [(finding.code, finding.severity) for finding in done.findings] == [("correction-stale", "info")]


def test_a_confirmed_value_is_no_stale_correction() -> None:
    noted = reading(total=f"{right()}（注）")
    assert codes(noted, TOTAL) == ["cell-annotated"]
    done = apply_corrections(noted, [correction(read=right(), value=right())])
    assert codes(done) == []
    assert done.evidence[TOTAL].kind == "corrected"


def test_a_row_that_the_reader_missed_goes_to_its_place_in_the_form() -> None:
    report = reading()
    assert report.requests is not None
    order = list(report.requests)
    table = {row: cells for row, cells in report.requests.items() if row != "carried_in"}
    cell = "requests.carried_in.total"
    value = report.requests["carried_in"]["total"]
    assert value is not None
    short = replace(report, requests=table)
    assert read_of(short, cell) == "missing"
    done = apply_corrections(short, [correction(cell, read="missing", value=value)])
    assert done.requests is not None
    assert list(done.requests) == order
    assert done.requests["carried_in"] == {"total": value}
    assert done.evidence[cell].document is not None


def test_a_cell_of_a_table_that_is_not_there_is_reported() -> None:
    without = replace(reading(), requests=None)
    done = apply_corrections(without, [correction(read=1, value=2)])
    assert done.requests is None
    assert [(f.code, f.severity, f.where) for f in done.findings] == [("correction-stale", "warning", TOTAL)]


@pytest.mark.parametrize(
    ("cell", "read", "value"),
    [("organization", "北京市西城区虚构局", "北京市西城区虚构二局"), ("year", 2024, 2023)],
)
def test_the_body_and_the_year_can_be_corrected(cell: str, read: Said, value: Said) -> None:
    done = apply_corrections(reading(), [correction(cell, read=read, value=value)])
    assert getattr(done, cell) == value
    assert done.evidence[cell].correction is not None
    assert "correction-stale" not in codes(done)


def test_what_is_corrected_comes_back_from_its_json() -> None:
    done = apply_corrections(
        reading(),
        [
            correction("organization", read="北京市西城区虚构局", value="北京市西城区虚构二局"),
            correction(read=right(), value=right() + 5),
        ],
    )
    assert report_from_json(done.to_json()) == done


def test_nothing_to_correct_leaves_the_reading_as_it_is() -> None:
    report = reading(total=str(right() + 1))
    assert apply_corrections(report, []) is report
