"""Which objects of a place this machine has read back and found right: a cache, in one SQLite file.

Losing it costs reading them once more. It must not read or write the store.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS copy (identity TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verified (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_BATCH = 500
_REMEDY = "set GONGKAI_STATE to another folder"


class Verified:
    """The keys of one place that were verified, while it holds one archive. Threads may share it."""

    def __init__(self, path: Path, identity: str) -> None:
        """Open what is remembered at `path`; begin anew if it is corrupt or of another archive."""
        self._path = path
        self._lock = threading.Lock()
        self._new: set[str] = set()
        with disk_errors(path, _REMEDY):
            make_folder(path.parent)
        try:
            self._begin(identity)
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.DatabaseError:
            self._connection.close()
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._begin(identity)

    def __contains__(self, key: str) -> bool:
        with self._lock, self._errors():
            if key in self._new:
                return True
            return bool(self._connection.execute("SELECT 1 FROM verified WHERE key = ?", (key,)).fetchone())

    def add(self, key: str) -> None:
        """Remember a key, at the latest at the next `commit`."""
        with self._lock:
            self._new.add(key)
        if len(self._new) >= _BATCH:
            self.commit()

    def commit(self) -> None:
        """Write down what was added."""
        with self._lock, self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT OR IGNORE INTO verified VALUES (?)", [(key,) for key in sorted(self._new)]
            )
            self._connection.execute("COMMIT")
            self._new.clear()

    def close(self) -> None:
        """Write down what was added and close the file."""
        try:
            self.commit()
        finally:
            self._connection.close()

    def _begin(self, identity: str) -> None:
        self._connection = sqlite3.connect(
            self._path, timeout=60, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(_SCHEMA)
        if self._connection.execute("SELECT identity FROM copy").fetchall() != [(identity,)]:
            self._connection.executescript("BEGIN IMMEDIATE; DELETE FROM verified; DELETE FROM copy;")
            self._connection.execute("INSERT INTO copy VALUES (?)", (identity,))
            self._connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> ArchiveUnusable:
        return ArchiveUnusable(f"{self._path} cannot be used ({error}). Free space, or {_REMEDY}.")
