"""A grid's cells spread over its slots: which cell stands in which row and column.

Owns the geometry of merged cells. It must not read a cell's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.report.model import Cell, Grid

MAX_SPAN = 100
MAX_ROWS = 5_000
MAX_COLUMNS = 400
MAX_SLOTS = 200_000
"""No statutory table comes near; what a hostile page has beyond is left out."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell as one row sees it: columns from `start` up to `stop`; `first` in the row it begins in."""

    cell: Cell
    start: int
    stop: int
    first: bool

    @property
    def text(self) -> str:
        """The cell's text."""
        return self.cell.text


def rows_of(grid: Grid) -> list[list[Slot]]:
    """For each row of the grid, the cells that stand in it, left to right, rows spanned included."""
    height = min(max((cell.row for cell in grid.cells), default=-1) + 1, MAX_ROWS)
    rows: list[list[Slot]] = [[] for _ in range(height)]
    left = MAX_SLOTS
    for cell in grid.cells:
        left -= cell.rowspan
        if left < 0:
            break
        if cell.column >= MAX_COLUMNS:
            continue
        stop = cell.column + max(1, min(cell.colspan, MAX_SPAN))
        for row in range(cell.row, min(height, cell.row + max(1, cell.rowspan))):
            rows[row].append(Slot(cell, cell.column, stop, row == cell.row))
    for slots in rows:
        slots.sort(key=lambda slot: slot.start)
    return rows


def turned(grid: Grid) -> Grid:
    """The grid with its columns for rows; every cell keeps the place that it was printed in."""
    cells = sorted(grid.cells, key=lambda cell: (cell.column, cell.row))
    return Grid(
        tuple(Cell(c.text, c.column, c.row, c.colspan, c.rowspan, c.place, c.confidence) for c in cells),
        grid.place,
    )
