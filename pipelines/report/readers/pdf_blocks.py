"""Lines outside of tables to paragraphs and text lines; page numbers and running heads go.

Chinese government prose sets a paragraph's first line in by two characters and fills every line but
the last. A line goes on the paragraph when the line before it was full and it starts at the margin;
everything else (titles, headings, centred lines) stands alone. It must not read tables with rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipelines.report.readers.pdf_page import Page, PageTable
from pipelines.report.readers.pdf_text import Line

_PAGE_NUMBER = re.compile(
    r"[\s\-—–―－_·•.~～|/]*(?:第|[Pp]age)?\s*\d{1,4}\s*(?:页)?\s*(?:[/／,，]?\s*(?:共|[Oo]f)?\s*\d{1,4}\s*页?)?[\s\-—–―－_·•.~～|]*"
)
_HEADING = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])")
_PART = re.compile(r"[一二三四五六七八九十]、")
_WORDY = re.compile(r"[A-Za-z0-9]")
_MARGIN = 0.12
"""Page numbers and running heads stand in this share of the page's height, at its top and bottom."""


@dataclass(slots=True)
class ReadPage:
    """One page's tables and the lines of text outside of them, from top to bottom.

    `sure` is False where rules or glyphs leave the page's tables in doubt.
    """

    page: Page
    tables: list[PageTable]
    lines: list[Line]
    sure: bool = True


def without_furniture(pages: Sequence[ReadPage]) -> None:
    """Drops page numbers and lines that stand in the margin of most pages, in place."""
    edges: Counter[str] = Counter()
    for read in pages:
        edges.update({_shape(line) for line in _edge(read)})
    often = {shape for shape, count in edges.items() if count >= 3 and count * 2 > len(pages)}
    for read in pages:
        furniture = [
            line for line in _edge(read) if _PAGE_NUMBER.fullmatch(line.text) or _shape(line) in often
        ]
        read.lines = [line for line in read.lines if line not in furniture]


def _edge(read: ReadPage) -> list[Line]:
    """The outermost two lines at top and bottom, where they stand in the page's margin."""
    top, bottom = _MARGIN * read.page.height, (1 - _MARGIN) * read.page.height
    ordered = sorted(read.lines, key=lambda line: line.middle)
    return [line for line in ordered[:2] if line.middle < top] + [
        line for line in ordered[-2:] if line.middle > bottom
    ]


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


class Flow:
    """Decides which line goes on which: the margins of the text, learnt from all pages."""

    def __init__(self, pages: Sequence[ReadPage]) -> None:
        lines = [line for read in pages for line in read.lines]
        self.size = median(line.size for line in lines) if lines else 10.0
        body = [line for line in lines if abs(line.size - self.size) < 0.2 * self.size]
        self.left = _low(line.box.x0 for line in body)
        self.right = max((line.box.x1 for line in body), default=0.0)
        self.pitch = self._pitch(pages)

    def _pitch(self, pages: Sequence[ReadPage]) -> float:
        """The usual distance from a full line to the next."""
        steps = [
            below.middle - above.middle
            for read in pages
            for above, below in pairwise(read.lines)
            if self.full(above) and below.middle > above.middle
        ]
        return median(steps) if steps else 2.2 * self.size

    def full(self, line: Line) -> bool:
        """Whether the line reaches the right margin, so that its paragraph may go on."""
        return line.box.x1 > self.right - 2.1 * line.size

    def continues(self, above: Line, below: Line, *, new_page: bool) -> bool:
        """Whether `below` goes on the paragraph that `above` is the latest line of."""
        if self.full(above) and self._centred_title(above, below):
            return True
        if not self.full(above) or below.box.x0 > self.left + 1.2 * self.size:
            return False
        if abs(above.size - below.size) > 0.25 * max(above.size, below.size):
            return False
        if not new_page and below.middle - above.middle > 1.35 * self.pitch:
            return False
        indented = above.box.x0 > self.left + 1.2 * self.size
        return indented or not (_HEADING.match(above.text) and _HEADING.match(below.text))

    def _centred_title(self, above: Line, below: Line) -> bool:
        """Whether both are lines of one title: larger than the text, and centred alike."""
        apart = abs((above.box.x0 + above.box.x1) - (below.box.x0 + below.box.x1)) / 2
        larger = min(above.size, below.size) > 1.15 * self.size
        return larger and apart < below.size and below.middle - above.middle < 2.2 * above.size


def _low(values: object) -> float:
    ordered = sorted(values)  # type: ignore[call-overload]
    return float(ordered[len(ordered) // 20]) if ordered else 0.0


def glue(above: str, below: str) -> str:
    """Two lines of one paragraph as one text: a space only between Latin words or digits."""
    spaced = (
        above[-1:].isascii() and below[:1].isascii() and _WORDY.match(above[-1:]) and _WORDY.match(below[:1])
    )
    return f"{above} {below}" if spaced else above + below


def unruled(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Where a table without rules stands: (first, last + 1) of runs with at least three lines in columns.

    Lines between two such lines belong to the run (a label that wraps), up to four in a row.
    """
    runs: list[tuple[int, int]] = []
    start, latest, count = -1, -1, 0
    for k, line in enumerate(lines):
        if line.parts < 2:
            if len(line.text) > 7 and _PART.match(line.text) and not line.text[-1].isdigit():
                latest = -9  # the next part's heading: what follows is another table
            continue
        if start < 0 or k - latest > 5:
            if count >= 3:
                runs.append((start, latest + 1))
            start, count = k, 0
        latest, count = k, count + 1
    if count >= 3:
        runs.append((start, latest + 1))
    return runs
