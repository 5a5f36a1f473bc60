"""Values that character recognition read from a picture: marked as such, doubted where nothing proves them.

Owns which recognised value gets the finding `ocr-doubtful`, and how grave it is. A misread figure is as
neat as a right one: what stands for it are two looks that agree (`readers.ocr_cells`), their confidence,
and the table's identities. It must not read, and never changes a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from pipelines.report.checks import check
from pipelines.report.model import (
    Document,
    Evidence,
    Finding,
    Grid,
    Number,
    Paragraph,
    Place,
    Report,
    TableName,
)

CONFIDENT = 0.85
"""Below this a figure that no sum proves is doubted; on clean scans figures have 0.9 and more."""
HARDLY = 0.5
"""Below this a figure is doubted even where the sums agree."""
_READ = ("number", "annotated", "unit")


def judged(report: Report, document: Document) -> Report:
    """The report with what was recognised marked in the evidence, and a finding on each doubtful value."""
    sure = dict(_confidences(document))
    if not sure:
        return report
    evidence = dict(report.evidence)
    pages = {place.page for place in sure}
    for one in evidence.values():
        if one.place.page in pages:
            sure.setdefault(one.place, 0.0)  # a picture's, and nobody says how sure: not at all
    own = [path for path, one in evidence.items() if one.place in sure]
    for path in own:
        one = evidence[path]
        kind = "ocr" if one.kind in _READ else one.kind
        evidence[path] = replace(one, kind=kind, confidence=sure[one.place])
    report = replace(report, evidence=evidence)
    broken = {finding.where.partition(".")[0] for finding in check(report) if finding.severity == "error"}
    doubts = [doubt for path in own if (doubt := _doubt(report, path, broken)) is not None]
    # That a recognised cell is no number is this module's to say, and said once.
    told = {doubt.where for doubt in doubts}
    kept = (f for f in report.findings if f.code != "cell-unreadable" or f.where not in told)
    if report.statistics:
        message = "the figures were recognised on a picture, and no identity proves them"
        doubts.append(Finding("ocr-doubtful", "warning", "statistics", message))
    return replace(report, findings=(*kept, *doubts))


def _confidences(document: Document) -> Iterator[tuple[Place, float]]:
    for block in document.blocks:
        parts = block.cells if isinstance(block, Grid) else [block] if isinstance(block, Paragraph) else ()
        for part in parts:
            if part.confidence is not None:
                yield part.place, part.confidence


def _doubt(report: Report, path: str, broken: set[str]) -> Finding | None:
    one = report.evidence[path]
    confidence = one.confidence or 0.0
    table, row, column = _split(path)
    value = (report.table(table) or {})[row][column]
    if one.kind == "unreadable":
        return _finding(path, one, "the looks at it disagree, or it is no number", grave=True)
    if one.kind == "blank":
        if confidence == 1.0:
            return None
        return _finding(
            path, one, "a trace or coloured ink stands in the cell, which may be a figure", grave=True
        )
    if table in broken:
        return _finding(path, one, "not all of the table's sums agree", grave=True)
    proven = value is not None and _proven(report, table, row, column, value)
    if confidence < (HARDLY if proven else CONFIDENT):
        return _finding(path, one, f"the recogniser is only {confidence:.0%} sure", grave=True)
    if not proven:
        return _finding(path, one, "no sum that could be checked depends on it", grave=False)
    return None


def _finding(path: str, one: Evidence, why: str, *, grave: bool) -> Finding:
    shown = "nothing" if not one.raw.strip() else f"“{' '.join(one.raw.split())}”"
    message = f"recognised on a picture as {shown}: {why}"
    return Finding("ocr-doubtful", "warning" if grave else "info", path, message, (path,))


def _split(path: str) -> tuple[TableName, str, str]:
    table, row, column = path.split(".")
    return cast(TableName, table), row, column


def _proven(report: Report, table: TableName, row: str, column: str, value: Number) -> bool:
    """Whether any other number in the cell would break an identity that holds: one more, and one less."""
    others = [value + 1] if value == 0 else [value + 1, value - 1]
    for other in others:
        rows = dict(report.table(table) or {})
        rows[row] = rows[row] | {column: other}
        changed: dict[str, Any] = {table: rows}
        if not any(finding.severity == "error" for finding in check(replace(report, **changed))):
            return False
    return True
