"""What rests: known pages and documents that need not be asked for again today, and why the others are asked.

A report of an older year hardly ever changes: it is asked for every month or so. Reports of the two newest
years are asked for at each crawl, conditionally; where the server gave nothing to make it conditional, once
a day. It reads the archive's journal. It must not fetch, nor decide what a report is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from storage.errors import ArchiveUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.archive import Archive
    from storage.journal import Capture

Why = Literal["new", "due", "changed", "asked each time"]

DAY = timedelta(hours=20)
"""Once a day, for crawls that start at the same hour and take their time."""
SPREAD = 1 / 3
"""By so much of its time at most a page rests longer, so that not all come due on one day."""
MANY = 3
"""So many addresses with one body: a throttled host's page in place of others, seen before it could be told
for a block (crawler/blocking.py)."""
NEWEST = 2
"""Report years that are asked for at each crawl."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an address rests, or why it is asked for."""

    rests: Capture | None
    """The capture whose body stands for the page meanwhile."""
    why: Why


class Rhythm:
    """The rhythm of one site's crawl.

    `latest` is the newest report year. `days` is how long an older report rests; `recheck` lets none rest.
    """

    def __init__(
        self, site: str, *, latest: int, days: int, recheck: bool, now: datetime | None = None
    ) -> None:
        self.site = site
        self.latest = latest
        self.days = days
        self.recheck = recheck
        self.now = now or datetime.now(UTC)
        self._suspect: set[str] | None = None

    def ask(
        self, archive: Archive | None, url: str, hints: Mapping[str, str | int], folder: int | None = None
    ) -> Answer:
        """Whether to ask for a report page or attachment of which its list says `hints`.

        `folder` is the year of the folder that its list is, which is the report's year or the one after.
        Where the archive cannot say what it has, because its ledger was lost while the store is away, all
        is new.
        """
        try:
            return self._answer(archive, url, hints, folder)
        except ArchiveUnusable:
            return Answer(None, "new")

    def _answer(
        self, archive: Archive | None, url: str, hints: Mapping[str, str | int], folder: int | None
    ) -> Answer:
        last = archive.last(self.site, url) if archive is not None else None
        if last is None:
            return Answer(None, "new")
        if not last.sound:
            return Answer(None, "due")
        if any(name in hints and hints[name] != last.hints.get(name) for name in ("title", "published")):
            return Answer(None, "changed")
        if any(name in hints and name not in last.hints for name in ("organization", "year")):
            return Answer(None, "changed")  # what rests takes no word into the journal
        if archive is not None and last.sha256 in self.suspect(archive):
            return Answer(None, "due")
        year = report_year(dict(last.hints) | dict(hints), folder)
        if self.recheck:
            return Answer(None, "due")
        age = self.now - last.received
        if year is None or year > self.latest - NEWEST:
            rests = age < DAY and not may_be_confirmed(last)
            return Answer(last if rests else None, "asked each time")
        return Answer(last if age < self.rest(url) else None, "due")

    def suspect(self, archive: Archive) -> set[str]:
        """Digests of bodies that too many of the site's addresses answered with to be anybody's report."""
        if self._suspect is None:
            self._suspect = archive.documents(self.site).shared(MANY)
        return self._suspect

    def rest(self, url: str) -> timedelta:
        """How long an older report at that address rests: always the same, but not for all addresses."""
        share = int.from_bytes(hashlib.sha256(url.encode()).digest()[:4]) / 2**32
        return timedelta(days=self.days * (1 + SPREAD * share))


def may_be_confirmed(capture: Capture) -> bool:
    """Whether the server gave something by which to ask whether the page has changed."""
    return capture.status == 304 or bool(capture.header("etag") or capture.header("last-modified"))


def report_year(hints: Mapping[str, str | int], folder: int | None) -> int | None:
    """The latest year that the report may be of, by its title or address, its folder or its date."""
    if isinstance(year := hints.get("year"), int):
        return year
    if folder is not None:
        return folder
    published = str(hints.get("published", ""))[:4]
    return int(published) - 1 if published.isdigit() else None
