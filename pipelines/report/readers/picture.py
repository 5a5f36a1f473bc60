"""Image files to a `Document`, where character recognition is installed (the extra `ocr`).

Owns opening image files within limits. What stands on them is `ocr`'s business.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document
from pipelines.report.readers import ocr
from pipelines.report.readers.pdf_flow import blocks

MAX_PIXELS = 60_000_000
"""A page at 600 dpi has 35 million; an image that claims more than this is an attack or a poster."""
WORK_PIXELS = 12_000_000
"""Larger pictures are made smaller first: a page at 300 dpi has 8.7 million."""
LEAST = 40
"""Pixels: no side of a picture with text is shorter."""


Opened = tuple[Image.Image, float]
"""A picture ready to be read, and how many pixels of its file one of its own is."""


def read(body: bytes, media_type: str) -> Document:
    """The document on an image file, each frame of a TIFF a page; places are in the image's pixels.

    Without the extra: an empty Document whose `needs-ocr` says so.

    Raises:
        UnreadableDocument: damaged, or larger than any page.
    """
    if not ocr.available():
        what = f"the body is an image ({media_type}): it takes character recognition"
        return Document(media_type, (), findings=(ocr.needs_ocr(what),))
    file, count = _open(body)
    read_pages = [ocr.read_page(image, k, scale) for k, (image, scale) in enumerate(_frames(file, count), 1)]
    left_out = count - len(read_pages)
    findings = (ocr.needs_ocr(f"{left_out} more pages of the image were not read"),) if left_out else ()
    return Document(media_type, tuple(blocks(read_pages)), findings=findings)


def opened(body: bytes) -> Opened:
    """The (first) picture in an image file.

    Raises:
        UnreadableDocument: as `read`.
    """
    for frame in frames(body):
        return frame
    raise UnreadableDocument("the image is damaged: it holds no picture")


def frames(body: bytes) -> Iterator[Opened]:
    """The pages that `read` reads, each as `opened` gives it; one is in memory at a time.

    Raises:
        UnreadableDocument: as `read`.
    """
    return _frames(*_open(body))


def _open(body: bytes) -> tuple[Image.Image, int]:
    """The file, and how many pages it has."""
    with _damage_in_words():
        file = Image.open(io.BytesIO(body))
        if file.width * file.height > MAX_PIXELS:
            raise UnreadableDocument(f"the image has {file.width} × {file.height} pixels; no page has")
        return file, getattr(file, "n_frames", 1) if file.format == "TIFF" else 1


def _frames(file: Image.Image, count: int) -> Iterator[Opened]:
    for number in range(min(count, ocr.MAX_PAGES)):
        with _damage_in_words():
            try:
                file.seek(number)
            except EOFError:
                return
            frame = _fit(ImageOps.exif_transpose(file.copy()))
        yield frame


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableDocument(f"the image is damaged: {error}") from error


def _fit(image: Image.Image) -> Opened:
    if min(image.size) < LEAST:
        image = image.resize((max(LEAST, image.width), max(LEAST, image.height)))
    if image.mode in ("RGBA", "LA", "PA", "P"):  # transparent means paper
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        image = paper
    image = image.convert("RGB")
    scale = (image.width * image.height / WORK_PIXELS) ** 0.5
    if scale <= 1:
        return image, 1.0
    smaller = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
    return image.resize(smaller, Image.Resampling.LANCZOS), scale
