"""A copy in a process that kills itself: ``python -m tests.storage.copying_killed FROM TO STATE COUNT``.

SIGKILL comes just after the COUNTth object was written, before that is written down.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from storage.copying import copy
from storage.store import open_store
from tests.storage.made import WatchedStore


class Deadly(WatchedStore):
    """Kills the process after so many objects."""

    left = 0

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        self._written()

    def replace(self, key: str, data: bytes) -> None:
        super().replace(key, data)
        self._written()

    def _written(self) -> None:
        Deadly.left -= 1
        if Deadly.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(source: str, target: str, state: str, count: str) -> None:
    """See the module."""
    Deadly.left = int(count)
    copy(open_store(source), Deadly(open_store(target)), Path(state), threads=2, step=lambda *_: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
