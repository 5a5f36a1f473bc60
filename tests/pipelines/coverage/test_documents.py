"""docs/coverage.md and the code name the same states, notes, kinds and columns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.views.coverage_csv import COLUMNS
from pipelines.coverage.deadlines import DEFAULT, PATIENCE, deadline
from pipelines.coverage.model import KINDS, NOTES, STATES

TEXT = (Path(__file__).parents[3] / "docs" / "coverage.md").read_text("utf-8")


def first_column(heading: str) -> list[str]:
    """The codes in the first column of the table below a heading."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")][2:]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize(
    ("heading", "codes"),
    [("States", STATES), ("Notes", NOTES), ("Deadlines", KINDS), ("CSV", COLUMNS)],
)
def test_every_code_is_explained_and_exists(heading: str, codes: tuple[str, ...]) -> None:
    assert sorted(first_column(heading)) == sorted(codes)


def test_the_deadlines_are_those_of_the_code() -> None:
    months = {"January": 1, "March": 3}
    for row in re.findall(r"\| `(\w+)` \| 31 (\w+) \| 31 (\w+)", TEXT):
        kind, before, since = row
        assert deadline(DEFAULT, kind, 2018).day.month == months[before]
        assert deadline(DEFAULT, kind, 2019).day.month == months[since]
        assert (deadline(DEFAULT, kind, 2024).day.month == 1) == (kind == "department")


def test_the_patience_is_that_of_the_code() -> None:
    assert f"patience = {PATIENCE} " in TEXT
