"""Coverage as CSV: one line for each cell, for spreadsheets. Pure: coverage in, text out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from pipelines.coverage.model import Body, Cell, Coverage, day_in_china

BOM = "\ufeff"
"""Spreadsheets take a file without it for GBK and show Chinese as rubbish."""
COLUMNS = (
    "site", "place", "body", "kind", "year", "state", "punctuality", "deadline", "published",
    "published_source", "first_seen", "late_days", "late_at_least", "looked", "names", "urls", "notes",
    "explanation", "article",
)  # fmt: skip
"""docs/coverage.md says what each holds; days are China's."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def coverage_csv(found: Iterable[Coverage]) -> str:
    """The table with a heading, byte order mark first, lines as RFC 4180 ends them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for coverage in found:
        for body in coverage.bodies:
            for cell in body.cells:
                writer.writerow([_harmless(value) for value in _line(coverage, body, cell)])
    return BOM + out.getvalue()


def _line(coverage: Coverage, body: Body, cell: Cell) -> Iterable[object]:
    claim = cell.published
    return (
        coverage.site,
        coverage.place,
        body.name,
        body.kind,
        cell.year,
        cell.state,
        cell.punctuality,
        cell.deadline.day,
        claim.day if claim else None,
        claim.source if claim else None,
        day_in_china(cell.first_seen) if cell.first_seen else None,
        cell.late_days,
        "yes" if cell.says("at-least") else None,
        day_in_china(cell.looked) if cell.looked else None,
        " | ".join(cell.names),
        " | ".join(cell.urls),
        " | ".join(note.code for note in cell.notes),
        " | ".join(note.message for note in cell.notes),
        cell.deadline.article,
    )


def _harmless(value: object) -> object:
    """A text from the web that a spreadsheet would take for a formula, told to be a text."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value
