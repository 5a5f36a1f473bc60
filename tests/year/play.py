"""Lets the year happen: the played web, its troubles, the operator's hand, and two machines' schedulers.

`Play` owns the processes and the folder. It judges nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.replica import Replica
from tests.year import stage
from tests.year.clock import FastClock
from tests.year.story import COUNTIES, START, moment

GONGKAI = (sys.executable, "-c", "from crawler.cli import main; main()")
CONFIG = """archive = "archive"
site_files = ["sites.toml"]
contact = "tests"

[crawl]
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = false
RETRY_TIMES = 1

"""
MACHINES = ("north", "south")
BEAT = 1.2
"""Seconds within which a scheduler that was woken has surely looked at the clock."""
PATIENCE = 300.0
"""Seconds that the work of one leap may take."""


class Play:
    """The stage is set on entering; `schedule` is the `[schedule]` part of both machines' gongkai.toml."""

    def __init__(self, folder: Path, schedule: str = "", start: datetime = START) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        self.clock = FastClock(folder / "clock", start)
        self.schedulers: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "gongkai.toml").write_text(CONFIG + schedule, encoding="utf-8")
        self.visits: list[stage.Visit] = []
        """What was asked of the played web, by the story's clock."""
        here = {"clock": staticmethod(self.clock.now), "visits": self.visits}
        self.replica = Replica(sites=[type("Now", (stage.Stage,), here)])

    def __enter__(self) -> Self:
        self.replica.__enter__()
        self.set_stage()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self.schedulers.values():
            process.kill()
            process.wait()
        self.replica.__exit__(kind, error, traceback)

    def environment(self, machine: str) -> dict[str, str]:
        """What makes a process one of that machine, in the story's time."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("GONGKAI_", "AWS_"))}
        own = self.folder / machine
        return (
            kept
            | self.replica.environment()
            | self.clock.environment()
            | {
                "GONGKAI_CONFIG": str(self.folder / "gongkai.toml"),
                "GONGKAI_STATE": str(own / "state"),
                "XDG_CACHE_HOME": str(own / "cache"),
                "XDG_CONFIG_HOME": str(own / "config"),
            }
        )

    def set_stage(self) -> None:
        """Failures of the network and the operator's entries are those of the clock's moment."""
        now = self.clock.now()
        self.replica.heal()
        for county in COUNTIES:
            if stage.unreachable(county, now):
                self.replica.fail("*", "reset", host=county.host)
        entries = [stage.entry(c, new=c.told is not None and moment(c.told) <= now) for c in COUNTIES]
        (self.folder / "sites.toml").write_text("\n".join(entries), encoding="utf-8")

    def leap(self, to: datetime) -> None:
        """It is that moment now; schedulers wake."""
        self.clock.leap(to)
        self.set_stage()
        for process in self.schedulers.values():
            process.send_signal(signal.SIGHUP)

    def gongkai(self, *words: str, machine: str = MACHINES[0]) -> subprocess.CompletedProcess[str]:
        """One call of the command line, to its end."""
        return subprocess.run(
            [*GONGKAI, *words],
            cwd=self.folder,
            env=self.environment(machine),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, machine: str) -> None:
        """Starts the machine's scheduler, and waits until it says that it has begun."""
        path = self.folder / f"{machine}.log"
        path.touch()
        said = len(path.read_bytes())
        with path.open("ab") as log:
            self.schedulers[machine] = subprocess.Popen(
                [*GONGKAI, "schedule"],
                cwd=self.folder,
                env=self.environment(machine),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + PATIENCE
        while b"logs in" not in path.read_bytes()[said:]:
            self._all_alive(deadline)

    def stop(self, machine: str) -> int:
        """Asks the machine's scheduler to end, and gives its exit code."""
        process = self.schedulers.pop(machine)
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE)

    def settle(self) -> None:
        """Waits until every scheduler has looked at the clock and nothing more runs.

        Raises:
            TimeoutError: something still runs after `PATIENCE`.
            RuntimeError: a scheduler has ended.
        """
        quiet, deadline = time.monotonic(), time.monotonic() + PATIENCE
        while time.monotonic() - quiet < BEAT:
            self._all_alive(deadline)
            if any(_children(process.pid) for process in self.schedulers.values()):
                quiet = time.monotonic()

    def _all_alive(self, deadline: float) -> None:
        """Waits a moment; raises where a scheduler has ended or the time is over."""
        time.sleep(0.05)
        for machine, process in self.schedulers.items():
            if process.poll() is not None:
                words = (self.folder / f"{machine}.log").read_text(encoding="utf-8")
                raise RuntimeError(f"the scheduler of {machine} ended with {process.returncode}: {words}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {PATIENCE:.0f} s jobs of {self.clock.now():%Y-%m-%d} still run")

    def pass_to(self, to: datetime, say: Callable[[str], None]) -> None:
        """Lets time pass up to that moment, and waits until what is due by then is done."""
        began, before = time.monotonic(), len(self.visits)
        self.leap(to)
        self.settle()
        took = time.monotonic() - began
        say(f"{to:%Y-%m-%d}: {took:.0f} s, {len(self.visits) - before} requests")

    def keep_visits(self) -> None:
        """Writes what was asked of the played web beside the archive, for who wants to look at it."""
        lines = (f"{v.at.isoformat()} {'sound' if v.sound else 'none'} {v.url}\n" for v in self.visits)
        (self.folder / "visits.txt").write_text("".join(lines), encoding="utf-8")


def _children(pid: int) -> bool:
    """Whether a process has children."""
    tasks = Path(f"/proc/{pid}/task")
    return any((task / "children").read_text() for task in tasks.iterdir()) if tasks.exists() else False
