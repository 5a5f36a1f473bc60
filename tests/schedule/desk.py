"""`Desk`: a scheduler with a made-up `gongkai` and a clock that the test holds in its hands."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from crawler.schedule.children import Child
from crawler.schedule.plan import Job, Plan, Turn
from crawler.schedule.rows import Run
from crawler.schedule.scheduler import Scheduler
from crawler.schedule.slots import Slots
from crawler.schedule.triggers import Cron, Trigger
from tests.schedule.made import made_up

DAY = timedelta(days=1)
EVE = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Before the day's moment at 20:00 UTC (04:00 in Shanghai)."""
DUE = datetime(2026, 1, 1, 20, tzinfo=UTC)


def turn(
    name: str = "daily",
    site: str = "bjxch",
    trigger: Trigger | None = None,
    *,
    host: str | None = None,
    **job: Any,
) -> Turn:
    """A turn at 04:00 each day unless told otherwise."""
    return Turn(Job(name, **{"kind": "crawl", **job}), site, host or site, trigger or Cron("0 4 * * *"))


class Desk:
    """A scheduler, its memory and its made-up `gongkai` in one folder."""

    def __init__(self, folder: Path, *turns: Turn, **plan: Any) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.seconds = 0.0
        made_up(folder)
        command = (sys.executable, str(folder / "fake.py"), str(folder))
        self.plan = Plan(turns or (turn(),), "archive", **{"command": command, **plan})
        self.scheduler = self.restart()

    def another(self) -> Scheduler:
        """A scheduler more on the same memory."""
        slots = Slots(self.folder / "schedule.sqlite", mend=True)
        return Scheduler(self.plan, slots, self.folder / "logs", self.said.append, lambda: self.seconds)

    def restart(self) -> Scheduler:
        """Another scheduler instead of this one, as after a kill."""
        self.scheduler = self.another()
        self.slots = self.scheduler._slots
        return self.scheduler

    def tick(self, now: datetime) -> None:
        """One beat, after everything not held has ended."""
        self.scheduler.tick(now)
        self.wait(now)

    def wait(self, now: datetime) -> None:
        for child in self.scheduler.running:
            ended(child)
        self.scheduler.tick(now)

    def hold(self, site: str) -> Path:
        path = self.folder / f"hold-{site}"
        path.touch()
        return path

    def exits(self, site: str, code: int) -> None:
        (self.folder / f"exit-{site}").write_text(str(code))

    def last(self, job: str = "daily", site: str = "bjxch") -> Run:
        found = self.slots.latest(job, site)
        assert found is not None
        return found

    @property
    def crawls(self) -> list[str]:
        path = self.folder / "crawls"
        return path.read_text().splitlines() if path.exists() else []


def clear(*schedulers: Scheduler) -> None:
    """Ends what they still run."""
    for scheduler in schedulers:
        for child in scheduler.running:
            child.kill()
            ended(child)


def ended(child: Child) -> None:
    """Waits for it."""
    if isinstance(child.process, subprocess.Popen):
        child.process.wait(20)
        return
    deadline = monotonic() + 20
    while child.process.poll() is None:
        assert monotonic() < deadline
        sleep(0.01)


def gone(slots: Slots) -> None:
    """Makes the slots' claims those of a process that exists no more, as a kill leaves them."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host, _, rest = slots.owner.rsplit("/", 2)
    slots._db.execute("UPDATE slots SET owner = ?", (f"{host}/{dead.pid}/{rest}",))


def started(desk: Desk) -> None:
    """Waits until the made-up crawl has begun to wait."""
    deadline, log = monotonic() + 20, desk.last().log
    assert log is not None
    while "crawling" not in Path(log).read_text():
        assert monotonic() < deadline
        sleep(0.01)
