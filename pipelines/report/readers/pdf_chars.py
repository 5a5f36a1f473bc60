"""pdfium's side of the PDF reader: bytes to `Page` values, through pypdfium2 and `pdf_calls`.

One text pass and one walk over the page's objects; nothing is rendered. This module must not find
tables or order text. What a person cannot see (invisible text under a scan, text off the page) is
not read as text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress, count
from math import pi
from operator import le
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipelines.errors import UnreadableDocument
from pipelines.report.readers import pdf_calls
from pipelines.report.readers.pdf_glyphs import LETTERS, UNKNOWN
from pipelines.report.readers.pdf_inks import Inks
from pipelines.report.readers.pdf_page import (
    FIGURES,
    HAN,
    MAX_CHARACTERS,
    MAX_OBJECTS,
    MAX_PAGES,
    Box,
    Char,
    Page,
)  # fmt: skip
from pipelines.report.readers.pdf_pieces import pieces
from pipelines.report.readers.pdf_shapes import Matrix, Shapes, View, compose
from pipelines.report.readers.pdf_turn import turned

_INVISIBLE = {3, 7}
_FORM_DEPTH = 8
_SAMPLE = 60
_BOX_SAMPLE = 24


@contextmanager
def opened(body: bytes) -> Iterator[Any]:
    """The document, opened with the empty user password, and closed again.

    Raises:
        UnreadableDocument: damaged, empty, encrypted, without pages or with too many.
    """
    try:
        pdf = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == pdfium.FPDF_ERR_PASSWORD:
            raise UnreadableDocument("the PDF is encrypted and needs a password") from error
        if code == pdfium.FPDF_ERR_SECURITY:
            raise UnreadableDocument("the PDF is protected in a way that pdfium does not know") from error
        raise UnreadableDocument("the PDF is damaged or cut off: pdfium finds no document in it") from error
    try:
        if len(pdf) == 0:
            raise UnreadableDocument("the PDF has no pages")
        if len(pdf) > MAX_PAGES:
            raise UnreadableDocument(f"the PDF has {len(pdf)} pages; at most {MAX_PAGES} are read")
        yield pdf
    finally:
        pdf.close()


def title(pdf: Any) -> str | None:
    """The document's title property, or None."""
    value = pdf.get_metadata_value("Title").strip().strip("\0")
    return value or None


def read_page(pdf: Any, index: int) -> Page:
    """The page with that index (from 0) as plain values.

    Raises:
        UnreadableDocument: damaged, or it holds more than `MAX_CHARACTERS` or `MAX_OBJECTS`.
    """
    try:
        handle = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"page {index + 1} of the PDF is damaged") from error
    try:
        view = _view(handle)
        page = Page(number=index + 1, width=view.width, height=view.height)
        walk = _Walk(page, view)
        walk.page(handle)
        lies_at = _read_text(handle, page, view, walk)
        walk.finish()
        return turned(page, lies_at - view.rotation)
    finally:
        handle.close()


def _view(handle: Any) -> View:
    left, bottom, right, top = handle.get_bbox()
    return View(left, bottom, right, top, handle.get_rotation())


class _Walk:
    """Every object of the page, forms opened: rules and pictures are noted, and what text is not seen."""

    def __init__(self, page: Page, view: View) -> None:
        self.invisible: set[int] = set()
        self._page, self._budget, self._order = page, MAX_OBJECTS, 0
        self._inks = Inks()
        self._shapes = Shapes(page, view, self._inks)

    def page(self, handle: Any) -> None:
        count = pdfium.FPDFPage_CountObjects(handle.raw)
        self._spend(count)
        self._objects(*pdf_calls.objects(pdf_calls.address(handle.raw), count), None, 1)

    def _spend(self, count: int) -> None:
        if count > self._budget:
            raise UnreadableDocument(
                f"page {self._page.number} of the PDF draws more than {MAX_OBJECTS} objects"
            )
        self._budget -= count

    def _objects(self, items: Sequence[int], kinds: Sequence[int], outer: Matrix | None, depth: int) -> None:
        text: list[tuple[int, int]] = []
        paths: list[tuple[int, int]] = []
        order = self._order
        for item, kind in zip(items, kinds, strict=True):
            order += 1
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                text.append((item, order))
            elif kind == pdfium.FPDF_PAGEOBJ_PATH:
                paths.append((item, order))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                self._order = order
                self._form(item, outer, depth)
                order = self._order
            else:
                self._shapes.add(item, kind, outer)
        self._order = order
        if paths:
            self._shapes.paths(paths, outer)
        if text:
            self._text(text, outer)

    def _text(self, text: Sequence[tuple[int, int]], outer: Matrix | None) -> None:
        items = [item for item, _ in text]
        modes = pdf_calls.render_modes(items)
        if not _INVISIBLE.isdisjoint(modes):
            shown = zip(items, modes, strict=True)
            self.invisible.update(item for item, mode in shown if mode in _INVISIBLE)
        self._inks.text(items, [order for _, order in text], outer)

    def finish(self) -> None:
        """Makes rules of the strokes; call once, when the page has its characters."""
        self._shapes.finish()

    def hidden(self) -> set[int]:
        """The text objects that cannot be told from what is behind or before them."""
        return self._inks.hidden(self._shapes.boxes)

    def _form(self, item: int, outer: Matrix | None, depth: int) -> None:
        matrix = pdf_calls.matrix(item)
        if depth > _FORM_DEPTH or matrix is None:
            return
        count = pdf_calls.form_count(item)
        self._spend(max(count, 1))
        here = matrix if outer is None else compose(matrix, outer)
        self._objects(*pdf_calls.objects(item, count, form=True), here, depth + 1)


def _read_text(handle: Any, page: Page, view: View, walk: _Walk) -> int:
    """Fills in the page's characters; gives the rotation in which most of them are upright."""
    try:
        text = handle.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"the text of page {page.number} of the PDF is damaged") from error
    try:
        count = pdfium.FPDFText_CountChars(text.raw)
        if count > MAX_CHARACTERS:
            raise UnreadableDocument(
                f"page {page.number} of the PDF has {count} characters; at most {MAX_CHARACTERS} are read"
            )
        if count <= 0:
            return view.rotation
        raw = pdf_calls.address(text.raw)
        upright = _upright_at(raw, count, view.rotation)
        page.chars = _chars(raw, count, page, view, walk, in_pieces=upright == view.rotation == 0)
        return upright
    finally:
        text.close()


def _chars(text: int, count: int, page: Page, view: View, walk: _Walk, *, in_pieces: bool) -> list[Char]:
    """The visible characters; white space that pdfium made up (it has no width) is left out."""
    codes = pdf_calls.codes(text, count)
    x0s, y0s, x1s, y1s = _boxes(text, count, codes)
    shown = list(map(LETTERS.__getitem__, codes))
    _name_unknown(text, codes, shown)
    for k in _empty((x0s, y0s, x1s, y1s)):
        shown[k] = ""
    hidden = walk.hidden()
    unseen: list[int] = []
    if walk.invisible or hidden:
        for k, item in enumerate(pdf_calls.text_objects(text, count)):
            if item in walk.invisible:
                page.hidden += codes[k] > 32 and bool(shown[k])
                shown[k] = ""
            elif item in hidden:
                # A figure that nobody can see is no figure, and not nothing either.
                shown[k] = UNKNOWN if shown[k] in FIGURES else ""
                unseen.append(k)
    if view.rotation == 0:
        left, top = view.left, view.top
        if left:
            x0s, x1s = [x - left for x in x0s], [x - left for x in x1s]
        tops, bottoms = [top - y for y in y1s], [top - y for y in y0s]
    else:
        boxes = [view.box(*box) for box in zip(x0s, y0s, x1s, y1s, strict=True)]
        x0s, tops, x1s, bottoms = ([box[k] for box in boxes] for k in range(4))
    page.withheld += (Box(x0s[k], tops[k], x1s[k], bottoms[k]) for k in unseen)
    if min(x1s) < 0 or min(bottoms) < 0 or max(x0s) > view.width or max(tops) > view.height:
        for k in range(count):
            if x1s[k] < 0 or bottoms[k] < 0 or x0s[k] > view.width or tops[k] > view.height:
                shown[k] = ""  # off the page
    if in_pieces:
        return pieces(shown, x0s, tops, x1s, bottoms)
    columns = zip(shown, x0s, tops, x1s, bottoms, range(count), strict=True)
    return [Char(*column) for column in columns if column[0]]


def _name_unknown(text: int, codes: Sequence[int], shown: list[str]) -> None:
    """U+FFFD for characters that their font does not name.

    pdfium gives their raw codes, which may look like digits that are not on the page: characters in
    that range are asked for one by one, all of them where a sample holds a nameless one.
    """
    count = len(codes)
    some = any(pdf_calls.nameless(text, range(0, count, max(1, count // _SAMPLE))))
    asked = [k for k, code in enumerate(codes) if (some and code) or 0x21 <= code <= 0x39]
    for k, nameless in zip(asked, pdf_calls.nameless(text, asked), strict=True):
        if nameless:
            shown[k] = UNKNOWN
    if 0 in codes:
        for k, code in enumerate(codes):
            if code == 0:
                shown[k] = UNKNOWN


def _upright_at(text: int, count: int, rotation: int) -> int:
    """0, 90, 180 or 270: how the page must be rotated for most of its text to be upright, by a sample."""
    sample = pdf_calls.angles(text, range(0, count, max(1, count // 40)))
    quarters, most = Counter(round(angle / (pi / 2)) % 4 for angle in sample).most_common(1)[0]
    return -90 * quarters % 360 if most * 3 > len(sample) * 2 else rotation


_Columns = tuple[list[float], list[float], list[float], list[float]]


def _boxes(text: int, count: int, codes: Sequence[int]) -> _Columns:
    """Each character's box in the page's space; empty for one that pdfium made up, as for white space.

    A font's ascent and descent may put its Han characters where they are not drawn, and some fonts
    (Type 3) give the ink's box for the advance's: where a sample shows it, the ink's box is taken.
    """
    loose = pdf_calls.loose_boxes(text, count)
    sample = [k for k in range(0, count, max(1, count // _BOX_SAMPLE)) if codes[k] > 32]
    lie, inked = _boxes_lie(text, sample, codes, loose)
    asked: Sequence[int]
    if lie or inked:
        asked = [k for k in range(count) if codes[k] > 32]
    else:
        asked = [k for k in _empty(loose) if codes[k] not in (10, 13, 32)]
    if not asked:
        return loose
    for k, *ink in zip(asked, *pdf_calls.ink_boxes(text, asked), strict=True):
        own = [column[k] for column in loose]
        if ink[2] <= ink[0] and ink[3] <= ink[1]:
            continue
        if own[2] <= own[0] or own[3] <= own[1]:
            better: Sequence[float] = ink
        elif lie or (inked and _same(ink, own)):
            better = _with_advance(ink, codes[k])
        else:
            continue
        for column, value in zip(loose, better, strict=True):
            column[k] = value
    return loose


def _empty(boxes: _Columns) -> list[int]:
    """The boxes that hold nothing, by index."""
    x0s, y0s, x1s, y1s = boxes
    return [*compress(count(), map(le, x1s, x0s)), *compress(count(), map(le, y1s, y0s))]


def _boxes_lie(text: int, sample: Sequence[int], codes: Sequence[int], loose: _Columns) -> tuple[bool, bool]:
    """Whether Han characters stand outside of their boxes, and whether some boxes are the ink's own."""
    wrong = seen = inked = 0
    for k, *ink in zip(sample, *pdf_calls.ink_boxes(text, sample), strict=True):
        x0, y0, x1, y1 = (column[k] for column in loose)
        if ink[2] <= ink[0] and ink[3] <= ink[1]:
            continue
        inked += _same(ink, (x0, y0, x1, y1))
        if not HAN.match(LETTERS[codes[k]]):
            continue
        seen += 1
        slack = 0.2 * (y1 - y0)
        middle_x, middle_y = (ink[0] + ink[2]) / 2, (ink[1] + ink[3]) / 2
        wrong += not (x0 <= middle_x <= x1 and y0 + slack <= middle_y <= y1 - slack)
    return (wrong - inked) * 5 > seen, inked > 0


def _same(ink: Sequence[float], loose: Sequence[float]) -> bool:
    return all(abs(a - b) < 0.05 for a, b in zip(ink, loose, strict=True))


def _with_advance(ink: Sequence[float], code: int) -> Sequence[float]:
    """An ink box widened to about the character's advance, so that 11 does not look like 1 1."""
    x0, y0, x1, y1 = ink
    if not 0x30 <= code <= 0x39:
        return ink
    size = (y1 - y0) / 0.72
    middle = (x0 + x1) / 2
    return min(x0, middle - 0.28 * size), y0 - 0.14 * size, max(x1, middle + 0.28 * size), y1 + 0.14 * size
