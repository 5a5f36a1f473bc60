"""What the archive knows that coverage rests on, as plain values: addresses, reports and crawls.

Values only, and the questions that they answer alone. `gather.py` fills them, `judge.py` weighs them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pipelines.coverage.model import Claim

Trouble = Literal["blocked", "refused", "not-served", "not-read", "not-a-report"]
"""Why what a list names is no report here: the server refuses, robots.txt or the site's limits forbid, it
cannot be had, it cannot be read, it was read and is none."""


@dataclass(slots=True)
class Address:
    """Everything that was ever said about one address of a report page or attachment, up to a day."""

    url: str
    role: str
    """`report` or `attachment`, as last captured."""
    organization: str | None = None
    """The body that its list entries name, the first word counting, as in publishing."""
    year: int | None = None
    title: str | None = None
    days: dict[date, None] = field(default_factory=dict)
    """The days of publication that its list entries state."""
    parents: dict[str, None] = field(default_factory=dict)
    """The pages that led to it."""
    first: datetime | None = None
    """When it was first captured with a sound body."""
    last: datetime | None = None
    """When it was last asked for."""
    trouble: Trouble | None = None
    """What was wrong with the last answer, if anything was."""
    reason: str = ""
    asked: datetime | None = None
    """When it was first asked for."""
    missed: datetime | None = None
    """When it was first asked for in vain, though nothing said that it does not exist."""
    gone: datetime | None = None
    """Since when it answers that it does not exist, if it does now."""
    modified: datetime | None = None
    """The oldest Last-Modified that its sound answers had."""


@dataclass(frozen=True, slots=True)
class Document:
    """One address of a published report, as a witness of when it was published."""

    url: str
    first: datetime
    claims: tuple[Claim, ...] = ()
    hinted: tuple[date, ...] = ()
    """Days that the address, the file's Last-Modified, or an earlier capture of something else there speak
    of: no proof, but they raise doubt."""
    parents: tuple[str, ...] = ()
    attachment: bool = False
    missed: datetime | None = None
    """When it was first asked for in vain, before it was had."""


@dataclass(frozen=True, slots=True)
class Found:
    """A published report."""

    organization: str
    year: int
    documents: tuple[Document, ...]
    said: tuple[tuple[str | None, int | None], ...] = ()
    """What the lists say of its pages where that is not what the report says: (body, year)."""
    legible: bool = True
    """Whether anything of it could be read."""
    changed: bool = False
    """Whether what it says was changed at its address after it was first seen."""
    withdrawn: datetime | None = None
    """Since when none of its addresses has it any more, if so."""
    site: str | None = None
    """The site of the archive that has it, where that is another one."""

    @property
    def first(self) -> datetime:
        """When it was first captured."""
        return min(document.first for document in self.documents)


@dataclass(frozen=True, slots=True)
class Loose:
    """Something that a list names and that is part of no published report."""

    url: str
    organization: str | None
    year: int | None
    trouble: Trouble
    reason: str
    parents: tuple[str, ...] = ()
    since: datetime | None = None
    """When it was first asked for."""
    days: tuple[date, ...] = ()
    """Days of publication that its list entries state."""


@dataclass(frozen=True, slots=True)
class Look:
    """One crawl, as far as it can prove that something was not there."""

    run: str
    started: datetime
    finished: bool
    """Whether it ended by itself, read every list that it found to its end, and met about as many reports as
    the crawls before."""
    years: frozenset[int] | None
    """The report years that it asked for; None for all."""
    touched: frozenset[str] = frozenset()
    """What it had answers to, or knew and let rest: lists and reports, each `bare`."""
    troubled: tuple[Loose, ...] = ()
    """Report pages that lists named and that it could not have."""
    closed: tuple[str, ...] = ()
    """Lists that robots.txt, or where crawls go, kept from it, each `bare`."""
    offering: frozenset[str] = frozenset()
    """The lists that named reports, each `bare`; where the record does not say, those on which a report that
    it met is known to be named."""
    reports: int = 0
    """Report pages that it met."""

    def met(self, address: str) -> bool:
        """Whether it had an answer to that address, or let it rest."""
        return bare(address) in self.touched

    def read(self, parent: str) -> bool:
        """Whether it read that list, and the list named reports: a shell without entries proves nothing."""
        listed = bare(parent)
        return listed in self.touched and listed in self.offering


def bare(address: str) -> str:
    """An address without what one and the same page is written with and without: scheme, last slash, and of
    a question what was posted."""
    return re.sub(r"^https?://", "", address).split(" ", 1)[0].rstrip("/")
