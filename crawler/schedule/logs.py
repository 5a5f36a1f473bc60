"""The jobs' logs: a file each, in a folder for each day; old ones are taken away.

Owns the names in that folder, and touches nothing there that has another name.
"""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime, timedelta
from pathlib import Path

from crawler.schedule.calendar import ZONE

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LOG = re.compile(r"\d{6}-[a-z0-9_-]+-[A-Za-z0-9_-]+\.log")


def log_path(folder: Path, job: str, site: str, due: datetime) -> Path:
    """Where the turn at `due` writes: its repetitions, too."""
    local = due.astimezone(ZONE)
    return folder / f"{local:%Y-%m-%d}" / f"{local:%H%M%S}-{site}-{job}.log"


def tidy(folder: Path, keep: timedelta, now: datetime) -> int:
    """Takes away the logs of days that lie further back than `keep`; how many. What cannot be, stays."""
    oldest, gone = (now - keep).astimezone(ZONE).date(), 0
    with contextlib.suppress(OSError):
        for day in folder.iterdir():
            if not _DAY.fullmatch(day.name) or not _before(day.name, oldest):
                continue
            gone += _take_away(day)
    return gone


def _take_away(day: Path) -> int:
    gone = 0
    with contextlib.suppress(OSError):  # of another user, perhaps: the other days go all the same
        for log in day.iterdir():
            if _LOG.fullmatch(log.name):
                log.unlink()
                gone += 1
        day.rmdir()  # it stays where something else lies in it
    return gone


def _before(name: str, oldest: date) -> bool:
    try:
        return date.fromisoformat(name) < oldest
    except ValueError:
        return False
