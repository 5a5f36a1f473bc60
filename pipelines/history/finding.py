"""One change by its ID or by its address, and the bodies before and after it. Opens no more than it must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.history.changes import History, Moment, changes, moments_of
from pipelines.history.model import Aspect, Change, change_id
from pipelines.history.opening import Headers, Opener, Shows
from pipelines.history.sightings import Address, addresses
from storage.archive import Archive

ASPECTS: tuple[Aspect, ...] = ("content", "presence", "place")


@dataclass(frozen=True, slots=True)
class Body:
    """A body before or after a change."""

    sha256: str
    headers: Headers
    """How it is coded."""
    url: str
    first: datetime
    """When it was first received there."""
    last: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A change with its bodies, each None where there was none."""

    change: Change
    before: Body | None
    after: Body | None


def by_id(archive: Archive, sites: Sequence[str], beginning: str) -> list[Found]:
    """The changes whose IDs begin so: one, unless it is cut short; none where there is no such change.

    Those that are told from one address alone are found without opening others.
    """
    for site in sites:
        found = addresses(archive, site)
        likely = [moment for moment in moments_of(found) if _may_be(site, moment, beginning)]
        with Opener(archive, Shows()) as opener:
            history = History(site, found, opener)
            told = [change for moment in likely for change in history.at(moment)]
        if hits := [change for change in told if change.id.startswith(beginning)]:
            return [_with_bodies(change, found) for change in hits]
    return [
        _with_bodies(change, addresses(archive, site))
        for site in sites
        for change in changes(archive, site)
        if change.id.startswith(beginning)
    ]


def at_address(archive: Archive, sites: Sequence[str], url: str) -> list[Found]:
    """The changes of one address, oldest first, noise among them; what came there from another one, too."""
    out: list[Found] = []
    for site in sites:
        found = addresses(archive, site)
        if url not in found:
            continue
        with Opener(archive, Shows()) as opener:
            history = History(site, found, opener)
            told = [change for moment in moments_of({url: found[url]}) for change in history.at(moment)]
            others = (moment for moment in moments_of(found) if moment[0].url != url)
            came = (moment for moment in others if history.moved_to(moment, url))
            told += [change for moment in came for change in history.at(moment) if change.url == url]
        out += (_with_bodies(change, found) for change in told)
    return sorted(out, key=lambda one: one.change.at)


def _may_be(site: str, moment: Moment, beginning: str) -> bool:
    """Whether what is told of a moment may have that ID, as far as its own address tells."""
    address, number = moment
    stay = address.stays[number]
    before = next((s for s in reversed(address.stays[:number]) if s.state == "there"), None)
    if before is None:
        return False
    if stay.state != "there":
        return True  # where it is now nobody knows yet
    bodies = [(before.sha256, stay.sha256), (None, stay.sha256)]
    return any(
        change_id(site, address.url, aspect, *pair, stay.first).startswith(beginning)
        for aspect in ASPECTS
        for pair in bodies
    )


def _with_bodies(change: Change, found: dict[str, Address]) -> Found:
    urls = [url for url in (change.before_url, change.url, change.moved_to) if url is not None]
    return Found(change, _body(change.before, urls, found), _body(change.after, [*urls[::-1]], found))


def _body(sha256: str | None, urls: Sequence[str], found: dict[str, Address]) -> Body | None:
    return next(_bodies(sha256, urls, found), None)


def _bodies(sha256: str | None, urls: Sequence[str], found: dict[str, Address]) -> Iterator[Body]:
    for url in urls:
        for stay in found[url].stays if url in found else ():
            if sha256 is not None and stay.sha256 == sha256 and stay.state == "there":
                yield Body(sha256, stay.headers, url, stay.first, stay.last)
