"""The digest: what became of everything in some days, as values. `digest_text.py` says it in words.

Gathered from the same sources as the facts of the rules: run records, coverage, changes, reports, alerts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from crawler.coverage import coverage_of
from crawler.sites import Site
from crawler.watch.alert import Alert
from crawler.watch.gather import carefully, chosen, name_of
from crawler.watch.rules.reports import FIRST_DAY, LATE
from crawler.watch.state import State, stamp
from pipelines.coverage.model import Coverage, day_in_china
from pipelines.history.changes import changes
from storage.archive import Archive
from storage.keys import run_started

TOLD = ("tables", "attachment", "prose", "withdrawn", "returned", "moved")
"""Kinds of changes that a digest tells of."""


@dataclass(frozen=True, slots=True)
class Published:
    """A report that was seen for the first time."""

    body: str
    year: int
    published: date | None
    late_days: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A report that is overdue."""

    body: str
    year: int
    deadline: date


@dataclass(frozen=True, slots=True)
class Altered:
    """A change of something published."""

    id: str
    kind: str
    what: str
    day: date
    cells: int


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a site in the period."""

    count: int = 0
    complete: int = 0
    new: int = 0
    changed: int = 0
    last: str = ""
    """The newest one's name."""


@dataclass(frozen=True, slots=True)
class SiteDigest:
    """What became of one site."""

    key: str
    name: str
    begun: bool = False
    """All that is new of it is what its first run found."""
    published: tuple[Published, ...] = ()
    missing: tuple[Missing, ...] = ()
    altered: tuple[Altered, ...] = ()
    runs: Runs = field(default_factory=Runs)
    findings: Mapping[str, int] = field(default_factory=dict)
    """Code -> how many of the newly published reports have it."""
    trouble: str = ""
    """Why nothing but its runs could be looked at."""

    @property
    def late(self) -> tuple[Published, ...]:
        """What was published after its deadline; nothing of a first crawl, which finds all years at once."""
        return () if self.begun else tuple(one for one in self.published if one.late_days)


@dataclass(frozen=True, slots=True)
class Digest:
    """What became of everything from `since` to `until`."""

    archive: str
    since: datetime
    until: datetime
    sites: tuple[SiteDigest, ...]
    raised: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()
    open: tuple[Alert, ...] = ()
    before: datetime | None = None
    """Up to when the last one went that was sent, where some have been missed since; earlier than `since`
    where that is longer ago than a digest reaches."""

    @property
    def missed(self) -> date | None:
        """The day of `before`, in China."""
        return None if self.before is None else day_in_china(self.before)

    @property
    def days(self) -> tuple[date, date]:
        """The first and last day, in China."""
        return day_in_china(self.since), day_in_china(self.until)

    def count(self, what: str) -> int:
        """How many there are of one of a site's lists, in all sites."""
        return sum(len(getattr(site, what)) for site in self.sites)

    def altered(self, *kinds: str) -> int:
        """How many changes of these kinds there are."""
        return sum(change.kind in kinds for site in self.sites for change in site.altered)

    @property
    def runs(self) -> Runs:
        """The runs of all sites."""
        each = [site.runs for site in self.sites]
        return Runs(
            *(sum(getattr(one, name) for one in each) for name in ("count", "complete", "new", "changed"))
        )

    @property
    def findings(self) -> Mapping[str, int]:
        """The findings of all newly published reports, the most frequent first."""
        total: Counter[str] = Counter()
        for site in self.sites:
            total.update(site.findings)
        return dict(total.most_common())

    def to_json(self) -> dict[str, Any]:
        """The digest for `--json` and for webhooks."""
        return {
            "schema": "gongkai.digest/1",
            "archive": self.archive,
            "since": stamp(self.since),
            "until": stamp(self.until),
            "before": None if self.before is None else stamp(self.before),
            "sites": [_plain(asdict(site)) for site in self.sites],
            "alerts": {
                name: [alert.to_json() for alert in getattr(self, name)]
                for name in ("raised", "resolved", "open")
            },
        }


def digest_of(
    archive: Archive,
    registry: Mapping[str, Site],
    only: Collection[str],
    state: State,
    since: datetime,
    until: datetime,
) -> Digest:
    """The digest of the archive's sites, or of `only` these of them.

    Raises:
        StorageError: where the archive cannot be used.
    """
    archived = archive.sites()
    keys = chosen(archived, only)
    known = list(state.alerts.values())
    return Digest(
        archive.url,
        since,
        until,
        tuple(_carefully(archive, key, registry, archived, since, until) for key in keys),
        tuple(one.alert for one in known if since <= one.raised < until),
        tuple(
            one.alert for one in known if one.end == "resolved" and one.ended and since <= one.ended < until
        ),
        tuple(one.alert for one in state.open),
    )


def _carefully(
    archive: Archive,
    key: str,
    registry: Mapping[str, Site],
    archived: Sequence[str],
    since: datetime,
    until: datetime,
) -> SiteDigest:
    """The site's digest, or its runs and what is wrong about the rest: it must not silence others."""
    found = carefully(key, lambda: _site(archive, key, registry, archived, since, until))
    if not isinstance(found, str):
        return found
    return SiteDigest(key, name_of(key, registry), runs=_runs(archive, key, since, until), trouble=found)


def _site(
    archive: Archive,
    key: str,
    registry: Mapping[str, Site],
    archived: Sequence[str],
    since: datetime,
    until: datetime,
) -> SiteDigest:
    covered = coverage_of(archive, key, day_in_china(until), sites=registry, archived=archived)
    first = next((run_started(record["run"]) for record in archive.runs(key)), None)
    published = tuple(_published(covered, since, until, first))
    seen = [cell.first_seen for body in covered.bodies for cell in body.cells if cell.first_seen is not None]
    news = [when for when in seen if since <= when < until and not _of_the_first_day(when, first)]
    begun = first is not None and first >= since - FIRST_DAY and not news
    return SiteDigest(
        key=key,
        name=name_of(key, registry),
        begun=begun,
        published=published,
        missing=tuple(_missing(covered, day_in_china(until))),
        altered=tuple(_altered(archive, key, since, until)),
        runs=_runs(archive, key, since, until),
        findings=_findings(archive, key, covered, published),
    )


def _of_the_first_day(seen: datetime, first: datetime | None) -> bool:
    """Whether it was there when the site was crawled for the first time: that it is late is no news."""
    return first is not None and seen - first <= FIRST_DAY


def _published(
    covered: Coverage, since: datetime, until: datetime, first: datetime | None
) -> Iterable[Published]:
    for body in covered.bodies:
        for cell in body.cells:
            if cell.has_report and cell.first_seen is not None and since <= cell.first_seen < until:
                claim = None if cell.published is None else cell.published.day
                url = cell.urls[0] if cell.urls else ""
                late = cell.punctuality == "late" and not _of_the_first_day(cell.first_seen, first)
                yield Published(body.name, cell.year, claim, cell.late_days if late else None, url)


def _missing(covered: Coverage, today: date) -> Iterable[Missing]:
    for body in covered.bodies:
        for cell in body.cells:
            if cell.state == "missing" and today - cell.deadline.day <= LATE:
                yield Missing(body.name, cell.year, cell.deadline.day)


def _altered(archive: Archive, key: str, since: datetime, until: datetime) -> Iterable[Altered]:
    for change in changes(archive, key, since):
        if change.kind in TOLD and change.at < until:
            named = [part for part in (change.organization, str(change.year or "")) if part]
            what = " ".join(named) if change.organization else change.url
            yield Altered(change.id, change.kind, what, day_in_china(change.at), len(change.cells))


def _runs(archive: Archive, key: str, since: datetime, until: datetime) -> Runs:
    runs = Runs()
    for record in archive.runs(key):
        if not since <= run_started(record["run"]) < until:
            continue
        runs = Runs(
            runs.count + 1,
            runs.complete + bool(record.get("complete")),
            runs.new + len(record.get("new", ())),
            runs.changed + len(record.get("changed", ())),
            record["run"],
        )
    return runs


def _findings(
    archive: Archive, key: str, covered: Coverage, published: Iterable[Published]
) -> Mapping[str, int]:
    names = {(name, one.year) for one in published for name in _names(covered, one.body)}
    found: Counter[str] = Counter()
    for year in sorted({year for _, year in names}):
        for report in archive.reports(key, year):
            if (report["organization"], year) in names:
                severe = {one["code"] for one in report["findings"] if one["severity"] != "info"}
                found.update(severe)
    return dict(found.most_common())


def _names(covered: Coverage, body: str) -> Iterable[str]:
    return next((one.names or (one.name,) for one in covered.bodies if one.name == body), (body,))


def _plain(value: Any) -> Any:
    """Dates as text, all the way down."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
