"""A run in a process of its own, of which the tests know what it acknowledged.

``python -m tests.faults.recording ARCHIVE STATE PASS COUNT``: records COUNT exchanges in four threads,
prints each number as it is acknowledged, and at the end "done" where the archive has them all. Where the
store stays away it leaves them in the spool, says why on stderr, and ends with exit code 7. The first
pass brings bodies of several sizes, some more than once; the second confirms what the first brought, and
brings some anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from storage.archive import Archive
from storage.errors import StorageError
from storage.journal import Capture
from storage.keys import digest
from storage.run import Run
from tests.storage.made import NOW, capture

SITE = "xuxian"
PASSES = 2
PATIENCE = 8.0
"""Seconds without progress after which the store counts as away."""
_SIZES = (120, 900, 20_000, 20_000, 300_000)


def content(number: int) -> bytes:
    """The body of an address; every sixth is that of another address."""
    number = number // 6 if number % 6 == 5 else number
    return Random(number).randbytes(_SIZES[number % len(_SIZES)])


def exchange(number: int, turn: int) -> tuple[Capture, bytes | None]:
    """What an address answers in that pass."""
    when = NOW + timedelta(days=turn, seconds=number)
    made = capture(number, requested=when, received=when + timedelta(milliseconds=250))
    if number % 7 == 3:
        return capture(number, requested=when, received=when, status=404), None
    if turn == 1:
        return made, content(number)
    if number % 5 == 1:
        return made, content(number + 1000)
    return capture(number, requested=when, received=when, status=304, sha256=digest(content(number))), None


def record(archive: Archive, turn: int, count: int, tell: Callable[[int], None] = lambda _: None) -> None:
    """One pass; `tell` hears what is acknowledged.

    Raises `StorageError` where the store stays away: it is all in the spool then.
    """
    run = archive.start_run(SITE, NOW)
    with ThreadPoolExecutor(4) as pool:
        for begin in range(0, count, 10):
            numbers = range(begin, min(begin + 10, count))
            list(pool.map(lambda number: _one(run, number, turn, tell), numbers))
            with suppress(StorageError):  # the next one, or the end, seals them
                run.commit()
    written = {"expected": count, "ended": "finished"}
    try:
        run.flush(PATIENCE)
        run.finish(written)
    except StorageError:
        run.leave(written)
        raise


def _one(run: Run, number: int, turn: int, tell: Callable[[int], None]) -> None:
    run.record(*exchange(number, turn))
    tell(number)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")  # whole lines, whatever the threads do
    sys.stdout.flush()


def main(url: str, state: str, turn: str, count: str) -> int:
    """See the module; the exit code."""
    try:
        with Archive.open(url, state=Path(state)) as archive:
            record(archive, int(turn), int(count), _say)
    except StorageError as error:
        print(error, file=sys.stderr)
        return 7
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
