"""Whether a crawl proves that a body's report of a year was not there. Pure.

A crawl proves it only where it read to the end what would have named the report: every list, the body's own
column among them, in that report year, late enough, and without a page that it could not have and that may
have been just this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines.coverage.deadlines import PATIENCE
from pipelines.coverage.facts import Document, Look, Loose, bare
from pipelines.coverage.model import Note, NoteCode, day_in_china

ENOUGH = 0.8
"""The share of known reports that a crawl must meet to prove anything about others."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a body's reports are named: what a crawl must have read to know of a new one."""

    urls: frozenset[str]
    parents: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Column:
        """Of reports that are known of the body."""
        found = [document for document in documents if not document.attachment]
        parents = frozenset(parent for document in found for parent in document.parents)
        return cls(frozenset(document.url for document in found), parents)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another body's report of the same year."""

    first: datetime
    urls: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What a crawl is asked: was this body's report of that year there?"""

    year: int
    due: date
    column: Column
    mine: Callable[[str], bool]
    """Whether a name is the body's."""
    loose: Sequence[Loose] = ()
    """What is left over of the site and may be anybody's."""
    peers: Sequence[Sequence[Peer]] = ()
    """Other bodies' reports of that year: those of its kind, and all."""
    patience: int = PATIENCE


def why_not(look: Look, asked: Question) -> Note | None:
    """Why that crawl proves nothing about the body and year; None where it does."""
    if day_in_china(look.started) <= asked.due + timedelta(days=asked.patience):
        code: NoteCode = "not-crawled" if day_in_china(look.started) <= asked.due else "too-soon"
        return Note(code, f"the crawl of {_day(look.started)} came {_too_early(code, asked)}")
    if look.years is not None and asked.year not in look.years:
        return Note("years-not-asked", f"the crawl of {_day(look.started)} did not ask for {asked.year}")
    if not look.finished:
        message = f"the crawl of {_day(look.started)} did not read every list to its end"
        return Note("crawl-incomplete", message)
    if (closed := _closed(look, asked.column)) is not None:
        message = f"the crawl of {_day(look.started)} was not allowed to read the list {closed}"
        return Note("crawl-incomplete", message)
    for one in look.troubled:
        if _may_be(one, asked, everywhere=True):
            return Note(
                "crawl-incomplete",
                f"the crawl of {_day(look.started)} could not have {one.url}, which may be it ({one.reason})",
            )
    for one in asked.loose:
        if _may_be(one, asked, everywhere=False):
            return Note("crawl-incomplete", f"{one.url} may be it: {one.reason}")
    if any(_thin(look, peers) for peers in asked.peers):
        message = f"the crawl of {_day(look.started)} met too few of the reports of {asked.year} known before"
        return Note("crawl-incomplete", message)
    if not _saw(look, asked.column):
        return Note(
            "column-not-seen",
            f"the crawl of {_day(look.started)} met neither a known report of this body nor its list",
        )
    return None


def first_absence(
    looks: Sequence[Look],
    asked: Question,
    documents: Sequence[Document],
    first: datetime,
    was_named: Callable[[str, str], bool],
) -> Look | None:
    """The first crawl before `first` that proves that none of these documents was there; None: none does.

    The very list that names a page by now must have been read: a column may be new, or new in the site's
    entry. And none of the crawl's lists may have named it already (`was_named`: run, address): an older
    version of Gongkai may not have recognised it.
    """
    pages = [document for document in documents if not document.attachment] or list(documents)
    for look in looks:
        if look.started >= first:
            return None
        if why_not(look, asked) is not None:
            continue
        if all(_lacked(look, page) and not was_named(look.run, page.url) for page in pages):
            return look
    return None


def _lacked(look: Look, page: Document) -> bool:
    """Whether the crawl read a list that names the page by now, and did not meet the page."""
    return not look.met(page.url) and any(look.read(parent) for parent in page.parents)


def _thin(look: Look, peers: Sequence[Peer]) -> bool:
    """Whether the crawl met so few of the reports that were known before it that it cannot have read the
    lists as they are: a column was empty for a while, or no longer linked."""
    known = [peer for peer in peers if peer.first < look.started]
    met = sum(any(look.met(url) for url in peer.urls) for peer in known)
    return met < ENOUGH * len(known)


def _closed(look: Look, column: Column) -> str | None:
    """A list that was kept from the crawl, on a host on which the body's reports are named: it may be the
    next page of their column."""
    hosts = {bare(parent).split("/")[0] for parent in column.parents}
    return next((url for url in look.closed if url.split("/")[0] in hosts), None)


def _saw(look: Look, column: Column) -> bool:
    return any(map(look.met, column.urls)) or any(map(look.read, column.parents))


def _may_be(one: Loose, asked: Question, *, everywhere: bool) -> bool:
    """Whether that page may be the report that is asked for.

    What names neither body nor year may be anything: it counts where it kept a crawl from being whole
    (`everywhere`), and not where it just lies about. What names the year only, where the body's reports are
    named too.
    """
    if one.year is not None and one.year != asked.year:
        return False
    if one.organization is not None:
        return asked.mine(one.organization)
    if everywhere:
        return True
    return one.year is not None and bool(set(one.parents) & asked.column.parents)


def _too_early(code: NoteCode, asked: Question) -> str:
    if code == "not-crawled":
        return f"before the deadline of {asked.due.isoformat()} had passed"
    return f"too soon after the deadline of {asked.due.isoformat()} ({asked.patience} days are waited)"


def _day(moment: datetime) -> str:
    return day_in_china(moment).isoformat()
