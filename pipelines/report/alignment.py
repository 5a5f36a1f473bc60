"""A row's cells under a header's columns: by their slots, else in order where their number is right.

Owns that geometry. It must not read a value, and it never shifts one: a row that fits neither way is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.report.headers import Column, Header
from pipelines.report.slots import Slot

_COUNT_MISMATCH = "the row's cells do not fit the table's columns"


def starts_blank(values: list[Slot]) -> bool:
    """Whether a row with figures begins with a blank cell."""
    return bool(values) and not values[0].text.strip() and any(v.text.strip() for v in values)


def align(header: Header, label_stop: int, values: list[Slot]) -> tuple[list[Slot | str], str]:
    """For each column its cell, or why there is none; and how: "place", "count", "window" or "lost"."""
    if header.placed and (placed := _by_place(header, label_stop, values)) is not None:
        return placed, "place"
    width = len(header.columns)
    surplus = len(values) - width
    if surplus == 0:
        return list(values), "count"
    if surplus > 0:
        fits = [
            values[i : i + width]
            for i in range(surplus + 1)
            if not any(v.text.strip() for v in (*values[:i], *values[i + width :]))
        ]
        if len(fits) == 1 or (fits and not any(v.text.strip() for v in values)):
            return list(fits[0]), "window"
    return [_COUNT_MISMATCH] * width, "lost"


def _by_place(header: Header, label_stop: int, values: list[Slot]) -> list[Slot | str] | None:
    columns = header.columns
    first, last = columns[0].start, columns[-1].stop
    repeats = bool(values) and values[-1].stop == header.extent
    if label_stop > first:
        return None
    if len(values) == len(columns) and _each_under_its_own(values, columns):
        return list(values)
    inside = [v for v in values if v.stop > first and v.start < last]
    if any(
        v.text.strip() and not any(v.stop > c.start and v.start < c.stop for c in columns) for v in values
    ):
        return None  # something stands where no column is
    if len(inside) == len(columns) and _each_under_its_own(inside, columns):
        return list(inside)
    found: list[Slot | str] = []
    for column in columns:
        over = [v for v in inside if v.stop > column.start and v.start < column.stop]
        if not over:
            return None
        filled = [v for v in over if v.text.strip()]
        if not filled:
            found.append(over[0])
        elif repeats and len(filled) == len(over) > 1 and len({v.text.strip() for v in filled}) == 1:
            found.append(filled[0])  # a merged cell that prints in each of its slots
        elif len(filled) > 1:
            return ["several cells stand under one column"] * len(columns)
        elif sum(filled[0].stop > c.start and filled[0].start < c.stop for c in columns) > 1:
            found.append("one cell stands under several columns")
        else:
            found.append(filled[0])
    return found


def _each_under_its_own(values: list[Slot], columns: Sequence[Column]) -> bool:
    for value, column in zip(values, columns, strict=True):
        if value.stop <= column.start or value.start >= column.stop:
            return False
    return True
