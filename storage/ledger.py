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

_SCHEMA_VERSION = 4
_SCHEMA = """
CREATE TABLE archive (identity TEXT NOT NULL);
CREATE TABLE segments (site TEXT, key TEXT, PRIMARY KEY (site, key)) WITHOUT ROWID;
CREATE TABLE captures (
    segment TEXT NOT NULL, number INTEGER NOT NULL, site TEXT NOT NULL, run TEXT NOT NULL,
    asked TEXT NOT NULL, received TEXT NOT NULL, sound INTEGER NOT NULL, document INTEGER NOT NULL,
    url TEXT, sha256 TEXT, page TEXT, line BLOB NOT NULL,
    PRIMARY KEY (segment, number));
CREATE INDEX captures_by_question ON captures (site, asked, received, segment, number);
CREATE INDEX captures_by_time ON captures (site, received, segment, number);
CREATE INDEX documents_by_address ON captures (site, url, received, segment, number) WHERE document;
CREATE INDEX documents_by_body ON captures (site, sha256, url, sound, asked) WHERE document;
CREATE INDEX documents_by_page ON captures (site, page, url) WHERE document AND page IS NOT NULL;
CREATE TABLE bodies (sha256 TEXT PRIMARY KEY, read_back INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (site TEXT, key TEXT, record BLOB NOT NULL, PRIMARY KEY (site, key));
CREATE TABLE predecessors (site TEXT, sha256 TEXT, PRIMARY KEY (site, sha256)) WITHOUT ROWID;
CREATE TABLE sites (
    site TEXT PRIMARY KEY, generation INTEGER NOT NULL, published INTEGER NOT NULL,
    corrections TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
"""
_ADD_BODY = """INSERT INTO bodies VALUES (?, ?)
    ON CONFLICT DO UPDATE SET read_back = max(read_back, excluded.read_back)"""
_PAGE_OF_RUNS = 10
"""Run records read at a time: each names every address of its site."""
_CACHE = 8_000
"""KiB of the file that SQLite keeps in memory; with its own 2,000 indexing a history takes a sixth longer."""
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
        return set(self._first("SELECT key FROM segments WHERE site = ?", site))

    def add_segments(
        self, site: str, segments: Iterable[tuple[str, Sequence[tuple[bytes, Capture]]]], *, ours: bool
    ) -> int:
        """Index segments, given as key and lines with their captures; returns the number of captures added.

        They make the site dirty. `ours`: this machine read the bodies back.
        """
        added = 0
        with self._transaction() as run:
            for key, lines in segments:
                new = run("INSERT OR IGNORE INTO segments VALUES (?, ?)", (site, key)).rowcount
                for number, (line, capture) in enumerate(lines):
                    row = _row(key, number, line, capture)
                    run("INSERT OR IGNORE INTO captures VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)
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

    def sound_before(self, capture: Capture) -> str | None:
        """The digest of the last sound body that other runs had got at its address before that capture."""
        rows = self._all(
            "SELECT line FROM captures WHERE site = ? AND asked = ? AND sound AND run != ? AND received < ? "
            "ORDER BY received DESC, segment DESC, number DESC LIMIT 1",
            capture.site,
            capture.asked,
            capture.run,
            capture.received.isoformat(timespec="microseconds"),
        )
        return Capture.from_line(rows[0][0]).sha256 if rows else None

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

    # ------------------------------------------------------------------ documents

    def newest(self) -> int:
        """Where the captures end now: asked up to there, documents stay as they are, whoever writes."""
        return int(self._first("SELECT coalesce(max(rowid), 0) FROM captures")[0])

    def addresses(self, site: str, upto: int, after: str) -> list[str]:
        """The next addresses of the site's documents, in order, at most a thousand."""
        return self._first(
            "SELECT DISTINCT url FROM captures WHERE site = ? AND document AND rowid <= ? AND url > ? "
            "ORDER BY url LIMIT 1000",
            site,
            upto,
            after,
        )

    def documents_at(self, site: str, upto: int, url: str) -> list[Capture]:
        """The captures of documents at an address, oldest first."""
        lines = self._first(
            "SELECT line FROM captures WHERE site = ? AND document AND rowid <= ? AND url = ? "
            "ORDER BY received, segment, number",
            site,
            upto,
            url,
        )
        return [Capture.from_line(line) for line in lines]

    def addresses_of(self, site: str, upto: int, sha256: str) -> list[str]:
        """The addresses of documents that answered with that body, in order."""
        return self._first(
            "SELECT DISTINCT url FROM captures WHERE site = ? AND document AND rowid <= ? AND sha256 = ? "
            "ORDER BY url",
            site,
            upto,
            sha256,
        )

    def addresses_on(self, site: str, upto: int, page: str) -> list[str]:
        """The addresses of documents that a page is said to have linked to, in order."""
        return self._first(
            "SELECT DISTINCT url FROM captures WHERE site = ? AND document AND rowid <= ? AND page = ? "
            "ORDER BY url",
            site,
            upto,
            page,
        )

    def shared(self, site: str, questions: int) -> list[str]:
        """The bodies that so many questions and more were soundly answered with."""
        return self._first(
            "SELECT sha256 FROM captures WHERE site = ? AND document AND sound "
            "GROUP BY sha256 HAVING count(DISTINCT asked) >= ?",
            site,
            questions,
        )

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

    def forget(self, site: str) -> None:
        """Forget what was followed of the site's journal and runs, and what of it is published."""
        with self._transaction() as run:
            for table in ("segments", "captures", "runs", "predecessors"):
                run(f"DELETE FROM {table} WHERE site = ?", (site,))
            _make_dirty(run, site)

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
        return set(self._first("SELECT key FROM runs WHERE site = ?", site))

    def add_runs(self, site: str, records: Iterable[tuple[str, bytes]]) -> list[str]:
        """Remember run records, given as key and bytes; returns the keys of those that are none."""
        foreign = []
        with self._transaction() as run:
            for key, record in records:
                previous = _previous(record)
                if previous is None:
                    foreign.append(key)
                    continue
                run("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", (site, key, record))
                for sha256 in previous:
                    run("INSERT OR IGNORE INTO predecessors VALUES (?, ?)", (site, sha256))
        return foreign

    def runs(self, site: str, after: str) -> list[tuple[str, dict[str, Any]]]:
        """The site's next run records after a key, with their keys, oldest first, a few at a time."""
        rows = self._all(
            "SELECT key, record FROM runs WHERE site = ? AND key > ? ORDER BY key LIMIT ?",
            site,
            after,
            _PAGE_OF_RUNS,
        )
        return [(key, json.loads(record)) for key, record in rows]

    def named_runs(self, site: str) -> set[str]:
        """The digests of run records that another of the site names as previous."""
        return set(self._first("SELECT sha256 FROM predecessors WHERE site = ?", site))

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
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE}")

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

    def _first(self, statement: str, *values: Any) -> list[Any]:
        """The first column of what `_all` gives."""
        return [row[0] for row in self._all(statement, *values)]

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
    asked, page = capture.asked, capture.hints.get("parent")
    found = (capture.url, capture.sha256, str(page) if page else None) if document else (None, None, None)
    return key, number, capture.site, capture.run, asked, received, capture.sound, document, *found, line


def _previous(record: bytes) -> list[str] | None:
    """The digests of the run records that one names as previous; None where it is no run record."""
    try:
        return [str(sha256) for sha256 in json.loads(record).get("previous", ())]
    except (ValueError, AttributeError, TypeError):
        return None


def _make_dirty(run: Any, site: str) -> None:
    run(
        "INSERT INTO sites (site, generation, published) VALUES (?, 1, 0) "
        "ON CONFLICT DO UPDATE SET generation = generation + 1",
        (site,),
    )


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None
