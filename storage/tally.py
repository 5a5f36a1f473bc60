"""What a run's captures tell of it: what became of each address, and what was new. Pure.

A crawl settles by `judge` and `news_of` what it expected (`crawler/record.py`). Of a run that was killed only
the captures are left: `Tally` says of it what they tell, in the words of a run record. It must not touch a
store, a clock or the network.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from storage.journal import Capture

State = Literal["captured", "unchanged", "resting", "absent", "failed", "refused", "blocked"]
STATES: tuple[State, ...] = ("captured", "unchanged", "resting", "absent", "failed", "refused", "blocked")
"""`resting`: it is in the archive and was not asked for this time (crawler/rhythm.py)."""
TOLD: tuple[State, ...] = ("captured", "unchanged", "absent", "failed", "blocked")
"""The states of which captures tell; the others are of addresses that were not asked for."""
News = Literal["new", "changed", "same"]
NEWS: tuple[News, ...] = ("new", "changed", "same")
"""What is new in an address that was captured; see `news_of`."""


def judge(capture: Capture) -> tuple[State, str]:
    """What an exchange means for the address that it was about, and why."""
    flags = capture.flags
    if "blocked" in flags:
        return "blocked", f"the server answers {capture.status} in place of the page"
    if "truncated" in flags:
        return "failed", "the body broke off each time"
    if "too-large" in flags:
        return "failed", "the body is larger than DOWNLOAD_MAXSIZE"
    if "soft-404" in flags:
        return "absent", "the page says that it does not exist"
    if "login" in flags:
        return "absent", "a login page stands in its place"
    if "unchanged" in flags:
        return "unchanged", ""
    if capture.status == 200:
        return "captured", ""
    if capture.status in (404, 410):
        return "absent", f"the server answers {capture.status}"
    return "failed", f"the server answers {capture.status}"


def news_of(capture: Capture, before: str | None) -> News:
    """What is new in a captured body, where `before` is the digest of the last sound one at that address.

    `same` is rare: equal bytes are called unchanged, unless their exchange has something to say for itself
    (another scheme, an older TLS).
    """
    if before is None:
        return "new"
    return "same" if before == capture.sha256 else "changed"


class Tally:
    """Counts the captures of one run, told from the oldest on; the first word about an address counts."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[State, str]] = {}
        """What was asked -> what became of it, and why."""
        self._news: dict[str, News] = {}
        self._roles: dict[str, str] = {}
        self._requests: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._bytes = 0
        self._stopped: datetime | None = None

    def add(self, capture: Capture, before: str | None) -> None:
        """One capture; `before` is the digest of the last sound body at its address before this run's."""
        self._bytes += capture.size
        self._stopped = max(capture.received, self._stopped or capture.received)
        for url in _passed(capture):
            self._requests[urlsplit(url).netloc]["redirect"] += 1
        self._requests[urlsplit(capture.final_url).netloc][str(capture.status)] += 1
        if capture.role == "robots" or capture.asked in self._states:
            return
        state, _ = self._states[capture.asked] = judge(capture)
        self._roles[capture.asked] = capture.role
        if state == "captured":
            self._news[capture.asked] = news_of(capture, before)

    def to_json(self, started: datetime) -> dict[str, Any]:
        """The record of a run that was killed, as far as its captures tell.

        What it expected died with it: `expected` is null, and what it read, found out about lists, left to
        rest or was refused is not in it. A redirect's status is not in the journal: `requests` counts it
        under `redirect`.
        """
        urls = {state: [url for url, (was, _) in self._states.items() if was == state] for state in TOLD}
        named = {
            state: [{"url": url, "role": self._roles[url], "reason": self._states[url][1]} for url in found]
            for state, found in urls.items()
        }
        there = {*urls["captured"], *urls["unchanged"]}
        return {
            "ended": "crashed",
            "complete": False,
            "lost": [],
            "expected": None,
            "counts": {state: len(urls[state]) for state in TOLD},
            "found": len(there),
            "reports": sum(self._roles[url] == "report" for url in there),
            "captured": urls["captured"],
            **{news: [url for url, was in self._news.items() if was == news] for news in NEWS},
            "unchanged": urls["unchanged"],
            **{state: named[state] for state in ("absent", "failed", "blocked")},
            "requests": {host: dict(sorted(n.items())) for host, n in sorted(self._requests.items())},
            "bytes": self._bytes,
            **span(started, self._stopped),
        }


def span(started: datetime, stopped: datetime | None) -> dict[str, Any]:
    """A record's `stopped` (UTC, to the second) and `seconds`; nothing where it is not known when."""
    if stopped is None:
        return {}
    seconds = max(0, round((stopped - started).total_seconds()))
    return {"stopped": stopped.astimezone(UTC).isoformat(timespec="seconds"), "seconds": seconds}


def admitted(record: dict[str, Any]) -> dict[str, Any]:
    """The record, which does not call itself complete where it names something as lost or garbled."""
    harmed = record.get("lost") or record.get("garbled")
    return record | {"complete": False} if harmed else record


def _passed(capture: Capture) -> tuple[str, ...]:
    """The addresses that led on to another."""
    if not capture.redirects and capture.final_url.partition("#")[0] == capture.url:
        return ()
    return (capture.url, *capture.redirects)
