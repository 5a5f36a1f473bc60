"""The plan: `[schedule]` of the configuration with its sites known, as turns of jobs.

It must not look at the clock, the archive or the network; every complaint names file, table, key and remedy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from crawler.errors import ConfigError
from crawler.schedule.settings import LIMITS, JobSection, Kind, ScheduleSection, default_jobs, duration
from crawler.schedule.stagger import calendars
from crawler.schedule.triggers import Cron, NewParser, Trigger
from crawler.shards import groups
from crawler.sites import Site
from storage.room import size_in_bytes

GONGKAI = (sys.executable, "-m", "crawler.cli")
"""The words that start this installation's `gongkai`."""

LIGHT: frozenset[Kind] = frozenset({"watch", "digest"})
"""Kinds that are short: they wait for no crawl to end."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is done at a turn."""

    name: str
    kind: Kind
    years: tuple[int, ...] = ()
    options: tuple[str, ...] = ()
    limit: timedelta = timedelta(hours=12)
    memory: int | None = None
    """Bytes that its processes may take together; None: whatever there is."""
    sites: tuple[str, ...] = ()
    """Of a verification, which is one process for all: those that it is of; none: the whole archive."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A job of one site, or of the archive, and when it is due."""

    job: Job
    site: str
    """The site's key; for what is of the archive `_` and the kind. One process for each at a time."""
    host: str
    """What stands for the hosts that it asks: two with the same are never at work at once."""
    trigger: Trigger

    @property
    def key(self) -> tuple[str, str]:
        """What slots know it by."""
        return self.job.name, self.site

    @property
    def of_site(self) -> bool:
        """Whether it is of one site."""
        return not self.site.startswith("_")

    @property
    def shown(self) -> str:
        """Its name for people."""
        return f"{self.site} ({self.job.name})" if self.of_site else self.job.name

    def words(self, counts_from: datetime, archive: str) -> list[str]:
        """What follows `gongkai` on the command line; what was done since `counts_from` is not repeated."""
        since = ["--unless-since", counts_from.isoformat()]
        words: list[str] = [self.job.kind]
        match self.job.kind:
            case "crawl":
                words += [self.site, *since]
                words += [word for year in self.job.years for word in ("--year", str(year))]
            case "reparse":
                words += [self.site, "--publish", "--jobs", "1"]
            case "verify":
                words += [*self.job.sites, *since]
            case "digest":
                words += ["--send"]
        return [*words, *self.job.options, "--archive", archive]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is planned for one archive."""

    turns: tuple[Turn, ...]
    archive: str
    parallel: int = 4
    grace: timedelta = timedelta(minutes=5)
    keep_logs: timedelta = timedelta(days=90)
    logs: Path | None = None
    metrics: str | None = None
    command: tuple[str, ...] = GONGKAI
    """The words that start `gongkai`."""

    @property
    def jobs(self) -> list[Job]:
        """Its jobs, in the order of the file."""
        return list(dict.fromkeys(turn.job for turn in self.turns))


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan is made with, besides the file."""

    registry: Mapping[str, Site]
    archived: Sequence[str]
    """Sites that the archive has captures of."""
    parser: str
    channels: bool = False
    """Whether alerts and digests are sent anywhere."""


def needs_archive(section: ScheduleSection) -> bool:
    """Whether the plan depends on which sites the archive has."""
    jobs = _jobs(section, channels=False).values()
    return any((job.sites or section.sites) == "archive" for job in jobs if _by_site(job))


def make_plan(section: ScheduleSection, archive: str, known: Known, file: Path | None = None) -> Plan:
    """The plan that the table means.

    Raises:
        ConfigError: where it names a site that the registry does not have.
    """
    jobs = _jobs(section, channels=known.channels)
    sites = {name: _sites_of(name, table, section, known, file) for name, table in jobs.items()}
    # Of all jobs together: what two jobs' sites share is seen by neither alone.
    hosts = _hosts({site for name, named in sites.items() if _by_site(jobs[name]) for site in named}, known)
    turns: list[Turn] = []
    for name, table in jobs.items():
        turns += _turns(name, table, sites[name], hosts, known.parser)
    return Plan(
        turns=tuple(turns),
        archive=archive,
        parallel=section.parallel,
        grace=duration(section.grace),
        keep_logs=timedelta(days=section.keep_logs),
        logs=section.logs,
        metrics=section.metrics,
        command=section.command or GONGKAI,
    )


def _jobs(section: ScheduleSection, *, channels: bool) -> Mapping[str, JobSection]:
    return section.jobs or default_jobs(channels=channels)


def _by_site(table: JobSection) -> bool:
    return table.kind in ("crawl", "reparse")


def _sites_of(
    name: str, table: JobSection, section: ScheduleSection, known: Known, file: Path | None
) -> list[str]:
    """The sites that the job is of; of one that is of the whole archive those that it names."""
    own = table.sites is not None
    where = f"{file or 'gongkai.toml'}: [schedule{f'.jobs.{name}' if own else ''}]"
    if _by_site(table):
        return _sites(table.sites or section.sites, known, where)
    return _checked(table.sites, known, where) if isinstance(table.sites, tuple) else []


def _hosts(sites: Iterable[str], known: Known) -> dict[str, str]:
    """What stands for each site's hosts: the same for those that share one."""
    found = groups(known.registry[site] for site in sorted(sites) if site in known.registry)
    return {site.key: group[0].key for group in found for site in group}


def _turns(
    name: str, table: JobSection, sites: Sequence[str], hosts: Mapping[str, str], parser: str
) -> Iterator[Turn]:
    job = Job(
        name,
        table.kind,
        table.years,
        table.options,
        duration(table.limit or LIMITS[table.kind]),
        None if table.memory is None else size_in_bytes(table.memory),
        tuple(sites) if table.kind == "verify" else (),
    )
    if not _by_site(table):
        assert table.cron is not None
        yield Turn(job, f"_{table.kind}", f"_{table.kind}", Cron(table.cron))
        return
    placed = calendars(sites)
    for site in sites:
        trigger: Trigger = placed[site]
        if table.cron is not None:
            trigger = Cron(table.cron)
        elif table.kind == "reparse":
            trigger = NewParser(parser)
        yield Turn(job, site, hosts.get(site, site), trigger)


def _sites(wanted: Sequence[str], known: Known, where: str) -> list[str]:
    if wanted == "all":
        return sorted(known.registry)
    if wanted == "archive":
        return sorted(site for site in known.archived if site in known.registry)
    return _checked(wanted, known, where)


def _checked(sites: Sequence[str], known: Known, where: str) -> list[str]:
    if unknown := [site for site in sites if site not in known.registry]:
        raise ConfigError(
            f"{where} sites: there is no site {', '.join(unknown)}. `gongkai sites` lists them all."
        )
    return list(dict.fromkeys(sites))
