"""PDF bytes to a `Document`: paragraphs, grids and text lines in reading order.

Two engines stand behind it. pdfium's characters and path objects into our own lattice is the fast
one and reads every page first; a page whose rules make no clean lattice, or whose glyphs have no
names, is read by pdfplumber instead. Whether what was read is *true* is not judged here: the
caller checks labels and identities and may ask again with ``engine="pdfplumber"``.

Only this package's `pdf*` modules may import an engine.
"""

from __future__ import annotations

from typing import Literal

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Finding, FindingCode, Metadata
from pipelines.report.readers import ocr, pdf_chars, pdf_plumber
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_flow import blocks
from pipelines.report.readers.pdf_glyphs import NAMELESS
from pipelines.report.readers.pdf_lines import Lattice
from pipelines.report.readers.pdf_page import HAN, Page
from pipelines.report.readers.pdf_render import render_pages
from pipelines.report.readers.pdf_tables import fill
from pipelines.report.readers.pdf_text import line_of, rows_of

MEDIA_TYPE = "application/pdf"

Engine = Literal["auto", "pdfium", "pdfplumber"]


def read(body: bytes, *, engine: Engine = "auto") -> Document:
    """The document in the PDF; `engine` chooses who reads it (module docstring).

    Findings: `needs-ocr` names the pages that are pictures; `rules-unclear` those whose drawn rules or
    glyphs leave it open, after both engines, which cell a number stands in.

    Raises:
        UnreadableDocument: damaged, empty, encrypted with a password, or beyond the limits of `pdf_page`.
    """
    title, pages = _pages(body, engine)
    scans = _recognised(body, pages)
    unclear = [read_.page.number for read_ in pages if not read_.sure and read_.page.number not in scans]
    findings = []
    if scans:
        findings.append(_finding("needs-ocr", scans, ocr.why_unread()))
    if unclear:
        findings.append(
            _finding(
                "rules-unclear",
                unclear,
                "should be compared by eye: drawn rules or glyphs leave open what stands in which cell",
            )
        )
    return Document(
        media_type=MEDIA_TYPE,
        blocks=tuple(blocks(pages)),
        metadata=Metadata(title=title),
        findings=tuple(findings),
    )


def _pages(body: bytes, engine: Engine) -> tuple[str | None, list[ReadPage]]:
    with pdf_chars.opened(body) as pdf:
        title = pdf_chars.title(pdf)
        out = [_read(pdf_chars.read_page(pdf, index)) for index in range(len(pdf))]
    if engine == "pdfium":
        return title, out
    doubtful = [
        read_.page
        for read_ in out
        # A text layer that nobody sees is only told apart by pdfium.
        if not read_.page.hidden and (engine == "pdfplumber" or not read_.sure)
    ]
    try:
        for page, lattices in pdf_plumber.read_pages(body, doubtful) if doubtful else ():
            again = _read(page, lattices)
            if engine == "pdfplumber" or again.tables:
                out[page.number - 1] = again
    except UnreadableDocument:
        if engine == "pdfplumber":
            raise
    return title, out


def _read(page: Page, lattices: list[Lattice] | None = None) -> ReadPage:
    tables, outside, sure = fill(page, lattices)
    lines = [line_of(row, gap_text="  ") for row in rows_of(outside)]
    return ReadPage(page, tables, [line for line in lines if line.text.strip()], sure)


def _recognised(body: bytes, pages: list[ReadPage]) -> list[int]:
    """Recognises the pages that are pictures, in place, where that is installed; gives those left unread."""
    scans = [read_.page.number for read_ in pages if _is_picture(read_.page)]
    if not scans or not ocr.available():
        return scans
    unread = scans[ocr.MAX_PAGES :]
    for picture in render_pages(body, scans[: ocr.MAX_PAGES]):
        page = ocr.read_page(picture.image, picture.page, 1 / picture.scale)
        if page.tables or page.lines:
            pages[picture.page - 1] = page
        else:
            unread.append(picture.page)
    return sorted(unread)


def _is_picture(page: Page) -> bool:
    """Whether what the page says is in a picture, an outline, nameless glyphs, or text that nobody sees."""
    text = "".join(char.text for char in page.chars).replace(" ", "")
    if 3 * len(NAMELESS.findall(text)) > len(text):
        return True  # the fonts name no characters: only the glyphs' looks say what they are
    pictured = max((box.area for box in page.pictures), default=0.0) / max(1.0, page.width * page.height)
    if len(text) < 20 and (pictured > 0.1 or page.drawings > 200 or page.hidden):
        return True
    # A page whose text is a heading or a caption, with a picture that may be the table.
    return pictured > 0.35 and not page.horizontals and len(HAN.findall(text)) < 300


def _finding(code: FindingCode, pages: list[int], what: str) -> Finding:
    names = ("page " if len(pages) == 1 else "pages ") + ", ".join(map(str, pages))
    return Finding(code, "warning", "", f"{names} of the PDF {what}")
