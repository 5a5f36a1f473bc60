"""The walk through one column, page by page: what is new on a page, and when to stop.

Pure bookkeeping. Calendars, endless pagination and session ids end here. A page that shows nothing new
ends a walk, whatever it is: a repeated page, a stub beyond the last, an error page that looks like a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.addresses import canonical
from storage.journal import question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.cms import Family, ListPage
    from crawler.columns import Survey

MAX_LISTS = 500
"""List pages of one site in one run."""
MAX_PAGES = 200
"""Pages of one column: of the largest mixed ones the last ten years."""
MAX_SHELLS = 5
"""Pages in a row without a new row after which frames and calls are followed no further."""
FRUITLESS = 30
"""Pages in a row without a report after which a column is left: a calendar, or other matters."""


Candidate = tuple[int, "ListPage"]
"""A page that may be the next, with its place in its family's order."""


@dataclass(slots=True)
class Dialects:
    """Which of several candidates turned out to be the next page, so that the next column begins with it.

    A site speaks one dialect of its system: which, only trying tells, but once is enough. While one walk
    tries, others of the family wait.
    """

    won: dict[str, int] = field(default_factory=dict)
    """Family -> the place of the candidate that was right last time."""
    trying: dict[str, Walk] = field(default_factory=dict)
    waiting: list[tuple[Sequence[ListPage], Step]] = field(default_factory=list)

    def hold(self, candidates: Sequence[ListPage], step: Step) -> bool:
        """Whether that walk is to wait until another has found out which candidate is right."""
        family = step.walk.family.name
        if len(candidates) < 2 or family in self.won:
            return False
        if self.trying.setdefault(family, step.walk) is step.walk:
            return False
        self.waiting.append((candidates, step))
        return True

    def order(self, candidates: Sequence[ListPage], step: Step) -> tuple[Candidate, ...]:
        """The candidates with their places, best first."""
        first = self.won.get(step.walk.family.name, 0)
        return tuple(sorted(enumerate(candidates), key=lambda candidate: candidate[0] != first))

    def learn(self, step: Step) -> None:
        """Takes note that this step showed something new; of a sole candidate nothing is learned."""
        if step.place is not None and (step.others or step.place):
            self.won[step.walk.family.name] = step.place

    def release(self, walk: Walk | None = None) -> list[tuple[Sequence[ListPage], Step]]:
        """Those that need not wait any longer, now that this walk (None: every one) has tried enough."""
        if walk is not None and self.trying.get(walk.family.name) is not walk:
            return []
        self.trying.clear()
        released, self.waiting = self.waiting, []
        return released


@dataclass(slots=True)
class Walk:
    """One column being walked."""

    family: Family
    """Which read its first page."""
    last: str | None = None
    """The address of the page of it that was read last."""
    rows: set[str] = field(default_factory=set)
    """What its pages have listed so far."""
    homes: set[str] = field(default_factory=set)
    """Where the reports of its first page lie."""
    pages: int = 0
    fruitless: int = 0
    shells: int = 0
    """Pages in a row that showed no new row."""
    leads: bool = False
    """It showed rows or columns, or was a report itself."""

    def take(self, found: Survey) -> bool:
        """Notes what a page has; whether there were rows that no page of this walk had before.

        Rows that have left the column are none: some systems fill deep pages from other columns.
        """
        rows = {canonical(entry.url) for entry in found.entries}
        rows |= {canonical(column.url) for column in found.columns if column.kind == "body"}
        fresh = rows - self.rows
        reports = {canonical(entry.url) for entry, _ in found.reports} & fresh
        if self.homes and not reports and not any(_home(url) in self.homes for url in fresh):
            fresh = set()
        self.shells = 0 if fresh else self.shells + 1
        if fresh:
            self.pages += 1
            self.fruitless = 0 if reports else self.fruitless + 1
            self.homes = self.homes or {_home(url) for url in reports}
            self.rows |= rows
        return bool(fresh)

    @property
    def over(self) -> bool:
        """Whether the walk has gone on long enough."""
        return self.pages >= MAX_PAGES or self.fruitless >= FRUITLESS

    @property
    def why_over(self) -> str:
        """What was long enough, in words."""
        if self.fruitless >= FRUITLESS:
            return f"{self.fruitless} pages in a row without a report"
        return f"{self.pages} pages"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a walk that is asked for."""

    at: ListPage
    walk: Walk
    others: tuple[Candidate, ...] = ()
    """What else the next page may be, where this turns out to show nothing new."""
    place: int | None = None
    """Of a page that is taken for the one after another, and has to show something new: where its family
    put it among the candidates."""


def question_of(page: ListPage) -> str:
    """What is asked with this page: see `storage.journal.question`."""
    return question(page.url.partition("#")[0], page.method, page.body)


def _home(url: str) -> str:
    """Host and first two folders, numbers and identifiers apart: where rows of one column lie."""
    parts = urlsplit(url)
    folders = parts.path.split("/")[1:3]
    return parts.netloc + "/" + re.sub(r"[0-9a-f]{16,}|\d+", "0", "/".join(folders))
