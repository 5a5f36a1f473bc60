"""Which letter marks which finding, and which cells, rows, columns and tables bear it.

Pure. The same letters stand in the terminal (`crawler.views`) and on the evidence's pictures
(`pipelines.evidence`). This module reads a finding's `where` and `evidence`; it must not draw anything.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.model import TABLES, Finding

CELLS_MARKED = 8
"""A finding about more cells than this is marked on its column or row, and on the last cell: the sum."""
REPEATED = {"error": 20, "warning": 20, "info": 3}
"""More findings than this with one code and severity share a mark and a line."""

_ORDER = {"error": 0, "warning": 1, "info": 2}


def clean(text: str) -> str:
    """The text without control and direction characters: a document must steer no terminal and no page."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list below the tables."""

    mark: str
    severity: str
    code: str
    sentence: str


class Marks:
    """The marks of one report's findings: errors first, then as the reader gave them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Gives each finding, or each crowd of like ones, its letter."""
        self.lines: list[Line] = []
        self.of: dict[Finding, str] = {}
        """Each finding's letter."""
        self._marked: dict[str, list[tuple[str, str]]] = {}
        for group in _grouped(sorted(findings, key=lambda finding: _ORDER[finding.severity])):
            first = group[0]
            mark = _letters(len(self.lines))
            more = f" ({len(group) - 1} more of this kind)" if len(group) > 1 else ""
            self.lines.append(Line(mark, first.severity, first.code, first.message + more))
            self.of |= dict.fromkeys(group, mark)
            for target in dict.fromkeys(target for finding in group for target in _targets(finding)):
                self._marked.setdefault(target, []).append((mark, first.severity))

    def of_cell(self, path: str) -> Sequence[tuple[str, str]]:
        """The (mark, severity) of findings about one cell."""
        return self._marked.get(path, ())

    def of_row(self, table: str, row: str) -> Sequence[tuple[str, str]]:
        """Those about a whole row, or a whole block of 表四."""
        return [*self._marked.get(f"{table}.{row}", ()), *self._marked.get(f"{table}.{row}.*", ())]

    def of_column(self, table: str, column: str) -> Sequence[tuple[str, str]]:
        """Those about a whole column."""
        return self._marked.get(f"{table}.*.{column}", ())

    def of_table(self, table: str) -> Sequence[tuple[str, str]]:
        """Those about a whole table."""
        return self._marked.get(table, ())

    def outside(self) -> Sequence[str]:
        """The marks of findings about none of the tables."""
        return [
            mark
            for target, marks in self._marked.items()
            if target.split(".")[0] not in TABLES
            for mark, _ in marks
        ]


def _grouped(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Each finding for itself, but crowds with one code together, at their first one's place."""
    crowds: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        crowds.setdefault((finding.severity, finding.code), []).append(finding)
    groups = []
    for finding in findings:
        crowd = crowds[finding.severity, finding.code]
        if len(crowd) <= REPEATED[finding.severity]:
            groups.append([finding])
        elif finding is crowd[0]:
            groups.append(crowd)
    return groups


def _targets(finding: Finding) -> list[str]:
    """The paths that bear a finding's mark."""
    where = finding.where
    if where.count(".") == 2 and "*" not in where:
        return [where]
    cells = [path for path in finding.evidence if path != where]
    return [where, *(cells if len(cells) <= CELLS_MARKED else cells[-1:])]


def _letters(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
