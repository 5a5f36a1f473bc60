"""A site's history: every change of its documents, told from captures, bodies, readings and run records.

`changes` is a pure fold over the archive: asked twice, or on another machine, it tells the same. It keeps
no state of its own and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from pipelines.history.comparing import Side, compare
from pipelines.history.model import Change
from pipelines.history.opening import Closed, Opener, Opens
from pipelines.history.sightings import Address, Stay, addresses, spelled
from storage.archive import Archive

_CHINA = timezone(timedelta(hours=8))


def changes(
    archive: Archive, site: str, since: datetime | None = None, opener: Opens | None = None
) -> Iterator[Change]:
    """What became of the site's documents, oldest first, noise among it.

    `since`: only what was first seen then or later; bodies of earlier changes are not opened. The bodies of
    changed addresses are read in a worker process, unless `opener` opens them.

    Raises:
        StorageError: where the archive cannot be used.
    """
    found = addresses(archive, site)
    moments = sorted(_moments(found, since), key=lambda moment: (moment[0].first, moment[1].url))
    if opener is not None:
        yield from _told(site, moments, opener)
        return
    with Opener(archive) as own:
        yield from _told(site, moments, own)


Moment = tuple[Stay, Address, int]
"""A stay that begins, its address, and which of its stays it is."""


def _moments(found: dict[str, Address], since: datetime | None) -> Iterator[Moment]:
    for address in found.values():
        for number, stay in enumerate(address.stays):
            if number and (since is None or stay.first >= since):
                yield stay, address, number


def _told(site: str, moments: list[Moment], opener: Opens) -> Iterator[Change]:
    for _, address, number in moments:
        yield from _at(site, address, number, opener)


def _at(site: str, address: Address, number: int, opener: Opens) -> Iterator[Change]:
    """What began with one stay of an address."""
    stay, last = address.stays[number], address.stays[number - 1]
    before = next((s for s in reversed(address.stays[:number]) if s.state == "there"), None)
    if before is None:
        return
    change = Change(
        site=site,
        kind="withdrawn",
        at=stay.first,
        last_seen=last.last,
        url=address.url,
        role=address.role,
        organization=_text(address.hints.get("organization")),
        year=_year(address.hints.get("year")),
        before=before.sha256,
    )
    if stay.state != "there":
        if last.state == "there":
            yield _withdrawn(change, address, number)
        return
    if last.state != "there":
        yield replace(change, kind="returned", before=None, after=stay.sha256, note=f"before: {last.reason}")
    if spelled(stay.final) != spelled(before.final):
        yield replace(change, kind="moved", after=stay.sha256, moved_to=stay.final)
    if stay.sha256 != before.sha256:
        yield _replaced(replace(change, after=stay.sha256, last_seen=before.last), before, stay, opener)


def _withdrawn(change: Change, address: Address, number: int) -> Change:
    """A document that is gone: how many runs said so, and when it was back."""
    gone = []
    back = None
    for stay in address.stays[number:]:
        if stay.state == "there":
            back = stay.first
            break
        gone.append(stay)
    reason = next((stay.reason for stay in gone if stay.state == "gone"), gone[0].reason)
    return replace(change, confirmed=sum(stay.runs for stay in gone), until=back, note=reason)


def _replaced(change: Change, before: Stay, after: Stay, opener: Opens) -> Change:
    """Other bytes at the same address."""
    sides = []
    for stay in (before, after):
        assert stay.sha256 is not None
        opened = opener.open(stay.sha256, stay.headers)
        if isinstance(opened, Closed):
            return replace(change, kind="unread", note=f"{opened.sha256} cannot be compared: {opened.reason}")
        sides.append(Side(opened, stay.first.astimezone(_CHINA).date()))
    verdict = compare(*sides)
    return replace(change, kind=verdict.kind, cells=verdict.cells, prose=verdict.prose, note=verdict.note)


def _text(word: str | int | None) -> str | None:
    return word if isinstance(word, str) and word else None


def _year(word: str | int | None) -> int | None:
    return word if isinstance(word, int) else None
