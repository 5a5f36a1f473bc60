"""What stands in the cells of a recognised page: each line of each cell read, numbers more than once.

Owns when a recognised text is believed. A number is taken only where two looks at its picture, cut and
prepared differently, say the same; where they do not, the cell's text shows both and is no number. It
must not know tables' geometry or what a label means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
FAINT = 205
"""Below this it may be: a cell with such pixels only is not taken for blank."""
SPECK = 0.22 * EM
"""What is smaller than this both ways is no character (a decimal point stands beside others)."""
OUTLINE = 4
"""Pixels along a cell's border that may hold what is left of its rules."""
UNSURE = 0.45
"""The confidence of a number that only two looks in three say, or that took a letter for a digit."""
DISCOLOURED = 0.5
"""That of a cell that is blank but for coloured ink: a stamp, or a figure printed in colour."""
SMUDGED = 0.6
"""That of a cell that is blank but for a trace that is no character."""
NO_TEXT = "▯"
"""Ink that nothing can be read from; it makes the cell's text no number."""

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
    """One line of a cell: its ink's box on the page (x0, y0, x1, y1) and what was read."""

    cell: int
    box: tuple[int, int, int, int]
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
        lines += [_Line(k, (left + a, top + b, left + c, top + d)) for a, b, c, d in found]
        if not found:
            out[k].confidence = _blankness(page[top:bottom, left:right], full[top:bottom, left:right])
    _look(page, lines, _first)
    again = [line for line in lines if _matters(line.looks[0].text)]
    _look(page, again, _second)
    _look(page, [line for line in again if not _agree(line.looks)], _third)
    for line in lines:
        text, confidence = _settled(line.looks)
        content = out[line.cell]
        content.confidence = min(content.confidence, confidence)
        content.text = f"{content.text}\n{text}" if content.text else text
    return out


# ------------------------------------------------------------------ looks


def _look(page: Gray, lines: Sequence[_Line], prepare: object) -> None:
    for line, reading in zip(lines, recognise([prepare(page, line.box) for line in lines]), strict=True):  # type: ignore[operator]
        line.looks.append(reading)


def _first(page: Gray, box: tuple[int, int, int, int]) -> Gray:
    return _crop(page, box, 0.22)


def _second(page: Gray, box: tuple[int, int, int, int]) -> Gray:
    """More paper around, strokes at full contrast, as tall as the recogniser takes it."""
    crop = _crop(page, box, 0.4)
    dark = float(np.percentile(crop, 2))
    even = np.clip((crop.astype(np.float32) - dark) * (255.0 / max(30.0, 225.0 - dark)), 0, 255)
    return np.asarray(cv2.resize(even.astype(np.uint8), None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC))


def _third(page: Gray, box: tuple[int, int, int, int]) -> Gray:
    """Little paper, black on white, a little wider than printed."""
    crop = cv2.resize(_crop(page, box, 0.12), None, fx=3.3, fy=3.0, interpolation=cv2.INTER_CUBIC)
    _, even = cv2.threshold(cv2.GaussianBlur(crop, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(cv2.GaussianBlur(even, (3, 3), 0), np.uint8)


def _crop(page: Gray, box: tuple[int, int, int, int], margin: float) -> Gray:
    """The line with paper around it; a short mark (a dash) keeps the height that its line has."""
    x0, y0, x1, y1 = box
    high = max(y1 - y0, round(0.72 * EM))
    middle = (y0 + y1) / 2
    pad = round(margin * high)
    top, bottom = round(middle - high / 2) - pad, round(middle + high / 2) + pad
    inner = page[y0:y1, x0:x1]
    out = np.full((bottom - top, x1 - x0 + 2 * pad), 255, np.uint8)
    out[y0 - top : y1 - top, pad : pad + x1 - x0] = inner
    return out


def _matters(text: str) -> bool:
    """Whether the text might be a number, or be part of one."""
    solid = _solid(text)
    return not _HAN.search(solid) or parse_value(text).number is not None


def _solid(text: str) -> str:
    folded = text.translate(_MISTAKEN)
    return _SPACE.sub("", folded.replace("，", ",").replace("。", ".").replace("．", "."))


def _agree(looks: Sequence[Reading]) -> bool:
    return len({_solid(look.text) for look in looks}) == 1 and bool(looks[0].text)


def _settled(looks: Sequence[Reading]) -> tuple[str, float]:
    """What a line says, by all looks at it."""
    if len(looks) == 1:
        return (looks[0].text or NO_TEXT), looks[0].confidence
    texts = [_solid(look.text) for look in looks]
    confidence = min(look.confidence for look in looks)
    if _agree(looks):
        if not _NUMBER.fullmatch(texts[0]):
            return looks[0].text, confidence
        taken = any(_SPACE.sub("", look.text) != texts[0] for look in looks)
        return texts[0], min(confidence, UNSURE) if taken else confidence
    for text in dict.fromkeys(texts):
        agreeing = [look for look, own in zip(looks, texts, strict=True) if own == text]
        others = [own for own in texts if own != text]
        if (
            len(agreeing) > 1
            and (_NUMBER.fullmatch(text) or _HAN.search(text))
            and not any(_NUMBER.fullmatch(own) for own in others)
        ):
            return text, min(UNSURE, *(look.confidence for look in agreeing))
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
    dark = (cv2.blur(area, (3, 3)) < level).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    return any(stats[k][2] >= 0.2 * EM or stats[k][3] >= 0.3 * EM for k in range(1, count))


def _lines(cell: Gray) -> Iterator[tuple[int, int, int, int]]:
    """The boxes (x0, y0, x1, y1) of the lines of ink in a cell, from top to bottom."""
    dark = (cv2.blur(cell, (2, 2)) < INK + 25).astype(np.uint8)
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
