"""What counts as a silent error: a cell that is wrong or lost, and nothing that a user sees says so.

Strict on purpose. A finding excuses a wrong cell only if it is a warning or an error and its `where` covers
the cell; a value that is null and whose evidence says `unreadable` speaks for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.report.model import Number, Report
from tests.made.truth import Truth


class Wrong(NamedTuple):
    """A cell that was not read as printed. `read` is "absent" where the report has no such cell."""

    path: str
    true: object
    read: object
    flagged: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A report beside its truth."""

    cells: int
    wrong: tuple[Wrong, ...]

    @property
    def silent(self) -> tuple[Wrong, ...]:
        """The wrong ones that nothing speaks of."""
        return tuple(wrong for wrong in self.wrong if not wrong.flagged)

    @property
    def right(self) -> int:
        """How many cells are as printed."""
        return self.cells - len(self.wrong)


def flagged(report: Report, path: str) -> bool:
    """Whether the reader says that it is not sure of the cell (or of `organization`, `year`)."""
    evidence = report.evidence.get(path)
    if evidence is not None and evidence.kind == "unreadable":
        return True
    return any(
        finding.severity != "info" and covers(finding.where, path) for finding in report.findings
    ) or any(finding.code == "not-a-report" for finding in report.findings)


def covers(where: str, path: str) -> bool:
    """Whether a finding's place holds the cell: it, its row, its column, its table, or everything."""
    if not where:
        return True
    given, wanted = where.split("."), path.split(".")
    return len(given) <= len(wanted) and all(g in ("*", w) for g, w in zip(given, wanted, strict=False))


def judge(report: Report, truth: Truth) -> Verdict:
    """Every cell and the report's identity beside the truth.

    A blank cell that the report lacks altogether is lost like any other. A cell of a row or column that the
    form does not have in this edition counts as wrong where it holds a number.
    """
    true = truth.cells()
    wrong = wrong_cells(report, true)
    if report.year != truth.year:
        wrong.append(Wrong("year", truth.year, report.year, report.year is None or flagged(report, "year")))
    # A body with a second name in brackets is known by its first name, too.
    if report.organization not in (truth.organization, truth.organization.partition("（")[0]):
        spoken = flagged(report, "organization")
        wrong.append(Wrong("organization", truth.organization, report.organization, spoken))
    return Verdict(len(true) + 2, tuple(wrong))


def wrong_cells(report: Report, true: Mapping[str, Number | None]) -> list[Wrong]:
    """The cells that were not read as printed, and those that hold a number but are not in the form."""
    wrong = []
    read = cells(report)
    for path, value in true.items():
        got: object = read.get(path, "absent")
        if got != value:
            wrong.append(Wrong(path, value, got, flagged(report, path)))
    for path, number in read.items():
        if path not in true and number is not None:
            wrong.append(Wrong(path, "absent", number, flagged(report, path)))
    return wrong


def cells(report: Report) -> dict[str, Number | None]:
    """Every cell of a report's tables by its path."""
    return {
        f"{name}.{row}.{column}": value
        for name in ("active_disclosure", "requests", "review")
        for row, values in (report.table(name) or {}).items()
        for column, value in values.items()
    }
