"""Character recognition, where it is installed (the extra `ocr`): the door to the `ocr_*` modules.

This module imports no picture library, so that whoever may lack the extra can ask `available` first.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.report.model import Block, Finding
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_flow import blocks

if TYPE_CHECKING:
    from PIL import Image

MAX_PAGES = 20
"""Pages recognised of one document: a page takes seconds, and an annual report has 4 to 15."""


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether character recognition is installed, and its picture library finds what it needs (libGL)."""
    if any(importlib.util.find_spec(name) is None for name in ("rapidocr_onnxruntime", "cv2")):
        return False
    try:
        importlib.import_module("cv2")
    except ImportError:
        return False
    return True


def needs_ocr(what: str) -> Finding:
    """The finding that something is a picture and was not read, and what to install."""
    how = "" if available() else " (install the extra `ocr`: pip install 'gongkai[ocr]')"
    return Finding("needs-ocr", "warning", "", what + how)


def why_unread() -> str:
    """What is said of pages that are pictures and were not read, after their numbers."""
    if available():
        return f"are pictures in which nothing was recognised, or come after the first {MAX_PAGES}"
    return needs_ocr("cannot be read without character recognition: a picture stands there").message


def read_picture(image: Image.Image, page: int | None, scale: float) -> tuple[Block, ...]:
    """The paragraphs and grids on a picture, in reading order; cells carry their confidence.

    `scale`: points (or whatever unit places shall have) for one pixel; `page` counts from 1.
    Only where `available`.
    """
    return tuple(blocks([read_page(image, page or 1, scale)]))


def read_page(image: Image.Image, number: int, scale: float) -> ReadPage:
    """The tables and lines of text on the picture of one page. `scale` as in `read_picture`."""
    from pipelines.report.readers import ocr_page

    return ocr_page.read_page(image, number, scale)
