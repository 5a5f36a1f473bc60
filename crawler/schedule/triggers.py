"""Moments at which turns are due: cron expressions, the calendar of these reports, a newer parser.

Pure but for APScheduler, which reads the cron expressions. It must not look at the clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from apscheduler.triggers.cron import CronTrigger

from crawler.schedule.calendar import ZONE

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_TICK = timedelta(microseconds=1)


class Trigger(Protocol):
    """What makes turns due. All moments are aware."""

    @property
    def text(self) -> str:
        """What tells one plan from another: where it changes, the job counts as planned anew."""

    def next(self, after: datetime) -> datetime | None:
        """The first moment after that one; None where nobody can know it."""

    def latest(self, since: datetime, done: datetime | None, now: datetime) -> datetime | None:
        """The last moment until `now` that is due: planned since `since`, `done` the newest turn so far."""

    def counts_from(self, due: datetime) -> datetime:
        """From when on what another machine did counts for the turn at `due`."""


@dataclass(frozen=True)
class Cron:
    """A cron expression, in the time of Asia/Shanghai."""

    expression: str

    @property
    def text(self) -> str:
        """The expression."""
        return self.expression

    @cached_property
    def _trigger(self) -> CronTrigger:
        minute, hour, day, month, weekday = _fields(self.expression)
        return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=ZONE)

    def check(self, day: datetime) -> None:
        """Raises ValueError where it is none, can be read in two ways, or never fits after `day`."""
        if self._trigger.get_next_fire_time(None, day) is None:
            raise ValueError("no day of any year fits it")

    def next(self, after: datetime) -> datetime | None:
        """The first fit after that moment."""
        found: datetime | None = self._trigger.get_next_fire_time(None, after + _TICK)
        return found

    def latest(self, since: datetime, done: datetime | None, now: datetime) -> datetime | None:
        """The last fit in (since or done, now], however long ago that is, in few steps."""
        after = since if done is None else max(since, done)
        # Cron moments can only be asked forwards, so step back from now by doubled spans until one is met.
        span, found = timedelta(minutes=1), None
        while found is None:
            start = max(after, now - span)
            found = self._until(start, now)
            if start == after and found is None:
                return None
            span *= 2
        while (later := self._until(found, now)) is not None:
            found = later
        return found

    def counts_from(self, due: datetime) -> datetime:
        """The turn's own moment."""
        return due

    def _until(self, after: datetime, now: datetime) -> datetime | None:
        fire = self.next(after)
        return fire if fire is not None and fire <= now else None


@dataclass(frozen=True, slots=True)
class NewParser:
    """Due once for each version of the parser, as soon as a scheduler of that version meets the site."""

    version: str

    @property
    def text(self) -> str:
        """The version."""
        return f"parser {self.version}"

    def next(self, after: datetime) -> datetime | None:
        """Nobody knows when the next version comes."""
        return None

    def latest(self, since: datetime, done: datetime | None, now: datetime) -> datetime | None:
        """When the version was met, until it was done."""
        return since if since <= now and (done is None or done < since) else None

    def counts_from(self, due: datetime) -> datetime:
        """The turn's own moment."""
        return due


def _fields(cron: str) -> list[str]:
    """The five fields of a cron expression, in the words of APScheduler."""
    fields = cron.split()
    if len(fields) != 5:
        raise ValueError(f"it has {len(fields)} fields instead of 5")
    if fields[2] != "*" and fields[4] != "*":
        # cron runs on days that fit either field, APScheduler on days that fit both.
        raise ValueError("it names days of the month and of the week: write a job for each")
    fields[4] = ",".join(_weekday(part) for part in fields[4].lower().split(","))
    return fields


def _weekday(part: str) -> str:
    """Numbered weekdays by name: 0 and 7 are Sunday in cron, but 0 is Monday in APScheduler 3."""
    numbers = re.fullmatch(r"([0-7])(?:-([0-7]))?", part)
    if numbers is None:
        if re.search(r"\d", part.removeprefix("*/")):
            raise ValueError(f"{part!r} is no weekday")
        return part
    first, last = int(numbers[1]), int(numbers[2] or numbers[1])
    if first > last:
        raise ValueError(f"{part!r} runs backwards")
    return ",".join(_WEEKDAYS[number % 7] for number in range(first, last + 1))
