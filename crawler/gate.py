"""The gate before each host: whatever the number of crawls in this process, a host has one request at a time.

A crawl keeps its own pace by Scrapy's slots, but those of two crawls know nothing of each other, and sites
link to each other's hosts. Scrapy calls a request's latency what comes after the gate, so that AutoThrottle
and DOWNLOAD_TIMEOUT do not see the waiting. Owns no setting: who knows a delay tells it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

MAX_DELAY = 60.0
"""Seconds: the slowest pace that a Crawl-delay or blocks can bring about."""

SLICE = 1.0
"""Seconds of waiting at a time: a host may be left meanwhile."""


def host_of(url: str) -> str:
    """The host of an address as all that is kept for hosts names it: lower case, without a final dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    paces: WeakKeyDictionary[object, float] = field(default_factory=WeakKeyDictionary)
    """Seconds from start to start, for each crawl that asks this host."""
    floor: float = 0.0
    """Seconds from an answer's end to the next start; at the server no two requests are closer."""
    penalty: float = 0.0
    """Seconds from start to start after blocks; sound answers ease it."""
    begun: float = float("-inf")
    ended: float = float("-inf")
    held: float = float("-inf")
    """Not before this moment (monotonic), because the server said so."""


class Gate:
    """Lets one request at a time through to each host, and none too soon."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(
        self, host: str, crawl: object, *, pace: float, floor: float, check: Callable[[], None] = lambda: None
    ) -> AsyncIterator[None]:
        """Waits until `host` may be asked, and keeps others out until the answer is there.

        `pace` is what `crawl` now keeps from start to start (AutoThrottle's delay), `floor` what its
        settings ask for from an answer's end to the next start, both in seconds. The largest that any
        crawl has for the host counts. `check` is called before, now and then while it waits, and at the
        end: what it raises ends the waiting.
        """
        known = self._host(host)
        known.paces[crawl] = pace
        check()
        async with known.lock:
            while (wait := self.wait(host, floor)) > 0:
                check()
                await asyncio.sleep(min(wait, SLICE))
            check()
            known.begun = monotonic()
            try:
                yield
            finally:
                known.ended = monotonic()

    def wait(self, host: str, floor: float = 0.0) -> float:
        """Seconds from now until `host` may be asked; not positive if it may be."""
        known = self._host(host)
        pace = max(known.penalty, *known.paces.values(), 0.0)
        due = max(known.begun + pace, known.ended + max(floor, known.floor), known.held)
        return due - monotonic()

    def at_least(self, host: str, seconds: float) -> None:
        """From now on `seconds` at least between an answer of `host` and the next request."""
        known = self._host(host)
        known.floor = max(known.floor, min(seconds, MAX_DELAY))

    def slow_down(self, host: str, times: float) -> None:
        """Asks `host` so many `times` more slowly than now, up to `MAX_DELAY`."""
        known = self._host(host)
        now = max(known.floor, known.penalty, *known.paces.values(), 0.0)
        known.penalty = min(now * times, MAX_DELAY)

    def ease(self, host: str) -> None:
        """Takes half of what `slow_down` added away."""
        self._host(host).penalty /= 2

    def forget(self, crawl: object) -> None:
        """The crawl is over: its pace counts no more."""
        for known in self._hosts.values():
            known.paces.pop(crawl, None)

    def hold(self, host: str, seconds: float) -> None:
        """Asks nothing of `host` for so many seconds."""
        known = self._host(host)
        known.held = max(known.held, monotonic() + seconds)

    def _host(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())


GATE = Gate()
"""The process's own."""
