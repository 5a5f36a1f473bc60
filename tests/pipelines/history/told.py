"""Histories made by hand: runs with captures and records, and what is told of them by the real reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from pipelines.history.changes import changes
from pipelines.history.content import Content, contents
from pipelines.history.model import Change
from pipelines.history.opening import Opener, Shows
from pipelines.report.read import read_all
from pipelines.report.stored import reading_json
from storage.archive import Archive
from storage.journal import Capture, Role

SITE = "bjxch"
HOST = "https://www.bjxch.gov.cn"
LIST = f"{HOST}/list.html"
BEGIN = datetime(2025, 2, 1, 3, tzinfo=UTC)

Answer = tuple[str | Capture, bytes | None]
"""An address or a capture, and the body; of an address without one, that it is unchanged (304)."""


_PDFIUM = Lock()
"""PDFium reads one document of a process at a time."""


class Here(Shows):
    """Opens what is well-behaved without a worker, which takes a second to start."""

    def contents(self, body: bytes) -> tuple[Content, ...]:
        with _PDFIUM:
            return contents(body)

    def read(self, body: bytes) -> dict[str, Any]:
        with _PDFIUM:
            return reading_json(read_all(body))


class Told:
    """An archive of one site, crawled once a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = BEGIN

    def open(self) -> Archive:
        """The archive, its state beside it."""
        return Archive.open(str(self.folder / "archive"), state=self.folder / "state")

    @property
    def today(self) -> date:
        """The day of the next crawl, at the site."""
        return (self.now + timedelta(hours=8)).date()

    def crawl(self, *answers: Answer, **record: Any) -> list[str | None]:
        """A run that asks for the site's list and gets these answers; gives their bodies' digests.

        It is complete and named what it asked for unless `record` says otherwise.
        """
        digests, urls = [], [LIST]
        with self.open() as archive:
            run, begun = archive.start_run(SITE, self.now), self.now
            run.record(self.answer(LIST, role="list"), b"<html>a list</html>")
            for asked, body in answers:
                capture = asked if isinstance(asked, Capture) else self.answer(asked)
                if not isinstance(asked, Capture) and body is None:
                    last = archive.latest(SITE, HOST + asked)
                    assert last is not None
                    capture = replace(capture, status=304, sha256=last.sha256)
                digests.append(run.record(capture, body).sha256)
                urls.append(capture.url)
            self.now += timedelta(minutes=1)
            times = {"started": begun.isoformat(), "stopped": self.now.isoformat(timespec="seconds")}
            says = {"ended": "finished", "complete": True, "years": None, "captured": urls}
            run.finish(says | times | record)
        self.now = BEGIN + timedelta(days=(self.now - BEGIN).days + 1)
        return digests

    def answer(
        self,
        url: str,
        *,
        status: int = 200,
        role: Role = "report",
        flags: tuple[str, ...] = (),
        final: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        **hints: str | int,
    ) -> Capture:
        """What came of asking for an address, a second later."""
        self.now += timedelta(seconds=1)
        url = url if "://" in url else HOST + url
        final = final or url
        return Capture(
            site=SITE,
            run="",
            url=url,
            final_url=final if "://" in final else HOST + final,
            status=status,
            requested=self.now,
            received=self.now,
            role=role,
            headers=headers,
            media_type="text/html",
            hints={"parent": LIST, "year": 2024, **hints},
            flags=flags,
        )

    def changes(self, since: datetime | None = None) -> list[Change]:
        """What is told of the site, its bodies opened in this process."""
        with self.open() as archive:
            return list(changes(archive, SITE, since, Opener(archive, Here())))
