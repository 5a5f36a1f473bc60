"""A page's lattices filled with its characters: `PageTable` values, and the characters left over.

Must not join tables over pages (`pdf_join`) or judge what a table is about.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from pipelines.report.readers.pdf_glyphs import unknown
from pipelines.report.readers.pdf_lines import Lattice, lattices
from pipelines.report.readers.pdf_page import Char, Page, PageTable, TableCell
from pipelines.report.readers.pdf_text import cell_text


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
    slots: dict[tuple[int, int], int] = {}
    for k, (row, column, rowspan, colspan) in enumerate(lattice.cells):
        for r in range(row, row + rowspan):
            slots.update(((r, c), k) for c in range(column, column + colspan))
    texts: list[list[Char]] = [[] for _ in lattice.cells]
    last_row, last_column = len(lattice.ys) - 2, len(lattice.xs) - 2
    for char in chars:
        row = min(max(bisect_right(lattice.ys, char.y) - 1, 0), last_row)
        column = min(max(bisect_right(lattice.xs, char.x) - 1, 0), last_column)
        texts[slots[row, column]].append(char)
    cells = [
        TableCell(*cell, page=page.number, box=lattice.cell_box(cell), text=cell_text(text))
        for cell, text in zip(lattice.cells, texts, strict=True)
    ]
    return PageTable(
        cells=cells,
        xs=lattice.xs,
        rows=len(lattice.ys) - 1,
        page=page.number,
        box=lattice.box,
        open_top=[not closed for closed in lattice.closed_top],
        open_bottom=[not closed for closed in lattice.closed_bottom],
        sure=lattice.sure and not any(unknown(cell.text) for cell in cells),
    )
