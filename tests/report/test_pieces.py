"""Numbers that a cell prints in pieces: put together where the row's sum proves it, never else."""

from __future__ import annotations

import random
import re

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.truth import make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost, silent_errors

TRUTH = make(11, year=2023, busy=0.5)
PAGE = document(TRUTH, plain, random.Random(1), html=True).decode()
NATURAL = "requests.received.natural_person"
BEFORE = "一、本年新收政府信息公开申请数量</p></td><td><p>"


def with_cell(text: str, page: str = PAGE) -> Report:
    assert BEFORE in page
    return read_body(re.sub(BEFORE + "[0-9]+", BEFORE + text, page, count=1).encode())


@pytest.mark.parametrize("joint", [" ", "&nbsp;", "<br/>", "</p><p>", "</span>\n<span>"])
def test_a_number_in_pieces_that_the_sum_proves(joint: str) -> None:
    number = str(TRUTH.requests["received"]["natural_person"])
    report = with_cell(number[0] + joint + number[1:])
    assert lost(TRUTH, report) == []
    assert report.evidence[NATURAL].kind == "solved"
    assert {f.code for f in report.findings if f.where == NATURAL} == {"digits-joined"}


@pytest.mark.parametrize("text", ["1 9", "12<br/>34", "0 0", "18 9 0"])
def test_pieces_that_the_sum_does_not_prove_stay_apart(text: str) -> None:
    report = with_cell(text)
    assert lost(TRUTH, report) == [NATURAL]
    assert silent_errors(TRUTH, report) == []


def test_a_page_with_a_span_for_each_figure_and_line_breaks_between() -> None:
    def dressed(found: re.Match[str]) -> str:
        return "<p>" + "\n".join(f"<span>{c}</span>" for c in found[1]) + "</p>"

    report = read_body(re.sub("<p>([0-9]+)</p>", dressed, PAGE).encode())
    assert silent_errors(TRUTH, report) == []
    assert "solved" in {evidence.kind for evidence in report.evidence.values()}


def test_a_cell_of_two_numbers_that_sum_up_is_not_put_together() -> None:
    row = PAGE.index(BEFORE)
    business = TRUTH.requests["received"]["business"]
    assert business == 26
    at = PAGE.index("<p>26</p>", row)
    report = read_body((PAGE[:at] + "<p>17 9</p>" + PAGE[at + 9 :]).encode())
    assert report.requests is not None
    assert report.requests["received"]["business"] is None
