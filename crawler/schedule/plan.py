"""The schedule file: which sites are crawled when, read from TOML and checked.

This module owns the file's words. It must not look at the clock, the archive or the network; every
complaint names file, table, key and remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from crawler.errors import ScheduleFileError

ZONE = ZoneInfo("Asia/Shanghai")
"""Cron expressions are read in the time of the offices that publish, wherever the machine stands."""

_TOP = {"archive", "logs", "command", "parallel", "jobs"}
_JOB = {"cron", "sites", "years"}
_EXAMPLE = 'for example\n\n    [jobs.daily]\n    cron = "20 3 * * *"\n    sites = ["bjxch"]\n'


_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True)
class Job:
    """Crawls of some sites at the moments of one cron expression."""

    name: str
    cron: str
    sites: tuple[str, ...]
    years: tuple[int, ...] = ()

    def trigger(self) -> CronTrigger:
        """The cron expression as APScheduler's trigger.

        Raises:
            ValueError: where it is no cron expression, or one that APScheduler would read as another time.
        """
        minute, hour, day, month, weekday = _fields(self.cron)
        return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=ZONE)

    def options(self) -> list[str]:
        """What the job adds to `gongkai crawl SITE`."""
        return [word for year in self.years for word in ("--year", str(year))]


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule file, checked."""

    path: Path
    jobs: tuple[Job, ...]
    archive: str | None = None
    logs: Path | None = None
    command: tuple[str, ...] | None = None
    """The words that start a crawl, before the site's name; None: this installation's `gongkai crawl`."""
    parallel: int = 4
    """At most so many crawls at once; one for each site in any case."""


def read_plan(path: Path, known_sites: Collection[str]) -> Plan:
    """The plan in a TOML file, whose every word is checked.

    Raises:
        ScheduleFileError: where the file is missing, no TOML, or says something that cannot be meant.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScheduleFileError(f"{path}: there is no such file; write one, {_EXAMPLE}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScheduleFileError(f"{path}: cannot be read as TOML: {error}") from error
    _refuse_unknown(path, "the top of the file", data, _TOP)
    jobs = data.get("jobs")
    if not isinstance(jobs, dict) or not jobs:
        raise ScheduleFileError(f"{path}: jobs: no job is planned; add a table, {_EXAMPLE}")
    return Plan(
        path=path,
        jobs=tuple(_job(path, name, table, known_sites) for name, table in jobs.items()),
        archive=_archive(path, data.get("archive")),
        logs=None if "logs" not in data else path.parent / _text(path, "the top of the file", "logs", data),
        command=_command(path, data.get("command")),
        parallel=_parallel(path, data.get("parallel", 4)),
    )


def latest_fire(trigger: CronTrigger, after: datetime, now: datetime) -> datetime | None:
    """The trigger's last moment in (after, now], or None; however long ago `after` is, in few steps."""
    # Cron moments can only be asked forwards, so step back from now by doubled spans until one is met.
    span, found = timedelta(minutes=1), None
    while found is None:
        start = max(after, now - span)
        found = _next(trigger, start, now)
        if start == after and found is None:
            return None
        span *= 2
    while (later := _next(trigger, found, now)) is not None:
        found = later
    return found


def _next(trigger: CronTrigger, after: datetime, now: datetime) -> datetime | None:
    fire: datetime | None = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
    return fire if fire is not None and fire <= now else None


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


def _job(path: Path, name: str, table: Any, known_sites: Collection[str]) -> Job:
    where = f"[jobs.{name}]"
    if not isinstance(table, dict):
        raise ScheduleFileError(f"{path}: {where} must be a table, {_EXAMPLE}")
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise ScheduleFileError(f"{path}: {where}: name the job with ASCII letters, digits, - and _ only")
    _refuse_unknown(path, where, table, _JOB)
    sites = table.get("sites")
    if not isinstance(sites, list) or not sites or not all(isinstance(site, str) for site in sites):
        raise ScheduleFileError(
            f'{path}: {where}: sites: list at least one site, for example sites = ["bjxch"]'
        )
    if unknown := [site for site in sites if site not in known_sites]:
        raise ScheduleFileError(
            f"{path}: {where}: sites: there is no site {', '.join(unknown)}; `gongkai sites` lists them"
        )
    years = table.get("years", [])
    if not isinstance(years, list) or not all(type(year) is int and 2008 <= year <= 2100 for year in years):
        raise ScheduleFileError(
            f"{path}: {where}: years: give report years as numbers, for example years = [2024]"
        )
    job = Job(name, _text(path, where, "cron", table), tuple(dict.fromkeys(sites)), tuple(years))
    try:
        if job.trigger().get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) is None:
            raise ValueError("no day of any year fits it")
    except ValueError as error:
        raise ScheduleFileError(
            f"{path}: {where}: cron: {job.cron!r} is no cron expression ({error}); "
            'write minute hour day month weekday, for example "20 3 * * mon-fri"'
        ) from error
    return job


def _archive(path: Path, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise ScheduleFileError(f'{path}: archive: give a folder or "s3://bucket/prefix"')
    # A folder is meant from the file's own place, so that the schedule does not depend on where it starts.
    return value if "://" in value else str(path.parent.absolute() / value)


def _command(path: Path, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
        raise ScheduleFileError(
            f'{path}: command: list the words that start a crawl, for example ["gongkai", "crawl"]'
        )
    return tuple(value)


def _parallel(path: Path, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 100:
        raise ScheduleFileError(f"{path}: parallel: give a number from 1 to 100, for example parallel = 4")
    return value


def _text(path: Path, where: str, key: str, table: Mapping[str, Any]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ScheduleFileError(f"{path}: {where}: {key}: is missing or no text; write it, {_EXAMPLE}")
    return value


def _refuse_unknown(path: Path, where: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise ScheduleFileError(
            f"{path}: {where}: {unknown[0]}: is not known here; known are {', '.join(sorted(known))}"
        )
