"""`gongkai runs`: which runs an archive has records of, and the one that a person means.

What a record says is `explaining.py`'s. It must not write to an archive, nor print.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.errors import AmbiguousName, ReportNotFound
from crawler.explaining import counted
from storage.archive import spooled
from storage.identity import identify
from storage.leftovers import Spooled
from storage.run_records import named, read_records
from storage.store import Store, open_store

NAMED = 12
"""Runs that a message names at most."""
_RUN = re.compile(r"\d{6,8}|\d{8}T[0-9a-zA-Z-]*")


def is_run(word: str) -> bool:
    """Whether that is the name of a run, or its beginning (at least year and month), and no site's."""
    return _RUN.fullmatch(word) is not None


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs that were asked for."""

    listed: list[dict[str, Any]]
    """The newest first: `run`, `site`, and what `counted` says, or `damaged`."""
    more: int
    """How many older ones there are besides."""
    here: list[Spooled]
    """Runs on this machine whose records are not in the archive: under way, killed, or waiting."""

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        here = [{"run": left.run, "site": left.site, "state": waiting_as(left)} for left in self.here]
        return {"runs": self.listed, "more": self.more, "here": here}


def list_runs(url: str, sites: Sequence[str], since: datetime | None, limit: int) -> Runs:
    """The newest runs of those sites, or of all.

    Raises:
        ReportNotFound: where the archive has no run of a site that is named.
        StorageError: where the archive cannot be used.
    """
    store = _opened(url)
    try:
        every = named(store, sites)
        here = [one for one in spooled(url) if not sites or one.site in sites]
        there = {one.site for one in every} | {left.site for left in here}
        for site in sites:
            if site not in there:
                raise ReportNotFound(f"{url} has no run of {site}; begin one with: gongkai crawl {site}")
        found = [one for one in every if since is None or one.started >= since]
        listed = []
        for one, record in read_records(store, found[:limit]):
            said: dict[str, Any] = {"damaged": True} if record is None else counted(record)
            listed.append({"run": one.run, "site": one.site} | said)
    finally:
        store.close()
    known = {(one.run, one.site) for one in every}
    return Runs(listed, max(0, len(found) - limit), [one for one in here if (one.run, one.site) not in known])


def find_run(url: str, beginning: str) -> dict[str, Any]:
    """The record of the one run whose name begins so.

    Raises:
        ReportNotFound: where there is none, or it is not in the archive yet, or is damaged.
        AmbiguousName: where there are several; the message names them.
        StorageError: where the archive cannot be used.
    """
    store = _opened(url)
    try:
        found = [one for one in named(store) if one.run.startswith(beginning)]
        names = list(dict.fromkeys(f"{one.run} ({one.site})" for one in found))
        if len(names) > 1:
            said = f"{', '.join(names[:NAMED])}{' …' if len(names) > NAMED else ''}"
            raise AmbiguousName(f"{len(names)} runs begin with {beginning}: {said}. Type more of it.")
        for _, record in read_records(store, found):
            if record is not None:
                return record
    finally:
        store.close()
    if found:
        raise ReportNotFound(f"{found[0].key} is damaged: type gongkai verify {found[0].site}")
    for left in spooled(url):
        if left.run.startswith(beginning):
            raise ReportNotFound(f"{left.run} ({left.site}) has no record yet: {waiting_as(left)}")
    raise ReportNotFound(f"{url} has no run whose name begins with {beginning}; type: gongkai runs")


def waiting_as(left: Spooled) -> str:
    """Why a run's record is not in the archive."""
    if left.living:
        return "it is under way"
    if left.record:
        return "it ended while the store was away; type gongkai spool drain"
    return "it was killed; the next crawl of the site brings in what it left, or type gongkai spool drain"


def _opened(url: str) -> Store:
    store = open_store(url, create=False)
    try:
        identify(store, create=False)
    except BaseException:
        store.close()
        raise
    return store
