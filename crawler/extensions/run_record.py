"""Keeps the run record while the crawl runs, and writes it when the spider closes, whatever the reason."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals

from crawler.exits import Exit
from crawler.pages import question_in
from crawler.record import Record
from crawler.spool import counted, here
from pipelines.archive import ArchivePipeline, Exchange
from pipelines.parse import ParsePipeline
from pipelines.report.model import TABLES
from pipelines.versions import UNFIT
from storage.errors import SiteBusy
from storage.tally import admitted, span

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.spiders.report import ReportSpider

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the crawl of one site ended."""

    exit: Exit
    record: dict[str, Any] | None
    """The run record as written; None where the archive could not take it, or there was no run."""
    problem: str | None = None
    """What made the archive unusable; or why no crawl was needed."""
    left: str | None = None
    """What waits in the spool, why, and what to type when the store is back."""


class RunRecord:
    """Counts answers, settles what was expected, and closes run and archive at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.outcome: Outcome | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        extension = cls(crawler)
        for handler, signal in (
            (extension.response_downloaded, signals.response_downloaded),
            (extension.item_scraped, signals.item_scraped),
            (extension.item_dropped, signals.item_dropped),
            (extension.item_error, signals.item_error),
            (extension.spider_error, signals.spider_error),
            (extension.spider_closed, signals.spider_closed),
        ):
            crawler.signals.connect(handler, signal=signal)
        return extension

    @property
    def record(self) -> Record:
        """The spider's own; it is the spider that knows what to expect."""
        spider: ReportSpider = self.crawler.spider  # type: ignore[assignment]
        return spider.record

    def response_downloaded(self, request: Request, response: Response) -> None:
        """Counts an answer, redirects and repeats included."""
        self.record.requests[urlsplit(request.url).netloc][str(response.status)] += 1
        self.record.bytes += len(response.body)

    def item_scraped(self, item: Any) -> None:
        """Settles an address whose exchange is in the archive, and counts what was read."""
        if not isinstance(item, Exchange):
            return
        self.record.settle_capture(item.capture, item.before)
        if item.reading is not None:
            self.record.read += 1
            for report in item.reading["documents"]:
                codes = [finding["code"] for finding in report["findings"]]
                if all(report[table] is None for table in TABLES):  # often a page around an attachment
                    codes = [code for code in codes if code not in ("not-a-report", "table-missing")]
                self.record.findings.update(codes)
        if item.unread is not None and item.capture.sha256 is not None:
            self.record.left_unread(item.capture.sha256, item.capture.url, item.unread)

    def item_dropped(self, item: Any) -> None:
        """Settles an address whose exchange could not be archived."""
        if isinstance(item, Exchange):
            self.record.settle(item.capture.asked, "failed", "the archive could not take it")

    def item_error(self, item: Any, failure: Failure) -> None:
        """Settles an address on which a pipeline stumbled; Scrapy logs the traceback."""
        self.record.bugs += 1
        if isinstance(item, Exchange):
            self.record.settle(item.capture.asked, "failed", f"a bug: {failure.value!r}")

    def spider_error(self, failure: Failure, response: Response | None) -> None:
        """Notes that the spider stumbled; Scrapy logs the traceback."""
        self.record.bugs += 1
        if response is not None and response.request is not None:
            self.record.settle(question_in(response.request), "failed", f"a bug: {failure.value!r}")

    async def spider_closed(self, reason: str) -> None:
        """Writes the record and closes the archive. Runs after the pipelines have closed."""
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        assert keeper is not None
        self._add_published()
        spider: ReportSpider = self.crawler.spider  # type: ignore[assignment]
        written = self.record.to_json(reason) | spider.about
        if keeper.run is not None:
            started = keeper.run.started
            written |= {"run": keeper.run.id, "started": started.isoformat(timespec="seconds")}
            written |= span(started, datetime.now(UTC))
        if keeper.unpublished is not None:
            written |= {"complete": False, "unpublished": str(keeper.unpublished)}
        try:
            kept = await keeper.finish(written)
        finally:
            await keeper.close()
        if keeper.run is not None and keeper.run.lost:
            written = admitted(written | {"lost": keeper.run.lost})
        left = waiting(keeper) if keeper.left is not None else None
        if left is not None:
            log.info("%s", left)  # `gongkai crawl` has it as its last line
        if keeper.already is not None:
            self.outcome = Outcome(Exit.OK, None, keeper.already)
        elif not kept:
            busy = isinstance(keeper.problem, SiteBusy)
            self.outcome = Outcome(Exit.BUSY if busy else Exit.ARCHIVE, None, str(keeper.problem), left)
        elif keeper.left or keeper.problem or keeper.unpublished:
            self.outcome = Outcome(Exit.ARCHIVE, written, left=left)
        else:
            exit_code = self.record.exit(reason)
            if exit_code is Exit.OK and not written["complete"]:
                exit_code = Exit.INCOMPLETE
            self.outcome = Outcome(exit_code, written)

    def _add_published(self) -> None:
        pipeline = self.crawler.get_item_pipeline(ParsePipeline)
        published: set[tuple[int, str]] = set()
        removed: set[tuple[int, str]] = set()
        for done in pipeline.published if pipeline is not None else ():
            removed = (removed | set(done.removed)) - set(done.published)
            published = (published | set(done.published)) - set(done.removed)
            for left in done.unread:
                if left.reason not in UNFIT.values():  # a broken transfer is no document; it has its own line
                    self.record.left_unread(left.sha256, left.url, left.reason)
        self.record.bugs += pipeline.bugs if pipeline is not None else 0
        self.record.published = {"published": len(published), "removed": len(removed)}


def waiting(keeper: ArchivePipeline) -> str:
    """What of a run the archive does not have, why, and what to type."""
    what = "all captures are in the archive, and the run's record waits"
    if keeper.behind:
        what = f"{counted(keeper.behind)} wait{'s' if keeper.behind == 1 else ''}"
    return (
        f"{what} in the spool, for the archive takes no more just now: {keeper.left} "
        f"Nothing received is lost; when the store is back, type: gongkai spool drain{here(keeper.url)}"
    )
