"""The spool: what a run has acknowledged and the archive does not hold yet, on this machine's disk.

A spool is a folder for each run with numbered parts. A part is a file of entries, each a header
line (JSON: the lengths and digests of what follows), the journal line, and the body where the
archive did not have it yet. One append and one fsync make both durable; several threads share an
fsync. An entry that a crash tore was never acknowledged and is passed over when the part is read.

This module knows nothing of stores: `run` writes spools, `recovery` reads them.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.disk import disk_errors, make_folder, sync_folder
from storage.errors import ArchiveUnusable
from storage.journal import json_line
from storage.keys import digest

_REMEDY = "set GONGKAI_STATE to another folder"


@dataclass(frozen=True, slots=True)
class Entry:
    """One acknowledged exchange: its journal line, and the body unless the archive had it already."""

    line: bytes
    body: bytes | None


class Spool:
    """The spool of one living run. Several threads may append."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._part: _Part | None = None
        self._number = 0
        self._unsettled: Counter[int] = Counter()
        with disk_errors(folder, _REMEDY):
            make_folder(folder)

    def append(self, line: bytes, body: bytes | None) -> int:
        """Keep an entry; returns, once it is durable, the number of the part that it is in."""
        with self._lock:
            if self._part is None:
                self._number += 1
                self._part = _Part(self.folder / f"{self._number:05d}.part", self._number)
            part = self._part
            end = part.append(_frame(line, body))
            self._unsettled[part.number] += 1
        part.sync(end)
        return part.number

    def turn(self) -> None:
        """Let the next entry begin a new part, so that the one before can be settled."""
        with self._lock:
            part, self._part = self._part, None
        if part is not None:
            part.close_later()

    def settle(self, numbers: Iterable[int]) -> None:
        """The archive now holds one entry for each number given; a part of which it holds all is removed."""
        with self._lock:
            self._unsettled.subtract(numbers)
            current = 0 if self._part is None else self._part.number
            done = [number for number, left in self._unsettled.items() if left <= 0 and number != current]
            for number in done:
                path = self.folder / f"{number:05d}.part"
                with disk_errors(path, _REMEDY):
                    path.unlink(missing_ok=True)
                del self._unsettled[number]

    def close(self) -> None:
        """Let go of the files; what they hold stays."""
        self.turn()


class _Part:
    """A file that only grows, and whose writers share fsyncs."""

    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        self._path = path
        self._syncing = threading.Lock()
        self._written = 0
        self._durable = 0
        self._broken = False
        self._done = False
        with disk_errors(path, _REMEDY):
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
            sync_folder(path.parent)

    def append(self, data: bytes) -> int:
        """Write at the end (one thread at a time); returns where the end then is."""
        self._check()
        with disk_errors(self._path, _REMEDY):
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(self._file, rest) :]
            except OSError:
                # A torn entry in the middle would hide those after it.
                self._broken = True
                os.ftruncate(self._file, self._written)
                self._broken = False
                raise
        self._written += len(data)
        return self._written

    def sync(self, end: int) -> None:
        """Return when everything before `end` is durable."""
        with self._syncing:
            if self._durable < end:
                self._check()
                reached = self._written
                with disk_errors(self._path, _REMEDY):
                    try:
                        os.fsync(self._file)
                    except OSError:
                        # After a failed fsync nobody knows what reached the disk, and a second one may lie.
                        self._broken = True
                        raise
                self._durable = reached
            if self._done and self._durable >= self._written:
                self._close()

    def close_later(self) -> None:
        """Close the file as soon as its last writer has synced."""
        with self._syncing:
            self._done = True
            if self._durable >= self._written or self._broken:
                self._close()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _check(self) -> None:
        if self._broken:
            raise ArchiveUnusable(
                f"The disk failed earlier at {self._path}: this run cannot go on. Start it again."
            )


def entries(folder: Path) -> Iterator[Entry]:
    """The whole entries of a dead run's spool, in the order of writing; torn ones are passed over."""
    with disk_errors(folder, _REMEDY):
        for path in sorted(folder.glob("*.part")):
            yield from _entries(path)


def remove(folder: Path) -> None:
    """Remove a spool whose entries are all in the archive."""
    with disk_errors(folder, _REMEDY):
        shutil.rmtree(folder)


def _frame(line: bytes, body: bytes | None) -> bytes:
    header: dict[str, object] = {"line": len(line), "line_sha256": digest(line)}
    if body is not None:
        header |= {"body": len(body), "body_sha256": digest(body)}
    return json_line(header) + line + (body or b"")


def _entries(path: Path) -> Iterator[Entry]:
    with path.open("rb") as file:
        while header := file.readline(1000):
            try:
                sizes = json.loads(header)
                line = file.read(sizes["line"])
                body = file.read(sizes["body"]) if "body" in sizes else None
                whole = digest(line) == sizes["line_sha256"]
                whole = whole and (body is None or digest(body) == sizes["body_sha256"])
            except (ValueError, TypeError, KeyError):
                whole = False
            if not whole:
                return  # what follows a torn entry was never acknowledged: writers append one at a time
            yield Entry(line, body)
