"""PDF bytes to a `Document`: paragraphs, grids and text lines in reading order.

Two engines stand behind it. pdfium's characters and path objects into our own lattice is the fast
one and reads every page first; a page whose rules make no clean lattice, or whose glyphs have no
names, is read by pdfplumber instead. Whether what was read is *true* is not judged here: the
caller checks labels and identities and may ask again with ``engine="pdfplumber"``.

Only this package's `pdf*` modules may import an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pipelines.report.model import Block, Cell, Document, Finding, Grid, Metadata, Paragraph, Place, TextLines
from pipelines.report.readers import pdf_chars, pdf_plumber
from pipelines.report.readers.pdf_blocks import Flow, PageLines, glue, unruled, without_furniture
from pipelines.report.readers.pdf_join import join, joinable
from pipelines.report.readers.pdf_page import HAN, Box, Char, Page, PageTable
from pipelines.report.readers.pdf_tables import fill
from pipelines.report.readers.pdf_text import Line, line_of, rows_of

MEDIA_TYPE = "application/pdf"

Engine = Literal["auto", "pdfium", "pdfplumber"]


def read(body: bytes, *, engine: Engine = "auto") -> Document:
    """The document in the PDF; `engine` chooses who reads it (module docstring).

    Findings: `needs-ocr` names the pages that are pictures.

    Raises:
        UnreadableDocument: damaged, empty, encrypted with a password, or beyond the limits of `pdf_page`.
    """
    title, pages = _pages(body, engine)
    lines = [lines for _, _, lines in pages]
    without_furniture(lines)
    blocks = tuple(_blocks([(tables, own) for _, tables, own in pages]))
    scans = [page for page, _, _ in pages if _is_picture(page)]
    return Document(
        media_type=MEDIA_TYPE,
        blocks=blocks,
        metadata=Metadata(title=title),
        findings=(_needs_ocr(scans),) if scans else (),
    )


_Read = tuple[Page, list[PageTable], PageLines]


def _pages(body: bytes, engine: Engine) -> tuple[str | None, list[_Read]]:
    out: list[_Read] = []
    doubtful: list[int] = []
    with pdf_chars.opened(body) as pdf:
        title = pdf_chars.title(pdf)
        for index in range(len(pdf)):
            if engine == "pdfplumber":
                doubtful.append(index)
                continue
            page = pdf_chars.read_page(pdf, index)
            tables, outside = fill(page)
            out.append((page, tables, _lines(page, outside)))
            if engine == "auto" and not all(table.sure for table in tables):
                doubtful.append(index)
    if doubtful:
        for page, lattices in pdf_plumber.read_pages(body, doubtful):
            tables, outside = fill(page, lattices)
            again = (page, tables, _lines(page, outside))
            if engine == "pdfplumber":
                out.append(again)
            elif tables:
                out[page.number - 1] = again
    return title, out


def _lines(page: Page, chars: list[Char]) -> PageLines:
    lines = [line_of(row, gap_text="  ") for row in rows_of(chars)]
    return PageLines(page.number, page.width, page.height, [line for line in lines if line.text.strip()])


def _blocks(pages: list[tuple[list[PageTable], PageLines]]) -> Iterator[Block]:
    """Every page's lines and tables from top to bottom, joined over page breaks."""
    flow = Flow([lines for _, lines in pages])
    paragraph: list[tuple[int, Line]] = []
    pending: PageTable | None = None
    numbers = iter(range(1_000_000))
    line_number = 0

    for tables, own in pages:
        items: list[Line | PageTable] = sorted([*own.lines, *tables], key=lambda item: item.box.top)
        columns = {id(line) for first, last in unruled(own.lines) for line in own.lines[first:last]}
        run: list[tuple[int, str]] = []
        for item in items:
            if not (isinstance(item, Line) and id(item) in columns) and run:
                yield TextLines(tuple(run), Place(page=own.page))
                run = []
            if isinstance(item, PageTable):
                yield from _paragraph(paragraph)
                paragraph = []
                if pending is not None and pending.last_page == own.page - 1 and joinable(pending, item):
                    pending = join(pending, item)
                    continue
                if pending is not None:
                    yield _grid(pending, next(numbers))
                pending = item
                continue
            if pending is not None:
                yield _grid(pending, next(numbers))
                pending = None
            line_number += 1
            if id(item) in columns:
                yield from _paragraph(paragraph)
                paragraph = []
                run.append((line_number, item.text))
                continue
            new_page = bool(paragraph) and paragraph[-1][0] != own.page
            if paragraph and not flow.continues(paragraph[-1][1], item, new_page=new_page):
                yield from _paragraph(paragraph)
                paragraph = []
            paragraph.append((own.page, item))
        if run:
            yield TextLines(tuple(run), Place(page=own.page))
    yield from _paragraph(paragraph)
    if pending is not None:
        yield _grid(pending, next(numbers))


def _paragraph(lines: list[tuple[int, Line]]) -> Iterator[Paragraph]:
    if not lines:
        return
    page = lines[0][0]
    text = ""
    for _, line in lines:
        text = glue(text, " ".join(line.text.split()))
    here = [line.box for number, line in lines if number == page]
    box = Box(
        min(b.x0 for b in here),
        min(b.top for b in here),
        max(b.x1 for b in here),
        max(b.bottom for b in here),
    )
    yield Paragraph(text, Place(page=page, bbox=box))


def _grid(table: PageTable, number: int) -> Grid:
    return Grid(
        cells=tuple(
            Cell(
                text=cell.text,
                row=cell.row,
                column=cell.column,
                rowspan=cell.rowspan,
                colspan=cell.colspan,
                place=Place(page=cell.page, bbox=cell.box, table=number, row=cell.row, column=cell.column),
            )
            for cell in table.cells
        ),
        place=Place(page=table.page, bbox=table.box, table=number),
    )


def _is_picture(page: Page) -> bool:
    """Whether what the page says is in a picture, an outline, or a text layer that nobody sees."""
    ink = sum(not char.text.isspace() for char in page.chars)
    pictured = max((box.area for box in page.pictures), default=0.0) / max(1.0, page.width * page.height)
    if ink < 20 and (pictured > 0.1 or page.drawings > 200 or page.hidden):
        return True
    # A page whose text is a heading or a caption, with a picture that may be the table.
    words = sum(bool(HAN.match(char.text)) for char in page.chars)
    return pictured > 0.35 and words < 300 and not page.horizontals


def _needs_ocr(pages: list[Page]) -> Finding:
    names = ", ".join(str(page.number) for page in pages)
    return Finding(
        "needs-ocr",
        "warning",
        "",
        f"page {names} is a picture, whose text is not read" if len(pages) == 1
        else f"pages {names} are pictures, whose text is not read",
    )  # fmt: skip
