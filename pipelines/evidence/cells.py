"""What is to be shown of a reading: each cell that was read, its state, and the letters of its findings.

Pure. This module decides which colour a cell bears; it must not draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.report.marks import Marks
from pipelines.report.model import TABLES, Evidence, Finding, Number, Place, Report, TableName

State = Literal["read", "flagged", "blank", "unreadable", "corrected"]

COLOURS: dict[State, str] = {
    "read": "#1a7f37",
    "flagged": "#cf222e",
    "blank": "#57606a",
    "unreadable": "#b000b0",
    "corrected": "#0969da",
}
"""Each state's colour, dark enough on white to be told apart and read."""
WORDS: dict[State, str] = {
    "read": "read, nothing against it",
    "flagged": "read, and a finding names it",
    "blank": "printed blank, or a mark for none",
    "unreadable": "not readable: no value",
    "corrected": "given by a reviewed correction",
}
"""The legend."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell of the three tables as it is shown."""

    table: TableName
    row: str
    column: str
    state: State
    value: str
    """What was read, in a few characters."""
    raw: str
    """What stands in the document."""
    place: Place
    letters: str = ""
    """Those of the findings that name the cell."""
    note: str = ""
    """What else a person should know: the kind of the evidence, where it is no plain number."""

    @property
    def path(self) -> str:
        """The cell's path in the report."""
        return f"{self.table}.{self.row}.{self.column}"


def shown_cells(report: Report) -> tuple[ShownCell, ...]:
    """Every cell of the report's tables, in their order."""
    marks = Marks(report.findings)
    named = _named(report, marks)
    return tuple(
        _shown(report, name, row, column, value, named.get(f"{name}.{row}.{column}", ""))
        for name, row, column, value in _cells(report)
    )


def _shown(
    report: Report, name: TableName, row: str, column: str, value: Number | None, letters: str
) -> ShownCell:
    evidence = report.evidence.get(f"{name}.{row}.{column}") or Evidence("", "blank", Place())
    state: State = "read"
    text = str(value)
    if evidence.kind == "corrected":
        state = "corrected"
    elif evidence.kind == "unreadable":
        state = "unreadable"
    elif letters:
        state = "flagged"
    elif value is None:
        state = "blank"
    if value is None:
        text = "?" if state == "unreadable" else "blank"
    return ShownCell(name, row, column, state, text, evidence.raw, evidence.place, letters, _note(evidence))


def _note(evidence: Evidence) -> str:
    if evidence.kind == "corrected" and evidence.correction is not None:
        read = evidence.correction.read
        return f"the reader gave {'no number' if read is None else read}"
    sure = "" if evidence.confidence is None else f" {evidence.confidence:.2f}"
    if evidence.kind in ("number", "blank", "unreadable"):
        return sure.strip() and f"recognised{sure}"
    return f"{evidence.kind}{sure}"


def _named(report: Report, marks: Marks) -> dict[str, str]:
    """Path -> letters of the findings that ask to look at the cell.

    A note (severity info) counts where it is about this cell alone: that an identity could not be checked
    says nothing against the figures in it.
    """
    named: dict[str, list[str]] = {}
    for finding in report.findings:
        for path in _paths(finding):
            letters = named.setdefault(path, [])
            if (letter := marks.of[finding]) not in letters:
                letters.append(letter)
    return {path: " ".join(letters) for path, letters in named.items()}


def _paths(finding: Finding) -> tuple[str, ...]:
    if finding.severity == "info":
        return (finding.where,)
    return (finding.where, *finding.evidence)


def _cells(report: Report) -> Iterator[tuple[TableName, str, str, Number | None]]:
    for name in TABLES:
        for row, cells in (report.table(name) or {}).items():
            for column, value in cells.items():
                yield name, row, column, value
