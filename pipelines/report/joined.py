"""表三's rows of joined digits told apart by the identities of its columns.

Owns the choice between the readings of the rows (`splits`): one is taken where every other breaks an
identity that the rest of the table keeps. It must not know where the digits stand.

A row's own sum is weak evidence: 330000033 is 33,0,0,0,0,0,33 and 3,30,0,0,0,0,33 alike, and where the
printed sum is wrong, only wrong readings are left. So a row is told apart only by equations that hold
in all seven columns at once: what was received and carried in against what was processed and carried
forward, and the results against their total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipelines.report import form
from pipelines.report.splits import Reading

_MAX_WORK = 100_000
"""Sums tried for a table; real ones need some hundreds."""
_WIDTH = len(form.REQUEST_COLUMNS)
_BALANCE = {"received": 1, "carried_in": 1, "total_processed": -1, "carried_forward": -1}

Equation = Mapping[str, int]
"""Row -> its sign; the signed rows sum to nought in every column."""


def tell_apart(rows: Mapping[str, Sequence[Reading]], expected: Iterable[str]) -> dict[str, Reading]:
    """The rows that have one reading left.

    `rows` holds each row's possible readings (a row whose numbers stand apart has one), `expected` the
    rows that the table's edition prints: an equation that one of them is missing from proves nothing.
    """
    usable = [eq for eq in _equations(expected) if all(rows.get(row) for row in eq)]
    if found := _solve(rows, usable):
        return found
    # No reading keeps both: one has a misprint, which says nothing against the other.
    apart = [_solve(rows, [equation]) for equation in usable] if len(usable) == 2 else []
    return {
        row: reading
        for found in apart
        for row, reading in found.items()
        if all(other.get(row, reading) == reading for other in apart)
    }


def adds_up(table: Mapping[str, Reading], expected: Iterable[str]) -> bool:
    """Whether every column of a whole table keeps both equations."""
    return all(
        not any(sum(sign * table[row][column] for row, sign in equation.items()) for column in range(_WIDTH))
        for equation in _equations(expected)
    )


def _equations(expected: Iterable[str]) -> tuple[Equation, Equation]:
    return {row: 1 for row in expected if row not in _BALANCE} | {"total_processed": -1}, _BALANCE


def _solve(rows: Mapping[str, Sequence[Reading]], equations: Sequence[Equation]) -> dict[str, Reading]:
    """The rows of the equations whose reading is the same in every solution; none where there is none."""
    names = sorted({row for equation in equations for row in equation}, key=lambda row: len(rows[row]))
    if not names:
        return {}
    vectors = [
        [tuple(eq.get(row, 0) * n for eq in equations for n in reading) for reading in rows[row]]
        for row in names
    ]
    width = len(vectors[0][0])
    # How far the rows from each on can still move a sum, down and up.
    low, high = [(0,) * width], [(0,) * width]
    for options in reversed(vectors):
        low.append(tuple(a + min(v) for a, v in zip(low[-1], zip(*options, strict=True), strict=True)))
        high.append(tuple(a + max(v) for a, v in zip(high[-1], zip(*options, strict=True), strict=True)))
    low.reverse()
    high.reverse()
    reached = [{(0,) * width}]
    work = 0
    for k, options in enumerate(vectors):
        if (work := work + len(reached[-1]) * len(options)) > _MAX_WORK:
            return {}
        sums = {_add(sum_, vector) for sum_ in reached[-1] for vector in options}
        bounds = list(zip(low[k + 1], high[k + 1], strict=True))
        reached.append({s for s in sums if all(a <= -n <= b for n, (a, b) in zip(s, bounds, strict=True))})
    alive = reached[-1]  # empty where no solution is
    found: dict[str, Reading] = {}
    for k in range(len(names) - 1, -1, -1):
        taken = {
            (sum_, i)
            for sum_ in reached[k]
            for i, vector in enumerate(vectors[k])
            if _add(sum_, vector) in alive
        }
        alive = {sum_ for sum_, _ in taken}
        if len(which := {i for _, i in taken}) == 1:
            found[names[k]] = rows[names[k]][which.pop()]
    return found


def _add(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...]:
    return tuple(x + y for x, y in zip(a, b, strict=True))
