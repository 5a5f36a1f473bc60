"""Two archives side by side: what only one has, what is damaged in one, what differs.

Reads everything in both, in bounded threads and memory, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from storage.errors import ArchiveUnusable, BadKey, NotFound
from storage.keys import digest
from storage.listing import in_the_archive, in_threads, merged, own_digest
from storage.store import Store

THREADS = 8
"""Objects that are read at once, of each archive."""

MOST_NAMED = 10_000
"""Differences that callers keep by name; all are counted. As many as an audit record names."""

Code = Literal[
    "only-here",
    "only-there",
    "damaged-here",
    "damaged-there",
    "unreadable-here",
    "unreadable-there",
    "differs",
]
"""What is said of a key; docs/archive.md says what each means."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A key that the two do not hold alike; "here" is the first archive, "there" the second."""

    key: str
    code: Code


def differences(
    here: Store, there: Store, *, threads: int = THREADS, step: Callable[[int], None] | None = None
) -> Iterator[Difference]:
    """Every key that the two do not hold alike, roughly in order. What belongs to the place is left out.

    Objects that carry their digest are held against it on both sides, the others against each other.
    `step` is told how many keys have been compared.

    Raises `ArchiveUnusable` where one of the two fails; one bad sector of a disk is a difference.
    """
    pairs = merged(_keys(here), _keys(there))
    for done, found in enumerate(in_threads(partial(_compare, here, there), pairs, threads), start=1):
        if step is not None:
            step(done)
        yield from found


def _keys(store: Store) -> Iterator[str]:
    return (key for key in store.list() if in_the_archive(key))


@dataclass(frozen=True, slots=True)
class _Side:
    """What one archive has under a key."""

    there: bool
    data: bytes | None = None
    """None: it is not there, or cannot be read."""


def _compare(here: Store, there: Store, pair: tuple[str, bool, bool]) -> list[Difference]:
    key, is_here, is_there = pair
    # What one listing lacks is asked for all the same: stores sort by rules of their own.
    one, other = _read(here, key, listed=is_here), _read(there, key, listed=is_there)
    codes: list[Code] = []
    if one.there and not other.there:
        codes.append("only-here")
    if other.there and not one.there:
        codes.append("only-there")
    expected = own_digest(key)
    if (fault := _fault(one, expected)) is not None:
        codes.append("damaged-here" if fault == "damaged" else "unreadable-here")
    if (fault := _fault(other, expected)) is not None:
        codes.append("damaged-there" if fault == "damaged" else "unreadable-there")
    if expected is None and None not in (one.data, other.data) and one.data != other.data:
        codes.append("differs")
    return [Difference(key, code) for code in codes]


def _fault(side: _Side, expected: str | None) -> Literal["damaged", "unreadable"] | None:
    if side.data is None:
        return "unreadable" if side.there else None
    return "damaged" if expected is not None and digest(side.data) != expected else None


def _read(store: Store, key: str, *, listed: bool) -> _Side:
    try:
        return _Side(there=True, data=store.get(key))
    except NotFound:
        return _Side(there=False)
    except BadKey:
        # Foreign: that it lies there is all that can be said of it.
        return _Side(there=listed, data=b"" if listed else None)
    except ArchiveUnusable:
        # One bad sector must not hide what else differs.
        if not store.local:
            raise
        return _Side(there=True)
