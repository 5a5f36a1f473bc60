"""Characters to text in reading order: the lines of a paragraph, the text of a cell.

It must not know tables or pages; it gets the characters that belong together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median

from pipelines.report.readers.pdf_page import FIGURES, Box, Char
from pipelines.report.readers.pdf_pieces import letters
from pipelines.report.values import RAISED

GAP = 0.6
"""A gap of more than this share of the character size is a space: two numbers must not run together."""
DIGIT_GAP = 0.2
"""The same between two figures, which stand close in one number: columns may be a hair apart."""
WIDE = 1.6
"""A gap this wide parts two columns of a table without rules."""


_LEFT = itemgetter(1, 5)


@dataclass(slots=True)
class Line:
    """One line of text with its box; `size` is its characters' height, `parts` counts what wide gaps part."""

    text: str
    box: Box
    size: float
    parts: int = 1
    confidence: float | None = None
    """As in `model.Cell`."""

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
        if len(row) > 1:
            row.sort(key=_LEFT)
    return rows


def line_of(row: Sequence[Char], *, gap_text: str = " ") -> Line:
    """One line: overprinted doubles dropped, a space where one is printed or a gap is that wide."""
    text, parts, size = _text_of(row, gap_text)
    return Line(text, box_of(row), size, parts)


def _text_of(row: Sequence[Char], gap_text: str) -> tuple[str, int, float]:
    """The line's text, how many parts wide gaps make of it, and the size of its characters."""
    if len(row) == 1:
        ((text, _, top, _, bottom, _, _),) = row
        return text.strip(), 1, bottom - top
    heights = sorted([c[4] - c[2] for c in row])
    size = heights[len(heights) // 2]
    out: list[str] = []
    parts = 1
    last: Char | None = None
    base = row[0]
    spaced = False
    for char in row:
        shown, x0, top, x1, bottom, _, edges = char
        if shown == " " or shown.isspace():
            spaced = last is not None
            continue
        if last is not None:
            gap = x0 - last[3]
            if gap < -0.2 * size and (edges or last[6]):
                return _text_of(sorted(letters(row), key=_LEFT), gap_text)
            if (
                gap < 0
                and shown == last[0]
                and abs(x0 + x1 - last[1] - last[3]) < 0.4 * size
                and abs(top + bottom - last[2] - last[4]) < 0.4 * size
            ):
                continue  # bold by printing twice
            if gap > WIDE * size:
                parts += 1
                out.append(gap_text)
            elif last[0][-1] in FIGURES and shown[0] in FIGURES:
                if spaced or gap > DIGIT_GAP * size:
                    out.append(" ")
                elif _is_raised(char, base):
                    shown = shown.translate(RAISED)
            elif spaced or gap > GAP * size:
                out.append(" ")
        if shown == char[0]:
            base = char
        out.append(shown)
        last, spaced = char, False
    return "".join(out), parts, size


def _is_raised(char: Char, base: Char) -> bool:
    """Whether a digit is a note's: smaller than the figure before it, and set higher or lower."""
    high, before = char[4] - char[2], base[4] - base[2]
    return high < 0.87 * before and abs(char[2] + char[4] - base[2] - base[4]) > 0.1 * before


def cell_text(chars: Sequence[Char]) -> str:
    """A cell's text, one printed line on each line; vertical and turned text in its own order."""
    if not chars:
        return ""
    if len(chars) == 1:
        return chars[0][0].strip()
    rows = rows_of(chars)
    if len(rows) > 1 and not _across(chars) and (turned := _turned(chars)) is not None:
        return turned
    lines = (_text_of(row, " ")[0] for row in rows)
    return "\n".join(line for line in lines if line)


def _across(chars: Sequence[Char]) -> bool:
    """Whether most characters stand in pieces, which run from left to right."""
    return 2 * len(chars) < sum(len(char[0]) for char in chars)


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
    ink = sorted((c for c in letters(chars) if not c.text.isspace()), key=lambda c: c.order)
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
