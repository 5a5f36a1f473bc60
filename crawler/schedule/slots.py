"""What is due, running and done: the scheduler's memory, one SQLite file.

A *slot* is one turn of one job at one due moment: a site's crawl, or a job of the whole archive (`_verify`).
Slots are unique rows, claimed with a lease that the claimer renews while it lives: two schedulers cannot both
run one, and a slot whose scheduler was killed comes back. APScheduler promises neither.

This module owns the file. It must not start processes, read the time (every method is told it) or
know what a crawl is.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable

ATTEMPTS = 2
"""What was killed is repeated so many times less one; then it is given up until its next slot."""
LEASE = timedelta(minutes=1)
"""For how long a scheduler that says nothing is believed to live."""
AHEAD = timedelta(hours=1)
"""What lies further in the future than this was written by a clock that was wrong."""

IN_MEMORY = Path(":memory:")
"""In place of a file: for a look at what nobody has begun."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS known (      -- since when a job is planned for a site: nothing older is made up
    job TEXT, site TEXT, cron TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (job, site)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slots (      -- moments are UTC, ISO 8601, so that they sort as text
    job TEXT, site TEXT, due TEXT,
    state TEXT NOT NULL CHECK (state IN ('due', 'running', 'done', 'skipped', 'lost')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,                    -- busy or failed: not again before this moment
    owner TEXT, lease TEXT,             -- who runs it, and until when that is believed
    started TEXT, ended TEXT, exit_code INTEGER, log TEXT,
    PRIMARY KEY (job, site, due)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS slots_by_state ON slots (state, site);
CREATE TABLE IF NOT EXISTS schedulers ( -- who is, or was, at work on this file
    owner TEXT PRIMARY KEY, host TEXT NOT NULL, started TEXT NOT NULL, seen TEXT NOT NULL,
    turns INTEGER NOT NULL
) WITHOUT ROWID;
"""
_LATER = (
    ("slots", "process", "TEXT"),  # pid and what tells it from a later one of that number
    ("slots", "busy", "INTEGER NOT NULL DEFAULT 0"),  # how often in a row the site was busy
    (
        "slots",
        "failures",
        "INTEGER NOT NULL DEFAULT 0",
    ),  # how often in a row it failed in a way that may pass
    ("slots", "failed", "TEXT"),  # when it last did
    ("slots", "note", "TEXT NOT NULL DEFAULT ''"),  # what the exit code does not say
    ("schedulers", "stopped", "INTEGER NOT NULL DEFAULT 0"),  # in order, not killed
)
"""Table, name and type of columns that a file of an older version lacks."""
_RUN = "due, state, attempts, started, ended, exit_code, log, not_before, note"


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of one job at one due moment."""

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
    not_before: datetime | None = None
    """Where it is due again: not before this moment."""
    note: str = ""
    """What the exit code does not say: that it was stopped at a limit, …"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A running slot whose scheduler is gone."""

    slot: Slot
    process: str
    """As `began` noted it."""
    started: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A scheduler that works, or worked, on this file."""

    owner: str
    host: str
    started: datetime
    seen: datetime
    turns: int
    stopped: bool = False
    """Whether it ended in order."""

    def lives(self, now: datetime) -> bool:
        """Whether it is at work, as far as its last word tells."""
        return not self.stopped and now - LEASE <= self.seen


class Slots:
    """The slots of one state folder, shared by every scheduler that uses the folder.

    Every method raises `ArchiveUnusable` where the disk is full or fails; what was noted before stays.
    """

    def __init__(self, path: Path, *, lease: timedelta = LEASE, mend: bool = False) -> None:
        """Opens the file, creating it where it is new; `mend`: one that is corrupt is put aside."""
        self.path = path
        self._lease = lease
        self.host = socket.gethostname()
        self.owner = f"{self.host}/{os.getpid()}/{os.urandom(4).hex()}"
        self.put_aside: Path | None = None
        """Where a corrupt file was moved: what was due in it is not known any more."""
        with disk_errors(path, "set GONGKAI_STATE to another folder"):
            make_folder(path.parent)
        with self._errors():
            try:
                self._open()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self._db.close()
                if not mend:
                    raise
                self.put_aside = _put_aside(path)
                self._open()

    def close(self) -> None:
        """Closes the file; what is running stays claimed until its lease ends."""
        with suppress(sqlite3.Error):
            self._db.execute("UPDATE schedulers SET stopped = 1 WHERE owner = ?", (self.owner,))
        self._db.close()

    # ------------------------------------------------------------------ what is due

    def standing(self, job: str, site: str, text: str, now: datetime) -> tuple[datetime, datetime | None]:
        """Since when the job is planned so for the site, and its newest slot's due moment, if any.

        A job, or a text of its trigger, that this file has not met before counts from `now`, which is
        remembered.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO known VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                " SET cron = excluded.cron, since = excluded.since WHERE cron != excluded.cron",
                (job, site, text, _text(now)),
            )
            since, done = db.execute(
                "SELECT since, (SELECT max(due) FROM slots WHERE job = ?1 AND site = ?2)"
                " FROM known WHERE job = ?1 AND site = ?2",
                (job, site),
            ).fetchone()
        return _moment(since), None if done is None else _moment(done)

    def planned(self, job: str, site: str) -> tuple[str, datetime, datetime | None] | None:
        """The text of the job's trigger, and as `standing`, noting nothing; None: it is not known."""
        with self._errors():
            row = self._db.execute(
                "SELECT cron, since, (SELECT max(due) FROM slots WHERE job = ?1 AND site = ?2)"
                " FROM known WHERE job = ?1 AND site = ?2",
                (job, site),
            ).fetchone()
        return None if row is None else (row[0], _moment(row[1]), None if row[2] is None else _moment(row[2]))

    def known_sites(self) -> list[str]:
        """Every site that was ever planned for on this machine, sorted."""
        with self._errors():
            return [row[0] for row in self._db.execute("SELECT DISTINCT site FROM known ORDER BY site")]

    def add(self, slot: Slot) -> None:
        """Makes a slot due, once."""
        with self._transaction() as db:
            key = (slot.job, slot.site, _text(slot.due))
            db.execute("INSERT OR IGNORE INTO slots (job, site, due, state) VALUES (?, ?, ?, 'due')", key)

    def forget_future(self, now: datetime) -> int:
        """Takes away what a clock that ran ahead wrote, so that it hides no turn to come; how many slots."""
        limit = _text(now + AHEAD)
        with self._transaction() as db:
            db.execute("UPDATE known SET since = ? WHERE since > ?", (_text(now), limit))
            db.execute(
                "UPDATE slots SET not_before = NULL WHERE not_before > ? AND due <= ?",
                (_text(now + 31 * AHEAD), limit),
            )
            return db.execute("DELETE FROM slots WHERE due > ? AND state != 'running'", (limit,)).rowcount

    # ------------------------------------------------------------------ claims

    def claim(self, now: datetime, hosts: Mapping[tuple[str, str], str]) -> Slot | None:
        """The oldest due slot of these (job, site) whose hosts are free, leased to this owner and running.

        `hosts`: what stands for the hosts that each asks; two with the same never run at once.
        """
        of_site = {site: host for (_, site), host in hosts.items()}
        with self._transaction() as db:
            # Several missed turns are made up once: the newest due slot stands for the older ones.
            db.execute(
                "UPDATE slots AS old SET state = 'skipped' WHERE state = 'due' AND EXISTS ("
                "SELECT 1 FROM slots WHERE job = old.job AND site = old.site AND due > old.due"
                " AND state = 'due')"
            )
            running = db.execute("SELECT site FROM slots WHERE state = 'running'").fetchall()
            taken = {of_site.get(site, site) for (site,) in running} | {site for (site,) in running}
            for job, site, due in db.execute(
                "SELECT job, site, due FROM slots WHERE state = 'due' AND coalesce(not_before, '') <= ?"
                " ORDER BY due, job, site",
                (_text(now),),
            ):
                if (job, site) not in hosts or site in taken or hosts[job, site] in taken:
                    continue
                db.execute(
                    "UPDATE slots SET state = 'running', owner = ?, lease = ?, started = ?, ended = NULL,"
                    " exit_code = NULL, process = NULL, note = '', not_before = NULL, attempts = attempts + 1"
                    " WHERE job = ? AND site = ? AND due = ?",
                    (self.owner, _text(now + self._lease), _text(now), job, site, due),
                )
                return Slot(job, site, _moment(due))
        return None

    def renew(self, now: datetime, started: datetime, turns: int) -> None:
        """Prolongs the lease of everything that this owner runs, and says that it lives."""
        with self._transaction() as db:
            db.execute(
                "UPDATE slots SET lease = ? WHERE owner = ? AND state = 'running'",
                (_text(now + self._lease), self.owner),
            )
            db.execute(
                "INSERT INTO schedulers (owner, host, started, seen, turns) VALUES (?1, ?2, ?3, ?4, ?5)"
                " ON CONFLICT DO UPDATE"
                " SET seen = excluded.seen, turns = excluded.turns",
                (self.owner, self.host, _text(started), _text(now), turns),
            )

    def orphans(self, now: datetime) -> list[Orphan]:
        """Running slots of schedulers that are gone, or have been silent for longer than a lease."""
        with self._errors():
            rows = self._db.execute(
                "SELECT job, site, due, coalesce(process, ''), started, owner, lease FROM slots"
                " WHERE state = 'running' AND owner != ?",
                (self.owner,),
            ).fetchall()
        return [
            Orphan(Slot(job, site, _moment(due)), process, _moment(started), owner)
            for job, site, due, process, started, owner, lease in rows
            if not _text(now) <= lease <= _text(now + 2 * self._lease) or _owner_is_gone(owner)
        ]

    def adopt(self, orphan: Orphan, now: datetime) -> bool:
        """Takes the orphan over, whose process lives; False where another was quicker."""
        return self._take(orphan, "owner = ?, lease = ?", self.owner, _text(now + self._lease))

    def release(self, orphan: Orphan, now: datetime) -> bool:
        """Its process is gone, too: due again, or lost where it was repeated already; as `adopt`."""
        return self._take(
            orphan,
            f"state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END, ended = ?,"
            " note = 'its scheduler was killed'",
            _text(now),
        )

    # ------------------------------------------------------------------ what became of it

    def began(self, slot: Slot, process: str, log: Path | None) -> None:
        """Notes the running slot's process, and where it writes its log."""
        self._set(slot, "process = ?, log = ?", process, None if log is None else str(log))

    def finish(self, slot: Slot, exit_code: int | None, now: datetime, note: str = "") -> None:
        """The slot is done; None: nobody saw how its process ended."""
        self._set(slot, "state = 'done', ended = ?, exit_code = ?, note = ?", _text(now), exit_code, note)

    def again(
        self,
        slot: Slot,
        exit_code: int | None,
        now: datetime,
        not_before: datetime,
        *,
        busy: bool,
        note: str = "",
    ) -> None:
        """The slot is due again later, and this attempt does not count: its site was busy, or it failed."""
        count = "busy = busy + 1" if busy else "failures = failures + 1, failed = ?1, busy = 0"
        self._set(
            slot,
            f"state = 'due', attempts = attempts - 1, ended = ?, exit_code = ?, not_before = ?, note = ?,"
            f" {count}",
            _text(now),
            exit_code,
            _text(not_before),
            note,
        )

    def history(self, slot: Slot) -> tuple[int, int, datetime | None]:
        """How often in a row the slot's site was busy, how often it failed, and when it last did."""
        with self._errors():
            busy, failures, failed = self._db.execute(
                "SELECT busy, failures, failed FROM slots WHERE job = ? AND site = ? AND due = ?",
                (slot.job, slot.site, _text(slot.due)),
            ).fetchone()
        return busy, failures, None if failed is None else _moment(failed)

    def stopped(self, slot: Slot, exit_code: int | None, now: datetime) -> None:
        """The scheduler itself stopped it: due again, at once, and this attempt does not count."""
        self._set(
            slot,
            "state = 'due', attempts = attempts - 1, ended = ?, exit_code = ?,"
            " note = 'stopped with the scheduler'",
            _text(now),
            exit_code,
        )

    def killed(self, slot: Slot, exit_code: int | None, now: datetime, note: str = "") -> bool:
        """The slot's process was killed: due again (True), or lost where that was its last attempt."""
        self._set(
            slot,
            f"state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END, ended = ?, exit_code = ?,"
            " note = ?",
            _text(now),
            exit_code,
            note,
        )
        run = self.latest(slot.job, slot.site)
        return run is not None and run.state == "due"

    def latest(self, job: str, site: str) -> Run | None:
        """What became of the job's newest slot for the site that anybody began."""
        with self._errors():
            row = self._db.execute(
                f"SELECT {_RUN} FROM slots"
                " WHERE job = ? AND site = ? AND started IS NOT NULL ORDER BY due DESC LIMIT 1",
                (job, site),
            ).fetchone()
        return None if row is None else _run(job, site, row)

    def open_slots(self) -> list[Run]:
        """Every slot that is due or running, oldest first."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT job, site, {_RUN} FROM slots WHERE state IN ('due', 'running')"
                " ORDER BY due, job, site"
            ).fetchall()
        return [_run(job, site, rest) for job, site, *rest in rows]

    def schedulers(self) -> list[Seen]:
        """Who is at work on this file, as each last said; those that were killed, too."""
        with self._errors():
            rows = self._db.execute(
                "SELECT owner, host, started, seen, turns, stopped FROM schedulers"
            ).fetchall()
        return [
            Seen(owner, host, _moment(started), _moment(seen), turns, bool(stopped))
            for owner, host, started, seen, turns, stopped in rows
        ]

    def tidy(self, before: datetime) -> None:
        """Takes away what was due before that, but for each job's newest slot, and schedulers long gone."""
        with self._transaction() as db:
            db.execute(
                "DELETE FROM slots AS old WHERE state IN ('done', 'skipped', 'lost') AND due < ? AND EXISTS ("
                "SELECT 1 FROM slots WHERE job = old.job AND site = old.site AND due > old.due"
                " AND started IS NOT NULL)",
                (_text(before),),
            )
            # What is still due then is not planned any more.
            db.execute("DELETE FROM slots WHERE state = 'due' AND due < ?", (_text(before),))
            db.execute("DELETE FROM schedulers WHERE seen < ?", (_text(before),))

    # ------------------------------------------------------------------ the file

    def _open(self) -> None:
        self._db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        if self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("it is malformed")
        for table, name, kind in _LATER:
            if name not in {row[1] for row in self._db.execute(f"PRAGMA table_info({table})")}:
                # Another scheduler may be at it just now.
                with suppress(sqlite3.OperationalError):
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    def _set(self, slot: Slot, assignments: str, *values: object) -> None:
        """Changes a slot that this owner runs; one that another scheduler took over stays theirs."""
        with self._errors():
            self._db.execute(
                f"UPDATE slots SET {assignments} WHERE job = ? AND site = ? AND due = ?"
                " AND owner = ? AND state = 'running'",
                (*values, slot.job, slot.site, _text(slot.due), self.owner),
            )

    def _take(self, orphan: Orphan, assignments: str, *values: object) -> bool:
        slot = orphan.slot
        with self._errors():
            done = self._db.execute(
                f"UPDATE slots SET {assignments} WHERE job = ? AND site = ? AND due = ?"
                " AND owner = ? AND state = 'running'",
                (*values, slot.job, slot.site, _text(slot.due), orphan.owner),
            )
        return done.rowcount == 1

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction, begun at once so that two schedulers take turns."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk ends the transaction by itself
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ArchiveUnusable(
                f"{self.path} cannot be used ({error}). Free space, mend the folder's rights, "
                "or set GONGKAI_STATE to another folder."
            ) from error


def _run(job: str, site: str, row: tuple[object, ...] | list[object]) -> Run:
    due, state, attempts, started, ended, exit_code, log, not_before, note = row
    assert isinstance(attempts, int)
    assert exit_code is None or isinstance(exit_code, int)
    return Run(
        Slot(job, site, _moment(str(due))),
        str(state),
        attempts,
        None if started is None else _moment(str(started)),
        None if ended is None else _moment(str(ended)),
        exit_code,
        None if log is None else str(log),
        None if not_before is None else _moment(str(not_before)),
        str(note),
    )


def _put_aside(path: Path) -> Path:
    """Renames a corrupt file and what SQLite keeps beside it."""
    aside = path.with_name(f"{path.name}.corrupt-{os.urandom(3).hex()}")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.rename(aside)
    return aside


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
