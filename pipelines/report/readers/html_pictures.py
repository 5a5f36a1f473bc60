"""Tables that an HTML page holds as pictures in itself (`data:` addresses), where it has no other figures.

Owns which of a page's pictures are looked at. Pictures with addresses of their own are documents of
their own, which the crawler fetches (`crawler.attachments`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Finding, Grid
from pipelines.report.readers import ocr, picture

_PICTURE = re.compile(
    r"<img\b[^>]{0,2000}?\bsrc\s*=\s*[\"']?\s*data:image/[a-z.+-]{2,20};base64,([A-Za-z0-9+/= ]{1500,})",
    re.IGNORECASE,
)
_WIDE, _HIGH = 250, 60
"""Pixels: a table of the form does not fit in less."""
_FIGURES = 4
"""A grid with so many cells of digits alone is a table that is there as text."""


def read_pictures(text: str, blocks: Sequence[Block]) -> tuple[list[Block], list[Finding]]:
    """The blocks on the pictures inside the page `text`, whose other blocks are `blocks`.

    A picture with a table gives its tables alone: what is printed around them, the page's text says.
    `Place.page` is the picture's number in the page, from 1, its boxes are in the picture's pixels. No
    pictures are read where a table with figures is among `blocks`.
    """
    if "base64," not in text or any(_has_figures(block) for block in blocks):
        return [], []
    pictures = (opened for data in _PICTURE.findall(text) if (opened := _opened(data)) is not None)
    if not ocr.available():
        count = sum(1 for _ in pictures)
        what = f"{count} pictures inside the page" if count > 1 else "a picture inside the page"
        finding = ocr.needs_ocr(f"{what} may hold its tables: it takes character recognition")
        return [], [finding] if count else []
    out: list[Block] = []
    left_out = 0
    for number, (image, scale) in enumerate(pictures, 1):  # one by one: twenty pages fill a reader's memory
        if number > ocr.MAX_PAGES:
            left_out += 1
            continue
        own = ocr.read_picture(image, number, scale)
        grids = [block for block in own if isinstance(block, Grid)]
        out += grids or own
    if left_out:
        return out, [ocr.needs_ocr(f"{left_out} more pictures of the page were not read")]
    return out, []


def _has_figures(block: Block) -> bool:
    if not isinstance(block, Grid):
        return False
    return sum(cell.text.strip().isdigit() for cell in block.cells) >= _FIGURES


def _opened(data: str) -> picture.Opened | None:
    try:
        opened = picture.opened(base64.b64decode(data.replace(" ", "")))
    except (binascii.Error, UnreadableDocument):
        return None
    width, height = opened[0].size
    return opened if width >= _WIDE and height >= _HIGH else None
