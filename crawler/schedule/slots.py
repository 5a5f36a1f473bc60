"""What is due, running and done: the scheduler's memory, one SQLite file.

A *slot* is one site's crawl at one due moment of one job. Slots are unique rows, claimed with a lease
that the claimer renews while it lives: two schedulers cannot both run one, and a slot whose scheduler
was killed comes back. APScheduler promises neither, so it is only the clock.

This module owns the file. It must not start processes, read the time (every method is told it) or
know what a crawl is.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ATTEMPTS = 2
"""A crawl that was killed is repeated so many times less one; then it is given up until its next slot."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS known (      -- since when a job is planned for a site: nothing older is made up
    job TEXT, site TEXT, cron TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (job, site)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slots (      -- moments are UTC, ISO 8601, so that they sort as text
    job TEXT, site TEXT, due TEXT,
    state TEXT NOT NULL CHECK (state IN ('due', 'running', 'done', 'skipped', 'lost')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,                    -- the site was busy: not again before this moment
    owner TEXT, lease TEXT,             -- who runs it, and until when that is believed
    started TEXT, ended TEXT, exit_code INTEGER, log TEXT,
    PRIMARY KEY (job, site, due)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS slots_by_state ON slots (state, site);
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """One site's crawl at one due moment of one job."""

    job: str
    site: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A slot with what became of it.

    `state` is `due`, `running`, `done`, `skipped` (a later one stood for it) or `lost` (killed twice).
    """

    slot: Slot
    state: str
    attempts: int
    started: datetime | None
    ended: datetime | None
    exit_code: int | None
    log: str | None


class Slots:
    """The slots of one state folder, shared by every scheduler that uses the folder."""

    def __init__(self, path: Path, *, lease: timedelta = timedelta(seconds=30)) -> None:
        """Opens the file, creating it where it is new."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lease = lease
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Closes the file; what is running stays claimed until its lease ends."""
        self._db.close()

    def last(self, job: str, site: str, cron: str, now: datetime) -> datetime:
        """The job's newest slot for the site, or since when it has this cron expression, if that is later.

        A job or an expression that this file has not met before counts from `now`, which is remembered.
        """
        with self._transaction():
            self._db.execute(
                "INSERT INTO known VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                " SET cron = excluded.cron, since = excluded.since WHERE cron != excluded.cron",
                (job, site, cron, _text(now)),
            )
            row = self._db.execute(
                "SELECT max(since, coalesce((SELECT max(due) FROM slots WHERE job = ?1 AND site = ?2), ''))"
                " FROM known WHERE job = ?1 AND site = ?2",
                (job, site),
            ).fetchone()
        return _moment(row[0])

    def add(self, slot: Slot) -> None:
        """Makes a slot due, once."""
        with self._transaction():
            key = (slot.job, slot.site, _text(slot.due))
            self._db.execute(
                "INSERT OR IGNORE INTO slots (job, site, due, state) VALUES (?, ?, ?, 'due')", key
            )

    def claim(self, now: datetime, planned: frozenset[tuple[str, str]]) -> Slot | None:
        """The oldest due slot of these (job, site) whose site is free, leased to this owner and running."""
        with self._transaction():
            self._release_dead(now)
            # Several missed turns are made up once: the newest due slot stands for the older ones.
            self._db.execute(
                "UPDATE slots AS old SET state = 'skipped' WHERE state = 'due' AND EXISTS ("
                "SELECT 1 FROM slots WHERE job = old.job AND site = old.site AND due > old.due"
                " AND state = 'due')"
            )
            for job, site, due in self._db.execute(
                "SELECT job, site, due FROM slots AS mine WHERE state = 'due'"
                " AND coalesce(not_before, '') <= ?"
                " AND NOT EXISTS (SELECT 1 FROM slots WHERE site = mine.site AND state = 'running')"
                " ORDER BY due, job, site",
                (_text(now),),
            ).fetchall():
                if (job, site) not in planned:
                    continue
                self._db.execute(
                    "UPDATE slots SET state = 'running', owner = ?, lease = ?, started = ?, ended = NULL,"
                    " exit_code = NULL, attempts = attempts + 1 WHERE job = ? AND site = ? AND due = ?",
                    (self.owner, _text(now + self._lease), _text(now), job, site, due),
                )
                return Slot(job, site, _moment(due))
        return None

    def renew(self, now: datetime) -> None:
        """Prolongs the lease of everything that this owner runs."""
        self._db.execute(
            "UPDATE slots SET lease = ? WHERE owner = ? AND state = 'running'",
            (_text(now + self._lease), self.owner),
        )

    def began(self, slot: Slot, log: Path) -> None:
        """Notes where the running slot writes its log."""
        self._set(slot, "log = ?", str(log))

    def finish(self, slot: Slot, exit_code: int, now: datetime) -> None:
        """The slot's process ended by itself."""
        self._set(slot, "state = 'done', ended = ?, exit_code = ?", _text(now), exit_code)

    def put_back(self, slot: Slot, not_before: datetime) -> None:
        """The slot's site was busy: due again later, and this attempt does not count."""
        self._set(
            slot, "state = 'due', attempts = attempts - 1, not_before = ?, owner = NULL", _text(not_before)
        )

    def killed(self, slot: Slot, exit_code: int, now: datetime) -> bool:
        """The slot's process was killed: due again (True), or lost where that was its last attempt."""
        self._set(
            slot,
            f"state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END, ended = ?, exit_code = ?",
            _text(now),
            exit_code,
        )
        run = self.latest(slot.job, slot.site)
        return run is not None and run.state == "due"

    def latest(self, job: str, site: str) -> Run | None:
        """What became of the job's newest slot for the site that anybody began."""
        row = self._db.execute(
            "SELECT due, state, attempts, started, ended, exit_code, log FROM slots"
            " WHERE job = ? AND site = ? AND started IS NOT NULL ORDER BY due DESC LIMIT 1",
            (job, site),
        ).fetchone()
        if row is None:
            return None
        due, state, attempts, started, ended, exit_code, log = row
        return Run(
            Slot(job, site, _moment(due)),
            state,
            attempts,
            _moment(started),
            None if ended is None else _moment(ended),
            exit_code,
            log,
        )

    def _release_dead(self, now: datetime) -> None:
        """Slots whose scheduler is gone are due again, or lost where they were repeated already."""
        for job, site, due, owner, lease in self._db.execute(
            "SELECT job, site, due, owner, lease FROM slots WHERE state = 'running' AND owner != ?",
            (self.owner,),
        ).fetchall():
            if lease < _text(now) or _owner_is_gone(owner):
                self._db.execute(
                    f"UPDATE slots SET state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END,"
                    " ended = ? WHERE job = ? AND site = ? AND due = ?",
                    (_text(now), job, site, due),
                )

    def _set(self, slot: Slot, assignments: str, *values: object) -> None:
        """Changes a slot that this owner runs; one that another scheduler took over stays theirs."""
        self._db.execute(
            f"UPDATE slots SET {assignments} WHERE job = ? AND site = ? AND due = ?"
            " AND owner = ? AND state = 'running'",
            (*values, slot.job, slot.site, _text(slot.due), self.owner),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One write transaction, begun at once so that two schedulers take turns."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _owner_is_gone(owner: str) -> bool:
    """True where the owner ran on this machine and no process has its number any more."""
    host, pid, _ = owner.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
