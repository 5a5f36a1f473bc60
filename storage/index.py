"""The index: the ledger kept in step with the journal in the store.

It follows segments and run records that others wrote, and mends a ledger that was lost. It writes
nothing to the store.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from storage.errors import BadKey, LedgerLost
from storage.journal import Capture, read_segment
from storage.keys import captures_prefix, digest, run_and_digest, runs_prefix
from storage.ledger import Ledger
from storage.listing import in_threads
from storage.store import Store

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
_THREADS = 8
"""Objects fetched at once: a store far away takes its time for each."""
_BATCH, _BATCH_BYTES = 100, 2**22
"""Objects, and bytes in them, for each transaction of the ledger: an fsync for each segment would be the
slowest part."""


class Index:
    """What the ledger says of one archive, as of the last time that the store was looked at."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._followed: set[str] = set()
        self._lock = threading.RLock()
        self.renewals = 0
        """How often the ledger was made anew: what it numbers has other numbers since."""

    def ask(self, site: str, question: Callable[[Ledger], _T]) -> _T:
        """The ledger's answer, after the site's journal was followed once.

        A corrupt ledger is made anew from the archive and asked again.
        """
        with self._lock:
            try:
                if site not in self._followed:
                    self._follow(site)
                return question(self._ledger)
            except LedgerLost as loss:
                _logger.warning("%s; it is made anew from the archive", loss)
                self._renew()
                self._follow(site)
                return question(self._ledger)

    def follow(self, site: str) -> int:
        """Index what others wrote since; returns the number of new captures."""
        with self._lock:
            self._followed.add(site)
            return self.ask(site, lambda _: self._follow(site))

    def captures(self, site: str, *, run: str | None = None, documents: bool = False) -> Iterator[Capture]:
        """See `Ledger.captures`. Pages are asked for one by one; others may write in between."""
        place = ("", "", -1)
        ask = partial(Ledger.captures, site=site, run=run, documents=documents)
        while page := self.ask(site, partial(ask, after=place)):
            yield from (capture for _, capture in page)
            place = page[-1][0]

    def add_segment(self, site: str, key: str, lines: list[tuple[bytes, Capture]]) -> None:
        """Index a segment that this machine has just put, bodies and all."""
        self.ask(site, lambda ledger: ledger.add_segments(site, [(key, lines)], ours=True))

    def add_run(self, site: str, key: str, record: bytes) -> None:
        """Index a run record that this machine has just put."""
        self.ask(site, lambda ledger: ledger.add_runs(site, [(key, record)]))

    def heads(self, site: str) -> list[str]:
        """Digests of the site's run records that no other names as previous, as of now in the store."""
        self.follow(site)
        keys, named = self.ask(site, lambda ledger: (ledger.run_keys(site), ledger.named_runs(site)))
        return sorted({run_and_digest(key)[1] for key in keys} - named)

    def runs(self, site: str) -> Iterator[dict[str, Any]]:
        """The run records of a site, oldest first."""
        key = ""
        while page := self.ask(site, partial(Ledger.runs, site=site, after=key)):
            yield from (record for _, record in page)
            key = page[-1][0]

    def forget(self, site: str) -> None:
        """Index the site anew from its first segment."""
        with self._lock:
            self.ask(site, lambda ledger: ledger.forget(site))
            self.follow(site)

    def _follow(self, site: str) -> int:
        known, listed = self._ledger.segments(site), list(self._store.list(captures_prefix(site)))
        if not known.issubset(listed):
            # Restored from a backup or cut down by hand: then what was read back once proves nothing now.
            _logger.warning("%s lacks journal segments that it had: reading it all anew", self._store.url)
            self._renew()
            known = set()
        added = 0
        for batch in _batches(self._sound(key for key in listed if key not in known)):
            parsed = [(key, list(read_segment(data))) for key, data in batch]
            added += self._ledger.add_segments(site, parsed, ours=False)
        seen = self._ledger.run_keys(site)
        keys = (key for key in self._store.list(runs_prefix(site)) if key not in seen)
        for batch in _batches(self._sound(keys)):
            for foreign in self._ledger.add_runs(site, batch):
                self._pass_over(foreign)
        self._followed.add(site)
        return added

    def _renew(self) -> None:
        self._ledger.renew()
        self.renewals += 1
        self._followed.clear()

    def _sound(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Keys that carry a digest, with their bytes; where the bytes belie it, a warning names the key."""
        for key, data in in_threads(self._fetch, keys, _THREADS):
            if data is not None:
                yield key, data
            else:
                self._pass_over(key)

    def _pass_over(self, key: str) -> None:
        _logger.warning("%s in %s is damaged or foreign and was passed over", key, self._store.url)

    def _fetch(self, key: str) -> tuple[str, bytes | None]:
        try:
            expected, data = run_and_digest(key)[1], self._store.get(key)
        except BadKey:
            return key, None
        return key, data if digest(data) == expected else None


def _batches(items: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    size = 0
    for key, data in items:
        batch.append((key, data))
        size += len(data)
        if len(batch) == _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
