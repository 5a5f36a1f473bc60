"""A grid's cells spread over its slots: which cell stands in which row and column.

Owns the geometry of merged cells. It must not read a cell's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.report.model import Cell, Grid

MAX_SPAN = 100
MAX_ROWS = 5_000
"""No statutory table comes near; a page that does is not read slot by slot."""


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
    for cell in grid.cells:
        stop = cell.column + max(1, min(cell.colspan, MAX_SPAN))
        for row in range(cell.row, min(height, cell.row + max(1, cell.rowspan))):
            rows[row].append(Slot(cell, cell.column, stop, row == cell.row))
    for slots in rows:
        slots.sort(key=lambda slot: slot.start)
    return rows
