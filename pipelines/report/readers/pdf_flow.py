"""Pages read one by one to the document's blocks: tables joined over page breaks, lines to paragraphs.

Owns the order of blocks and the places that they name. It must not read bytes or judge a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipelines.report.model import Block, Cell, Grid, Paragraph, Place, TextLines
from pipelines.report.readers.pdf_blocks import Flow, ReadPage, glue, unruled, without_furniture
from pipelines.report.readers.pdf_join import join, joinable
from pipelines.report.readers.pdf_page import Box, Page, PageTable
from pipelines.report.readers.pdf_text import Line
from pipelines.report.readers.pdf_turn import as_displayed


def blocks(pages: Sequence[ReadPage]) -> Iterator[Block]:
    """Every page's tables and lines from top to bottom, page numbers and running heads left out."""
    without_furniture(pages)
    assembly = _Assembly(Flow(pages), {read.page.number: read.page for read in pages})
    for read in pages:
        in_columns = {id(line) for first, end in unruled(read.lines) for line in read.lines[first:end]}
        items: list[Line | PageTable] = sorted([*read.lines, *read.tables], key=lambda item: item.box.top)
        for item in items:
            if isinstance(item, PageTable):
                yield from assembly.table(item)
            elif id(item) in in_columns:
                yield from assembly.column_line(item, read.page)
            else:
                yield from assembly.line(item, read.page)
    yield from assembly.close()


@dataclass(slots=True)
class _Assembly:
    """What is still open while blocks are put together: at most one of the three kinds."""

    flow: Flow
    pages: dict[int, Page]
    paragraph: list[tuple[Page, Line]] = field(default_factory=list)
    rows: list[tuple[int, str]] = field(default_factory=list)
    rows_page: int = 0
    open_table: PageTable | None = None
    tables: int = 0
    lines: int = 0

    def table(self, table: PageTable) -> Iterator[Block]:
        before = self.open_table
        if before is not None and before.last_page == table.page - 1 and joinable(before, table):
            self.open_table = join(before, table)
            return
        yield from self.close()
        self.open_table = table

    def column_line(self, line: Line, page: Page) -> Iterator[Block]:
        if not self.rows:
            yield from self.close()
            self.rows_page = page.number
        self.lines += 1
        self.rows.append((self.lines, line.text))

    def line(self, line: Line, page: Page) -> Iterator[Block]:
        self.lines += 1
        if self.paragraph:
            before, above = self.paragraph[-1]
            if self.flow.continues(above, line, new_page=before is not page):
                self.paragraph.append((page, line))
                return
        yield from self.close()
        self.paragraph = [(page, line)]

    def close(self) -> Iterator[Block]:
        if self.paragraph:
            yield _paragraph(self.paragraph)
            self.paragraph = []
        if self.rows:
            yield TextLines(tuple(self.rows), Place(page=self.rows_page))
            self.rows = []
        if self.open_table is not None:
            yield _grid(self.open_table, self.tables, self.pages)
            self.tables += 1
            self.open_table = None


def _paragraph(lines: Sequence[tuple[Page, Line]]) -> Paragraph:
    page = lines[0][0]
    text = ""
    for _, line in lines:
        text = glue(text, " ".join(line.text.split()))
    here = [line.box for on, line in lines if on is page]
    box = Box(
        min(b.x0 for b in here),
        min(b.top for b in here),
        max(b.x1 for b in here),
        max(b.bottom for b in here),
    )
    sure = [line.confidence for _, line in lines if line.confidence is not None]
    place = Place(page=page.number, bbox=as_displayed(box, page))
    return Paragraph(text, place, min(sure, default=None))


def _grid(table: PageTable, number: int, pages: dict[int, Page]) -> Grid:
    return Grid(
        cells=tuple(
            Cell(
                text=cell.text,
                row=cell.row,
                column=cell.column,
                rowspan=cell.rowspan,
                colspan=cell.colspan,
                place=Place(
                    page=cell.page,
                    bbox=as_displayed(cell.box, pages[cell.page]),
                    table=number,
                    row=cell.row,
                    column=cell.column,
                ),
                confidence=cell.confidence,
            )
            for cell in table.cells
        ),
        place=Place(page=table.page, bbox=as_displayed(table.box, pages[table.page]), table=number),
    )
