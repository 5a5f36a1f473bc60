"""Characters to text in reading order: the lines of a paragraph, the text of a cell.

It must not know tables or pages; it gets the characters that belong together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from pipelines.report.readers.pdf_page import Box, Char

GAP = 0.6
"""A gap of more than this share of the character size is a space: two numbers must not run together."""
DIGIT_GAP = 0.2
"""The same between two figures, which stand close in one number: columns may be a hair apart."""
WIDE = 1.6
"""A gap this wide parts two columns of a table without rules."""


FIGURES = frozenset("0123456789.,０１２３４５６７８９")


@dataclass(slots=True)
class Line:
    """One line of text with its box; `size` is its characters' height, `parts` counts what wide gaps part."""

    text: str
    box: Box
    size: float
    parts: int = 1

    @property
    def middle(self) -> float:
        """From the page's top."""
        return (self.box.top + self.box.bottom) / 2


def rows_of(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters on one line each, lines from top to bottom, characters from left to right."""
    rows: list[list[Char]] = []
    middle = height = 0.0
    for char in sorted(chars, key=lambda c: c[2] + c[4]):
        y, high = (char[2] + char[4]) / 2, char[4] - char[2]
        # The larger of both heights: some fonts give only the ink's box, and 一 has next to no height.
        if rows and y - middle <= 0.5 * max(height, high):
            rows[-1].append(char)
            middle += (y - middle) / len(rows[-1])
            height = max(height, high)
        else:
            rows.append([char])
            middle, height = y, high
    for row in rows:
        row.sort()
        row.sort(key=lambda c: c.x0)
    return rows


def line_of(row: Sequence[Char], *, gap_text: str = " ") -> Line:
    """One line: overprinted doubles dropped, a space where one is printed or a gap is that wide."""
    out: list[str] = []
    parts = 1
    last: Char | None = None
    spaced = False
    size = median(c.bottom - c.top for c in row)
    for char in row:
        if char.text.isspace():
            spaced = last is not None
            continue
        if last is not None:
            if (
                char.text == last.text
                and abs(char.x - last.x) < 0.2 * size
                and abs(char.y - last.y) < 0.2 * size
            ):
                continue  # bold by printing twice
            gap = char.x0 - last.x1
            if gap > WIDE * size:
                parts += 1
                out.append(gap_text)
            elif spaced or gap > (DIGIT_GAP if last.text in FIGURES and char.text in FIGURES else GAP) * size:
                out.append(" ")
        out.append(char.text)
        last, spaced = char, False
    return Line("".join(out), box_of(row), size, parts)


def cell_text(chars: Sequence[Char]) -> str:
    """A cell's text, one printed line on each line; vertical and turned text in its own order."""
    if not chars:
        return ""
    if (turned := _turned(chars)) is not None:
        return turned
    lines = (line_of(row).text for row in rows_of(chars))
    return "\n".join(line for line in lines if line)


def box_of(chars: Sequence[Char]) -> Box:
    """The box around characters."""
    return Box(
        min(c.x0 for c in chars),
        min(c.top for c in chars),
        max(c.x1 for c in chars),
        max(c.bottom for c in chars),
    )


def _turned(chars: Sequence[Char]) -> str | None:
    """Text that runs up or down in more than one column, in the order in which the document sets it.

    Upright text set one character on a line reads from top to bottom anyway; where columns stand
    side by side, or the text runs upwards, only the document's own order tells.
    """
    ink = sorted((c for c in chars if not c.text.isspace()), key=lambda c: c.order)
    if len(ink) < 2:
        return None
    size = median(max(c.x1 - c.x0, c.bottom - c.top) for c in ink)
    steps = [b.y - a.y for a, b in itertools.pairwise(ink) if abs(b.x - a.x) < 0.5 * size]
    upright = [step for step in steps if abs(step) > 0.5 * size]
    if len(upright) < 0.6 * (len(ink) - 1):
        return None
    one_column = max(c.x for c in ink) - min(c.x for c in ink) < 0.6 * size
    if one_column and sum(step > 0 for step in upright) * 2 > len(upright):
        return None
    return "\n".join(c.text for c in ink)
