"""Reviewed corrections on top of a reading: what a person saw in the document stands, and says so.

Pure. A correction is tied to the bytes that were reviewed, so its value stands whatever a later parser
reads; where that parser reads something else than the reviewed one did, `correction-stale` says so. This
module must not look for corrections (`pipelines.corrections`) or change a value that no person reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipelines.report import form
from pipelines.report.checks import check
from pipelines.report.model import (
    TABLES,
    Correction,
    Edition,
    Evidence,
    Finding,
    Number,
    Place,
    Report,
    Row,
    Severity,
    Table,
    TableName,
)
from pipelines.report.prose_figures import prose_figures

BLANK: Literal["blank"] = "blank"
UNREADABLE: Literal["unreadable"] = "unreadable"
MISSING: Literal["missing"] = "missing"
UNKNOWN: Literal["unknown"] = "unknown"

Said = Number | str
"""What a reading says of a cell: its number, one of the four words above, or an organization's name."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One reviewed correction: an entry of a corrections file."""

    sha256: str
    """The file, as archived (or, where the server had compressed it, as opened)."""
    cell: str
    """A path into the report, or `organization`, or `year`."""
    read: Said
    """What the reader gave when the correction was reviewed."""
    value: Said
    """What the document says; `BLANK` where it prints nothing."""
    by: str
    why: str
    date: date
    member: str | None = None
    """The file inside a ZIP or RAR body."""
    part: int | None = None
    """Which of the reports that one document prints, from 1."""
    source: str = ""
    """Where the entry stands: file and number."""


def apply_corrections(report: Report, corrections: Iterable[Reviewed]) -> Report:
    """The reading with these corrections of its document applied, marked in the evidence, and checked anew.

    Findings about a corrected cell go. `correction-stale` (warning) says where the reading is not the
    one that was reviewed any more; info where it has become what the correction says. A correction of a
    cell in a table that the reading lacks cannot be applied: a warning says so.
    """
    corrections = sorted(corrections, key=lambda correction: correction.cell)
    if not corrections:
        return report
    checked = set(_checks(report))
    report = replace(report, findings=tuple(f for f in report.findings if f not in checked))
    for correction in corrections:
        report = _identity(report, correction) if "." not in correction.cell else _cell(report, correction)
    return report.with_findings(*_checks(report))


def read_of(report: Report, cell: str) -> Said:
    """What a reading says of a cell, in the words of a corrections file."""
    if cell == "organization":
        return report.organization or UNKNOWN
    if cell == "year":
        return UNKNOWN if report.year is None else report.year
    name, row, column = _split(cell)
    cells = (report.table(name) or {}).get(row, {})
    if column not in cells:
        return MISSING
    value, evidence = cells[column], report.evidence.get(cell)
    if value is None:
        return UNREADABLE if evidence is not None and evidence.kind == "unreadable" else BLANK
    return value


def _checks(report: Report) -> tuple[Finding, ...]:
    """What is said of the values by holding them against each other and against the prose."""
    return (*check(report), *prose_figures(report, report.sections))


def _cell(report: Report, correction: Reviewed) -> Report:
    path = correction.cell
    name, row, column = _split(path)
    table = report.table(name)
    if table is None:
        message = f"{_called(correction)} corrects a cell of a table that the reader does not find here"
        return report.with_findings(Finding("correction-stale", "warning", path, message))
    now = read_of(report, path)
    value = None if isinstance(correction.value, str) else correction.value
    changed: dict[TableName, Table] = {
        name: _with_cell(table, name, row, column, value, report.editions.get(name))
    }
    return _marked(
        replace(
            report,
            active_disclosure=changed.get("active_disclosure", report.active_disclosure),
            requests=changed.get("requests", report.requests),
            review=changed.get("review", report.review),
        ),
        correction,
        now,
        about=(path, f"{name}.{row}") if now == MISSING else (path,),
    )


def _identity(report: Report, correction: Reviewed) -> Report:
    now = read_of(report, correction.cell)
    if correction.cell == "year":
        assert isinstance(correction.value, int)
        report = replace(report, year=correction.value)
    else:
        report = replace(report, organization=str(correction.value))
    return _marked(report, correction, now, about=(correction.cell,))


def _marked(report: Report, correction: Reviewed, now: Said, about: tuple[str, ...]) -> Report:
    """The report with the correction in its evidence, and without the findings about what it settles."""
    path = correction.cell
    old = report.evidence.get(path) or Evidence("", "corrected", Place(), correction.sha256)
    shown = now if path == "organization" and now != UNKNOWN else None
    if not isinstance(now, str):
        shown = now
    evidence = replace(old, kind="corrected", correction=Correction(shown, correction.by, correction.why))
    findings = [finding for finding in report.findings if finding.where not in about]
    if now != correction.read:
        severity: Severity = "info" if now == correction.value else "warning"
        remedy = (
            "it is needed no longer"
            if severity == "info"
            else "look at the document again and renew its read"
        )
        message = (
            f"{_called(correction)} was reviewed when the reader read {correction.read}; now it reads {now}"
        )
        findings.append(Finding("correction-stale", severity, path, f"{message}: {remedy}"))
    return replace(report, evidence=report.evidence | {path: evidence}, findings=tuple(findings))


def _with_cell(
    table: Table, name: TableName, row: str, column: str, value: Number | None, edition: Edition | None
) -> Table:
    """The table with that cell; a row or column that it lacks goes where the form prints it."""
    rows = {key: dict(cells) for key, cells in table.items()}
    if column in rows.get(row, {}):
        rows[row][column] = value
        return rows
    cells: Row = rows.get(row, {}) | {column: value}
    rows[row] = {key: cells[key] for key in dict.fromkeys((*_columns(name, row), *cells)) if key in cells}
    order = form.expected_rows(name, edition)
    return {key: rows[key] for key in dict.fromkeys((*order, *rows)) if key in rows}


def cells_of_the_form(name: TableName) -> dict[str, tuple[str, ...]]:
    """Row -> columns of a table, those of all editions."""
    rows = {
        "requests": form.REQUEST_ROWS,
        "review": form.REVIEW_BLOCKS,
        "active_disclosure": form.ACTIVE_ROWS,
    }
    return {row: _columns(name, row) for row in rows[name]}


def _columns(name: TableName, row: str) -> tuple[str, ...]:
    if name == "requests":
        return tuple(form.REQUEST_COLUMNS)
    if name == "review":
        return tuple(form.REVIEW_COLUMNS)
    printed = (column for rows in form.ACTIVE_FORM.values() for column in rows.get(row, ()))
    return tuple(dict.fromkeys(form.published_column(column) for column in printed))


def _split(cell: str) -> tuple[TableName, str, str]:
    table, row, column = cell.split(".")
    return next(name for name in TABLES if name == table), row, column


def _called(correction: Reviewed) -> str:
    return f"the correction by {correction.by} of {correction.date.isoformat()}"
