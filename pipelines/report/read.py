"""Bytes to a Report: the one way through the reader, from any body to the published values.

Owns the order of the steps. Pure: no network, no clock, nothing but the bytes and the hints.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipelines.report import checks
from pipelines.report.identity import ONLY_PROSE, identify
from pipelines.report.model import TABLES, Document, Evidence, Finding, Hints, Report, Source
from pipelines.report.nature import why_no_report
from pipelines.report.prose import grids_with_context, prose_lines, table_lines
from pipelines.report.readers import open_document
from pipelines.report.sections import read_sections
from pipelines.report.sheet import Sheet
from pipelines.report.statistics import read_statistics
from pipelines.report.streams import read_streams
from pipelines.report.tables import read_grids
from pipelines.report.titles import squeeze

PARSER_VERSION = "0.2.0"
FIRST_YEAR_OF_TABLES = 2019
"""国办公开办函〔2019〕60号 prescribes them from the reports for 2019 on."""
PARSER = f"gongkai {PARSER_VERSION}"


def read(body: bytes, hints: Hints | None = None) -> Report:
    """One document to a report, with what is known about it from elsewhere.

    Raises:
        UnreadableDocument: where the body cannot be opened.
    """
    return apply_hints(read_body(body), hints or Hints())


def read_body(body: bytes) -> Report:
    """One document to a report, from its bytes alone.

    A document that is no report gives a Report whose `not-a-report` finding says why, without tables.
    One in a format that needs another program first (an image, DOC, XLS, OFD …) gives a Report whose
    `needs-ocr` or `needs-converter` finding says so, with everything else open.

    Raises:
        UnreadableDocument: where the body cannot be opened.
    """
    return read_document(open_document(body), hashlib.sha256(body).hexdigest())


def read_document(document: Document, sha256: str) -> Report:
    """An opened document to a report; `sha256` names its body."""
    empty = Report(
        editions=dict.fromkeys(TABLES),
        findings=document.findings,
        sources=(Source(sha256, document.media_type),),
        parser=PARSER,
    )
    unread = any(finding.code in ("needs-ocr", "needs-converter") for finding in document.findings)
    if unread and not document.blocks:
        return empty
    lines = prose_lines(document)
    grids = grids_with_context(document)
    sheet = Sheet()
    read_grids(grids, sheet)
    missing = frozenset(table for table in TABLES if not sheet.cells.get(table))
    if missing:
        read_streams(table_lines(document), sheet, missing)
    annex = None
    if not sheet.cells:
        annex = read_statistics([grid for grid, _ in grids], [text for text, _ in table_lines(document)])
    identity = identify(document, lines)
    sections = read_sections(lines)
    counted = annex is not None and any(row.value is not None for row in annex[0])
    reason = why_no_report(document, identity, sheet, sections, lines, annex=counted)
    if reason is not None and not unread:  # what could not be read may be a report yet
        return empty.with_findings(Finding("not-a-report", "info", "", reason))
    finished = sheet.finish()
    report = replace(
        empty,
        organization=identity.organization,
        year=identity.year,
        title=identity.title,
        published=identity.published,
        period=identity.period,
        editions=finished.editions,
        active_disclosure=finished.tables["active_disclosure"],
        requests=finished.tables["requests"],
        review=finished.tables["review"],
        statistics=None if annex is None else annex[0],
        sections=sections,
        evidence={path: _of(evidence, sha256) for path, evidence in finished.evidence.items()},
    )
    found = [*identity.findings, *finished.findings]
    if annex is not None:
        # The statutory tables did not exist yet: that they are absent is no loss.
        found = [finding for finding in found if finding.code != "table-missing"]
        found += annex[1]
    elif report.year is not None and report.year < FIRST_YEAR_OF_TABLES:
        found = [replace(f, severity="info") if f.code == "table-missing" else f for f in found]
    return report.with_findings(*found, *checks.check(report))


def apply_hints(report: Report, hints: Hints) -> Report:
    """The report with what it leaves open filled from `hints`; a finding where they disagree on the year.

    What the document itself says stays. A finding that said that something is open goes when it is filled.
    """
    if not report.is_report:
        return report
    findings = list(report.findings)
    organization, year = report.organization, report.year
    if organization is None and hints.organization:
        organization = squeeze(hints.organization)
        findings = [finding for finding in findings if finding.code != "organization-unknown"]
    if hints.year is not None and (year is None or ONLY_PROSE in findings):
        findings = [finding for finding in findings if finding != ONLY_PROSE]
        if year not in (None, hints.year):
            message = f"the entry that links to the report says {hints.year}; its prose names {year} first"
            findings.append(Finding("year-conflict", "warning", "year", message))
        year = hints.year
    elif hints.year is not None and hints.year != year:
        message = f"the report says {year}, the entry that links to it says {hints.year}"
        finding = Finding("year-conflict", "warning", "year", message)
        if finding not in findings:
            findings.append(finding)
    return replace(
        report,
        organization=organization,
        year=year,
        title=report.title or hints.title,
        published=report.published or hints.published,
        findings=tuple(findings),
    )


def _of(evidence: Evidence, sha256: str) -> Evidence:
    return replace(evidence, document=sha256)
