"""What the schedule says of itself: what runs when, how it last went, and what is behind.

For `gongkai schedule --list`, for alerts, metrics and `gongkai doctor`. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.explaining import outcome
from crawler.schedule.plan import Plan, Turn
from crawler.schedule.rows import Run, Seen
from crawler.schedule.settings import Kind
from crawler.schedule.slots import Slots
from crawler.schedule.verb import opened
from storage.errors import StorageError
from storage.run_records import named, newest_of_each, read_records
from storage.store import open_store

BEHIND: dict[Kind, timedelta] = {
    "crawl": timedelta(hours=12),
    "reparse": timedelta(days=2),
    "verify": timedelta(days=2),
    "watch": timedelta(hours=12),
    "digest": timedelta(hours=12),
}
"""A turn that was due so long ago and is not done is behind."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn: its next moment and its last run."""

    turn: Turn
    next: datetime | None
    """None where nobody can know: when a newer parser is installed."""
    last: Run | None
    newest: Crawled | None = None
    """Of a site: its newest crawl in the archive, by whatever machine."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """A crawl as its run record tells."""

    run: str
    started: datetime
    outcome: str
    machine: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A turn that should have been done and is not."""

    job: str
    kind: Kind
    site: str | None
    """None for what is of the whole archive."""
    due: datetime
    """In UTC."""
    behind: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a schedule stands."""

    schedulers: tuple[Seen, ...]
    """Those that live."""
    last_seen: datetime | None
    """When any scheduler last was at work; None where none ever was."""
    lines: tuple[Line, ...]
    running: tuple[Run, ...]
    due: tuple[Run, ...]
    """What waits: for room, or because it was busy or failed."""
    overdue: tuple[Overdue, ...]


def lines(plan: Plan, slots: Slots, now: datetime) -> list[Line]:
    """What will run when, and how the last run went, in order of time."""
    found = [Line(turn, turn.trigger.next(now), slots.latest(*turn.key)) for turn in plan.turns]
    return sorted(found, key=lambda line: (line.next is None, line.next or now, *line.turn.key))


def list_lines(archive: str) -> list[Line]:
    """The lines of this machine's schedule for the archive, whether or not a scheduler was ever used.

    Raises:
        ConfigError, SiteFileError: where the configuration or the registry is wrong.
        ArchiveUnusable: where the schedule's memory cannot be opened.
    """
    with opened(archive, "list") as schedule:
        assert schedule is not None
        plan = schedule.plan
        found = lines(plan, schedule.slots, datetime.now(UTC))
    newest: dict[str, Crawled] = {}
    with suppress(StorageError):  # the archive is away, or not there yet
        newest = _newest(archive, {turn.site for turn in plan.turns if turn.of_site})
    return [replace(line, newest=newest.get(line.turn.site)) for line in found]


def _newest(archive: str, sites: Collection[str]) -> dict[str, Crawled]:
    store = open_store(archive, create=False)
    try:
        newest = newest_of_each(one for one in named(store) if one.site in sites).values()
        return {
            one.site: Crawled(one.run, one.started, outcome(record), str(record.get("machine", "")))
            for one, record in read_records(store, newest)
            if record is not None
        }
    finally:
        store.close()


def behind(plan: Plan, slots: Slots, now: datetime) -> list[Overdue]:
    """Every turn that is behind, the oldest first, whether or not a scheduler lives."""
    lives = any(seen.lives(now) for seen in slots.schedulers())
    waiting = {(run.slot.job, run.slot.site): run for run in slots.open_slots()}
    found = []
    for turn in plan.turns:
        planned = slots.planned(*turn.key)
        run = waiting.get(turn.key)
        due = run.slot.due if run is not None else None
        if planned is not None and due is None:
            text, since, done = planned
            due = turn.trigger.latest(since, done, now) if text == turn.trigger.text else None
        if due is None or now - due < BEHIND[turn.job.kind] or (run is not None and run.state == "running"):
            continue
        site = turn.site if turn.of_site else None
        why = _why(run, lives)
        found.append(Overdue(turn.job.name, turn.job.kind, site, due, now - due, why))
    return sorted(found, key=lambda one: (one.due, one.job, one.site or ""))


def overdue(archive: str, now: datetime) -> list[Overdue]:
    """As `behind`, of the schedule that this machine has for the archive; nothing where it has none.

    Raises:
        ConfigError: where the configuration is wrong.
        ArchiveUnusable: where the schedule's memory cannot be read.
    """
    found = status(archive, now)
    return [] if found is None else list(found.overdue)


def status(archive: str, now: datetime) -> Status | None:
    """How this machine's schedule for the archive stands; None where no scheduler was ever used here. As
    `overdue`. The archive itself is not asked."""
    with opened(archive, "status") as schedule:
        if schedule is None:
            return None
        plan, slots = schedule.plan, schedule.slots
        seen = slots.schedulers()
        waiting, planned = slots.open_slots(), {turn.key for turn in plan.turns}
        return Status(
            tuple(one for one in seen if one.lives(now)),
            max((one.seen for one in seen), default=None),
            tuple(lines(plan, slots, now)),
            tuple(run for run in waiting if run.state == "running"),
            tuple(r for r in waiting if r.state == "due" and (r.slot.job, r.slot.site) in planned),
            tuple(behind(plan, slots, now)),
        )


def _why(run: Run | None, lives: bool) -> str:
    if not lives:
        return "no scheduler is at work on this machine"
    if run is None or run.started is None:
        return "it waits for others to end"
    if run.not_before is not None:
        return "it failed, or its site was busy, and is tried again"
    return "it was stopped and is due again"
