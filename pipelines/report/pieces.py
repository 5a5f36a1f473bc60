"""Cells that print their number in pieces (“2 1”, or one line above the other), told by their row's sum.

Owns that one inference. Pieces may as well be two numbers, so a number is put together only where the
rest of the row is known and its sum holds with the whole number and with nothing else. It must not touch
a cell that could be read.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod

from pipelines.report import form
from pipelines.report.model import TableName
from pipelines.report.sheet import Entry, Sheet
from pipelines.report.values import Value

_PIECES = re.compile(r"\s*[0-9]+(?:\s+[0-9]+)+\s*")
_MOST_DIGITS = 7
_MOST_WAYS = 20_000
_SUMS: dict[TableName, tuple[str, ...]] = {
    "requests": tuple(column for column in form.REQUEST_COLUMNS if column != "total"),
    "review": tuple(column for column in form.REVIEW_COLUMNS if column != "total"),
}


def settle_pieces(sheet: Sheet) -> None:
    """Enter the numbers in pieces that a row's sum proves, each with evidence of kind `solved`."""
    for table, parts in _SUMS.items():
        for row, cells in sheet.cells.get(table, {}).items():
            if any(entry.value.kind == "unreadable" for entry in cells.values()):
                _settle(sheet, table, row, [*parts, "total"], cells)


def _settle(sheet: Sheet, table: TableName, row: str, columns: list[str], cells: dict[str, Entry]) -> None:
    if any(column not in cells for column in columns):
        return
    options = [_readings(cells[column]) for column in columns]
    broken = [i for i, readings in enumerate(options) if len(readings) > 1]
    if not all(options) or not broken or prod(map(len, options)) > _MOST_WAYS:
        return
    holding = {numbers for numbers in product(*options) if sum(numbers[:-1]) == numbers[-1]}
    whole = tuple(readings[0] for readings in options)
    if holding != {whole}:
        return
    for i in broken:
        entry = cells[columns[i]]
        sheet.settle(table, row, columns[i], Value(whole[i], "solved"), entry.raw, entry.place)
        printed = " ".join(entry.raw.split())
        message = f"the cell prints “{printed}”; the row's sum holds with {whole[i]} and with no piece of it"
        sheet.note("digits-joined", "info", f"{table}.{row}.{columns[i]}", message)


def _readings(entry: Entry) -> tuple[int, ...]:
    """What the cell may mean, the number put together first; nothing where that cannot be said."""
    if isinstance(entry.value.number, int):
        return (entry.value.number,)
    pieces = entry.raw.split()
    joined = "".join(pieces)
    if (
        entry.value.kind != "unreadable"
        or _PIECES.fullmatch(entry.raw) is None
        or len(joined) > _MOST_DIGITS
        or joined.startswith("0")
    ):
        return ()
    return tuple(dict.fromkeys([int(joined), *map(int, pieces), sum(map(int, pieces))]))
