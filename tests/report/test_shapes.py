"""Random truths drawn in many shapes come back cell by cell, or say which cells did not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.truth import Truth, make, with_blank_zeros
from tests.report import harm
from tests.report.shapes import HTML_SHAPES, TEXT_SHAPES, document

SHAPES = HTML_SHAPES | TEXT_SHAPES
LOSSY = {"cell-lines", "row-lines", "wrapped-rows", "flat", "glued", "tabs-ragged"}
"""Shapes in which a blank cell leaves no trace."""
COVERS = "{t}.{r}.{c} {t}.{r}.* {t}.*.{c} {t}.{r} {t}"


def silent_errors(truth: Truth, report: Report) -> list[str]:
    """Cells that are wrong or lost without a finding that names them."""
    where = {finding.where for finding in report.findings}
    out = []
    for path, value in truth.cells().items():
        t, r, c = path.split(".")
        table = report.table(t)  # type: ignore[arg-type]
        got = (table or {}).get(r, {}).get(c, "absent")
        if got != value and not where & set(COVERS.format(t=t, r=r, c=c).split()):
            out.append(f"{path}: {value} read as {got}")
    return out


def lost(truth: Truth, report: Report) -> list[str]:
    """Cells that did not come back."""
    return [
        path
        for path, value in truth.cells().items()
        for t, r, c in [path.split(".")]
        if (report.table(t) or {}).get(r, {}).get(c, "absent") != value  # type: ignore[arg-type]
    ]


def draw(shape: str, seed: int, *, blank: bool = False, **how: int) -> tuple[Truth, bytes]:
    truth = make(seed)
    if blank:
        truth = with_blank_zeros(truth)
    return truth, document(truth, SHAPES[shape], random.Random(seed), html=shape in HTML_SHAPES, **how)


@pytest.mark.parametrize("shape", [s for s in SHAPES if s != "glued"])
def test_a_filled_report_comes_back_whole(shape: str) -> None:
    for seed in (1, 2):
        truth, body = draw(shape, seed)
        report = read_body(body)
        assert lost(truth, report) == []
        assert (report.organization, report.year) == (truth.organization, truth.year)
        assert report.period == truth.period
        assert [f for f in report.findings if f.severity == "error"] == []


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in LOSSY])
def test_blank_cells_stay_blank(shape: str) -> None:
    truth, body = draw(shape, 3, blank=True)
    assert lost(truth, read_body(body)) == []


@pytest.mark.parametrize("shape", sorted(LOSSY))
def test_blanks_that_leave_no_trace_are_flagged(shape: str) -> None:
    truth, body = draw(shape, 3, blank=True)
    assert silent_errors(truth, read_body(body)) == []


@pytest.mark.parametrize("shape", ["plain", "blank-rowspans", "row-lines", "cell-lines", "markdown"])
def test_the_review_table_in_three(shape: str) -> None:
    truth, body = draw(shape, 4, review_tables=3)
    assert lost(truth, read_body(body)) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(SHAPES)), st.integers(0, 10_000), st.booleans())
def test_no_shape_of_any_truth_is_read_wrong_silently(shape: str, seed: int, blank: bool) -> None:
    truth, body = draw(shape, seed, blank=blank)
    assert silent_errors(truth, read_body(body)) == []


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(HTML_SHAPES)), st.sampled_from(sorted(harm.HTML)), st.integers(0, 10_000))
def test_one_damage_to_a_page_is_never_read_wrong_silently(shape: str, kind: str, seed: int) -> None:
    truth, body = draw(shape, seed)
    hurt = harm.HTML[kind](body, random.Random(seed))
    assert silent_errors(truth, read_body(hurt)) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(TEXT_SHAPES)), st.sampled_from(sorted(harm.TEXT)), st.integers(0, 10_000))
def test_one_damage_to_a_text_is_never_read_wrong_silently(shape: str, kind: str, seed: int) -> None:
    truth, body = draw(shape, seed)
    report = read_body(harm.TEXT[kind](body, random.Random(seed)))
    assert not report.is_report or silent_errors(truth, report) == []
