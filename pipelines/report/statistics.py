"""The statistics annex of reports for the years before 2019: indicator, unit, this year, all years.

Owns edition 2008, which has no fixed layout: rows are taken as printed, in two to many columns, with the unit
in a column, behind the name or beside the figure. A row whose numbers cannot be told apart keeps its label
and says so. Annexes without a table are `statistics_lines`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.report.indicators import (
    NAMES,
    REMARKS,
    SUBJECTS,
    TOTALS,
    UNIT_NAMES,
    UNITS,
    VALUES,
    clean_label,
    read_number,
    unit_in_label,
)
from pipelines.report.labels import fold
from pipelines.report.model import Finding, Grid, Statistic
from pipelines.report.slots import Slot, rows_of
from pipelines.report.statistics_lines import read_lines
from pipelines.report.values import parse_value

Annex = tuple[tuple[Statistic, ...], tuple[Finding, ...]]
_FEWEST = 3
"""Rows with an indicator's words and a figure that make a table without the annex's own heading an annex."""


@dataclass(slots=True)
class _Columns:
    """Where name, unit and figures stand, as ranges of slots; `found` once the header is complete."""

    label: tuple[int, int]
    unit: tuple[int, int] | None = None
    value: tuple[int, int] | None = None
    cumulative: tuple[int, int] | None = None

    @property
    def begins(self) -> list[int]:
        """Where the columns right of the names begin."""
        return [place[0] for place in (self.unit, self.value, self.cumulative) if place is not None]


@dataclass(slots=True)
class _Annex:
    year: int | None = None
    rows: list[Statistic] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def told_since(self, at: int) -> int:
        """How many rows from that one on have an indicator's words and a figure."""
        figured = [row for row in self.rows[at:] if row.value is not None or row.cumulative is not None]
        return sum(SUBJECTS.search(row.label) is not None for row in figured)

    def judge_repeated(self, at: int) -> None:
        """Say where the rows from that one on are those before it over again, with other figures."""
        known = {row.label: row for row in self.rows[:at]}
        again = [row for row in self.rows[at:] if row.label in known]
        if len(again) >= _FEWEST and any(row.value != known[row.label].value for row in again):
            message = "the annex is printed twice: rows of another year or body may stand among these"
            self.findings.append(Finding("column-unknown", "warning", "statistics", message))


def read_statistics(
    grids: Sequence[Grid], lines: Sequence[str], *, before_2019: bool, year: int | None = None
) -> Annex | None:
    """The annex's rows in printed order with findings, or None where the document has none.

    `before_2019`: whether the report is of a year that had such an annex; only then is a table without the
    annex's own heading taken for one. `year`: the report's, which a column's heading may contradict.
    """
    annex = _Annex(year)
    columns: _Columns | None = None
    width = 0
    for grid in grids:
        before = len(annex.rows), len(annex.findings)
        own = _read(grid, annex, None)
        if own is None and columns is not None and _width(grid) == width:
            _read(grid, annex, columns)  # a page break cuts the table
            continue
        if own is None and before_2019 and (own := _headless(grid)) is not None:
            _read(grid, annex, own)
            if own.cumulative is not None:
                message = (
                    "no header names the columns: the first is taken for this year's, the next for all years'"
                )
                annex.findings.append(Finding("column-unknown", "warning", "statistics", message))
        if own is None or (own.unit is None and annex.told_since(before[0]) < _FEWEST):
            del annex.rows[before[0] :], annex.findings[before[1] :]
            continue
        annex.judge_repeated(before[0])
        columns, width = own, _width(grid)
    if annex.rows:
        return tuple(annex.rows), tuple(annex.findings)
    found = read_lines(lines, before_2019=before_2019)
    return None if found is None else (tuple(found[0]), tuple(found[1]))


def _read(grid: Grid, annex: _Annex, columns: _Columns | None) -> _Columns | None:
    """Add the grid's rows; the columns that its header gives, or those handed in."""
    leaves: dict[int, Slot] = {}
    fresh, above = columns is None, len(annex.rows)
    for slots in rows_of(grid):
        texts = [(fold(slot.text), slot) for slot in slots if slot.text.strip()]
        if columns is None or (
            fresh and len(annex.rows) == above and any(text in NAMES for text, _ in texts)
        ):
            columns = columns or _header(texts)
            if columns is not None:
                begin = (columns.unit or columns.label)[1]
                for _, slot in texts:
                    leaves |= dict.fromkeys(range(max(slot.start, begin), slot.stop), slot)
            continue
        if leaves:
            _place_values(columns, leaves, annex)
            leaves = {}
        if not (texts and texts[0][0] in NAMES):  # a header repeated on the next page
            _add(slots, columns, annex)
    return columns


def _header(texts: Sequence[tuple[str, Slot]]) -> _Columns | None:
    """The columns of a row that is the annex's header: a name, and a unit or figures."""
    name = next((slot for text, slot in texts if text in NAMES), None)
    if name is None:
        return None
    unit = next((slot for text, slot in texts if text in UNIT_NAMES), None)
    figures = any(VALUES.search(text) for text, slot in texts if slot.start >= name.stop)
    if unit is None and not figures:
        return None
    return _Columns((name.start, name.stop), None if unit is None else (unit.start, unit.stop))


def _headless(grid: Grid) -> _Columns | None:
    """The columns of a table without a header: names first, then units or figures."""
    rows = [[slot for slot in slots if slot.text.strip()] for slots in rows_of(grid)]
    told = [slots for slots in rows if len(slots) in (2, 3, 4) and SUBJECTS.search(slots[0].text)]
    figured = [slots for slots in told if any(parse_value(s.text).number is not None for s in slots[1:])]
    if len(figured) < _FEWEST:
        return None
    first = figured[0]
    unit = first[1] if fold(first[1].text) in UNITS else None
    values = first[2:] if unit is not None else first[1:]
    if not values or len(values) > 2 or len({len(slots) for slots in figured}) > 1:
        return None
    return _Columns(
        (first[0].start, first[0].stop),
        None if unit is None else (unit.start, unit.stop),
        (values[0].start, values[0].stop),
        (values[1].start, values[1].stop) if len(values) > 1 else None,
    )


def _add(slots: Sequence[Slot], columns: _Columns, annex: _Annex) -> None:
    """A row of the annex, if it has a name."""
    named = [slot for slot in _under(slots, columns.label) if slot.text.strip()]
    # A group's name spans the rows of its indicators: theirs stands right of it.
    own = [slot for slot in named if slot.first] or named
    label, behind = unit_in_label(clean_label(own[-1].text if own else ""))
    if not label:
        return
    at = len(annex.rows)
    unit = "".join("".join(slot.text.split()) for slot in _under(slots, columns.unit))
    numbers = {}
    for key in ("value", "cumulative"):
        place: tuple[int, int] | None = getattr(columns, key)
        texts = [slot.text for slot in _under(slots, place)]
        numbers[key], beside = read_number(texts, f"statistics.{at}.{key}", annex.findings)
        behind = behind or beside
    if any(n is not None for n in numbers.values()) and slots[-1].stop <= max(columns.begins, default=0):
        message = "the row is shorter than the header: a cell may be missing before its figures"
        annex.findings.append(Finding("column-unknown", "warning", f"statistics.{at}", message))
    unit = "" if parse_value(unit).kind == "none-mark" else unit
    annex.rows.append(Statistic(label, unit or behind, numbers["value"], numbers["cumulative"]))


def _under(slots: Sequence[Slot], place: tuple[int, int] | None) -> list[Slot]:
    if place is None:
        return []
    return [slot for slot in slots if slot.start < place[1] and slot.stop > place[0]]


def _place_values(columns: _Columns, leaves: dict[int, Slot], annex: _Annex) -> None:
    """Where this year's figures and those of all years stand, by the headings right of the unit."""
    heads = list(dict.fromkeys((leaves[c].text, leaves[c].start, leaves[c].stop) for c in sorted(leaves)))
    values: list[tuple[str, int, int]] = []
    for text, start, stop in heads:
        if TOTALS.search(fold(text)):
            columns.cumulative = (start, stop)
        elif not REMARKS.search(fold(text)):
            values.append((text, start, stop))
    own = [v for v in values if re.search(r"本年|本期|本报告|今年|当年", fold(v[0]))]
    years = [v for v in values if re.search(r"20[0-9]{2}", fold(v[0]))]
    newest = sorted(years, key=lambda v: max(re.findall(r"20[0-9]{2}", fold(v[0]))))[-1:]
    taken = (own or newest or values)[:1]
    if taken:
        columns.value = taken[0][1:]
        named = re.findall(r"20[0-9]{2}", fold(taken[0][0]))
        if named and annex.year is not None and str(annex.year) not in named:
            message = f"the figures' column is headed “{taken[0][0].strip()}”, the report is of {annex.year}"
            annex.findings.append(Finding("column-unknown", "warning", "statistics", message))
    else:
        message = "no column of this year's figures was found"
        annex.findings.append(Finding("column-unknown", "warning", "statistics", message))
    for text, *_ in _left_out(values, taken):
        message = f"the column “{' '.join(text.split())}” is left out"
        annex.findings.append(Finding("column-unknown", "warning", "statistics", message))


def _left_out(
    values: Sequence[tuple[str, int, int]], taken: Sequence[tuple[str, int, int]]
) -> Iterator[tuple[str, int, int]]:
    return (value for value in values if value not in taken)


def _width(grid: Grid) -> int:
    return max((cell.column + max(1, cell.colspan) for cell in grid.cells), default=0)
