"""Digits that ran together: what is given is right, and is given only where one reading is left."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from pipelines.report import form
from pipelines.report.joined import tell_apart
from pipelines.report.model import Report
from pipelines.report.read import read_body
from pipelines.report.splits import Reading, TooManyError, blocks_readings, row_readings
from tests.made.layout import Printed
from tests.made.truth import Truth, make
from tests.report.shapes import document, glued, ragged, row_lines
from tests.report.test_shapes import silent_errors

ROWS = form.expected_rows("requests", "2021")


def by_row(printed: Printed, rng: random.Random) -> str:
    """A row on each line, its cells without a gap."""
    return "\n".join("".join(row) for row in ragged(printed))


def loose(printed: Printed, rng: random.Random) -> str:
    """A row on each line, a gap between some of its cells, the next label's number at its end."""
    text = "\n".join("".join(cell + " " * (rng.random() < 0.3) for cell in row) for row in ragged(printed))
    return text.replace("\n3.", "3.").replace("\n2.", "2.")


SHAPES = {"glued": glued, "by-row": by_row, "loose": loose}


def wrong(truth: Truth, report: Report) -> list[str]:
    """Values of 表三 and 表四 that are given and are not the truth's."""
    return [
        f"{path}: {value} read as {got}"
        for path, value in truth.cells().items()
        for t, r, c in [path.split(".")]
        if (got := (report.table(t) or {}).get(r, {}).get(c)) is not None and got != value  # type: ignore[arg-type]
    ]


def given(report: Report) -> int:
    return sum(v is not None for row in (report.requests or {}).values() for v in row.values())


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("seed", range(12))
def test_what_is_told_apart_is_what_was_printed(shape: str, seed: int) -> None:
    truth = make(seed, year=2019 + seed % 5, busy=(seed % 4 + 1) / 5)
    body = document(truth, SHAPES[shape], random.Random(seed), html=False)
    report = read_body(body)
    assert silent_errors(truth, report) == []
    assert wrong(truth, report) == []
    assert given(report) > 120  # of 161 or 175: the identities do tell most tables apart
    kinds = {e.kind for path, e in report.evidence.items() if path.startswith("requests.received")}
    assert kinds == {"solved"}


@pytest.mark.parametrize("seed", range(60))
def test_a_misprint_or_a_blank_gives_no_other_reading(seed: int) -> None:
    rng = random.Random(seed)
    truth = make(seed, year=2023, busy=0.6)
    table = {row: dict(cells) for row, cells in truth.requests.items()}
    for _ in range(rng.choice([1, 1, 2])):
        row, column = rng.choice(list(table)), rng.choice(list(table["received"]))
        old = table[row][column] or 0
        table[row][column] = rng.choice([None, 0, old + 1, old + 9, old + 10, rng.randrange(50)])
    truth = replace(truth, requests=table)
    report = read_body(document(truth, glued, rng, html=False))
    assert wrong(truth, report) == []
    assert silent_errors(truth, report) == []


def rows(**other: str) -> dict[str, list[Reading]]:
    """表三 without any application, but for the rows given."""
    return {row: row_readings(other.get(row, "0000000")) for row in ROWS}


def test_a_row_that_its_own_sum_leaves_two_readings_is_told_by_the_columns() -> None:
    assert sorted(row_readings("330000033")) == [(3, 30, 0, 0, 0, 0, 33), (33, 0, 0, 0, 0, 0, 33)]
    table = rows(
        received="330000033", granted="3000003", denied_by_law="300000030", total_processed="330000033"
    )
    assert tell_apart(table, ROWS)["received"] == (33, 0, 0, 0, 0, 0, 33)
    table = rows(
        received="330000033", granted="3000003", denied_by_law="030000030", total_processed="330000033"
    )
    assert tell_apart(table, ROWS)["received"] == (3, 30, 0, 0, 0, 0, 33)


def test_a_row_that_the_columns_leave_two_readings_is_not_given() -> None:
    found = tell_apart(rows(received="330000033", granted="330000033", total_processed="330000033"), ROWS)
    assert "received" not in found
    assert found["carried_in"] == (0,) * 7


def test_an_equation_that_lacks_a_row_proves_nothing() -> None:
    table = rows(received="713000074", granted="713000074", total_processed="713000074")
    assert set(tell_apart(table, ROWS)) == set(ROWS)
    del table["denied_by_law"]
    assert set(tell_apart(table, ROWS)) == {"received", "carried_in", "total_processed", "carried_forward"}


def test_columns_that_do_not_add_up_tell_nothing() -> None:
    assert (
        tell_apart(rows(received="713000074", granted="713000074", total_processed="703000073"), ROWS) == {}
    )


def test_a_number_begins_with_nought_only_where_it_is_nought() -> None:
    assert row_readings("0000000") == [(0,) * 7]
    assert row_readings("1000000010") == []
    assert row_readings("000000") == []


def test_the_review_table_is_told_apart_by_its_three_sums() -> None:
    assert blocks_readings("25380363300630003") == [(25, 3, 8, 0, 36, 3, 3, 0, 0, 6, 3, 0, 0, 0, 3)]
    assert blocks_readings("101000000000005") == []


@pytest.mark.parametrize("digits", ["1" * 30 + "15", "1" * 40, "12" * 30, "9" * 5_000, "0" * 100_000])
def test_a_hostile_run_of_digits_costs_little(digits: str) -> None:
    start = time.perf_counter()
    for readings in (row_readings, blocks_readings):
        try:
            assert len(readings(digits)) < 100
        except TooManyError:
            continue
    assert time.perf_counter() - start < 10


def test_many_rows_of_many_readings_are_given_up() -> None:
    hostile: Reading = (1, 20, 300, 4000, 0, 0, 4321)
    table = {row: [tuple(n * k for n in hostile) for k in range(1, 40 + i)] for i, row in enumerate(ROWS)}
    start = time.perf_counter()
    tell_apart(table, ROWS)
    assert time.perf_counter() - start < 20


def test_noughts_are_noughts_without_any_sum() -> None:
    truth = make(3, year=2020, busy=0.0)
    report = read_body(document(truth, glued, random.Random(0), html=False))
    assert report.active_disclosure is not None
    assert report.active_disclosure["rules"] == {"made": 0, "disclosed": 0, "disclosed_total": 0}
    assert {f.code for f in report.findings if f.where == "active_disclosure.rules"} == {"digits-joined"}


def test_noughts_on_lines_of_their_own_are_not_taken_for_digits_that_ran_together() -> None:
    truth = make(3, year=2023, busy=0.6)
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    rows = [line for line in text.split("\n") if line.startswith(("7.属于", "8.属于"))]
    first, second = (line.split(" ") for line in rows)
    noughts = "\n".join(["0"] * 6)
    moved = f"{first[0]} 0\n{noughts}\n{second[0]} {' '.join(second[1:])}"
    report = read_body(text.replace("\n".join(rows), moved).encode())
    assert report.requests is not None
    assert set(report.requests["denied_enforcement_file"].values()) == {None}
