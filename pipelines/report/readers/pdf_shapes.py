"""pdfium's path and image objects to rules and pictures.

A stroke, a thin filled rectangle, an edge of a stroked box, a thin image: whatever a program draws
to part two cells ends as a horizontal or vertical `Rule`. It must not look at text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pypdfium2.raw as pdfium

from pipelines.report.readers import pdf_calls
from pipelines.report.readers.pdf_inks import Inks
from pipelines.report.readers.pdf_page import Box, Page
from pipelines.report.readers.pdf_rules import THIN, Piece, joined
from pipelines.report.readers.pdf_struck import take_out_struck

Matrix = tuple[float, float, float, float, float, float]
_STRAIGHT = 0.7
"""A segment that leaves its axis by at most this much (points) is straight."""
_MAX_SEGMENTS = 20_000
_MOST_SIDES = 20
"""A filled area has at most so many segments (a rectangle with round corners); more is a letter."""


class View:
    """From a page's own space (origin bottom left, unrotated) to the page as it is displayed."""

    def __init__(self, left: float, bottom: float, right: float, top: float, rotation: int) -> None:
        self.left, self.bottom, self.right, self.top, self.rotation = left, bottom, right, top, rotation
        wide, high = right - left, top - bottom
        self.width, self.height = (high, wide) if rotation in (90, 270) else (wide, high)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """(x0, top, x1, bottom) from the top left of the displayed page."""
        match self.rotation:
            case 90:
                return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
            case 180:
                return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
            case 270:
                return self.top - y1, self.right - x1, self.top - y0, self.right - x0
            case _:
                return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0


def compose(inner: Matrix, outer: Matrix) -> Matrix:
    """First `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


class Shapes:
    """Gathers one page's objects; `finish` joins the pieces into the page's rules."""

    def __init__(self, page: Page, view: View, inks: Inks) -> None:
        self._page, self._view, self._inks = page, view, inks
        self._across: list[Piece] = []
        self._down: list[Piece] = []
        self._segments = 0

    def add(self, item: int, kind: int, outer: Matrix | None) -> None:
        """An image or a shading, in the space that `outer` maps to the page's."""
        (box,) = self.boxes([item], outer)
        if not self._thin(*box):
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._page.pictures.append(Box(*box))
            else:
                self._page.drawings += 1

    def finish(self) -> None:
        """Joins the pieces; call once, when the page has its characters."""
        self._page.horizontals = joined(take_out_struck(self._page, self._across, self._down))
        self._page.verticals = joined(self._down)

    def boxes(self, items: Sequence[int], outer: Matrix | None) -> list[tuple[float, float, float, float]]:
        """Objects' boxes on the displayed page."""
        columns = pdf_calls.bounds(items)
        if outer is None and self._view.rotation == 0:
            left, top = self._view.left, self._view.top
            return [(a - left, top - d, c - left, top - b) for a, b, c, d in zip(*columns, strict=True)]
        return [self._seen(*box, outer) for box in zip(*columns, strict=True)]

    def _seen(
        self, x0: float, y0: float, x1: float, y1: float, matrix: Matrix | None
    ) -> tuple[float, float, float, float]:
        if matrix is not None:
            a, b, c, d, e, f = matrix
            xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
            ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
            x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        return self._view.box(x0, y0, x1, y1)

    def _thin(self, x0: float, top: float, x1: float, bottom: float) -> bool:
        """Notes a thin box as a rule; a dot is a piece of both a horizontal and a vertical one."""
        wide, high = x1 - x0, bottom - top
        if wide > THIN and high > THIN:
            return False
        if wide >= 0.8 * high:
            self._across.append((x0, x1, (top + bottom) / 2))
        if high >= 0.8 * wide:
            self._down.append((top, bottom, (x0 + x1) / 2))
        return True

    def paths(self, paths: Sequence[tuple[int, int]], outer: Matrix | None) -> None:
        """Paths, each with its place in the painting order, in the space that `outer` maps to the page's."""
        items = [item for item, _ in paths]
        width, height = self._view.width, self._view.height
        columns = (self.boxes(items, outer), *pdf_calls.draw_modes(items), pdf_calls.segment_counts(items))
        for (item, order), box, fill, stroke, count in zip(paths, *columns, strict=True):
            x0, top, x1, bottom = box
            if not (fill or stroke) or x1 < 0 or bottom < 0 or x0 > width or top > height:
                continue
            # More segments may be pieces of one line with a merged cell's gap between them.
            if count <= 5 and self._thin(x0, top, x1, bottom):
                continue
            if fill and count <= 5:
                self._inks.fill(order, item, box)
            if count < 2 or (not stroke and count <= 5):
                self._page.drawings += 1  # shading
                continue
            self._segments += count
            if self._segments > _MAX_SEGMENTS:
                self._page.drawings += 1
                continue
            parts = self._parts(item, count, outer, stroked=bool(stroke))
            if fill and 5 < count <= _MOST_SIDES and len(parts) == 1:
                self._inks.fill(order, item, box)
            for part in parts:
                self._part(part, stroked=bool(stroke))

    def _part(self, part: list[tuple[float, float] | None], *, stroked: bool) -> None:
        """One subpath: points in order, None before a point that a curve leads to."""
        if len(part) == 2 and part[1] is not None and part[0] is not None:
            (xa, ya), (xb, yb) = part[0], part[1]
            if self._thin(*((xa, ya, xb, yb) if xa <= xb and ya <= yb else _box((xa, xb), (ya, yb)))):
                return
        points = [point for point in part if point is not None]
        if self._thin(*_box([x for x, _ in points], [y for _, y in points])):
            return
        if not stroked:
            self._page.drawings += 1
            return
        straight = False
        for start, end in itertools.pairwise(part):
            if start is None or end is None:
                continue
            (xa, ya), (xb, yb) = start, end
            if abs(xa - xb) > _STRAIGHT and abs(ya - yb) > _STRAIGHT:
                continue
            straight |= self._thin(*_box((xa, xb), (ya, yb)))
        self._page.drawings += not straight

    def _parts(
        self, item: int, count: int, outer: Matrix | None, *, stroked: bool
    ) -> list[list[tuple[float, float] | None]]:
        here = pdf_calls.matrix(item) or (1, 0, 0, 1, 0, 0)
        if outer is not None:
            here = compose(here, outer)
        a, b, c, d, e, f = here
        plain = self._view.rotation == 0
        left, top = self._view.left, self._view.top
        parts: list[list[tuple[float, float] | None]] = []
        part: list[tuple[float, float] | None] = []
        for x, y, kind, closes in zip(*pdf_calls.segments(item, count, closes=stroked), strict=True):
            x, y = a * x + c * y + e, b * x + d * y + f
            x, y = (x - left, top - y) if plain else self._view.box(x, y, x, y)[:2]
            if kind == pdfium.FPDF_SEGMENT_MOVETO or not parts:
                part = []
                parts.append(part)
            elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
                part.append(None)
            part.append((x, y))
            if closes and len(part) > 1:
                part.append(part[0])
        return parts


def _box(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float, float, float]:
    return min(xs), min(ys), max(xs), max(ys)
