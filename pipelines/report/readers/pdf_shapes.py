"""pdfium's path and image objects to rules and pictures.

A stroke, a thin filled rectangle, an edge of a stroked box, a thin image: whatever a program draws
to part two cells ends as a horizontal or vertical `Rule`. It must not look at text.
"""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

import pypdfium2.raw as pdfium

from pipelines.report.readers.pdf_page import Box, Page, Rule
from pipelines.report.readers.pdf_rules import THIN, joined

Matrix = tuple[float, float, float, float, float, float]
_STRAIGHT = 0.7
"""A segment that leaves its axis by at most this much (points) is straight."""
_MAX_SEGMENTS = 20_000


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


class Shapes:
    """Gathers one page's objects; `finish` joins the pieces into the page's rules."""

    def __init__(self, page: Page, view: View) -> None:
        self.invisible_text = False
        self._page, self._view = page, view
        self._across: list[Rule] = []
        self._down: list[Rule] = []
        self._floats = [ctypes.c_float() for _ in range(4)]
        self._float_pointers = [ctypes.byref(value) for value in self._floats]
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._mode_pointers = ctypes.byref(self._fill), ctypes.byref(self._stroke)
        self._segments = 0

    def add(self, item: Any, kind: int, outer: Matrix | None) -> None:
        """One object: a path, an image or a shading, in the space that `outer` maps to the page's."""
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(item, outer)
        elif (box := self._bounds(item, outer)) is not None and not self._thin(box):
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._page.pictures.append(Box(*box))
            else:
                self._page.drawings += 1

    def finish(self) -> None:
        """Joins the pieces; call once."""
        self._page.horizontals = joined(self._across)
        self._page.verticals = joined(self._down)

    @staticmethod
    def compose(inner: Matrix, outer: Matrix) -> Matrix:
        """First `inner`, then `outer`."""
        a, b, c, d, e, f = inner
        g, h, i, j, k, m = outer
        return (
            a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
        )  # fmt: skip

    def _bounds(self, item: Any, outer: Matrix | None) -> tuple[float, float, float, float] | None:
        x0, y0, x1, y1 = self._floats
        if not pdfium.FPDFPageObj_GetBounds(item, *self._float_pointers):
            return None
        return self._seen(x0.value, y0.value, x1.value, y1.value, outer)

    def _seen(
        self, x0: float, y0: float, x1: float, y1: float, matrix: Matrix | None
    ) -> tuple[float, float, float, float]:
        if matrix is not None:
            a, b, c, d, e, f = matrix
            xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
            ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
            x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        return self._view.box(x0, y0, x1, y1)

    def _thin(self, box: tuple[float, float, float, float]) -> bool:
        """Notes a thin box as a rule; a dot is a piece of both a horizontal and a vertical one."""
        x0, top, x1, bottom = box
        wide, high = x1 - x0, bottom - top
        if min(wide, high) > THIN:
            return False
        if wide >= 0.8 * high:
            self._across.append(Rule(x0, x1, (top + bottom) / 2))
        if high >= 0.8 * wide:
            self._down.append(Rule(top, bottom, (x0 + x1) / 2))
        return True

    def _path(self, item: Any, outer: Matrix | None) -> None:
        fill, stroke = self._fill, self._stroke
        if not pdfium.FPDFPath_GetDrawMode(item, *self._mode_pointers) or not (fill.value or stroke.value):
            return
        box = self._bounds(item, outer)
        if box is None or self._outside(box):
            return
        count = pdfium.FPDFPath_CountSegments(item)
        # More segments may be pieces of one line with a merged cell's gap between them.
        if count <= 5 and self._thin(box):
            return
        if count < 2 or (not stroke.value and count <= 5):
            self._page.drawings += 1  # shading
            return
        self._segments += count
        if self._segments > _MAX_SEGMENTS:
            self._page.drawings += 1
            return
        for part in self._parts(item, count, outer):
            self._part(part, stroked=bool(stroke.value))

    def _outside(self, box: tuple[float, float, float, float]) -> bool:
        return box[2] < 0 or box[3] < 0 or box[0] > self._view.width or box[1] > self._view.height

    def _part(self, part: list[tuple[float, float] | None], *, stroked: bool) -> None:
        """One subpath: points in order, None before a point that a curve leads to."""
        points = [point for point in part if point is not None]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        if self._thin(box):
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
            straight |= self._thin((min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))
        self._page.drawings += not straight

    def _parts(self, item: Any, count: int, outer: Matrix | None) -> list[list[tuple[float, float] | None]]:
        matrix = pdfium.FS_MATRIX()
        here: Matrix = (1, 0, 0, 1, 0, 0)
        if pdfium.FPDFPageObj_GetMatrix(item, matrix):
            here = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
        if outer is not None:
            here = self.compose(here, outer)
        x, y = ctypes.c_float(), ctypes.c_float()
        parts: list[list[tuple[float, float] | None]] = []
        for k in range(count):
            segment = pdfium.FPDFPath_GetPathSegment(item, k)
            if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                continue
            kind = pdfium.FPDFPathSegment_GetType(segment)
            px, py, _, _ = self._seen(x.value, y.value, x.value, y.value, here)
            if kind == pdfium.FPDF_SEGMENT_MOVETO or not parts:
                parts.append([])
            elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
                parts[-1].append(None)
            parts[-1].append((px, py))
            if pdfium.FPDFPathSegment_GetClose(segment) and len(parts[-1]) > 1:
                parts[-1].append(parts[-1][0])
        return parts
