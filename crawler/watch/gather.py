"""Gathers the facts that the rules look at, from the archive, the registry and this machine's schedule."""

from __future__ import annotations

import json
import logging
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from crawler.coverage import coverage_of
from crawler.schedule.status import overdue
from crawler.sites import Site
from crawler.watch.facts import Cell, Changed, Facts, Overdue, RunSeen, SiteFacts, Tally, run_seen
from crawler.watch.rules.house import is_thorough
from pipelines.coverage.model import Coverage, day_in_china
from pipelines.errors import PipelineError
from pipelines.history.changes import changes
from pipelines.report.marks import clean
from storage.archive import Archive
from storage.errors import ArchiveUnusable, StorageError
from storage.fetching import fetched
from storage.keys import run_started

log = logging.getLogger(__name__)

Looked = TypeVar("Looked")
MOST_SAID = 200
"""Characters of an error that an alert repeats."""
RUNS = 30
"""Runs of a site that the rules look at, the newest ones."""
YEARS = 3
"""Report years that the rules look at: the newest that may be due, and those that it is compared with."""
DOUBTS = ("may-have-ended", "whole-year")
CHANGES = timedelta(days=100)
"""How far back changes are looked for: longer than any of them is news."""


def gather(archive: Archive, registry: Mapping[str, Site], only: Collection[str], now: datetime) -> Facts:
    """The facts about the archive's sites, or `only` these of them.

    Raises:
        StorageError: where the archive cannot be used.
    """
    archived = archive.sites()
    keys = chosen(archived, only)
    return Facts(
        now=now,
        sites=tuple(_carefully(archive, key, registry, archived, now) for key in keys),
        audits=tuple(_audits(archive)),
        machine=socket.gethostname(),
        overdue=tuple(
            Overdue(f"{late.kind} {late.site}" if late.site else late.kind, late.due)
            for late in overdue(archive.url, now)
        ),
    )


def chosen(archived: Sequence[str], only: Collection[str]) -> list[str]:
    """The archive's sites, or `only` these of them; a warning where it has nothing of one that is named."""
    if unknown := sorted(set(only) - set(archived)):
        log.warning("[watch] sites names %s, of which the archive has nothing", ", ".join(unknown))
    return [key for key in archived if not only or key in only]


def _carefully(
    archive: Archive, key: str, registry: Mapping[str, Site], archived: Sequence[str], now: datetime
) -> SiteFacts:
    """The site's facts, or its runs and what is wrong about the rest: one site must not blind the others."""
    found = carefully(key, lambda: _site(archive, key, registry, archived, now))
    if not isinstance(found, str):
        return found
    begun, runs = _runs(archive, key)
    return SiteFacts(key, name_of(key, registry), runs, begun, trouble=found)


def carefully(key: str, look: Callable[[], Looked]) -> Looked | str:
    """What looking at a site gives, or why that cannot be done; raises `ArchiveUnusable`."""
    try:
        return look()
    except ArchiveUnusable:
        raise  # it is not this site's fault
    except (StorageError, PipelineError) as error:
        log.warning("%s cannot be looked at: %s", key, error)
        trouble = str(error)
    except Exception as error:
        log.exception("%s cannot be looked at", key)
        trouble = f"{type(error).__name__}: {error}"
    return clean(trouble)[:MOST_SAID]


def name_of(key: str, registry: Mapping[str, Site]) -> str:
    """The site's name for people; its key where the registry lacks it."""
    return registry[key].name if key in registry else key


def _site(
    archive: Archive, key: str, registry: Mapping[str, Site], archived: Sequence[str], now: datetime
) -> SiteFacts:
    begun, runs = _runs(archive, key)
    newest = day_in_china(now).year - 1
    years = range(newest - YEARS + 1, newest + 1)
    span = (years[0], years[-1])
    covered = coverage_of(archive, key, day_in_china(now), span, sites=registry, archived=archived)
    return SiteFacts(
        key=key,
        name=name_of(key, registry),
        runs=runs,
        begun=begun,
        cells=tuple(_cells(covered)),
        changes=tuple(_changes(archive, key, now)),
        tallies=_tallies(archive, key, years, _names(covered)),
    )


def _runs(archive: Archive, key: str) -> tuple[datetime | None, tuple[RunSeen, ...]]:
    """When the site's first run began, and its newest ones."""
    runs: deque[RunSeen] = deque(maxlen=RUNS)
    begun: datetime | None = None
    for record in archive.runs(key):
        begun = begun or run_started(record["run"])
        runs.append(run_seen(record))
    return begun, tuple(runs)


def _cells(covered: Coverage) -> Iterator[Cell]:
    for body in covered.bodies:
        for cell in body.cells:
            yield Cell(
                body=body.name,
                year=cell.year,
                state=cell.state,
                punctuality=cell.punctuality,
                deadline=cell.deadline.day,
                published=None if cell.published is None else cell.published.day,
                late_days=cell.late_days,
                first_seen=cell.first_seen,
                url=cell.urls[0] if cell.urls else "",
                doubts=frozenset(note.code for note in cell.notes if note.code in DOUBTS),
            )


def _names(covered: Coverage) -> dict[str, str]:
    """Each name of a body -> the one that its cells have."""
    return {name: body.name for body in covered.bodies for name in (body.name, *body.names)}


def _changes(archive: Archive, key: str, now: datetime) -> Iterator[Changed]:
    for change in changes(archive, key, now - CHANGES):
        if change.kind in ("tables", "attachment", "withdrawn"):
            yield Changed(
                id=change.id,
                kind=change.kind,
                at=change.at,
                url=change.url,
                body=change.organization or "",
                year=change.year,
                cells=len(change.cells),
                confirmed=change.confirmed,
                back=change.until is not None,
            )


def _tallies(
    archive: Archive, key: str, years: Iterable[int], names: Mapping[str, str]
) -> Mapping[int, Tally]:
    found = {}
    for year in years:
        count = 0
        bodies: defaultdict[str, set[str]] = defaultdict(set)
        for report in archive.reports(key, year):
            count += 1
            body = report["organization"] or ""
            for finding in report["findings"]:
                bodies[finding["code"]].add(names.get(body, body))
        if count:
            found[year] = Tally(count, {code: tuple(sorted(named)) for code, named in bodies.items()})
    return found


def _audits(archive: Archive) -> list[Mapping[str, Any]]:
    """The audit records since the last thorough one, that one first: earlier ones say nothing more."""
    keys = sorted(archive.store.list("audits/"), key=lambda key: key.rpartition("/")[2], reverse=True)
    found: list[Mapping[str, Any]] = []
    for _, data in fetched(archive.store, keys, bytes):
        try:
            audit = json.loads(data) if isinstance(data, bytes) else None
        except ValueError:
            audit = None
        if audit is None:
            continue  # damaged: the next verification names it
        found.insert(0, audit)
        if is_thorough(audit):
            break
    return found
