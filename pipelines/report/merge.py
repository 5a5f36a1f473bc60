"""Several documents that say the same (organization, year), as one report.

A body's report is often published twice on the same day, as a page and as a PDF beside it, and
sometimes corrected later at the same address. This module decides which document speaks for each
value, and says where documents disagree. It must not fetch, read bytes, know the time, or repair a
value: what is published is always what one document prints, and `evidence` says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipelines.report.checks import check
from pipelines.report.model import (
    TABLES,
    Evidence,
    Finding,
    Number,
    Report,
    Source,
    Table,
    TableName,
)
from pipelines.report.readers.sniff import DOC, DOCX, HTML, ODT, RTF, XLS, XLSX

DIFFERENCES_NAMED = 10
"""Up to so many differing cells of one table are a finding each; beyond, the table gets one finding."""

_STRUCTURED = frozenset({HTML, DOCX, DOC, RTF, ODT, XLSX, XLS})
"""Media types that keep their tables as tables: they win where documents are equally complete."""

_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """One document's report and the addresses where its body was found, in their order."""

    report: Report
    sources: tuple[Source, ...]

    @property
    def sha256(self) -> str:
        """The digest of the body as received."""
        return self.sources[0].sha256

    @property
    def current(self) -> bool:
        """True while at least one of its addresses still holds this body."""
        return any(source.superseded is None for source in self.sources)


def merge(readings: Sequence[tuple[Source, Report]]) -> Report:
    """One report from all readings of one organization and year; the order of `readings` is no matter.

    The same body found at several addresses is given once for each of them, and speaks once. Versions
    that were replaced at their address are listed in `sources` and contribute nothing, unless every
    version was replaced (a page that holds next year's report by now): then the newest of them speak,
    and `no-current-source` says so.

    The most complete document gives all its values. Cells that it leaves open (table or row not
    printed, cell not readable; never a printed blank) are filled from the next document that does not
    contradict it in that table. Where two documents print different things for a cell, the finding
    `sources-differ` names both.

    Raises:
        ValueError: where there is nothing to merge, or the readings are of different reports.
    """
    if len({(report.organization, report.year) for _, report in readings}) != 1:
        raise ValueError("merge() takes readings of one organization and year, at least one")
    bodies = _by_body(readings)
    speaking = [reading for reading in bodies if reading.current]
    withdrawn = not speaking
    if withdrawn:
        speaking = _newest(bodies)
    speaking.sort(key=_rank)
    merged = _merge_values(speaking)
    if withdrawn:
        merged = merged.with_findings(
            Finding(
                "no-current-source",
                "info",
                "",
                "The addresses that this report was read from hold something else by now; "
                "the values are those of the last version captured.",
            )
        )
    sources = sorted((source for reading in bodies for source in reading.sources), key=_source_order)
    return replace(merged, sources=tuple(sources))


# ------------------------------------------------------------------ which documents speak


def _by_body(readings: Sequence[tuple[Source, Report]]) -> list[Reading]:
    """The readings without repetitions: each document once, with every address its body was found at."""
    found: dict[tuple[str, str | None, int | None], list[tuple[Source, Report]]] = {}
    for source, report in readings:
        found.setdefault((source.sha256, source.member, source.part), []).append((source, report))
    bodies = []
    for pairs in found.values():
        pairs.sort(key=lambda pair: _source_order(pair[0]))
        sources = tuple(dict.fromkeys(source for source, _ in pairs))
        # Hints differ between addresses, so what they filled in does; the first current address counts.
        first = next((pair for pair in pairs if pair[0].superseded is None), pairs[0])
        bodies.append(Reading(first[1], sources))
    return bodies


def _newest(bodies: Sequence[Reading]) -> list[Reading]:
    """Of bodies that were all replaced: those that were replaced last."""
    last = max(_replaced(reading) for reading in bodies)
    return [reading for reading in bodies if _replaced(reading) == last]


def _replaced(reading: Reading) -> datetime:
    return max(source.superseded for source in reading.sources if source.superseded is not None)


def _rank(reading: Reading) -> tuple[int, int, int, int, str, str, str, int]:
    """Sorts the most complete document first; address and digest decide ties, never who answered first."""
    report = reading.report
    filled = sum(value is not None for _, value in _cells(report))
    printed = sum(1 for _ in _cells(report))
    source = reading.sources[0]
    structured = source.media_type in _STRUCTURED
    at = (source.url or "", source.sha256, source.member or "", source.part or 0)
    return (-filled, -printed, -len(report.sections), -structured, *at)


def _source_order(source: Source) -> tuple[str, datetime, str, str, int]:
    """By address, and at one address by time: which of two addresses answered first decides nothing."""
    captured = source.captured or _LAST_MOMENT
    return (source.url or "", captured, source.sha256, source.member or "", source.part or 0)


# ------------------------------------------------------------------ what they say together


def _merge_values(speaking: Sequence[Reading]) -> Report:
    """The values of the first document, completed from the others, checked anew."""
    best = speaking[0]
    report = replace(best.report, evidence=_own_evidence(best), findings=_own_findings(best))
    differences: list[Finding] = []
    for other in speaking[1:]:
        contradicted = {name: list(_differing(report, other.report, name)) for name in TABLES}
        for name in TABLES:
            differences.extend(_differences(report, speaking, other, name, contradicted[name]))
            if not contradicted[name]:
                report = _fill_table(report, other, name)
        report = _fill_rest(report, other)
    report = replace(report, findings=(*report.findings, *differences))
    return report.with_findings(*check(report))


def _fill_table(report: Report, other: Reading, name: TableName) -> Report:
    """`report` with what it leaves open in one table taken from `other`, findings and evidence included."""
    mine, theirs = report.table(name), other.report.table(name)
    if theirs is None:
        return report
    if mine is None:
        rows, taken = theirs, [f"{name}.{row}.{column}" for row, column, _ in _entries(theirs)]
    elif report.editions.get(name) != other.report.editions.get(name):
        return report
    else:
        rows, taken = _filled(name, mine, theirs, report)
    if not taken:
        return report
    new = set(taken)
    evidence = _own_evidence(other)
    findings = [finding for finding in report.findings if not _resolved(finding, name, mine is None, new)]
    carried = [f for f in _own_findings(other) if _concerns(f, name, mine is None, new) and f not in findings]
    changed: dict[TableName, Table] = {name: rows}
    return replace(
        report,
        active_disclosure=changed.get("active_disclosure", report.active_disclosure),
        requests=changed.get("requests", report.requests),
        review=changed.get("review", report.review),
        editions=report.editions | {name: other.report.editions.get(name)},
        evidence=report.evidence | {path: evidence[path] for path in taken if path in evidence},
        findings=(*findings, *carried),
    )


def _filled(name: TableName, mine: Table, theirs: Table, report: Report) -> tuple[Table, list[str]]:
    """`mine` with the rows and cells it leaves open taken from `theirs`, and the paths of those taken."""
    rows = {row: dict(cells) for row, cells in mine.items()}
    taken = []
    for row, column, value in _entries(theirs):
        path = f"{name}.{row}.{column}"
        if column in rows.get(row, {}) and not (_unreadable(report, path) and value is not None):
            continue
        rows.setdefault(row, {})[column] = value
        taken.append(path)
    # A filled row goes where the fuller table has it, so that the order stays the printed one.
    order = list(theirs) if set(rows) <= set(theirs) else list(rows)
    return {row: rows[row] for row in order if row in rows}, taken


def _fill_rest(report: Report, other: Reading) -> Report:
    """What stands outside the three tables, where `report` has none of it."""
    theirs = other.report
    return replace(
        report,
        title=report.title or theirs.title,
        published=report.published or theirs.published,
        period=report.period or theirs.period,
        statistics=theirs.statistics if report.statistics is None else report.statistics,
        sections=report.sections or theirs.sections,
    )


# ------------------------------------------------------------------ findings and evidence


def _own_findings(reading: Reading) -> tuple[Finding, ...]:
    """What the reader said of this document, without the arithmetic: that is checked anew."""
    checked = set(check(reading.report))
    return tuple(finding for finding in reading.report.findings if finding not in checked)


def _own_evidence(reading: Reading) -> dict[str, Evidence]:
    """The document's evidence, naming the body as received rather than the decoded one."""
    return {
        path: replace(evidence, document=reading.sha256) for path, evidence in reading.report.evidence.items()
    }


def _resolved(finding: Finding, name: TableName, whole: bool, taken: set[str]) -> bool:
    """True where a finding said that something is missing that another document gave."""
    if finding.code == "table-missing":
        return whole and finding.where == name
    if finding.code == "row-missing":
        return any(path.startswith(f"{finding.where}.") for path in taken)
    return finding.code in ("cell-unreadable", "ocr-doubtful") and finding.where in taken


def _concerns(finding: Finding, name: TableName, whole: bool, taken: set[str]) -> bool:
    """True where a finding of the other document is about values taken from it."""
    if whole:
        return finding.where == name or finding.where.startswith(f"{name}.")
    return finding.where in taken


def _differing(
    mine: Report, theirs: Report, name: TableName
) -> Iterator[tuple[str, Number | None, Number | None]]:
    """The cells for which both documents print something, and not the same; a blank is something printed."""
    table, other = mine.table(name) or {}, theirs.table(name) or {}
    for row, column, value in _entries(table):
        if column not in other.get(row, {}):
            continue
        path, their_value = f"{name}.{row}.{column}", other[row][column]
        if value != their_value and not _unreadable(mine, path) and not _unreadable(theirs, path):
            yield path, value, their_value


def _differences(
    report: Report,
    speaking: Sequence[Reading],
    other: Reading,
    name: TableName,
    cells: Sequence[tuple[str, Number | None, Number | None]],
) -> Iterator[Finding]:
    """One finding for each cell where `other` differs from the report so far; for many, one for the table."""
    if len(cells) > DIFFERENCES_NAMED:
        yield Finding(
            "sources-differ",
            "warning",
            name,
            f"{len(cells)} cells of this table differ between {_called(speaking[0])}, published here, "
            f"and {_called(other)}; the two may speak of different bodies or periods: "
            "compare them before using either.",
            tuple(path for path, _, _ in cells),
        )
        return
    by_file = {(reading.sha256, reading.sources[0].member): reading for reading in reversed(speaking)}
    for path, mine, theirs in cells:
        evidence = report.evidence.get(path)
        file = evidence and (evidence.document or "", evidence.place.member)
        giver = by_file.get(file, speaking[0]) if file else speaking[0]
        yield Finding(
            "sources-differ",
            "warning",
            path,
            f"{_printed(mine)} in {_called(giver)}, published here; {_printed(theirs)} in {_called(other)}.",
            (path,),
        )


def _called(reading: Reading) -> str:
    """A document's name in a sentence: kind, short digest and address."""
    source = next((s for s in reading.sources if s.superseded is None), reading.sources[0])
    member = f"{source.member} in " if source.member else ""
    address = f" at {source.url}" if source.url else ""
    return f"{member}the {source.media_type} document {source.sha256[:12]}{address}"


def _printed(value: Number | None) -> str:
    return "blank" if value is None else str(value)


def _unreadable(report: Report, path: str) -> bool:
    evidence = report.evidence.get(path)
    return evidence is not None and evidence.kind == "unreadable"


def _cells(report: Report) -> Iterator[tuple[str, Number | None]]:
    for name in TABLES:
        for row, column, value in _entries(report.table(name) or {}):
            yield f"{name}.{row}.{column}", value


def _entries(table: Table) -> Iterator[tuple[str, str, Number | None]]:
    for row, cells in table.items():
        for column, value in cells.items():
            yield row, column, value
