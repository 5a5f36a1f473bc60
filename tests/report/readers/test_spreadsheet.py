"""XLSX and XLS: the cells that a person sees, with their values, and no more of a sheet than there can be."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Grid, Paragraph
from pipelines.report.read import read_body
from pipelines.report.readers import open_document, spreadsheet
from pipelines.report.readers.sniff import XLS, XLSX
from tests.made.archives import zipped
from tests.made.paper import draw
from tests.made.workbook import in_old_format as xls
from tests.made.workbook import workbook
from tests.report.oracle import judge


def xlsx(fill: Callable[[openpyxl.Workbook, Worksheet], None]) -> bytes:
    book = openpyxl.Workbook()
    assert isinstance(book.active, Worksheet)
    fill(book, book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def grids(body: bytes) -> list[dict[tuple[int, int], str]]:
    document = open_document(body)
    return [
        {(c.place.row or 0, c.place.column or 0): c.text for c in block.cells if c.text}
        for block in document.blocks
        if isinstance(block, Grid)
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("media_type", [XLSX, XLS])
def test_a_report_in_a_workbook_is_read(media_type: str, seed: int) -> None:
    paper = draw(f"spreadsheet/{seed}", ())
    body = workbook(paper, random.Random(seed))
    report = read_body(body if media_type == XLSX else xls(body))
    assert report.sources[0].media_type == media_type
    verdict = judge(report, paper.truth)
    assert verdict.right == verdict.cells


def test_numbers_are_what_the_file_stores_without_the_noise_of_binary_fractions() -> None:
    values: dict[float, str] = {
        3: "3", 4.0: "4", 0.1 + 0.2: "0.3", 12345.678: "12345.678", -5: "-5", 1e15: "1000000000000000",
        4166.241619: "4166.241619", 0.000001: "0.000001",
    }  # fmt: skip

    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for column, value in enumerate(values, 1):
            sheet.cell(1, column, value)

    body = xlsx(fill)
    for each in (body, xls(body)):
        (found,) = grids(each)
        assert [found[0, column] for column in range(len(values))] == list(values.values())


def test_what_is_hidden_is_not_read() -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        for row in range(1, 4):
            for column in range(1, 4):
                sheet.cell(row, column, 10 * row + column)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        other = book.create_sheet("hidden")
        other["A1"], other["B1"] = 1, 2
        other.sheet_state = "hidden"

    body = xlsx(fill)
    for each in (body, xls(body)):
        assert grids(each) == [{(0, 0): "11", (0, 2): "13", (2, 0): "31", (2, 2): "33"}]


def test_a_formula_without_its_result_and_an_error_are_no_blanks() -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["C1"] = 1, "=A1+1", "#DIV/0!"

    (found,) = grids(xlsx(fill))
    assert found == {(0, 0): "1", (0, 1): spreadsheet.UNKNOWN, (0, 2): spreadsheet.UNKNOWN}


def test_merged_cells_span_and_what_they_cover_is_no_cell() -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for column, text in enumerate(("a", "b", "c"), 1):
            sheet.cell(1, column, text)
        sheet.merge_cells("A2:B4")
        sheet["A2"], sheet["C4"] = "m", 1

    body = xlsx(fill)
    for each in (body, xls(body)):
        (grid,) = (b for b in open_document(each).blocks if isinstance(b, Grid))
        (merged,) = (cell for cell in grid.cells if cell.text == "m")
        assert (merged.row, merged.column, merged.rowspan, merged.colspan) == (1, 0, 3, 2)
        assert {(cell.row, cell.column) for cell in grid.cells if cell.row > 0} == {
            (1, 0),
            (1, 2),
            (2, 2),
            (3, 2),
        }


def test_texts_above_a_table_are_paragraphs_and_an_empty_row_ends_it() -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["A1"] = "虚构局2024年政府信息公开工作年度报告"
        sheet["A2"] = "说明"
        sheet["A3"], sheet["B3"], sheet["A4"] = "甲", 1, "乙"
        sheet["A6"], sheet["B6"] = "丙", 2

    document = open_document(xlsx(fill))
    found = [
        b.text if isinstance(b, Paragraph) else len(b.cells)
        for b in document.blocks
        if isinstance(b, Paragraph | Grid)
    ]
    assert found == [
        "虚构局2024年政府信息公开工作年度报告",
        "说明",
        4,
        2,
    ]


ONE = '<c r="A1"><v>1</v></c>'


def part(cells: str) -> bytes:
    """A workbook whose only sheet has these rows."""
    with zipfile.ZipFile(io.BytesIO(xlsx(lambda book, sheet: None))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(
        rb"<sheetData ?/>|<sheetData></sheetData>", f"<sheetData>{cells}</sheetData>".encode(), parts[name]
    )
    assert cells.encode() in parts[name]
    return zipped(parts)


def test_a_small_sheet_by_hand_is_read() -> None:
    assert grids(part('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>')) == [
        {(0, 0): "1", (0, 1): "2"}
    ]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (f'<row r="1">{ONE}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "larger than"),
        ("<row>" + "<c><v>1</v></c>" * 1001 + "</row>", "larger than"),
        (f'<row r="1">{ONE}', "damaged"),
    ],
    ids=["two cells far apart", "too many cells", "cut"],
)
def test_a_sheet_larger_than_any_reports_and_a_damaged_one_are_unreadable(
    cells: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_CELLS", 1000)
    with pytest.raises(UnreadableDocument, match=says):
        grids(part(cells))


def test_damaged_and_encrypted_workbooks_are_unreadable() -> None:
    body = workbook(draw("spreadsheet/0", ()), random.Random(0))
    old = xls(body)
    for damaged in (body[:2000] + bytes(200) + body[2200:], old[:1500], old[:700] + bytes(600) + old[1300:]):
        with pytest.raises(UnreadableDocument):
            open_document(damaged, XLSX if damaged.startswith(b"PK") else XLS)


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    files = {
        "xl/workbook.xml": f"{bomb}<workbook>&b;</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": b"<Relationships/>",
    }
    with pytest.raises(UnreadableDocument):
        spreadsheet.read(zipped(files))
