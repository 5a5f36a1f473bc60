"""Brings what a dead run left in its spool into the archive.

Whoever calls holds the site's lock, so no spool here belongs to a living run. Every step may be
repeated: a crash in the middle of a recovery is recovered like any other. Bodies are uploaded in
threads; memory holds what these carry, the lines of one segment, and a digest for each line.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from storage.bodies import Bodies
from storage.errors import ArchiveUnusable, Damaged, Garbled, NotFound, StorageError
from storage.identity import identify
from storage.index import Index
from storage.journal import Capture, read_segment, segment
from storage.keys import capture_key, captures_prefix, digest, run_and_digest, run_started, runs_prefix
from storage.ledger import Ledger
from storage.run import SEGMENT, bring, lost, put_run_record
from storage.spool import Slot, left_about, left_record, read, remove, remove_part, set_aside, slots
from storage.store import Store, keep
from storage.tally import Tally
from storage.uploads import THREADS

_logger = logging.getLogger(__name__)

_REFUSED = 100
"""Entries that the store may refuse, before a recovery ends without having tried them all."""

_Line = tuple[bytes, Capture]


class Recovery:
    """The recovery of one dead run, whose spool is `folder`. Done once."""

    def __init__(self, store: Store, bodies: Bodies, index: Index, site: str, folder: Path) -> None:
        self._store = store
        self._bodies = bodies
        self._index = index
        self._site = site
        self._folder = folder
        self._run = folder.name
        self._segments: list[str] = []
        self._number = 0
        """Of the last segment."""
        self._captures = 0
        """In all segments."""
        self._removed = 0
        """The part up to which the archive holds everything."""
        self._held: set[bytes] = set()
        """SHA-256 of each line that a segment held before."""
        self._lost: list[dict[str, Any]] = []
        self._garbled: list[Slot] = []
        self._refused: list[StorageError] = []
        """Why the store does not take some entries, though it answers."""
        self._telling: set[int] = set()
        """Parts that alone tell of something lost or garbled until the run record does."""
        self._last: Slot | None = None
        """The spool's last entry: the only one that a crash may have torn."""

    def recover(self, now: datetime) -> int:
        """Put the run's captures into the archive; returns how many it lacked.

        Then the run record is written, the one that the run left or one that says "ended": "crashed", and the
        spool removed. "lost" in it lists captures whose body is neither in the spool nor, any more, in the
        archive, "garbled" the files, set aside, in which this machine's disk did not keep what was written.
        Raises `ArchiveUnusable` where the store fails: nothing is lost, the next recovery goes on.
        """
        if self._has_record():
            remove(self._folder)  # it died between its run record and this
            self._index.follow(self._site)
            return 0
        self._look()
        before = self._captures
        self._bring_all()
        record = left_record(self._folder) or self._tell()
        record = record | {"recovered": now.isoformat(timespec="seconds")}
        if self._lost:
            record["lost"] = record.get("lost", []) + self._lost
        if aside := set_aside(self._folder, {slot.part for slot in self._garbled if slot != self._last}):
            _logger.warning("What the disk garbled of %s was set aside: %s", self._folder, ", ".join(aside))
            record["garbled"] = aside
        put_run_record(
            self._store, self._index, self._site, self._run, record, self._segments, self._captures
        )
        remove(self._folder)
        return self._captures - before

    def _tell(self) -> dict[str, Any]:
        """What the run's captures, now sealed, tell of it."""
        tally = Tally()
        for capture in self._index.captures(self._site, run=self._run):
            before = self._index.ask(self._site, partial(Ledger.sound_before, capture=capture))
            tally.add(capture, before)
        return tally.to_json(run_started(self._run)) | left_about(self._folder)

    def _has_record(self) -> bool:
        """Whether the store has the run's record, whole: that a key exists says little."""
        keys = self._store.list(runs_prefix(self._site, self._run))
        return any(digest(self._store.get(key)) == run_and_digest(key)[1] for key in keys)

    def _look(self) -> None:
        """See which lines the run's sound segments hold already."""
        for key in self._store.list(captures_prefix(self._site, self._run)):
            self._number = max(self._number, int(key.rpartition("/")[2].split("-")[2]))
            data = self._store.get(key)
            if digest(data) != run_and_digest(key)[1]:
                # A garbled answer would have its captures sealed a second time.
                if self._store.get(key) != data:
                    raise ArchiveUnusable(
                        f"{key} in {self._store.url} reads differently each time: check it."
                    )
                continue
            lines = [_short(line) for line, _ in read_segment(data)]
            self._held.update(lines)
            self._segments.append(key)
            self._captures += len(lines)

    def _bring_all(self) -> None:
        batch: list[_Line] = []
        with ThreadPoolExecutor(THREADS, "recovery") as threads:
            for slot, line in self._brought(threads):
                batch.append(line)
                if len(batch) == SEGMENT:
                    self._seal(batch, slot.part)
                    batch = []
        if batch and self._last is not None:
            self._seal(batch, self._last.part + 1)
        if self._refused:
            raise ArchiveUnusable(
                f"{len(self._refused)} captures of {self._site} stay in {self._folder}: {self._refused[0]}"
            )

    def _brought(self, threads: ThreadPoolExecutor) -> Iterator[tuple[Slot, _Line]]:
        """The lines that no segment holds, in the order of writing; their bodies are in the archive."""
        under_way: deque[tuple[Slot, Future[_Line | None]]] = deque()
        try:
            for slot in slots(self._folder):
                self._last = slot
                under_way.append((slot, threads.submit(self._bring, slot)))
                if len(under_way) > 2 * THREADS:
                    first, future = under_way.popleft()
                    if line := future.result():
                        yield first, line
            for slot, future in under_way:
                if line := future.result():
                    yield slot, line
        finally:
            for _, future in under_way:
                future.cancel()

    def _bring(self, slot: Slot) -> _Line | None:
        """One entry; None where there is nothing to seal. Called in threads."""
        try:
            entry = read(self._folder, slot)
        except Garbled:
            self._garbled.append(slot)
            self._telling.add(slot.part)
            return None
        if _short(entry.line) in self._held:
            return None
        try:
            return entry.line, bring(self._bodies, entry)
        except StorageError as error:
            if entry.body is None and isinstance(error, NotFound | Damaged):
                self._lost.append(lost(entry.line))
            else:
                identify(self._store, create=False)  # raises where it is not this entry's fault
                self._refused.append(error)
                if len(self._refused) > _REFUSED:
                    raise
            self._telling.add(slot.part)
            return None

    def _seal(self, batch: list[_Line], rest: int) -> None:
        """Put the next segment; then the archive holds everything before the part `rest`."""
        data = segment(line for line, _ in batch)
        self._number += 1
        key = capture_key(self._site, self._run, self._number, digest(data))
        keep(self._store, key, data)
        self._segments.append(key)
        self._captures += len(batch)
        for part in set(range(self._removed + 1, rest)) - self._telling:
            remove_part(self._folder, part)  # before the ledger, which may need the room
        self._removed = rest - 1
        self._index.add_segment(self._site, key, batch)


def _short(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()
