"""Where a fold puts the reports of a site: into the archive, or nowhere but into a list of what would move.

It must not know how reports are made.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.errors import InvalidReport
from pipelines.report.stored import report_from_json
from storage.archive import Archive
from storage.errors import ArchiveUnusable, NotFound
from storage.fetching import fetched
from storage.keys import place, report_key, reports_prefix

log = logging.getLogger(__name__)

ReportName = tuple[int, str]
"""(year, organization)."""

Moved = Callable[[ReportName, dict[str, Any] | None, dict[str, Any] | None], None]
"""Told of each report that moves: its name, what is published, what takes its place (None: nothing)."""


class Shelf:
    """The published reports of a site, in its archive."""

    def __init__(
        self, archive: Archive, site: str, *, moved: Moved | None = None, writes: bool = True
    ) -> None:
        """`moved` is told of each report that is new, changed or gone; without `writes` nothing moves."""
        self._archive = archive
        self._site = site
        self._moved = moved
        self._writes = writes
        self._gone: set[ReportName] = set()

    def all(self) -> Iterator[dict[str, Any]]:
        """The reports as they are published, in order of their keys.

        What lies there and is no report is passed over: the captures make it anew, or support it no more, and
        `gongkai verify` names what is left.
        """
        store = self._archive.store
        keys = (key for key in store.list(reports_prefix(self._site)) if place(key) is not None)
        for key, data in fetched(store, keys, bytes):
            if isinstance(data, ArchiveUnusable):
                raise data
            if data is None:
                continue  # taken away since it was listed
            try:
                report = json.loads(data)
                report_from_json(report)
            except (ValueError, InvalidReport):
                log.warning("%s in %s is no report", key, store.url)
            else:
                yield report

    def get(self, name: ReportName) -> dict[str, Any] | None:
        """The published report of that name, if there is one that is JSON."""
        return None if name in self._gone else self._stored(name)

    def put(self, name: ReportName, report: dict[str, Any]) -> bool:
        """Publishes a report; True if it is new or changed."""
        if self._moved is None and self._writes:
            return self._archive.put_report(self._site, *name, report)
        before = self._stored(name)
        changed = before != report
        if changed and self._moved is not None:
            self._moved(name, before, report)
        return self._archive.put_report(self._site, *name, report) if self._writes else changed

    def remove(self, name: ReportName) -> None:
        """Takes a published report away."""
        if self._moved is not None:
            self._moved(name, self._stored(name), None)
        if self._writes:
            self._archive.remove_report(self._site, *name)
        self._gone.add(name)

    def _stored(self, name: ReportName) -> dict[str, Any] | None:
        try:
            data = json.loads(self._archive.store.get(report_key(self._site, *name)))
        except (NotFound, ValueError):
            return None
        return data if isinstance(data, dict) else None
