"""The identities (勾稽关系) of the statutory tables: what must add up within one report.

Owns the arithmetic of the forms of 国办公开办函〔2019〕60号 and 〔2021〕30号. Values are never repaired; a
blank is unknown, not 0. Every function takes tables and gives findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pipelines.report import form
from pipelines.report.model import Finding, FindingCode, Number, Report, Table

_KINDS = tuple(column for column in form.REQUEST_COLUMNS if column != "total")
_OUTSIDE = ("received", "carried_in", "total_processed", "carried_forward")
_RESULTS = tuple(row for row in form.REQUEST_ROWS if row not in _OUTSIDE)
_PARTS = ("upheld", "corrected", "other", "pending")

Cell = tuple[str, Number | None]
"""A value with its path."""


def check(report: Report) -> tuple[Finding, ...]:
    """Every identity that one report can be held to."""
    findings: list[Finding] = []
    if report.requests is not None:
        findings += requests_balance(report.requests)
        findings += requests_row_total(report.requests)
        findings += requests_result_total(report.requests)
    if report.review is not None:
        findings += review_total(report.review)
    return tuple(findings)


def requests_balance(table: Table) -> list[Finding]:
    """Per column: received + carried_in = total_processed + carried_forward."""
    findings = []
    outside = [table.get(row, {}) for row in _OUTSIDE]
    for column in form.REQUEST_COLUMNS:
        values = [cells.get(column) for cells in outside]
        if _added(values[:2]) == _added(values[2:]):
            continue
        cells = {row: _cell(table, "requests", row, column) for row in _OUTSIDE}
        left = [cells["received"], cells["carried_in"]]
        right = [cells["total_processed"], cells["carried_forward"]]
        where = f"requests.*.{column}"
        findings += _balance(
            "requests-balance",
            where,
            left,
            right,
            "applications received and carried in",
            "processed and carried forward",
        )
    return findings


def requests_row_total(table: Table) -> list[Finding]:
    """Per row: the six kinds of applicant sum to `total`."""
    findings = []
    for row, cells in table.items():
        if _holds([cells.get(column) for column in _KINDS], cells.get("total")):
            continue
        parts = [_cell(table, "requests", row, column) for column in _KINDS]
        total = _cell(table, "requests", row, "total")
        findings += _sum(
            "requests-row-total", f"requests.{row}.*", parts, total, "the six kinds of applicant"
        )
    return findings


def requests_result_total(table: Table) -> list[Finding]:
    """Per column: the rows from granted to the last of （六） sum to total_processed."""
    findings = []
    if "total_processed" not in table:
        return []
    # Which rows of （六） the table prints is its edition's say; all the others belong to each edition.
    rows = [row for row in _RESULTS if row in table or not row.startswith("other")]
    if not any(row in table for row in ("other", *form.REQUEST_2021_ONLY)):
        rows.append("other")
    if _sums_up_its_parts(table):
        rows.remove("other")
    printed = [table.get(row, {}) for row in rows]
    for column in form.REQUEST_COLUMNS:
        if _holds([cells.get(column) for cells in printed], table["total_processed"].get(column)):
            continue
        parts = [_cell(table, "requests", row, column) for row in rows]
        total = _cell(table, "requests", "total_processed", column)
        findings += _sum("requests-result-total", f"requests.*.{column}", parts, total, "the results")
    return findings


def _sums_up_its_parts(table: Table) -> bool:
    """Whether a table prints （六）其他处理 with the sum of the rows that edition 2021 has in its place."""
    parts = [table[row] for row in form.REQUEST_2021_ONLY if row in table]
    if "other" not in table or not parts:
        return False
    return all(
        value == sum(filled, start=0)
        for column, value in table["other"].items()
        if value is not None and (filled := [v for part in parts if (v := part.get(column)) is not None])
    )


def review_total(table: Table) -> list[Finding]:
    """Per block: upheld + corrected + other + pending = total."""
    findings = []
    for block in table:
        parts = [_cell(table, "review", block, column) for column in _PARTS]
        total = _cell(table, "review", block, "total")
        findings += _sum("review-total", f"review.{block}.*", parts, total, "the outcomes")
    return findings


def _holds(parts: list[Number | None], total: Number | None) -> bool:
    """Whether a sum is whole and right, as nearly all are: nothing more is made of those."""
    return total is not None and None not in parts and _added(parts) == total


def _added(values: Iterable[Number | None]) -> Number:
    return sum([value for value in values if value is not None], start=0)


def _cell(table: Table, name: str, row: str, column: str) -> Cell:
    return f"{name}.{row}.{column}", table.get(row, {}).get(column)


def _known(cells: Iterable[Cell]) -> tuple[Number, bool]:
    """The sum of the filled cells, and whether all are filled."""
    cells = list(cells)
    filled = [value for _, value in cells if value is not None]
    return sum(filled, start=0), len(filled) == len(cells)


def _paths(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(path for path, value in cells if value is not None)


def _sum(code: FindingCode, where: str, parts: list[Cell], total: Cell, what: str) -> list[Finding]:
    whole = total[1]
    known, complete = _known(parts)
    filled = _paths([*parts, total])
    if not filled or (whole is None and complete is False):
        return []
    if whole is None:
        message = f"{what} sum to {_show(known)}, but the total is blank"
        return [Finding("not-assessable", "info", where, message, filled)]
    if (complete and known != whole) or known > whole:
        message = f"{what} sum to {_show(known)}, but the total says {_show(whole)}"
        return [Finding(code, "error", where, message, filled)]
    if not complete and known != whole:
        message = (
            f"{what}, as far as they are filled, sum to {_show(known)} of {_show(whole)}; the rest is blank"
        )
        return [Finding("not-assessable", "info", where, message, filled)]
    return []


def _balance(
    code: FindingCode, where: str, left: list[Cell], right: list[Cell], name_left: str, name_right: str
) -> list[Finding]:
    (sum_left, full_left), (sum_right, full_right) = _known(left), _known(right)
    filled = _paths([*left, *right])
    if not filled or sum_left == sum_right:
        return []
    numbers = f"{name_left}: {_show(sum_left)}; {name_right}: {_show(sum_right)}"
    # Counts are not negative, so a side that is not full can only grow.
    if (full_left or sum_left > sum_right) and (full_right or sum_right > sum_left):
        return [Finding(code, "error", where, numbers, filled)]
    return [Finding("not-assessable", "info", where, f"{numbers}; a blank may hold the difference", filled)]


def _show(number: Number) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)
