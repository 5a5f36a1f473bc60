"""Image files to a `Document`, where character recognition is installed (the extra `ocr`).

Owns opening image files within limits. What stands on them is `ocr`'s business.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

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
    pages, left_out = _frames(body)
    read_pages = [ocr.read_page(image, k, scale) for k, (image, scale) in enumerate(pages, 1)]
    findings = (ocr.needs_ocr(f"{left_out} more pages of the image were not read"),) if left_out else ()
    return Document(media_type, tuple(blocks(read_pages)), findings=findings)


def opened(body: bytes) -> Opened:
    """The (first) picture in an image file.

    Raises:
        UnreadableDocument: as `read`.
    """
    return _frames(body, most=1)[0][0]


def frames(body: bytes) -> list[Opened]:
    """The pages that `read` reads, each as `opened` gives it.

    Raises:
        UnreadableDocument: as `read`.
    """
    return _frames(body)[0]


def _frames(body: bytes, most: int = ocr.MAX_PAGES) -> tuple[list[Opened], int]:
    try:
        with Image.open(io.BytesIO(body)) as file:
            if file.width * file.height > MAX_PIXELS:
                raise UnreadableDocument(f"the image has {file.width} × {file.height} pixels; no page has")
            count = getattr(file, "n_frames", 1) if file.format == "TIFF" else 1
            frames = [
                _fit(ImageOps.exif_transpose(frame.copy()))
                for frame, _ in zip(ImageSequence.Iterator(file), range(min(count, most)), strict=False)
            ]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableDocument(f"the image is damaged: {error}") from error
    return frames, count - len(frames)


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
