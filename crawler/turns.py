"""Many sites in one process: so many crawls at once, the next begins when one ends.

Sites that share a host take turns (`shards.py`); one slow or blocked site keeps its place and holds up
nobody else. What a crawl does is the spider's and the components' business.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess, Crawler

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from crawler.shards import Group
    from crawler.sites import Site

THREADS = 8
"""At least so many threads wait for disk and store; asyncio's own default is the number of cores and four."""


class Stoppable(AsyncCrawlerProcess):
    """Scrapy's process, which knows that it was told to stop: whoever has a queue begins no other crawl."""

    stopped = False

    async def stop(self) -> None:
        """Ends the crawls under way in order."""
        self.stopped = True
        await super().stop()


class Turns(Stoppable):
    """Scrapy's process, with a queue of sites in front of it.

    `done` is called with each site's key and crawler when its crawl has ended; after that nothing of the
    crawl is held. A signal that stops the process stops the queue as well.
    """

    def __init__(
        self,
        settings: Settings,
        arguments: Mapping[str, str | None],
        done: Callable[[str, Crawler], None],
    ) -> None:
        super().__init__(settings)
        self.at_once = settings.getint("GONGKAI_AT_ONCE")
        self._arguments = dict(arguments)
        self._report = done
        self._waiting: deque[deque[Site]] = deque()

    def run(self, groups: Iterable[Group]) -> None:
        """Crawls every site of every group; returns when the last has ended. Once in a process."""
        self._waiting.extend(deque(group) for group in groups)
        loop = asyncio.get_event_loop()  # Scrapy has installed it; it does not run yet
        loop.set_default_executor(ThreadPoolExecutor(max(THREADS, min(self.at_once, len(self._waiting)))))
        for _ in range(min(self.at_once, len(self._waiting))):
            self._begin(self._waiting.popleft())
        self.start()

    def _begin(self, group: deque[Site]) -> None:
        key = group.popleft().key
        crawler = self.create_crawler(key)
        task = self.crawl(crawler, **self._arguments)
        task.add_done_callback(partial(self._ended, key, crawler, group))

    def _ended(self, key: str, crawler: Crawler, group: deque[Site], task: asyncio.Task[None]) -> None:
        self._report(key, crawler)
        if self.stopped:
            return
        if group:
            self._begin(group)
        elif self._waiting:
            self._begin(self._waiting.popleft())
