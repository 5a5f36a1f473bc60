"""Reports drawn over the documents that they were read from: pages as pictures, all else as web pages.

Runs in a worker process. This module chooses the form by what the document is; it must not name or
write files.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from pipelines.errors import UnreadableDocument
from pipelines.evidence.cells import ShownCell, shown_cells
from pipelines.evidence.pages import Note, draw_page
from pipelines.evidence.redrawn import redraw
from pipelines.report.marks import Marks
from pipelines.report.model import Report
from pipelines.report.readers import container, open_document
from pipelines.report.readers.sniff import IMAGES, PDF, sniff

DPI = 150
MOST_PAGES = 40
"""Pages of one document that are drawn: those with cells first. A report has 4 to 40."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture or web page."""

    report: int
    """Which of the reports it shows, from 0."""
    page: int | None
    """The page, from 1; None for a web page, which shows the whole document."""
    data: bytes
    """PNG, or HTML where `page` is None."""


def draw(body: bytes, reports: Sequence[Report], title: str) -> list[Drawing]:
    """Every report drawn over its document; `title` names the file.

    Raises:
        UnreadableDocument: where none of the documents can be opened again.
    """
    kind = sniff(body)
    members = {}
    if container.opens(kind):
        members = {member.name: member.body for member in container.unpack(body, kind)}
    drawings: list[Drawing] = []
    problem: UnreadableDocument | None = None
    for number, report in enumerate(reports):
        member = report.sources[0].member
        called = f"{title}  {member}" if member else title
        try:
            drawings.extend(_drawings(number, members.get(member, b"") if members else body, report, called))
        except UnreadableDocument as error:
            problem = error  # one file of an archive that cannot be drawn keeps no other from it
    if problem is not None and not drawings:
        raise problem
    return drawings


def _drawings(number: int, body: bytes, report: Report, title: str) -> Iterator[Drawing]:
    kind, cells = sniff(body), shown_cells(report)
    if kind != PDF and kind not in IMAGES:
        yield Drawing(number, None, redraw(open_document(body, kind), report, cells, title))
        return
    for page, picture, scale in _pages(kind, body, cells):
        on_it = [cell for cell in cells if cell.place.page == page]
        sheet = draw_page(picture, scale, on_it, f"{title}  page {page}", _notes(report, on_it))
        out = io.BytesIO()
        sheet.save(out, "PNG")
        yield Drawing(number, page, out.getvalue())


def _pages(kind: str, body: bytes, cells: Sequence[ShownCell]) -> Iterator[tuple[int, Image.Image, float]]:
    """Number, picture, and pixels for each unit of the cells' boxes."""
    if kind == PDF:
        from pipelines.report.readers.pdf_render import page_count, render_pages

        needed = {cell.place.page for cell in cells if cell.place.page is not None}
        ranked = sorted(range(1, page_count(body) + 1), key=lambda page: (page not in needed, page))
        yield from render_pages(body, sorted(ranked[:MOST_PAGES]), DPI)
    else:
        from pipelines.report.readers.picture import frames

        for page, (picture, factor) in enumerate(frames(body), 1):
            yield page, picture, 1 / factor


def _notes(report: Report, cells: Sequence[ShownCell]) -> list[Note]:
    """The findings that name a cell of the page, as far as the picture's font has their letters."""
    here = {letter for cell in cells for letter in cell.letters.split()}
    notes = []
    for line in Marks(report.findings).lines:
        if line.mark in here:
            said = line.sentence.translate(str.maketrans("“”‘’…", "\"\"''.")).replace("\n", " ")
            words = f"{line.code}: {said}" if said.isascii() else line.code
            notes.append(Note(line.mark, line.severity, words[:180]))
    return notes
