"""表四 standing on end: an outcome to a row, in the ways in which the blocks are then printed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pipelines.report.read import read_body
from tests.made import form
from tests.made.layout import tables
from tests.made.truth import make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost

TRUTH = make(11, year=2023, busy=0.5)
PAGE = document(TRUTH, plain, random.Random(0), html=True).decode()
PRINTED = tables(TRUTH)[4][0]
BLOCKS = ("行政复议", "未经复议直接起诉", "复议后起诉")
OUTCOMES = [label for _, label in form.REVIEW_RESULTS]
VALUES = [slot.text for slot in PRINTED.rows[-1]]


def merged(block: int, outcome: int) -> str:
    if outcome:
        return f"<td>{OUTCOMES[outcome]}</td>"
    first = ("<td rowspan=5 colspan=2>行政复议</td>", "<td rowspan=10>行政诉讼</td>", "")[block]
    own = "" if block == 0 else f"<td rowspan=5>{BLOCKS[block]}</td>"
    return f"{first}{own}<td>{OUTCOMES[0]}</td>"


LABELS: dict[str, Callable[[int, int], str]] = {
    "merged": merged,
    "repeated": lambda b, o: f"<td>{BLOCKS[b]}</td><td>{OUTCOMES[o]}</td>",
    "blank": lambda b, o: f"<td>{'' if o else BLOCKS[b]}</td><td>{OUTCOMES[o]}</td>",
    "in one": lambda b, o: f"<td>{BLOCKS[b]}{OUTCOMES[o]}</td>",
    "with a dash": lambda b, o: f"<td>{BLOCKS[b]}-{OUTCOMES[o]}</td>",
}


@pytest.mark.parametrize("way", LABELS)
def test_fifteen_rows(way: str) -> None:
    rows = "".join(
        f"<tr>{LABELS[way](b, o)}<td>{VALUES[5 * b + o]}</td></tr>" for b in range(3) for o in range(5)
    )
    assert lost(TRUTH, read_body(page(rows))) == []


@pytest.mark.parametrize(
    "head",
    [
        "<tr><td></td>" + "".join(f"<td>{block}</td>" for block in BLOCKS) + "</tr>",
        "<tr><td rowspan=2></td><td rowspan=2>行政复议</td><td colspan=2>行政诉讼</td></tr>"
        "<tr><td>未经复议直接起诉</td><td>复议后起诉</td></tr>",
    ],
)
def test_five_rows_of_three(head: str) -> None:
    rows = "".join(
        f"<tr><td>{OUTCOMES[o]}</td>" + "".join(f"<td>{VALUES[5 * b + o]}</td>" for b in range(3)) + "</tr>"
        for o in range(5)
    )
    assert lost(TRUTH, read_body(page(head + rows))) == []


def test_a_row_that_is_lost_shifts_nothing() -> None:
    rows = "".join(
        f"<tr>{merged(b, o) if o else LABELS['blank'](b, o)}<td>{VALUES[5 * b + o]}</td></tr>"
        for b in range(3)
        for o in range(5)
        if (b, o) != (1, 2)
    )
    report = read_body(page(rows))
    named = {f.where for f in report.findings}
    assert all({path, "review"} & named for path in lost(TRUTH, report))


def page(rows: str) -> bytes:
    drawn = plain(PRINTED, random.Random(0))
    assert drawn in PAGE
    return PAGE.replace(drawn, f"<table>{rows}</table>").encode()
