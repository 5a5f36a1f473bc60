"""A site's history: every change of its documents, told from captures, bodies, readings and run records.

`changes` is a pure fold over the archive: asked twice, or on another machine, it tells the same. It keeps
no state of its own and writes nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.history.model import Change
from pipelines.history.naming import Names
from pipelines.history.opening import Opener, Opens, Shows
from pipelines.history.replaced import Replaced
from pipelines.history.sightings import Address, Stay, addresses, same_place
from pipelines.history.successors import Successors
from storage.archive import Archive

MOST_WORKERS = 4
"""Each may take 2 GiB."""
FEW = 50
"""Moments for which one worker is quick enough: a second one takes a second to start."""
THREADS = 4
"""Changes looked at side by side; each waits for bodies, and for the worker that opens them."""
AT_ONCE = timedelta(days=2)
"""A document that is found elsewhere within that time has moved; later it was withdrawn meanwhile."""

Moment = tuple[Address, int]
"""An address, and which of its stays begins."""


def changes(
    archive: Archive, site: str, since: datetime | None = None, opener: Opens | None = None
) -> Iterator[Change]:
    """What became of the site's documents, oldest first, noise among it.

    `since`: only what was first seen then or later; bodies of earlier changes are not opened. The bodies of
    changed addresses are read in worker processes, unless `opener` opens them.

    Raises:
        StorageError: where the archive cannot be used.
    """
    found = addresses(archive, site)
    moments = moments_of(found, since)
    with ExitStack() as stack:
        workers = min(MOST_WORKERS, os.cpu_count() or 1, 1 + len(moments) // FEW)
        opener = opener or stack.enter_context(Opener(archive, Shows(workers=workers)))
        for told in _in_order(History(site, found, opener).at, moments):
            yield from told


def moments_of(found: dict[str, Address], since: datetime | None = None) -> list[Moment]:
    """Every beginning of a stay that another one came before, oldest first."""
    moments = (
        (address, number)
        for address in found.values()
        for number, stay in enumerate(address.stays)
        if number and (since is None or stay.first >= since)
    )
    return sorted(moments, key=lambda moment: (moment[0].stays[moment[1]].first, moment[0].url))


class History:
    """One site's addresses, and what is told of each moment at which one of them changed."""

    def __init__(self, site: str, found: dict[str, Address], opener: Opens) -> None:
        self._site = site
        self._names = Names(found, opener)
        self._successors = Successors(found, self._names)
        self._replaced = Replaced(found, opener)

    def at(self, moment: Moment) -> list[Change]:
        """What began with one stay of an address."""
        address, number = moment
        stay, last = address.stays[number], address.stays[number - 1]
        before = next((s for s in reversed(address.stays[:number]) if s.state == "there"), None)
        if before is None:
            return []
        organization, year = self._names.of(address, before)
        change = Change(
            site=self._site,
            kind="withdrawn",
            at=stay.first,
            last_seen=last.last,
            url=address.url,
            role=address.role,
            organization=organization,
            year=year,
            before=before.sha256,
        )
        if stay.state != "there":
            return list(self._gone(change, address, number)) if last.state == "there" else []
        return list(self._there(change, address, number, before))

    def moved_to(self, moment: Moment, url: str) -> bool:
        """Whether a document that was gone at that moment stands at `url` now."""
        address, number = moment
        before = address.stays[number - 1]
        if before.state != "there" or address.stays[number].state == "there":
            return False
        successor = self._successors.of(address, before, address.stays[number].first)
        return successor is not None and successor[0].url == url

    def _there(self, change: Change, address: Address, number: int, before: Stay) -> Iterator[Change]:
        """Something stands at the address that did not."""
        stay, last = address.stays[number], address.stays[number - 1]
        if last.state != "there":
            yield replace(
                change, kind="returned", before=None, after=stay.sha256, note=f"until then {last.reason}"
            )
        if not same_place(stay.final, before.final):
            note = f"it led to {before.final}" if before.final != address.url else "it redirects"
            yield replace(change, kind="moved", after=stay.sha256, moved_to=stay.final, note=note)
        if stay.sha256 != before.sha256:
            change = replace(change, after=stay.sha256, last_seen=before.last)
            yield self._replaced.told(change, address, number, before)

    def _gone(self, change: Change, address: Address, number: int) -> Iterator[Change]:
        """A document that is gone: where it is now, or how many runs said so and when it was back."""
        before, stay = address.stays[number - 1], address.stays[number]
        gone = []
        back = None
        for later in address.stays[number:]:
            if later.state == "there":
                back = later.first
                break
            gone.append(later)
        reason = next((one.reason for one in gone if one.state == "gone"), stay.reason)
        change = replace(change, confirmed=sum(one.runs for one in gone), until=back, note=reason)
        successor = self._successors.of(address, before, stay.first)
        if successor is None:
            yield change
            return
        there, found = successor
        if same_place(before.final, found.final):
            return  # it led there before: that it moved was told then
        at = found.first if found.first > before.last else stay.first
        if found.first <= stay.first + AT_ONCE:
            yield replace(change, kind="moved", at=at, after=found.sha256, moved_to=there.url)
        else:
            yield replace(change, moved_to=there.url, until=back or found.first)
        if found.sha256 != before.sha256:
            change = replace(change, at=at, url=there.url, role=there.role, before_url=address.url)
            change = replace(change, after=found.sha256, last_seen=before.last, confirmed=1, until=None)
            told = self._replaced.between(change, (address, before), (there, found))
            if told.kind in ("tables", "prose", "unread"):
                yield told  # that the pages around it differ is no news


def _in_order(work: Callable[[Moment], list[Change]], moments: Iterable[Moment]) -> Iterator[list[Change]]:
    """What `work` makes of each moment, in their order, a few at a time."""
    under_way: deque[Future[list[Change]]] = deque()
    with ThreadPoolExecutor(THREADS, "history") as threads:
        try:
            for moment in moments:
                under_way.append(threads.submit(work, moment))
                if len(under_way) > 2 * THREADS:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
