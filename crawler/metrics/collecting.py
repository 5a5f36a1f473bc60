"""The metrics of an archive, read now and then: what the scheduler serves over HTTP.

A scrape never waits long for a store that is away: it gets what was known last, and that the archive cannot
be reached.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from crawler.metrics.catalogue import Measured
from crawler.metrics.measuring import measure_alerts, measure_audit, measure_run, measure_spools
from storage.archive import Archive, spooled
from storage.errors import StorageError
from storage.keys import place
from storage.room import spool_limit
from storage.run_records import Named, named, newest_of_each, read_records
from storage.store import Store, address

AGE = 300.0
"""Seconds for which what was read of the archive is served again: each reading lists all run records."""
PATIENCE = 5.0
"""Seconds for which a scrape waits for a reading; what is known from before is served then."""

log = logging.getLogger(__name__)


class ArchiveCollector(Collector):
    """What prometheus_client asks for an archive's metrics. Safe to use from several threads."""

    def __init__(self, url: str, *, age: float = AGE, patience: float = PATIENCE) -> None:
        self.url = url
        self._age, self._patience = age, patience
        self._known = Measured(address(url))
        self._read_at = float("-inf")
        self._runs: dict[str, tuple[str, Measured]] = {}
        """By site: the key of the newest run record, which never changes, and what was measured of it."""
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None

    def collect(self) -> Iterator[Metric]:
        """prometheus_client's: what is known, read anew where that is too old."""
        with self._lock:
            if self._reading is None and monotonic() - self._read_at >= self._age:
                self._reading = threading.Thread(target=self._read, name="metrics", daemon=True)
                self._reading.start()
            reading = self._reading
        if reading is not None:
            reading.join(self._patience)
        shown = Measured(address(self.url))
        with self._lock:
            shown.update(self._known)
            if self._reading is not None:  # the store takes its time: it counts as away until it has answered
                shown.set("gongkai_archive_reachable", 0)
        self._measure_here(shown)
        return shown.collect()

    def _read(self) -> None:
        known = Measured(address(self.url))
        try:
            self._measure_archive(known)
            known.set("gongkai_archive_reachable", 1)
            known.set("gongkai_collected_timestamp_seconds", datetime.now(UTC).timestamp())
        except StorageError as error:
            log.warning("metrics: %s", error)
            known = Measured(address(self.url))
            known.update(self._known)
            known.set("gongkai_archive_reachable", 0)
        finally:
            with self._lock:
                self._known, self._read_at, self._reading = known, monotonic(), None

    def _measure_archive(self, to: Measured) -> None:
        from crawler.watch.watching import read_state

        with Archive.open(self.url, create=False) as archive:
            every = named(archive.store)
            self._measure_runs(to, archive.store, every)
            if (audit := newest_audit(archive.store)) is not None:
                measure_audit(to, audit)
            measure_alerts(to, read_state(archive, datetime.now(UTC)))

    def _measure_runs(self, to: Measured, store: Store, every: list[Named]) -> None:
        newest = newest_of_each(every)
        wanted = [one for one in newest.values() if self._runs.get(one.site, ("",))[0] != one.key]
        for one, record in read_records(store, wanted):
            if record is not None:
                measured = Measured(address(self.url))
                measure_run(measured, one.site, record)
                self._runs[one.site] = one.key, measured
        for site, count in Counter(one.site for one in every).items():
            if site in self._runs:
                to.update(self._runs[site][1])
            to.set("gongkai_runs_total", count, site)

    def _measure_here(self, to: Measured) -> None:
        try:
            measure_spools(to, spooled(self.url), list(self._runs))
            to.set("gongkai_spool_limit_bytes", spool_limit())
        except StorageError as error:
            log.warning("metrics: %s", error)


def newest_audit(store: Store) -> dict[str, Any] | None:
    """The record of the last verification; None where there was none, or it is damaged."""
    listed = ((place(key), key) for key in store.list("audits/"))
    found = [
        Named(where.run, "", key) for where, key in listed if where is not None and where.run is not None
    ]
    newest = sorted(found, key=lambda one: one.run)[-1:]
    return next((record for _, record in read_records(store, newest)), None)
