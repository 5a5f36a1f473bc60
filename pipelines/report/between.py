"""What stands between two labels of a text: the values that are the first one's, and what is not.

Owns whether labels stand together as a table's do, how many values a row has there, and the digits of
a row whose values ran together. It must not know what the values mean (`streams`).
"""

from __future__ import annotations

import re

from pipelines.report import form
from pipelines.report.hits import Hit
from pipelines.report.labels import label_key
from pipelines.report.textstream import Piece

_GROUP_WORDS = tuple(label_key(f) for forms in form.REQUEST_GROUPS.values() for f in forms)
DAMAGED_HEADER = "the header's labels are missing or damaged; the columns are taken in the form's order"
_NUMERALS = "一二三四五六七八九十"


def _belongs(words: str, hit: Hit) -> bool:
    """Whether words after a label are the rest of it, or of a group label drawn beside it."""
    if words in hit.tail or not words.strip(_NUMERALS):
        return True
    return hit.table == "requests" and any(words.strip(_NUMERALS) in group for group in _GROUP_WORDS)


def values_of(hit: Hit) -> tuple[list[Piece], bool]:
    """The values that follow a label, and whether nothing else follows up to the next label."""
    values: list[Piece] = []
    for piece in hit.pieces:
        if not piece.words:
            values.append(piece)
        elif not _belongs(piece.words, hit):
            return values, False
    return values, True


def _joined(hit: Hit) -> bool:
    """Whether the next label is of the same table as far as what stands between tells."""
    if hit.kind == "stop":
        return not hit.pieces or not any(piece.words.strip(_NUMERALS) for piece in hit.pieces)
    if hit.kind == "column":  # a damaged label may stand between two columns
        return sum(len(piece.words) for piece in hit.pieces) <= 24 and all(
            piece.words for piece in hit.pieces
        )
    return values_of(hit)[1]


def runs_of(hits: list[Hit]) -> list[list[Hit]]:
    """Labels with nothing but values between them, together: a table's stand so, prose's do not."""
    runs: list[list[Hit]] = []
    joined = False
    for hit in hits:
        if joined:
            runs[-1].append(hit)
        else:
            runs.append([hit])
        joined = _joined(hit)
    return runs


def take(values: list[Piece], width: int) -> tuple[list[Piece] | None, bool]:
    """The row's values where their number is right, and whether a stray line was passed over."""
    if len(values) == width:
        return values, False
    if width >= 3 and len(values) == width + 1:
        lines = {piece.line for piece in values[:width]}
        if (
            len(lines) == 1
            and values[-1].line not in lines
            and re.fullmatch(r"[0-9]{1,3}", values[-1].text.strip())
        ):
            return values[:width], True
    return None, False


_ENUMERATED = re.compile(r"\s*([1-9])[.、．,)]")
_DIGITS_THEN_ENUMERATOR = re.compile(r"([0-9]*?)(?:([1-9])([.、．]))?")
_NEXT_NUMERAL = re.compile(rf"[(（][{_NUMERALS}]*[)）]?$")
_MOST_PAGE_DIGITS = 3
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
"""These alone: folding circled and raised digits would make figures of notes."""


def digits_of(values: list[Piece], following: Hit | None) -> tuple[str, ...]:
    """What the digits of a row may be where its values ran together; empty where more than digits stands.

    The number that enumerates the next label sticks on the last digit, and where no point follows it, it
    may be either's; a page's number on a line of its own may be none of the row's.
    """
    text = _NEXT_NUMERAL.sub("", "".join(_plain(piece.text) for piece in values))
    match = _DIGITS_THEN_ENUMERATOR.fullmatch(text)
    if match is None or not match[1]:
        return ()
    expected = _enumerator(following)
    if match[2]:
        return (match[1],) if match[2] == expected else ()
    found = [match[1]]
    if expected is not None and match[1].endswith(expected):
        found.append(match[1][:-1])
    last = _NEXT_NUMERAL.sub("", _plain(values[-1].text))
    if len(values) > 1 and values[-1].line != values[-2].line and len(last) <= _MOST_PAGE_DIGITS:
        found.append(match[1][: -len(last)])
    return tuple(found)


def _plain(text: str) -> str:
    return "".join(text.split()).translate(_FULL_WIDTH)


def _enumerator(hit: Hit | None) -> str | None:
    """The digit that the form prints before a label."""
    if hit is None or hit.kind != "row" or hit.table != "requests":
        return None
    match = _ENUMERATED.match(form.row_label("requests", hit.key))
    return None if match is None else match[1]
