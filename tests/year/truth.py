"""What must come of the year, by the story and by what the played web was asked, not by Gongkai's words.

When something is first seen depends on when it was looked for, which the server knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tests.year.stage import Visit, address, column, file_address, unreachable
from tests.year.story import (
    COUNTIES,
    DEADLINES,
    YEAR,
    ZONE,
    County,
    Edit,
    Report,
    moment,
    moved,
    reports,
    troubles,
)

State = Literal["on-time", "late", "missing", "blocked", "unread", "changed", "not-yet-due", "did-not-exist"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What coverage must say of one body and year."""

    state: State
    published: date | None
    """As its page states."""
    punctuality: Literal["on-time", "late", None]
    """Also of reports that were changed afterwards, or cannot be had or read."""
    late_days: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """A change that must be listed, and no other."""

    site: str
    kind: str
    url: str
    organization: str
    year: int
    at: datetime
    """When it was first seen."""
    moved_to: str | None = None


def coverage(now: datetime) -> dict[tuple[str, str, int], Cell]:
    """(site, organization, year) -> what must be known at that moment, where all was looked for in time."""
    return {(c.key, r.body.name, r.year): _cell(r, now) for c in COUNTIES for r in _owed(c)}


def changes(visits: Sequence[Visit], now: datetime) -> list[Happened]:
    """What must be listed, given what was asked for until that moment."""
    found: list[Happened] = []
    for county in COUNTIES:
        for report in reports(county):
            found += [one for edit in report.edits for one in _edited(report, edit, visits, now)]
            if moved(county, now) and report.day is not None:
                to = address(report, new=True)
                if (seen := _first(visits, to, moment(report.day))) is not None:
                    found.append(_happened(report, "moved", address(report), seen, to))
    return sorted(found, key=lambda one: (one.at, one.url))


def nights(visits: Sequence[Visit]) -> Counter[tuple[str, date]]:
    """(site, day) -> how often its list was asked for that day: once for each crawl that reached it."""
    columns = {column(c, new=new): c.key for c in COUNTIES for new in (False, True)}
    return Counter(
        (columns[visit.url], visit.at.astimezone(ZONE).date()) for visit in visits if visit.url in columns
    )


def _owed(county: County) -> Iterator[Report]:
    for body in county.bodies:
        yield from (Report(county, body, year) for year in range(YEAR - 2, YEAR + 1))


def _cell(report: Report, now: datetime) -> Cell:
    body, deadline = report.body, DEADLINES[report.body.kind](report.year)
    if report.year < body.since:
        return Cell("did-not-exist", None, None, None)
    if report.day is None or now < moment(report.day):
        due = now.astimezone(ZONE).date() > deadline
        return Cell("missing" if due else "not-yet-due", None, None, None)
    late = (report.states - deadline).days
    punctuality: Literal["on-time", "late"] = "late" if late > 0 else "on-time"
    state: State = punctuality
    if report.year == YEAR and body.fenced:
        state = "blocked"
    elif report.year == YEAR and body.broken:
        state = "unread"
    elif {edit.kind for edit in report.done(now)} & {"tables", "prose", "attachment"}:
        state = "changed"
    return Cell(state, report.states, punctuality, late if late > 0 else None)


def _edited(report: Report, edit: Edit, visits: Sequence[Visit], now: datetime) -> Iterator[Happened]:
    """The change as which an edit is seen, once it is."""
    if moment(edit.day) > now:
        return
    url, looked = address(report), address(report)
    kind: str = edit.kind
    match edit.kind:
        case "attachment":
            url = looked = file_address(report)
            kind = "tables"
        case "withdrawn":  # what no list names any more is not asked for either
            looked = column(report.county)
    if (seen := _first(visits, looked, moment(edit.day))) is not None:
        yield _happened(report, kind, url, seen)


def _happened(report: Report, kind: str, url: str, at: datetime, to: str | None = None) -> Happened:
    return Happened(report.county.key, kind, url, report.body.name, report.year, at, to)


def _first(visits: Sequence[Visit], url: str, since: datetime) -> datetime | None:
    return next((v.at for v in visits if v.url == url and v.sound and v.at >= since), None)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that must be raised between two moments, and be over before another."""

    code: str
    site: str
    about: str
    """What its subject must hold."""
    after: datetime
    before: datetime
    over: datetime | None = None
    """By when it must be resolved; None: that is left open."""


WEEK = timedelta(days=7)


def reachable(county: County, at: datetime) -> bool:
    """Whether a crawl at that moment gets the list with its reports."""
    return not unreachable(county, at) and not troubles(county, at)
