"""Pages of a PDF as pictures: for character recognition, and for people who check a reading by eye.

The picture shows the page as a viewer does, so that a box of the reading (points from the page's top
left) times the scale is a box of the picture. This module must not read anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2

from pipelines.errors import UnreadableDocument
from pipelines.report.readers import pdf_chars

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 30_000_000
"""Of one page, 90 MB: A3 at 400 dpi. Larger pages, up to the 200 inches that PDF allows, come out coarser."""


class Picture(NamedTuple):
    """A rendered page."""

    page: int
    """From 1."""
    image: Image.Image
    """RGB."""
    scale: float
    """Pixels for each point."""


def page_count(body: bytes) -> int:
    """How many pages the PDF has.

    Raises:
        UnreadableDocument: where it cannot be opened.
    """
    with pdf_chars.opened(body) as pdf:
        return len(pdf)


def render(body: bytes, page: int, dpi: float = 200) -> Picture:
    """One page (from 1) as a picture.

    Raises:
        UnreadableDocument: where the PDF cannot be opened, or has no such page, or a damaged one.
    """
    return next(render_pages(body, [page], dpi))


def render_pages(body: bytes, pages: Iterable[int] | None = None, dpi: float = 200) -> Iterator[Picture]:
    """Those pages (from 1; None: all), one after the other.

    Raises:
        UnreadableDocument: as `render`.
    """
    with pdf_chars.opened(body) as pdf:
        for number in range(1, len(pdf) + 1) if pages is None else pages:
            if not 1 <= number <= len(pdf):
                raise UnreadableDocument(f"the PDF has no page {number}")
            try:
                page = pdf[number - 1]
            except pypdfium2.PdfiumError as error:
                raise UnreadableDocument(f"page {number} of the PDF is damaged") from error
            try:
                width, height = page.get_size()
                scale = min(dpi / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
                bitmap = page.render(scale=scale)
                yield Picture(number, bitmap.to_pil().convert("RGB"), scale)
            except pypdfium2.PdfiumError as error:
                raise UnreadableDocument(f"page {number} of the PDF cannot be drawn") from error
            finally:
                page.close()
