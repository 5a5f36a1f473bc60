"""Item pipeline 1: an exchange goes into the archive before anything else happens to it.

It is also the one home of the open archive during a crawl: other components ask the crawler for this
pipeline. It must not read documents and does not decide what to fetch.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import CloseSpider, DropItem

from storage.archive import Archive
from storage.errors import ArchiveUnusable, SiteBusy, StorageError
from storage.journal import Capture
from storage.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SECONDS = 30.0
"""A commit is made at least this often while captures come in."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Exchange:
    """The item that a spider yields: one exchange with a website, then what became of it."""

    capture: Capture
    body: bytes | None = field(repr=False)
    """As on the wire, before content decoding. None for a 304 and for what was too large."""
    reading: dict[str, Any] | None = field(default=None, repr=False)
    """What the parser read from the body in this run."""
    unread: str | None = None
    """Why a document could not be read, in words."""


class ArchivePipeline:
    """Opens the archive with the spider, records every `Exchange`, and seals the journal now and then.

    Where the archive fails the crawl is ended in order; what was recorded until then stays in the spool.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.url: str = crawler.settings["GONGKAI_ARCHIVE"]
        self.every = crawler.settings.getint("GONGKAI_COMMIT_EVERY")
        self.archive: Archive | None = None
        self.run: Run | None = None
        self.dirty_at_start = False
        """Whether an earlier run left captures that were never published."""
        self.hints_grew = False
        """Whether something was said of a known body that had not been said of it before."""
        self.problem: StorageError | None = None
        """What made the archive unusable, if anything did."""
        self.committed: list[Capture] = []
        """Captures sealed and not yet taken by `take_committed`."""
        self._since = 0
        self._last = monotonic()
        self._sealing = asyncio.Lock()
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Opens archive and run; where that fails the spider closes before its first request.

        A spider that says it does not crawl (`scrapy shell`) keeps nothing, and holds no site.
        """
        if not getattr(self.crawler.spider, "crawls", True):
            return
        try:
            await asyncio.to_thread(self._open)
        except StorageError as error:
            self.problem = error
            log.error("%s", error)
            raise CloseSpider("site-busy" if isinstance(error, SiteBusy) else "archive-unusable") from None

    async def process_item(self, item: Any) -> Any:
        """The same exchange, its capture completed by the archive and durable."""
        if not isinstance(item, Exchange):
            return item
        if self.run is None or self.archive is None or self.problem is not None:
            raise DropItem("the archive cannot be used", log_level="DEBUG")
        try:
            item.capture = await asyncio.to_thread(self._record, item)
            self._since += 1
            if self._since >= self.every or monotonic() - self._last > SECONDS:
                await self.commit()
        except StorageError as error:
            self.fail(error)
            raise DropItem(str(error), log_level="DEBUG") from None
        return item

    async def commit(self) -> None:
        """Seals what was recorded so far; `take_committed` has it afterwards."""
        async with self._sealing:
            if self.run is not None and self._since:
                self._since, self._last = 0, monotonic()
                self.committed += await asyncio.to_thread(self.run.commit)

    def take_committed(self) -> list[Capture]:
        """The captures sealed since this was last called."""
        taken, self.committed = self.committed, []
        return taken

    def _open(self) -> None:
        assert self.crawler.spider is not None
        site = self.crawler.spider.name
        self.archive = Archive.open(self.url)
        self.archive.recover(site=site)  # not the others': their own crawls may be starting just now
        self.dirty_at_start = bool(self.archive.dirty(site))
        self.run = self.archive.start_run(site, datetime.now(UTC))

    def _record(self, item: Exchange) -> Capture:
        assert self.run is not None
        assert self.archive is not None
        capture = item.capture
        last = self.archive.latest(self.run.site, capture.asked)
        if last is not None:
            same = item.body is not None and last.sha256 == hashlib.sha256(item.body).hexdigest()
            if same and not capture.flags:
                capture = replace(capture, flags=("unchanged",))
            if "unchanged" in capture.flags and not capture.hints.keys() <= last.hints.keys():
                self.hints_grew = True
        return self.run.record(capture, item.body)

    def fail(self, error: StorageError) -> None:
        """Notes the first failure and ends the crawl, in a task of its own: the end waits for all items."""
        if self.problem is None:
            self.problem = error
            log.error("%s", error)
            reason = "archive-failed" if isinstance(error, ArchiveUnusable) else "archive-damaged"
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))
