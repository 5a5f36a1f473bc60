"""Machines that quarrel over leases: killed, suspended, cut off, slow, with clocks that are hours apart.

`python -m tests.storage.leasing SECONDS [ADDRESS]` lets eight machines take and release leases in one archive
(in a folder, or at ADDRESS: a place in a bucket that the AWS variables lead to), with times a hundred times
shorter than the real ones. Each writes down, with one clock for all, when it relied on which claim; at no
time may two have relied on claims to one name. Last, a machine that never was there gets every lease.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from unittest.mock import patch

import storage.archive
from storage import leases
from storage.archive import Archive
from storage.errors import ArchiveUnusable, SiteBusy
from storage.store import Store, open_store
from tests.storage.made import WatchedStore

ROOT = Path(__file__).parents[2]
NAMES = ("xuxian", "_watch")
TROUBLES = ("kill", "suspend", "suspend", "none")
SHORT = {"SECONDS": 2.0, "MARGIN": 1.6, "RENEW": 0.4, "PATIENCE": 0.8}
"""S3 rounds times to seconds: the margin must be longer than that."""


class Troubled(WatchedStore):
    """A store that is slow by chance, before or after it does something, or away for a while."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        super().__init__(store)
        self._rng = rng
        self._away = 0.0

    def replace(self, key: str, data: bytes) -> None:
        self._dally()
        super().replace(key, data)
        self._dally()

    def list(self, prefix: str = "") -> Iterator[str]:
        self._dally()
        keys = list(super().list(prefix))
        self._dally()
        yield from keys

    def _dally(self) -> None:
        if self._rng.random() < 0.006:
            sleep(self._rng.uniform(0, 1.5 * leases.SECONDS))
        if self._rng.random() < 0.002:
            self._away = monotonic() + self._rng.uniform(0, 2 * leases.SECONDS)
        if monotonic() < self._away:
            raise ArchiveUnusable("The store is away.")


class SkewedClock(datetime):
    """A clock that somebody set wrong."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + cls.ahead


def quarrel(url: str, folder: str, number: str) -> None:
    """One machine: takes leases and lets go of them; writes down when it relied on which."""
    vars(leases).update(SHORT)
    machine, seed = Path(folder), int(number)
    rng = random.Random(seed)
    SkewedClock.ahead = timedelta(hours=rng.uniform(-5, 5))
    leases.datetime = SkewedClock  # type: ignore[attr-defined]
    storage.archive.open_store = lambda url, **_: Troubled(open_store(url), rng)  # type: ignore[attr-defined]
    (machine / "held").mkdir(parents=True, exist_ok=True)
    log = os.open(machine / "held" / f"{seed}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    archive: Archive | None = None
    while True:
        try:
            archive = archive or Archive.open(url, state=machine / "state")
            name = rng.choice(NAMES)
            with archive.lease(name) as lease:
                until = monotonic() + rng.choice(
                    (0.0, 0.0, 0.1, 0.1, 0.3, 0.3, 3 * leases.SECONDS * rng.random())
                )
                while True:
                    claim, began = lease._key, monotonic()
                    if lease.held and lease._key == claim:
                        os.write(log, f"{name} {claim} {began}\n".encode())
                    if monotonic() > until:
                        break
                    sleep(0.01)
        except (SiteBusy, ArchiveUnusable):
            sleep(rng.uniform(0, 0.3))


@dataclass
class Quarrel:
    """What came of it."""

    taken: int = 0
    """Leases that were held."""
    machines: set[Path] = field(default_factory=set)
    """Those that held one."""
    troubles: dict[str, int] = field(default_factory=dict)
    handed_over: int = 0
    """How often one machine's lease was followed by another's."""
    both: list[str] = field(default_factory=list)
    """Where two relied on claims to one name at once."""
    words: str = ""
    """What they said."""
    last: float = 0.0
    """Seconds until a machine that was never there had each of the leases."""


def let_quarrel(url: str, folder: Path, seconds: float, seed: int, count: int = 8) -> Quarrel:
    """Several machines for so long, with one trouble after another; then one alone."""
    rng, found, number = random.Random(seed), Quarrel(), 0
    running: dict[Path, subprocess.Popen[bytes]] = {}
    asleep: dict[Path, float] = {}
    begin = begin_of(url)
    try:
        end = monotonic() + seconds
        while monotonic() < end:
            for machine in (folder / f"machine{n}" for n in range(count)):
                if machine not in running:
                    number += 1
                    running[machine] = begin(machine, 1000 * seed + number)
                if monotonic() > asleep.get(machine, end):
                    running[machine].send_signal(signal.SIGCONT)
                    del asleep[machine]
            sleep(rng.uniform(0, 1))
            trouble, machine = rng.choice(TROUBLES), rng.choice(sorted(running))
            found.troubles[trouble] = found.troubles.get(trouble, 0) + 1
            if trouble == "suspend":
                running[machine].send_signal(signal.SIGSTOP)
                asleep[machine] = monotonic() + rng.uniform(0, 3 * SHORT["SECONDS"])
            elif trouble == "kill":
                running[machine].kill()
                running.pop(machine).wait()
                asleep.pop(machine, None)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    _read(folder, found)
    found.last = _alone(url, folder / "another")
    return found


def begin_of(url: str) -> Callable[[Path, int], subprocess.Popen[bytes]]:
    """Starts a machine at that archive."""
    program = "import sys; from tests.storage import leasing as l; l.quarrel(*sys.argv[1:])"

    def begin(machine: Path, seed: int) -> subprocess.Popen[bytes]:
        machine.mkdir(exist_ok=True)
        with (machine / "words").open("ab") as words:
            return subprocess.Popen(
                [sys.executable, "-c", program, url, str(machine), str(seed)], cwd=ROOT, stderr=words
            )

    return begin


def _read(folder: Path, found: Quarrel) -> None:
    spans: dict[tuple[str, str], list[float]] = {}
    owners: dict[str, Path] = {}
    for path in folder.glob("machine*/held/*"):
        for line in path.read_text("ascii").splitlines():
            name, claim, when = line.split()
            span = spans.setdefault((name, claim), [float(when), float(when)])
            span[1] = float(when)
            owners[claim] = path.parents[1]
    found.words = "".join(path.read_text("utf-8") for path in folder.glob("machine*/words"))
    found.taken, found.machines = len(spans), set(owners.values())
    for name in NAMES:
        ordered = sorted((span[0], span[1], claim) for (one, claim), span in spans.items() if one == name)
        for (_, ended, claim), (began, _, other) in pairwise(ordered):
            found.handed_over += owners[claim] != owners[other]
            if began < ended:
                found.both.append(f"{claim} until {ended:.3f}, {other} from {began:.3f}")


def _alone(url: str, machine: Path) -> float:
    began = monotonic()
    with patch.dict(vars(leases), SHORT), Archive.open(url, state=machine) as archive:
        for name in NAMES:
            while monotonic() < began + 60:
                try:
                    with archive.lease(name):
                        break
                except SiteBusy:
                    sleep(0.1)
    return monotonic() - began


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        address = sys.argv[2] if len(sys.argv) > 2 else f"{place}/archive"
        result = let_quarrel(address, Path(place), float(sys.argv[1]), random.randrange(10**6))
        print(f"{result.taken} leases held by {len(result.machines)} machines, {result.handed_over} times")
        print(f"from one to another; {result.troubles}; a new machine had all after {result.last:.1f} s")
        print(result.words[-3000:])
        print("\n".join(result.both) or "at no time two")
        sys.exit(bool(result.both))
