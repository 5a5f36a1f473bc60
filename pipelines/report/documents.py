"""What the documents of one body are to each other: which of them are reports, and what may name them.

A ZIP attached to a page may hold the page's report and its annexes, or the reports of a whole district;
what a list entry says is true of the first kind only. This module decides that, and what a file's name
says. It must not open anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.report.identity import ONLY_PROSE
from pipelines.report.model import Finding, Report
from pipelines.report.names import is_organization
from pipelines.report.titles import parse_title, squeeze

_NAME_ENDS = ("人民政府", "委员会", "办公室", "办事处", "街道", "局", "厅", "委", "镇", "乡", "中心")
_NUMBERED = re.compile(r"^[0-9０-９]{1,3}[.、．\-_\s]*")


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a document before it is opened: the list entry's and link's own words.

    Never read from the address: an address's date is often a migration's.
    """

    title: str | None = None
    organization: str | None = None
    year: int | None = None
    published: date | None = None


def why_unread(report: Report) -> str | None:
    """Why nothing of a file in an archive could be read, or None where it was."""
    return next((finding.message for finding in report.findings if finding.code == "member-unread"), None)


def reports_among(documents: Sequence[Report]) -> tuple[int, ...]:
    """Which of a body's documents are reports: those that have content, or all if none could be read yet."""
    reports = [index for index, report in enumerate(documents) if report.is_report]
    full = [index for index in reports if documents[index].has_content]
    return tuple(full or reports)


def spoken_of(documents: Sequence[Report]) -> frozenset[int]:
    """Those of a body's documents that the words about the body are true of.

    With one report it is that report, and nothing else: annexes beside it state who they are of or are
    left out. With several none of them is meant: what names the collection names no part of it. Pictures
    that are not read yet are all meant, for they bring no values.
    """
    reports = reports_among(documents)
    unread = not any(documents[index].has_content for index in reports)
    return frozenset(reports) if len(reports) == 1 or unread else frozenset()


def apply_hints(report: Report, hints: Hints, said_by: str = "the entry that links to it") -> Report:
    """The report with what it leaves open filled from `hints`; a finding where they disagree on the year.

    What the document itself says stays, and what a person corrected is not disputed. A finding that said
    that something is open goes when it is filled.
    """
    if not report.is_report:
        return report
    if "year" in report.evidence:
        hints = replace(hints, year=None)
    findings = list(report.findings)
    organization, year = report.organization, report.year
    if organization is None and hints.organization:
        organization = squeeze(hints.organization)
        findings = [finding for finding in findings if finding.code != "organization-unknown"]
    if hints.year is not None and (year is None or ONLY_PROSE in findings):
        findings = [finding for finding in findings if finding != ONLY_PROSE]
        if year not in (None, hints.year):
            message = f"{said_by} says {hints.year}; its prose names {year} first"
            findings.append(Finding("year-conflict", "warning", "year", message))
        year = hints.year
    elif hints.year is not None and hints.year != year:
        message = f"the report says {year}, {said_by} says {hints.year}"
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


def apply_member_name(report: Report) -> Report:
    """The report with what it leaves open filled from its file's name inside the archive.

    The name is believed last, after the entry that links to the archive.
    """
    member = report.sources[0].member if report.sources else None
    if member is None:
        return report
    return apply_hints(report, _hints_of(member), "its file's name in the archive")


def unstated(readings: Sequence[Report]) -> Iterator[Finding]:
    """What is known of a report's name from elsewhere than its own documents (`readings`) only."""
    if all(reading.organization is None for reading in readings):
        message = (
            "no document of this report names its body; the entry, page or file name that leads to it does"
        )
        yield Finding("organization-unknown", "info", "organization", message)
    if all(reading.year is None for reading in readings):
        message = (
            "no document of this report names its year; the entry, page, address or file name "
            "that leads to it does"
        )
        yield Finding("year-conflict", "info", "year", message)


def _hints_of(member: str) -> Hints:
    stem = member.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    title = parse_title(stem)
    if title is not None:
        return Hints(title.text, title.organization, title.year)
    name = _NUMBERED.sub("", squeeze(stem))
    return Hints(organization=name if name.endswith(_NAME_ENDS) and is_organization(name) else None)
