"""`gongkai schedule`: crawls at the moments that a schedule file names.

APScheduler is the clock and nothing else. What is due, running and done stands in `slots`;
this module makes slots due, starts a process for each and notes how it ended. It must not crawl,
open the archive, or hold anything in memory that a restart would miss.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import IO

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from crawler.exits import Exit
from crawler.schedule.plan import ZONE, Job, Plan, latest_fire
from crawler.schedule.slots import Run, Slot, Slots

HEARTBEAT = timedelta(seconds=2)
"""How often children are looked at and leases renewed; far below the lease, far above the cost of a look."""
BUSY_PAUSE = timedelta(minutes=1)
"""A site that another process is crawling is tried again after this."""
CANNOT_START = 127
"""The exit code noted where the crawl's command cannot be started at all, as a shell would."""

CRAWL = (sys.executable, "-m", "crawler.cli", "crawl")


class Scheduler:
    """Turns due moments into processes; all it knows stands in `slots`."""

    def __init__(self, plan: Plan, slots: Slots, logs: Path, say: Callable[[str], None]) -> None:
        """`logs` is the folder for the crawls' output, a file each; `say` gets a line for each event."""
        self._plan = plan
        self._slots = slots
        self._logs = logs
        self._say = say
        self._children: dict[Slot, subprocess.Popen[bytes]] = {}
        # Only spares looking before anything can be due.
        self._next: dict[tuple[str, str], datetime] = {}
        self.stopping = False
        self.worst = Exit.OK.value
        """The first exit code of a crawl that was not 0."""

    @property
    def running(self) -> Sequence[subprocess.Popen[bytes]]:
        """The crawls under way."""
        return tuple(self._children.values())

    def tick(self, now: datetime) -> None:
        """Notes what ended, keeps what runs, makes due what is due, and starts what is free to start."""
        self._settle(now)
        self._slots.renew(now)
        if self.stopping:
            return
        for job in self._plan.jobs:
            for site in job.sites:
                self._make_due(job, site, now)
        jobs = {job.name: job for job in self._plan.jobs}
        while len(self._children) < self._plan.parallel:
            slot = self._slots.claim(
                now, frozenset((job.name, site) for job in jobs.values() for site in job.sites)
            )
            if slot is None:
                break
            self._start(slot, jobs[slot.job], now)

    def interrupt(self) -> None:
        """Asks the crawls under way to stop at their next page."""
        for child in self._children.values():
            child.terminate()

    def _make_due(self, job: Job, site: str, now: datetime) -> None:
        """Adds the job's newest moment since its last one; several missed ones are made up once."""
        if now < self._next.get((job.name, site), now):
            return
        trigger = job.trigger()
        due = latest_fire(trigger, self._slots.last(job.name, site, job.cron, now), now)
        if due is not None:
            self._slots.add(Slot(job.name, site, due))
        self._next[job.name, site] = trigger.get_next_fire_time(None, now + timedelta(microseconds=1))

    def _start(self, slot: Slot, job: Job, now: datetime) -> None:
        command = [*(self._plan.command or CRAWL), slot.site, *job.options()]
        if self._plan.archive is not None:
            command += ["--archive", self._plan.archive]
        stamp = slot.due.astimezone(ZONE).strftime("%Y-%m-%dT%H%M%S")
        path = self._logs / f"{stamp}-{slot.site}-{slot.job}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._slots.began(slot, path)
        with path.open("ab") as log:
            try:
                child = _spawn(command, log)
            except OSError as error:
                log.write(f"gongkai: cannot start {command[0]}: {error}\n".encode())
                self._say(f"{slot.site} ({slot.job}): cannot start {command[0]}: {error}")
                self._ended(slot, CANNOT_START, now)
                return
        self._children[slot] = child
        self._say(f"{slot.site} ({slot.job}): started, log {path}")

    def _settle(self, now: datetime) -> None:
        """Notes every crawl that has ended since."""
        for slot, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[slot]
            self._ended(slot, code, now)

    def _ended(self, slot: Slot, code: int, now: datetime) -> None:
        name = f"{slot.site} ({slot.job})"
        if code == Exit.BUSY:
            self._slots.put_back(slot, now + BUSY_PAUSE)
            self._say(f"{name}: another process is crawling this site; again in a minute")
            return
        if code < 0 and not self.stopping:
            again = self._slots.killed(slot, code, now)
            then = "once more" if again else "given up until its next turn"
            self._say(f"{name}: {outcome(code)}; {then}")
        else:
            self._slots.finish(slot, code, now)
            self._say(f"{name}: ended, {outcome(code)}")
        self.worst = self.worst or code


def run(plan: Plan, slots: Slots, logs: Path, say: Callable[[str], None]) -> None:
    """Runs the plan until SIGTERM or SIGINT; what is under way then finishes first.

    A second signal asks the crawls themselves to stop; they leave a true archive at any moment.
    """
    scheduler = Scheduler(plan, slots, logs, say)
    clock = BlockingScheduler(timezone=ZONE, executors={"default": ThreadPoolExecutor(1)})

    def beat() -> None:
        scheduler.tick(datetime.now(UTC))
        if scheduler.stopping and not scheduler.running:
            clock.shutdown(wait=False)

    def stop(number: int, frame: FrameType | None) -> None:
        if scheduler.stopping:
            scheduler.interrupt()
            return
        scheduler.stopping = True
        if scheduler.running:
            count = len(scheduler.running)
            say(f"stopping when {count} running crawl(s) have finished; a second signal stops them too")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    start = datetime.now(UTC)
    # The heartbeat alone would do; the cron triggers start a crawl in its second, not one beat later.
    clock.add_job(beat, "interval", seconds=HEARTBEAT.total_seconds(), next_run_time=start, coalesce=True)
    for job in plan.jobs:
        clock.add_job(beat, job.trigger(), coalesce=True, misfire_grace_time=None)
    clock.start()


def run_once(plan: Plan, slots: Slots, logs: Path, say: Callable[[str], None]) -> int:
    """Runs what is due now, waits for it, and gives the first exit code that was not 0."""
    scheduler = Scheduler(plan, slots, logs, say)
    now = datetime.now(UTC)
    scheduler.tick(now)
    if not scheduler.running:
        say(f"nothing is due; the next turn is {shown(lines(plan, slots, now)[0].next)} (Asia/Shanghai)")
    while scheduler.running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            scheduler.running[0].wait(HEARTBEAT.total_seconds())
        scheduler.tick(datetime.now(UTC))
    return scheduler.worst


@dataclass(frozen=True, slots=True)
class Line:
    """One line of `schedule --list`: a job's crawl of one site, its next moment and its last run."""

    job: str
    site: str
    cron: str
    next: datetime
    last: Run | None


def lines(plan: Plan, slots: Slots, now: datetime) -> list[Line]:
    """What will run when, and how the last run went, in order of time."""
    found = []
    for job in plan.jobs:
        upcoming = job.trigger().get_next_fire_time(None, now)
        found += [
            Line(job.name, site, job.cron, upcoming, slots.latest(job.name, site)) for site in job.sites
        ]
    return sorted(found, key=lambda line: (line.next, line.job, line.site))


def shown(moment: datetime) -> str:
    """A moment by the clock of the offices that publish."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def outcome(code: int) -> str:
    """A crawl's exit code in words."""
    if code == CANNOT_START:
        return "could not be started"
    if code < 0:
        return f"killed by signal {-code}"
    name = Exit(code).name.lower().replace("_", "-") if code in set(Exit) else "unknown"
    return f"{name} (exit code {code})"


def _spawn(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C at the scheduler's terminal is not meant for the crawls.
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
