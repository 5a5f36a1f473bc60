"""Plain text to a Document: grids where the text still draws them, lines where it does not.

Owns what a line of text can tell: pipes, tabs, one cell to a line. It must not know labels.
"""

from __future__ import annotations

from pipelines.report.model import Document, TextLines
from pipelines.report.readers.html import decode

MEDIA_TYPE = "text/plain"


def read(body: bytes) -> Document:
    """Open a text."""
    lines = decode(body).splitlines()
    return Document(MEDIA_TYPE, (TextLines(tuple(enumerate(lines, 1))),))
