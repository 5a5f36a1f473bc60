"""What a rule can say, and how long something must last before it is said.

A rule is a pure function of facts. What a single run shows may be a passing cloud: it is a suspicion first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.watch.alert import Alert
from crawler.watch.facts import RunSeen, SiteFacts

TWICE = timedelta(hours=6)
"""Two runs that show the same are two witnesses when they are so far apart."""
LONG = timedelta(days=3)
"""What one run showed so long ago, and none since has shown otherwise, counts as well."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """An alert if it goes on: not long enough yet to be raised, and enough to keep one open."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class Unsure:
    """The facts say nothing about some alerts: those that are open stay as they are."""

    about: str
    """An alert's key; `code:site:*` for all of a site; `code:*` for all."""


Outcome = Alert | Suspect | Unsure
SiteRule = Callable[[SiteFacts, datetime], Iterator[Outcome]]


def streak(runs: Sequence[RunSeen], bad: Callable[[RunSeen], bool | None]) -> list[RunSeen]:
    """The newest runs, oldest first, that are all bad; those that say nothing (None) are passed over."""
    found: list[RunSeen] = []
    for run in reversed(runs):
        match bad(run):
            case True:
                found.insert(0, run)
            case False:
                break
    return found


def weighed(alert: Alert, runs: Sequence[RunSeen], now: datetime) -> Alert | Suspect:
    """The alert where these bad runs are witnesses enough, else a suspicion."""
    twice = runs[-1].started - runs[0].started >= TWICE
    return alert if twice or now - runs[0].started >= LONG else Suspect(alert)
