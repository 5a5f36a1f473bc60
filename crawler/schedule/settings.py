"""`[schedule]` of the configuration file: its words, what they may say, and the plan without any."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from crawler.config.section import PlacePath, Section
from storage.errors import ArchiveUnusable
from storage.room import size_in_bytes

Kind = Literal["crawl", "reparse", "verify", "watch", "digest"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> timedelta:
    """What "90m", "6h" or "2d" means; raises ValueError."""
    found = re.fullmatch(r"\s*([0-9]+)\s*([smhd])\s*", text)
    if found is None or not int(found[1]) or len(found[1]) > 9:
        raise ValueError('should be a time like "90m", "6h" or "2d"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _duration(text: str) -> str:
    duration(text)
    return text


def _size(text: str) -> str:
    try:
        enough = size_in_bytes(text) >= 2**28
    except ArchiveUnusable:
        enough = False
    if not enough:
        raise ValueError('should be a size like "2 GiB", 256 MiB or more')
    return text


def _cron(expression: str) -> str:
    from crawler.schedule.triggers import Cron  # here: without a schedule nobody needs APScheduler

    try:
        Cron(expression).check(datetime(2024, 1, 1, tzinfo=UTC))
    except ValueError as error:
        raise ValueError(
            f"{expression!r} is no cron expression ({error}). "
            'Write minute hour day month weekday, for example "20 3 * * mon-fri"'
        ) from None
    return expression


def _listen(address: str) -> str:
    host, colon, port = address.rpartition(":")
    if not colon or not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError('should be host:port to listen at, for example "127.0.0.1:9464"')
    return address


Duration = Annotated[str, AfterValidator(_duration)]
Size = Annotated[str, AfterValidator(_size)]
SiteNames = Annotated[tuple[str, ...], Field(min_length=1)]
Sites = SiteNames | Literal["all", "archive"]


class JobSection(Section):
    """`[schedule.jobs.NAME]`: what is done when, and for which sites."""

    kind: Kind
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    calendar: Literal["reports"] | None = None
    sites: Sites | None = None
    years: tuple[Annotated[int, Field(ge=2008, le=2100)], ...] = ()
    limit: Duration | None = None
    memory: Size | None = None
    options: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> JobSection:
        if self.cron is not None and self.calendar is not None:
            raise ValueError("has cron and calendar. Keep one of them")
        if self.calendar is not None and self.kind != "crawl":
            raise ValueError(f'has calendar = "{self.calendar}", which is for crawls. Write cron = "…"')
        if self.cron is None and self.kind not in ("crawl", "reparse"):
            raise ValueError(
                f'has no cron: when is it to {self.kind}? For example cron = "{CRONS[self.kind]}"'
            )
        if self.years and self.kind != "crawl":
            raise ValueError("has years, which are for crawls. Take them away")
        if self.sites is not None and self.kind in ("watch", "digest"):
            raise ValueError(f"has sites, but a {self.kind} is of all. Take them away")
        for word in self.options:
            if word.split("=")[0] in ("--archive", "--unless-since", "--all", "--shard", "--year"):
                raise ValueError(
                    f"has {word} among its options, which the schedule itself gives. Take it away"
                )
        return self


def _job_names(jobs: dict[str, JobSection]) -> dict[str, JobSection]:
    for name in jobs:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", name):
            raise ValueError(f"{name!r} names a job: use up to 40 ASCII letters, digits, - and _")
    return jobs


class ScheduleSection(Section):
    """The table, checked."""

    sites: Sites = "archive"
    parallel: Annotated[int, Field(ge=1, le=100)] = 4
    logs: PlacePath | None = None
    keep_logs: Annotated[int, Field(ge=1, le=36500)] = 90
    grace: Duration = "5m"
    metrics: Annotated[str, AfterValidator(_listen)] | None = None
    command: SiteNames | None = None
    jobs: Annotated[dict[str, JobSection], AfterValidator(_job_names)] = Field(default_factory=dict)


CRONS = {"watch": "40 7 * * *", "digest": "10 8 * * mon", "verify": "30 6 2 * *"}
"""When what is not of one site is done by default: after the crawls, before people come to work."""

LIMITS: dict[Kind, str] = {"crawl": "12h", "reparse": "12h", "verify": "12h", "watch": "1h", "digest": "1h"}
"""How long a job may take where the plan does not say."""

VERIFIED = "10000"
"""Bodies that the monthly verification hashes: those first that were not checked for longest."""


def default_jobs(*, channels: bool) -> dict[str, JobSection]:
    """The plan of a file without jobs; a digest only where there are `channels` to send it to."""
    jobs = {
        "crawl": JobSection(kind="crawl", calendar="reports"),
        "reparse": JobSection(kind="reparse"),
        "watch": JobSection(kind="watch", cron=CRONS["watch"]),
        "verify": JobSection(kind="verify", cron=CRONS["verify"], options=("--budget", VERIFIED)),
    }
    if channels:
        jobs["digest"] = JobSection(kind="digest", cron=CRONS["digest"])
    return jobs
