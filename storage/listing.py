"""Listings of whole archives, merged and walked with bounded memory, whatever their size.

It reads no object and writes nothing to a store.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, TypeVar

from storage.disk import disk_errors
from storage.keys import CHECK_PREFIX, IMMUTABLE, LEASES_PREFIX, STORE_KEY, place
from storage.store import Store

KINDS = ("raw", "captures", "parses", "reports", "runs", "quarantine", "audits", "alerts")
"""What an archive holds, each kind after those that it refers to: the order of writes."""

MOST_NAMED = 1000
"""Findings of one sort that are kept in memory; the rest is counted."""

_T = TypeVar("_T")
_R = TypeVar("_R")


def merged(left: Iterable[str], right: Iterable[str]) -> Iterator[tuple[str, bool, bool]]:
    """Every key of two sorted listings, once and in order, with whether the left and the right have it.

    Where a store sorts by another rule, a key that both have may come as two.
    """
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if one == other and one is not None:
            yield one, True, True
            one, other = next(lefts, None), next(rights, None)
        elif other is None or (one is not None and one < other):
            assert one is not None
            yield one, True, False
            one = next(lefts, None)
        else:
            yield other, False, True
            other = next(rights, None)


def in_threads(work: Callable[[_T], _R], items: Iterable[_T], threads: int) -> Iterator[_R]:
    """What `work` makes of each item, as it is done; never more than twice `threads` items are under way."""
    with ThreadPoolExecutor(threads) as pool:
        under_way: set[Future[_R]] = set()
        try:
            for item in items:
                under_way.add(pool.submit(work, item))
                if len(under_way) >= 2 * threads:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
            while under_way:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (one.result() for one in done)
        finally:
            for one in under_way:
                one.cancel()


def in_the_archive(key: str) -> bool:
    """Whether a key is of the archive, and not of the place that it lies in."""
    return key != STORE_KEY and not key.startswith((CHECK_PREFIX, LEASES_PREFIX))


def own_digest(key: str) -> str | None:
    """The SHA-256 that the key says its bytes have; None where they may be replaced."""
    found = place(key)
    return found.digest if found is not None and found.kind in IMMUTABLE else None


class Listing:
    """The keys of an archive as of one moment, in temporary files of this machine: one for each kind.

    Everything that a listed object refers to is listed, too, though others write meanwhile: run records
    are listed first, and segments before bodies. Only a report may be newer than its listing.
    """

    def __init__(self, store: Store, kinds: Sequence[str] = KINDS) -> None:
        """Lists the whole store; what is of other kinds is passed over."""
        self.counts = dict.fromkeys(kinds, 0)
        """How many keys there are of each kind."""
        self.foreign: list[str] = []
        """Names that are no keys of the layout, the first thousand."""
        self.foreign_count = 0
        self._files: dict[str, IO[str]] = {}
        try:
            with disk_errors(Path(tempfile.gettempdir()), "set TMPDIR to another folder"):
                for kind in kinds:
                    self._files[kind] = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 - for `close`
                self._add(store.list("runs/"))
                self._add(key for key in store.list() if not key.startswith("runs/"))
        except BaseException:
            self.close()
            raise

    def keys(self, kind: str) -> Iterator[str]:
        """The keys of a kind, in the order in which the store lists them."""
        file = self._files[kind]
        file.seek(0)
        for line in file:
            yield line.rstrip("\n")

    def close(self) -> None:
        """Delete the files."""
        for file in self._files.values():
            file.close()

    def _add(self, keys: Iterable[str]) -> None:
        for key in keys:
            found = place(key)
            if not in_the_archive(key):
                continue
            if found is None:
                self.foreign_count += 1
                if len(self.foreign) < MOST_NAMED:
                    self.foreign.append(key)
            elif found.kind in self.counts:
                self._files[found.kind].write(f"{key}\n")
                self.counts[found.kind] += 1
