"""Turns due moments into processes, and notes how they ended.

What is due, running and done stands in `slots`; this module makes slots due, starts a process for each and
notes how it ended. It must not crawl, open the archive, read a clock, or hold anything in memory that a
restart would miss.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from crawler.exits import Exit
from crawler.schedule.calendar import ZONE
from crawler.schedule.children import UNSEEN, Child, adopt, spawn
from crawler.schedule.logs import log_path, tidy
from crawler.schedule.plan import LIGHT, Plan, Turn
from crawler.schedule.rows import Slot
from crawler.schedule.slots import Slots

CANNOT_START = 127
"""The exit code noted where the command cannot be started at all, as a shell would."""
BUSY_PAUSE = timedelta(minutes=1)
"""A site that another process is crawling is tried again after this, twice this, … up to `BUSY_LONGEST`."""
BUSY_LONGEST = timedelta(minutes=15)
PAUSES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""What failed in a way that may pass is tried again after these; then it waits for its next turn."""
PASSES = {Exit.NETWORK, Exit.ARCHIVE, CANNOT_START}
"""Exit codes of what may pass by itself."""
PASSES_LIGHT = PASSES | {Exit.INCOMPLETE}
"""The same of a watch or a digest, which is incomplete where a channel could not be reached."""
RENEWED = timedelta(seconds=10)
"""How often leases are renewed."""
TIDIED = timedelta(hours=12)
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock that is before this is not set yet."""


class Scheduler:
    """One scheduler at work on `slots`."""

    def __init__(
        self,
        plan: Plan,
        slots: Slots,
        logs: Path,
        say: Callable[[str], None],
        elapsed: Callable[[], float],
    ) -> None:
        """`logs` is the folder for the jobs' output; `say` gets a line for each event.

        `elapsed` tells seconds that a clock being set does not touch: for limits, never for what is due.
        """
        self._slots = slots
        self._logs = logs
        self._say = say
        self._elapsed = elapsed
        self._children: dict[Slot, Child] = {}
        # Only spares looking before anything can be due.
        self._next: dict[tuple[str, str], datetime] = {}
        self._started: datetime | None = None
        self._before: datetime | None = None
        self._renewed: datetime | None = None
        self._tidied: datetime | None = None
        self.stopping = False
        self.begun = 0
        """How many jobs it has started."""
        self.worst = Exit.OK.value
        """The first exit code of a job that was not 0."""
        self.plan = plan

    @property
    def plan(self) -> Plan:
        """What it goes by; another one counts from the next tick on."""
        return self._plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        self._plan = plan
        self._turns = {turn.key: turn for turn in plan.turns}
        self._next.clear()

    @property
    def running(self) -> list[Child]:
        """The jobs under way."""
        return list(self._children.values())

    def tick(self, now: datetime) -> None:
        """Notes what ended, keeps what runs, makes due what is due, and starts what is free to start.

        Raises:
            ArchiveUnusable: where the memory fails. The next tick does what this one did not.
        """
        self._watch()
        if now < EARLIEST:
            return
        self._settle(now)
        self._mind_the_clock(now)
        if self._renewed is None or not timedelta() <= now - self._renewed < RENEWED:
            self._slots.renew(now, self._started or now, len(self._turns))
            self._renewed = now
        if self.stopping:
            return
        self._take_over(now)
        for turn in self._plan.turns:
            self._make_due(turn, now)
        self._start_some(now)
        if self._tidied is None or now - self._tidied >= TIDIED:
            self._tidied = now
            self._slots.tidy(now - self._plan.keep_logs, self._turns)
            tidy(self._logs, self._plan.keep_logs, now)

    def stop(self) -> None:
        """Starts nothing more, and asks what is under way to end in order: a crawl finishes its page."""
        self.stopping = True
        for child in self._children.values():
            if child.asked is None:
                child.stop("stopped", self._elapsed())

    def kill(self) -> None:
        """Ends what is under way at once."""
        for child in self._children.values():
            child.kill()

    # ------------------------------------------------------------------ what is due

    def _mind_the_clock(self, now: datetime) -> None:
        """At the start, and whenever the clock goes back: looks at everything anew."""
        before, self._before = self._before, now
        self._started = self._started or now
        if before is not None and now >= before - BUSY_PAUSE:
            return
        if before is not None:
            self._say(f"the clock went back from {shown(before)} to {shown(now)} (Asia/Shanghai)")
        self._next.clear()
        self._tidied = None
        if gone := self._slots.forget_future(now):
            self._say(f"{gone} turns lie in the future, from a clock that was wrong: they count no more")

    def _make_due(self, turn: Turn, now: datetime) -> None:
        """Adds the turn's newest moment since its last one; several missed ones are made up once."""
        if now < self._next.get(turn.key, now):
            return
        since, done = self._slots.standing(*turn.key, turn.trigger.text, now)
        due = turn.trigger.latest(since, done, now)
        if due is not None:
            self._slots.add(Slot(*turn.key, due))
        self._next[turn.key] = turn.trigger.next(now) or now + timedelta(days=1)

    def _start_some(self, now: datetime) -> None:
        """Starts what is due and free, no more at once than the plan allows; what is short waits for none."""
        hosts = {turn.key: turn.host for turn in self._plan.turns}
        light = {key: host for key, host in hosts.items() if self._turns[key].job.kind in LIGHT}
        while (slot := self._slots.claim(now, light)) is not None:
            self._start(slot, now)
        heavy = {key: host for key, host in hosts.items() if key not in light}
        while sum((slot.job, slot.site) not in light for slot in self._children) < self._plan.parallel:
            slot = self._slots.claim(now, heavy)
            if slot is None:
                break
            self._start(slot, now)

    # ------------------------------------------------------------------ processes

    def _start(self, slot: Slot, now: datetime) -> None:
        turn = self._turns[slot.job, slot.site]
        # After a failure only what was done since counts: else the failed run itself would.
        _, _, failed = self._slots.history(slot)
        since = max(turn.trigger.counts_from(slot.due), failed or slot.due - timedelta(days=1))
        command = [*self._plan.command, *turn.words(since, self._plan.archive)]
        path, opened = self._log(slot)
        with opened as log:
            try:
                process, known_by = spawn(command, log)
            except OSError as error:
                self._say(f"{turn.shown}: cannot start {command[0]}: {error}")
                self._ended(slot, CANNOT_START, now)
                return
        self.begun += 1
        self._children[slot] = Child(
            process, self._elapsed(), turn.job.limit, self._plan.grace, turn.job.memory
        )
        self._slots.began(slot, known_by, path)
        self._say(f"{turn.shown}: started{f', log {path}' if path is not None else ''}")

    def _log(self, slot: Slot) -> tuple[Path | None, AbstractContextManager[IO[bytes] | None]]:
        """The slot's log file; where none can be written its words come out with the scheduler's own."""
        path = log_path(self._logs, slot.job, slot.site, slot.due)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path, path.open("ab")
        except OSError as error:
            self._say(f"{path}: cannot be written ({error.strerror}): the job's words come out here")
            return None, nullcontext()

    def _take_over(self, now: datetime) -> None:
        """What a scheduler that is gone left: its living jobs are ours now, the others are due again."""
        for orphan in self._slots.orphans(now):
            slot, turn = orphan.slot, self._turns.get((orphan.slot.job, orphan.slot.site))
            name = turn.shown if turn is not None else f"{slot.site} ({slot.job})"
            process = adopt(orphan.process) if orphan.process else None
            if process is None:
                if self._slots.release(orphan, now):
                    self._say(f"{name}: ended with its scheduler")
            elif self._slots.adopt(orphan, now):
                self._say(f"{name}: runs on, though its scheduler is gone; taken over")
                limit = turn.job.limit if turn is not None else timedelta(hours=12)
                began = self._elapsed() - max(timedelta(), now - orphan.started).total_seconds()
                memory = turn.job.memory if turn is not None else None
                self._children[slot] = Child(process, began, limit, self._plan.grace, memory)

    def _watch(self) -> None:
        """Stops what has reached its limits."""
        for slot, child in self._children.items():
            if child.process.poll() is None and (done := child.watch(self._elapsed())) is not None:
                self._say(f"{self._shown(slot)}: {done}")

    def _settle(self, now: datetime) -> None:
        """Notes every job that has ended since; one that cannot be noted now is noted by the next tick."""
        for slot, child in list(self._children.items()):
            code = child.process.poll()
            if code is None:
                continue
            child.kill()  # helpers of one that crashed may live on
            self._ended(slot, code, now, child)
            del self._children[slot]

    def _ended(self, slot: Slot, code: int, now: datetime, child: Child | None = None) -> None:
        name = self._shown(slot)
        seen = None if code == UNSEEN else code
        if code == Exit.OK:
            self._slots.finish(slot, code, now)
            self._say(f"{name}: ended, {outcome(code)}")
            return
        if child is not None and child.asked is not None and child.why != "stopped":
            self._slots.finish(slot, seen, now, f"stopped at its {child.why}")
            self._say(f"{name}: stopped at its {child.why}, {outcome(code)}; again at its next turn")
        elif self.stopping:
            self._slots.stopped(slot, seen, now)
            self._say(f"{name}: stopped, {outcome(code)}; the next scheduler goes on with it")
            return
        elif code == Exit.BUSY:
            busy, _, _ = self._slots.history(slot)
            pause = min(BUSY_PAUSE * 2 ** min(busy, 10), BUSY_LONGEST)
            self._slots.again(slot, code, now, now + pause, busy=True)
            self._say(f"{name}: another process is at it; again at {shown(now + pause)}")
            return
        elif code < 0:
            again = self._slots.killed(slot, seen, now, "" if seen is not None else "nobody saw how it ended")
            then = "once more" if again else "given up until its next turn"
            self._say(f"{name}: {outcome(code)}; {then}")
        else:
            self._failed(slot, code, now)
        self.worst = self.worst or (code if code > 0 else Exit.BUG)

    def _failed(self, slot: Slot, code: int, now: datetime) -> None:
        """It failed: what may pass is tried again, some times; the rest waits for its next turn."""
        turn = self._turns.get((slot.job, slot.site))
        passes = PASSES_LIGHT if turn is not None and turn.job.kind in LIGHT else PASSES
        _, failures, _ = self._slots.history(slot)
        if code in passes and failures < len(PAUSES):
            then = now + PAUSES[failures]
            self._slots.again(slot, code, now, then, busy=False)
            self._say(f"{self._shown(slot)}: {outcome(code)}; again at {shown(then)}")
        else:
            self._slots.finish(slot, code, now)
            self._say(f"{self._shown(slot)}: ended, {outcome(code)}")

    def _shown(self, slot: Slot) -> str:
        turn = self._turns.get((slot.job, slot.site))
        return turn.shown if turn is not None else f"{slot.site} ({slot.job})"


def shown(moment: datetime) -> str:
    """A moment by the clock of the offices that publish."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def outcome(code: int) -> str:
    """A job's exit code in words."""
    if code == UNSEEN:
        return "ended while no scheduler was looking"
    if code == CANNOT_START:
        return "could not be started"
    if code < 0:
        return f"killed by signal {-code}"
    name = Exit(code).name.lower().replace("_", "-") if code in set(Exit) else "unknown"
    return f"{name} (exit code {code})"
