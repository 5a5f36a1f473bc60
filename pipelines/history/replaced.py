"""What it means that other bytes stand at an address: the bodies opened, compared, and put into words.

A report whose tables go from a page into an attached file, or back, is looked for there before anything is
said of its figures.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import partial
from urllib.parse import unquote, urljoin, urlsplit

from pipelines.addresses import canonical
from pipelines.history.comparing import SAME, Side, compare, compare_readings
from pipelines.history.model import Change
from pipelines.history.naming import has_tables, said
from pipelines.history.opening import Closed, Opened, Opens
from pipelines.history.sightings import Address, Stay

CHINA = timezone(timedelta(hours=8))
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|rtf|txt)\b", re.IGNORECASE)

Place = tuple[Address, Stay]


class Replaced:
    """Tells what became of bodies of one site."""

    def __init__(self, found: dict[str, Address], opener: Opens) -> None:
        self._found = found
        self._opener = opener
        self._files = {canonical(address.url) for address in found.values() if address.role == "attachment"}
        self._parts: defaultdict[str, list[Address]] = defaultdict(list)
        """By the address of a page: the files that are linked from it."""
        for address in found.values():
            if address.role == "attachment":
                self._parts[str(address.hints.get("parent", ""))].append(address)

    def told(self, change: Change, address: Address, number: int, before: Stay) -> Change:
        """The change completed, for a body that gave way to another at its own address."""
        stay = address.stays[number]
        earlier = next((s for s in address.stays[: number - 1] if s.sha256 == stay.sha256), None)
        told, outside = self._judged(change, (address, before), (address, stay))
        if earlier is not None:
            told = _noted(told, f"the same bytes as until {_day(earlier.last)}")
        same = told.kind == "markup" or (told.kind == "prose" and outside)
        same |= told.kind == "attachment" and told.note.startswith(SAME)
        if same and _restless(address, number):
            told = _noted(replace(told, kind="noise"), "it differs on every visit")
        return told

    def between(self, change: Change, before: Place, after: Place) -> Change:
        """The change completed, for two bodies wherever they stood."""
        return self._judged(change, before, after)[0]

    def _judged(self, change: Change, before: Place, after: Place) -> tuple[Change, bool]:
        """The change completed, and whether only words outside of the report differ."""
        one, other = self._open(before[1]), self._open(after[1])
        change = _named(change, one, other)
        if isinstance(one, Closed) or isinstance(other, Closed):
            return _unread(change, one, other), False
        had, has = _holds(one), _holds(other)
        if had != has and before[0] is after[0] and (found := self._elsewhere(change, before, after, has)):
            return found, False
        sides = self._side(one, before[1]), self._side(other, after[1])
        verdict = compare(*sides, elsewhere=before[0] is not after[0])
        change = replace(
            change, kind=verdict.kind, cells=verdict.cells, prose=verdict.prose, note=verdict.note
        )
        if had and not has and verdict.kind == "tables" and not _is_report(other):
            return replace(
                change, kind="withdrawn", cells=(), note="what stands there now is no report"
            ), False
        if has and not had and verdict.kind == "tables" and not _has_figures(one):
            note = "it prints the report's tables now, and none before"
            return replace(
                change, kind="prose" if verdict.prose else "attachment", cells=(), note=note
            ), False
        return change, verdict.outside

    def _side(self, opened: Opened, stay: Stay) -> Side:
        return Side(opened, _day(stay.first), partial(self._document, base=stay.final))

    def _open(self, stay: Stay) -> Opened | Closed:
        assert stay.sha256 is not None
        return self._opener.open(stay.sha256, stay.headers)

    def _elsewhere(self, change: Change, before: Place, after: Place, has: bool) -> Change | None:
        """Of a document that lost its tables, or got some: whether a file beside it has them, or had."""
        address, stay = after
        mine = self._open(stay if has else before[1])
        page = str(address.hints.get("parent", "")) if address.role == "attachment" else address.url
        for other in (self._found.get(page), *self._parts[page]):
            if other is None or other is address or other.role not in ("report", "attachment"):
                continue
            there = _then(other, stay.first, None if has else stay.run)
            if there is None or not _holds(opened := self._open(there)):
                continue
            if has:
                change = replace(change, before=there.sha256, before_url=other.url, moved_to=address.url)
            else:
                change = replace(change, after=there.sha256, moved_to=other.url)
            pair = (opened, mine) if has else (mine, opened)
            figures, _ = compare_readings(*(one.reading for one in pair))
            change = replace(change, kind="tables" if figures else "moved", cells=tuple(figures))
            where = f"the report stood in {other.url} before" if has else f"the report is in {other.url} now"
            return replace(change, note=where + ("" if figures else ", with the same figures"))
        return None

    def _document(self, link: str, base: str) -> tuple[str, str] | None:
        """The document that a link on a page leads to; see `comparing.Leads`."""
        if link.startswith("data:"):
            return link, "a picture in the page"
        try:
            url = urljoin(base, link)
            parts, short = urlsplit(url), canonical(url)
        except ValueError:
            return None
        is_file = _FILE.search(unquote(f"{parts.path}?{parts.query}")) is not None
        return (short, url) if is_file or short in self._files else None


def _named(change: Change, *bodies: Opened | Closed) -> Change:
    """With the name that the documents themselves say, where nothing else does."""
    for body in bodies:
        organization, year = said(body.reading)
        change = replace(change, organization=change.organization or organization, year=change.year or year)
    return change


def _unread(change: Change, one: Opened | Closed, other: Opened | Closed) -> Change:
    """Of a body that cannot be opened what was read from it may be known still."""
    closed = [body for body in (one, other) if isinstance(body, Closed)]
    note = "; ".join(f"{body.sha256[:12]} cannot be opened: {body.reason}" for body in closed)
    if one.reading and other.reading:
        figures, words = compare_readings(one.reading, other.reading)
        if figures:
            note = f"by what was read from them; {note}"
            return replace(change, kind="tables", cells=(*figures, *words), note=note)
    return replace(change, kind="unread", note=note)


def _holds(opened: Opened | Closed) -> bool:
    return any(has_tables(report) for report in opened.reading)


def _is_report(opened: Opened) -> bool:
    codes = {finding["code"] for report in opened.reading for finding in report["findings"]}
    return "not-a-report" not in codes


def _has_figures(opened: Opened) -> bool:
    return any(slot.text.strip().isdigit() for content in opened.documents for slot in content.slots)


def _then(address: Address, moment: datetime, run: str | None = None) -> Stay | None:
    """What stood there at a moment, or was found there by that run, which may have asked a little later."""
    for stay in reversed(address.stays):
        if stay.first <= moment or (run is not None and stay.run == run):
            return stay if stay.state == "there" else None
    return None


def _restless(address: Address, number: int) -> bool:
    """Whether other bytes came on three visits in a row, of which this is one."""
    stays = address.stays
    for first in (number - 2, number - 1):
        three = stays[max(first, 0) : first + 3]
        bodies = {stay.sha256 for stay in three if stay.state == "there"}
        if len(three) == len(bodies) == 3 and three[1].runs == 1:
            return True
    return False


def _noted(change: Change, note: str) -> Change:
    return replace(change, note="; ".join(part for part in (change.note, note) if part))


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()
