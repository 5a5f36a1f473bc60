"""A grid's cells spread over its slots: which cell stands in which row and column.

Owns the geometry of merged cells. It must not read a cell's text.
"""

from __future__ import annotations

from operator import attrgetter

from pipelines.report.model import Cell, Grid

_START = attrgetter("start")
MAX_SPAN = 100
MAX_ROWS = 5_000
MAX_COLUMNS = 400
MAX_SLOTS = 200_000
"""No statutory table comes near; what a hostile page has beyond is left out."""


class Slot:
    """A cell as one row sees it: columns from `start` up to `stop`; `first` in the row it begins in.

    Written out, for a table has hundreds: a frozen dataclass costs three times as much to make.
    """

    __slots__ = ("cell", "first", "start", "stop", "text")

    def __init__(self, cell: Cell, start: int, stop: int, first: bool) -> None:
        self.cell = cell
        self.start = start
        self.stop = stop
        self.first = first
        self.text = cell.text


def rows_of(grid: Grid) -> list[list[Slot]]:
    """For each row of the grid, the cells that stand in it, left to right, rows spanned included."""
    height = min(max([cell.row for cell in grid.cells], default=-1) + 1, MAX_ROWS)
    rows: list[list[Slot]] = [[] for _ in range(height)]
    left = MAX_SLOTS
    for cell in grid.cells:
        high, column, top = cell.rowspan, cell.column, cell.row
        left -= high
        if left < 0:
            break
        if column >= MAX_COLUMNS:
            continue
        stop = column + (1 if cell.colspan <= 1 else min(cell.colspan, MAX_SPAN))
        if top < height:
            rows[top].append(Slot(cell, column, stop, True))
        if high > 1:
            for row in range(top + 1, min(height, top + high)):
                rows[row].append(Slot(cell, column, stop, False))
    for slots in rows:
        slots.sort(key=_START)
    return rows


def turned(grid: Grid) -> Grid:
    """The grid with its columns for rows; every cell keeps the place that it was printed in."""
    cells = sorted(grid.cells, key=lambda cell: (cell.column, cell.row))
    return Grid(
        tuple(Cell(c.text, c.column, c.row, c.colspan, c.rowspan, c.place, c.confidence) for c in cells),
        grid.place,
    )
