"""The second opinion on a PDF: when it is asked for, which reading is taken, and where the two differ.

The fast reading of a PDF is accepted where its labels are complete and every identity that can be checked
holds. Otherwise pdfplumber, which decodes fonts and paths by other code, reads the document anew; the better
reading is taken as a whole, and `engines-differ` marks each cell of which the two say different things. A
report that is wrong in print comes out of both the same and stays as it is. This module must not open a
document or repair a value.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.errors import UnreadableDocument
from pipelines.report.model import TABLES, Evidence, Finding, Number, Report, Table

_IDENTITIES = frozenset({"requests-balance", "requests-row-total", "requests-result-total", "review-total"})
_INCOMPLETE = frozenset({"table-missing", "row-missing", "label-unknown", "column-unknown"})
_UNCLEAR = frozenset({"cell-unreadable", "rules-unclear"})
_UNREAD = frozenset({"needs-ocr", "needs-converter", "ocr-doubtful"})
_ANSWERS = frozenset({"number", "annotated", "unit", "blank", "none-mark"})


def with_second_opinion(first: Report, again: Callable[[], Report]) -> Report:
    """`first` where nothing speaks against it; else the better of it and `again()`, differences marked."""
    if not _doubtful(first):
        return first
    try:
        second = again()
    except UnreadableDocument:
        return first
    if not second.is_report:
        return first
    better, other = (second, first) if _faults(second) < _faults(first) else (first, second)
    return better.with_findings(*_differences(better, other))


def _doubtful(report: Report) -> bool:
    """Whether another reading of the same characters and rules could be better."""
    if not report.is_report or report.statistics is not None:
        return False
    if any(finding.code in _UNREAD for finding in report.findings):
        return False  # what is a picture to one engine is one to the other
    return any(
        finding.code in _UNCLEAR
        or (finding.code in _INCOMPLETE and finding.severity != "info")
        or (finding.code in _IDENTITIES and finding.severity == "error")
        for finding in report.findings
    )


def _faults(report: Report) -> tuple[int, int, int]:
    """What speaks against a reading, the gravest first: lost tables, lost or wrong rows, cells unclear."""
    codes = [finding.code for finding in report.findings]
    tables = sum(getattr(report, table) is None for table in TABLES)
    incomplete = sum(code in _INCOMPLETE for code in codes)
    broken = sum(code in _IDENTITIES for code in codes)
    unclear = sum(evidence.kind == "unreadable" for evidence in report.evidence.values())
    return tables, incomplete + broken, unclear + sum(code in _UNCLEAR for code in codes)


def _differences(better: Report, other: Report) -> list[Finding]:
    findings = []
    for path, evidence in better.evidence.items():
        against = other.evidence.get(path)
        if against is None or not {evidence.kind, against.kind} <= _ANSWERS:
            continue
        if _value(better, path) == _value(other, path):
            continue
        shown, shown_against = _shown(evidence), _shown(against)
        message = f"two ways of reading the PDF differ: {shown} is taken, the other reads {shown_against}"
        findings.append(Finding("engines-differ", "warning", path, message))
    return findings


def _value(report: Report, path: str) -> Number | None:
    table, row, column = path.split(".")
    rows: Table | None = getattr(report, table)
    return None if rows is None else rows.get(row, {}).get(column)


def _shown(evidence: Evidence) -> str:
    text = " ".join(evidence.raw.split())
    return f"“{text}”" if text else "a blank"
