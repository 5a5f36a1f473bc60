"""A page's lattices filled with its characters: `PageTable` values, and the characters left over.

Must not join tables over pages (`pdf_join`) or judge what a table is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.report.readers.pdf_glyphs import UNKNOWN, unknown
from pipelines.report.readers.pdf_lines import Lattice, lattices
from pipelines.report.readers.pdf_page import Box, Char, Page, PageTable, TableCell
from pipelines.report.readers.pdf_parts import Slots, one_number, owners_of, parts_of
from pipelines.report.readers.pdf_pieces import letters
from pipelines.report.readers.pdf_text import cell_text


def fill(page: Page, found: Sequence[Lattice] | None = None) -> tuple[list[PageTable], list[Char], bool]:
    """The page's tables, the characters outside of them, and whether the rules are to be trusted.

    The lattices are the page's own unless `found` gives them. One of a single column is a frame, or a
    table whose columns no rule parts: its text stays text, and so does that of a lattice whose rules
    make no table. Where one lattice lies in another, a character belongs to the smallest that holds it.
    """
    found = [lattice for lattice in (lattices(page) if found is None else found) if len(lattice.xs) > 2]
    wrecked = [lattice for lattice in found if not lattice.cells]
    found = [lattice for lattice in found if lattice.cells]
    if not found:
        return [], page.chars, not wrecked
    boxes = [lattice.box for lattice in found]
    inward = sorted(range(len(found)), key=lambda k: boxes[k].area)
    held: list[list[Char]] = [[] for _ in found]
    outside: list[Char] = []
    for char in _apart(page.chars, boxes):
        for k in inward:
            if boxes[k].holds(char) or found[k].spills(char, page):
                held[k].append(char)
                break
        else:
            outside.append(char)
    tables = [_table(page, lattice, chars) for lattice, chars in zip(found, held, strict=True)]
    return tables, outside, not wrecked and all(table.sure for table in tables)


def _apart(chars: Sequence[Char], boxes: Sequence[Box]) -> Iterator[Char]:
    """The characters, pieces that a table's side crosses taken apart."""
    for char in chars:
        if char[6]:
            x0, x1 = char[1], char[3]
            if any(x0 < box[0] < x1 or x0 < box[2] < x1 for box in boxes):
                yield from letters((char,))
                continue
        yield char


def _table(page: Page, lattice: Lattice, chars: Sequence[Char]) -> PageTable:
    owners = owners_of(lattice.cells)
    held: list[list[Char]] = [[] for _ in lattice.cells]
    slot_of = Slots(lattice)
    broken: set[int] = set()
    last: tuple[Char, int] | None = None
    for char in slot_of.apart(chars):
        k = owners[slot_of(char)]
        held[k].append(char)
        if last is not None and last[1] != k and one_number(last[0], char):
            broken |= {last[1], k}
        last = (char, k)
    cells: list[TableCell] = []
    doubt = False
    number = page.number
    for k, spot in enumerate(lattice.cells):
        own = held[k]
        whole = spot[2] * spot[3] == 1
        for part, text in ((spot, own),) if whole else parts_of(lattice, owners, k, held, slot_of):
            # A rule through a number, or a number across a missing rule: seen, and not to be trusted.
            unclear = k in broken or text is None
            doubt |= unclear
            shown = cell_text(own if text is None else text)
            cells.append(
                TableCell(*part, number, lattice.cell_box(part), shown + UNKNOWN if unclear else shown)
            )
    return PageTable(
        cells=cells,
        xs=lattice.xs,
        rows=len(lattice.ys) - 1,
        page=page.number,
        box=lattice.box,
        open_top=[not closed for closed in lattice.closed_top],
        open_bottom=[not closed for closed in lattice.closed_bottom],
        sure=lattice.sure and not doubt and not unknown("".join([cell.text for cell in cells])),
    )
