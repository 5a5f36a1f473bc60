"""Bytes to a Report: the one way through the reader, from any body to the published values.

Owns the order of the steps. Pure: no network, no clock, nothing but the bytes and the hints.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pipelines.errors import UnreadableDocument
from pipelines.report import checks
from pipelines.report.documents import reports_among
from pipelines.report.identity import identify
from pipelines.report.model import TABLES, Document, Finding, Report, Source
from pipelines.report.nature import why_no_report
from pipelines.report.pieces import settle_pieces
from pipelines.report.prose import grids_with_context, prose_lines, table_lines
from pipelines.report.prose_figures import prose_figures
from pipelines.report.readers import container, open_document, sniff
from pipelines.report.readers.container import Member
from pipelines.report.readers.sniff import BYTES, PDF
from pipelines.report.recognised import judged
from pipelines.report.scope import scope_of
from pipelines.report.sections import read_sections
from pipelines.report.sheet import Sheet
from pipelines.report.split import split
from pipelines.report.statistics import read_statistics
from pipelines.report.streams import read_streams
from pipelines.report.tables import read_grids
from pipelines.report.tiers import with_second_opinion

PARSER_VERSION = "0.2.0"
FIRST_YEAR_OF_TABLES = 2019
"""国办公开办函〔2019〕60号 prescribes them from the reports for 2019 on."""
PARSER = f"gongkai {PARSER_VERSION}"


def read_all(body: bytes) -> tuple[Report, ...]:
    """Every document of a body to its report, in their order; at least one.

    A plain document gives one. What says of a report where it stood in the body is its source:
    `member` and `part`. A file of an archive that cannot be read gives a report whose `member-unread`
    finding says so.

    Raises:
        UnreadableDocument: where nothing of the body can be opened.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    kind = sniff(body)
    if not container.opens(kind):
        return _reports(body, kind, sha256)
    members = container.unpack(body, kind)
    return tuple(report for member in members for report in read_member(member, sha256))


def read_member(member: Member, sha256: str) -> tuple[Report, ...]:
    """A file of the archive `sha256` to its reports; the places of their values name the file."""
    if member.problem is not None:
        return (unread_member(member.name, member.problem, sha256),)
    kind = sniff(member.body)
    if kind == BYTES:  # a program, a font: no document
        message = "it is of no kind that is read here"
        return (_file(member.name, Finding("not-a-report", "info", "", message), sha256),)
    try:
        return tuple(_in_member(report, member.name) for report in _reports(member.body, kind, sha256))
    except UnreadableDocument as error:
        return (unread_member(member.name, str(error), sha256),)


def unread_member(name: str | None, problem: str, sha256: str) -> Report:
    """What stands for a file of an archive of which nothing could be read."""
    message = f"{name}: {problem}" if name else problem
    return _file(name, Finding("member-unread", "warning", "", message), sha256)


def _file(name: str | None, finding: Finding, sha256: str) -> Report:
    return Report(
        editions=dict.fromkeys(TABLES),
        findings=(finding,),
        sources=(Source(sha256, BYTES, member=name),),
        parser=PARSER,
    )


def _reports(body: bytes, kind: str, sha256: str) -> tuple[Report, ...]:
    parts = split(open_document(body, kind))
    if len(parts) > 1:
        reports = (read_document(part, sha256) for part in parts)
        return tuple(_in_part(report, number) for number, report in enumerate(reports, 1))
    report = read_document(parts[0], sha256)
    if kind == PDF:
        report = with_second_opinion(report, lambda: _read_again(body, sha256))
    return (report,)


def _read_again(body: bytes, sha256: str) -> Report:
    from pipelines.report.readers import pdf

    return read_document(pdf.read(body, engine="pdfplumber"), sha256)


def _in_part(report: Report, part: int) -> Report:
    return replace(report, sources=tuple(replace(source, part=part) for source in report.sources))


def _in_member(report: Report, name: str | None) -> Report:
    return replace(
        report,
        sources=tuple(replace(source, member=name) for source in report.sources),
        evidence={
            path: replace(evidence, place=replace(evidence.place, member=name))
            for path, evidence in report.evidence.items()
        },
    )


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
        parser=f"{PARSER} with {document.converter}" if document.converter else PARSER,
    )
    unread = any(finding.code in ("needs-ocr", "needs-converter") for finding in document.findings)
    if unread and not document.blocks:
        return empty
    lines = prose_lines(document)
    grids = grids_with_context(document)
    sheet = Sheet(sha256)
    read_grids(grids, sheet)
    settle_pieces(sheet)
    missing = frozenset(table for table in TABLES if not sheet.cells.get(table))
    if missing:
        read_streams(table_lines(document), sheet, missing)
    identity = identify(document, lines)
    annex = None
    if not sheet.has_numbers():
        texts = [text for text, _ in table_lines(document)]
        older = identity.year is not None and identity.year < FIRST_YEAR_OF_TABLES
        annex = read_statistics([grid for grid, _ in grids], texts, before_2019=older, year=identity.year)
        if annex is not None:
            sheet = Sheet()  # headings that both forms have
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
