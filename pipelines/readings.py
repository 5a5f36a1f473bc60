"""The readings of an archive's bodies: those that are stored, and new ones for bodies that have none.

It must not judge or group reports, and does not parse itself: bodies are read by the `Reads` it is given.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pipelines.corrections import Corrections
from pipelines.decoding import decode
from pipelines.errors import InvalidReport, PipelineError
from pipelines.report.documents import spoken_of
from pipelines.report.model import Report
from pipelines.report.read import PARSER_VERSION
from pipelines.report.stored import reading_from_json
from pipelines.versions import UNFIT, Version, Versions
from storage.archive import Archive
from storage.errors import Damaged, NotFound

KEPT, NAMES_KEPT = 200, 5000
"""Readings kept whole in memory, and those of which only the names are; others are loaded again."""

IDENTITY = ("organization", "year")
"""What has evidence only where a person's correction gives it."""

log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Reads(Protocol):
    """What turns a decoded body into a reading's JSON (`pipelines.worker.Reader`)."""

    def read(self, body: bytes) -> dict[str, Any]:
        """The JSON of `read_all(body)`; raises a `PipelineError` where there is none."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What names the reports of a body's documents, without the bulk."""

    documents: tuple[Report, ...]
    spoken_of: frozenset[int]
    """Those that what is said of the body is said of."""


class Readings:
    """The readings of one site's bodies, by version, with the corrections in force applied."""

    def __init__(
        self,
        archive: Archive,
        reader: Reads | None,
        versions: Versions,
        corrections: Corrections,
    ) -> None:
        self._archive = archive
        self._reader = reader
        self._versions = versions
        self._corrections = corrections
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._whole: OrderedDict[str, tuple[Report, ...]] = OrderedDict()
        self._unread: dict[str, str] = {}
        """Why a body could not be read: that is not tried again."""

    def opened(self, version: Version) -> Opened | str:
        """What names the reports that the parser reads from a version's body, or why there is nothing."""
        if version.unfit is not None:
            return UNFIT[version.unfit]
        if version.sha256 in self._unread:
            return self._unread[version.sha256]
        found = self._opened.get(version.sha256)
        if found is not None:
            return _keep(self._opened, version.sha256, found, NAMES_KEPT)
        reading = self._whole.get(version.sha256) or self._stored(version) or self._new(version)
        if isinstance(reading, str):
            self._unread[version.sha256] = reading
            return reading
        _keep(self._whole, version.sha256, reading, KEPT)
        names = tuple(_without_values(report) for report in reading)
        return _keep(self._opened, version.sha256, Opened(names, spoken_of(reading)), NAMES_KEPT)

    def whole(self, version: Version) -> tuple[Report, ...]:
        """The reports themselves, of a version that has been opened.

        Raises:
            Damaged: where the stored reading has gone meanwhile.
        """
        reading = self._whole.get(version.sha256) or self._stored(version)
        if reading is None:
            raise Damaged(f"the reading of {version.sha256} was there and is not any more; crawl again")
        return _keep(self._whole, version.sha256, reading, KEPT)

    def _stored(self, version: Version) -> tuple[Report, ...] | None:
        data = self._archive.parse(PARSER_VERSION, version.sha256)
        if data is None:
            return None
        try:
            return self._corrected(version, data)
        except InvalidReport:
            return None  # A damaged reading can always be made again.

    def _new(self, version: Version) -> tuple[Report, ...] | str:
        if self._reader is None:
            return "not read yet by this version of the parser"
        headers = self._versions.headers(version.sha256)
        try:
            body = self._archive.body(version.sha256)
        except (Damaged, NotFound) as error:
            return str(error)
        try:
            data = self._reader.read(decode(body, headers))
        except PipelineError as error:
            return str(error)
        except Exception as error:
            # The edge of the reader: one document that it stumbles over keeps no other from being published.
            log.exception("the reader stumbled over %s (%s)", version.sha256, version.url)
            return f"a bug in the reader, please report it: {error!r}"
        self._archive.put_parse(PARSER_VERSION, version.sha256, data)
        return self._corrected(version, data)

    def _corrected(self, version: Version, data: dict[str, Any]) -> tuple[Report, ...]:
        """What a stored reading says, with its documents' corrections, which are never stored with it."""
        documents = reading_from_json(data)
        return tuple(self._corrections.apply(report, version.sha256) for report in documents)


def _keep(kept: OrderedDict[str, _T], sha256: str, value: _T, most: int) -> _T:
    """The value, kept as the newest of at most so many."""
    kept[sha256] = value
    kept.move_to_end(sha256)
    if len(kept) > most:
        kept.popitem(last=False)
    return value


def _without_values(report: Report) -> Report:
    """What names a report, without the bulk."""
    return Report(
        organization=report.organization,
        year=report.year,
        title=report.title,
        published=report.published,
        period=report.period,
        findings=report.findings,
        evidence={path: report.evidence[path] for path in IDENTITY if path in report.evidence},
        sources=report.sources,
        parser=report.parser,
    )
