"""What the rules look at: plain values, gathered by `crawler/watch/gather.py`.

Nothing here reads an archive or a clock. Dates are days in Asia/Shanghai, times are in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from storage.keys import run_started

SOUND = ("captured", "unchanged", "resting")
"""States of an address that is in the archive as it was when last asked for."""


@dataclass(frozen=True, slots=True)
class RunSeen:
    """What a run record says, as far as the rules ask."""

    run: str
    started: datetime
    ended: str
    """`finished`, `shutdown`, `crashed`, or another reason of Scrapy's."""
    expected: int = 0
    found: int = 0
    """Addresses whose page is in the archive as it was when last asked for."""
    reports: int = 0
    bugs: int = 0
    lost: int = 0
    """Bodies and files of the spool that are gone or garbled."""
    unpublished: bool = False
    """Its reports could not be published."""
    whole: bool = True
    """It was about all years."""
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Host -> status, or `error`, -> answers."""
    blocked: Mapping[str, int] = field(default_factory=dict)
    """Host -> addresses that it kept back."""
    lists: Mapping[str, int] = field(default_factory=dict)
    """Address of a list -> reports that it offered."""
    families: Mapping[str, str] = field(default_factory=dict)
    """Address of a list -> its CMS family."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Host -> why the first address there could not be had; "" -> the first of all."""


def run_seen(record: Mapping[str, Any]) -> RunSeen:
    """A run record as the rules see it; keys that older records lack count as nothing."""
    counts: Mapping[str, int] = record.get("counts", {})
    lists = {one["url"]: one for one in record.get("lists", ())}
    blocked = [_host(one["url"]) for one in record.get("blocked", ())]
    reasons: dict[str, str] = {}
    for one in (*record.get("failed", ()), *record.get("blocked", ())):
        for host in ("", _host(one["url"])):
            reasons.setdefault(host, one.get("reason", ""))
    return RunSeen(
        run=record["run"],
        started=run_started(record["run"]),
        ended=record.get("ended", ""),
        expected=record.get("expected", 0),
        found=sum(counts.get(state, 0) for state in SOUND),
        reports=record.get("reports", 0),
        bugs=record.get("bugs", 0),
        lost=len(record.get("lost", ())) + len(record.get("garbled", ())),
        unpublished=bool(record.get("unpublished")),
        whole=not record.get("years"),
        requests=record.get("requests", {}),
        blocked={host: blocked.count(host) for host in blocked},
        lists={url: one["reports"] for url, one in lists.items()},
        families={url: one["family"] for url, one in lists.items()},
        reasons=reasons,
    )


def _host(asked: str) -> str:
    """The host of what was asked: an address, after which a POST has that word and its body."""
    return urlsplit(next((word for word in asked.split(" ") if "://" in word), "")).netloc


@dataclass(frozen=True, slots=True)
class Cell:
    """One body in one report year, as the coverage has it."""

    body: str
    year: int
    state: str
    """Of those of the coverage."""
    punctuality: str | None = None
    """`on-time`, `late` or `undated` wherever a report is known."""
    deadline: date | None = None
    published: date | None = None
    late_days: int | None = None
    first_seen: datetime | None = None
    url: str = ""
    doubts: frozenset[str] = frozenset()
    """Codes of the coverage's notes on why it does not say more of a report that is not there."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of a published report, as the history has it."""

    id: str
    kind: str
    at: datetime
    url: str
    body: str
    year: int | None
    cells: int = 0
    """Figures that differ."""
    confirmed: int = 1
    """Of what is gone: how many runs found it so."""
    back: bool = False
    """Of what was gone: whether it is back."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The findings of a site's reports of one year."""

    reports: int = 0
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Code -> the bodies whose report has it."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is known of one site."""

    key: str
    name: str
    runs: tuple[RunSeen, ...] = ()
    """The newest ones, oldest first."""
    begun: datetime | None = None
    """When its first run began; what was there then is no news."""
    cells: tuple[Cell, ...] = ()
    """Of the newest report years only."""
    changes: tuple[Changed, ...] = ()
    """Of the last months only."""
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    """By report year, the newest ones only."""
    trouble: str = ""
    """Why nothing but its runs could be looked at."""

    @property
    def last(self) -> RunSeen | None:
        """The newest run."""
        return self.runs[-1] if self.runs else None

    @property
    def named(self) -> tuple[str, str]:
        """The site for people, in Chinese and in English."""
        return f"{self.name}（{self.key}）", f"{self.name} ({self.key})"


@dataclass(frozen=True, slots=True)
class Overdue:
    """A planned job that should have run."""

    what: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one evaluation looks at."""

    now: datetime
    sites: tuple[SiteFacts, ...] = ()
    audits: tuple[Mapping[str, Any], ...] = ()
    """Audit records, oldest first."""
    machine: str = ""
    """This machine's name, for what is its own affair."""
    overdue: tuple[Overdue, ...] = ()
    """Jobs of this machine's schedule that should have run."""
