"""One page of an OFD as plain values: characters, rules and pictures, in points from its top left.

Owns the graphic objects of GB/T 33190-2016 (clauses 8 to 13), as far as they show text, lines and pictures.
It must not open parts or decide what a table is.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipelines.errors import UnreadableDocument
from pipelines.report.readers.pdf_glyphs import UNKNOWN
from pipelines.report.readers.pdf_page import (
    FIGURES,
    MAX_CHARACTERS,
    MAX_OBJECTS,
    Box,
    Char,
    Page,
    Rule,
)
from pipelines.report.readers.pdf_rules import THIN, joined
from pipelines.report.readers.pdf_struck import take_out_struck

POINTS = 72 / 25.4
"""Points in a millimetre, the unit of OFD."""
A4 = [0.0, 0.0, 210.0, 297.0]

_ASCENT = 0.88
"""The share of a glyph's size above its baseline, as in the fonts of Chinese offices."""
_STRAIGHT = 0.7
_DEEPEST = 8
_PATH = re.compile(r"[A-Za-z]|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""The operators of AbbreviatedData with how many numbers each takes (table 36)."""

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class Resources:
    """What pages refer to by number."""

    files: dict[str, str] = field(default_factory=dict)
    units: dict[str, etree._Element] = field(default_factory=dict)
    largest: dict[int, str] = field(default_factory=dict)
    """The file of the largest picture on each page."""


def local_name(element: etree._Element) -> str:
    """The tag without its namespace, of which producers use more than one."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(parent: etree._Element, name: str) -> etree._Element | None:
    """The first child of that name."""
    return next((element for element in parent if local_name(element) == name), None)


def read_page(
    layers: Sequence[etree._Element], box: list[float] | None, number: int, resources: Resources
) -> Page:
    """The page that the parts (templates first) draw.

    Raises:
        UnreadableDocument: where it holds more than `MAX_CHARACTERS` or `MAX_OBJECTS`.
    """
    left, top, width, height = box or A4
    page = Page(number, width * POINTS, height * POINTS)
    walk = _Walk(page, resources)
    for layer in layers:
        content = child(layer, "Content")
        if content is not None:
            walk.block(content, (POINTS, 0, 0, POINTS, -left * POINTS, -top * POINTS), 1)
    page.horizontals = joined(take_out_struck(page, walk.across, walk.down))
    page.verticals = joined(walk.down)
    return page


class _Walk:
    """Every object of a page; `matrix` maps the space of the objects at hand to the page's points."""

    def __init__(self, page: Page, resources: Resources) -> None:
        self._page, self._resources = page, resources
        self._objects = 0
        self._largest = 0.0
        self.across: list[Rule] = []
        self.down: list[Rule] = []

    def block(self, parent: etree._Element, matrix: Matrix, depth: int) -> None:
        """The objects in a layer, a page block or a composite unit."""
        for element in parent:
            name = local_name(element)
            self._objects += 1
            if self._objects > MAX_OBJECTS:
                raise UnreadableDocument(f"page {self._page.number} draws more than {MAX_OBJECTS} objects")
            if element.get("Visible") == "false" or element.get("Alpha") == "0":
                continue
            if name in ("Layer", "PageBlock"):
                if depth < _DEEPEST:
                    self.block(element, matrix, depth + 1)
            elif name == "TextObject":
                self._text(element, _placed(element, matrix))
            elif name == "PathObject":
                self._path(element, _placed(element, matrix))
            elif name == "ImageObject":
                self._image(element, matrix)
            elif name == "CompositeObject":
                content = self._resources.units.get(element.get("ResourceID", ""))
                inner = None if content is None else child(content, "Content")
                if inner is not None and depth < _DEEPEST:
                    self.block(inner, _placed(element, matrix), depth + 1)

    def _text(self, element: etree._Element, matrix: Matrix) -> None:
        size = _number(element.get("Size")) or 0.0
        scale = _number(element.get("HScale")) or 1.0
        unseen = _is_white(element, "FillColor") or element.get("Fill") == "false"
        x = y = 0.0
        for code in element:
            if local_name(code) != "TextCode":
                continue
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            at_x, at_y = x, y
            text = code.text or ""
            steps = _steps(code.get("DeltaX")), _steps(code.get("DeltaY"))
            for k, letter in enumerate(text):
                wide = size * scale * (1.0 if ord(letter) > 0x2E7F else 0.5)
                if unseen and letter in FIGURES:
                    letter = UNKNOWN
                if not letter.isspace():
                    self._char(letter, at_x, at_y, min(wide, _step(steps[0], k) or wide), size, matrix)
                at_x += _step(steps[0], k) if steps[0] or steps[1] else wide
                at_y += _step(steps[1], k)

    def _char(self, letter: str, x: float, y: float, wide: float, size: float, matrix: Matrix) -> None:
        chars = self._page.chars
        if len(chars) >= MAX_CHARACTERS:
            raise UnreadableDocument(f"page {self._page.number} has more than {MAX_CHARACTERS} characters")
        x0, top, x1, bottom = _box(
            _moved(matrix, u, v)
            for u in (x, x + wide)
            for v in (y - _ASCENT * size, y + (1 - _ASCENT) * size)
        )
        if x1 > x0 and bottom > top and all(map(math.isfinite, (x0, top, x1, bottom))):
            chars.append(Char(letter, x0, top, x1, bottom, len(chars)))

    def _path(self, element: etree._Element, matrix: Matrix) -> None:
        stroked = element.get("Stroke", "true") != "false" and not _is_white(element, "StrokeColor")
        filled = element.get("Fill", "false") == "true" and not _is_white(element, "FillColor")
        if not (stroked or filled):
            return
        data = child(element, "AbbreviatedData")
        for part in _parts((data.text or "") if data is not None else "", matrix):
            points = [point for point in part if point is not None]
            if self._thin(_box(points)):
                continue
            straight = False
            for start, end in itertools.pairwise(part) if stroked else ():
                if start is None or end is None:
                    continue
                if abs(start[0] - end[0]) <= _STRAIGHT or abs(start[1] - end[1]) <= _STRAIGHT:
                    straight |= self._thin(_box((start, end)))
            self._page.drawings += not straight

    def _thin(self, box: Box) -> bool:
        x0, top, x1, bottom = box
        wide, high = x1 - x0, bottom - top
        if not (math.isfinite(wide) and math.isfinite(high)) or (wide > THIN and high > THIN):
            return False
        if wide >= 0.8 * high:
            self.across.append(Rule(x0, x1, (top + bottom) / 2))
        if high >= 0.8 * wide:
            self.down.append(Rule(top, bottom, (x0 + x1) / 2))
        return True

    def _image(self, element: etree._Element, matrix: Matrix) -> None:
        x, y, wide, high = _numbers(element.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
        box = _box(_moved(matrix, u, v) for u in (x, x + wide) for v in (y, y + high))
        if self._thin(box):
            return
        self._page.pictures.append(box)
        file = self._resources.files.get(element.get("ResourceID", ""))
        if file is not None and box.area > self._largest:
            self._largest = box.area
            self._resources.largest[self._page.number] = file


# ------------------------------------------------------------------ numbers and places


def _placed(element: etree._Element, outer: Matrix) -> Matrix:
    """From the object's own space: its CTM, then its Boundary's corner, then what is around it (8.5)."""
    numbers = _numbers(element.get("CTM"), 6)
    a, b, c, d, e, f = numbers if numbers is not None else _SAME
    boundary = _numbers(element.get("Boundary"), 4)
    if boundary is not None:
        e, f = e + boundary[0], f + boundary[1]
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _box(points: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def _steps(words: str | None) -> list[float]:
    """DeltaX or DeltaY: numbers, of which ``g 5 3.5`` means five times 3.5 (table 47)."""
    out: list[float] = []
    items = iter((words or "").split())
    for word in items:
        if word == "g":
            count, value = _number(next(items, None)), _number(next(items, None))
            out += [value] * max(0, min(int(count), MAX_CHARACTERS))
        else:
            out.append(_number(word))
        if len(out) > MAX_CHARACTERS:
            break
    return out


def _step(steps: Sequence[float], k: int) -> float:
    """How far the pen moves after the character `k`; the last step goes on where they are too few."""
    return steps[min(k, len(steps) - 1)] if steps else 0.0


def _parts(data: str, matrix: Matrix) -> Iterator[list[tuple[float, float] | None]]:
    """The subpaths of AbbreviatedData as points on the page, None before one that a curve leads to."""
    part: list[tuple[float, float] | None] = []
    words = _PATH.findall(data)[:MAX_OBJECTS]
    at = 0
    while at < len(words):
        operator = words[at]
        count = _OPERANDS.get(operator)
        if count is None:
            at += 1
            continue
        numbers = [_number(word) for word in words[at + 1 : at + 1 + count]]
        if len(numbers) < count:
            break
        at += 1 + count
        if operator in "SM":
            if len(part) > 1:
                yield part
            part = []
        if operator in "QBA":
            part.append(None)
        if operator == "C":
            start = next((point for point in part if point is not None), None)
            if start is not None:
                part.append(start)
        else:
            part.append(_moved(matrix, *numbers[-2:]))
    if len(part) > 1:
        yield part


def _is_white(element: etree._Element, name: str) -> bool:
    color = child(element, name)
    return color is not None and _numbers(color.get("Value"), 3) == [255.0, 255.0, 255.0]


def _number(word: str | None, default: float = 0.0) -> float:
    try:
        value = float(word) if word is not None else default
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _numbers(words: str | None, count: int) -> list[float] | None:
    numbers = [_number(word) for word in (words or "").split()]
    return numbers if len(numbers) == count else None
