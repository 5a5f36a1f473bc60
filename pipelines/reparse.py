"""Reading again what an older parser read, and what that would change, before anything published moves.

Readings are stored as they come, each under the parser's version: whatever stops this loses nothing, and
the next time goes on from there. This module prints nothing and holds no lock; `crawler.reparse` does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from pipelines.corrections import Corrections
from pipelines.decoding import decode
from pipelines.errors import InvalidReport, PipelineError
from pipelines.publish import Left, Published, publish
from pipelines.report.changes import ReportChange, changes
from pipelines.report.corrected import Reviewed
from pipelines.report.read import PARSER_VERSION
from pipelines.report.stored import reading_from_json
from pipelines.shelf import ReportName, Shelf
from pipelines.versions import Version, Versions
from pipelines.worker import Reader
from storage.archive import Archive
from storage.errors import Damaged, NotFound

AHEAD = 2
"""Bodies handed over for each worker: one is read, one waits in memory."""

FOR_WANT = ("needs-ocr", "needs-converter", "member-unread")
"""Findings of a reading that lacked a program or time: what was wanting may be there now."""

log = logging.getLogger(__name__)

Step = Callable[[int, int], None]
"""Told how many of how many bodies have been read again."""


@dataclass(slots=True)
class Again:
    """What reading one site again came to."""

    site: str
    read: int = 0
    """Bodies that got a reading of this parser version now."""
    published: Published = field(default_factory=Published)
    changes: list[ReportChange] = field(default_factory=list)
    """Reports that move, in the order of the fold."""
    moved: bool = False
    """Whether they have moved."""
    stale: list[dict[str, Any]] = field(default_factory=list)
    """The `correction-stale` findings of the site's reports, each with year and organization."""
    digests: frozenset[str] = frozenset()
    """Every body of a document of the site."""


def read_again(
    archive: Archive, site: str, reader: Reader, *, everything: bool = False, wanting: bool = True, step: Step
) -> dict[str, str]:
    """Gives each body of the site a reading of this parser version; digest -> reason for those it cannot.

    `everything`: those too that have one; `wanting`: those too whose reading lacked a program or time.
    A document that cannot be read keeps no other from being read.

    Raises:
        StorageError: where the archive fails. What was read until then is stored.
    """
    bodies = _bodies(archive, site)
    waiting = [one for one in bodies if everything or not _has_reading(archive, one.sha256, wanting)]
    failed: dict[str, str] = {}
    under_way: dict[Future[dict[str, Any]], str] = {}
    done = 0
    step(done, len(waiting))
    pending = iter(waiting)
    while True:
        for version in pending:
            try:
                body = decode(archive.body(version.sha256), version.headers or ())
            except (Damaged, NotFound, PipelineError) as error:
                failed[version.sha256] = str(error)
                done += 1
            else:
                under_way[reader.submit(body)] = version.sha256
            if len(under_way) >= AHEAD * reader.workers:
                break
        if not under_way:
            step(done, len(waiting))
            return failed
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for answer in finished:
            digest = under_way.pop(answer)
            done += 1
            if (reason := _store(archive, digest, answer)) is not None:
                failed[digest] = reason
        step(done, len(waiting))


def fold_again(
    archive: Archive, site: str, corrections: Corrections, failed: dict[str, str], *, moves: bool
) -> Again:
    """What the stored readings and corrections make of the site's reports, against what is published.

    With `moves` the reports move; without, nothing is written.
    """
    outcome = Again(site, moved=moves, digests=frozenset(one.sha256 for one in _fit(archive, site)))

    def moved(name: ReportName, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        outcome.changes.append(changes(name, before, after))

    shelf = _Watched(archive, site, moved=moved, writes=moves)
    generation = archive.dirty(site)
    done = publish(archive, site, None, None, corrections, shelf)
    if moves:
        archive.mark_clean(site, generation, corrections.digest)
    unread = tuple(Left(one.url, one.sha256, failed.get(one.sha256, one.reason)) for one in done.unread)
    outcome.published = Published(done.published, done.unchanged, done.removed, done.refused, unread)
    outcome.stale = shelf.stale
    return outcome


def unused(
    corrections: Iterable[Reviewed], sites: Iterable[Again], archive: Archive
) -> Iterator[tuple[Reviewed, str]]:
    """Of corrections that were applied to nothing: those that never will be, and why.

    One of a body of another site than these is none of them.
    """
    known = frozenset[str]().union(*(one.digests for one in sites))
    for one in corrections:
        if one.sha256 in known:
            yield one, "that file was not read, or has no such member or part"
        elif not archive.has_body(one.sha256):
            yield one, "the archive holds no such file"


class _Watched(Shelf):
    """A shelf that notes the stale corrections of every report it is given, moved or not."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.stale: list[dict[str, Any]] = []

    def put(self, name: ReportName, report: dict[str, Any]) -> bool:
        """As `Shelf.put`."""
        for finding in report["findings"]:
            if finding["code"] == "correction-stale":
                self.stale.append({"year": name[0], "organization": name[1], **finding})
        return super().put(name, report)


def _store(archive: Archive, digest: str, answer: Future[dict[str, Any]]) -> str | None:
    """Stores a reading; why there is none, where there is none."""
    try:
        reading = answer.result()
    except PipelineError as error:
        return str(error)
    except Exception as error:
        # The edge of the reader: one document that it stumbles over keeps no other from being read.
        log.error("the reader stumbled over %s", digest, exc_info=error)
        return f"a bug in the reader, please report it: {error!r}"
    archive.put_parse(PARSER_VERSION, digest, reading)
    return None


def _has_reading(archive: Archive, digest: str, wanting: bool) -> bool:
    """Whether this version of the parser has read the body; with `wanting`, all of it that can be read."""
    data = archive.parse(PARSER_VERSION, digest)
    try:
        documents = () if data is None else reading_from_json(data)
    except InvalidReport:
        return False
    wants = (finding.code in FOR_WANT for document in documents for finding in document.findings)
    return bool(documents) and not (wanting and any(wants))


def _bodies(archive: Archive, site: str) -> list[Version]:
    """One version of each body that is a document, with the headers that say how it is encoded."""
    bodies: dict[str, Version] = {}
    for version in _fit(archive, site):
        known = bodies.get(version.sha256)
        if known is None or known.headers is None:
            bodies[version.sha256] = version
    return [bodies[digest] for digest in sorted(bodies)]


def _fit(archive: Archive, site: str) -> Iterator[Version]:
    versions = Versions(archive.documents(site))
    yield from (version for version in versions.all() if version.unfit is None)
