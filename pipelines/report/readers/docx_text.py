"""The letters of a Word paragraph as they are shown: what is hidden, raised or white among them.

Owns runs (ECMA-376, part 17.3). It must not know tables or lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipelines.report.readers.docx_styles import W, is_on, is_unseen
from pipelines.report.values import RAISED

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""A second drawing of what an older program cannot show."""
UNKNOWN = "\ufffd"
_IN_EQUATION = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
SKIP = frozenset(
    W + name for name in ("del", "moveFrom", "instrText", "fldChar", "pict", "drawing", "object", "rPr", "rt")
)
_TINY = 4
"""Half-points: letters of this size are a dot."""
_MARKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}sym": UNKNOWN}
"""A symbol is a glyph by its number in a font: seen, and not guessed."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    raised: bool = False
    lift: str = ""
    white: bool = False


def shown_text(paragraph: etree._Element, unseen: frozenset[str]) -> str:
    """The paragraph's text; `unseen` are the character styles that hide.

    Raised digits become superscripts, for they are notes. Where some of the letters are white, those are
    no text that anyone sees, and U+FFFD stands for them.
    """
    pieces = list(_pieces(paragraph, unseen))
    lifts = {piece.lift for piece in pieces if any(c.isdigit() for c in piece.text)}
    whites = {piece.white for piece in pieces if piece.text.strip()}
    out = []
    for piece in pieces:
        if piece.white and len(whites) > 1:
            out.append(UNKNOWN)
        elif piece.raised or (piece.lift and len(lifts) > 1):
            out.append(piece.text.translate(RAISED))
        else:
            out.append(piece.text)
    return "".join(out)


def _pieces(paragraph: etree._Element, unseen: frozenset[str]) -> Iterator[_Piece]:
    stack = list(reversed(list(paragraph)))
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or element.tag in SKIP or _is_unseen(element, unseen):
            continue
        if element.tag == f"{W}t":
            run = element.getparent()
            yield _piece(element.text or "", None if run is None else run.find(f"{W}rPr"))
        elif element.tag == _IN_EQUATION:
            yield _Piece(element.text or "")
        elif element.tag in _MARKS:
            yield _Piece(_MARKS[element.tag])
        else:
            stack.extend(reversed(list(element)))


def _piece(text: str, properties: etree._Element | None) -> _Piece:
    if properties is None:
        return _Piece(text)
    raised = _value(properties, "vertAlign") in ("superscript", "subscript")
    lift = _value(properties, "position")
    ground = properties.find(f"{W}shd") is not None or properties.find(f"{W}highlight") is not None
    white = not ground and _value(properties, "color").upper() == "FFFFFF"
    return _Piece(text, raised, "" if lift == "0" else lift, white)


def _value(properties: etree._Element, name: str) -> str:
    found = properties.find(f"{W}{name}")
    return "" if found is None else found.get(f"{W}val", "")


def _is_unseen(element: etree._Element, unseen: frozenset[str]) -> bool:
    """A run that is hidden, struck out or a dot, or a second drawing."""
    if element.tag == FALLBACK:
        return True
    properties = element.find(f"{W}rPr") if element.tag == f"{W}r" else None
    if properties is None:
        return False
    size = _value(properties, "sz")
    if is_unseen(properties) or (size.isdigit() and int(size) <= _TINY):
        return True
    return _value(properties, "rStyle") in unseen and not _shown_again(properties)


def _shown_again(properties: etree._Element) -> bool:
    """Whether a run switches off what its style sets."""
    return any(
        properties.find(f"{W}{name}") is not None and not is_on(properties, name)
        for name in ("vanish", "strike", "dstrike")
    )
