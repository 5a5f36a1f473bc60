"""Stops a body that is over the limit, keeping what is known of the answer.

Scrapy's own limit throws status and headers away; it stays behind this one as a backstop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import StopDownload

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class SizeLimit:
    """Flags `too-large`, without a body, what announces or turns out to be over `DOWNLOAD_MAXSIZE` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        guard = cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        crawler.signals.connect(guard.headers_received, signal=signals.headers_received)
        crawler.signals.connect(guard.bytes_received, signal=signals.bytes_received)
        return guard

    def headers_received(self, request: Request, body_length: Any, spider: Spider) -> None:
        """Stops an answer whose Content-Length says enough."""
        request.meta["bytes"] = 0
        if isinstance(body_length, int) and body_length > self.limit > 0:
            self._stop(request)

    def bytes_received(self, data: bytes, request: Request, spider: Spider) -> None:
        """Stops an answer of unknown length when it gets there."""
        request.meta["bytes"] += len(data)
        if request.meta["bytes"] > self.limit > 0:
            self._stop(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response; without its first megabytes where it was stopped."""
        if not request.meta.pop("too_large", False):
            return response
        return response.replace(body=b"", flags=["too-large"])

    def _stop(self, request: Request) -> None:
        request.meta["too_large"] = True
        raise StopDownload(fail=False)
