"""Drawn strokes to rules: pieces that lie on one line become one rule, dots and dashes included.

Plain geometry over `Rule` values. It must not know pages, text or tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.report.readers.pdf_page import Rule

THIN = 4.0
"""A filled shape at most this thick (points) is a rule; thicker ones are shading."""
SAME_LINE = 0.8
"""Pieces this close across their direction lie on one line: a border drawn cell by cell is never exact."""
GAP = 2.5
"""Pieces this close along their direction are one rule: no cell is this narrow."""
DASH = 7.0
"""A piece, and a gap, at most this long may belong to a dashed or dotted rule; a cell is wider."""
DASHES = 4
"""So many pieces in a row, evenly spaced, make a dashed rule."""


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
    spans: list[tuple[float, float]] = []
    for lo, hi, _ in sorted(line):
        # Two short pieces stay apart until `_dashes` has seen how they are spaced.
        short = hi - lo <= DASH and spans and spans[-1][1] - spans[-1][0] <= DASH
        if spans and lo - spans[-1][1] <= (0.3 if short else GAP):
            spans[-1] = (spans[-1][0], max(spans[-1][1], hi))
        else:
            spans.append((lo, hi))
    return spans


def _dashes(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Runs of short pieces with short gaps become one span; a piece that stands alone and is tiny goes."""
    out: list[tuple[float, float]] = []
    run: list[tuple[float, float]] = []

    def close() -> None:
        if len(run) >= DASHES:
            out.append((run[0][0], run[-1][1]))
        else:
            out.extend(span for span in run if span[1] - span[0] > THIN)
        run.clear()

    for lo, hi in spans:
        if hi - lo > DASH:
            close()
            out.append((lo, hi))
            continue
        if run and lo - run[-1][1] > DASH:
            close()
        run.append((lo, hi))
    close()
    merged: list[tuple[float, float]] = []
    for lo, hi in sorted(out):
        if merged and lo - merged[-1][1] <= GAP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], hi))
        else:
            merged.append((lo, hi))
    return merged


def covered(rules: Sequence[Rule], lo: float, hi: float) -> float:
    """The share of [lo, hi] that the rules cover together, between 0 and 1."""
    if hi <= lo:
        return 1.0
    total, reach = 0.0, lo
    for a, b, _ in sorted(rules):
        a, b = max(a, reach), min(b, hi)
        if b > a:
            total += b - a
            reach = b
    return total / (hi - lo)
