"""`gongkai verify --against`: two archives side by side, in words and in numbers.

It must not decide what differs: `storage.compare` does. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from crawler.errors import SettingError
from crawler.exits import Exit
from crawler.verify import stated_identity
from crawler.views.counting import counting
from storage.compare import MOST_NAMED, Code, Difference, differences
from storage.store import open_store, same_place

MEND: dict[Code, str] = {
    "only-here": "gongkai copy {here} {there}",
    "only-there": "gongkai copy {there} {here}",
    "damaged-here": "gongkai verify --archive {here} --repair --from {there}",
    "damaged-there": "gongkai verify --archive {there} --repair --from {here}",
    "unreadable-here": "gongkai copy {there} to another disk",
    "unreadable-there": "gongkai copy {here} to another disk",
    "differs": "gongkai rebuild in both, then gongkai copy",
}
"""What is typed about each sort of difference."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Compared:
    """What a comparison came to."""

    here: str
    there: str
    keys: int = 0
    """Those of either archive."""
    counts: Counter[Code] = field(default_factory=Counter)
    found: list[Difference] = field(default_factory=list)
    """The first ten thousand."""

    @property
    def exit(self) -> Exit:
        """The exit code that says it (docs/running.md)."""
        if any(code.startswith(("damaged", "unreadable")) for code in self.counts):
            return Exit.DAMAGED
        return Exit.INCOMPLETE if self.counts else Exit.OK

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "here": self.here,
            "there": self.there,
            "keys": self.keys,
            "counts": dict(sorted(self.counts.items())),
            "differences": [{"code": one.code, "key": one.key} for one in self.found],
        }


def compare(url: str, against: str, *, profile: str | None, say: Say) -> Compared:
    """Reads everything in the archive at `url` and in the one at `against`, and says what differs.

    `profile`: the AWS profile of the second, if it has one of its own.

    Raises:
        SettingError: where the two are one.
        StorageError: where one of them cannot be used.
    """
    with ExitStack() as stack:
        here = open_store(url, create=False)
        stack.callback(here.close)
        there = open_store(against, create=False, profile=profile)
        stack.callback(there.close)
        if same_place(here, there):
            raise SettingError("--against names the archive itself: name another one.")
        if stated_identity(here) != stated_identity(there):
            say(f"{against} is not a copy of {url}: their archive.json name different archives")
        done = Compared(url, against)

        def step(keys: int) -> None:
            done.keys = keys
            show(keys)

        show = stack.enter_context(counting("objects compared"))
        for one in differences(here, there, step=step):
            done.counts[one.code] += 1
            if len(done.found) < MOST_NAMED:
                done.found.append(one)
        done.found.sort()
        return done


def summary(done: Compared) -> str:
    """What came of it, in a sentence."""
    if not done.counts:
        return f"{done.keys} objects; {done.there} holds the same as {done.here}"
    counted = ", ".join(f"{count} {code}" for code, count in sorted(done.counts.items()))
    return f"{done.keys} objects; {counted} (here: {done.here}, there: {done.there})"


def advice(done: Compared) -> list[str]:
    """What to type about each sort of difference."""
    here, there = done.here, done.there
    return [f"{code}: {MEND[code].format(here=here, there=there)}" for code in sorted(done.counts)]
