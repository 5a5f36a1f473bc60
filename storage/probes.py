"""What a store is asked to show before anybody relies on it: probes that fit every kind of store.

A probe writes under a prefix of its own and says what it found. It must not judge by what a store
says, only by what it hands out afterwards. Who calls takes the probe's objects away.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

from storage.errors import Damaged, NotFound
from storage.store import Store

Verdict = Literal["ok", "limited", "unfit"]

MANY = 40
"""Objects that the probes of listing put."""
_THREADS = 8
_ROUNDS = 6

PROBES = {
    "sending": "objects are taken together with their Content-MD5 and SHA-256",
    "round-trip": "objects of 0 bytes to 2 MB come back as they were sent",
    "many": "many objects, put at once by several threads, are all there",
    "listing": "a listing right after the puts has each of them once, in the order of their bytes",
    "names": "keys that are legal and odd: long, with `+`, with dots, one the beginning of another",
    "replace": "after a replacement only the new bytes are handed out",
    "race": "while several threads write one key, readers see one of the bodies, whole",
    "paging": "a listing in small pages has every key once",
    "checksums": "bytes that do not have the Content-MD5 or the SHA-256 they were sent with are refused",
    "conditions": "of several threads that put a key only if it is free (`If-None-Match: *`) one wins",
    "ranges": "a part of an object is the part that was asked for",
    "multipart": "an object that was sent in parts comes back whole",
    "lock": "where object lock is claimed, a locked object cannot be deleted",
    "tls": "the connection is encrypted",
    "remove": "what was removed is gone, and the check left nothing behind",
}
"""Each probe, and what it wants to see."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found. `limited`: the archive does without. `unfit`: data would be lost or garbled."""

    name: str
    verdict: Verdict
    message: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in store.json."""
        return {"probe": self.name, "verdict": self.verdict, "message": self.message}


class Bench(Protocol):
    """A store without the archive's own care: one request each, nothing read back."""

    def put(self, key: str, data: bytes) -> str:
        """Send bytes, in place of what is there; why they were refused, "" where they were not."""

    def get(self, key: str) -> bytes | None:
        """What is handed out; None where there is nothing."""

    def list(self, prefix: str) -> list[str]:
        """The keys that start with `prefix`, as they are listed."""

    def remove(self, key: str) -> str:
        """Take the key away; why that was refused, "" where it was not."""


class StoreBench:
    """A folder on the bench: its puts read back by themselves, and what they find shows at the next get."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, key: str, data: bytes) -> str:
        """See `Bench`."""
        with suppress(Damaged):
            self._store.replace(key, data)
        return ""

    def get(self, key: str) -> bytes | None:
        """See `Bench`."""
        try:
            return self._store.get(key)
        except NotFound:
            return None

    def list(self, prefix: str) -> list[str]:
        """See `Bench`."""
        return list(self._store.list(prefix))

    def remove(self, key: str) -> str:
        """See `Bench`."""
        self._store.remove(key)
        return ""


def round_trip(bench: Bench, at: str) -> Probe:
    """Objects of several sizes, one by one."""
    answer = partial(Probe, "round-trip")
    for size in (0, 1, 256, 70_000, 2_000_000):
        data = bytes(range(256)) if size == 256 else random.Random(size).randbytes(size)
        if code := bench.put(f"{at}/{size}", data):
            return answer("unfit", f"it refuses an object of {size} bytes ({code})")
        if found := wrong(bench.get(f"{at}/{size}"), data):
            return answer("unfit", f"it accepted an object of {size} bytes and {found}")
    return answer("ok", "objects of 0 bytes to 2 MB came back as they were")


def many(bench: Bench, at: str) -> Iterator[Probe]:
    """Many objects at once: whether they are listed at once, and whether they are there."""
    bodies = {f"{at}/{number:03d}": f"{number}".encode() * 999 for number in range(MANY)}
    with ThreadPoolExecutor(_THREADS) as threads:
        codes = [code for code in threads.map(lambda item: bench.put(*item), bodies.items()) if code]
        listed = bench.list(f"{at}/")
        back = dict(zip(bodies, threads.map(bench.get, bodies), strict=True))
    found = sorted({complaint for key, data in bodies.items() if (complaint := wrong(back[key], data))})
    bad = sum(back[key] != data for key, data in bodies.items())
    if codes:
        yield Probe("many", "unfit", f"it refused {len(codes)} of {MANY} objects ({codes[0]})")
    elif found:
        yield Probe("many", "unfit", f"it accepted {MANY} objects, and of {bad} it {' or '.join(found)}")
    else:
        yield Probe("many", "ok", f"{MANY} objects of {_THREADS} threads are there")
    yield _listing(listed, [key for key in bodies if back[key] is not None])


def _listing(listed: list[str], there: list[str]) -> Probe:
    answer = partial(Probe, "listing")
    if lacking := set(there) - set(listed):
        return answer(
            "unfit",
            f"a listing right after the puts lacks {len(lacking)} of {len(there)} objects: "
            "what is there would be missed, and machines that share the archive could not take turns",
        )
    if len(listed) > len(set(listed)) or set(listed) - set(there):
        return answer("unfit", "a listing names objects twice, or such as are not there")
    if listed != sorted(listed):
        return answer("limited", "listings are not in the order of the keys' bytes: copies take longer")
    return answer("ok", "a listing right after the puts has each object once: machines can take turns")


def names(bench: Bench, at: str) -> Probe:
    """Keys that a valid archive may have and a careless store may mistake."""
    answer = partial(Probe, "names")
    room = 200 - len(at) - 1
    long = "/".join(["n" * 90, "n" * 90])[:room].rstrip("/")
    odd = ["a+b", "a_b", "a..b", "a.", "a-b/c", "a/b.c", "a.b/c", "ab", "x" * 100, long]
    bodies = {f"{at}/{name}": name.encode() for name in odd}
    try:
        for key, data in bodies.items():
            if code := bench.put(key, data):
                return answer("unfit", f"it refuses the key {key} ({code})")
        for key, data in bodies.items():
            if found := wrong(bench.get(key), data):
                return answer("unfit", f"it accepted an object under {key} and {found}")
        if sorted(bench.list(f"{at}/")) != sorted(bodies):
            return answer("unfit", "it lists odd keys otherwise than they were sent")
        return answer("ok", "long and odd keys are kept as they are")
    finally:
        for key in bodies:  # here, under the names that were sent: a listing may have others
            bench.remove(key)


def replace(bench: Bench, at: str) -> Probe:
    """One key, replaced again and again."""
    answer = partial(Probe, "replace")
    for number in range(20):
        data = f"{number}".encode() * (1000 - 40 * number)
        if code := bench.put(f"{at}/one", data):
            return answer("unfit", f"it refuses to replace an object ({code})")
        back = bench.get(f"{at}/one")
        if back != data:
            older = "the bytes that were there before" if back else "nothing"
            return answer("unfit", f"right after an object was replaced it hands out {older}")
    return answer("ok", "after each of 20 replacements only the new bytes were handed out")


def race(bench: Bench, at: str) -> Probe:
    """Writers of one key, and readers beside them."""
    answer = partial(Probe, "race")
    bodies = [bytes([number]) * (30_000 + 7000 * number) for number in range(4)]
    key = f"{at}/one"
    bench.put(key, bodies[0])

    def act(number: int) -> bytes | None:
        if number % 2:
            return bench.get(key)
        bench.put(key, bodies[number // 2 % len(bodies)])
        return None

    with ThreadPoolExecutor(_THREADS) as threads:
        seen = [data for data in threads.map(act, range(8 * _ROUNDS)) if data is not None]
    last = bench.get(key)
    if last not in bodies or any(data not in bodies for data in seen):
        return answer(
            "unfit", "while several threads wrote one key, it handed out bytes that none of them sent"
        )
    return answer("ok", "while several threads wrote one key, each read was one of the bodies, whole")


def remove(bench: Bench, at: str) -> Probe:
    """Takes everything away that the check put below `at`."""
    answer = partial(Probe, "remove")
    codes = {code for key in bench.list(f"{at}/") if (code := bench.remove(key))}
    left = bench.list(f"{at}/")
    if codes:
        return answer(
            "limited",
            f"it refuses to remove objects ({', '.join(sorted(codes))}): {len(left)} of the check stay below "
            f"{at}/, and a published report that its captures no longer support will stay, too",
        )
    if left:
        return answer("limited", f"right after they were removed {len(left)} objects are still listed")
    return answer("ok", "what was removed is gone")


def wrong(back: bytes | None, data: bytes) -> str:
    """What a store did to `data` if it handed out `back`; "" where it is the same."""
    if back is None:
        return "does not have it"
    if back == data:
        return ""
    if len(back) < len(data):
        return "hands out fewer bytes"
    return "hands out other bytes"


FOR_ALL: tuple[Callable[[Bench, str], Probe | Iterator[Probe]], ...] = (many, names, replace, race)
"""Probes of every store, after `round_trip`."""
