"""Item pipeline 2: new bodies to readings, in a worker process; then readings to published reports.

It must not decide whether bytes are kept: they are, before this sees them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pipelines.archive import ArchivePipeline, Exchange
from pipelines.corrections import Corrections, load_corrections
from pipelines.decoding import decode
from pipelines.errors import PipelineError
from pipelines.publish import Published, publish
from pipelines.report.read import PARSER_VERSION
from pipelines.worker import Reader
from storage.archive import Archive
from storage.errors import StorageError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.journal import Capture


class ParsePipeline:
    """Reads documents that this parser version has not read, stores the readings, publishes the reports.

    Publishing happens when the journal is sealed and at the end; only groups that got new bodies are touched,
    unless an earlier run was cut short, a known body got new hints, or the corrections changed. What
    stands unchanged and has no reading (it failed, or an older parser made it) is read at the end.
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
        self.corrections = Corrections()
        self._publishing = asyncio.Lock()

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
        try:
            if _is_document(item.capture):
                if item.body is None or "unchanged" in item.capture.flags:
                    await self._look(item, keeper.archive)
                else:
                    await self._read(item, keeper.archive)
            if keeper.committed:
                await self._publish(keeper)
        except StorageError as error:
            keeper.fail(error)  # the bytes are kept all the same
        return item

    async def close_spider(self) -> None:
        """Seals the journal, publishes what is left, ends the worker with the process's last crawl."""
        keeper = self._keeper()
        try:
            if keeper.archive is not None and keeper.run is not None and keeper.problem is None:
                await keeper.commit()
                generation = await asyncio.to_thread(keeper.archive.dirty, keeper.run.site)
                await self._publish(keeper, last=True)
                await asyncio.to_thread(
                    keeper.archive.mark_clean, keeper.run.site, generation, self.corrections.digest
                )
        except StorageError as error:
            keeper.fail(error)
        finally:
            ParsePipeline.users -= 1
            if not ParsePipeline.users and ParsePipeline.reader is not None:
                await asyncio.to_thread(ParsePipeline.reader.close)
                ParsePipeline.reader = None

    async def _read(self, item: Exchange, archive: Archive) -> None:
        digest = item.capture.sha256
        assert digest is not None
        assert item.body is not None
        assert self.reader is not None
        if await asyncio.to_thread(archive.parse, PARSER_VERSION, digest) is None:
            try:
                body = decode(item.body, item.capture.headers)
                item.reading = await asyncio.wrap_future(self.reader.submit(body))
            except PipelineError as error:
                item.unread = str(error)
            else:
                await asyncio.to_thread(archive.put_parse, PARSER_VERSION, digest, item.reading)
        self.ready.add(digest)  # unread, it still supersedes what stood at its address

    async def _look(self, item: Exchange, archive: Archive) -> None:
        """Notes an unchanged document that this parser version never managed to read."""
        digest = item.capture.sha256
        assert digest is not None
        if await asyncio.to_thread(archive.parse, PARSER_VERSION, digest) is None:
            self.again.add(digest)

    async def _publish(self, keeper: ArchivePipeline, *, last: bool = False) -> None:
        """Publishes what was both sealed and read; at the end of a crawl that follows a crash, everything.

        Before the end a document may be under way to its reading: nobody else reads it then, and it is no
        document that could not be read.
        """
        full = last and (keeper.dirty_at_start or keeper.hints_grew or await self._corrected_anew(keeper))
        async with self._publishing:
            self.sealed.update(c.sha256 for c in keeper.take_committed() if c.sha256 and _is_document(c))
            digests = self.ready & self.sealed
            self.ready -= digests
            self.sealed -= digests
            if last:
                digests |= self.again
            if full or digests:
                assert keeper.archive is not None
                assert keeper.run is not None
                reader = self.reader if last else None
                done = await asyncio.to_thread(
                    publish,
                    keeper.archive,
                    keeper.run.site,
                    reader,
                    None if full else digests,
                    self.corrections,
                )
                self.published.append(done if last else replace(done, unread=()))

    async def _corrected_anew(self, keeper: ArchivePipeline) -> bool:
        """Whether the site was last published with other corrections than those in force."""
        assert keeper.archive is not None
        assert keeper.run is not None
        with_these = await asyncio.to_thread(keeper.archive.corrected_by, keeper.run.site)
        return with_these != self.corrections.digest

    def _keeper(self) -> ArchivePipeline:
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        assert keeper is not None, "ParsePipeline needs ArchivePipeline in ITEM_PIPELINES"
        return keeper


def _is_document(capture: Capture) -> bool:
    return capture.role in ("report", "attachment") and capture.sound
