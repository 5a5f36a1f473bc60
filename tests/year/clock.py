"""A clock that leaps: all processes of a play read one offset to the machine's clock from one mapped file.

Between leaps it runs at its true pace, so that crawls, time limits and leases take as long as ever; what is
made to pass quickly is the time in which nothing is due. `FastClock.environment` makes every Python process
that has it, and its children, live by the clock from their first line on.

Not faked: monotonic clocks (time-outs, delays), the times of files, SQLite's own `now`, what programs
other than Python see, and the Date header of the played web.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "GONGKAI_TESTS_CLOCK"
_NUMBER = struct.Struct("<q")
_START = "from tests.year.clock import hasten\n\nhasten()\n"


class FastClock:
    """The clock's owner: sets it, and says what others need to live by it."""

    def __init__(self, folder: Path, start: datetime) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sitecustomize.py").write_text(_START, encoding="utf-8")
        self._file = folder / "offset"
        self._file.write_bytes(_NUMBER.pack(0))
        with self._file.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _NUMBER.size)
        self.leap(start)

    def now(self) -> datetime:
        """The time by this clock."""
        (offset,) = _NUMBER.unpack(self._shared[:])
        return datetime.fromtimestamp((time.time_ns() + offset) / 1e9, UTC)

    def leap(self, to: datetime) -> None:
        """It is that moment now, for everybody at once."""
        self._shared[:] = _NUMBER.pack(round(to.timestamp() * 1e9) - time.time_ns())

    def environment(self) -> dict[str, str]:
        """The variables by which Python processes live by this clock."""
        return {"PYTHONPATH": os.pathsep.join((str(self._folder), str(ROOT))), VARIABLE: str(self._file)}


def hasten() -> None:
    """Makes this process live by the clock that the environment names; called while Python starts."""
    for heavy in ("pytest", "dateutil.parser"):  # time-machine takes them where it finds them
        sys.modules[heavy] = None  # type: ignore[assignment]
    import _time_machine  # type: ignore[import-not-found]
    import time_machine

    for heavy in ("pytest", "dateutil.parser"):
        del sys.modules[heavy]
    with Path(os.environ[VARIABLE]).open("rb") as file:
        shared = mmap.mmap(file.fileno(), _NUMBER.size, access=mmap.ACCESS_READ)

    def now() -> int:
        return int(_time_machine.original_time_ns()) + int(_NUMBER.unpack(shared[:])[0])

    traveller = time_machine.travel(0).start()
    traveller.time_ns = now  # type: ignore[method-assign]
