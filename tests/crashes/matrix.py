"""Crashes at chosen calls or moments, each followed by a restart and a look at everything."""

from __future__ import annotations

import errno
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from tests.crashes.checking import content, isolated, left, whole
from tests.crashes.subjects import Place, Subject
from tests.crashes.tracing import Action, Call, Decision, Ended, Tracer

ENDINGS = {0, 5, 7}
"""Exit codes that say in order what happened; -9 is SIGKILL."""
FAILURES = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
_NEVER = {
    "EIO": {"openat"},
    "ENOSPC": {"fsync", "fdatasync", "unlink", "unlinkat", "rmdir", "fchmod", "chmod"},
}
"""Calls that do not fail so: where nothing is read or written, or no room is needed."""


class Decide(Protocol):
    """What is to happen at a call, where the point under trial has that number."""

    def __call__(self, call: Call, number: int) -> Decision: ...


@dataclass(slots=True)
class Tally:
    """How many points were tried, and what was wrong at which."""

    what: str
    points: int = 0
    unreached: int = 0
    """The process ended before the point came."""
    calls: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def line(self) -> str:
        """One line for a person."""
        kinds = ", ".join(f"{count} {name}" for name, count in self.calls.most_common()) or "by the clock"
        return (
            f"{self.what}: {self.points} points ({kinds}), {self.unreached} not reached, "
            f"{len(self.wrong)} wrong, {self.seconds:.0f} s"
        )


class Matrix:
    """Tries with one subject, on places that `new_place` gives; `prepared` are the visits made before."""

    def __init__(
        self,
        subject: Subject,
        folder: Path,
        new_url: Callable[[Path], str],
        *,
        sockets: bool,
        prepared: int = 0,
        say: Callable[[str], None] = print,
    ) -> None:
        self.subject = subject
        self.folder = folder
        self._new_url = new_url
        self._sockets = sockets
        self._prepared = prepared
        self.say = say
        self._before = folder / "before"
        self.undisturbed: dict[str, Any] = {}
        self.calls: list[Call] = []

    def prepare(self) -> None:
        """One undisturbed visit: what it leaves, and the calls that it makes."""
        place = self.place()
        ended = Tracer(self._folders(place), sockets=self._sockets).run(partial(self.work, place))
        assert ended.code == 0, ended.said
        self.calls = ended.calls
        self.undisturbed = isolated(lambda: content(place.url))
        wrong = self._after(place, ended)
        assert not wrong, wrong
        kinds = ", ".join(f"{n} {name}" for name, n in Counter(one.name for one in self.calls).most_common())
        self.say(f"undisturbed: {len(self.calls)} calls ({kinds}), {len(ended.acknowledged)} acknowledged")

    def kill(self, numbers: Iterable[int], how: Action = "kill") -> Tally:
        """SIGKILL at each of these calls: before it ("kill"), or when half of its bytes are written."""
        return self._each(f"SIGKILL ({how})", numbers, partial(_at, how=how))

    def fail(self, numbers: Iterable[int], name: str, *, lasting: bool) -> Tally:
        """Each of these calls fails so, and with `lasting` all that follow it."""

        def decide(call: Call, number: int) -> Decision:
            due = call.number >= number if lasting else call.number == number
            return FAILURES[name] if due and call.path is not None and call.name not in _NEVER[name] else None

        what = f"{name}{' from then on' if lasting else ''}"
        wanted = [n for n in numbers if self._fits(n, name)]
        return self._each(what, wanted, decide, killed=False)

    def moments(self, count: int, seed: int) -> Tally:
        """SIGKILL at so many moments by chance."""
        tally, began, chance = Tally("SIGKILL at random moments"), monotonic(), random.Random(seed)
        start = monotonic()
        place = self.place()
        Tracer(()).run(partial(self.work, place))
        lasts = monotonic() - start
        for _ in range(count):
            place = self.place()
            moment = chance.uniform(0.001, lasts)
            ended = Tracer(()).run(partial(self.work, place), kill_after=moment)
            self._count(tally, f"after {moment:.3f} s", place, ended, reached=ended.code == -9)
        tally.seconds = monotonic() - began
        return tally

    def twice(self, firsts: Iterable[int], seconds: Iterable[int]) -> Tally:
        """SIGKILL at a call, then at a call of the restart, then a restart that lives."""
        tally, began = Tally("SIGKILL, and SIGKILL in the restart"), monotonic()
        after = list(seconds)
        for first in firsts:
            for second in after:
                place = self.place()
                dead = self._run(place, partial(_at, number=first))
                again = self._run(place, partial(_at, number=second))
                again.acknowledged += dead.acknowledged
                where = f"calls {first} and {second}"
                self._count(tally, where, place, again, reached=dead.code == again.code == -9)
        tally.seconds = monotonic() - began
        return tally

    def _each(
        self,
        what: str,
        numbers: Iterable[int],
        decide: Decide,
        *,
        killed: bool = True,
    ) -> Tally:
        tally, began = Tally(what), monotonic()
        for number in numbers:
            place = self.place()
            ended = self._run(place, partial(decide, number=number))
            reached = len(ended.calls) >= number
            where = f"{ended.calls[number - 1]}" if reached else f"call {number}"
            if reached:
                tally.calls[ended.calls[number - 1].name] += 1
            if killed and reached and ended.code != -9:
                tally.wrong.append(f"{what} at {where}: not killed, but ended with {ended.code}")
            self._count(tally, where, place, ended, reached=reached)
        tally.seconds = monotonic() - began
        return tally

    def _count(self, tally: Tally, where: str, place: Place, ended: Ended, *, reached: bool) -> None:
        tally.points += 1
        tally.unreached += not reached
        for wrong in self._after(place, ended):
            tally.wrong.append(f"{tally.what} at {where}: {wrong}")
            self.say(f"WRONG {tally.wrong[-1]}")
        if tally.points % 50 == 0:
            self.say(f"  {tally.what}: {tally.points} points, {len(tally.wrong)} wrong")
        shutil.rmtree(place.folder)

    def _run(self, place: Place, decide: Callable[[Call], Decision]) -> Ended:
        tracer = Tracer(self._folders(place), sockets=self._sockets, decide=decide)
        return tracer.run(partial(self.work, place))

    def work(self, place: Place) -> int:
        return self.subject.work(place, self._prepared)

    def _after(self, place: Place, ended: Ended) -> list[str]:
        """All that is wrong after a try: as it was left, after recovering, after the restart."""
        wrong = []
        if ended.hung:
            wrong.append("it hung")
        elif ended.code != -9:
            if ended.code not in ENDINGS:
                wrong.append(f"it ended with {ended.code}: {ended.said[-1500:]}")
            elif "Traceback" in ended.said:
                wrong.append(f"a traceback: {ended.said[-1500:]}")
            elif ended.code and not ended.said.strip():
                wrong.append(f"it ended with {ended.code} without a word")
        wrong += tried(lambda: left(place, ended.acknowledged))
        if wrong:
            return wrong
        again = Tracer(()).run(partial(self.work, place))
        if again.code:
            return [*wrong, f"the restart ended with {again.code}: {again.said[-1500:]}"]
        acknowledged = ended.acknowledged + again.acknowledged
        return tried(lambda: whole(place, self.undisturbed, acknowledged))

    def place(self) -> Place:
        folder = self.folder / "try"
        shutil.rmtree(folder, ignore_errors=True)
        if self._prepared and self._before.exists():
            shutil.copytree(self._before, folder)
        folder.mkdir(exist_ok=True)
        place = Place(folder, self._new_url(folder))
        if self._prepared and not self._before.exists():
            for visit in range(self._prepared):
                ended = Tracer(()).run(partial(self.subject.work, place, visit))
                assert ended.code == 0, ended.said
            if Path(place.url).exists():
                shutil.copytree(folder, self._before)
        return place

    def _folders(self, place: Place) -> tuple[Path, ...]:
        return (place.folder,)

    def _fits(self, number: int, name: str) -> bool:
        call = self.calls[number - 1]
        return call.path is not None and call.name not in _NEVER[name]


def _at(call: Call, number: int, how: Action = "kill") -> Decision:
    return how if call.number == number else None


def tried(step: Callable[[], list[str]]) -> list[str]:
    """What is wrong, a failure to find out included."""
    try:
        found: list[str] = isolated(step)
    except AssertionError as error:
        return [str(error)]
    return found
