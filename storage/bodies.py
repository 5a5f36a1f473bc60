"""Bodies: each stored once under its digest, and known to be there only when it was read back.

Keeps the promise "the same bytes are put once". It must not write journal lines.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from storage.errors import Damaged, LedgerLost, NotFound, StorageError
from storage.identity import identify
from storage.keys import digest, raw_key
from storage.ledger import Ledger
from storage.store import Store, keep

_TRIES = 4
_PAUSES = wait_exponential(multiplier=0.5)
"""Seconds between readings of a body that seems to be lost."""


class Bodies:
    """The bodies of one archive. Threads may share it."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._read_back: set[str] = set()  # by this process
        self._locks = [threading.Lock() for _ in range(64)]

    def known(self, sha256: str) -> bool:
        """Whether this machine has read the body back before; in a folder also that it is still there."""
        if sha256 not in self._read_back and not self._remembered(sha256):
            return False
        return not self._store.local or self._store.exists(raw_key(sha256))

    def keep(self, sha256: str, body: bytes) -> None:
        """Have the body in the store, read back; puts it only where it is not known or found to be there."""
        with self._lock(sha256):
            if self.known(sha256):
                return
            if self._remembered(sha256) is None or not self._reads_back(sha256):
                keep(self._store, raw_key(sha256), body)
            self._read_back.add(sha256)

    def confirm(self, sha256: str) -> None:
        """Make sure that the store holds the body; raises `NotFound` or `Damaged`."""
        with self._lock(sha256):
            if not self.known(sha256):
                self._get_patiently(sha256)
                self._read_back.add(sha256)

    def get(self, sha256: str) -> bytes:
        """The body, hashed again; raises `NotFound` or `Damaged`, and then knows it no more."""
        try:
            body = self._store.get(raw_key(sha256))
        except NotFound:
            self._forget(sha256)
            raise
        if digest(body) != sha256:
            self._forget(sha256)
            raise Damaged(
                f"{raw_key(sha256)} in {self._store.url} does not have the SHA-256 that it is named by."
            )
        return body

    def has(self, sha256: str) -> bool:
        """Whether there is anything under that digest. Does not read it."""
        there = self._store.exists(raw_key(sha256))
        if not there:
            self._forget(sha256)
        return there

    def _forget(self, sha256: str) -> None:
        """Have the body put again when it comes again."""
        self._read_back.discard(sha256)
        with suppress(StorageError):
            self._ledger.forget_body(sha256)

    def _get_patiently(self, sha256: str) -> None:
        """Read the body back, several times where it seems to be lost.

        So it seems, too, where a proxy answers in the store's place, or one answer was garbled.
        """
        tries = 1 if self._store.local else _TRIES
        for attempt in Retrying(
            retry=retry_if_exception_type((NotFound, Damaged)),
            stop=stop_after_attempt(tries),
            wait=_PAUSES,
            reraise=True,
        ):
            with attempt:
                try:
                    self.get(sha256)
                except (NotFound, Damaged):
                    identify(self._store, create=False)
                    raise

    def _remembered(self, sha256: str) -> bool | None:
        try:
            return self._ledger.body_state(sha256)
        except LedgerLost:
            return None  # the next commit makes the ledger anew; until then the store is asked

    def _reads_back(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except (NotFound, Damaged):
            return False
        return True

    def _lock(self, sha256: str) -> threading.Lock:
        return self._locks[int(sha256[:2], 16) % len(self._locks)]
