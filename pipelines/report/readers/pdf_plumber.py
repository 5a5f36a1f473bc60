"""pdfplumber's side of the PDF reader: the second opinion, some thirteen times slower than pdfium.

pdfminer decodes the fonts and paths anew. Our own lattice is laid over them; where that is not sure,
pdfplumber's table finder (line gaps tolerated) has the last word. Each page is closed when read:
pdfplumber keeps parsed pages in memory otherwise. It must not decide which engine is right.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from pipelines.errors import UnreadableDocument
from pipelines.report.readers.pdf_glyphs import UNKNOWN, letter
from pipelines.report.readers.pdf_lines import Lattice, lattices
from pipelines.report.readers.pdf_page import FIGURES, MAX_CHARACTERS, MAX_OBJECTS, Box, Char, Page, Rule
from pipelines.report.readers.pdf_rules import THIN, joined
from pipelines.report.readers.pdf_struck import take_out_struck
from pipelines.report.readers.pdf_turn import turned

_SETTINGS = {
    "vertical_strategy": "lines",
    "horizontal_strategy": "lines",
    "snap_tolerance": 3,
    "join_tolerance": 4,
    "edge_min_length": 3,
    "edge_min_length_prefilter": 0.5,
    "intersection_tolerance": 4,
}
_DAMAGE = (
    PDFException, PSException, PdfminerException, MalformedPDFException,
    ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, OverflowError,
)  # fmt: skip
# What pdfminer raises on damaged files: it checks little before it uses what a file says.


def read_pages(body: bytes, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Lattice]]]:
    """Those pages read again, turned as they were, each with its lattices.

    Raises:
        UnreadableDocument: pdfminer cannot read the file, or it is beyond the limits of `pdf_page`.
    """
    try:
        with _quiet(), pdfplumber.open(io.BytesIO(body)) as pdf:
            for page in pages:
                handle = pdf.pages[page.number - 1]
                try:
                    yield _page(handle, page)
                finally:
                    handle.close()
    except UnreadableDocument:
        raise
    except PDFPasswordIncorrect as error:
        raise UnreadableDocument("the PDF is encrypted and needs a password") from error
    except _DAMAGE as error:
        raise UnreadableDocument(f"the PDF is damaged: pdfminer stops at {type(error).__name__}") from error


def _page(handle: Any, seen: Page) -> tuple[Page, list[Lattice]]:
    objects = handle.objects
    drawn = sum(len(objects.get(kind, ())) for kind in ("rect", "line", "curve", "image"))
    if drawn > MAX_OBJECTS or len(objects.get("char", ())) > MAX_CHARACTERS:
        raise UnreadableDocument(f"page {seen.number} of the PDF draws more than is read of one page")
    x0, top, x1, bottom = handle.bbox
    page = Page(number=seen.number, width=float(x1 - x0), height=float(bottom - top))
    page.chars = list(_chars(objects.get("char", ()), float(x0), float(top)))
    page.pictures = [_box(image, float(x0), float(top)) for image in objects.get("image", ())]
    page.drawings = len(objects.get("curve", ()))
    across, down = _pieces(objects, float(x0), float(top))
    page.horizontals, page.verticals = joined(take_out_struck(page, across, down)), joined(down)
    page = turned(page, seen.turn)
    if seen.withheld:
        page.chars = [
            _withheld(char) if any(box.holds(char) for box in seen.withheld) else char for char in page.chars
        ]
    found = lattices(page)
    if page.turn or (found and all(lattice.sure for lattice in found)):
        return page, found
    tables = handle.filter(_is_no_shading).find_tables(_SETTINGS)
    own = [lattice for table in tables if (lattice := _lattice(_shifted(table.cells, x0, top))) is not None]
    return page, own or found


@contextmanager
def _quiet() -> Iterator[None]:
    """pdfminer warns of every font that it has to guess about; what comes of it is checked here."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _pieces(objects: dict[str, Any], left: float, top: float) -> tuple[list[Rule], list[Rule]]:
    """The strokes across and down: lines, thin filled shapes, the edges of outlined ones."""
    across: list[Rule] = []
    down: list[Rule] = []

    def thin(x0: float, y0: float, x1: float, y1: float) -> bool:
        wide, high = x1 - x0, y1 - y0
        if min(wide, high) > THIN:
            return False
        if wide >= 0.8 * high:
            across.append(Rule(x0 - left, x1 - left, (y0 + y1) / 2 - top))
        if high >= 0.8 * wide:
            down.append(Rule(y0 - top, y1 - top, (x0 + x1) / 2 - left))
        return True

    for kind in ("line", "rect", "curve", "image"):
        for item in objects.get(kind, ()):
            box = item["x0"], item["top"], item["x1"], item["bottom"]
            if thin(*box) or kind == "image" or not item.get("stroke"):
                continue
            points = item.get("pts") or []
            for (xa, ya), (xb, yb) in pairwise([*points, *points[:1]]):
                if min(abs(xa - xb), abs(ya - yb)) <= 0.7:
                    thin(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
    return across, down


def _shifted(cells: Sequence[Any], left: float, top: float) -> list[tuple[float, ...]]:
    return [(x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in cells]


def _is_no_shading(item: dict[str, Any]) -> bool:
    """False for a filled area without an outline: pdfplumber would take its edges for rules."""
    return not (
        item["object_type"] in ("rect", "curve")
        and not item.get("stroke")
        and min(item["width"], item["height"]) > THIN
    )


def _chars(chars: Sequence[dict[str, Any]], left: float, top: float) -> Iterator[Char]:
    for order, char in enumerate(chars):
        text = char["text"]
        shown = UNKNOWN if text.startswith("(cid:") else "".join(letter(ord(c)) for c in text)
        if shown and char["x1"] > char["x0"]:
            yield Char(
                shown, char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top, order
            )


def _withheld(char: Char) -> Char:
    return char._replace(text=UNKNOWN if char.text == UNKNOWN or char.text in FIGURES else " ")


def _box(item: dict[str, Any], left: float, top: float) -> Box:
    return Box(item["x0"] - left, item["top"] - top, item["x1"] - left, item["bottom"] - top)


def _lattice(boxes: Sequence[tuple[float, ...]]) -> Lattice | None:
    """pdfplumber's cell boxes as a lattice; None where there are fewer than two."""
    if len(boxes) < 2:
        return None
    xs = _near({box[0] for box in boxes} | {box[2] for box in boxes})
    ys = _near({box[1] for box in boxes} | {box[3] for box in boxes})

    def at(borders: list[float], value: float) -> int:
        return min(range(len(borders)), key=lambda k: abs(borders[k] - value))

    cells = []
    for box in boxes:
        row, column = at(ys, box[1]), at(xs, box[0])
        cells.append((row, column, max(1, at(ys, box[3]) - row), max(1, at(xs, box[2]) - column)))
    taken = {
        (r, c)
        for row, col, high, wide in cells
        for r in range(row, row + high)
        for c in range(col, col + wide)
    }
    rows, columns = len(ys) - 1, len(xs) - 1
    whole = len(taken) == sum(high * wide for _, _, high, wide in cells)
    missing = [(r, c, 1, 1) for r in range(rows) for c in range(columns) if (r, c) not in taken]
    return Lattice(xs, ys, sorted([*cells, *missing]), [True] * columns, [True] * columns, sure=whole)


def _near(values: set[float]) -> list[float]:
    borders: list[float] = []
    for value in sorted(values):
        if not borders or value - borders[-1] > 2.5:
            borders.append(value)
    return borders
