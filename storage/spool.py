"""The spool: what a run has acknowledged and the archive does not hold yet, on this machine's disk.

A spool is a folder for each run with numbered parts. A part is a file of entries, each a header
line (JSON: the lengths and digests of what follows), the journal line, and the body where the
archive did not have it yet. One append and one fsync make both durable; several threads share an
fsync. An entry that a crash tore was never acknowledged and is passed over when the part is read.
A run that was left while the store was away also has its record there, `RECORD`.

This module knows nothing of stores: `run` writes spools, `uploads` and `recovery` read them.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.disk import disk_errors, make_folder, sync_folder
from storage.errors import ArchiveUnusable, Garbled, SpoolFull
from storage.journal import json_document, json_line
from storage.keys import digest

PART = 64 * 2**20
"""Bytes after which another part begins, so that what the archive has soon leaves the disk."""
RECORD = "record.json"
"""The record of a run that ended while the store was away."""
ABOUT = "about.json"
"""What the record of a run says from its beginning on, for the case that it is killed."""
ASIDE = "garbled"
"""The folder beside all spools for parts of which something could not be read."""

_REMEDY = "set GONGKAI_STATE to another folder"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_MAX_HEADER = 1000

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where an entry lies: all of it that stays in memory, so that an outage costs disk and no more."""

    part: int
    offset: int
    head: int
    """Bytes of the header and the journal line."""
    size: int
    """Bytes of the whole entry, with the body where it holds one."""


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

    def append(self, line: bytes, body: bytes | None) -> Slot:
        """Keep an entry; returns, once it is durable, where it is. Raises `SpoolFull` where the disk is."""
        header = _header(line, body)
        with self._lock:
            if self._part is not None and self._part.written > PART:
                self._turn()
            if self._part is None:
                self._number += 1
                self._part = _Part(_path(self.folder, self._number), self._number)
            part = self._part
            slot = Slot(
                part.number,
                part.written,
                len(header) + len(line),
                len(header) + len(line) + len(body or b""),
            )
            part.append(header + line, body or b"")
            self._unsettled[part.number] += 1
        try:
            part.sync(slot.offset + slot.size)
        except ArchiveUnusable:
            with self._lock:
                self._unsettled[part.number] -= 1  # nobody is told that it is kept
            raise
        return slot

    @property
    def unsettled(self) -> int:
        """How many entries the archive does not hold, as far as this was told."""
        with self._lock:
            return self._unsettled.total()

    def settle(self, slots: Iterable[Slot]) -> None:
        """The archive now holds these entries; a part of which it holds all is removed."""
        with self._lock:
            self._turn()
            self._unsettled.subtract(slot.part for slot in slots)
            for number in [number for number, left in self._unsettled.items() if left <= 0]:
                path = _path(self.folder, number)
                with disk_errors(path, _REMEDY):
                    path.unlink(missing_ok=True)
                del self._unsettled[number]

    def close(self) -> None:
        """Let go of the files; what they hold stays."""
        with self._lock:
            self._turn()

    def _turn(self) -> None:
        """Let the next entry begin a new part."""
        part, self._part = self._part, None
        if part is not None:
            part.close_later()


class _Part:
    """A file that only grows, and whose writers share fsyncs."""

    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        self.written = 0
        self._path = path
        self._syncing = threading.Lock()
        self._durable = 0
        self._failure: ArchiveUnusable | None = None
        """Why nothing more can be kept here."""
        self._done = False
        with _disk_errors(path):
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
            sync_folder(path.parent)

    def append(self, *data: bytes) -> None:
        """Write at the end; one thread at a time."""
        self._check()
        with _disk_errors(self._path):
            try:
                for piece in data:
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[os.write(self._file, rest) :]
            except OSError:
                # A torn entry in the middle would hide those after it.
                self._failure = _failed_earlier(self._path)
                os.ftruncate(self._file, self.written)
                self._failure = None
                raise
        self.written += sum(map(len, data))

    def sync(self, end: int) -> None:
        """Return when everything before `end` is durable."""
        with self._syncing:
            if self._durable < end:
                self._check()
                reached = self.written
                try:
                    with _disk_errors(self._path):
                        os.fsync(self._file)
                except ArchiveUnusable as error:
                    # After a failed fsync nobody knows what reached the disk, and a second one may lie.
                    self._failure = error
                    raise
                self._durable = reached
            if self._done and self._durable >= self.written:
                self._close()

    def close_later(self) -> None:
        """Close the file as soon as its last writer has synced."""
        with self._syncing:
            self._done = True
            if self._durable >= self.written or self._failure is not None:
                self._close()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure


def read(folder: Path, slot: Slot) -> Entry:
    """The entry; raises `ArchiveUnusable` where the disk does not give back what was written to it."""
    line, header = _head(folder, slot)
    if "body" not in header:
        return Entry(line, None)
    body = _bytes(folder, slot.part, slot.offset + slot.head, slot.size - slot.head)
    if digest(body) != header.get("body_sha256"):
        raise _garbled(folder, slot)
    return Entry(line, body)


def read_line(folder: Path, slot: Slot) -> bytes:
    """The entry's journal line alone."""
    return _head(folder, slot)[0]


def slots(folder: Path) -> Iterator[Slot]:
    """The entries of a dead run's spool in the order of writing.

    Only headers are read: that an entry is whole is seen when it is read. What follows a garbled header comes
    as one more slot, with a `head` of 0.
    """
    with disk_errors(folder, _REMEDY):
        numbers = sorted(int(path.stem) for path in folder.glob("*.part") if path.stem.isdecimal())
        for number in numbers:
            with suppress(FileNotFoundError):  # a living run has just settled it
                yield from _slots(_path(folder, number), number)


def remove_part(folder: Path, number: int) -> None:
    """Remove a part whose entries are all in the archive."""
    path = _path(folder, number)
    with disk_errors(path, _REMEDY):
        path.unlink(missing_ok=True)


def set_aside(folder: Path, numbers: Iterable[int]) -> list[str]:
    """Move parts in which something is garbled out of a spool that will be removed, to where nothing ever is.

    Returns the names of all files that were set aside of this spool.
    """
    aside = folder.parents[2] / ASIDE
    with disk_errors(aside, _REMEDY):
        name = f"{folder.parent.name}-{folder.name}-"
        for number in numbers:
            make_folder(aside)
            path = _path(folder, number)
            path.rename(aside / f"{name}{path.name}")
            sync_folder(aside)
        return sorted(path.name for path in aside.glob(f"{name}*"))


def remove(folder: Path) -> None:
    """Remove a spool whose entries are all in the archive."""
    with disk_errors(folder, _REMEDY):
        shutil.rmtree(folder)


def leave_record(folder: Path, record: dict[str, Any]) -> None:
    """Keep the record of a run that ended while the store was away; durable on return."""
    path = folder / RECORD
    with _disk_errors(path):
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            file.write(json_document(record))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(folder)


def leave_about(folder: Path, about: dict[str, Any]) -> None:
    """Keep what is to be said of the run if it dies. Not flushed: worth having, and worth no waiting."""
    with suppress(OSError):
        (folder / ABOUT).write_bytes(json_document(about))


def left_about(folder: Path) -> dict[str, Any]:
    """What `leave_about` kept, as far as the disk has it."""
    with suppress(OSError, ValueError):
        about = json.loads((folder / ABOUT).read_bytes())
        return about if isinstance(about, dict) else {}
    return {}


def left_record(folder: Path) -> dict[str, Any] | None:
    """The record that `leave_record` kept; None where there is none: the run died."""
    path = folder / RECORD
    with disk_errors(path, _REMEDY):
        try:
            record = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            _logger.warning("%s is damaged: its run counts as crashed", path)
            return None
    return record if isinstance(record, dict) else None


def _header(line: bytes, body: bytes | None) -> bytes:
    header: dict[str, object] = {"line": len(line), "line_sha256": digest(line)}
    if body is not None:
        header |= {"body": len(body), "body_sha256": digest(body)}
    return json_line(header)


def _slots(path: Path, number: int) -> Iterator[Slot]:
    end, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        while header := file.readline(_MAX_HEADER):
            try:
                sizes = json.loads(header)
                head = len(header) + int(sizes["line"])
                size = head + int(sizes.get("body", 0))
            except (ValueError, TypeError, KeyError, AttributeError):
                head = size = 0
            if not len(header) < head <= size <= end - offset:
                yield Slot(number, offset, 0, end - offset)
                return
            yield Slot(number, offset, head, size)
            offset += size
            file.seek(offset)


def _head(folder: Path, slot: Slot) -> tuple[bytes, dict[str, Any]]:
    start, _, line = _bytes(folder, slot.part, slot.offset, slot.head).partition(b"\n")
    try:
        header: dict[str, Any] = json.loads(start)
        whole = digest(line) == header["line_sha256"]
    except (ValueError, TypeError, KeyError):
        whole = False
    if not whole:
        raise _garbled(folder, slot)
    return line, header


def _bytes(folder: Path, number: int, offset: int, size: int) -> bytes:
    path = _path(folder, number)
    with disk_errors(path, _REMEDY), path.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.part"


def _garbled(folder: Path, slot: Slot) -> Garbled:
    return Garbled(
        f"{_path(folder, slot.part)} does not hold at byte {slot.offset} what was written: check the disk."
    )


def _failed_earlier(path: Path) -> ArchiveUnusable:
    return ArchiveUnusable(f"The disk failed earlier at {path}: this run cannot go on. Start it again.")


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """`disk_errors`, with a full disk as `SpoolFull`."""
    try:
        with disk_errors(path, _REMEDY):
            yield
    except ArchiveUnusable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _FULL:
            raise SpoolFull(str(error)) from error.__cause__
        raise
