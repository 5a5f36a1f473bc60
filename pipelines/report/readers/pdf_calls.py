"""pdfium's functions for the reader's inner loops: plain integers as handles, whole columns at once.

pypdfium2's own bindings check and wrap every pointer, which costs more than what pdfium does for one
character. The same functions are bound here a second time with addresses as integers, and called for a
range at a time through `map`, so that no line of Python runs for a single character or object. pypdfium2
stays in charge of opening and closing. This module must not decide anything about a page.

The global interpreter lock is kept during these calls: each is over in less than a microsecond.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import pypdfium2.raw as pdfium

_ADDRESS, _INT, _FLOAT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_float, ctypes.c_double


def address(handle: Any) -> int:
    """The address that one of pypdfium2's raw handles or functions points to."""
    return ctypes.cast(handle, _ADDRESS).value or 0


def _bound(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


_unicode = _bound(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _ADDRESS, _INT)
_nameless = _bound(pdfium.FPDFText_HasUnicodeMapError, _INT, _ADDRESS, _INT)
_loose = _bound(pdfium.FPDFText_GetLooseCharBox, _INT, _ADDRESS, _INT, _ADDRESS)
_tight = _bound(pdfium.FPDFText_GetCharBox, _INT, _ADDRESS, _INT, *[_ADDRESS] * 4)
_angle = _bound(pdfium.FPDFText_GetCharAngle, _FLOAT, _ADDRESS, _INT)
_text_object = _bound(pdfium.FPDFText_GetTextObject, _ADDRESS, _ADDRESS, _INT)
_object = _bound(pdfium.FPDFPage_GetObject, _ADDRESS, _ADDRESS, _INT)
_form_object = _bound(pdfium.FPDFFormObj_GetObject, _ADDRESS, _ADDRESS, ctypes.c_ulong)
_type = _bound(pdfium.FPDFPageObj_GetType, _INT, _ADDRESS)
_mode = _bound(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _ADDRESS)
_bounds = _bound(pdfium.FPDFPageObj_GetBounds, _INT, _ADDRESS, *[_ADDRESS] * 4)
_draw_mode = _bound(pdfium.FPDFPath_GetDrawMode, _INT, _ADDRESS, _ADDRESS, _ADDRESS)
_fill_colour = _bound(pdfium.FPDFPageObj_GetFillColor, _INT, _ADDRESS, *[_ADDRESS] * 4)
_segments = _bound(pdfium.FPDFPath_CountSegments, _INT, _ADDRESS)
_segment = _bound(pdfium.FPDFPath_GetPathSegment, _ADDRESS, _ADDRESS, _INT)
_point = _bound(pdfium.FPDFPathSegment_GetPoint, _INT, _ADDRESS, _ADDRESS, _ADDRESS)
_segment_type = _bound(pdfium.FPDFPathSegment_GetType, _INT, _ADDRESS)
_close = _bound(pdfium.FPDFPathSegment_GetClose, _INT, _ADDRESS)

_matrix = _bound(pdfium.FPDFPageObj_GetMatrix, _INT, _ADDRESS, _ADDRESS)
_form_count = _bound(pdfium.FPDFFormObj_CountObjects, _INT, _ADDRESS)
_transparency = _bound(pdfium.FPDFPageObj_HasTransparency, _INT, _ADDRESS)

Columns = tuple[list[float], list[float], list[float], list[float]]


def _columns(function: Callable[..., Any], kind: Any, wide: int, count: int, *first: Any) -> list[list[Any]]:
    """`function` called `count` times with `first` and addresses for `wide` values: those, by position.

    Where a call fails, its values are 0.
    """
    buffer = (kind * (wide * count))()
    base, step = ctypes.addressof(buffer), ctypes.sizeof(kind)
    end = base + wide * count * step
    cells = [range(base + k * step, end, wide * step) for k in range(wide)]
    deque(map(function, *first, *cells), maxlen=0)
    return [buffer[k::wide] for k in range(wide)]


def codes(text: int, count: int) -> list[int]:
    """Each character's code point, 0 where there is none."""
    return list(map(_unicode, repeat(text, count), range(count)))


def nameless(text: int, indices: Sequence[int]) -> list[bool]:
    """Whether those characters' font does not say which characters they are."""
    return [error == 1 for error in map(_nameless, repeat(text), indices)]


def loose_boxes(text: int, count: int) -> Columns:
    """Each character's advance box, in page space: lefts, bottoms, rights, tops."""
    buffer = (_FLOAT * (4 * count))()
    base = ctypes.addressof(buffer)
    deque(map(_loose, repeat(text), range(count), range(base, base + 16 * count, 16)), maxlen=0)
    return buffer[0::4], buffer[3::4], buffer[2::4], buffer[1::4]


def ink_boxes(text: int, indices: Sequence[int]) -> Columns:
    """Those characters' ink boxes, in page space: lefts, bottoms, rights, tops."""
    x0, x1, y0, y1 = _columns(_tight, _DOUBLE, 4, len(indices), repeat(text), indices)
    return x0, y0, x1, y1


def angles(text: int, indices: Sequence[int]) -> list[float]:
    """Those characters' angles in radians, clockwise."""
    return list(map(_angle, repeat(text), indices))


def text_objects(text: int, count: int) -> list[int | None]:
    """The page object that each character belongs to."""
    return list(map(_text_object, repeat(text, count), range(count)))


def objects(holder: int, count: int, *, form: bool = False) -> tuple[list[int], list[int]]:
    """A page's (or form's) objects and their kinds."""
    items = list(map(_form_object if form else _object, repeat(holder, count), range(count)))
    return items, list(map(_type, items))


def form_count(item: int) -> int:
    """How many objects a form holds."""
    return max(0, int(_form_count(item)))


def matrix(item: int) -> tuple[float, float, float, float, float, float] | None:
    """The matrix that an object's own space is mapped with."""
    values = (_FLOAT * 6)()
    if not _matrix(item, ctypes.addressof(values)):
        return None
    a, b, c, d, e, f = values
    return a, b, c, d, e, f


def transparent(item: int) -> bool:
    """Whether what is behind the object may be seen through it."""
    return bool(_transparency(item))


def render_modes(items: Sequence[int]) -> list[int]:
    """Text objects' rendering modes."""
    return list(map(_mode, items))


def fill_colours(items: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Objects' fill colours as red, green, blue, alpha, 0 to 255."""
    return list(zip(*_columns(_fill_colour, ctypes.c_uint, 4, len(items), items), strict=True))


def bounds(items: Sequence[int]) -> Columns:
    """Objects' boxes in the space that holds them: lefts, bottoms, rights, tops."""
    x0, y0, x1, y1 = _columns(_bounds, _FLOAT, 4, len(items), items)
    return x0, y0, x1, y1


def draw_modes(items: Sequence[int]) -> tuple[list[int], list[int]]:
    """Paths' fill modes and whether they are stroked."""
    fill, stroke = _columns(_draw_mode, _INT, 2, len(items), items)
    return fill, stroke


def segment_counts(items: Sequence[int]) -> list[int]:
    """How many segments each path has."""
    return list(map(_segments, items))


def segments(item: int, count: int, *, closes: bool) -> tuple[list[float], list[float], list[int], list[int]]:
    """A path's points (x, y, before its matrix), kinds, and, where asked for, which close their subpath."""
    pieces = list(map(_segment, repeat(item, count), range(count)))
    xs, ys = _columns(_point, _FLOAT, 2, count, pieces)
    return xs, ys, list(map(_segment_type, pieces)), list(map(_close, pieces)) if closes else [0] * count
