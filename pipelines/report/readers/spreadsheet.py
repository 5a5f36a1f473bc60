"""XLSX to a Document: every visible sheet as grids. `xls` reads the older format and lays it out with this.

Owns worksheets: which cells a person sees, and their values as texts. A number is given as stored, to the 15
digits that Excel itself keeps, since how it is rounded on the screen is not known here. calamine reads the
values; what it does not tell (formulas without a stored result, errors, hidden rows and columns, and how
large a sheet claims to be) is looked up in the file's own XML first.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from zlib import error as zlib_error

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Cell, Document, Grid, Paragraph, Place
from pipelines.report.readers.sniff import XLSX

MOST_CELLS = 200_000
"""In one sheet: no report comes near it."""
MOST_BYTES = 64 * 1024 * 1024
MOST_SHEETS = 50
UNKNOWN = "\ufffd"
"""What stands in a cell whose value the file does not hold, or holds as an error."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATION = re.compile(r"\{[^}]*/relationships\}id$")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(slots=True)
class _Unsaid:
    """What a sheet's XML says and its values don't. Rows and columns count from 0."""

    unknown: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read(body: bytes) -> Document:
    """Open a workbook.

    Raises:
        UnreadableDocument: where it is damaged or encrypted, or a sheet is larger than any report's.
    """
    try:
        blocks = _read(body, _unsaid(body))
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError) as error:
        raise UnreadableDocument(f"the workbook is damaged or encrypted ({error}): fetch it again") from error
    except (NotImplementedError, EOFError, zlib_error, etree.XMLSyntaxError) as error:
        raise UnreadableDocument(f"the workbook is damaged ({error}): fetch it again") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what calamine's Rust does on some damaged files
            raise
        raise UnreadableDocument("the workbook is damaged: fetch it again") from error
    return Document(XLSX, tuple(blocks))


def _read(body: bytes, unsaid: dict[str, _Unsaid]) -> list[Block]:
    blocks: list[Block] = []
    with CalamineWorkbook.from_filelike(io.BytesIO(body)) as book:
        for about in book.sheets_metadata[:MOST_SHEETS]:
            if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                blocks += sheet_blocks(_cells(sheet, unsaid.get(about.name, _Unsaid())), len(blocks))
    return blocks


# ------------------------------------------------------------------ values


def _cells(sheet: CalamineSheet, unsaid: _Unsaid) -> list[Cell]:
    """The cells that a person sees, row by row; those that a merged one covers are part of it."""
    if sheet.end is None:
        return []
    if (sheet.end[0] + 1) * (sheet.end[1] + 1) > 10 * MOST_CELLS:
        raise UnreadableDocument(f"the sheet {sheet.name} is larger than any report's")
    spans = dict(sheet.merged_cell_ranges or ())
    covered = {
        (row, column)
        for (top, left), (bottom, right) in list(spans.items())[:MOST_CELLS]
        for row in range(top, min(bottom, sheet.end[0]) + 1)
        for column in range(left, min(right, sheet.end[1]) + 1)
        if (row, column) != (top, left)
    }
    cells = []
    for row, values in enumerate(sheet.to_python(skip_empty_area=False)):
        if row in unsaid.hidden_rows:
            continue
        for column, value in enumerate(values):
            at = (row, column)
            if column in unsaid.hidden_columns or at in covered:
                continue
            text = UNKNOWN if at in unsaid.unknown else text_of(value)
            bottom, right = spans.get(at, at)
            cells.append(Cell(text, row, column, bottom - row + 1, right - column + 1))
    return cells


def text_of(value: Value) -> str:
    """The value as Excel shows it in a cell without a format."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}" if value == value and abs(value) < 1e300 else UNKNOWN
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, str):
        return "\n".join(text for line in value.splitlines() if (text := " ".join(line.split())))
    return str(value)


# ------------------------------------------------------------------ tables on a sheet


def sheet_blocks(cells: Sequence[Cell], tables: int) -> Iterator[Block]:
    """A sheet's cells as what they look like: texts above, then a table, and again after an empty row.

    A text merged over several columns may be a table's top row; it is given as both.
    """
    by_row = [list(group) for _, group in groupby(cells, key=lambda cell: cell.row)]
    run: list[list[Cell]] = []
    for row in [*by_row, []]:
        below = max((cell.row + cell.rowspan for line in run for cell in line if cell.text), default=0)
        if any(cell.text for cell in row) or (row and run and row[0].row < below):
            run.append(row)
        elif run:
            yield from _table_with_titles(run, tables)
            tables += 1
            run = []


def _table_with_titles(rows: list[list[Cell]], table: int) -> Iterator[Block]:
    first = next((k for k, row in enumerate(rows) if sum(bool(c.text) for c in row) > 1), len(rows))
    top = first
    for k, row in enumerate(rows[:first]):
        (title,) = [cell for cell in row if cell.text] or [row[0]]
        if title.text:
            yield Paragraph(" ".join(title.text.split()))
        top = min(top, k) if title.colspan > 1 else first
    if first == len(rows):
        return
    left = min(cell.column for row in rows[top:] for cell in row if cell.text)
    right = max(cell.column + cell.colspan for row in rows[top:] for cell in row if cell.text)
    yield Grid(
        tuple(
            Cell(
                cell.text,
                cell.row - rows[top][0].row,
                cell.column - left,
                cell.rowspan,
                cell.colspan,
                Place(table=table, row=cell.row, column=cell.column),
            )
            for row in rows[top:]
            for cell in row
            if left <= cell.column < right
        ),
        Place(table=table),
    )


# ------------------------------------------------------------------ the file's own XML


def _unsaid(body: bytes) -> dict[str, _Unsaid]:
    """What the values don't say, by the sheet's name."""
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        relations = {
            found.get("Id"): posixpath.normpath(posixpath.join("/xl", found.get("Target", ""))).lstrip("/")
            for found in _parsed(package, "xl/_rels/workbook.xml.rels")
        }
        out: dict[str, _Unsaid] = {}
        for sheet in _parsed(package, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
            relation = next((value for name, value in sheet.items() if _RELATION.search(name)), None)
            part = relations.get(relation, "")
            if part in package.NameToInfo and len(out) < MOST_SHEETS:
                out[sheet.get("name", "")] = _sheet(_bytes(package, part))
        return out


def _sheet(xml: bytes) -> _Unsaid:
    out = _Unsaid()
    cells, row, column = 0, -1, -1
    wanted = tuple(_MAIN + name for name in ("row", "c", "col"))
    events = etree.iterparse(
        io.BytesIO(xml), events=("start", "end"), tag=wanted, resolve_entities=False, no_network=True
    )
    for event, element in events:
        name = str(element.tag)[len(_MAIN) :]
        if event == "start" and name == "row":
            number = element.get("r", "")
            row, column = int(number) - 1 if number.isdigit() else row + 1, -1
            if element.get("hidden") in ("1", "true"):
                out.hidden_rows.add(row)
        elif event == "end" and name == "c":
            cells += 1
            at = _REFERENCE.match(element.get("r", ""))
            column = _column(at[1]) if at else column + 1
            if cells > MOST_CELLS or (row + 1) * (column + 1) > 10 * MOST_CELLS:
                raise UnreadableDocument("a sheet of the workbook is larger than any report's")
            value = element.findtext(f"{_MAIN}v")
            without = element.find(f"{_MAIN}f") is not None and not value and element.get("t") != "str"
            if without or element.get("t") == "e":
                out.unknown.add((row, column))
            element.clear()
        elif event == "end" and name == "col" and element.get("hidden") in ("1", "true"):
            first, last = int(element.get("min", "1")), int(element.get("max", "0"))
            out.hidden_columns.update(range(first - 1, min(last, 16_384)))
    return out


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _parsed(package: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(_bytes(package, name), parser)


def _bytes(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UnreadableDocument("the workbook unpacks to more than is read here: open it by hand")
    return data.replace(_STRICT, _MAIN[1:-1].encode())
