"""One PDF page as plain values: characters, drawn rules and pictures, measured from its top left.

Both engines (pdfium in `pdf_chars`, pdfplumber in `pdf_plumber`) end in these values, and all
geometry (`pdf_rules`, `pdf_lines`, `pdf_text`, `pdf_blocks`, `pdf_join`) starts from them. This
module owns the words and the limits; it must not import an engine or decide what a table is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

MAX_PAGES = 400
"""An annual report has 4 to 40 pages; more than this is another kind of document, or an attack."""
MAX_CHARACTERS = 60_000
MAX_OBJECTS = 120_000
MAX_RULES = 4_000
"""Bounds for one page, far above any printed form, that keep a hostile page from eating a worker's time."""

FIGURES = frozenset("0123456789.,０１２３４５６７８９")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


class Char(NamedTuple):
    """A printed character with the box of its advance, and where it came in the page's own order.

    Or a piece of several that follow one another on one line (`pdf_pieces`); `edges` then holds each
    one's left edge, then each one's right edge.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    order: int
    edges: tuple[float, ...] = ()

    @property
    def x(self) -> float:
        """The middle, from the page's left."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """The middle, from the page's top."""
        return (self.top + self.bottom) / 2


class Rule(NamedTuple):
    """A straight drawn stroke: from `lo` to `hi` along its direction, `at` across it."""

    lo: float
    hi: float
    at: float


class Box(NamedTuple):
    """x0, top, x1, bottom in points from the page's top left."""

    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, char: Char) -> bool:
        """Whether the character's middle lies inside."""
        _, x0, top, x1, bottom, _, _ = char
        return self[0] <= (x0 + x1) / 2 <= self[2] and self[1] <= (top + bottom) / 2 <= self[3]

    @property
    def area(self) -> float:
        """In square points."""
        return max(0.0, self.x1 - self.x0) * max(0.0, self.bottom - self.top)


@dataclass(slots=True)
class Page:
    """What stands on one page. `number` counts from 1; sizes are points as the page is displayed."""

    number: int
    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    horizontals: list[Rule] = field(default_factory=list)
    verticals: list[Rule] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    drawings: int = 0
    """Drawn shapes that are not rules: glyphs turned into outlines, logos, shading."""
    hidden: int = 0
    """Characters that nobody sees: the text layer under a scan."""
    withheld: list[Box] = field(default_factory=list)
    """Where figures stand that nobody can see or that are struck out; no engine may read them."""
    turn: int = 0
    """Degrees by which the displayed page was turned clockwise to make its text upright."""
    warp: tuple[float, ...] | None = None
    """For a page that was a picture: the matrix (three rows of three) from here to the displayed page."""

    _em: float | None = None

    @property
    def em(self) -> float:
        """The size of the page's running text: the median width of its Han characters, once they are set."""
        if self._em is None:
            widths: list[float] = []
            for text, x0, _, x1, _, _, _ in self.chars:
                if "\u3400" <= text[0] <= "\u9fff":
                    wide = len(text)
                    widths += [(x1 - x0) / wide] * wide
            if not widths:
                widths = [c[4] - c[2] for c in self.chars if not c[0].isspace()]
            self._em = median(widths) if widths else 10.0
        return self._em


@dataclass(slots=True)
class TableCell:
    """A cell on a page: its slot, spans and box in the table, and its text."""

    row: int
    column: int
    rowspan: int
    colspan: int
    page: int
    box: Box
    text: str = ""
    confidence: float | None = None
    """As in `model.Cell`."""


@dataclass(slots=True)
class PageTable:
    """A table as found, before it is joined to its continuation on the next page.

    `xs` are the column borders from left to right; `rows` the number of rows; `open_top` and
    `open_bottom` say for each column that no rule closes it there (the page cut it). `sure` is
    False where the rules do not make a clean lattice or a character could not be told.
    """

    cells: list[TableCell]
    xs: list[float]
    rows: int
    page: int
    box: Box
    open_top: list[bool]
    open_bottom: list[bool]
    sure: bool = True
    last_page: int = 0

    def __post_init__(self) -> None:
        self.last_page = self.last_page or self.page
