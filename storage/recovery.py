"""Brings what a dead run left in its spool into the archive.

Whoever calls holds the site's lock, so no spool here belongs to a living run. Every step may be
repeated: a crash in the middle of a recovery is recovered like any other. Bodies are uploaded in
threads; memory holds what these carry and the lines of one segment, whatever the spool's size.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.bodies import Bodies
from storage.errors import ArchiveUnusable, Damaged, Garbled, NotFound
from storage.index import Index
from storage.journal import Capture, read_segment, segment
from storage.keys import capture_key, captures_prefix, digest, run_and_digest, runs_prefix
from storage.run import SEGMENT, bring, lost, put_run_record
from storage.spool import Entry, Slot, left_record, read, remove, remove_part, slots
from storage.store import Store, keep
from storage.uploads import THREADS

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Brought:
    """An entry and what became of it."""

    slot: Slot
    line: bytes
    capture: Capture | None = None
    """None: the body that it names is gone."""


class Recovery:
    """The recovery of one dead run, whose spool is `folder`."""

    def __init__(self, store: Store, bodies: Bodies, index: Index, site: str, folder: Path) -> None:
        self._store = store
        self._bodies = bodies
        self._index = index
        self._site = site
        self._folder = folder
        self._run = folder.name
        self._segments: list[str] = []
        self._held: set[bytes] = set()
        """SHA-256 of the lines that the run's segments hold."""
        self._captures = 0
        self._number = 0
        """Of the last segment."""

    def recover(self, now: datetime) -> int:
        """Put the run's captures into the archive; returns how many it lacked.

        Then the run record is written, the one that the run left or one that says "ended": "crashed", and the
        spool removed. "lost" in it lists captures whose body is neither in the spool nor, any more, in the
        archive. Raises `ArchiveUnusable` where the store fails: nothing is lost, the next recovery goes on.
        """
        if any(self._store.list(runs_prefix(self._site, self._run))):
            remove(self._folder)  # it died between its run record and this
            return 0
        record = left_record(self._folder) or {"ended": "crashed", "lost": []}
        self._look()
        before, gone = self._captures, list(record.get("lost", []))
        batch: list[_Brought] = []
        kept_parts = {0}
        with ThreadPoolExecutor(THREADS, "recovery") as threads:
            for brought in self._bring(threads):
                if brought.capture is None:
                    gone.append(lost(brought.line))
                    kept_parts.add(brought.slot.part)  # it alone tells of the loss until the record does
                    continue
                batch.append(brought)
                if len(batch) == SEGMENT:
                    self._seal(batch)
                    self._remove_before(brought.slot.part, kept_parts)
                    batch = []
        if batch:
            self._seal(batch)
        record |= {"recovered": now.isoformat(timespec="seconds")}
        if gone or "lost" in record:
            record["lost"] = gone
        put_run_record(
            self._store, self._index, self._site, self._run, record, self._segments, self._captures
        )
        remove(self._folder)
        return self._captures - before

    def _look(self) -> None:
        """See which lines the run's sound segments hold already."""
        for key in self._store.list(captures_prefix(self._site, self._run)):
            self._number = max(self._number, int(key.rpartition("/")[2].split("-")[2]))
            data = self._store.get(key)
            if digest(data) != run_and_digest(key)[1]:
                # A garbled answer would have its captures sealed a second time.
                again = self._store.get(key)
                if again != data:
                    raise ArchiveUnusable(
                        f"{self._store.url} gives {key} out differently each time: check it."
                    )
            else:
                self._segments.append(key)
                lines = [_short(line) for line, _ in read_segment(data)]
                self._held.update(lines)
                self._captures += len(lines)

    def _bring(self, threads: ThreadPoolExecutor) -> Iterator[_Brought]:
        """The entries that no segment holds, in the order of writing; their bodies are in the archive."""
        under_way: deque[Future[_Brought | None]] = deque()
        try:
            for slot in slots(self._folder):
                under_way.append(threads.submit(self._bring_one, slot))
                if len(under_way) >= 2 * THREADS and (brought := under_way.popleft().result()):
                    yield brought
            while under_way:
                if brought := under_way.popleft().result():
                    yield brought
        finally:
            for future in under_way:
                future.cancel()

    def _bring_one(self, slot: Slot) -> _Brought | None:
        try:
            entry = read(self._folder, slot)
        except Garbled as error:
            _logger.warning("%s What a crash tore was never acknowledged, and is left out.", error)
            return None
        if _short(entry.line) in self._held:
            return None
        return _Brought(slot, entry.line, self._kept(entry))

    def _kept(self, entry: Entry) -> Capture | None:
        try:
            return bring(self._bodies, entry)
        except (NotFound, Damaged):
            if entry.body is not None:
                raise
            return None

    def _seal(self, batch: list[_Brought]) -> None:
        lines = [(brought.line, brought.capture) for brought in batch if brought.capture is not None]
        data = segment(line for line, _ in lines)
        self._number += 1
        key = capture_key(self._site, self._run, self._number, digest(data))
        keep(self._store, key, data)
        self._segments.append(key)
        self._captures += len(lines)
        self._index.add_segment(self._site, key, lines)

    def _remove_before(self, number: int, kept: set[int]) -> None:
        """Remove the parts before this one: they are read in order, and what they hold is sealed."""
        for part in range(max(kept) + 1, number):
            remove_part(self._folder, part)


def _short(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()
