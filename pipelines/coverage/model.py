"""What coverage says: bodies × years, each cell a state with what it rests on. Values and their JSON only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

SCHEMA = "gongkai.coverage/1"
CHINA = ZoneInfo("Asia/Shanghai")
"""A deadline is a day there, and so is the day on which something was seen."""

State = Literal[
    "on-time", "late", "missing", "blocked", "unread", "changed", "undated", "not-yet-due", "did-not-exist",
    "unknown",
]  # fmt: skip
"""`undated`: published, but nothing proves whether in time. `unknown`: no report is known, and nothing proves
that there should be one or that it was looked for."""
STATES: tuple[State, ...] = get_args(State)
Punctuality = Literal["on-time", "late", "undated"]
Kind = Literal["department", "government", "township", "institution"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DateSource = Literal["metadata", "page", "document", "list"]
"""Where a day of publication is stated: the page's meta tags, a label or line on the page, the text of a
document without a page, the entry of the list that leads there."""
NoteCode = Literal[
    "date-doubtful", "dates-disagree", "date-implausible", "relaunch-date", "visit-day", "at-least",
    "perhaps-other-year", "withdrawn", "blocked", "refused", "not-served", "not-a-report", "not-read",
    "year-doubtful", "published-as", "other-site", "not-crawled", "too-soon", "years-not-asked",
    "crawl-incomplete", "column-not-seen", "whole-year", "perhaps-listed", "stated-only",
    "year-not-kept", "before-first", "after-last",
    "may-have-ended", "perhaps-renamed", "outside-span",
]  # fmt: skip
NOTES: tuple[NoteCode, ...] = get_args(NoteCode)
"""Every code that a note can have; docs/coverage.md says what each means."""


@dataclass(frozen=True, slots=True)
class BodyEntry:
    """What a person corrected about a body in the registry. Report years are inclusive."""

    kind: Kind | None = None
    also: tuple[str, ...] = ()
    """Former and other names."""
    first: int | None = None
    """The first report year that it owes a report for (`from` in the registry)."""
    last: int | None = None
    """The last one (`until` in the registry)."""
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which a report is in time, and what says so."""

    day: date
    article: str
    """The rule in words; of kinds that no article names it says so."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A day of publication that the site itself states."""

    day: date
    source: DateSource
    url: str

    def to_json(self) -> dict[str, Any]:
        """The claim as published."""
        return {"date": self.day.isoformat(), "source": self.source, "url": self.url}


@dataclass(frozen=True, slots=True)
class Note:
    """A thing to know before the cell is used."""

    code: NoteCode
    message: str

    def to_json(self) -> dict[str, Any]:
        """The note as published."""
        return {"code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Cell:
    """One body's report of one year. `punctuality` is set wherever a report is known, whatever the state."""

    year: int
    state: State
    deadline: Deadline
    punctuality: Punctuality | None = None
    published: Claim | None = None
    """The day of publication that counts, where one is credible."""
    claims: tuple[Claim, ...] = ()
    """Every day of publication that is stated, credible or not."""
    first_seen: datetime | None = None
    """When this archive first captured it."""
    late_days: int | None = None
    """Days after the deadline; a lower bound where a note `at-least` says so."""
    looked: datetime | None = None
    """The beginning of the crawl that the state rests on: it looked, and the report was not there."""
    names: tuple[str, ...] = ()
    """The names under which it was published."""
    urls: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def has_report(self) -> bool:
        """Whether a report is known, in whatever condition."""
        return self.punctuality is not None

    def says(self, code: NoteCode) -> bool:
        """Whether a note of that code is on the cell."""
        return any(note.code == code for note in self.notes)

    def to_json(self) -> dict[str, Any]:
        """The cell as published; times are UTC, days are China's."""
        return {
            "year": self.year,
            "state": self.state,
            "punctuality": self.punctuality,
            "deadline": self.deadline.day.isoformat(),
            "article": self.deadline.article,
            "published": self.published.to_json() if self.published else None,
            "claims": [claim.to_json() for claim in self.claims],
            "first_seen": _utc(self.first_seen),
            "late_days": self.late_days,
            "looked": _utc(self.looked),
            "names": list(self.names),
            "urls": list(self.urls),
            "notes": [note.to_json() for note in self.notes],
        }


@dataclass(frozen=True, slots=True)
class Body:
    """A body under one name, whatever it was called over the years."""

    name: str
    kind: Kind
    cells: tuple[Cell, ...]
    names: tuple[str, ...] = ()
    """Every name that it is known by, this one among them."""
    entry: BodyEntry | None = None
    """What the registry says of it."""

    def cell(self, year: int) -> Cell | None:
        """The cell of that report year."""
        return next((cell for cell in self.cells if cell.year == year), None)

    def to_json(self) -> dict[str, Any]:
        """The body as published."""
        return {
            "name": self.name,
            "kind": self.kind,
            "names": list(self.names),
            "in_registry": self.entry is not None,
            "cells": [cell.to_json() for cell in self.cells],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """Bodies × years of one site, as of the end of a day in China."""

    site: str
    place: str
    today: date
    years: tuple[int, ...]
    bodies: tuple[Body, ...]
    """Governments first, then departments, institutions and townships, each by name."""
    looked: datetime | None = None
    """The beginning of the newest crawl that read all of the site's lists."""
    ignored: tuple[str, ...] = field(default=())
    """Bodies that the registry leaves out."""

    def counts(self, year: int | None = None) -> dict[State, int]:
        """How many cells are in each state, of one report year or of all."""
        cells = [c for body in self.bodies for c in body.cells if year in (None, c.year)]
        return {state: sum(cell.state == state for cell in cells) for state in STATES}

    def newest(self, years: int) -> Coverage:
        """The same of the last so many years only; bodies of which nothing is known in them are left out."""
        kept = self.years[-years:]
        bodies = (replace(b, cells=tuple(c for c in b.cells if c.year in kept)) for b in self.bodies)
        there = tuple(body for body in bodies if any(_tells(cell) for cell in body.cells))
        return replace(self, years=kept, bodies=there)

    def to_json(self) -> dict[str, Any]:
        """The whole as published (docs/coverage.md)."""
        return {
            "schema": SCHEMA,
            "site": self.site,
            "place": self.place,
            "today": self.today.isoformat(),
            "looked": _utc(self.looked),
            "years": list(self.years),
            "counts": {str(year): self.counts(year) for year in self.years},
            "bodies": [body.to_json() for body in self.bodies],
            "ignored": list(self.ignored),
        }


def day_in_china(moment: datetime) -> date:
    """The day that it is in China at that moment."""
    return moment.astimezone(CHINA).date()


def end_of_day(day: date) -> datetime:
    """The first moment after that day in China."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=CHINA)


def _tells(cell: Cell) -> bool:
    return cell.state not in ("unknown", "did-not-exist", "not-yet-due")


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
