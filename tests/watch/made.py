"""Facts made by hand: runs, sites, cells, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crawler.watch.alert import Alert
from crawler.watch.facts import Cell, Changed, Facts, RunSeen, SiteFacts, Tally
from crawler.watch.rules import judge

NOW = datetime(2026, 2, 10, 2, tzinfo=UTC)
HOST = "www.example.gov.cn"
SITE = "example"


def ago(**passed: float) -> datetime:
    """That long before `NOW`."""
    return NOW - timedelta(**passed)


def run(days: float = 0.2, **said: Any) -> RunSeen:
    """A run that began that long ago and went well, but for what is said."""
    started = ago(days=days)
    usual: dict[str, Any] = {
        "ended": "finished",
        "expected": 20,
        "found": 20,
        "reports": 10,
        "requests": {HOST: {"200": 20}},
        "lists": {"https://www.example.gov.cn/gknb/": 10},
    }
    return RunSeen(f"{started:%Y%m%dT%H%M%SZ}-0a1b2c", started, **usual | said)


def dead(days: float, host: str = HOST) -> RunSeen:
    """A run in which the host was not reached."""
    return run(
        days,
        found=0,
        reports=0,
        lists={},
        requests={host: {"error": 3}},
        reasons={"": f"{host} refuses connections", host: f"{host} refuses connections"},
    )


def site(
    *runs: RunSeen,
    key: str = SITE,
    cells: Iterable[Cell] = (),
    changes: Iterable[Changed] = (),
    tallies: Mapping[int, Tally] | None = None,
    begun: float = 400,
) -> SiteFacts:
    """A site with these runs, oldest first; its first run was `begun` days ago."""
    return SiteFacts(key, "某市某区", runs, ago(days=begun), tuple(cells), tuple(changes), tallies or {})


def cell(body: str, state: str, *, year: int = 2025, deadline: date = date(2026, 1, 31), **said: Any) -> Cell:
    """A cell of the coverage; one with a report has its punctuality."""
    known = state in ("on-time", "late", "undated", "changed")
    usual: dict[str, Any] = {"punctuality": state if known and state != "changed" else None}
    return Cell(body, year, state, deadline=deadline, **usual | said)


def codes(*sites: SiteFacts, now: datetime = NOW, open_keys: Iterable[str] = ()) -> list[str]:
    """The codes of the alerts that the rules raise."""
    return [alert.code for alert in raised(*sites, now=now, open_keys=open_keys)]


def raised(*sites: SiteFacts, now: datetime = NOW, open_keys: Iterable[str] = ()) -> list[Alert]:
    """The alerts that the rules raise."""
    facts = Facts(now=now, sites=sites, machine="here")
    return list(judge(facts, set(open_keys)).alerts.values())


def unsure(*sites: SiteFacts, open_keys: Iterable[str] = ()) -> set[str]:
    """What the rules cannot tell."""
    return set(judge(Facts(now=NOW, sites=sites, machine="here"), set(open_keys)).unsure)
