"""Spreads sites over the night by a digest of their keys, so that no clock minute is crowded. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from crawler.schedule.calendar import MINUTES, ReportCalendar


def calendars(sites: Iterable[str]) -> dict[str, ReportCalendar]:
    """Each site's place in the calendar.

    The minute is the digest's, or the next one that has room: no minute has more sites than needed to
    have room for all. A site that comes or goes moves others by minutes at most, and none to another day.
    """
    draws = {site: _draw(site) for site in sites}
    most = -(-len(draws) // MINUTES)
    taken: Counter[int] = Counter()
    found = {}
    for site, draw in sorted(draws.items(), key=lambda item: (item[1], item[0])):
        minute = draw % MINUTES
        while taken[minute] >= most:
            minute = (minute + 1) % MINUTES
        taken[minute] += 1
        found[site] = ReportCalendar(minute, draw // MINUTES)
    return found


def _draw(site: str) -> int:
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:8], "big")
