"""Places for synthetic archives: a million objects in one file, or files that wait for no disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.errors import NotFound

Rows = list[tuple[Any, ...]]


class FileOfObjects:
    """A store in one SQLite file: quick to fill, and not durable. Each thread has a connection."""

    local = True

    def __init__(self, path: Path) -> None:
        self.url = path.as_uri()
        self._path = path
        self._threads = threading.local()
        self._run("CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID")

    def put(self, key: str, data: bytes) -> None:
        self._run("INSERT OR IGNORE INTO objects VALUES (?, ?)", key, data)

    def replace(self, key: str, data: bytes) -> None:
        self._run("REPLACE INTO objects VALUES (?, ?)", key, data)

    def get(self, key: str) -> bytes:
        rows = self._run("SELECT data FROM objects WHERE key = ?", key)
        if not rows:
            raise NotFound(key)
        return bytes(rows[0][0])

    def exists(self, key: str) -> bool:
        return bool(self._run("SELECT 1 FROM objects WHERE key = ?", key))

    def modified(self, key: str) -> datetime:
        return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)

    def remove(self, key: str) -> None:
        self._run("DELETE FROM objects WHERE key = ?", key)

    def list(self, prefix: str = "") -> Iterator[str]:
        # One bound below: with two SQLite seeks by the first and reads all that lies between.
        first, query = prefix, "SELECT key FROM objects WHERE key >= ? AND key < ? ORDER BY key LIMIT 1000"
        while rows := self._run(query, first, prefix + "\x7f"):
            yield from (row[0] for row in rows)
            first = rows[-1][0] + "\x01"

    def close(self) -> None:
        if hasattr(self._threads, "connection"):
            self._threads.connection.close()
            del self._threads.connection

    def begin(self) -> None:
        """From here until `commit` this thread's puts are one transaction, and others wait."""
        self._run("BEGIN")

    def commit(self) -> None:
        """Make what was put since `begin` visible to other threads."""
        self._run("COMMIT")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _run(self, statement: str, *values: Any) -> Rows:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = sqlite3.connect(self._path, timeout=60, isolation_level=None)
            self._threads.connection.execute("PRAGMA journal_mode = WAL")
            self._threads.connection.execute("PRAGMA synchronous = OFF")
        rows: Rows = self._threads.connection.execute(statement, values).fetchall()
        return rows


class Files:
    """Writes objects as files, without fsync."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        path = self._folder / key
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        path.write_bytes(data)
