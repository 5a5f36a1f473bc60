"""Drawn strokes to rules: pieces that lie on one line become one rule, dots and dashes included.

Plain geometry over `Rule` values. It must not know pages, text or tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from statistics import median

from pipelines.report.readers.pdf_page import Rule

THIN = 4.0
"""A filled shape at most this thick (points) is a rule; thicker ones are shading."""
SAME_LINE = 0.8
"""Pieces this close across their direction lie on one line: a border drawn cell by cell is never exact."""
GAP = 4.5
"""Pieces this close along their direction are one rule: no cell is this narrow."""
DASH = 14.0
"""Pieces that are mostly at most this long may be a dashed or dotted rule."""
DASH_GAP = 7.0
"""The widest gap in a dashed rule; a merged cell, the other reason for a gap, is wider."""
DASHES = 4
"""So many pieces in a row make a dashed rule."""


Piece = tuple[float, float, float]
"""A stroke as a `Rule` has it; a page of dotted rules has tens of thousands."""
_AT = itemgetter(2)


def joined(pieces: Iterable[Piece]) -> list[Rule]:
    """Rules along one direction, each as long as it is drawn, in order of `at` and `lo`."""
    out: list[Rule] = []
    for line in _lines(pieces):
        if spans := _dashes(_touching(line)):
            at = sum(map(_AT, line)) / len(line)
            out += [Rule(lo, hi, at) for lo, hi in spans]
    return out


def _lines(pieces: Iterable[Piece]) -> Iterable[list[Piece]]:
    line: list[Piece] = []
    end = 0.0
    for piece in sorted(pieces, key=_AT):
        if piece[2] > end and line:
            yield line
            line = []
        if not line:
            end = piece[2] + SAME_LINE
        line.append(piece)
    if line:
        yield line


def _touching(line: list[Piece]) -> list[tuple[float, float]]:
    """Pieces that touch as one span, so that what is left apart shows how the rule is dashed."""
    line.sort()
    spans: list[tuple[float, float]] = []
    start, reach, _ = line[0]
    for lo, hi, _ in line:
        if lo - reach > 0.3:
            spans.append((start, reach))
            start, reach = lo, hi
        elif hi > reach:
            reach = hi
    spans.append((start, reach))
    return spans


def _dashes(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Runs of short pieces with short gaps become one span, and so do pieces with next to no gap.

    A dot that belongs to no run is no rule.
    """
    out: list[tuple[float, float]] = []
    for run in _runs(spans, DASH_GAP):
        if len(run) == 1:
            out += run
        elif len(run) >= DASHES and median(hi - lo for lo, hi in run) <= DASH:
            out.append((run[0][0], run[-1][1]))
        else:
            out += [(part[0][0], part[-1][1]) for part in _runs(run, GAP)]
    return [(lo, hi) for lo, hi in out if hi - lo > THIN]


def _runs(spans: Sequence[tuple[float, float]], gap: float) -> Iterable[Sequence[tuple[float, float]]]:
    first = 0
    for k in range(1, len(spans)):
        if spans[k][0] - spans[k - 1][1] > gap:
            yield spans[first:k]
            first = k
    yield spans[first:]


def covered(rules: Sequence[Rule], lo: float, hi: float) -> float:
    """The share of [lo, hi] that the rules cover together, between 0 and 1."""
    if hi <= lo:
        return 1.0
    for a, b, _ in rules:
        if a <= lo and b >= hi:
            return 1.0
    total, reach = 0.0, lo
    for a, b, _ in sorted(rules):
        a, b = max(a, reach), min(b, hi)
        if b > a:
            total += b - a
            reach = b
    return total / (hi - lo)
