"""What one verification has seen, and what the machine remembers of those before it, in one SQLite file.

The tables of the verification itself are temporary and lie on the disk, so that a million objects need
no memory. What is remembered is when each body was last found sound, which segments and records were,
and the verification under way: a cache. Lost, it costs time, and that what is gone without a trace in
the archive is noticed one verification later. It must not read a store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable
from storage.findings import CODES, Finding
from storage.keys import Place, digest

_VERSION = 2
_REMEMBERED = """
CREATE TABLE archive (identity TEXT NOT NULL);
CREATE TABLE bodies (sha256 TEXT PRIMARY KEY, checked TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE kept (key TEXT PRIMARY KEY, checked TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE readings (key TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE under_way (scope TEXT PRIMARY KEY, started TEXT NOT NULL) WITHOUT ROWID;
"""
_TEMPORARY = """
CREATE TEMP TABLE objects (key TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID;
CREATE INDEX temp.by_digest ON objects (digest) WHERE key < 'parses/' OR key >= 'raw0';
CREATE TEMP TABLE named (sha256 TEXT PRIMARY KEY, size INTEGER, newest TEXT, segment TEXT) WITHOUT ROWID;
CREATE TEMP TABLE held (segment TEXT PRIMARY KEY, captures INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE committed (segment TEXT PRIMARY KEY, run TEXT) WITHOUT ROWID;
CREATE TEMP TABLE findings (code TEXT, key TEXT, message TEXT, PRIMARY KEY (code, key)) WITHOUT ROWID;
"""
_PAGE = 1000


class Catalogue:
    """The catalogue of one verification. Of one thread."""

    def __init__(self, path: Path, identity: str | None) -> None:
        """Open the file, or begin it anew where it is no such file or another archive's (None: unknown)."""
        self._path = path
        with disk_errors(path, "set GONGKAI_STATE to another folder"):
            make_folder(path.parent)
            try:
                sound = self._open(identity)
            except sqlite3.DatabaseError:
                sound = False
            if not sound:
                self._connection.close()
                for suffix in ("", "-wal", "-shm"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
                self._begin(identity)
        self._connection.executescript(_TEMPORARY)

    def close(self) -> None:
        """Close the file; the temporary tables go."""
        self._connection.commit()
        self._connection.close()

    # ------------------------------------------------------------------ objects

    def add_objects(self, objects: Iterable[tuple[str, Place]]) -> None:
        """Objects that the store lists."""
        self._many("INSERT OR IGNORE INTO objects VALUES (?, ?)", ((key, p.digest) for key, p in objects))

    def has(self, key: str) -> bool:
        """Whether the store lists the object."""
        return bool(self._all("SELECT 1 FROM objects WHERE key = ?", key))

    def holder(self, sha256: str, but: str) -> str | None:
        """The key of another object that is named by that digest."""
        rows = self._all(
            "SELECT key FROM objects WHERE (key = ? OR (digest = ? AND (key < 'parses/' OR key >= 'raw0'))) "
            "AND key != ? LIMIT 1",
            f"raw/{sha256[:2]}/{sha256}",
            sha256,
            but,
        )
        return str(rows[0][0]) if rows else None

    def keys(self, kind: str) -> Iterator[str]:
        """The keys of a kind in their order, a page at a time."""
        for row in self._pages("SELECT key FROM objects WHERE key > ? AND key < ? ORDER BY key", f"{kind}/"):
            yield row[0]

    def count(self, kind: str) -> int:
        """How many objects of a kind the store lists."""
        rows = self._all("SELECT count(*) FROM objects WHERE key > ? AND key < ?", f"{kind}/", f"{kind}0")
        return int(rows[0][0])

    # ------------------------------------------------------------------ references

    def add_segment(self, key: str, bodies: Iterable[tuple[str, int, str]], captures: int) -> None:
        """A sound segment: of each body digest, size (0: unknown) and time; the number of lines."""
        self._all("INSERT OR REPLACE INTO held VALUES (?, ?)", key, captures)
        self._many(
            "INSERT INTO named VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "size = max(size, excluded.size), newest = max(newest, excluded.newest)",
            ((sha256, size, when, key) for sha256, size, when in bodies),
        )

    def add_run(self, key: str, segments: Iterable[str]) -> None:
        """A sound run record and the segments that it commits."""
        self._many("INSERT OR REPLACE INTO committed VALUES (?, ?)", ((segment, key) for segment in segments))

    def captures(self, segments: Iterable[str]) -> int | None:
        """How many captures these segments hold; None where one of them is not sound."""
        counted = [self._all("SELECT captures FROM held WHERE segment = ?", key) for key in segments]
        return sum(rows[0][0] for rows in counted) if all(counted) else None

    def uncommitted(self) -> Iterator[str]:
        """Sound segments that no run record names."""
        rows = self._pages(
            "SELECT segment FROM held WHERE segment > ? AND segment < ? AND segment NOT IN "
            "(SELECT segment FROM committed) ORDER BY segment",
            "captures/",
        )
        yield from (row[0] for row in rows)

    def unlisted_segments(self) -> Iterator[tuple[str, str]]:
        """Segments that a run record names and the store does not list, with the record's key."""
        yield from self._pages(
            "SELECT segment, run FROM committed WHERE segment > ? AND segment < ? AND segment NOT IN "
            "(SELECT key FROM objects) ORDER BY segment",
            "captures/",
        )

    def unlisted_bodies(self) -> Iterator[tuple[str, str]]:
        """Digests that the journal names whose bodies the store does not list, with a segment's key."""
        yield from self._pages(
            "SELECT sha256, segment FROM named WHERE sha256 > ? AND sha256 < ? AND "
            "'raw/' || substr(sha256, 1, 2) || '/' || sha256 NOT IN (SELECT key FROM objects) "
            "ORDER BY sha256",
            "",
            "g",
        )

    def unnamed_bodies(self) -> Iterator[str]:
        """Keys of listed bodies that no line of the journal names."""
        for row in self._pages(
            "SELECT key FROM objects WHERE key > ? AND key < ? AND digest NOT IN (SELECT sha256 FROM named) "
            "ORDER BY key",
            "raw/",
        ):
            yield row[0]

    def named(self, sha256: str) -> tuple[int, str] | None:
        """The size of the body (0: unknown) and a segment that names it; None where none does."""
        rows = self._all("SELECT size, segment FROM named WHERE sha256 = ?", sha256)
        return (rows[0][0], rows[0][1]) if rows else None

    def list_named(self) -> None:
        """Take the bodies that the journal names for listed: where only some sites are looked at."""
        self._all(
            "INSERT OR IGNORE INTO objects SELECT 'raw/' || substr(sha256, 1, 2) || '/' || sha256, sha256 "
            "FROM named"
        )

    # ------------------------------------------------------------------ what to hash, and when it was

    def choose_bodies(self, started: str, *, budget: int | None, share: float | None, since: str) -> int:
        """Choose the bodies to hash: not checked since `started`, longest unchecked first; how many.

        At most `budget`, or each by chance with the probability `share`, the same ones for one `started`;
        only those that a capture of `since` (ISO) or later names.
        """
        self._connection.create_function("chosen", 1, lambda sha256: _chance(started, sha256) < (share or 1))
        self._connection.executescript(
            "DROP TABLE IF EXISTS temp.chosen; "
            "CREATE TEMP TABLE chosen (number INTEGER PRIMARY KEY, sha256 TEXT)"
        )
        self._all(
            "INSERT INTO chosen (sha256) SELECT digest FROM objects LEFT JOIN bodies ON sha256 = digest "
            "WHERE key > 'raw/' AND key < 'raw0' AND coalesce(checked, '') < ? AND chosen(digest) "
            "AND (? = '' OR digest IN (SELECT sha256 FROM named WHERE newest >= ?)) "
            "ORDER BY coalesce(checked, ''), digest LIMIT ?",
            started,
            since,
            since,
            -1 if budget is None else max(0, budget - self.checked_since(started)),
        )
        return int(self._all("SELECT count(*) FROM chosen")[0][0])

    def chosen_bodies(self) -> Iterator[str]:
        """The digests chosen, in their order."""
        last = 0
        while rows := self._all(
            "SELECT number, sha256 FROM chosen WHERE number > ? ORDER BY number LIMIT ?", last, _PAGE
        ):
            yield from (row[1] for row in rows)
            last = rows[-1][0]

    def checked_since(self, started: str) -> int:
        """How many bodies were found sound since then."""
        return int(self._all("SELECT count(*) FROM bodies WHERE checked >= ?", started)[0][0])

    def oldest_check(self) -> str | None:
        """When the listed body that was checked longest ago was; None where one never was."""
        rows = self._all(
            "SELECT min(coalesce(checked, '')) FROM objects LEFT JOIN bodies ON sha256 = digest "
            "WHERE key > 'raw/' AND key < 'raw0'"
        )
        return rows[0][0] or None

    def remember_bodies(self, sound: Iterable[str], damaged: Iterable[str], when: str) -> None:
        """Bodies found sound just now, and others that are not; durable on return."""
        self._many("INSERT OR REPLACE INTO bodies VALUES (?, ?)", ((sha256, when) for sha256 in sound))
        self._many("DELETE FROM bodies WHERE sha256 = ?", ((sha256,) for sha256 in damaged))
        self._connection.commit()

    def remember(self, key: str, when: str) -> None:
        """A segment or record found sound."""
        self._all("INSERT OR REPLACE INTO kept VALUES (?, ?)", key, when)

    def has_changed(self, key: str, sha256: str) -> bool:
        """Whether a reading has other bytes than when it was first seen, or last found right."""
        self._all("INSERT OR IGNORE INTO readings VALUES (?, ?)", key, sha256)
        return self._all("SELECT sha256 FROM readings WHERE key = ?", key) != [(sha256,)]

    def remember_reading(self, key: str, sha256: str) -> None:
        """A reading is what its parser reads."""
        self._all("INSERT OR REPLACE INTO readings VALUES (?, ?)", key, sha256)

    def vanished_readings(self, prefix: str) -> Iterator[str]:
        """Readings that were here before and that the store lists no more."""
        rows = self._pages(
            "SELECT key FROM readings WHERE key > ? AND key < ? AND key NOT IN (SELECT key FROM objects) "
            "ORDER BY key",
            prefix,
            prefix + "\x7f",
        )
        yield from (row[0] for row in rows)

    def vanished(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Segments and records that were sound here before and that the store lists no more, and when."""
        yield from self._pages(
            "SELECT key, checked FROM kept WHERE key > ? AND key < ? "
            "AND key NOT IN (SELECT key FROM objects) ORDER BY key",
            prefix,
            prefix + "\x7f",
        )

    def vanished_bodies(self) -> Iterator[tuple[str, str]]:
        """Bodies that were sound here before and that the store lists no more, and when that was."""
        yield from self._pages(
            "SELECT sha256, checked FROM bodies WHERE sha256 > ? AND sha256 < ? AND "
            "'raw/' || substr(sha256, 1, 2) || '/' || sha256 NOT IN (SELECT key FROM objects) "
            "ORDER BY sha256",
            "",
            "g",
        )

    def under_way(self, scope: str) -> str | None:
        """When the last verification of this scope began, if it has not ended."""
        rows = self._all("SELECT started FROM under_way WHERE scope = ?", scope)
        return str(rows[0][0]) if rows else None

    def begin(self, scope: str, started: str) -> None:
        """A verification of this scope is under way since then; durable on return."""
        self._all("INSERT OR REPLACE INTO under_way VALUES (?, ?)", scope, started)
        self._connection.commit()

    def end(self, scope: str) -> None:
        """The verification of this scope is over."""
        self._all("DELETE FROM under_way WHERE scope = ?", scope)
        self._connection.commit()

    # ------------------------------------------------------------------ findings

    def add_finding(self, finding: Finding) -> None:
        """Each code is found once of each key; the first word counts."""
        self._all(
            "INSERT OR IGNORE INTO findings VALUES (?, ?, ?)", finding.code, finding.key, finding.message
        )

    def findings(self, prefix: str = "") -> Iterator[Finding]:
        """What was found at keys that start with `prefix`, in order of code and key."""
        last = ("", "")
        while rows := self._all(
            "SELECT code, key, message FROM findings WHERE (code, key) > (?, ?) AND substr(key, 1, ?) = ? "
            "ORDER BY code, key LIMIT ?",
            *last,
            len(prefix),
            prefix,
            _PAGE,
        ):
            yield from (Finding(*row) for row in rows)
            last = rows[-1][0], rows[-1][1]

    def counts(self) -> dict[str, int]:
        """How often each code was found, in the order of the table."""
        counted: dict[str, int] = dict(self._all("SELECT code, count(*) FROM findings GROUP BY code"))
        return {code: counted[code] for code in CODES if code in counted}

    # ------------------------------------------------------------------ SQLite

    def _open(self, identity: str | None) -> bool:
        self._connect()
        if self._all("PRAGMA user_version")[0][0] != _VERSION:
            return False
        known = self._all("SELECT identity FROM archive")
        return identity is None or known == [(identity,)]

    def _begin(self, identity: str | None) -> None:
        self._connect()
        self._connection.executescript(f"{_REMEMBERED} PRAGMA user_version = {_VERSION};")
        self._all("INSERT INTO archive VALUES (?)", identity or "")
        self._connection.commit()

    def _connect(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=60)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA temp_store = FILE")

    def _all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            raise ArchiveUnusable(
                f"{self._path} cannot be used ({error}). Free space, or set GONGKAI_STATE to another folder."
            ) from error

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise ArchiveUnusable(
                f"{self._path} cannot be used ({error}). Free space, or set GONGKAI_STATE to another folder."
            ) from error

    def _pages(self, query: str, start: str, end: str | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a query over a range of its first column, so that others may write in between."""
        end = start.rstrip("/") + "0" if end is None else end
        while rows := self._all(f"{query} LIMIT {_PAGE}", start, end):
            yield from rows
            start = rows[-1][0]


def _chance(salt: str, sha256: str) -> float:
    """A number from 0 up to 1 that looks random, the same for the same two."""
    return int(digest(f"{salt} {sha256}".encode())[:8], 16) / 2**32
