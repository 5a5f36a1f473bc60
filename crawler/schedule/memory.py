"""The SQLite file of the scheduler's memory: made, opened, kept whole.

It knows its tables and nothing of what they are for; `slots` does.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable

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


class Memory:
    """The open file. Its methods raise `ArchiveUnusable` where the disk is full or fails."""

    def __init__(self, path: Path, *, mend: bool) -> None:
        """Opens the file, creating it where it is new; `mend`: one that is corrupt is put aside."""
        self.path = path
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
        """Closes the file."""
        self._db.close()

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


def _put_aside(path: Path) -> Path:
    """Renames a corrupt file and what SQLite keeps beside it."""
    aside = path.with_name(f"{path.name}.corrupt-{os.urandom(3).hex()}")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.rename(aside)
    return aside
