"""Uploads beside a run: entries of its spool go to the store in threads, until they are there.

An entry that fails goes to the end of the queue, so that one that never succeeds holds up no other, and
its thread pauses, longer each time. This module knows nothing of captures or stores: what an upload is
`run` says.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from tenacity import Retrying, stop_when_event_set, wait_exponential_jitter

from storage.errors import ArchiveUnusable, StorageError
from storage.spool import Slot

THREADS = 4
"""Uploads of one run at a time."""
_PAUSES = wait_exponential_jitter(initial=1, max=30)
"""Seconds between two tries of a thread while the store is away."""

_logger = logging.getLogger(__name__)


class Uploads:
    """The entries of one run that no segment holds yet: waiting, under way, ready to be sealed."""

    def __init__(self, upload: Callable[[Slot], bool], probe: Callable[[], None]) -> None:
        """`upload` returns when what the entry names is in the archive, False where it never will be;
        whatever it raises, it is called again. `probe` raises while the store does not answer."""
        self.away: ArchiveUnusable | None = None
        """The failure that the store is in at present."""
        self.failure: ArchiveUnusable | None = None
        """The last failure that there was."""
        self.since = datetime.now(UTC)
        """When it went away, if it is."""
        self._upload = upload
        self._probe = probe
        self._changed = threading.Condition()
        self._waiting: deque[Slot] = deque()
        self._under_way = 0
        self._ready: list[Slot] = []
        self._doubted = False
        """Whether the store failed elsewhere, and nobody has found it back since."""
        self._looking = False
        """Whether a thread is finding out."""
        self._done = 0
        self._over = threading.Event()
        self._pausing = threading.Event()
        """Set, and replaced by another, to end all pauses."""
        self._threads: list[threading.Thread] = []

    def add(self, slot: Slot, *, uploaded: bool) -> None:
        """Take an entry; `uploaded` says that the archive holds what it names already."""
        with self._changed:
            if uploaded:
                self._ready.append(slot)
            else:
                self._waiting.append(slot)
                self._call_thread()

    def take(self, limit: int) -> list[Slot]:
        """The first entries that can be sealed, at most `limit`; they are no longer kept here."""
        with self._changed:
            self._ready.sort()
            taken, self._ready = self._ready[:limit], self._ready[limit:]
            return taken

    def __len__(self) -> int:
        """How many entries are kept here."""
        with self._changed:
            return len(self._waiting) + self._under_way + len(self._ready)

    def wait(self, enough: int, patience: float) -> bool:
        """Wait until `enough` entries are ready, or all; False if none came for `patience` seconds."""
        with self._changed:
            while (self._waiting or self._under_way or self._doubted) and len(self._ready) < enough:
                if not self._one_more_done(patience):
                    return False
            return True

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the store is back."""
        self._pausing.wait(seconds)

    def wake(self) -> None:
        """Let the threads that pause try again at once."""
        with self._changed:
            self._pausing.set()
            if not self._over.is_set():
                self._pausing = threading.Event()

    def failed(self, error: StorageError) -> None:
        """The store failed elsewhere: note it, and see beside the run when it is back."""
        self._note(error)
        with self._changed:
            self._doubted = True
            self._call_thread()

    def succeeded(self) -> None:
        """The store did what it was asked for."""
        if self.away is not None:
            self.away = None
            self.wake()

    def close(self, patience: float) -> None:
        """Begin nothing more, and wait up to `patience` seconds for what is under way."""
        self._over.set()
        self.wake()
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._under_way, patience)

    def _one_more_done(self, patience: float) -> bool:
        done = self._done
        return self._changed.wait_for(lambda: self._done != done, patience)

    def _call_thread(self) -> None:
        self._changed.notify_all()
        if len(self._threads) < min(THREADS, len(self._waiting) + self._under_way + self._doubted):
            # Daemons: a store that stalls must not keep the process from ending.
            thread = threading.Thread(target=self._work, name="upload", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        until_it_succeeds = Retrying(
            wait=_PAUSES,
            sleep=self.pause,
            stop=stop_when_event_set(self._over),
            retry_error_callback=lambda _: None,
        )
        while not self._over.is_set():
            until_it_succeeds(self._next)

    def _next(self) -> None:
        """Do one upload, or look whether the store is back; waits until there is something to do."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._to_look or self._over.is_set())
            if self._over.is_set():
                return
            slot = None
            if self._to_look:
                self._looking = True
            else:
                slot = self._waiting.popleft()
                self._under_way += 1
        try:
            if slot is None:
                self._probe()
                kept = False
            else:
                kept = self._upload(slot)
        except Exception as error:
            if not isinstance(error, StorageError):
                _logger.exception("An upload failed in a way that it should not")
            self._note(error)
            self._end(slot, failed=True)
            raise
        self.succeeded()
        self._end(slot, kept=kept)

    @property
    def _to_look(self) -> bool:
        return self._doubted and not self._looking

    def _end(self, slot: Slot | None, *, failed: bool = False, kept: bool = False) -> None:
        with self._changed:
            if slot is None:
                self._looking, self._doubted = False, failed
            else:
                self._under_way -= 1
                if failed:
                    self._waiting.append(slot)
                elif kept:
                    self._ready.append(slot)
            self._done += not failed
            self._changed.notify_all()

    def _note(self, error: Exception) -> None:
        if self.away is None:
            self.since = datetime.now(UTC)
        # Not the error itself: its traceback would hold on to the body that was being uploaded.
        words = str(error) if isinstance(error, StorageError) else f"An upload failed: {error!r}"
        self.away = self.failure = ArchiveUnusable(words)
