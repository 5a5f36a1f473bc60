"""XLS (Excel 97 to 2003, and WPS's ET) to a Document: xlrd's cells, laid out as `spreadsheet` does.

xlrd and not calamine, which on damaged XLS files runs for ever, and tells neither errors nor hidden rows.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

import xlrd  # type: ignore[import-untyped]

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Cell, Document
from pipelines.report.readers.sniff import XLS
from pipelines.report.readers.spreadsheet import MOST_CELLS, MOST_SHEETS, UNKNOWN, sheet_blocks, text_of

_DAMAGE = (
    xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, LookupError, AssertionError, ValueError,
    ArithmeticError, TypeError, AttributeError, NotImplementedError, EOFError,
)  # fmt: skip
"""What xlrd stumbles into on damaged files."""


def read(body: bytes) -> Document:
    """Open a workbook of the older format.

    Raises:
        UnreadableDocument: where it is damaged or encrypted, or a sheet is larger than any report's.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=body, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        blocks: list[Block] = []
        for sheet in book.sheets()[:MOST_SHEETS]:
            if sheet.visibility == 0:
                blocks += sheet_blocks(list(_cells(sheet, book.datemode)), len(blocks))
    except _DAMAGE as error:
        raise UnreadableDocument(
            f"the workbook is damaged or encrypted ({error!r}): fetch it again"
        ) from error
    return Document(XLS, tuple(blocks))


def _cells(sheet: Any, datemode: int) -> Iterator[Cell]:
    """The cells that a person sees, row by row; those that a merged one covers are part of it."""
    if (
        sum(map(sheet.row_len, range(sheet.nrows))) > MOST_CELLS
        or sheet.nrows * sheet.ncols > 10 * MOST_CELLS
    ):
        raise UnreadableDocument(f"the sheet {sheet.name} is larger than any report's")
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for top, bottom, left, right in sheet.merged_cells[:MOST_CELLS]:
        spans[top, left] = bottom, right
        low, far = min(bottom, sheet.nrows), min(right, sheet.ncols)
        covered.update((r, c) for r in range(top, low) for c in range(left, far) if (r, c) != (top, left))
        if len(covered) > 10 * MOST_CELLS:
            raise UnreadableDocument(f"the sheet {sheet.name} is larger than any report's")
    for row in range(sheet.nrows):
        if row in sheet.rowinfo_map and sheet.rowinfo_map[row].hidden:
            continue
        for column in range(sheet.ncols):
            if (column in sheet.colinfo_map and sheet.colinfo_map[column].hidden) or (row, column) in covered:
                continue
            bottom, right = spans.get((row, column), (row + 1, column + 1))
            text = _text(sheet.cell(row, column), datemode) if column < sheet.row_len(row) else ""
            yield Cell(text, row, column, bottom - row, right - column)


def _text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return UNKNOWN
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return text_of(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return text_of(xlrd.xldate_as_datetime(cell.value, datemode))
    return text_of(cell.value)
