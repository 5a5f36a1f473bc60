"""What stands in the scheduler's memory, as values: slots, what became of them, who works on them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEASE = timedelta(minutes=1)
"""For how long a scheduler that says nothing is believed to live."""

RUN = "due, state, attempts, started, ended, exit_code, log, not_before, note"
"""The columns that `run_of` takes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of one job at one due moment."""

    job: str
    site: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A slot with what became of it.

    `state` is `due`, `running`, `done`, `skipped` (a later one stood for it) or `lost` (killed twice).
    """

    slot: Slot
    state: str
    attempts: int
    started: datetime | None
    ended: datetime | None
    exit_code: int | None
    log: str | None
    not_before: datetime | None = None
    """Where it is due again: not before this moment."""
    note: str = ""
    """What the exit code does not say: that it was stopped at a limit, …"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A running slot whose scheduler is gone."""

    slot: Slot
    process: str
    """As `began` noted it."""
    started: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A scheduler that works, or worked, on this file."""

    owner: str
    host: str
    started: datetime
    seen: datetime
    turns: int
    stopped: bool = False
    """Whether it ended in order."""

    def lives(self, now: datetime) -> bool:
        """Whether it is at work, as far as its last word tells."""
        return not self.stopped and now - LEASE <= self.seen


def run_of(job: str, site: str, row: Sequence[object]) -> Run:
    """The run that a row of the columns `RUN` says."""
    due, state, attempts, started, ended, exit_code, log, not_before, note = row
    assert isinstance(attempts, int)
    assert exit_code is None or isinstance(exit_code, int)
    return Run(
        Slot(job, site, moment(str(due))),
        str(state),
        attempts,
        None if started is None else moment(str(started)),
        None if ended is None else moment(str(ended)),
        exit_code,
        None if log is None else str(log),
        None if not_before is None else moment(str(not_before)),
        str(note),
    )


def owner_is_gone(owner: str) -> bool:
    """True where the owner ran on this machine and no process has its number any more."""
    host, pid, _ = owner.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def text(when: datetime) -> str:
    """As it is stored, so that moments sort as text."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def moment(stored: str) -> datetime:
    """What `text` stored."""
    return datetime.fromisoformat(stored)
