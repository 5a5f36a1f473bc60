"""Scrapy's HTTP download handler, with what it lacks: the gate before each host, legacy TLS, a limit for
connecting, and when a request went out and its answer was complete.

`Request.meta` would otherwise know neither time: a request waits in its host's queue after the last
middleware.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import TimeoutError as ConnectTimeout
from twisted.web.client import HTTPConnectionPool

from crawler.gate import GATE, host_of
from crawler.middlewares.blocks import Blocks
from crawler.middlewares.busy import Busy
from crawler.middlewares.unreachable import Unreachable
from crawler.tls import LegacyContexts

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred


class _PooledHandler(HTTP11DownloadHandler):
    """Scrapy's handler with a `Pool`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool = Pool(self._pool, crawler.settings.getfloat("GONGKAI_CONNECT_TIMEOUT"))

    async def close(self) -> None:
        """Closes the connections, or leaves those that take longer than a second to close.

        Scrapy's own way prints a traceback where both happen in one turn of a busy reactor.
        """
        closed: Deferred[None] = self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        closed.addTimeout(1, self._pool._reactor, onTimeoutCancel=lambda _, __: None)
        await maybe_deferred_to_future(closed)


class GatedDownloadHandler(_PooledHandler):
    """Sets `meta["requested"]` and `meta["received"]`, aware datetimes in UTC; obeys `meta["legacy_tls"]`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._floor = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._legacy: LegacyHandler | None = None

    async def download_request(self, request: Request) -> Response:
        """The answer to `request`, both of its times in the request's meta."""
        host, pace = host_of(request.url), self._pace(request)
        check = partial(self._still_asked, request)
        async with GATE.turn(host, self._crawler, pace=pace, floor=self._floor, check=check):
            request.meta["requested"] = datetime.now(UTC)
            try:
                if request.meta.get("legacy_tls"):
                    return await self._by_legacy_tls(request)
                return await super().download_request(request)
            finally:
                request.meta["received"] = datetime.now(UTC)

    async def close(self) -> None:
        """Scrapy's: the crawl is over."""
        GATE.forget(self._crawler)
        if self._legacy is not None:
            await self._legacy.close()
        await super().close()

    async def _by_legacy_tls(self, request: Request) -> Response:
        if self._legacy is None:
            self._legacy = LegacyHandler(self._crawler)
        return await self._legacy.download_request(request)

    def _still_asked(self, request: Request) -> None:
        """Raises what the middlewares would now: the host may have been left while the request waited."""
        find = self._crawler.get_downloader_middleware
        for middleware in (find(Blocks), find(Busy), find(Unreachable)):
            if middleware is not None:
                middleware.process_request(request)

    def _pace(self, request: Request) -> float:
        """The delay that this crawl now keeps for the request's host."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        return 0.0 if slot is None else slot.delay


class LegacyHandler(_PooledHandler):
    """The same with other TLS contexts, and so with connections of its own."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._contextFactory = LegacyContexts()  # type: ignore[assignment]


class Pool(HTTPConnectionPool):
    """Connections that have to come about within some seconds, the name's resolution and a proxy's tunnel
    included; Scrapy gives connecting all the time that a download has."""

    def __init__(self, like: HTTPConnectionPool, seconds: float) -> None:
        super().__init__(like._reactor, persistent=like.persistent)  # type: ignore[no-untyped-call]
        self.maxPersistentPerHost = like.maxPersistentPerHost
        self._factory = like._factory
        self._seconds = seconds

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        """Twisted's: a connection of the pool, or a new one."""
        made: Deferred[Any] = super().getConnection(key, endpoint)
        return made.addTimeout(self._seconds, self._reactor, onTimeoutCancel=_in_vain)


def _in_vain(value: object, seconds: float) -> NoReturn:
    raise ConnectTimeout(None, f"no connection within {seconds:g} s")  # type: ignore[no-untyped-call]
