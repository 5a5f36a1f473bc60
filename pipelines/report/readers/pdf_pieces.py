"""Characters that follow one another on one line, taken together as pieces, and pieces taken apart again.

A page of 600 characters has some 150 pieces: geometry costs a quarter. A piece is one only where every
way to read its characters gives the same text: no gap that could be a space, no figure set higher or
smaller than the one before, no overlap. Whoever finds a border inside a piece takes it apart (`letters`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipelines.report.readers.pdf_page import FIGURES, Char

_LOOSE = 0.35
"""Characters at most this share of their height apart make a piece; `pdf_text.GAP`, a space, is wider."""
_TIGHT = 0.08
"""The same between two figures, and how far characters may overlap."""


def pieces(
    shown: Sequence[str],
    x0s: Sequence[float],
    tops: Sequence[float],
    x1s: Sequence[float],
    bottoms: Sequence[float],
) -> list[Char]:
    """Pieces of what is shown, in its order; a character that shows nothing ends one."""
    out: list[Char] = []
    first = -1
    loose = tight = top = bottom = middle = high = reach = 0.0
    last = ""

    def close(end: int) -> None:
        if end - first == 1:
            out.append(Char(last, x0s[first], top, reach, bottom, first))
            return
        low, deep = min(tops[first:end]), max(bottoms[first:end])
        edges = (*x0s[first:end], *x1s[first:end])
        out.append(Char("".join(shown[first:end]), x0s[first], low, reach, deep, first, edges))

    for k, (character, x0, x1, y0, y1) in enumerate(zip(shown, x0s, x1s, tops, bottoms, strict=True)):
        if first >= 0:
            if character and -tight <= (gap := x0 - reach) <= loose and character != " ":
                if not (character in FIGURES and last in FIGURES):
                    if abs(y0 + y1 - middle) <= 3 * tight and abs(y1 - y0 - high) <= 6 * tight:
                        reach, last = x1, character
                        continue
                elif gap <= tight and abs(y0 + y1 - middle) <= tight and abs(y1 - y0 - high) <= tight:
                    reach, last = x1, character
                    continue
            close(k)
            first = -1
        if character:
            first, last, reach, top, bottom = k, character, x1, y0, y1
            high, middle = y1 - y0, y0 + y1
            loose, tight = (_LOOSE * high, _TIGHT * high) if character != " " else (-1.0, 0.0)
    if first >= 0:
        close(len(shown))
    return out


def letters(chars: Iterable[Char]) -> Iterator[Char]:
    """The single characters of pieces."""
    for char in chars:
        edges = char[6]
        if not edges:
            yield char
            continue
        text, _, top, _, bottom, order, _ = char
        wide = len(text)
        for k, character in enumerate(text):
            yield Char(character, edges[k], top, edges[wide + k], bottom, order + k)
