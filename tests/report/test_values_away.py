"""Text whose values stand away from their labels: put back where every sum agrees, and otherwise not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pipelines.report import form
from pipelines.report.away import Figure, in_order
from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.layout import Printed
from tests.made.truth import Truth, make
from tests.report.shapes import document, row_lines
from tests.report.test_joined_digits import wrong
from tests.report.test_shapes import lost, silent_errors

ROWS = form.expected_rows("requests", "2021")


def blocks(printed: Printed, rng: random.Random) -> str:
    """Some rows' values, one on a line, and then their labels; the first value beside its label or inside."""
    if printed.name != "requests":
        return row_lines(printed, rng)
    lines = [" ".join(s.text for s in row if s.text) for row in printed.rows[: printed.header_rows]]
    rest = list(printed.rows[printed.header_rows :])
    while rest:
        count = rng.choice([1, 1, 2, 3, 4])
        labels = []
        for row in rest[:count]:
            words = [s.text for s in row if s.path is None and s.text]
            values = [s.text for s in row if s.path is not None and s.text]
            how = rng.choice(["before", "beside", "inside"]) if values and len(words[-1]) > 8 else "before"
            if how == "beside":
                words[-1] += " " + values.pop(0)
            elif how == "inside":
                words[-1] = f"{words[-1][:-2]}\n{values.pop(0)}\n{words[-1][-2:]}"
            lines += values
            labels += words
        if rng.random() < 0.2:
            lines.append(f"— {rng.randrange(1, 30)} —")
        lines += labels
        rest = rest[count:]
    return "\n".join(lines)


def read(truth: Truth, seed: int) -> Report:
    return read_body(document(truth, blocks, random.Random(seed), html=False))


@pytest.mark.parametrize("seed", range(20))
def test_a_whole_table_comes_back(seed: int) -> None:
    truth = make(seed, year=2020 + seed % 4, busy=(seed % 3 + 1) / 4)
    report = read(truth, seed)
    assert wrong(truth, report) == []
    assert [path for path in lost(truth, report) if path.startswith("requests")] == []
    placed = {f.where for f in report.findings if f.code == "column-unknown"}
    assert "requests.received.*" in placed or "requests.carried_in.*" in placed


@pytest.mark.parametrize("seed", range(40))
def test_a_misprint_or_a_blank_places_nothing(seed: int) -> None:
    rng = random.Random(seed)
    truth = make(seed, year=2023, busy=0.6)
    table = {row: dict(cells) for row, cells in truth.requests.items()}
    row, column = rng.choice(list(table)), rng.choice(list(table["received"]))
    table[row][column] = rng.choice([None, (table[row][column] or 0) + 1])
    truth = replace(truth, requests=table)
    report = read(truth, seed)
    assert wrong(truth, report) == []
    assert silent_errors(truth, report) == []


def figures(*numbers: int) -> list[Figure]:
    return [Figure(number, 0) for number in numbers]


def test_a_page_number_between_rows_is_passed_over() -> None:
    values = [
        (7, 0, 0, 0, 0, 0, 7) if row in ("received", "granted", "total_processed") else (0,) * 7
        for row in ROWS
    ]
    flat = [number for row in values for number in row]
    table = in_order({}, figures(*flat[:14], 5, *flat[14:]), ROWS)
    assert table is not None
    assert [tuple(f.number for f in table[row]) for row in ROWS] == values
    assert in_order({}, figures(*flat[:10], 5, *flat[10:]), ROWS) is None


def test_rows_whose_columns_do_not_add_up_are_not_placed() -> None:
    values = [(7, 0, 0, 0, 0, 0, 7) if row in ("received", "granted") else (0,) * 7 for row in ROWS]
    assert in_order({}, figures(*(number for row in values for number in row)), ROWS) is None


def test_a_table_of_very_many_numbers_is_none() -> None:
    assert in_order({}, figures(*([0] * 100_000)), ROWS) is None


def test_a_numeral_in_brackets_is_no_note_on_the_label_before_it() -> None:
    truth = make(4, year=2023, busy=0.4)
    body = document(truth, row_lines, random.Random(0), html=False).decode()
    before, after = body.split("3.其他 ", 1)
    values, after = after.split("\n", 1)
    report = read_body(f"{before}\n{values}\n3.其他\n{after}".encode())
    assert report.requests is not None
    assert report.requests["total_processed"] == truth.requests["total_processed"]
