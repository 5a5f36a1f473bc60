"""Papers as Excel workbooks by openpyxl and xlwt: all on one sheet, or each part on a sheet of its own."""

from __future__ import annotations

import io
import random
import re

import openpyxl
import xlwt  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet

from tests.made.layout import Printed
from tests.made.paper import Line, Paper

_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")


def workbook(paper: Paper, rng: random.Random) -> bytes:
    """The paper as XLSX; figures are numbers or texts, merges real."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheets, as_numbers, row = rng.random() < 0.4, rng.random() < 0.7, 1
    for block in paper.blocks:
        if isinstance(block, Line):
            if sheets and block.kind == "heading":
                sheet, row = book.create_sheet(block.text[:20].replace("/", "")), 1
            sheet.cell(row, 1, block.text)
            row += 1
        else:
            row = _table(sheet, block, row, as_numbers) + 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def in_old_format(body: bytes) -> bytes:
    """The cells of an XLSX, and what of it is hidden, in the format of Excel 97, by xlwt."""
    book = xlwt.Workbook()
    for sheet in openpyxl.load_workbook(io.BytesIO(body)).worksheets:
        copy = book.add_sheet(sheet.title)
        ranges = {(r.min_row, r.min_col): r for r in sheet.merged_cells.ranges}
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            merged = ranges.get((cell.row, cell.column))
            if merged is not None:
                around = (merged.min_row, merged.max_row, merged.min_col, merged.max_col)
                copy.write_merge(*(number - 1 for number in around), cell.value)
            elif cell.value is not None:
                copy.write(cell.row - 1, cell.column - 1, cell.value)
        for row in (number for number, row in sheet.row_dimensions.items() if row.hidden):
            copy.row(row - 1).hidden = True
        for letter in (letter for letter, column in sheet.column_dimensions.items() if column.hidden):
            copy.col(ord(letter) - ord("A")).hidden = True
        copy.visibility = int(sheet.sheet_state == "hidden")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Worksheet, printed: Printed, top: int, as_numbers: bool) -> int:
    for number, row in enumerate(printed.rows):
        for slot in row:
            value: str | int | float | None = slot.text or None
            if as_numbers and slot.path is not None and _PLAIN.fullmatch(slot.text):
                value = float(slot.text) if "." in slot.text else int(slot.text)
            at, column = top + number, slot.column + 1
            sheet.cell(at, column, value)
            if slot.rowspan > 1 or slot.colspan > 1:
                sheet.merge_cells(
                    start_row=at,
                    start_column=column,
                    end_row=at + slot.rowspan - 1,
                    end_column=column + slot.colspan - 1,
                )
    return top + len(printed.rows)
