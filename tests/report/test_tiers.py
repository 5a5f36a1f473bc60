"""The second opinion on a PDF: asked for when in doubt, taken where better, shown where both differ."""

from __future__ import annotations

from typing import NoReturn

import pytest

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Report
from pipelines.report.read import read_body, read_document
from pipelines.report.readers import pdf
from pipelines.report.tiers import with_second_opinion
from tests.made import pdf as made
from tests.made.truth import Truth, make, with_cell, with_errors

RIGHT = make("tiers/report", busy=0.6)
CELL = "requests.received.natural_person"
WRONG = with_cell(RIGHT, CELL, (RIGHT.requests["received"]["natural_person"] or 0) + 7)


def fast(truth: Truth) -> Report:
    return read_document(pdf.read(made.pdf(truth), engine="pdfium"), "0" * 64)


def never() -> NoReturn:
    raise AssertionError("asked for no reason")


def differing(report: Report) -> dict[str, str]:
    return {f.where: f.message for f in report.findings if f.code == "engines-differ"}


def test_a_reading_that_adds_up_asks_nobody() -> None:
    report = fast(RIGHT)
    assert with_second_opinion(report, never) is report


def test_the_better_reading_is_taken_and_the_difference_shown() -> None:
    report = with_second_opinion(fast(WRONG), lambda: fast(RIGHT))
    assert report.requests == RIGHT.requests
    values = (RIGHT.requests["received"]["natural_person"], WRONG.requests["received"]["natural_person"])
    message = "two ways of reading the PDF differ: “%s” is taken, the other reads “%s”"
    assert differing(report) == {CELL: message % values}


def test_the_first_reading_stays_where_the_second_is_no_better() -> None:
    other = with_cell(WRONG, "review.reconsideration.upheld", 4321)
    report = with_second_opinion(fast(WRONG), lambda: fast(other))
    assert report.requests == WRONG.requests
    assert set(differing(report)) == {"review.reconsideration.upheld"}


def test_a_second_engine_that_fails_leaves_the_first_reading() -> None:
    def fails() -> NoReturn:
        raise UnreadableDocument("pdfminer stops")

    report = fast(WRONG)
    assert with_second_opinion(report, fails) is report


def test_what_is_wrong_in_print_comes_out_of_both_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = pdf.read

    def noted(body: bytes, *, engine: pdf.Engine = "auto") -> Document:
        asked.append(engine)
        return read(body, engine=engine)

    monkeypatch.setattr(pdf, "read", noted)
    truth = with_errors(make("tiers/wrong", busy=0.6))
    report = read_body(made.pdf(truth))
    assert report.requests == truth.requests
    assert asked == ["auto", "pdfplumber"]
    assert differing(report) == {}
