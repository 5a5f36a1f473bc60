"""The rules drawn on a straightened page, faint, dotted and slightly wavy ones included.

Owns telling a rule from a row of characters: a rule is darker than what lies beside it along most of
its length, and a short one ends at others. It must not decide what a table is (`pdf_lines` does).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.report.readers.ocr_engine import Gray
from pipelines.report.readers.ocr_image import LINE
from pipelines.report.readers.pdf_page import Rule

_LEAST = round(1.5 * LINE)
"""Pixels: a shorter stroke may be part of a character."""
_LONG = 6 * LINE
"""No character's stroke, nor several in a row, are as long as this."""
_AROUND = 9
"""Pixels to each side within which a rule's paper shows."""
_SMOOTH = 25
"""Pixels along a rule over which noise is averaged and dots become a line."""
_CONTRAST = 14
"""Grey levels out of 255 by which a rule, so averaged, is darker than its paper."""
_CLEAR = 0.62
"""The share of a rule's length with paper on both its sides; along characters' strokes it is less."""
_DARK = 150
_BESET = 0.15
"""A short stroke with dark neighbours along more than this share is a character's."""
_THICKEST = 0.45 * LINE
_DRIFT = 5.0
"""Pixels by which two pieces of one rule may lie apart across it."""
_OVER = 2.2 * LINE
"""Pixels by which a rule may seem to run on into characters; a table's outermost cell is wider."""
_NEAR = 0.45 * LINE
"""Pixels between a rule's end and the rule that it ends at."""


@dataclass(slots=True)
class Stroke:
    """A rule as found, and the pixels that it covers (position along it, first and end across)."""

    rule: Rule
    path: list[tuple[int, int, int]] = field(repr=False)
    beset: float = 0.0
    """The share of its length along which something dark stands beside it."""


@dataclass(slots=True)
class Rules:
    """The rules across and down the page, in pixels, and the page without them."""

    across: list[Rule]
    down: list[Rule]
    without: Gray


def find_rules(page: Gray) -> Rules:
    """The rules on `page` (dark on white)."""
    across, down = _joined(_strokes(page)), _joined(_strokes(np.ascontiguousarray(page.T)))
    for _ in range(3):  # what ends at a stroke that is dropped may be one of a character, too
        kept = _anchored(across, down), _anchored(down, across)
        if [len(kept[0]), len(kept[1])] == [len(across), len(down)]:
            break
        across, down = kept
    across, down = _trimmed(across, down), _trimmed(down, across)
    drawn = np.zeros(page.shape, np.uint8)
    for stroke in across:
        for at, first, end in stroke.path:
            drawn[first:end, at] = 1
    for stroke in down:
        for at, first, end in stroke.path:
            drawn[at, first:end] = 1
    without = page.copy()
    without[cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0] = 255
    return Rules([stroke.rule for stroke in across], [stroke.rule for stroke in down], without)


def _anchored(strokes: list[Stroke], crossing: list[Stroke]) -> list[Stroke]:
    """Strokes that stand free, and are long or end at others at both their ends."""
    return [
        stroke
        for stroke in strokes
        if stroke.beset <= _BESET
        and (
            stroke.rule.hi - stroke.rule.lo >= _LONG
            or (
                _ends(stroke.rule.lo, stroke.rule.at, crossing)
                and _ends(stroke.rule.hi, stroke.rule.at, crossing)
            )
        )
    ]


def _trimmed(strokes: list[Stroke], crossing: list[Stroke]) -> list[Stroke]:
    """The strokes without what runs on into a character behind the rule that they end at."""
    for stroke in strokes:
        lo, hi, at = stroke.rule
        met = [other.rule.at for other in crossing if other.rule.lo - _NEAR <= at <= other.rule.hi + _NEAR]
        if not any(abs(other - lo) <= _NEAR for other in met):
            lo = min((other for other in met if lo < other < lo + _OVER), default=lo)
        if not any(abs(other - hi) <= _NEAR for other in met):
            hi = max((other for other in met if hi - _OVER < other < hi), default=hi)
        stroke.rule = Rule(lo, hi, at)
        stroke.path = [point for point in stroke.path if lo - 2 <= point[0] <= hi + 2]
    return strokes


def _ends(end: float, at: float, crossing: list[Stroke]) -> bool:
    return any(
        abs(other.rule.at - end) <= _NEAR and other.rule.lo - _NEAR <= at <= other.rule.hi + _NEAR
        for other in crossing
    )


def _strokes(page: Gray) -> list[Stroke]:
    """Dark streaks along the first axis (from left to right) with paper above and below."""
    smooth = cv2.blur(page, (_SMOOTH, 1))
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((2 * _AROUND + 1, 1), np.uint8))
    darker = ((paper.astype(np.int16) - smooth) > _CONTRAST).astype(np.uint8)
    streaks = cv2.morphologyEx(darker, cv2.MORPH_OPEN, np.ones((1, _LEAST), np.uint8))
    wavy = cv2.morphologyEx(streaks, cv2.MORPH_CLOSE, np.ones((3, _SMOOTH), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(wavy, connectivity=8)
    out: list[Stroke] = []
    for k in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[k])
        if wide >= _LEAST:
            own = (labels[y : y + high, x : x + wide] == k) & (streaks[y : y + high, x : x + wide] > 0)
            out += _along(page, own, x, y)
    return out


def _along(page: Gray, own: NDArray[np.bool_], x: int, y: int) -> list[Stroke]:
    """The parts of a dark streak that have paper on both sides."""
    counts = own.sum(axis=0)
    columns = np.flatnonzero(counts)
    thick = float(np.median(counts[columns])) if len(columns) else 0.0
    if not 0 < thick <= _THICKEST:
        return []
    rows = np.arange(own.shape[0])[:, None]
    middles = (own * rows).sum(axis=0)[columns] / counts[columns]
    centre = np.interp(np.arange(own.shape[1]), columns, middles) + y
    half = max(1.0, thick / 2)
    at = np.arange(x, x + own.shape[1])

    def levels(*steps: float) -> NDArray[np.uint8]:
        at_rows = [np.clip(np.round(centre + step).astype(int), 0, page.shape[0] - 1) for step in steps]
        return np.stack([page[row, at] for row in at_rows])

    core = levels(-1, 0, 1).min(axis=0).astype(np.int16)
    above, below = (levels(*(sign * (half + d) for d in (1, 2, 3, 4))) for sign in (-1, 1))
    paper = np.minimum(above.max(axis=0), below.max(axis=0))
    dark = np.minimum(above[1:].max(axis=0), below[1:].max(axis=0)) < _DARK
    inked = paper - core > _CONTRAST
    clear = _share(inked, _LEAST) >= _CLEAR
    out = []
    for first, end in _spans(clear & (_share(counts > 0, _SMOOTH) > 0.5)):
        own_ink = np.flatnonzero(inked[first:end])
        if not len(own_ink):
            continue
        # The averaging reaches beyond the stroke's ends: they are where its own ink ends.
        first, end = first + int(own_ink[0]), first + int(own_ink[-1]) + 1
        if end - first < _LEAST:
            continue
        path = [
            (int(at[i]), max(0, round(float(centre[i]) - half)), round(float(centre[i]) + half) + 1)
            for i in range(first, end)
        ]
        rule = Rule(float(at[first]), float(at[end - 1]) + 1, float(np.median(centre[first:end])))
        out.append(Stroke(rule, path, float(dark[first:end].mean())))
    return out


def _share(mask: NDArray[np.bool_], window: int) -> NDArray[np.float32]:
    """Around each position, the share of the window that is set."""
    return np.asarray(cv2.blur(mask.astype(np.float32)[None, :], (window, 1))[0], np.float32)


def _spans(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _joined(strokes: list[Stroke]) -> list[Stroke]:
    """Strokes that go on one another made one: the gap between them is less than any cell is wide."""
    out: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda stroke: stroke.rule):
        for before in out:
            old, new = before.rule, stroke.rule
            if abs(old.at - new.at) <= _DRIFT and -_LEAST < new.lo - old.hi <= 0.7 * LINE:
                long, more = old.hi - old.lo, new.hi - new.lo
                at = (old.at * long + new.at * more) / (long + more)
                before.rule = Rule(old.lo, max(old.hi, new.hi), at)
                before.path += stroke.path
                before.beset = (before.beset * long + stroke.beset * more) / (long + more)
                break
        else:
            out.append(stroke)
    return sorted(out, key=lambda stroke: (stroke.rule.at, stroke.rule.lo))
