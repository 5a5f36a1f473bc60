"""`gongkai parse`: one document from a file or a pipe, read in a process of its own.

This module opens what a person named and says in words what came of it. It must not touch an archive,
and the address that a person gives is recorded, never used as evidence.
"""

from __future__ import annotations

import stat
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crawler.errors import FileMissing
from pipelines.corrections import Corrections
from pipelines.errors import UnreadableDocument
from pipelines.report.documents import apply_member_name, reports_among, unstated, why_unread
from pipelines.report.model import Report
from pipelines.report.stored import reading_from_json
from pipelines.worker import MIB, Reader

MAX_BYTES = 64 * MIB
"""As for a crawl: no annual report comes near it, and a reader must end."""

_SEVERITIES = ("error", "warning", "info")


def reader() -> Reader:
    """The worker process that opens what a person names."""
    return Reader(max_body=MAX_BYTES)


def load(file: Path) -> bytes:
    """What is in `file` ("-": standard input).

    Raises:
        FileMissing: where there is no such file.
        UnreadableDocument: where it is empty, too large, or no file that can be opened.
    """
    body = _body(file)
    if not body:
        raise UnreadableDocument(f"{name_of(file)} is empty")
    return body


def name_of(file: Path) -> str:
    """How messages call it."""
    return "standard input" if str(file) == "-" else str(file)


def read_file(
    worker: Reader, body: bytes, name: str, url: str | None, corrections: Corrections
) -> tuple[Report, ...]:
    """Every document in `body`, the reports first, corrected; their `sources` name `url`.

    Raises:
        UnreadableDocument, ReadTimeout, WorkerDied: where there is no reading it.
    """
    try:
        documents = [corrections.apply(report) for report in reading_from_json(worker.read(body))]
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{name}: {error}") from error
    unread = [why for report in documents if (why := why_unread(report)) is not None]
    if len(unread) == len(documents):
        raise UnreadableDocument(f"{name}: {'; '.join(unread)}")
    among = reports_among(documents)
    order = [*among, *(index for index in range(len(documents)) if index not in among)]
    return tuple(_named(documents[index], url) for index in order)


def reports_of(documents: Sequence[Report]) -> tuple[Report, ...]:
    """What is printed of them: the reports, or, where there is none, all of them."""
    return tuple(documents[index] for index in reports_among(documents)) or tuple(documents)


def summary(report: Report) -> str:
    """What was read, in a sentence: whose report, of which year, with which findings."""
    source = report.sources[0]
    where = f"{' '.join(source.member.splitlines())}: " if source.member else ""
    if (why := why_unread(report)) is not None:
        return f"not read: {why}"
    if not report.is_report:
        reason = next(finding.message for finding in report.findings if finding.code == "not-a-report")
        return f"{where}not an annual report: {reason}"
    who = report.organization or "organization unknown"
    return f"{where}{who}, {report.year or 'year unknown'}: {findings_in_words(report)}"


def findings_in_words(report: Report) -> str:
    """The findings counted by severity and code: `1 error (requests-balance), 3 info (…)`."""
    codes: dict[str, Counter[str]] = {
        severity: Counter(finding.code for finding in report.findings if finding.severity == severity)
        for severity in _SEVERITIES
    }
    return ", ".join(_counted(severity, codes[severity]) for severity in _SEVERITIES if codes[severity]) or (
        "no findings"
    )


def _counted(severity: str, codes: Mapping[str, int]) -> str:
    total = sum(codes.values())
    plural = "s" if total > 1 and severity != "info" else ""
    named = ", ".join(code if count == 1 else f"{code} ×{count}" for code, count in codes.items())
    return f"{total} {severity}{plural} ({named})"


def _named(report: Report, url: str | None) -> Report:
    """With the address, and with what only the file's name in an archive says."""
    report = replace(report, sources=tuple(replace(source, url=url) for source in report.sources))
    named = apply_member_name(report)
    return report if named == report else named.with_findings(*unstated([report]))


def _body(file: Path) -> bytes:
    """At most one byte more than is read: enough to know that it is too large."""
    if str(file) == "-":
        body = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise UnreadableDocument(f"standard input has more than {MAX_BYTES // MIB} MiB; no report has")
        return body
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableDocument(f"{file} is a folder; name one of its files")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument(f"{file} is no regular file; pipe it in and name it - instead")
        if status.st_size > MAX_BYTES:
            raise UnreadableDocument(
                f"{file} has {status.st_size / MIB:.0f} MiB; more than {MAX_BYTES // MIB} are not read"
            )
        return file.read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"{file}: there is no such file") from None
    except OSError as error:
        raise UnreadableDocument(f"{file} cannot be opened: {error.strerror}") from error
