"""Run records straight from the store: the newest first, and only those that are asked for.

The ledger has them, too (`Archive.runs`), once it has followed a site's whole journal; to look at the last
few runs nobody should have to wait for that. It must not judge a record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.errors import ArchiveUnusable
from storage.fetching import fetched
from storage.keys import digest, place, run_and_digest, run_started, runs_prefix
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Named:
    """A run record as its key names it."""

    run: str
    site: str
    key: str

    @property
    def started(self) -> datetime:
        """When the run began, in UTC, to the second."""
        return run_started(self.run)


def named(store: Store, sites: Iterable[str] = (), since: datetime | None = None) -> list[Named]:
    """The run records of those sites, or of all, that began at `since` or later; the newest first."""
    prefixes = [runs_prefix(site) for site in dict.fromkeys(sites)] or ["runs/"]
    found = []
    for prefix in prefixes:
        for key in store.list(prefix):
            where = place(key)
            if where is not None and where.site is not None and where.run is not None:
                one = Named(where.run, where.site, key)
                if since is None or one.started >= since:
                    found.append(one)
    return sorted(found, key=lambda one: (one.run, one.site, one.key), reverse=True)


def newest_of_each(records: Iterable[Named]) -> dict[str, Named]:
    """By site, the newest."""
    return {one.site: one for one in sorted(records, key=lambda one: one.run)}


def read_records(store: Store, records: Iterable[Named]) -> Iterator[tuple[Named, dict[str, Any] | None]]:
    """Each with its record, in the same order; None where it is damaged, which `gongkai verify` names.

    Raises:
        ArchiveUnusable: where the store does not hand one out.
    """
    by_key = {one.key: one for one in records}
    for key, record in fetched(store, by_key, _parsed):
        if isinstance(record, ArchiveUnusable):
            raise record
        sound = record is not None and record[0] == run_and_digest(key)[1]
        yield by_key[key], record[1] if record is not None and sound else None


def _parsed(data: bytes) -> tuple[str, dict[str, Any] | None]:
    try:
        record = json.loads(data)
    except ValueError:
        record = None
    return digest(data), record if isinstance(record, dict) else None
