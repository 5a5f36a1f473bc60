"""Which captures of a site an export holds: all, or those of one report year and what led to them.

It reads the journal and the published reports; it must not open bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from storage.archive import Archive
from storage.journal import Capture


@dataclass(frozen=True)
class Selection:
    """Captures of a site, oldest first, each time they are asked for."""

    archive: Archive
    site: str
    year: int | None = None
    addresses: frozenset[str] | None = None
    """The addresses whose captures count; None: all."""

    def __iter__(self) -> Iterator[Capture]:
        for capture in self.archive.captures(self.site):
            if self.addresses is None or capture.url in self.addresses or capture.final_url in self.addresses:
                yield capture

    def span(self) -> tuple[datetime, datetime] | None:
        """When the first capture was asked for and the last one received; None where there is none."""
        first: datetime | None = None
        last: datetime | None = None
        for capture in self:
            first = capture.requested if first is None else min(first, capture.requested)
            last = capture.received if last is None else max(last, capture.received)
        return None if first is None or last is None else (first, last)

    def titles(self) -> dict[str, str]:
        """Titles of the published reports by the addresses of their documents."""
        found: dict[str, str] = {}
        for report in self.archive.reports(self.site, self.year):
            for source in report.get("sources", ()):
                if report.get("title") and source.get("url"):
                    found.setdefault(source["url"], report["title"])
        return found


def select(archive: Archive, site: str, year: int | None = None) -> Selection:
    """The captures of the site, or of its reports about `year`.

    Of that year are documents whose list entry says so and those that a published report of the year
    names as its sources; with them go their pages, their attachments, and the lists that named them.
    """
    if year is None:
        return Selection(archive, site)
    documents = {
        source["url"]
        for report in archive.reports(site, year)
        for source in report.get("sources", ())
        if source.get("url")
    }
    led: set[str] = set()
    while True:
        before = len(documents) + len(led)
        for capture in archive.captures(site):
            if capture.role in ("report", "attachment") and _belongs(capture, year, documents):
                documents |= {capture.url, capture.final_url}
                if parent := capture.hints.get("parent"):
                    # An attachment's parent is its page, which has attachments of its own.
                    (documents if capture.role == "attachment" else led).add(str(parent))
        if before == len(documents) + len(led):
            return Selection(archive, site, year, frozenset(documents | led))


def _belongs(capture: Capture, year: int, documents: set[str]) -> bool:
    said = capture.hints.get("year")
    if said == year or capture.url in documents or capture.final_url in documents:
        return True
    return said is None and capture.role == "attachment" and capture.hints.get("parent") in documents
