"""Drawn strokes to rules: pieces that lie on one line become one rule, dots and dashes included.

Plain geometry over `Rule` values. It must not know pages, text or tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def joined(pieces: Iterable[Rule]) -> list[Rule]:
    """Rules along one direction, each as long as it is drawn, in order of `at` and `lo`."""
    out: list[Rule] = []
    for line in _lines(pieces):
        at = sum(piece.at for piece in line) / len(line)
        out += [Rule(lo, hi, at) for lo, hi in _dashes(_touching(line))]
    return out


def _lines(pieces: Iterable[Rule]) -> Iterable[list[Rule]]:
    line: list[Rule] = []
    for piece in sorted(pieces, key=lambda piece: piece.at):
        if line and piece.at - line[0].at > SAME_LINE:
            yield line
            line = []
        line.append(piece)
    if line:
        yield line


def _touching(line: Sequence[Rule]) -> list[tuple[float, float]]:
    """Pieces that touch as one span, so that what is left apart shows how the rule is dashed."""
    spans: list[tuple[float, float]] = []
    for lo, hi, _ in sorted(line):
        if spans and lo - spans[-1][1] <= 0.3:
            spans[-1] = (spans[-1][0], max(spans[-1][1], hi))
        else:
            spans.append((lo, hi))
    return spans


def _dashes(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Runs of short pieces with short gaps become one span, and so do pieces with next to no gap.

    A dot that belongs to no run is no rule.
    """
    out: list[tuple[float, float]] = []
    for run in _runs(spans, DASH_GAP):
        if len(run) >= DASHES and median(hi - lo for lo, hi in run) <= DASH:
            out.append((run[0][0], run[-1][1]))
        else:
            out += [(part[0][0], part[-1][1]) for part in _runs(run, GAP)]
    return [(lo, hi) for lo, hi in out if hi - lo > THIN]


def _runs(spans: Sequence[tuple[float, float]], gap: float) -> Iterable[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for span in spans:
        if run and span[0] - run[-1][1] > gap:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


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
