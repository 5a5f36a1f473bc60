"""Bodies: each stored once under its digest, and known to be there only when it was read back.

Keeps the promise "the same bytes are put once". It must not write journal lines.
"""

from __future__ import annotations

import logging
import threading

from storage.errors import Damaged, LedgerLost, NotFound
from storage.identity import identify
from storage.keys import digest, raw_key
from storage.ledger import Ledger
from storage.store import Store

_logger = logging.getLogger(__name__)


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
                self._put(sha256, body)
            self._read_back.add(sha256)

    def confirm(self, sha256: str) -> None:
        """Make sure that the store holds the body; raises `NotFound` or `Damaged`."""
        with self._lock(sha256):
            if not self.known(sha256):
                if not self._reads_back(sha256):
                    # So it seems, too, where a proxy answers in the store's place, or one answer was garbled.
                    identify(self._store, create=False)
                    self.get(sha256)
                self._read_back.add(sha256)

    def get(self, sha256: str) -> bytes:
        """The body, hashed again; raises `NotFound` or `Damaged`."""
        body = self._store.get(raw_key(sha256))
        if digest(body) != sha256:
            raise Damaged(
                f"{raw_key(sha256)} in {self._store.url} does not have the SHA-256 that it is named by."
            )
        return body

    def _put(self, sha256: str, body: bytes) -> None:
        try:
            self._store.put(raw_key(sha256), body)
        except Damaged:
            # What lies there is not what its name says; the right bytes are in hand and may not come again.
            _logger.warning("%s was damaged and has been replaced by the body just received", raw_key(sha256))
            self._store.replace(raw_key(sha256), body)

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
