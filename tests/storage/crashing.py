"""A crawl in a process that kills itself, SIGKILL, at a chosen call of the system.

``python -m tests.storage.crashing ARCHIVE STATE CALL COUNT``: records ten captures with a commit in
the middle, and dies just before the COUNTth call of CALL ("os.fsync", "os.link", ..., "put", "get"),
or after it where CALL ends in "+". A write has written half of its bytes by then. Prints each address
as it is acknowledged, and "done" when it lived to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.archive import Archive
from storage.keys import digest
from tests.storage.made import NOW, body, capture

CALLS = ("os.write", "os.fsync", "os.link", "os.unlink", "os.mkdir", "put", "get")
NUMBERS = range(10)


def crawl(archive: Archive) -> None:
    """Ten captures: some with the same body, one confirmed by a 304, one without a body."""
    run = archive.start_run("xuxian", NOW)
    for number in NUMBERS:
        if number == 7:
            run.record(capture(number, status=304, sha256=digest(body(1))), None)
        elif number == 8:
            run.record(capture(number, status=404), None)
        else:
            run.record(capture(number), body(number % 4))
        print(capture(number).url, flush=True)
        if number == 5:
            run.commit()
    run.finish({"expected": len(NUMBERS)})


def die_at(holder: Any, name: str, count: int, *, after: bool) -> None:
    """Have this process killed at the `count`th call of `holder.name`."""
    real: Callable[..., Any] = getattr(holder, name)
    calls = 0

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < count:
            return real(*arguments, **options)
        if after:
            real(*arguments, **options)
        elif name == "write":
            real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    setattr(holder, name, dying)


def main(url: str, state: str, call: str, count: str) -> None:
    """See the module."""
    archive = Archive.open(url, state=Path(state))
    after, call = call.endswith("+"), call.rstrip("+")
    if call.startswith("os."):
        die_at(os, call.removeprefix("os."), int(count), after=after)
    else:
        die_at(archive.store, call, int(count), after=after)
    crawl(archive)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
