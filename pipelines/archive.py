"""Item pipeline 1: an exchange goes into the archive before anything else happens to it.

It is also the one home of the open archive during a crawl: other components ask the crawler for this
pipeline. It must not read documents and does not decide what to fetch.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from scrapy.exceptions import CloseSpider, DropItem

from pipelines import reach
from pipelines.already import crawled_since
from pipelines.errors import CrawledAlready
from storage.archive import Archive
from storage.errors import ArchiveUnusable, Damaged, NotFound, SiteBusy, SpoolFull, StorageError
from storage.journal import Capture
from storage.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SECONDS = 30.0
"""What was captured is sealed at least this often."""
BEAT = 1.0
"""Seconds between two looks at whether something can be sealed, and at whether the store is away."""

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Exchange:
    """The item that a spider yields: one exchange with a website, then what became of it."""

    capture: Capture
    body: bytes | None = field(repr=False)
    """As on the wire, before content decoding. None for a 304 and for what was too large."""
    before: str | None = None
    """Digest of the last sound body at the address before this exchange, as far as the archive can say."""
    reading: dict[str, Any] | None = field(default=None, repr=False)
    """What the parser read from the body in this run."""
    unread: str | None = None
    """Why a document could not be read, in words."""


class ArchivePipeline:
    """Opens the archive with the spider, records every `Exchange`, and seals the journal beside the crawl.

    A store that goes away stops nothing: its spool fills, until it is full. Where this machine's disk
    fails, or an archive that is a folder, the crawl is ended in order; what was recorded until then stays
    in the spool.
    """

    opened: ClassVar[set[str]] = set()
    """Archives that this process has opened before: a store that is away is waited for."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.url: str = crawler.settings["GONGKAI_ARCHIVE"]
        self.every = crawler.settings.getint("GONGKAI_COMMIT_EVERY")
        self.patience = crawler.settings.getfloat("GONGKAI_PATIENCE")
        self.archive: Archive | None = None
        self.run: Run | None = None
        self.local = True
        """Whether the archive is a folder: where it fails, nobody waits for it to come back."""
        self.dirty_at_start = False
        """Whether an earlier run left captures that were never published."""
        self.grown: set[str] = set()
        """Digests of known bodies of which something was said that had not been said of them before."""
        self.problem: StorageError | None = None
        """What made it impossible to record, if anything did."""
        self.unpublished: StorageError | None = None
        """What in the archive kept its reports from being published, if anything did."""
        self.already: str | None = None
        """That the site was crawled already since GONGKAI_UNLESS_SINCE: when, and by whom."""
        self.left: StorageError | None = None
        """What kept the archive from taking all of the run at its end: the rest is left in the spool."""
        self.behind = 0
        """Captures in what was left."""
        self.committed: list[Capture] = []
        """Captures sealed and not yet taken by `take_committed`."""
        self._since = 0
        self._last = monotonic()
        self._over = False
        self._due = asyncio.Event()
        self._beside: asyncio.Task[None] | None = None
        self._sealing: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    # ------------------------------------------------------------------ the crawl

    async def open_spider(self) -> None:
        """Opens archive and run; where that fails the spider closes before its first request.

        A spider that says it does not crawl (`scrapy shell`) keeps nothing, and holds no site.
        """
        if not getattr(self.crawler.spider, "crawls", True):
            return
        try:
            await self._open_patiently()
        except StorageError as error:
            self.problem = error
            log.error("%s", error)
            raise CloseSpider("site-busy" if isinstance(error, SiteBusy) else "archive-unusable") from None
        except CrawledAlready as already:
            self.already = str(already)
            raise CloseSpider("crawled-already") from None
        self._beside = asyncio.ensure_future(self._seal_beside())

    async def process_item(self, item: Any) -> Any:
        """The same exchange, its capture completed and durable."""
        if not isinstance(item, Exchange):
            return item
        if self.run is None or self.archive is None or self.problem is not None:
            raise DropItem("the archive cannot be used", log_level="DEBUG")
        try:
            capture, known = await asyncio.to_thread(self._compared, item, self.archive, self.run.site)
            if known is not None and not self.local:
                await self.holds(known)  # what the archive says that it lacks is put again
            item.capture = await asyncio.to_thread(self.run.record, capture, item.body)
        except StorageError as error:
            self.fail(error)
            raise DropItem(str(error), log_level="DEBUG") from None
        self._since += 1
        if self._since >= self.every:
            self._due.set()
        return item

    def take_committed(self) -> list[Capture]:
        """The captures sealed since this was last called."""
        taken, self.committed = self.committed, []
        return taken

    def fail(self, error: StorageError) -> None:
        """Notes the first failure and ends the crawl, in a task of its own: the end waits for all items."""
        if self.problem is None:
            self.problem = error
            log.error("%s", error)
            reason = "archive-failed" if isinstance(error, ArchiveUnusable) else "archive-damaged"
            reason = "spool-full" if isinstance(error, SpoolFull) else reason
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def failed(self, error: StorageError) -> None:
        """Something beside the crawl failed: a folder's failure ends it, a store may be back later."""
        if self.local:
            self.fail(error)
        elif self.run is not None and isinstance(error, ArchiveUnusable):
            self.run.failed(error)

    # ------------------------------------------------------------------ what the archive knows

    @property
    def away(self) -> StorageError | None:
        """How the store fails at present, if it does: it is not to be asked for what can wait."""
        return None if self.run is None else self.run.away

    async def ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """The answer to a short question to the archive.

        Raises:
            NotFound, Damaged: what the store says.
            ArchiveUnusable: where it is away, or goes away, or takes its time.
        """
        if self.local:
            return await asyncio.to_thread(question, *arguments)
        if (away := self.away) is not None:
            raise ArchiveUnusable(str(away))
        try:
            return await reach.ask(self.url, question, *arguments)
        except ArchiveUnusable as error:
            self.failed(error)
            raise

    async def latest(self, asked: str) -> Capture | None:
        """See `Archive.latest`; None, too, where the archive cannot say just now."""
        if self.run is None or self.archive is None:
            return None
        try:
            return await asyncio.to_thread(self.archive.latest, self.run.site, asked)
        except ArchiveUnusable:
            return None

    async def body(self, sha256: str) -> bytes | None:
        """The body, where the archive can hand it out just now."""
        assert self.archive is not None
        try:
            return await self.ask(self.archive.body, sha256)
        except (NotFound, Damaged) as error:
            log.warning("%s The site is asked for it anew.", error)
        except ArchiveUnusable:
            pass
        return None

    async def holds(self, sha256: str) -> bool:
        """Whether the archive has something under that digest, as far as it can say just now."""
        assert self.archive is not None
        with suppress(ArchiveUnusable):
            if await self.ask(self.archive.has_body, sha256):
                return True
            log.warning("%s lacks the body %s. The site is asked for it anew.", self.url, sha256)
        return False

    # ------------------------------------------------------------------ the end

    async def settle(self) -> bool:
        """Brings everything recorded into the archive and seals it; False where it takes no more just now."""
        if self.away:
            log.warning("Waiting for the store, up to %.0f seconds.", self.patience)
        await self._stop_sealing()
        if self.run is None or (self.local and self.problem is not None):
            return False
        try:
            sealed = await reach.work(self.run.flush, self.patience)
        except StorageError as error:
            self.leave(error)
            return False
        self.committed += sealed
        reach.notice(self.url, self.run.site, None, self._room)
        return True

    def leave(self, error: StorageError) -> None:
        """Notes why the archive takes no more of this run; a store may be back later, a folder has failed."""
        if not self.local:
            self.left = self.left or error
        elif self.problem is None:
            self.problem = error
            log.error("%s", error)

    async def finish(self, record: dict[str, Any]) -> bool:
        """Writes the run's record: into the spool where the archive cannot take it; False where neither can.

        `left` says afterwards whether, and `behind` how many captures, the archive lacks.
        """
        if self.run is None or (self.local and self.problem is not None):
            return False
        if self.left is None:
            try:
                await reach.work(self.run.finish, record, self.patience)
            except StorageError as error:
                self.leave(error)
        if self.left is not None:
            self.behind = self.run.behind
            try:
                await asyncio.to_thread(self.run.leave, record)
            except StorageError as error:
                self.problem = error
                log.error("%s", error)
                return False
        return self.left is not None or not self.local or self.problem is None

    async def close(self) -> None:
        """Lets go of the archive."""
        if self.run is not None:
            reach.forget(self.url, self.run.site)
        if self.archive is not None:
            await asyncio.to_thread(self.archive.close)

    # ------------------------------------------------------------------ beside the crawl

    async def _seal_beside(self) -> None:
        assert self.run is not None
        while not self._over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), BEAT)
            self._due.clear()
            if (rival := self.run.rival) is not None and self._closing is None:
                log.warning("%s has been taken over by %s: this crawl ends.", self.run.site, rival)
                self._closing = asyncio.ensure_future(
                    self.crawler.engine.close_spider_async(reason="taken-over")
                )
            if not self.local:
                reach.notice(self.url, self.run.site, self.away, self._room)
            late = monotonic() - self._last > SECONDS and self.run.behind > 0
            idle = self._sealing is None or self._sealing.done()
            if idle and (late or self._since >= self.every) and not self.away and not self._over:
                self._sealing = asyncio.ensure_future(self._seal(self.run))

    def _room(self) -> int:
        return 0 if self.run is None else self.run.room

    async def _seal(self, run: Run) -> None:
        # Bodies that are still under way go with the next one: not a segment for each that arrives.
        since, self._since, self._last = self._since, 0, monotonic()
        try:
            sealed = await reach.work(run.commit)
        except StorageError as error:
            self._since += since
            self.failed(error)
        else:
            self.committed += sealed  # now, and not as it was before the wait

    async def _stop_sealing(self) -> None:
        if self._beside is not None:
            self._over = True
            self._due.set()
            beside, self._beside = self._beside, None
            await beside
            if self._sealing is not None:
                await self._sealing

    # ------------------------------------------------------------------ in threads

    async def _open_patiently(self) -> None:
        """Opens archive and run; of an archive that was there before in this process a while is waited."""
        deadline = monotonic() + (self.patience if self.url in self.opened else 0.0)
        while True:
            try:
                return await reach.work(self._open)
            except ArchiveUnusable:
                if monotonic() >= deadline:
                    raise
            await asyncio.sleep(BEAT)

    def _open(self) -> None:
        assert self.crawler.spider is not None
        site = self.crawler.spider.name
        archive = Archive.open(self.url)
        try:
            archive.recover(site=site)  # not the others: their own crawls may be starting just now
            self.dirty_at_start = bool(archive.dirty(site))
            who_was_here = partial(self._look_who_was_here, archive, site)
            self.run = archive.start_run(site, datetime.now(UTC), unless=who_was_here)
        except BaseException:
            archive.close()
            raise
        self.run.note(getattr(self.crawler.spider, "about", {}))
        self.archive = archive
        self.local = archive.store.local
        if not self.local:
            self.opened.add(self.url)

    def _look_who_was_here(self, archive: Archive, site: str) -> None:
        """Raises `CrawledAlready` where GONGKAI_UNLESS_SINCE says that this crawl is not needed any more."""
        since: str = self.crawler.settings["GONGKAI_UNLESS_SINCE"]
        if since:
            asked, moment = getattr(self.crawler.spider, "about", {}), datetime.fromisoformat(since)
            years, recheck = asked.get("years"), asked.get("recheck", False)
            if (already := crawled_since(archive.store, site, moment, years, recheck=recheck)) is not None:
                raise CrawledAlready(already)

    def _compared(self, item: Exchange, archive: Archive, site: str) -> tuple[Capture, str | None]:
        """The capture, flagged where the archive has it already, and the digest of a body that came again."""
        capture, last = item.capture, None
        # A ledger that is lost while the store is away cannot be made anew: then everything is new.
        with nullcontext() if self.local else suppress(ArchiveUnusable):
            last = archive.latest(site, capture.asked)
        if last is None:
            return capture, None
        item.before = last.sha256
        same = item.body is not None and last.sha256 == hashlib.sha256(item.body).hexdigest()
        if same and not capture.flags:
            capture = replace(capture, flags=("unchanged",))
        if "unchanged" in capture.flags and not capture.hints.keys() <= last.hints.keys():
            self.grown.add(str(last.sha256))
        return capture, last.sha256 if same else None
