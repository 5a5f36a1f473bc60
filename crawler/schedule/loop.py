"""The loop that lets a scheduler look at the time, until a signal ends it.

The beat is kept by waiting and not by the clock, which may be set back by an hour; what is due follows from
`datetime.now(UTC)` alone, so a machine that slept for a week makes up what it missed at its next beat.
SIGTERM and SIGINT stop in order, a second one kills; SIGHUP makes it look at once, also at which sites the
archive has.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import FrameType

from crawler.errors import CrawlerError
from crawler.exits import Exit
from crawler.schedule.plan import Plan
from crawler.schedule.scheduler import Scheduler
from storage.errors import StorageError

BEAT = 2.0
"""Seconds between two looks at time and processes; one that ends, and every signal, is looked at at once."""
REFRESH = timedelta(hours=1)
"""How often it is asked which sites the archive has."""
PATIENT = timedelta(minutes=10)
"""How often the same complaint is repeated."""

Say = Callable[[str], None]
Replan = Callable[[], Plan]


class Loop:
    """A scheduler with its signals and its beat."""

    def __init__(self, scheduler: Scheduler, say: Say, replan: Replan | None = None) -> None:
        """`replan` makes the plan anew, where it depends on what the archive has."""
        self._scheduler = scheduler
        self._say = say
        self._replan = replan
        self._asking: Future[Plan] | None = None
        self._asked: datetime | None = datetime.now(UTC)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="replan")
        self._signals: list[int] = []
        self._complained: tuple[str, datetime] | None = None
        self.failed = False
        """Whether the last beat could not do its work."""

    def run(self, *, once: bool) -> None:
        """Beats until a signal has stopped it and everything has ended; `once`: until nothing runs."""
        with self._listening() as wait:
            self._beat()
            while self._scheduler.running or not once:
                if self._scheduler.stopping and not self._living():
                    break
                wait()
                self._beat()
            if self._scheduler.running:
                self._beat()  # what cannot be noted now, the next scheduler finds as left by a dead one
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _living(self) -> bool:
        return any(child.process.poll() is None for child in self._scheduler.running)

    def _beat(self) -> None:
        now = datetime.now(UTC)
        self._obey(now)
        self._look_for_sites(now)
        try:
            self._scheduler.tick(now)
            self.failed = False
        except StorageError as error:
            self.failed = True
            self._complain(str(error), now)

    def _obey(self, now: datetime) -> None:
        """Does what the signals say that came since."""
        numbers, self._signals = self._signals, []
        for number in numbers:
            if number == signal.SIGHUP:
                self._asked = None
                self._say("looking at everything anew")
            elif not self._scheduler.stopping:
                count = len(self._scheduler.running)
                self._scheduler.stop()
                if count:
                    self._say(
                        f"stopping: {count} running job(s) finish their page; a second signal kills them"
                    )
            else:
                self._scheduler.kill()
                self._say("killed what was running; what a crawl had received is safe")

    def _look_for_sites(self, now: datetime) -> None:
        """Asks now and then, in a thread, which sites there are: a store that is away holds up nothing."""
        if self._replan is None or self._scheduler.stopping:
            return
        if self._asking is not None and self._asking.done():
            asking, self._asking = self._asking, None
            try:
                plan = asking.result()
            except (StorageError, CrawlerError) as error:
                self._complain(str(error), now)
            else:
                if plan.turns != self._scheduler.plan.turns:
                    self._scheduler.plan = plan
        if self._asked is None or not timedelta() <= now - self._asked < REFRESH:
            if self._asking is None:
                self._asking = self._pool.submit(self._replan)
            self._asked = now

    def _complain(self, sentence: str, now: datetime) -> None:
        """Says it, but not at every beat."""
        if self._complained is not None:
            said, when = self._complained
            if said == sentence and timedelta() <= now - when < PATIENT:
                return
        self._complained = (sentence, now)
        self._say(sentence)

    @contextmanager
    def _listening(self) -> Iterator[Callable[[], None]]:
        """While signals are caught; gives what waits for the next beat, a signal, or the end of a job."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        before = {
            number: signal.signal(number, self._heard)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        }
        waker = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

        def wait() -> None:
            if select.select([reading], [], [], BEAT)[0]:
                os.read(reading, 4096)

        try:
            yield wait
        finally:
            signal.set_wakeup_fd(waker)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reading)
            os.close(writing)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals.append(number)


def run(scheduler: Scheduler, say: Say, replan: Replan | None = None) -> None:
    """Runs until SIGTERM or SIGINT, then until everything has ended."""
    Loop(scheduler, say, replan).run(once=False)


def run_once(scheduler: Scheduler, say: Say) -> int:
    """Runs what is due now, waits for it, and gives the first exit code that was not 0.

    Where the memory could not be used that is `ARCHIVE`: what is due is not known.
    """
    loop = Loop(scheduler, say)
    loop.run(once=True)
    return scheduler.worst or (Exit.ARCHIVE if loop.failed else Exit.OK)


def seconds() -> float:
    """What limits are measured by: no clock that is set touches it, and it stands while all sleeps."""
    return monotonic()
