"""Rounds of faults: processes that are killed and started again behind a proxy that goes wrong.

A round ends when each pass has ended as it should; then every promise is looked at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import sleep

from storage.archive import Archive
from storage.store import Store, open_store
from tests.faults.checking import Held, Timeless, check, held
from tests.faults.recording import PASSES, exchange, record
from tests.servers.proxy import FAULTS, Proxy, at_random
from tests.servers.swift_server import Swift

ROOT = Path(__file__).resolve().parents[2]
COUNT = 250
"""Exchanges in a pass."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong in a round. Chances are from 0 to 1 and of each process."""

    seed: int
    among: tuple[str, ...] = tuple(FAULTS)
    share: float = 0.25
    """Of the requests that go wrong."""
    kill: float = 0.4
    """The process is killed at some moment."""
    outage: float = 0.0
    """Nobody listens for some seconds."""
    crash: float = 0.0
    """The server is killed and started again."""
    forget: float = 0.0
    """The machine's ledger is lost before the process starts."""
    attempts: int = 12
    """Processes for each pass; the last one is left in peace."""
    within: int = 400
    """Requests to the store in which a process meets what is to happen to it."""


class Round(ABC):
    """One round, in a place of its own in the bucket."""

    passes = PASSES

    def __init__(self, plan: Plan, swift: Swift, folder: Path, *, tls: bool) -> None:
        self.plan = plan
        self.folder = folder
        self.state = folder / "state"
        self.url = swift.new_place()
        self.played: Counter[str] = Counter()
        """Faults by name; "kill", "outage", "server-killed" and "ledger-lost" among them."""
        self.ended: Counter[int] = Counter()
        """Processes by exit code."""
        self.said: list[str] = []
        """The last lines of those that gave up."""
        self.acknowledged: set[tuple[str, str]] = set()
        """Address and moment of exchanges."""
        self._swift, self._tls = swift, tls
        self._dice = Random(plan.seed)

    @abstractmethod
    def command(self, turn: int) -> list[str]:
        """The process of that pass."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What it needs besides the store's variables."""

    @abstractmethod
    def noted(self, turn: int, out: str) -> Iterator[tuple[str, str]]:
        """What a process had acknowledged when it ended, however it ended."""

    def play(self) -> Held:
        """To the end; what the archive then has. Fails where a promise is broken."""
        certificate = self._swift.certificate if self._tls else None
        stall = self._dice.choice((0.5, 2.0))
        with Proxy(self._swift.url, certificate=certificate, stall=stall) as proxy:
            for turn in range(1, self.passes + 1):
                self._pass(turn, proxy)
            self.played.update({name: count for name, count in proxy.played.items() if name})
        with self.store() as store:
            return check(store, self.state, self.acknowledged)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The archive's store with no proxy in between."""
        os.environ.update(self._swift.environment())
        store = open_store(self.url)
        try:
            yield store
        finally:
            store.close()

    def _pass(self, turn: int, proxy: Proxy) -> None:
        for left in reversed(range(self.plan.attempts)):
            share = self.plan.share if left else 0.0
            seed, spared = self._dice.randrange(1 << 30), self._dice.choice((0, 15, 15))
            proxy.play = at_random(seed, share, self.plan.among, spared=spared)
            if self._dice.random() < self.plan.forget:
                self._forget()
            if self._attempt(turn, proxy, disturbed=left > 0):
                return
        raise AssertionError(f"nothing went wrong, and yet: {self.said[-1]}")

    def _attempt(self, turn: int, proxy: Proxy, *, disturbed: bool) -> bool:
        """One process; True where it came to its end."""
        told = self._swift.environment(tls=self._tls) | {"AWS_ENDPOINT_URL_S3": proxy.url}
        process = subprocess.Popen(
            self.command(turn),
            cwd=ROOT,
            env=os.environ | told | self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        meanwhile = self._meanwhile(process, proxy) if disturbed else []
        out, err = process.communicate(timeout=600)
        for thread in meanwhile:
            thread.join()
        self.ended[process.returncode] += 1
        self.acknowledged.update(self.noted(turn, out))
        assert process.returncode in (0, 7, -9), err
        assert "Traceback" not in err, err
        if process.returncode == 7:
            self.said.append(err.splitlines()[-1])
        return process.returncode == 0

    def _meanwhile(self, process: subprocess.Popen[str], proxy: Proxy) -> list[threading.Thread]:
        """What happens to the process, the network and the server while it runs."""

        begun = proxy.played.total()

        def outage() -> None:
            proxy.shut()
            sleep(self._dice.uniform(0.5, 5))
            proxy.open()

        def crash() -> None:
            self._swift.stop()
            proxy.upstream = self._swift.start().url

        def later(name: str, requests: int, what: Callable[[], None]) -> None:
            while process.poll() is None and proxy.played.total() < begun + requests:
                sleep(0.01)
            if process.poll() is None:
                self.played[name] += 1
                what()

        chances = (
            ("kill", self.plan.kill, process.kill),
            ("outage", self.plan.outage, outage),
            ("server-killed", self.plan.crash, crash),
        )
        threads = [
            threading.Thread(target=later, args=(name, self._dice.randrange(self.plan.within), what))
            for name, chance, what in chances
            if self._dice.random() < chance
        ]
        for thread in threads:
            thread.start()
        return threads

    def _forget(self) -> None:
        for ledger in self.state.rglob("ledger.sqlite"):
            for file in ledger.parent.glob("ledger.sqlite*"):
                file.unlink()
            self.played["ledger-lost"] += 1


class Recordings(Round):
    """Rounds of `tests.faults.recording`, which says what it has acknowledged."""

    def __init__(self, plan: Plan, swift: Swift, folder: Path, *, tls: bool, count: int = COUNT) -> None:
        super().__init__(plan, swift, folder, tls=tls)
        self._count = count

    def command(self, turn: int) -> list[str]:
        arguments = (self.url, str(self.state), str(turn), str(self._count))
        return [sys.executable, "-m", "tests.faults.recording", *arguments]

    def environment(self) -> dict[str, str]:
        return {}

    def noted(self, turn: int, out: str) -> Iterator[tuple[str, str]]:
        for line in out.splitlines():
            if line.isdigit():
                made, _ = exchange(int(line), turn)
                yield made.url, made.received.isoformat()


def undisturbed(folder: Path, count: int = COUNT, passes: int = PASSES) -> Timeless:
    """What an archive holds after passes without incident."""
    with Archive.open(str(folder / "archive"), state=folder / "state") as archive:
        for turn in range(1, passes + 1):
            record(archive, turn, count)
        return held(archive.store).timeless()
