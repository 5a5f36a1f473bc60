"""Lines drawn through or under text: no rules of a table, and what they strike out is no value.

A line through the middle of a number takes it back, whatever stands beside it. This module must not look
at what a number means; words that are struck out stay, for a label that no form has says so itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipelines.report.readers.pdf_glyphs import UNKNOWN
from pipelines.report.readers.pdf_page import FIGURES, Box, Char, Page
from pipelines.report.readers.pdf_rules import Piece

_MIDDLE = 0.2
"""A line at most this share of a character's height from its middle strikes it out; underlines are lower."""
_SHARE = 0.6
"""The share of a number's width that the line runs through at least."""
_FLUSH = 2.0
"""Lines under and through text begin and end where it does, give or take so many points."""
_SHORT, _MANY = 8.0, 3_000
"""On a page with very many strokes, those shorter than this (points) are dashes."""


def take_out_struck(page: Page, across: Sequence[Piece], down: Sequence[Piece]) -> list[Piece]:
    """Makes struck figures unknown, in place; gives the strokes across that belong to no text."""
    lines = _Lines(page)
    shortest = 2.0 if len(across) < _MANY else _SHORT
    struck: set[int] = set()
    kept: list[Piece] = []
    for stroke in across:
        lo, hi, at = stroke
        if hi - lo < shortest:
            kept.append(stroke)
            continue
        near = list(lines.at(at))
        for k in near:
            _, x0, top, x1, bottom, _, _ = page.chars[k]
            if (
                min(hi, x1) - max(lo, x0) >= _SHARE * (x1 - x0)
                and abs(2 * at - top - bottom) <= 2 * _MIDDLE * (bottom - top)
                and not FIGURES.isdisjoint(page.chars[k][0])
            ):
                struck.add(k)
        if not (near and _flush(stroke, [page.chars[k] for k in near]) and not _meets(stroke, down)):
            kept.append(stroke)
    for k in struck:
        char = page.chars[k]
        text = "".join(UNKNOWN if character in FIGURES else character for character in char.text)
        page.chars[k] = char._replace(text=text)
        page.withheld.append(Box(*char[1:5]))
    return kept


class _Lines:
    """The page's characters by height: those that a stroke may belong to."""

    def __init__(self, page: Page) -> None:
        by_height = [((c[2] + c[4]) / 2, k) for k, c in enumerate(page.chars) if c[0] != " "]
        self._page = page
        self._order = sorted(by_height)
        self._middles = [middle for middle, _ in self._order]
        self._high = max((c[4] - c[2] for c in page.chars), default=0.0)

    def at(self, at: float) -> Iterator[int]:
        """The characters that a stroke at that height runs through or right under."""
        for middle, k in self._order[bisect_left(self._middles, at - 0.65 * self._high) :]:
            if middle > at + _MIDDLE * self._high:
                return
            _, _, top, _, bottom, _, _ = self._page.chars[k]
            high = bottom - top
            if top + (0.5 - _MIDDLE) * high <= at <= bottom + 0.15 * high:
                yield k


def _flush(stroke: Piece, chars: Sequence[Char]) -> bool:
    """Whether the stroke begins where one of the characters begins, and ends where one ends."""
    return any(abs(char[1] - stroke[0]) <= _FLUSH for char in chars) and any(
        abs(char[3] - stroke[1]) <= _FLUSH for char in chars
    )


def _meets(stroke: Piece, down: Sequence[Piece]) -> bool:
    """Whether a stroke down stands at one of its ends: then it is a cell's border."""
    lo, hi, at = stroke
    return any(
        (abs(x - lo) <= 1 or abs(x - hi) <= 1) and start - 1 <= at <= end + 1 for start, end, x in down
    )
