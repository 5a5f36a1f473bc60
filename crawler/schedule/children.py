"""A job's process: started in a session of its own, known again after a restart, stopped at its limits.

It must not know what the process does, nor note anything: the scheduler does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

_PROC = Path("/proc")
_FIRST_TO_GO = "500"
"""oom_score_adj of jobs: where memory runs out, the system ends a job and not the scheduler."""


class Process(Protocol):
    """What runs, ours or taken over."""

    pid: int

    def poll(self) -> int | None:
        """None while it runs, else how it ended: an exit code, minus a signal's number, `UNSEEN`."""


UNSEEN = -1000
"""What `poll` says of a process that ended under another scheduler's eyes."""


class Adopted:
    """A process that another scheduler, now gone, started."""

    def __init__(self, pid: int, name: str) -> None:
        self.pid = pid
        self._name = name

    def poll(self) -> int | None:
        """None while it runs; nobody can say how it ended."""
        return None if name_of(self.pid) == self._name else UNSEEN


@dataclass(slots=True)
class Child:
    """A process with what it may take, in seconds and bytes; `None`: as much as there is."""

    process: Process
    began: float
    """By the clock that `watch` is told, which counts no sleep of the machine."""
    limit: timedelta
    grace: timedelta
    memory: int | None = None
    asked: float | None = None
    """When it was asked to stop."""
    why: str = ""
    """Why it was asked to stop."""
    killed: bool = False

    def watch(self, now: float) -> str | None:
        """Stops it at its limits; gives what was done, if anything was, in words."""
        if self.asked is not None:
            if now - self.asked >= self.grace.total_seconds() and not self.killed:
                self.kill()
                return f"did not end within {_words(self.grace)}; killed"
            return None
        if now - self.began >= self.limit.total_seconds():
            self.stop(f"time limit of {_words(self.limit)}", now)
        elif self.memory is not None and memory_of(self.process.pid) > self.memory:
            self.stop(f"memory limit of {self.memory / 2**30:.1f} GiB", now)
        return f"has reached its {self.why}; asked to stop" if self.asked is not None else None

    def stop(self, why: str, now: float) -> None:
        """Asks it to end in order; a crawl finishes its page. Its helpers are its own affair."""
        self.asked, self.why = now, self.why or why
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, and every process of its session; of one that has ended, what it left."""
        self.killed = True
        living = [self.process.pid] if self.process.poll() is None else []  # the number may be another's now
        for pid in {*living, *session(self.process.pid)}:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def spawn(command: Sequence[str], log: IO[bytes] | None) -> tuple[subprocess.Popen[bytes], str]:
    """Starts it, and what it can be known by; its words go to `log`, or where the scheduler's own go.

    Raises:
        OSError: where it cannot be started.
    """
    # A session of its own: Ctrl-C at the scheduler's terminal is not meant for the jobs.
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log if log is not None else 2,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with contextlib.suppress(OSError):
        (_PROC / str(child.pid) / "oom_score_adj").write_text(_FIRST_TO_GO)
    return child, f"{child.pid} {name_of(child.pid) or ''}".strip()


def adopt(process: str) -> Adopted | None:
    """The process that `spawn` knew by that; None where it is gone, or this system cannot tell."""
    pid, _, name = process.partition(" ")
    return Adopted(int(pid), name) if name and name_of(int(pid)) == name else None


def name_of(pid: int) -> str | None:
    """What tells the living process of that number from an earlier or later one; None where there is none."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    with contextlib.suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{fields[19]}@{boot}"
    return None


def session(pid: int) -> list[int]:
    """The processes of the session that this one leads, itself among them."""
    found = []
    with contextlib.suppress(OSError):
        for path in _PROC.iterdir():
            if path.name.isdigit() and (fields := _stat(int(path.name))) and fields[3] == str(pid):
                found.append(int(path.name))
    return found


def memory_of(pid: int) -> int:
    """Bytes that the processes of its session hold in memory or swap; 0 where this system cannot tell."""
    return sum(map(_held, session(pid)))


def _held(pid: int) -> int:
    total = 0
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(("RssAnon:", "VmSwap:")):  # not files that several have mapped
                total += int(line.split()[1]) * 1024
    return total


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on: 0 state, 3 session, 19 when it started."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
