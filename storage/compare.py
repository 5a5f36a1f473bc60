"""Two archives side by side: what only one has, what is damaged in one, what differs.

Reads everything in both, in bounded threads and memory, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from storage.errors import BadKey, NotFound
from storage.keys import digest
from storage.listing import in_the_archive, in_threads, merged, own_digest
from storage.store import Store

THREADS = 8
"""Objects that are read at once, of each archive."""

Code = Literal["only-here", "only-there", "damaged-here", "damaged-there", "differs"]


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
    """
    pairs = merged(_keys(here), _keys(there))
    for done, found in enumerate(in_threads(partial(_compare, here, there), pairs, threads), start=1):
        if step is not None:
            step(done)
        yield from found


def _keys(store: Store) -> Iterator[str]:
    return (key for key in store.list() if in_the_archive(key))


def _compare(here: Store, there: Store, pair: tuple[str, bool, bool]) -> list[Difference]:
    key, is_here, is_there = pair
    one = _read(here, key) if is_here else None
    other = _read(there, key) if is_there else None
    found: list[Difference] = []
    if one is None and other is None:
        return found  # taken away in both since they were listed, or not readable as a key in either
    if other is None:
        found.append(Difference(key, "only-here"))
    if one is None:
        found.append(Difference(key, "only-there"))
    expected = own_digest(key)
    if expected is None:
        if one is not None and other is not None and one != other:
            found.append(Difference(key, "differs"))
        return found
    if one is not None and digest(one) != expected:
        found.append(Difference(key, "damaged-here"))
    if other is not None and digest(other) != expected:
        found.append(Difference(key, "damaged-there"))
    return found


def _read(store: Store, key: str) -> bytes | None:
    try:
        return store.get(key)
    except (NotFound, BadKey):
        return None
