"""A document's running text as lines, whatever its format.

Owns the order of lines and the undoing of flattened text (a whole page on one line, white space
where line breaks were). It must not read tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.report.model import Document, Grid, Paragraph, Place, TextLines

_FLAT = 400
"""A line as long as this, with white space in it, may be a page that was flattened."""
_NUMBERED = re.compile(r"(?:^|[\s。）)])[一二三四五六七八九]、")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")


@dataclass(frozen=True, slots=True)
class ProseLine:
    """A line of running text; `wrapped`: it may go on in the next line."""

    text: str
    wrapped: bool = False


def prose_lines(document: Document) -> list[ProseLine]:
    """The lines outside grids, in reading order, white space folded, empty ones left out."""
    out: list[ProseLine] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            out.extend(_split(block.text, wrapped=block.place.page is not None))
        elif isinstance(block, TextLines):
            for _, text in block.lines:
                out.extend(_split(text, wrapped=True))
    return out


def table_lines(document: Document) -> list[tuple[str, Place]]:
    """Every line with its place, those of grids' cells (row by row) among them."""
    out: list[tuple[str, Place]] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            out.append((block.text, block.place))
        elif isinstance(block, TextLines):
            out.extend((text, Place(line=number)) for number, text in block.lines)
        else:
            cells = sorted(block.cells, key=lambda cell: (cell.row, cell.column))
            out.extend((line, cell.place) for cell in cells for line in cell.text.split("\n"))
    return out


def grids_with_context(document: Document) -> list[tuple[Grid, str]]:
    """Each grid with the nearest line of text above it."""
    out: list[tuple[Grid, str]] = []
    above = ""
    for block in document.blocks:
        if isinstance(block, Grid):
            out.append((block, above))
        elif isinstance(block, Paragraph):
            above = block.text if block.text.strip() else above
        else:
            above = next((line for _, line in reversed(block.lines) if line.strip()), above)
    return out


def _split(text: str, *, wrapped: bool) -> list[ProseLine]:
    folded = _SPACES.sub(" ", text).strip()
    if not folded:
        return []
    if len(folded) < _FLAT or len(_NUMBERED.findall(folded)) < 2:
        return [ProseLine(folded, wrapped)]
    parts = folded.split(" ")
    out: list[ProseLine] = []
    for part in parts:
        if out and re.fullmatch(r"[一二三四五六七八九]、", out[-1].text):
            out[-1] = ProseLine(out[-1].text + part)
        else:
            out.append(ProseLine(part))
    return out
