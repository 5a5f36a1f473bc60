"""Bytes to a Report: the one way through the reader, from any body to the published values.

Owns the order of the steps. Pure: no network, no clock, nothing but the bytes and the hints.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipelines.report import checks
from pipelines.report.documents import reports_among
from pipelines.report.identity import identify
from pipelines.report.model import TABLES, Document, Finding, Report, Source
from pipelines.report.nature import why_no_report
from pipelines.report.prose import grids_with_context, prose_lines, table_lines
from pipelines.report.prose_figures import prose_figures
from pipelines.report.readers import open_document
from pipelines.report.recognised import judged
from pipelines.report.scope import scope_of
from pipelines.report.sections import read_sections
from pipelines.report.sheet import Sheet
from pipelines.report.statistics import read_statistics
from pipelines.report.streams import read_streams
from pipelines.report.tables import read_grids

PARSER_VERSION = "0.2.0"
FIRST_YEAR_OF_TABLES = 2019
"""国办公开办函〔2019〕60号 prescribes them from the reports for 2019 on."""
PARSER = f"gongkai {PARSER_VERSION}"


def read_all(body: bytes) -> tuple[Report, ...]:
    """Every document of a body to its report, in their order; at least one.

    A plain document gives one. What says of a report where it stood in the body is its source:
    `member` and `part`.

    Raises:
        UnreadableDocument: where nothing of the body can be opened.
    """
    return (read_document(open_document(body), hashlib.sha256(body).hexdigest()),)


def read_body(body: bytes) -> Report:
    """A body's report, from its bytes alone; of several the first.

    A document that is no report gives a Report whose `not-a-report` finding says why, without tables.
    One in a format that needs another program first (an image, DOC, XLS, OFD …) gives a Report whose
    `needs-ocr` or `needs-converter` finding says so, with everything else open.

    Raises:
        UnreadableDocument: where the body cannot be opened.
    """
    documents = read_all(body)
    return documents[next(iter(reports_among(documents)), 0)]


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
    sheet = Sheet(sha256)
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
        evidence=finished.evidence,
    )
    found = [*identity.findings, *finished.findings]
    if annex is not None:
        # The statutory tables did not exist yet: that they are absent is no loss.
        found = [finding for finding in found if finding.code != "table-missing"]
        found += annex[1]
    elif report.year is not None and report.year < FIRST_YEAR_OF_TABLES:
        found = [replace(f, severity="info") if f.code == "table-missing" else f for f in found]
    said = [document.metadata.title or "", *(line.text for line in lines)]
    report = replace(report, scope=scope_of(report, said))
    found += [*checks.check(report), *prose_figures(report, sections)]
    return judged(report.with_findings(*found), document)
