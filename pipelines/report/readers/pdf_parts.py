"""Merged cells that figures show to be several: a rule is missing, a number stands in its own slot.

Geometry and the difference between figures and words; it must not know what any word means.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from pipelines.report.readers.pdf_lines import Lattice
from pipelines.report.readers.pdf_page import FIGURES, Char
from pipelines.report.readers.pdf_pieces import letters
from pipelines.report.readers.pdf_text import DIGIT_GAP, GAP

Spot = tuple[int, int, int, int]
"""Row, column, rowspan, colspan."""
_NUMBER = FIGURES | frozenset("+-−－—/％%")


class Slots:
    """Where on the lattice a character stands (row, column); outside of it, in the nearest slot."""

    def __init__(self, lattice: Lattice) -> None:
        self._xs, self._ys = lattice.xs[1:-1], lattice.ys[1:-1]

    def __call__(self, char: Char) -> tuple[int, int]:
        return bisect_right(self._ys, (char[2] + char[4]) / 2), bisect_right(
            self._xs, (char[1] + char[3]) / 2
        )

    def apart(self, chars: Iterable[Char]) -> Iterator[Char]:
        """The characters, pieces that a border crosses taken apart."""
        for char in chars:
            if char[6] and bisect_right(self._xs, char[1]) != bisect_right(self._xs, char[3]):
                yield from letters((char,))
            else:
                yield char


def owners_of(cells: Sequence[Spot]) -> dict[tuple[int, int], int]:
    """Slot (row, column) -> index of the cell that covers it."""
    owners: dict[tuple[int, int], int] = {}
    for k, (row, column, rowspan, colspan) in enumerate(cells):
        for r in range(row, row + rowspan):
            owners.update(((r, c), k) for c in range(column, column + colspan))
    return owners


def one_number(left: Char, right: Char) -> bool:
    """Whether two characters that follow one another are figures of one number."""
    high = left[4] - left[2]
    return (
        left[0][-1] in FIGURES
        and right[0][0] in FIGURES
        and abs(left[2] - right[2]) < 0.3 * high
        and abs(right[1] - left[3]) < DIGIT_GAP * high
    )


def parts_of(
    lattice: Lattice, owners: dict[tuple[int, int], int], k: int, held: Sequence[list[Char]], slot_of: Slots
) -> list[tuple[Spot, list[Char] | None]]:
    """A cell with its characters; a merged cell is taken apart where figures show that rules are missing.

    Numbers never span rows, and span columns only under a header that spans the same ones. Each figure
    then stands in the slot that it is printed in; None where a number lies across a border.
    """
    row, column, rowspan, colspan = cell = lattice.cells[k]
    if rowspan * colspan == 1 or all(_NUMBER.isdisjoint(char[0]) for char in held[k]):
        return [(cell, held[k])]
    whole = list(letters(held[k]))
    bands: dict[int, list[Char]] = {}
    for char in whole:
        bands.setdefault(slot_of(char)[0] if rowspan > 1 else row, []).append(char)
    if not any(_is_number(band) for band in bands.values()):
        return _label_and_numbers(cell, whole, slot_of) if rowspan == 1 else [(cell, held[k])]
    parts: list[tuple[Spot, list[Char] | None]] = []
    for r in range(row, row + rowspan):
        band = bands.get(r, [])
        if colspan == 1 or not _is_number(band) or _under_header(lattice, owners, k, held):
            parts.append(((r, column, 1, colspan), band))
            continue
        slots: dict[int, list[Char]] = {c: [] for c in range(column, column + colspan)}
        for char in band:
            slots[slot_of(char)[1]].append(char)
        if any(one_number(a, b) and slot_of(a) != slot_of(b) for a, b in pairwise(band)):
            return [(cell, None)]
        parts += [((r, c, 1, 1), own) for c, own in slots.items()]
    return parts


def _label_and_numbers(cell: Spot, chars: list[Char], slot_of: Slots) -> list[tuple[Spot, list[Char] | None]]:
    """A label that runs into the numbers on its right, each in a slot of its own."""
    row, column, _, colspan = cell
    slots: dict[int, list[Char]] = {c: [] for c in range(column, column + colspan)}
    for char in chars:
        slots[slot_of(char)[1]].append(char)
    first = column + colspan
    while first > column and (not slots[first - 1] or _is_number(slots[first - 1])):
        first -= 1
    label = [char for c in range(column, first) for char in slots[c]]
    numbers = [char for c in range(first, column + colspan) for char in slots[c]]
    if not numbers or not label:
        return [(cell, chars)]
    high = numbers[0].bottom - numbers[0].top
    beside = [char.x1 for char in label if abs(char.y - numbers[0].y) < high]
    if beside and min(char.x0 for char in numbers) - max(beside) < GAP * high:
        return [(cell, chars)]  # the label's own number
    parts: list[tuple[Spot, list[Char] | None]] = [((row, column, 1, first - column), label)]
    return parts + [((row, c, 1, 1), slots[c]) for c in range(first, column + colspan)]


def _is_number(chars: Sequence[Char]) -> bool:
    return bool(chars) and all(_NUMBER.issuperset(c[0]) or c[0].isspace() for c in chars)


def _under_header(
    lattice: Lattice, owners: dict[tuple[int, int], int], k: int, held: Sequence[list[Char]]
) -> bool:
    """Whether the cell stands in a column of cells as wide as itself that begins with words."""
    row, column, _, colspan = lattice.cells[k]
    while row:
        k = owners[row - 1, column]
        row, column_above, _, colspan_above = lattice.cells[k]
        if (column_above, colspan_above) != (column, colspan):
            return False
        if held[k] and not _is_number(held[k]):
            return True
    return False
