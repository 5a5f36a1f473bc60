"""A run: captures of one site on their way into the archive.

Spool, raw body, journal segment, run record, in this order; each step is durable before the next
one refers to it. In a folder the raw body needs no spool: putting it costs the same and it is then
where it belongs. What a killed run leaves is for `recovery`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from storage.bodies import Bodies
from storage.errors import StorageError
from storage.index import Index
from storage.journal import Capture, json_document, segment
from storage.keys import capture_key, digest, run_key, run_started
from storage.spool import Spool, remove
from storage.store import Store

RUN_SCHEMA = "gongkai.run/1"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An exchange in the spool that no segment holds yet."""

    line: bytes
    capture: Capture
    part: int
    body: bytes | None = None
    """The body, where putting it into the store failed."""


class Run:
    """One run of one site, made by `Archive.start_run`. `record` may be called from several threads."""

    id: str
    site: str
    started: datetime

    def __init__(
        self,
        site: str,
        run: str,
        store: Store,
        bodies: Bodies,
        index: Index,
        spool: Spool,
        free: Callable[[], None],
    ) -> None:
        self.id = run
        self.site = site
        self.started = run_started(run)
        self._store = store
        self._bodies = bodies
        self._index = index
        self._spool = spool
        self._free = free
        self._over = False
        self._freed = False
        self._recording = 0
        self._lock = threading.Condition()
        self._committing = threading.RLock()
        self._pending: list[_Entry] = []
        self._segments: list[str] = []
        self._captures = 0

    def record(self, capture: Capture, body: bytes | None) -> Capture:
        """Keep one exchange; returns, once it cannot be lost any more, the capture with digest and size.

        Blocks for the disk and the store: call it in a thread. `site` and `run` of the capture are
        overwritten with the run's own. Without a body `capture.sha256` may name one that the archive
        holds (304); `NotFound` if it doesn't. Raises `ArchiveUnusable` if the store or the spool fails;
        the run can't go on then.
        """
        with self._lock:
            if self._over:
                raise StorageError(f"The run {self.id} of {self.site} is over: start another one.")
            self._recording += 1
        try:
            return self._record(replace(capture, site=self.site, run=self.id), body)
        finally:
            with self._lock:
                self._recording -= 1
                self._lock.notify_all()

    def _record(self, capture: Capture, body: bytes | None) -> Capture:
        if body is None:
            if capture.sha256 is not None:
                self._bodies.confirm(capture.sha256)
            self._add(self._spooled(capture, None))
            return capture
        sha256 = digest(body)
        capture = replace(capture, sha256=sha256, size=len(body))
        if self._store.local or self._bodies.known(sha256):
            self._bodies.keep(sha256, body)
            self._add(self._spooled(capture, None))
            return capture
        entry = self._spooled(capture, body)
        try:
            self._bodies.keep(sha256, body)
        except StorageError:
            self._add(replace(entry, body=body))  # it is safe in the spool, and the next commit tries again
            raise
        self._add(entry)
        return capture

    def _spooled(self, capture: Capture, body: bytes | None) -> _Entry:
        line = capture.to_line()
        return _Entry(line, capture, self._spool.append(line, body))

    def _add(self, entry: _Entry) -> None:
        with self._lock:
            self._pending.append(entry)

    def commit(self) -> tuple[Capture, ...]:
        """Seal what was recorded since the last commit into a journal segment; returns those captures.

        They are then part of the archive and known to `latest` and `documents`. Call it every hundred
        captures or half a minute.
        """
        with self._committing:
            with self._lock:
                batch, self._pending = self._pending, []
            if not batch:
                return ()
            try:
                for entry in batch:
                    if entry.body is not None:
                        self._bodies.keep(str(entry.capture.sha256), entry.body)
                data = segment(entry.line for entry in batch)
                key = capture_key(self.site, self.id, len(self._segments) + 1, digest(data))
                self._store.put(key, data)
            except BaseException:
                with self._lock:
                    self._pending = batch + self._pending
                raise
            self._segments.append(key)
            self._captures += len(batch)
            self._index.add_segment(self.site, key, [(entry.line, entry.capture) for entry in batch])
            self._spool.turn()
            self._spool.settle(entry.part for entry in batch)
            return tuple(entry.capture for entry in batch)

    def finish(self, record: dict[str, Any]) -> str:
        """Commit, write the run record and free the site; returns the record's key.

        To `record` (expected, captured, failed ... as the caller counts them; "ended" is "finished"
        unless it says otherwise) come: schema, run, site, started, captures, segments and previous
        (digests of the site's run records that no other names yet: one, unless machines ran at the
        same time; none for the first).
        """
        with self._committing:
            self._stop_recording()
            self.commit()
            key = put_run_record(
                self._store, self._index, self.site, self.id, record, self._segments, self._captures
            )
            self._spool.close()
            remove(self._spool.folder)
            self._free_once()
            return key

    def abandon(self) -> None:
        """Free the site without a run record; `recover` will call it crashed. Does nothing after `finish`."""
        with self._committing:
            if not self._freed:
                self._stop_recording()
                self._spool.close()
                self._free_once()

    def _stop_recording(self) -> None:
        with self._lock:
            self._over = True
            self._lock.wait_for(lambda: self._recording == 0)

    def _free_once(self) -> None:
        if not self._freed:
            self._freed = True
            self._free()


def put_run_record(
    store: Store,
    index: Index,
    site: str,
    run: str,
    record: dict[str, Any],
    segments: list[str],
    captures: int,
) -> str:
    """Write the record that commits a run's segments and names its predecessor; returns its key."""
    document = {
        "schema": RUN_SCHEMA,
        "run": run,
        "site": site,
        "started": run_started(run).astimezone(UTC).isoformat(timespec="seconds"),
        "ended": "finished",
        **record,
        "captures": captures,
        "segments": segments,
        "previous": index.heads(site),
    }
    data = json_document(document)
    key = run_key(site, run, digest(data))
    store.put(key, data)
    index.add_run(site, key, data)
    return key
