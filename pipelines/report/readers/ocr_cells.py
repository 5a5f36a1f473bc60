"""What stands in the cells of a recognised page: each line of each cell read, numbers more than once.

Owns when a recognised text is believed. A number is taken only where two looks at its picture, cut and
prepared differently, say the same; where they do not, the cell's text shows both and is no number. It
must not know tables' geometry or what a label means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipelines.report.readers.ocr_engine import Gray, Reading, recognise
from pipelines.report.readers.ocr_image import LINE
from pipelines.report.values import parse_value

EM = 0.74 * LINE
"""A character's height in pixels, where a printed line is `LINE` high with the paper around it."""
INK = 140
"""Below this grey level a pixel is ink for certain."""
BESIDE = 0.12
"""Characters' widths of the cell that the first look takes in on both sides of its ink."""
PALE = 195
"""Below this, averaged over its neighbours, it belongs to a stroke."""
FAINT = 205
"""Below this it may be: a cell with such pixels only is not taken for blank."""
SPECK = 0.22 * EM
"""What is smaller than this both ways is no character (a decimal point stands beside others)."""
OUTLINE = 4
"""Pixels along a cell's border that may hold what is left of its rules."""
UNSURE = 0.45
"""The confidence of a number that the third of three looks contradicts, or that took a letter for a digit."""
TWO_OF_THREE = 0.6
"""That of a number that two looks say and the third sees nothing in."""
CLEAR = 0.9
"""Words less sure than this are looked at again, and the surer look is taken."""
DISCOLOURED = 0.5
"""That of a cell that is blank but for coloured ink: a stamp, or a figure printed in colour."""
SMUDGED = 0.6
"""That of a cell that is blank but for a trace that is no character."""
NO_TEXT = "▯"
"""Ink that nothing can be read from; it makes the cell's text no number."""

_WIDE = str.maketrans("０１２３４５６７８９，。．－＋", "0123456789,..-+")
_MISTAKEN = str.maketrans("QDlI|丨", "001111")
_NUMBER = re.compile(r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class Content:
    """A cell's text, lines parted by ``\\n``, and how sure it is, 0 to 1."""

    text: str
    confidence: float


@dataclass(slots=True)
class _Line:
    """One line of a cell: its ink's box on the page (x0, y0, x1, y1) and what was read.

    `left` and `right`: how far the line may reach in its cell.
    """

    cell: int
    box: tuple[int, int, int, int]
    left: int
    right: int
    looks: list[Reading] = field(default_factory=list)


def read_cells(page: Gray, full: Gray, boxes: Sequence[tuple[float, float, float, float]]) -> list[Content]:
    """The content of each box of `page`, whose rules are gone; `full` has the coloured ink, too."""
    out = [Content("", 1.0) for _ in boxes]
    lines: list[_Line] = []
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        left, top, right, bottom = round(x0) + 2, round(y0) + 2, round(x1) - 2, round(y1) - 2
        if right - left < 4 or bottom - top < 4:
            continue
        found = list(_lines(page[top:bottom, left:right]))
        reach = left + OUTLINE, right - OUTLINE
        lines += [_Line(k, (left + a, top + b, left + c, top + d), *reach) for a, b, c, d in found]
        if not found:
            out[k].confidence = _blankness(page[top:bottom, left:right], full[top:bottom, left:right])
    _look(page, lines, _first)
    again = [line for line in lines if _matters(line.looks[0].text)]
    numbers = {id(line) for line in again}
    _look(page, [line for line in lines if id(line) in numbers or line.looks[0].confidence < CLEAR], _second)
    _look(page, [line for line in again if not _agree(line.looks)], _third)
    for line in lines:
        text, confidence = _settled(line.looks)
        if len(line.looks) > 1 and _something_beside(page, line):
            confidence = min(confidence, UNSURE)
        content = out[line.cell]
        content.confidence = min(content.confidence, confidence)
        content.text = f"{content.text}\n{text}" if content.text else text
    return out


# ------------------------------------------------------------------ looks


def _look(page: Gray, lines: Sequence[_Line], prepare: Callable[[Gray, _Line], Gray]) -> None:
    for line, reading in zip(lines, recognise([prepare(page, line) for line in lines]), strict=True):
        line.looks.append(reading)


def _first(page: Gray, line: _Line) -> Gray:
    return _crop(page, line, 0.22, BESIDE)


def _second(page: Gray, line: _Line) -> Gray:
    """More white around, strokes at full contrast."""
    crop = _crop(page, line, 0.4, 0.05)
    dark = float(np.percentile(crop, 2))
    even = np.clip((crop.astype(np.float32) - dark) * (255.0 / max(30.0, 225.0 - dark)), 0, 255)
    return np.asarray(cv2.resize(even.astype(np.uint8), None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC))


def _third(page: Gray, line: _Line) -> Gray:
    """The ink alone, as tight as the first."""
    return _crop(page, line, 0.22, 0.05)


def _crop(page: Gray, line: _Line, margin: float, beside: float) -> Gray:
    """The line with white around it; a short mark (a dash) keeps the height that its line has.

    `margin`: the white, as a share of the height; `beside`: so many characters' widths of the cell itself.
    """
    _, y0, _, y1 = line.box
    x0, x1 = _reach(line, beside)
    high = max(y1 - y0, round(0.72 * EM))
    middle = (y0 + y1) / 2
    pad = round(margin * high)
    top, bottom = round(middle - high / 2) - pad, round(middle + high / 2) + pad
    inner = page[y0:y1, x0:x1]
    out = np.full((bottom - top, x1 - x0 + 2 * pad), 255, np.uint8)
    out[y0 - top : y1 - top, pad : pad + x1 - x0] = inner
    return out


def _reach(line: _Line, beside: float) -> tuple[int, int]:
    """From where to where the line is cut out: its ink and so many characters' widths on both sides."""
    x0, _, x1, _ = line.box
    more = round(beside * EM)
    return max(min(x0, line.left), x0 - more), min(max(x1, line.right), x1 + more)


def _something_beside(page: Gray, line: _Line) -> bool:
    """Whether the rest of the line's cell holds traces, which may be a figure too pale to be ink."""
    _, y0, _, y1 = line.box
    x0, x1 = _reach(line, BESIDE)
    return _marks(page[y0:y1, line.left : x0], FAINT) or _marks(page[y0:y1, x1 : line.right], FAINT)


def _matters(text: str) -> bool:
    """Whether the text might be a number, or be part of one."""
    solid = _solid(text)
    return not _HAN.search(solid) or parse_value(text).number is not None


def _solid(text: str) -> str:
    return _SPACE.sub("", text.translate(_WIDE).translate(_MISTAKEN))


def _agree(looks: Sequence[Reading]) -> bool:
    return len({_solid(look.text) for look in looks}) == 1 and bool(looks[0].text)


def _settled(looks: Sequence[Reading]) -> tuple[str, float]:
    """What a line says, by all looks at it."""
    if not _matters(looks[0].text):
        words = [look for look in looks if _HAN.search(look.text) and not _matters(look.text)]
        return max(words, key=lambda look: look.confidence)
    texts = [_solid(look.text) for look in looks]
    confidence = min(look.confidence for look in looks)
    if _agree(looks):
        if not _NUMBER.fullmatch(texts[0]):
            return looks[0].text, confidence
        taken = any(_SPACE.sub("", look.text.translate(_WIDE)) != texts[0] for look in looks)
        return texts[0], min(confidence, UNSURE) if taken else confidence
    for text in dict.fromkeys(texts):
        agreeing = [look for look, own in zip(looks, texts, strict=True) if own == text]
        others = [own for own in texts if own != text]
        if (
            len(agreeing) > 1
            and (_NUMBER.fullmatch(text) or _HAN.search(text))
            and not any(_NUMBER.fullmatch(own) for own in others)
        ):
            weak = (
                UNSURE if any(_HAN.search(own) or re.search(r"\d", own) for own in others) else TWO_OF_THREE
            )
            return text, min(weak, *(look.confidence for look in agreeing))
    return " | ".join(dict.fromkeys(text or NO_TEXT for text in texts)), min(0.3, confidence)


# ------------------------------------------------------------------ ink


def _blankness(cell: Gray, full: Gray) -> float:
    """How sure it is that a cell without ink is blank."""
    if cell.shape[0] <= 2 * OUTLINE or cell.shape[1] <= 2 * OUTLINE:
        return SMUDGED
    inner = slice(OUTLINE, -OUTLINE), slice(OUTLINE, -OUTLINE)
    if _marks(full[inner], FAINT) and not _marks(cell[inner], FAINT):
        return DISCOLOURED
    return SMUDGED if _marks(cell[inner], FAINT) else 1.0


def _marks(area: Gray, level: int) -> bool:
    """Whether something as large as a character's stroke is darker than `level`, noise averaged out."""
    if not area.size:
        return False
    dark = (cv2.blur(area, (3, 3)) < level).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    return any(stats[k][2] >= 0.2 * EM or stats[k][3] >= 0.3 * EM for k in range(1, count))


def _lines(cell: Gray) -> Iterator[tuple[int, int, int, int]]:
    """The boxes (x0, y0, x1, y1) of the lines of ink in a cell, from top to bottom."""
    dark = (cv2.blur(cell, (2, 2)) < PALE).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    high, wide = cell.shape
    ink: list[tuple[int, int, int, int]] = []
    for k in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[k])
        if area < 4 or _is_remnant(x, y, w, h, wide, high):
            continue
        ink.append((x, y, x + w, y + h))
    if not any(c - a >= SPECK or d - b >= SPECK for a, b, c, d in ink):
        return
    solid = [box for box in ink if box[2] - box[0] >= SPECK or box[3] - box[1] >= SPECK]
    for first, last in _bands(solid):
        own = [box for box in ink if first <= (box[1] + box[3]) / 2 <= last]
        own = [box for box in own if box in solid or _beside(box, own, solid)]
        yield (
            max(0, min(box[0] for box in own) - 1),
            max(0, min(box[1] for box in own) - 1),
            min(wide, max(box[2] for box in own) + 1),
            min(high, max(box[3] for box in own) + 1),
        )


def _beside(
    speck: tuple[int, int, int, int],
    own: Sequence[tuple[int, int, int, int]],
    solid: Sequence[tuple[int, int, int, int]],
) -> bool:
    """Whether a speck stands near a character: a decimal point, a comma, a dot of one."""
    return any(max(box[0] - speck[2], speck[0] - box[2]) < 0.8 * EM for box in own if box in solid)


def _is_remnant(x: int, y: int, w: int, h: int, wide: int, high: int) -> bool:
    """Whether it lies along the cell's border, as thin as a rule's rest."""
    beside = x + w <= OUTLINE or x >= wide - OUTLINE
    above = y + h <= OUTLINE or y >= high - OUTLINE
    return beside or above


def _bands(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int]]:
    """The vertical extents of lines: pieces of one character's height together, lines apart."""
    rows: list[list[int]] = []
    for _, top, _, bottom in sorted(boxes, key=lambda box: box[1]):
        if rows and top < rows[-1][1] - 0.15 * EM:
            rows[-1][1] = max(rows[-1][1], bottom)
        else:
            rows.append([top, bottom])
    while len(rows) > 1:  # 三 and 二 are several strokes above one another
        gaps = [
            (rows[k + 1][0] - rows[k][1], k)
            for k in range(len(rows) - 1)
            if rows[k + 1][1] - rows[k][0] <= 1.25 * EM
            and min(rows[k][1] - rows[k][0], rows[k + 1][1] - rows[k + 1][0]) < 0.6 * EM
        ]
        if not gaps:
            break
        _, k = min(gaps)
        rows[k : k + 2] = [[rows[k][0], max(rows[k][1], rows[k + 1][1])]]
    return [(top, bottom) for top, bottom in rows]
