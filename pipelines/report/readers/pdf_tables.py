"""A page's lattices filled with its characters: `PageTable` values, and the characters left over.

Must not join tables over pages (`pdf_join`) or judge what a table is about.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from pipelines.report.readers.pdf_glyphs import UNKNOWN, unknown
from pipelines.report.readers.pdf_lines import Lattice, lattices
from pipelines.report.readers.pdf_page import Char, Page, PageTable, TableCell
from pipelines.report.readers.pdf_text import DIGIT_GAP, cell_text

Spot = tuple[int, int, int, int]
"""Row, column, rowspan, colspan."""
_FIGURES = frozenset("0123456789.,０１２３４５６７８９")
_NUMBER = _FIGURES | frozenset("+-−－—/％%")


def fill(page: Page, found: Sequence[Lattice] | None = None) -> tuple[list[PageTable], list[Char]]:
    """The page's tables (its own lattices unless `found` gives them) and the characters outside of them.

    A lattice of one column is a frame, or a table whose columns no rule parts: its text stays text.
    Where one lattice lies in another, a character belongs to the smallest that holds it.
    """
    found = [lattice for lattice in (lattices(page) if found is None else found) if len(lattice.xs) > 2]
    if not found:
        return [], page.chars
    boxes = [lattice.box for lattice in found]
    inward = sorted(range(len(found)), key=lambda k: boxes[k].area)
    held: list[list[Char]] = [[] for _ in found]
    outside: list[Char] = []
    for char in page.chars:
        for k in inward:
            if boxes[k].holds(char) or found[k].spills(char, page):
                held[k].append(char)
                break
        else:
            outside.append(char)
    return [_table(page, lattice, chars) for lattice, chars in zip(found, held, strict=True)], outside


def _table(page: Page, lattice: Lattice, chars: Sequence[Char]) -> PageTable:
    owners = _owners(lattice.cells)
    held: list[list[Char]] = [[] for _ in lattice.cells]
    slot_of = _Slots(lattice)
    broken: set[int] = set()
    last: tuple[Char, int] | None = None
    for char in chars:
        k = owners[slot_of(char)]
        held[k].append(char)
        if last is not None and last[1] != k and _one_number(last[0], char):
            broken |= {last[1], k}
        last = (char, k)
    cells: list[TableCell] = []
    doubt = False
    for k in range(len(lattice.cells)):
        for part, text in _parts(lattice, owners, k, held, slot_of):
            # A rule through a number, or a number across a missing rule: seen, and not to be trusted.
            unclear = k in broken or text is None
            doubt |= unclear
            shown = cell_text(held[k] if text is None else text) + (UNKNOWN if unclear else "")
            cells.append(TableCell(*part, page=page.number, box=lattice.cell_box(part), text=shown))
    return PageTable(
        cells=cells,
        xs=lattice.xs,
        rows=len(lattice.ys) - 1,
        page=page.number,
        box=lattice.box,
        open_top=[not closed for closed in lattice.closed_top],
        open_bottom=[not closed for closed in lattice.closed_bottom],
        sure=lattice.sure and not doubt and not any(unknown(cell.text) for cell in cells),
    )


class _Slots:
    """Where on the lattice a character stands; outside of it, in the nearest slot."""

    def __init__(self, lattice: Lattice) -> None:
        self._xs, self._ys = lattice.xs[1:-1], lattice.ys[1:-1]

    def __call__(self, char: Char) -> tuple[int, int]:
        return bisect_right(self._ys, (char[2] + char[4]) / 2), bisect_right(
            self._xs, (char[1] + char[3]) / 2
        )


def _owners(cells: Sequence[Spot]) -> dict[tuple[int, int], int]:
    owners: dict[tuple[int, int], int] = {}
    for k, (row, column, rowspan, colspan) in enumerate(cells):
        for r in range(row, row + rowspan):
            owners.update(((r, c), k) for c in range(column, column + colspan))
    return owners


def _one_number(left: Char, right: Char) -> bool:
    """Whether two characters that follow one another are figures of one number."""
    high = left[4] - left[2]
    return (
        left[0] in _FIGURES
        and right[0] in _FIGURES
        and abs(left[2] - right[2]) < 0.3 * high
        and abs(right[1] - left[3]) < DIGIT_GAP * high
    )


def _parts(
    lattice: Lattice, owners: dict[tuple[int, int], int], k: int, held: Sequence[list[Char]], slot_of: _Slots
) -> list[tuple[Spot, list[Char] | None]]:
    """A cell with its characters; a merged cell is taken apart where figures show that rules are missing.

    Numbers never span rows, and span columns only under a header that spans the same ones. Each figure
    then stands in the slot that it is printed in; None where a number lies across a border.
    """
    row, column, rowspan, colspan = cell = lattice.cells[k]
    if rowspan * colspan == 1 or not held[k]:
        return [(cell, held[k])]
    bands: dict[int, list[Char]] = {}
    for char in held[k]:
        bands.setdefault(slot_of(char)[0] if rowspan > 1 else row, []).append(char)
    if not any(_is_number(band) for band in bands.values()):
        return [(cell, held[k])]
    parts: list[tuple[Spot, list[Char] | None]] = []
    for r in range(row, row + rowspan):
        band = bands.get(r, [])
        if colspan == 1 or not _is_number(band) or _under_header(lattice, owners, k, held):
            parts.append(((r, column, 1, colspan), band))
            continue
        slots: dict[int, list[Char]] = {c: [] for c in range(column, column + colspan)}
        for char in band:
            slots[slot_of(char)[1]].append(char)
        if any(_one_number(a, b) and slot_of(a) != slot_of(b) for a, b in pairwise(band)):
            return [(cell, None)]
        parts += [((r, c, 1, 1), own) for c, own in slots.items()]
    return parts


def _is_number(chars: Sequence[Char]) -> bool:
    return bool(chars) and all(c[0] in _NUMBER or c[0].isspace() for c in chars)


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
