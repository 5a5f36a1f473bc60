"""pdfium's side of the PDF reader: bytes to `Page` values, through pypdfium2's raw calls.

One text pass and one walk over the page's objects; nothing is rendered. This module must not find
tables or order text. What a person cannot see (invisible text under a scan, text off the page) is
not read as text.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import pi
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipelines.errors import UnreadableDocument
from pipelines.report.readers.pdf_glyphs import UNKNOWN, letter
from pipelines.report.readers.pdf_page import HAN, MAX_CHARACTERS, MAX_OBJECTS, MAX_PAGES, Char, Page
from pipelines.report.readers.pdf_shapes import Shapes, View
from pipelines.report.readers.pdf_turn import turned

_INVISIBLE = {3, 7}
_FORM_DEPTH = 8


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
        shapes = Shapes(page, view)
        _walk(handle, shapes, index + 1)
        shapes.finish()
        lies_at = _read_text(handle, page, view, check_visible=shapes.invisible_text)
        return turned(page, lies_at - view.rotation)
    finally:
        handle.close()


def _view(handle: Any) -> View:
    left, bottom, right, top = handle.get_bbox()
    return View(left, bottom, right, top, handle.get_rotation())


def _walk(handle: Any, shapes: Shapes, number: int) -> None:
    """Every object of the page, forms opened; rules, pictures and invisible text are noted."""
    budget = MAX_OBJECTS
    get_type, get_object = pdfium.FPDFPageObj_GetType, pdfium.FPDFPage_GetObject
    get_mode, text, raw = pdfium.FPDFTextObj_GetTextRenderMode, pdfium.FPDF_PAGEOBJ_TEXT, handle.raw
    count = pdfium.FPDFPage_CountObjects(raw)
    if count > budget:
        raise UnreadableDocument(f"page {number} of the PDF draws {count} objects; at most {budget} are read")
    for k in range(count):
        item = get_object(raw, k)
        kind = get_type(item)
        if kind == text:
            if get_mode(item) in _INVISIBLE:
                shapes.invisible_text = True
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            budget = _walk_form(item, shapes, None, 1, budget, number)
        else:
            shapes.add(item, kind, None)


def _walk_form(item: Any, shapes: Shapes, outer: Any, depth: int, budget: int, number: int) -> int:
    matrix = pdfium.FS_MATRIX()
    if depth > _FORM_DEPTH or not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return budget
    here = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
    if outer is not None:
        here = shapes.compose(here, outer)
    count = pdfium.FPDFFormObj_CountObjects(item)
    if count > budget:
        raise UnreadableDocument(f"page {number} of the PDF draws more than {MAX_OBJECTS} objects")
    budget -= max(count, 1)
    for k in range(count):
        inner = pdfium.FPDFFormObj_GetObject(item, k)
        kind = pdfium.FPDFPageObj_GetType(inner)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            shapes.invisible_text |= pdfium.FPDFTextObj_GetTextRenderMode(inner) in _INVISIBLE
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            budget = _walk_form(inner, shapes, here, depth + 1, budget, number)
        else:
            shapes.add(inner, kind, here)
    return budget


def _read_text(handle: Any, page: Page, view: View, *, check_visible: bool) -> int:
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
        page.chars = _chars(text.raw, count, page, view, check_visible)
        return _upright_at(text.raw, [char.order for char in page.chars], view.rotation)
    finally:
        text.close()


def _chars(text: Any, count: int, page: Page, view: View, check_visible: bool) -> list[Char]:
    """The visible characters; white space that pdfium made up (it has no width) is left out."""
    rect = pdfium.FS_RECTF()
    pointer = ctypes.byref(rect)
    get_code, get_box = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    # pdfium gives a character that its font does not name its raw code, which may look like a digit
    # that is not on the page: those are asked for one by one.
    has_error, suspicious = pdfium.FPDFText_HasUnicodeMapError, _some_unnamed(text, count)
    tight, mixed = _boxes_lie(text, count)
    plain = view.rotation == 0
    left, top, width, height = view.left, view.top, view.width, view.height
    out: list[Char] = []
    for k in range(count):
        code = get_code(text, k)
        if code == 13 or code == 10:
            continue
        if not get_box(text, k, pointer):
            continue
        x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
        if x1 <= x0 or y1 <= y0:
            if code == 32:
                continue
            box = _tight_box(text, k)
            if box is None:
                continue
            x0, y0, x1, y1 = box
        elif (
            (tight or mixed)
            and code != 32
            and (ink := _tight_box(text, k)) is not None
            and (tight or _same(ink, (x0, y0, x1, y1)))
        ):
            x0, y0, x1, y1 = _with_advance(ink, code)
        if check_visible and _invisible(text, k):
            page.hidden += code != 32
            continue
        if plain:
            x0, y0, x1, y1 = x0 - left, top - y1, x1 - left, top - y0
        else:
            x0, y0, x1, y1 = view.box(x0, y0, x1, y1)
        if x1 < 0 or y1 < 0 or x0 > width or y0 > height:
            continue
        unnamed = code == 0 or ((suspicious or 0x21 <= code <= 0x39) and has_error(text, k) == 1)
        shown = UNKNOWN if unnamed else letter(code)
        if shown:
            out.append(Char(shown, x0, y0, x1, y1, k))
    return out


def _upright_at(text: Any, orders: list[int], rotation: int) -> int:
    """0, 90, 180 or 270: how the page must be rotated for most of its text to be upright, by a sample."""
    sample = orders[:: max(1, len(orders) // 40)]
    angles = Counter(round(pdfium.FPDFText_GetCharAngle(text, k) / (pi / 2)) % 4 for k in sample)
    if not angles:
        return rotation
    quarters, count = angles.most_common(1)[0]
    return -90 * quarters % 360 if count * 3 > len(sample) * 2 else rotation


def _some_unnamed(text: Any, count: int) -> bool:
    """Whether some characters have no Unicode in their font, by a sample."""
    has_error = pdfium.FPDFText_HasUnicodeMapError
    return any(has_error(text, k) == 1 for k in range(0, count, max(1, count // 60)))


def _tight_box(text: Any, k: int) -> tuple[float, float, float, float] | None:
    x0, x1, y0, y1 = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(text, k, x0, x1, y0, y1):
        return None
    box = (x0.value, y0.value, x1.value, y1.value)
    return box if box[2] > box[0] or box[3] > box[1] else None


_Points = tuple[float, float, float, float]


def _boxes_lie(text: Any, count: int) -> tuple[bool, bool]:
    """Whether fonts give boxes that are not where their characters stand, by a sample.

    First: a font's ascent and descent put its Han characters where they are not drawn. Second: some
    fonts (Type 3) give the ink's box for the advance's.
    """
    rect = pdfium.FS_RECTF()
    wrong = seen = inked = 0
    for k in range(0, count, max(1, count // 60)):
        code = pdfium.FPDFText_GetUnicode(text, k)
        if code <= 32:
            continue
        ink = _tight_box(text, k)
        if ink is None or not pdfium.FPDFText_GetLooseCharBox(text, k, rect):
            continue
        loose = (rect.left, rect.bottom, rect.right, rect.top)
        inked += _same(ink, loose)
        if not HAN.match(letter(code)):
            continue
        seen += 1
        middle_x, middle_y = (ink[0] + ink[2]) / 2, (ink[1] + ink[3]) / 2
        slack = 0.2 * (loose[3] - loose[1])
        wrong += not (loose[0] <= middle_x <= loose[2] and loose[1] + slack <= middle_y <= loose[3] - slack)
    return (wrong - inked) * 5 > seen, inked > 0


def _same(ink: _Points, loose: _Points) -> bool:
    return all(abs(a - b) < 0.05 for a, b in zip(ink, loose, strict=True))


def _with_advance(ink: _Points, code: int) -> _Points:
    """An ink box widened to about the character's advance, so that 11 does not look like 1 1."""
    x0, y0, x1, y1 = ink
    if not 0x30 <= code <= 0x39:
        return ink
    size = (y1 - y0) / 0.72
    middle = (x0 + x1) / 2
    return min(x0, middle - 0.28 * size), y0 - 0.14 * size, max(x1, middle + 0.28 * size), y1 + 0.14 * size


def _invisible(text: Any, k: int) -> bool:
    item = pdfium.FPDFText_GetTextObject(text, k)
    return bool(item) and pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE
