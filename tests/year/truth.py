"""What must come of the year, by the story and by what the played web was asked, not by Gongkai's words.

When something is first seen depends on when it was looked for, which the server knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tests.year.stage import Visit, address, column, file_address
from tests.year.story import (
    CELL,
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
)

PATIENCE = timedelta(days=3)
"""Pages may reach a website's visitors some days after they were published (docs/coverage.md)."""

State = Literal[
    "on-time", "late", "missing", "blocked", "unread", "changed", "not-yet-due", "did-not-exist", "unknown"
]


@dataclass(frozen=True, slots=True)
class Cell:
    """What coverage must say of one body and year."""

    state: State
    published: date | None
    """As its page states."""
    punctuality: Literal["on-time", "late", None]
    """Also of reports that were changed afterwards, or cannot be had or read."""
    late_days: int | None
    at_least: bool = False
    """The days are a lower bound: the page states a day that cannot be."""


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
    cells: tuple[tuple[str, int, int], ...] | None = None
    """Path, value before and after of the cells that differ; None: not looked at."""


def coverage(visits: Sequence[Visit], now: datetime) -> dict[tuple[str, str, int], Cell]:
    """(site, organization, year) -> what must be known at that moment, where all was looked for in time."""
    return {(c.key, r.body.name, r.year): _cell(r, visits, now) for c in COUNTIES for r in _owed(c)}


def changes(visits: Sequence[Visit], now: datetime) -> list[Happened]:
    """What must be listed, given what was asked for until that moment."""
    found: list[Happened] = []
    for county in COUNTIES:
        for report in reports(county):
            found += [one for edit in report.edits for one in _edited(report, edit, visits, now)]
            if moved(county, now) and report.day is not None:
                to = address(report, new=True)
                if (seen := first_sound(visits, to, moment(report.day))) is not None:
                    found.append(_happened(report, "moved", address(report), seen, to))
    return sorted(found, key=lambda one: (one.at, one.url))


def nights(visits: Sequence[Visit]) -> Counter[tuple[str, date]]:
    """(site, day) -> how often its list was asked for that day: once for each crawl that reached it."""
    columns = {column(c, new=new): c.key for c in COUNTIES for new in (False, True)}
    return Counter(
        (columns[visit.url], visit.at.astimezone(ZONE).date())
        for visit in visits
        if visit.url in columns and visit.sound
    )


def _owed(county: County) -> Iterator[Report]:
    for body in county.bodies:
        yield from (Report(county, body, year) for year in range(YEAR - 2, YEAR + 1))


def _cell(report: Report, visits: Sequence[Visit], now: datetime) -> Cell:
    body, deadline = report.body, DEADLINES[report.body.kind](report.year)
    if report.year < body.since:
        return Cell("did-not-exist", None, None, None)
    if report.day is None or now < moment(report.day):
        if now.astimezone(ZONE).date() <= deadline:
            return Cell("not-yet-due", None, None, None)
        out = (Report(report.county, other, report.year).day for other in report.county.bodies)
        any_out = any(day is not None and moment(day) <= now for day in out)
        return Cell("missing" if any_out else "unknown", None, None, None)
    if report.year == YEAR and body.fenced:
        return Cell("blocked", None, None, None)
    late, at_least = (report.states - deadline).days, False
    if report.states != report.day:  # it was looked for, and was not there on the day that it states
        looked = _absent(report, visits, deadline)
        late, at_least = (looked - deadline).days, True
    punctuality: Literal["on-time", "late"] = "late" if late > 0 else "on-time"
    state: State = punctuality
    if report.year == YEAR and body.broken:
        state = "unread"
    elif {edit.kind for edit in report.done(now)} & {"tables", "prose", "attachment"}:
        state = "changed"
    return Cell(state, report.states, punctuality, late if late > 0 else None, at_least)


def _absent(report: Report, visits: Sequence[Visit], deadline: date) -> date:
    """The first day, some days after it was due, on which the list was read and did not name the report."""
    assert report.day is not None
    until, url = moment(report.day), column(report.county)
    days = (v.at.astimezone(ZONE).date() for v in visits if v.url == url and v.sound and v.at < until)
    return next((day for day in days if day > deadline + PATIENCE), deadline)


def _edited(report: Report, edit: Edit, visits: Sequence[Visit], now: datetime) -> Iterator[Happened]:
    """The change as which an edit is seen, once it is."""
    if moment(edit.day) > now:
        return
    url, looked = address(report), address(report)
    kind: str = edit.kind
    cells: tuple[tuple[str, int, int], ...] | None = ()
    match edit.kind:
        case "tables" | "attachment":
            before, after = report.truth().cells()[CELL], report.truth({edit.kind}).cells()[CELL]
            kind, cells = "tables", ((CELL, int(before or 0), int(after or 0)),)
            if edit.kind == "attachment":
                url = looked = file_address(report)
        case "withdrawn":  # what no list names any more is not asked for either
            looked = column(report.county)
    if (seen := first_sound(visits, looked, moment(edit.day))) is not None:
        yield _happened(report, kind, url, seen, None, cells)


def _happened(
    report: Report,
    kind: str,
    url: str,
    at: datetime,
    to: str | None = None,
    cells: tuple[tuple[str, int, int], ...] | None = None,
) -> Happened:
    return Happened(report.county.key, kind, url, report.body.name, report.year, at, to, cells)


def first_sound(visits: Sequence[Visit], url: str, since: datetime) -> datetime | None:
    """When that address was first answered with its page at that moment or later."""
    return next((v.at for v in visits if v.url == url and v.sound and v.at >= since), None)
