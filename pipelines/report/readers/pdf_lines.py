"""Rules to lattices: which slots a page's rules draw, and which slots are one merged cell.

Geometry alone: it must not look at what the characters say, only at where they stand (a band of the
lattice too narrow for a character is a double border and no column).
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.report.readers.pdf_page import MAX_RULES, Box, Char, Page, Rule
from pipelines.report.readers.pdf_pieces import letters
from pipelines.report.readers.pdf_rules import covered

DRAWN = 0.6
"""A slot's edge is there when rules cover at least this share of it; corners and gaps are never exact."""
FAINT = 0.25
"""Less than this share is no edge at all; between the two the lattice is not sure."""

MAX_SLOTS = 12_000
"""A statutory table has 300 slots; one with more than this is a drawing, or an attack."""


@dataclass(slots=True)
class Lattice:
    """A ruled table's geometry: column and row borders, cells as (row, column, rowspan, colspan).

    `cells` is empty where the rules make no table: their text is to be read without them.
    `closed_top` and `closed_bottom`: for each column, whether a rule closes it there. `sure` is
    False where a merged region is no rectangle or an edge is half drawn.
    """

    xs: list[float]
    ys: list[float]
    cells: list[tuple[int, int, int, int]]
    closed_top: list[bool]
    closed_bottom: list[bool]
    sure: bool

    @property
    def box(self) -> Box:
        """The lattice's outer border."""
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def spills(self, char: Char, page: Page) -> bool:
        """Whether a character just below the lattice belongs to the cell above it, which the page's end cuts.

        Browsers print a cut cell's last line a little below the last stroke of its borders.
        """
        bottom = self.ys[-1]
        if bottom < 0.85 * page.height or not bottom <= char.y <= bottom + 1.6 * page.em:
            return False
        column = bisect_right(self.xs, char.x) - 1
        return 0 <= column < len(self.closed_bottom) and not self.closed_bottom[column]

    def cell_box(self, cell: tuple[int, int, int, int]) -> Box:
        """One cell's box on the page."""
        row, column, rowspan, colspan = cell
        return Box(self.xs[column], self.ys[row], self.xs[column + colspan], self.ys[row + rowspan])


def lattices(page: Page) -> list[Lattice]:
    """The page's ruled tables with at least two cells, from top to bottom."""
    rules = len(page.horizontals) + len(page.verticals)
    if rules > MAX_RULES or not page.horizontals or not page.verticals:
        return []
    slack = _slack(page)
    found = []
    down_all = [*page.verticals, *_sides(page, slack)]
    for across, down in _connected(page.horizontals, down_all, slack):
        lattice = _lattice(page, across, down, slack)
        if lattice is not None and len(lattice.cells) != 1:
            found.append(lattice)
    return sorted(found, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def _slack(page: Page) -> float:
    """How far apart two rules may be and still be the same border: less than half a character."""
    return max(2.0, min(5.0, 0.45 * page.em))


def _sides(page: Page, slack: float) -> list[Rule]:
    """The sides of rows in a table without outer sides, where one cell fills the row and no rule crosses it.

    Two rules of the same length, one line of text apart, are such a row's top and bottom.
    """

    def crossed(h: Rule) -> bool:
        return any(_touch(h, v, slack) for v in page.verticals)

    middles = sorted(char.y for char in page.chars)
    sides: list[Rule] = []
    for above, below in pairwise(page.horizontals):
        if (
            below.at - above.at <= 2.6 * page.em
            and abs(above.lo - below.lo) <= slack
            and abs(above.hi - below.hi) <= slack
            and bisect_right(middles, below.at) > bisect_right(middles, above.at)
            and (crossed(above) or crossed(below))
        ):
            sides += [Rule(above.at, below.at, above.lo), Rule(above.at, below.at, above.hi)]
    return sides


def _touch(h: Rule, v: Rule, slack: float) -> bool:
    return h.lo - slack <= v.at <= h.hi + slack and v.lo - slack <= h.at <= v.hi + slack


def _connected(
    across: Sequence[Rule], down: Sequence[Rule], slack: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of rules that touch one another, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for i, (lo, hi, at) in enumerate(across):
        left, right, above, below = lo - slack, hi + slack, at + slack, at - slack
        for j, (start, end, x) in enumerate(down, len(across)):
            touch = left <= x <= right and start <= above and end >= below
            if touch and (a := root(i)) != (b := root(j)):
                parent[a] = b
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for k, rule in enumerate([*across, *down]):
        groups.setdefault(root(k), ([], []))[k >= len(across)].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _lattice(page: Page, across: list[Rule], down: list[Rule], slack: float) -> Lattice | None:
    left, right = min(r.lo for r in across), max(r.hi for r in across)
    top, bottom = min(r.lo for r in down), max(r.hi for r in down)
    xs = _borders([r.at for r in down], left, right, slack)
    ys = _borders([r.at for r in across], top, bottom, slack)
    if len(xs) < 2 or len(ys) < 2:
        return None
    inside = Box(xs[0] - slack, ys[0] - slack, xs[-1] + slack, ys[-1] + slack)
    least_wide, least_high = 0.9 * page.em, 0.6 * page.em
    if _narrow(xs, least_wide) or _narrow(ys, least_high):
        chars = [c for c in letters(filter(inside.holds, page.chars)) if not c.text.isspace()]
        xs = _without_empty_bands(xs, sorted(c.x for c in chars), least_wide)
        ys = _without_empty_bands(ys, sorted(c.y for c in chars), least_high)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > MAX_SLOTS:
        return None
    # walls[k][i]: how much of border k is drawn along band i.
    down_walls = _walls(xs, ys, down, slack)
    across_walls = _walls(ys, xs, across, slack)
    cells, sure = _cells(rows, columns, across_walls, down_walls)
    return Lattice(
        xs=xs,
        ys=ys,
        cells=cells,
        closed_top=[share >= DRAWN for share in across_walls[0]],
        closed_bottom=[share >= DRAWN for share in across_walls[-1]],
        sure=sure,
    )


def _borders(positions: list[float], first: float, last: float, slack: float) -> list[float]:
    """Rule positions, near ones taken together, and the outer ends where no rule closes them."""
    groups: list[list[float]] = []
    for at in sorted(positions):
        if groups and at - groups[-1][-1] <= slack and at - groups[-1][0] <= 1.6 * slack:
            groups[-1].append(at)
        else:
            groups.append([at])
    borders = [(group[0] + group[-1]) / 2 for group in groups]
    if borders and borders[0] - first > slack:
        borders.insert(0, first)
    if borders and last - borders[-1] > slack:
        borders.append(last)
    return borders


def _narrow(borders: list[float], least: float) -> bool:
    return any(b - a < least for a, b in pairwise(borders))


def _without_empty_bands(borders: list[float], middles: list[float], least: float) -> list[float]:
    """Borders less those that part nothing: a band narrower than `least` that holds no character."""
    kept = borders[:1]
    for at in borders[1:]:
        lo = kept[-1]
        if at - lo < least and bisect_right(middles, at) == bisect_right(middles, lo):
            kept[-1] = lo if len(kept) == 1 else (lo + at) / 2
        else:
            kept.append(at)
    return kept


def _walls(borders: list[float], bands: list[float], rules: list[Rule], slack: float) -> list[list[float]]:
    near: list[list[Rule]] = [[] for _ in borders]
    middles = [(a + b) / 2 for a, b in pairwise(borders)]
    for rule in rules:
        near[bisect_right(middles, rule.at)].append(rule)
    shrink = 0.3 * slack
    return [[covered(own, lo + shrink, hi - shrink) for lo, hi in itertools.pairwise(bands)] for own in near]


def _cells(
    rows: int, columns: int, across: list[list[float]], down: list[list[float]]
) -> tuple[list[tuple[int, int, int, int]], bool]:
    """Slots joined where no rule parts them; every joined region must be a rectangle to be sure."""
    faint = any(FAINT < share < DRAWN for wall in (*across[1:-1], *down[1:-1]) for share in wall)
    cells = _regions(rows, columns, across, down, DRAWN)
    if cells is None:
        cells = _regions(rows, columns, across, down, FAINT)
        faint = True
    if cells is None:
        return [], False
    return cells, not faint


def _regions(
    rows: int, columns: int, across: list[list[float]], down: list[list[float]], drawn: float
) -> list[tuple[int, int, int, int]] | None:
    owner: dict[tuple[int, int], int] = {}
    cells: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in owner:
                continue
            if _alone(row, column, rows, columns, across, down, drawn):
                owner[row, column] = len(cells)
                cells.append((row, column, 1, 1))
                continue
            region = _flood(row, column, rows, columns, across, down, drawn)
            bottom, right = max(r for r, _ in region), max(c for _, c in region)
            if len(region) != (bottom - row + 1) * (right - column + 1) or min(c for _, c in region) < column:
                return None
            owner.update(dict.fromkeys(region, len(cells)))
            cells.append((row, column, bottom - row + 1, right - column + 1))
    return cells


def _alone(
    row: int,
    column: int,
    rows: int,
    columns: int,
    across: list[list[float]],
    down: list[list[float]],
    drawn: float,
) -> bool:
    """Whether rules close the slot on all four sides; the table's own ends close it, too."""
    return (
        (row == 0 or across[row][column] >= drawn)
        and (row + 1 == rows or across[row + 1][column] >= drawn)
        and (column == 0 or down[column][row] >= drawn)
        and (column + 1 == columns or down[column + 1][row] >= drawn)
    )


def _flood(
    row: int,
    column: int,
    rows: int,
    columns: int,
    across: list[list[float]],
    down: list[list[float]],
    drawn: float,
) -> set[tuple[int, int]]:
    region, todo = {(row, column)}, [(row, column)]
    while todo:
        r, c = todo.pop()
        neighbours = (
            (r - 1, c, r > 0 and across[r][c] < drawn),
            (r + 1, c, r + 1 < rows and across[r + 1][c] < drawn),
            (r, c - 1, c > 0 and down[c][r] < drawn),
            (r, c + 1, c + 1 < columns and down[c + 1][r] < drawn),
        )
        for nr, nc, open_ in neighbours:
            if open_ and (nr, nc) not in region:
                region.add((nr, nc))
                todo.append((nr, nc))
    return region
