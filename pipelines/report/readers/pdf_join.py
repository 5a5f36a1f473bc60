"""Tables that a page break cut: the parts joined into one, rows and group cells cut in two made whole.

The parts are joined when nothing but page furniture stands between them and their columns agree.
Whether a *row* was cut is decided by what it holds: two halves never both hold a number in one
column. It must not know the statutory labels; an enumerator (（一）, 1., 一、) at a label's start is
all it looks at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.report.readers.pdf_page import Box, PageTable, TableCell

_NEAR = 3.0
_MAX_HEADER = 6
"""A header that is printed again has at most so many rows."""
_ENUMERATOR = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s*、|[（(]\s*[一二三四五六七八九十]{1,3}\s*[)）]|\d{1,2}\s*[.、．])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"[0-9０-９]")


def joinable(upper: PageTable, lower: PageTable) -> bool:
    """Whether one table's columns are among the other's.

    Both ends agree, or (a browser draws nothing of a group cell whose text has ended) three borders do.
    """
    few, many = sorted((upper.xs, lower.xs), key=len)
    shift = _shift(few, many)
    ends = abs(few[0] + shift - many[0]) <= 2 * _NEAR and abs(few[-1] + shift - many[-1]) <= 2 * _NEAR
    inner = few[1:-1] if ends else few
    near = all(any(abs(x + shift - y) <= _NEAR for y in many) for x in inner)
    return near and (ends or len(few) > 3)


def _shift(few: Sequence[float], many: Sequence[float]) -> float:
    """Pages may be set off sideways as a whole; otherwise the borders stand where they stood."""
    wide = abs((few[-1] - few[0]) - (many[-1] - many[0])) <= _NEAR
    return many[0] - few[0] if wide else 0.0


def join(upper: PageTable, lower: PageTable) -> PageTable:
    """One table of both parts; a header printed again is dropped, what the break cut is made whole."""
    upper, lower = _same_columns(upper, lower)
    lower = _without_header(upper, lower)
    if not lower.cells:
        return replace(upper, last_page=lower.last_page)
    seam = _seam(upper, lower)
    cut = _row_is_cut(upper, lower, seam)
    # Header cells, some of which meet sub-headers below them: no row of numbers begins there.
    first = [cell for cell in lower.cells if cell.row == 0]
    heads = not cut and len(seam) < len(first) and not any(_DIGIT.search(cell.text) for cell in first)
    offset = upper.rows - (1 if cut else 0)
    merged: dict[int, TableCell] = {}
    gone: set[int] = set()
    for above, below in seam:
        if cut or _is_one(above, below, open_=_open(upper, lower, above) or heads):
            merged[id(above)] = _one(above, below, overlap=cut)
            gone.add(id(below))
    cells = [merged.get(id(cell), cell) for cell in upper.cells]
    cells += [_moved(cell, offset) for cell in lower.cells if id(cell) not in gone]
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return PageTable(
        cells=cells,
        xs=upper.xs,
        rows=offset + lower.rows,
        page=upper.page,
        box=upper.box,
        open_top=upper.open_top,
        open_bottom=lower.open_bottom,
        sure=upper.sure and lower.sure,
        last_page=lower.last_page,
    )


def _moved(cell: TableCell, rows: int) -> TableCell:
    # By hand: `replace` costs more than the rest of a join.
    return TableCell(
        cell.row + rows,
        cell.column,
        cell.rowspan,
        cell.colspan,
        cell.page,
        cell.box,
        cell.text,
        cell.confidence,
    )


def _same_columns(upper: PageTable, lower: PageTable) -> tuple[PageTable, PageTable]:
    """Both tables on the finer set of columns."""
    if len(upper.xs) == len(lower.xs):
        return upper, lower
    fine, coarse = (upper, lower) if len(upper.xs) > len(lower.xs) else (lower, upper)
    shift = _shift(coarse.xs, fine.xs)
    at = [min(range(len(fine.xs)), key=lambda k: abs(fine.xs[k] - shift - x)) for x in coarse.xs]
    last = len(fine.xs) - 1
    if len(coarse.xs) <= len(fine.xs) and abs(coarse.xs[0] + shift - fine.xs[0]) <= 2 * _NEAR:
        at[0] = 0
    if abs(coarse.xs[-1] + shift - fine.xs[-1]) <= 2 * _NEAR:
        at[-1] = last
    cells = [
        replace(cell, column=at[cell.column], colspan=at[cell.column + cell.colspan] - at[cell.column])
        for cell in coarse.cells
    ]
    open_top = [coarse.open_top[k] for k in range(len(at) - 1) for _ in range(at[k], at[k + 1])]
    open_bottom = [coarse.open_bottom[k] for k in range(len(at) - 1) for _ in range(at[k], at[k + 1])]
    for first, end in ((0, at[0]), (at[-1], last)):
        if end > first:
            box = Box(fine.xs[first], coarse.box.top, fine.xs[end], coarse.box.bottom)
            cells.append(TableCell(0, first, coarse.rows, end - first, coarse.page, box))
    open_top = [True] * at[0] + open_top + [True] * (last - at[-1])
    open_bottom = [True] * at[0] + open_bottom + [True] * (last - at[-1])
    widened = replace(coarse, cells=cells, xs=fine.xs, open_top=open_top, open_bottom=open_bottom)
    return (fine, widened) if fine is upper else (widened, fine)


def _plain(text: str) -> str:
    return "".join(text.split())


def _without_header(upper: PageTable, lower: PageTable) -> PageTable:
    """`lower` less its first rows where they repeat the first rows of `upper` word for word."""

    most = min(_MAX_HEADER, lower.rows, upper.rows)
    above, below = _head(upper, most), _head(lower, most)
    for rows in range(most, 0, -1):
        top = [cell for cell in below if cell[0] < rows]
        closed = all(row + span <= rows for row, _, span, _, _ in top)
        words = any(text for *_, text in top)
        numbers = any(text and not _HAN.search(text) for *_, text in top)
        if closed and words and not numbers and top == [cell for cell in above if cell[0] < rows]:
            return replace(
                lower,
                cells=[_moved(cell, -rows) for cell in lower.cells if cell.row >= rows],
                rows=lower.rows - rows,
                open_top=[False] * len(lower.open_top),
            )
    return lower


def _head(table: PageTable, rows: int) -> list[tuple[int, int, int, int, str]]:
    return [
        (cell.row, cell.column, cell.rowspan, cell.colspan, _plain(cell.text))
        for cell in table.cells
        if cell.row < rows
    ]


def _seam(upper: PageTable, lower: PageTable) -> list[tuple[TableCell, TableCell]]:
    """The cells that meet at the break and cover the same columns."""
    below = {(cell.column, cell.colspan): cell for cell in lower.cells if cell.row == 0}
    return [
        (cell, below[cell.column, cell.colspan])
        for cell in upper.cells
        if cell.row + cell.rowspan == upper.rows and (cell.column, cell.colspan) in below
    ]


def _row_is_cut(upper: PageTable, lower: PageTable, seam: Sequence[tuple[TableCell, TableCell]]) -> bool:
    meeting = sum(cell.row + cell.rowspan == upper.rows for cell in upper.cells)
    first = sum(cell.row == 0 for cell in lower.cells)
    if not seam or len(seam) != meeting or len(seam) != first:
        return False
    both = [(above, below) for above, below in seam if above.text and below.text]
    if _only_words_go_on(seam, len(both)) or _nothing_stands_in(seam):
        return True
    open_ = all(upper.open_bottom) or all(lower.open_top)
    if not all(_goes_on(above, below, open_=open_) for above, below in both):
        return False
    if open_:
        return True
    leaves = [(a, b) for a, b in seam if a.rowspan == 1 and b.rowspan == 1]
    if any(a.text and b.text for a, b in leaves):
        return True
    # The label on one page and the numbers on the other.
    label_above = any(_HAN.search(a.text) for a, _ in leaves)
    number_above = any(_DIGIT.search(a.text) and not _HAN.search(a.text) for a, _ in leaves)
    label_below = any(_HAN.search(b.text) for _, b in leaves)
    number_below = any(_DIGIT.search(b.text) and not _HAN.search(b.text) for _, b in leaves)
    return (label_above, number_above, label_below, number_below) in {
        (True, False, False, True),
        (False, True, True, False),
    }


def _nothing_stands_in(seam: Sequence[tuple[TableCell, TableCell]]) -> bool:
    """Whether one side of the break is an empty row: the padding of the row that was cut."""
    above = [cell.text for cell, _ in seam if cell.rowspan == 1]
    below = [cell.text for _, cell in seam if cell.rowspan == 1]
    return bool(above and below) and (not any(above) or not any(below))


def _only_words_go_on(seam: Sequence[tuple[TableCell, TableCell]], both: int) -> bool:
    """Whether the row below holds words alone, and not the label that a row of its own begins with."""
    words = [below.text for _, below in seam if below.text]
    if not words or any(_ENUMERATOR.match(text) or not _HAN.search(text) for text in words):
        return False
    leftmost, _ = min(seam, key=lambda pair: pair[0].column)
    first = min((below for _, below in seam), key=lambda cell: cell.column)
    return both == len(words) and (both > 1 or (bool(leftmost.text) and not first.text))


def _goes_on(above: TableCell, below: TableCell, *, open_: bool = False) -> bool:
    """Whether the words below end the label that began above."""
    if not _HAN.search(below.text) or _ENUMERATOR.match(below.text):
        return _plain(above.text) == _plain(below.text) and bool(_HAN.search(below.text))
    return open_ or bool(_ENUMERATOR.match(above.text)) or _plain(above.text) == _plain(below.text)


def _open(upper: PageTable, lower: PageTable, above: TableCell) -> bool:
    """Whether no rule closes the cell on either side of the break."""
    columns = range(above.column, above.column + above.colspan)
    return all(upper.open_bottom[c] and lower.open_top[c] for c in columns)


def _is_one(above: TableCell, below: TableCell, *, open_: bool) -> bool:
    """Whether two cells that meet at a break between rows are one group cell; never for numbers."""
    if above.text and below.text:
        return _goes_on(above, below, open_=open_)
    text = above.text or below.text
    if text and not _HAN.search(text):
        return False
    if open_:
        return True
    if above.rowspan == 1 and below.rowspan == 1:
        return False
    return not _ENUMERATOR.match(below.text) or not above.text


def _one(above: TableCell, below: TableCell, *, overlap: bool) -> TableCell:
    rowspan = above.rowspan + below.rowspan - (1 if overlap else 0)
    texts = [above.text, below.text]
    if _plain(above.text) == _plain(below.text):
        texts.pop()
    return replace(
        below if below.text and not above.text else above,
        row=above.row,
        rowspan=rowspan,
        text="\n".join(text for text in texts if text),
    )
