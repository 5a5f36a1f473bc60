"""What is crashed: a small program that keeps captures as a crawl does, and `gongkai crawl` itself.

Both meet the same played site: one list, three reports in HTML. On the second visit one report was
corrected in silence and the rest is as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

# Here, or each forked process would take a second or two to import them.
import boto3  # noqa: F401
import pypinyin  # noqa: F401
import scrapy.downloadermiddlewares.cookies
import scrapy.extensions.remote_control  # noqa: F401

import crawler.run  # noqa: F401
import pipelines.parse
from pipelines.publish import publish
from pipelines.report.read import PARSER_VERSION, read_all
from pipelines.report.stored import reading_json
from storage.archive import Archive
from storage.errors import StorageError
from storage.journal import Capture
from storage.keys import digest
from storage.run import PATIENCE, Run
from tests.crashes.tracing import ACKNOWLEDGE
from tests.crawler.many import entry
from tests.replica.families import small_districts
from tests.replica.process import ReplicaProcess
from tests.storage.made import capture

DISTRICT = small_districts(1)[0]
SITE = "s1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one try happens: an archive, and the state folder of the machine that writes it."""

    folder: Path
    url: str

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    def open(self) -> Archive:
        """The archive, as every verb opens it."""
        return Archive.open(self.url, state=self.state)


class Subject(Protocol):
    """Something that captures the played site."""

    visits: int
    """How many different visits it knows, one after the other."""

    def work(self, place: Place, visit: int) -> int:
        """One whole visit, in a process of its own that may die; what is kept is acknowledged. Exit code."""


class Readings:
    """Reads the site's documents, made beforehand, in place of a worker process (`pipelines.worker.Reader`).

    That takes two seconds of a processor for each crawl, and writes nothing.
    """

    known: ClassVar[dict[str, dict[str, Any]]] = {}

    def __init__(self, workers: int = 1) -> None:
        """`workers` is not needed."""

    def read(self, body: bytes) -> dict[str, Any]:
        """The reading of the body of one of the site's reports."""
        return self.known[digest(body)]

    def submit(self, body: bytes) -> Future[dict[str, Any]]:
        """The same, as a crawl asks for it."""
        answer: Future[dict[str, Any]] = Future()
        answer.set_result(self.read(body))
        return answer

    def close(self) -> None:
        """There is nothing to close."""


class Program:
    """What a crawl asks of storage and publishing, in the same order, without the network and Scrapy."""

    visits = 2

    def __init__(self) -> None:
        self._pages = _played()

    def work(self, place: Place, visit: int) -> int:
        try:
            with place.open() as archive:
                self._keep(archive, visit)
        except StorageError as error:
            print(f"gongkai: {error}", flush=True)
            return 7
        return 0

    def _keep(self, archive: Archive, visit: int) -> None:
        archive.recover(site=SITE)
        behind = bool(archive.dirty(SITE))
        run = archive.start_run(SITE, datetime.now(UTC))
        ready: set[str] = set()
        for number, (exchange, body) in enumerate(self._exchanges(archive, visit), start=1):
            kept = run.record(exchange, body)
            acknowledge(kept)
            if kept.role == "report" and kept.sha256 is not None and kept.sound:
                if archive.parse(PARSER_VERSION, kept.sha256) is None and body is not None:
                    archive.put_parse(PARSER_VERSION, kept.sha256, Readings().read(body))
                ready.add(kept.sha256)
            if number % 3 == 0:
                sealed = {one.sha256 for one in run.commit() if one.sha256 is not None}
                publish(archive, SITE, None, ready & sealed)
        run.flush(PATIENCE)
        generation = archive.dirty(SITE)
        publish(archive, SITE, Readings(), None if behind else ready)
        archive.mark_clean(SITE, generation)
        run.finish({"expected": number})

    def _exchanges(self, archive: Archive, visit: int) -> Iterator[tuple[Capture, bytes | None]]:
        yield capture(0, role="robots", status=404), None
        yield capture(1, role="list", received=_now()), b"<html>list</html>" * 300
        for url, body in self._pages[visit].items():
            made = capture(2, url=url, final_url=url, received=_now())
            last = archive.latest(SITE, url) if visit else None
            if last is not None and last.sha256 == digest(body):
                yield replace(made, status=304, sha256=last.sha256, flags=("unchanged",)), None
            else:
                yield made, body
        yield capture(1, role="list", received=_now(), flags=("unchanged",)), b"<html>list</html>" * 300
        yield capture(3, status=500, received=_now()), b"an error\n"


class Crawl:
    """`gongkai crawl` of the played site over a real proxy, politeness off."""

    visits = 1

    def __init__(self, replica: ReplicaProcess, sites: Path) -> None:
        self._replica = replica
        self._sites = sites
        _played()
        sites.write_text(entry(1, DISTRICT), "utf-8")

    def work(self, place: Place, visit: int) -> int:
        from crawler.cli import main

        os.environ |= self._replica.environment() | {
            "GONGKAI_STATE": str(place.state),
            "GONGKAI_SITES": str(self._sites),
            "GONGKAI_CONTACT": "tests",
            "XDG_CACHE_HOME": str(place.folder / "cache"),
            "XDG_CONFIG_HOME": str(place.folder / "config"),
        }
        real = Run.record

        def record(self: Run, capture: Capture, body: bytes | None) -> Capture:
            kept = real(self, capture, body)
            acknowledge(kept)
            return kept

        vars(pipelines.parse)["Reader"] = Readings
        Run.record = record  # type: ignore[method-assign]
        settings = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": 0, "GONGKAI_COMMIT_EVERY": 3}
        options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        main(["crawl", SITE, "--archive", place.url, *options])
        return 0


def acknowledge(kept: Capture) -> None:
    """Says that a capture was promised to be kept, where the process is traced."""
    os.write(ACKNOWLEDGE, f"{digest(kept.to_line())}\n".encode())


def _played() -> list[dict[str, bytes]]:
    """The reports by address, as they are on the first visit and on the second; their readings are known."""
    site = DISTRICT(1)
    addresses = sorted(told["url"] for told in site.truth().values())
    pages = [{url: _page(site, url) for url in addresses}]
    site.correct()
    pages.append({url: _page(site, url) for url in addresses})
    for body in (body for visit in pages for body in visit.values()):
        Readings.known[digest(body)] = reading_json(read_all(body))
    return pages


def _page(site: Any, url: str) -> bytes:
    parts = urlsplit(url)
    page = site.respond(parts.path + (f"?{parts.query}" if parts.query else ""))
    assert page is not None
    body: bytes = page.body
    return body


def _now() -> datetime:
    return datetime.now(UTC)
