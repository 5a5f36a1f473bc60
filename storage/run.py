"""A run: captures of one site on their way into the archive.

Spool, raw body, journal segment, run record, in this order; each step is durable before the next
one refers to it. In a folder the body needs no spool: putting it costs the same and it is then where
it belongs. On S3 a capture is acknowledged when it is in the spool, and `uploads` brings its body to
the store beside the run; while the store is away the spool fills, and nothing else stops.
What a killed run leaves is for `recovery`.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from time import monotonic
from typing import Any

from storage.bodies import Bodies
from storage.errors import ArchiveUnusable, Damaged, Garbled, NotFound, SpoolFull, StorageError
from storage.identity import identify
from storage.index import Index
from storage.journal import Capture, json_document, segment
from storage.keys import capture_key, digest, run_and_digest, run_key, run_started
from storage.leases import Claim, Lease
from storage.room import Room
from storage.spool import Entry, Slot, Spool, leave_about, leave_record, read, read_line, remove
from storage.store import Store, keep
from storage.tally import admitted
from storage.uploads import Uploads

_logger = logging.getLogger(__name__)

RUN_SCHEMA = "gongkai.run/1"
SEGMENT = 1000
"""Captures of one journal segment at most."""
PATIENCE = 60.0
"""Seconds without progress after which `finish` gives up."""
_STALLED = 5.0
"""Seconds for which the end of a run waits for uploads under way; the spool has what they carry."""


class Run:
    """One run of one site, made by `Archive.start_run`. Its methods may be called from several threads."""

    def __init__(
        self,
        site: str,
        run: str,
        store: Store,
        bodies: Bodies,
        index: Index,
        spool: Spool,
        room: Room,
        free: Callable[[], None],
        lease: Lease,
    ) -> None:
        self.id = run
        self.site = site
        self.started = run_started(run)
        self.lost: list[dict[str, str | None]] = []
        """Captures that name a body that the archive does not have any more: url and sha256 of each."""
        self._store = store
        self._bodies = bodies
        self._index = index
        self._spool = spool
        self._room = room
        self._free = free
        self._lease = lease
        self._uploads = Uploads(self._upload, self._probe)
        self._over = False
        self._freed = False
        self._recording = 0
        self._lock = threading.Condition()
        self._committing = threading.RLock()
        self._batch: list[Slot] = []
        """What the next segment holds; once putting it was tried it stays, for it may be there already."""
        self._segments: list[str] = []
        self._captures = 0

    # ------------------------------------------------------------------ while captures come in

    def record(self, capture: Capture, body: bytes | None) -> Capture:
        """Keep one exchange; returns, once it cannot be lost any more, the capture with digest and size.

        Blocks for the disk, and in a folder only for the store: call it in a thread. `site` and `run` of the
        capture are overwritten with the run's own. Without a body `capture.sha256` may name one that the
        archive holds (304); in a folder raises `NotFound` if it doesn't, on S3 the capture is then among the
        `lost`. Raises `SpoolFull` where the spool or its disk has no room any more, and `ArchiveUnusable` if
        the disk fails; the run can't go on then.
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
        if body is not None:
            capture = replace(capture, sha256=digest(body), size=len(body))
        line = capture.to_line()
        if self._store.local:
            bring(self._bodies, Entry(line, body))
            uploaded = True
        else:
            self._check_room()
            uploaded = capture.sha256 is None or self._bodies.known(capture.sha256)
        slot = self._spool.append(line, None if uploaded else body)
        self._room.took(slot.size)
        self._uploads.add(slot, uploaded=uploaded)
        return capture

    def _check_room(self) -> None:
        if self._room.left():
            return
        away, since = self._uploads.away, self._uploads.since
        why = (
            "The store takes less than comes in"
            if away is None
            else f"The store has been away since {since:%Y-%m-%d %H:%M} UTC ({str(away).rstrip('.')})"
        )
        raise SpoolFull(
            f"{why}; {self._room.why_full()}. Nothing received is lost: when the store is back, "
            "`gongkai spool drain` brings it in."
        )

    def _upload(self, slot: Slot) -> bool:
        try:
            entry = read(self._spool.folder, slot)
        except Garbled as error:
            _logger.error("%s", error)  # the run will not finish, and its recovery sets the part aside
            return False
        try:
            bring(self._bodies, entry)
        except (NotFound, Damaged):
            if entry.body is not None:
                raise
            self.lost.append(lost(entry.line))
            return False
        return True

    def _probe(self) -> None:
        identify(self._store, create=False)
        with self._committing:
            # What failed was to be written: that a store can be read says nothing of that. What a run that
            # is over left is for its recovery: both would seal the same captures.
            if self._batch and not self._freed:
                self._put_batch()

    def note(self, about: dict[str, Any]) -> None:
        """Have this in the run's record even if it is killed; where the disk is full it is not."""
        leave_about(self._spool.folder, about)

    @property
    def away(self) -> StorageError | None:
        """The failure that the store is in at present; None as soon as anything succeeds again.

        While it is set, nobody should ask the store for what can wait.
        """
        return self._uploads.away

    def failed(self, error: StorageError) -> None:
        """The store failed somebody else: it counts as `away` until it answers again."""
        self._uploads.failed(error)

    @property
    def rival(self) -> Claim | None:
        """The claim of the machine that took the site over when this run's lease had run out, if one did.

        Nothing is lost by going on; the site is then crawled by two at once.
        """
        return self._lease.rival

    @property
    def behind(self) -> int:
        """How many captures the archive does not hold yet; the spool does."""
        return len(self._uploads) + len(self._batch)

    @property
    def folder(self) -> Path:
        """Its spool."""
        return self._spool.folder

    @property
    def room(self) -> int:
        """Bytes that the spool can still take."""
        return self._room.left()

    # ------------------------------------------------------------------ sealing

    def commit(self) -> tuple[Capture, ...]:
        """Seal captures whose bodies are in the archive into journal segments; returns those captures.

        They are then part of the archive and known to `latest` and `documents`. Call it every hundred
        captures or half a minute. Does not wait for uploads. Raises `ArchiveUnusable` where the store fails:
        nothing is lost, call it again later.
        """
        sealed: list[Capture] = []
        with self._committing:
            if self._freed:
                return ()  # whoever recovers the run seals what is left
            more = True
            while self._batch or more:
                if not self._batch:
                    self._batch = self._uploads.take(SEGMENT)
                    # What is uploaded meanwhile goes with the next call: not a segment for each that arrives.
                    more = len(self._batch) == SEGMENT
                    continue
                try:
                    sealed += self._seal()
                except StorageError as error:
                    if not self._store.local:
                        self._uploads.failed(error)
                    if not sealed:
                        raise
                    break  # the caller has to hear of what was sealed; the next call tells of the failure
        return tuple(sealed)

    def _put_batch(self) -> tuple[str, list[bytes]]:
        """Put the next segment; returns its key and lines. May be repeated."""
        lines = [read_line(self._spool.folder, slot) for slot in self._batch]
        data = segment(lines)
        key = capture_key(self.site, self.id, len(self._segments) + 1, digest(data))
        keep(self._store, key, data)
        return key, lines

    def _seal(self) -> list[Capture]:
        key, lines = self._put_batch()
        self._uploads.succeeded()
        self._segments.append(key)
        self._captures += len(lines)
        sealed, self._batch = self._batch, []
        self._spool.settle(sealed)  # before the ledger, which may need the room
        captures = [Capture.from_line(line) for line in lines]
        self._index.add_segment(self.site, key, list(zip(lines, captures, strict=True)))
        return captures

    def flush(self, patience: float) -> tuple[Capture, ...]:
        """Wait until every capture is in the archive; returns those that were sealed meanwhile.

        Raises `ArchiveUnusable` when nothing progressed for `patience` seconds.
        """
        sealed: list[Capture] = []
        progress = monotonic()
        self._uploads.wake()
        while self.behind:
            moving = self._uploads.wait(SEGMENT, patience)
            try:
                new = self.commit()
            except StorageError:
                if self._store.local or monotonic() - progress > patience:
                    raise
                self._uploads.pause(min(1.0, patience))
                continue
            sealed += new
            if not moving:
                raise self._uploads.failure or ArchiveUnusable(
                    f"{self._store.url} took nothing for {patience:.0f} seconds."
                )
            progress = monotonic()
        return tuple(sealed)

    # ------------------------------------------------------------------ the end

    def finish(self, record: dict[str, Any], patience: float = PATIENCE) -> str:
        """Flush, write the run record and free the site; returns the record's key.

        To `record` (expected, captured, failed ... as the caller counts them; "ended" is "finished"
        unless it says otherwise) come: schema, run, site, machine, started, captures, segments, previous
        (digests of the site's run records that no other names yet: one, unless machines ran at the
        same time; none for the first), and lost, if anything was. Raises `ArchiveUnusable` where the store
        fails: call it again, or `leave`.
        """
        self._stop_recording()
        self.flush(patience)
        if self._spool.unsettled != len(self.lost):
            raise ArchiveUnusable(f"Not all of {self.folder} could be read: see `gongkai spool drain`.")
        with self._committing:
            key = put_run_record(
                self._store,
                self._index,
                self.site,
                self.id,
                self._with_lost(record),
                self._segments,
                self._captures,
            )
            self._uploads.close(_STALLED)
            self._spool.close()
            remove(self._spool.folder)
            self._free_once()
            return key

    def leave(self, record: dict[str, Any]) -> None:
        """End the run while the store is away: the next recovery brings in what waits, then this record.

        Raises `ArchiveUnusable` where this machine's disk cannot take the record: the run counts as crashed.
        """
        self._stop_recording()
        try:
            leave_record(self._spool.folder, self._with_lost(record))
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Free the site without a run record; `recover` will call it crashed. Does nothing after `finish`."""
        with self._committing:
            if not self._freed:
                self._stop_recording()
                self._uploads.close(_STALLED)
                self._spool.close()
                self._free_once()

    def _with_lost(self, record: dict[str, Any]) -> dict[str, Any]:
        return record | {"lost": self.lost} if self.lost else record

    def _stop_recording(self) -> None:
        with self._lock:
            self._over = True
            self._lock.wait_for(lambda: self._recording == 0)

    def _free_once(self) -> None:
        if not self._freed:
            self._freed = True
            self._free()


def bring(bodies: Bodies, entry: Entry) -> Capture:
    """Have in the archive the body that an entry carries or names; returns its capture.

    Raises `NotFound` or `Damaged` where it only names one, and the archive does not have it.
    """
    capture = Capture.from_line(entry.line)
    if capture.sha256 is not None:
        if entry.body is not None:
            bodies.keep(capture.sha256, entry.body)
        else:
            bodies.confirm(capture.sha256)
    return capture


def lost(line: bytes) -> dict[str, str | None]:
    """How a run record names a capture whose body is gone."""
    capture = Capture.from_line(line)
    return {"url": capture.url, "sha256": capture.sha256}


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
    heads = index.heads(site)
    for known in index.ask(site, lambda ledger: ledger.run_keys(site)):
        if run_and_digest(known)[0] == run:
            return known  # an earlier try put it, and did not learn so
    document = {
        "schema": RUN_SCHEMA,
        "run": run,
        "site": site,
        "machine": platform.node(),  # a spool never leaves the machine that the run was on
        "started": run_started(run).astimezone(UTC).isoformat(timespec="seconds"),
        "ended": "finished",
        **admitted(record),
        "captures": captures,
        "segments": segments,
        "previous": heads,
    }
    data = json_document(document)
    key = run_key(site, run, digest(data))
    keep(store, key, data)
    index.add_run(site, key, data)
    return key
