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
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from crawler.schedule.memory import Memory
from crawler.schedule.rows import LEASE, RUN, Orphan, Run, Seen, Slot, moment, owner_is_gone, run_of, text

ATTEMPTS = 2
"""What was killed is repeated so many times less one; then it is given up until its next slot."""
AHEAD = timedelta(hours=1)
"""What lies further in the future than this was written by a clock that was wrong."""


class Slots(Memory):
    """The slots of one state folder, shared by every scheduler that uses the folder.

    Every method raises `ArchiveUnusable` where the disk is full or fails; what was noted before stays.
    """

    def __init__(self, path: Path, *, lease: timedelta = LEASE, mend: bool = False) -> None:
        """Opens the file, creating it where it is new; `mend`: one that is corrupt is put aside."""
        super().__init__(path, mend=mend)
        self._lease = lease
        self.host = socket.gethostname()
        self.owner = f"{self.host}/{os.getpid()}/{os.urandom(4).hex()}"

    def close(self) -> None:
        """Closes the file; what is running stays claimed until its lease ends."""
        with suppress(sqlite3.Error):
            self._db.execute("UPDATE schedulers SET stopped = 1 WHERE owner = ?", (self.owner,))
        super().close()

    # ------------------------------------------------------------------ what is due

    def standing(self, job: str, site: str, when: str, now: datetime) -> tuple[datetime, datetime | None]:
        """Since when the job is planned so for the site, and its newest slot's due moment, if any.

        `when` is the text of its trigger. A job, or such a text, that is new to this file counts from
        `now`, which is remembered.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT INTO known VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                " SET cron = excluded.cron, since = excluded.since WHERE cron != excluded.cron",
                (job, site, when, text(now)),
            )
            since, done = db.execute(
                "SELECT since, (SELECT max(due) FROM slots WHERE job = ?1 AND site = ?2)"
                " FROM known WHERE job = ?1 AND site = ?2",
                (job, site),
            ).fetchone()
        return moment(since), None if done is None else moment(done)

    def planned(self, job: str, site: str) -> tuple[str, datetime, datetime | None] | None:
        """The text of the job's trigger, and as `standing`, noting nothing; None: it is not known."""
        with self._errors():
            row = self._db.execute(
                "SELECT cron, since, (SELECT max(due) FROM slots WHERE job = ?1 AND site = ?2)"
                " FROM known WHERE job = ?1 AND site = ?2",
                (job, site),
            ).fetchone()
        return None if row is None else (row[0], moment(row[1]), None if row[2] is None else moment(row[2]))

    def known_sites(self) -> list[str]:
        """Every site that was ever planned for on this machine, sorted."""
        with self._errors():
            return [row[0] for row in self._db.execute("SELECT DISTINCT site FROM known ORDER BY site")]

    def add(self, slot: Slot) -> None:
        """Makes a slot due, once."""
        with self._transaction() as db:
            key = (slot.job, slot.site, text(slot.due))
            db.execute("INSERT OR IGNORE INTO slots (job, site, due, state) VALUES (?, ?, ?, 'due')", key)

    def forget_future(self, now: datetime) -> int:
        """Takes away what a clock that ran ahead wrote, so that it hides no turn to come; how many slots."""
        limit = text(now + AHEAD)
        with self._transaction() as db:
            db.execute("UPDATE known SET since = ? WHERE since > ?", (text(now), limit))
            db.execute(
                "UPDATE slots SET not_before = NULL WHERE not_before > ? AND due <= ?",
                (text(now + 31 * AHEAD), limit),
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
                (text(now),),
            ):
                if (job, site) not in hosts or site in taken or hosts[job, site] in taken:
                    continue
                db.execute(
                    "UPDATE slots SET state = 'running', owner = ?, lease = ?, started = ?, ended = NULL,"
                    " exit_code = NULL, process = NULL, note = '', not_before = NULL, attempts = attempts + 1"
                    " WHERE job = ? AND site = ? AND due = ?",
                    (self.owner, text(now + self._lease), text(now), job, site, due),
                )
                return Slot(job, site, moment(due))
        return None

    def renew(self, now: datetime, started: datetime, turns: int) -> None:
        """Prolongs the lease of everything that this owner runs, and says that it lives."""
        with self._transaction() as db:
            db.execute(
                "UPDATE slots SET lease = ? WHERE owner = ? AND state = 'running'",
                (text(now + self._lease), self.owner),
            )
            db.execute(
                "INSERT INTO schedulers (owner, host, started, seen, turns) VALUES (?1, ?2, ?3, ?4, ?5)"
                " ON CONFLICT DO UPDATE"
                " SET seen = excluded.seen, turns = excluded.turns",
                (self.owner, self.host, text(started), text(now), turns),
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
            Orphan(Slot(job, site, moment(due)), process, moment(started), owner)
            for job, site, due, process, started, owner, lease in rows
            if not text(now) <= lease <= text(now + 2 * self._lease) or owner_is_gone(owner)
        ]

    def adopt(self, orphan: Orphan, now: datetime) -> bool:
        """Takes the orphan over, whose process lives; False where another was quicker."""
        return self._take(orphan, "owner = ?, lease = ?", self.owner, text(now + self._lease))

    def release(self, orphan: Orphan, now: datetime) -> bool:
        """Its process is gone, too: due again, or lost where it was repeated already; as `adopt`."""
        return self._take(
            orphan,
            f"state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END, ended = ?,"
            " note = 'its scheduler was killed'",
            text(now),
        )

    # ------------------------------------------------------------------ what became of it

    def began(self, slot: Slot, process: str, log: Path | None) -> None:
        """Notes the running slot's process, and where it writes its log."""
        self._set(slot, "process = ?, log = ?", process, None if log is None else str(log))

    def finish(self, slot: Slot, exit_code: int | None, now: datetime, note: str = "") -> None:
        """The slot is done; None: nobody saw how its process ended."""
        self._set(slot, "state = 'done', ended = ?, exit_code = ?, note = ?", text(now), exit_code, note)

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
            text(now),
            exit_code,
            text(not_before),
            note,
        )

    def history(self, slot: Slot) -> tuple[int, int, datetime | None]:
        """How often in a row the slot's site was busy, how often it failed, and when it last did."""
        with self._errors():
            busy, failures, failed = self._db.execute(
                "SELECT busy, failures, failed FROM slots WHERE job = ? AND site = ? AND due = ?",
                (slot.job, slot.site, text(slot.due)),
            ).fetchone()
        return busy, failures, None if failed is None else moment(failed)

    def stopped(self, slot: Slot, exit_code: int | None, now: datetime) -> None:
        """The scheduler itself stopped it: due again, at once, and this attempt does not count."""
        self._set(
            slot,
            "state = 'due', attempts = attempts - 1, ended = ?, exit_code = ?,"
            " note = 'stopped with the scheduler'",
            text(now),
            exit_code,
        )

    def killed(self, slot: Slot, exit_code: int | None, now: datetime, note: str = "") -> bool:
        """The slot's process was killed: due again (True), or lost where that was its last attempt."""
        self._set(
            slot,
            f"state = CASE WHEN attempts < {ATTEMPTS} THEN 'due' ELSE 'lost' END, ended = ?, exit_code = ?,"
            " note = ?",
            text(now),
            exit_code,
            note,
        )
        run = self.latest(slot.job, slot.site)
        return run is not None and run.state == "due"

    def latest(self, job: str, site: str) -> Run | None:
        """What became of the job's newest slot for the site that anybody began."""
        with self._errors():
            row = self._db.execute(
                f"SELECT {RUN} FROM slots"
                " WHERE job = ? AND site = ? AND started IS NOT NULL ORDER BY due DESC LIMIT 1",
                (job, site),
            ).fetchone()
        return None if row is None else run_of(job, site, row)

    def open_slots(self) -> list[Run]:
        """Every slot that is due or running, oldest first."""
        with self._errors():
            rows = self._db.execute(
                f"SELECT job, site, {RUN} FROM slots WHERE state IN ('due', 'running')"
                " ORDER BY due, job, site"
            ).fetchall()
        return [run_of(job, site, rest) for job, site, *rest in rows]

    def schedulers(self) -> list[Seen]:
        """Who is at work on this file, as each last said; those that were killed, too."""
        with self._errors():
            rows = self._db.execute(
                "SELECT owner, host, started, seen, turns, stopped FROM schedulers"
            ).fetchall()
        return [
            Seen(owner, host, moment(started), moment(seen), turns, bool(stopped))
            for owner, host, started, seen, turns, stopped in rows
        ]

    def tidy(self, before: datetime, planned: Collection[tuple[str, str]]) -> None:
        """Takes away what was due before that, but for each job's newest slot, and schedulers long gone.

        What is due still, of a (job, site) that is `planned`, stays.
        """
        with self._transaction() as db:
            db.execute(
                "DELETE FROM slots AS old WHERE state IN ('done', 'skipped', 'lost') AND due < ? AND EXISTS ("
                "SELECT 1 FROM slots WHERE job = old.job AND site = old.site AND due > old.due"
                " AND started IS NOT NULL)",
                (text(before),),
            )
            left = db.execute(
                "SELECT DISTINCT job, site FROM slots WHERE state = 'due' AND due < ?", (text(before),)
            ).fetchall()
            db.executemany(
                "DELETE FROM slots WHERE state = 'due' AND due < ? AND job = ? AND site = ?",
                [(text(before), *key) for key in left if key not in planned],
            )
            db.execute("DELETE FROM schedulers WHERE seen < ?", (text(before),))

    def _set(self, slot: Slot, assignments: str, *values: object) -> None:
        """Changes a slot that this owner runs; one that another scheduler took over stays theirs."""
        with self._errors():
            self._db.execute(
                f"UPDATE slots SET {assignments} WHERE job = ? AND site = ? AND due = ?"
                " AND owner = ? AND state = 'running'",
                (*values, slot.job, slot.site, text(slot.due), self.owner),
            )

    def _take(self, orphan: Orphan, assignments: str, *values: object) -> bool:
        slot = orphan.slot
        with self._errors():
            done = self._db.execute(
                f"UPDATE slots SET {assignments} WHERE job = ? AND site = ? AND due = ?"
                " AND owner = ? AND state = 'running'",
                (*values, slot.job, slot.site, text(slot.due), orphan.owner),
            )
        return done.rowcount == 1
