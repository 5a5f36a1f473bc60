"""Item pipeline 2: new bodies to readings, in a worker process; then readings to published reports.

It must not decide whether bytes are kept: they are, before this sees them.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pipelines import reach
from pipelines.archive import ArchivePipeline, Exchange
from pipelines.corrections import Corrections, load_corrections
from pipelines.decoding import decode
from pipelines.errors import PipelineError
from pipelines.publish import Published, publish
from pipelines.report.read import PARSER_VERSION
from pipelines.worker import Reader
from storage.errors import ArchiveUnusable, StorageError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.journal import Capture

log = logging.getLogger(__name__)


class ParsePipeline:
    """Reads documents that this parser version has not read, stores the readings, publishes the reports.

    Publishing happens beside the crawl when the journal was sealed, and at the end; only groups that got new
    bodies, or words of old ones, are touched, unless an earlier run was cut short, the corrections changed,
    others captured the site meanwhile, or the store was away. What stands unchanged and has no reading (it
    failed, or an older parser made it) is read at the end.
    """

    reader: ClassVar[Reader | None] = None
    """Shared by all sites that this process crawls; its workers start with the first body."""
    users: ClassVar[int] = 0

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.published: list[Published] = []
        self.ready: set[str] = set()
        """Digests read, or found unreadable, and not yet published."""
        self.sealed: set[str] = set()
        """Digests in sealed segments and not yet published. A body may be read before or after that."""
        self.again: set[str] = set()
        """Digests of unchanged documents without a reading."""
        self.owed = False
        """Whether something could not be stored or published when its time was."""
        self.bugs = 0
        """Errors beside the crawl that nobody foresaw; their tracebacks are in the log."""
        self.corrections = Corrections()
        self._publishing = asyncio.Lock()
        self._beside: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Scrapy's: the crawl begins."""
        self.corrections = load_corrections()
        ParsePipeline.users += 1
        if ParsePipeline.reader is None:
            ParsePipeline.reader = Reader(workers=self.crawler.settings.getint("GONGKAI_READERS"))

    async def process_item(self, item: Any) -> Any:
        """The same exchange, read if it is a document with new bytes."""
        keeper = self._keeper()
        if not isinstance(item, Exchange) or keeper.archive is None:
            return item
        if _is_document(item.capture):
            if item.body is None or "unchanged" in item.capture.flags:
                await self._look(item, keeper)
            else:
                await self._read(item, keeper)
        if keeper.committed and not self._publishing.locked():
            task = asyncio.ensure_future(self._publish_beside(keeper))
            self._beside.add(task)
            task.add_done_callback(self._published_beside)
        return item

    async def close_spider(self) -> None:
        """Brings in what was captured, publishes what is left, ends the worker with the last crawl."""
        keeper = self._keeper()
        try:
            if await keeper.settle():
                await self._publish_all(keeper)
        except ArchiveUnusable as error:
            keeper.leave(error)
        except StorageError as error:  # it can be made up for: the run is whole, and the site stays dirty
            keeper.unpublished = error
            log.error("%s", error)
        except Exception:  # Scrapy logs it, and goes on closing
            self.bugs += 1
            raise
        finally:
            ParsePipeline.users -= 1
            if not ParsePipeline.users and ParsePipeline.reader is not None:
                await asyncio.to_thread(ParsePipeline.reader.close)
                ParsePipeline.reader = None

    # ------------------------------------------------------------------ reading

    async def _read(self, item: Exchange, keeper: ArchivePipeline) -> None:
        digest = item.capture.sha256
        assert digest is not None
        assert item.body is not None
        assert self.reader is not None
        if not await self._has_reading(digest, keeper):
            try:
                body = decode(item.body, item.capture.headers)
                item.reading = await asyncio.wrap_future(self.reader.submit(body))
            except PipelineError as error:
                item.unread = str(error)
            else:
                await self._store(digest, item.reading, keeper)
        self.ready.add(digest)  # unread, it still supersedes what stood at its address

    async def _look(self, item: Exchange, keeper: ArchivePipeline) -> None:
        """Notes an unchanged document that this parser version never managed to read."""
        digest = item.capture.sha256
        assert digest is not None
        if not await self._has_reading(digest, keeper):
            self.again.add(digest)

    async def _has_reading(self, digest: str, keeper: ArchivePipeline) -> bool:
        """Whether this parser version has read the body; False, too, where nobody can say just now."""
        assert keeper.archive is not None
        try:
            return await keeper.ask(keeper.archive.parse, PARSER_VERSION, digest) is not None
        except StorageError as error:
            keeper.failed(error)
            return False

    async def _store(self, digest: str, reading: dict[str, Any], keeper: ArchivePipeline) -> None:
        """Stores a reading; one that the store does not take now is made again at the end."""
        assert keeper.archive is not None
        try:
            await keeper.ask(keeper.archive.put_parse, PARSER_VERSION, digest, reading)
        except StorageError as error:
            self.owed = True
            keeper.failed(error)

    # ------------------------------------------------------------------ publishing

    async def _publish_beside(self, keeper: ArchivePipeline) -> None:
        """Publishes what was both sealed and read.

        A document may be under way to its reading: nobody else reads it then, and it is no document that
        could not be read.
        """
        async with self._publishing:
            digests = self._take(keeper)
            if not digests:
                return
            if keeper.away:
                self.owed = True
                return
            try:
                done = await self._publish(keeper, digests)
            except StorageError as error:
                self.owed = True
                keeper.failed(error)
            else:
                self.published.append(replace(done, unread=()))

    def _published_beside(self, task: asyncio.Task[None]) -> None:
        self._beside.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.bugs += 1
            log.error("publishing failed in a way that nobody foresaw", exc_info=error)

    async def _publish_all(self, keeper: ArchivePipeline) -> None:
        """Publishes the rest, and everything where less is not sure to be enough.

        That is after a crash or an outage, with other corrections, and as long as others seal captures of
        the site: whoever publishes last has seen them all.
        """
        archive, run = keeper.archive, keeper.run
        assert archive is not None
        assert run is not None
        async with self._publishing:
            others = await reach.work(archive.follow, run.site)
            with_these = await reach.work(archive.corrected_by, run.site) == self.corrections.digest
            full = self.owed or keeper.dirty_at_start or others or not with_these
            digests = self._take(keeper) | self.again | keeper.grown
            while True:
                generation = await reach.work(archive.dirty, run.site)
                if full or digests:
                    done = await self._publish(keeper, None if full else digests, self.reader)
                    self.published.append(done)
                await reach.work(archive.mark_clean, run.site, generation, self.corrections.digest)
                await reach.work(archive.follow, run.site)
                if not await reach.work(archive.dirty, run.site):
                    return
                full = True

    async def _publish(
        self, keeper: ArchivePipeline, digests: set[str] | None, reader: Reader | None = None
    ) -> Published:
        assert keeper.archive is not None
        assert keeper.run is not None
        return await reach.work(publish, keeper.archive, keeper.run.site, reader, digests, self.corrections)

    def _take(self, keeper: ArchivePipeline) -> set[str]:
        """The digests that were sealed and read, and were not taken before."""
        self.sealed.update(c.sha256 for c in keeper.take_committed() if c.sha256 and _is_document(c))
        digests = self.ready & self.sealed
        self.ready -= digests
        self.sealed -= digests
        return digests

    def _keeper(self) -> ArchivePipeline:
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        assert keeper is not None, "ParsePipeline needs ArchivePipeline in ITEM_PIPELINES"
        return keeper


def _is_document(capture: Capture) -> bool:
    return capture.role in ("report", "attachment") and capture.sound
