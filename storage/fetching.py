"""Many objects read at once, in order, a few at a time in memory, and the trouble with each as a value."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from storage.errors import ArchiveUnusable, BadKey, NotFound
from storage.keys import ARCHIVE_KEY
from storage.store import Store

_T = TypeVar("_T")
_THREADS = 8
_BATCH = 16
"""Keys for each task: handing over a task costs more than hashing a small page."""


def fetched(
    store: Store, keys: Iterable[str], work: Callable[[bytes], _T]
) -> Iterator[tuple[str, _T | ArchiveUnusable | None]]:
    """Each key with what `work` makes of its object, in order; None where there is none.

    An object that the store does not hand out comes with the error; if the store itself has failed, that
    is raised. `work` runs in threads.
    """
    over = threading.Event()

    def fetch(batch: list[str]) -> list[tuple[str, _T | ArchiveUnusable | None]]:
        return [(key, _fetch(store, key, work)) for key in batch if not over.is_set()]

    pending = iter(keys)
    under_way: deque[Future[list[tuple[str, _T | ArchiveUnusable | None]]]] = deque()
    with ThreadPoolExecutor(_THREADS) as threads:
        try:
            while True:
                while len(under_way) < 2 * _THREADS and (batch := list(islice(pending, _BATCH))):
                    under_way.append(threads.submit(fetch, batch))
                if not under_way:
                    return
                for key, result in under_way.popleft().result():
                    if isinstance(result, ArchiveUnusable):
                        _probe(store, result)
                    yield key, result
        finally:
            over.set()


def _fetch(store: Store, key: str, work: Callable[[bytes], _T]) -> _T | ArchiveUnusable | None:
    try:
        return work(store.get(key))
    except (NotFound, BadKey):
        return None
    except ArchiveUnusable as error:
        return error


def _probe(store: Store, error: ArchiveUnusable) -> None:
    """Raises the error again if the store hands out nothing at all."""
    try:
        store.get(ARCHIVE_KEY)
    except NotFound:
        return
    except ArchiveUnusable:
        raise error from None
