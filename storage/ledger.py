"""The ledger: what this machine knows of an archive, in one SQLite file. A cache and nothing more.

It remembers which journal segments and run records were followed, the captures in them, which
bodies were read back, and which sites have captures that are not published. It is never asked for
anything that the archive could not tell again; lost, corrupt, of an older schema or of another
archive at the same address, it begins anew. It must not read or write the store.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable, LedgerLost
from storage.journal import Capture

Place = tuple[str, str, int]
"""Where a capture stands in the order of time: received, segment, line."""

_SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE archive (identity TEXT NOT NULL);
CREATE TABLE segments (key TEXT PRIMARY KEY, site TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE captures (
    segment TEXT NOT NULL, number INTEGER NOT NULL, site TEXT NOT NULL, run TEXT NOT NULL,
    asked TEXT NOT NULL, received TEXT NOT NULL, sound INTEGER NOT NULL, document INTEGER NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (segment, number));
CREATE INDEX captures_by_question ON captures (site, asked, received, segment, number);
CREATE INDEX captures_by_time ON captures (site, received, segment, number);
CREATE TABLE bodies (sha256 TEXT PRIMARY KEY, read_back INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (key TEXT PRIMARY KEY, site TEXT NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sites (
    site TEXT PRIMARY KEY, generation INTEGER NOT NULL, published INTEGER NOT NULL,
    corrections TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
"""
_ADD_BODY = """INSERT INTO bodies VALUES (?, ?)
    ON CONFLICT DO UPDATE SET read_back = max(read_back, excluded.read_back)"""
_NOT_THE_FILE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
}
_REMEDY = "set GONGKAI_STATE to another folder"


class Ledger:
    """The ledger of one archive on this machine; threads and processes may share it.

    Every method raises `LedgerLost` when the file turned out corrupt: call `renew`, follow the journal again,
    and ask again. It raises `ArchiveUnusable` when the disk is to blame.
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open the ledger at `path` for the archive of this identity, or begin it anew."""
        self._path = path
        self._identity = identity
        self._lock = threading.RLock()
        self._opening = FileLock(f"{path}.lock", thread_local=False)
        with disk_errors(path, _REMEDY):
            make_folder(path.parent)
            with self._opening:
                self._open_or_begin()

    def renew(self) -> None:
        """Begin anew, unless another process has done so since this one opened the file."""
        with self._lock, disk_errors(self._path, _REMEDY), self._opening:
            self._connection.close()
            if _inode(self._path) == self._inode:
                self._delete()
            self._open_or_begin()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # ------------------------------------------------------------------ journal

    def segments(self, site: str) -> set[str]:
        """The keys of the site's journal segments that were followed."""
        return {key for (key,) in self._all("SELECT key FROM segments WHERE site = ?", site)}

    def add_segments(
        self, site: str, segments: Iterable[tuple[str, Sequence[tuple[bytes, Capture]]]], *, ours: bool
    ) -> int:
        """Index segments, given as key and lines with their captures; returns the number of captures added.

        They make the site dirty. `ours`: this machine read the bodies back.
        """
        added = 0
        with self._transaction() as run:
            for key, lines in segments:
                new = run("INSERT OR IGNORE INTO segments VALUES (?, ?)", (key, site)).rowcount
                for number, (line, capture) in enumerate(lines):
                    row = _row(key, number, line, capture)
                    run("INSERT OR IGNORE INTO captures VALUES (?,?,?,?,?,?,?,?,?)", row)
                    if capture.sha256 is not None:
                        run(_ADD_BODY, (capture.sha256, ours))
                added += len(lines) * new
            if added:
                _make_dirty(run, site)
        return added

    def latest(self, site: str, asked: str, *, sound: bool = True) -> Capture | None:
        """See `Archive.latest` and `Archive.last`."""
        rows = self._all(
            "SELECT line FROM captures WHERE site = ? AND asked = ? AND sound >= ? "
            "ORDER BY received DESC, segment DESC, number DESC LIMIT 1",
            site,
            asked,
            sound,
        )
        return Capture.from_line(rows[0][0]) if rows else None

    def captures(
        self, site: str, after: Place, *, run: str | None, documents: bool
    ) -> list[tuple[Place, Capture]]:
        """The next captures of the site after a place, oldest first, at most a thousand.

        Of one run, or only those of documents.
        """
        rows = self._all(
            "SELECT received, segment, number, line FROM captures WHERE site = ? "
            "AND (received, segment, number) > (?, ?, ?) AND document >= ? AND coalesce(run = ?, TRUE) "
            "ORDER BY received, segment, number LIMIT 1000",
            site,
            *after,
            documents,
            run,
        )
        return [((row[0], row[1], row[2]), Capture.from_line(row[3])) for row in rows]

    # ------------------------------------------------------------------ bodies

    def body_state(self, sha256: str) -> bool | None:
        """True: this machine read the body back. False: the journal names it. None: never heard of."""
        rows = self._all("SELECT read_back FROM bodies WHERE sha256 = ?", sha256)
        return bool(rows[0][0]) if rows else None

    def forget_body(self, sha256: str) -> None:
        """The body is not there any more, or not what it was: it has never been heard of."""
        with self._transaction() as run:
            run("DELETE FROM bodies WHERE sha256 = ?", (sha256,))

    # ------------------------------------------------------------------ sites and runs

    def generation(self, site: str) -> int:
        """0 if everything is published, else the generation of what is not."""
        rows = self._all("SELECT generation FROM sites WHERE site = ? AND published < generation", site)
        return int(rows[0][0]) if rows else 0

    def make_dirty(self, site: str) -> None:
        """Something of the site may be captured and not published from now on; durable on return."""
        with self._transaction() as run:
            _make_dirty(run, site)

    def mark_clean(self, site: str, generation: int | None, corrections: str) -> None:
        """What was captured up to `generation`, or at all, is published, with these corrections."""
        with self._transaction() as run:
            run(
                "UPDATE sites SET published = max(published, min(generation, coalesce(?, generation))), "
                "corrections = ? WHERE site = ?",
                (generation, corrections, site),
            )

    def corrections(self, site: str) -> str:
        """The digest of the corrections that the site was last published with; "" where there were none."""
        rows = self._all("SELECT corrections FROM sites WHERE site = ?", site)
        return str(rows[0][0]) if rows else ""

    def run_keys(self, site: str) -> set[str]:
        """The keys of the site's run records that were followed."""
        return {key for (key,) in self._all("SELECT key FROM runs WHERE site = ?", site)}

    def add_runs(self, site: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Remember run records, given as key and bytes."""
        with self._transaction() as run:
            for key, record in records:
                run("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", (key, site, record))

    def runs(self, site: str) -> list[tuple[str, dict[str, Any]]]:
        """The site's run records with their keys, oldest first."""
        rows = self._all("SELECT key, record FROM runs WHERE site = ? ORDER BY key", site)
        return [(key, json.loads(record)) for key, record in rows]

    # ------------------------------------------------------------------ SQLite

    def _open_or_begin(self) -> None:
        try:
            self._connect()
            sound = self._is_ours()
        except LedgerLost:
            sound = False
        if not sound:
            self._connection.close()
            self._delete()
            self._connect()
            with self._transaction() as run:
                for statement in _SCHEMA.split(";"):
                    run(statement, ())
                run("INSERT INTO archive VALUES (?)", (self._identity,))
                run(f"PRAGMA user_version = {_SCHEMA_VERSION}", ())
        self._inode = _inode(self._path)

    def _connect(self) -> None:
        with self._errors():
            self._connection = sqlite3.connect(
                self._path, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")

    def _is_ours(self) -> bool:
        if self._all("PRAGMA user_version")[0][0] != _SCHEMA_VERSION:
            return False
        return self._all("SELECT identity FROM archive") == [(self._identity,)]

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock, self._errors():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with self._lock, self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_THE_FILE:
                raise ArchiveUnusable(
                    f"The ledger {self._path} cannot be used ({error}). Free space, or {_REMEDY}."
                ) from error
            raise LedgerLost(f"The ledger {self._path} is corrupt ({error})") from error


def _row(key: str, number: int, line: bytes, capture: Capture) -> tuple[Any, ...]:
    answered = capture.sha256 is not None and capture.status in (200, 304)
    document = answered and capture.role in ("report", "attachment")
    received = capture.received.isoformat(timespec="microseconds")
    return key, number, capture.site, capture.run, capture.asked, received, capture.sound, document, line


def _make_dirty(run: Any, site: str) -> None:
    run(
        "INSERT INTO sites (site, generation, published) VALUES (?, 1, 0) "
        "ON CONFLICT DO UPDATE SET generation = generation + 1",
        (site,),
    )


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None
