"""Leaves a host that cannot be reached, so that a dead one costs a bounded time.

A name that does not resolve, a host that refuses and one that does not answer in time are asked once more
and no oftener; where connections break, as often as RETRY_TIMES says. After `GONGKAI_UNREACHABLE_AFTER`
failures in a row every further request fails at once.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from twisted.internet.error import ConnectError

from crawler.errors import HostUnreachable
from crawler.failures import explain, never_connected
from crawler.gate import host_of
from crawler.resolver import refused_by_resolver

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

HOPELESS = (CannotResolveHostError, DownloadConnectionRefusedError, ConnectError, TunnelError)
"""What no page is to blame for. A second try is for a name server or proxy that was out of breath."""


class Unreachable:
    """Counts failures in a row for each host; an answer of any kind sets the count back."""

    def __init__(self, after: int, retries: int) -> None:
        self.after = after
        self.retries = retries
        self.in_a_row: Counter[str] = Counter()
        self.reason: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        settings = crawler.settings
        return cls(settings.getint("GONGKAI_UNREACHABLE_AFTER"), settings.getint("RETRY_TIMES"))

    def process_request(self, request: Request) -> None:
        """Raises `HostUnreachable` once it has been tried often enough."""
        host = host_of(request.url)
        if self.in_a_row[host] >= self.after:
            raise HostUnreachable(
                f"{self.reason[host]}, {self.in_a_row[host]} times in a row: it is left alone"
            )

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response."""
        if "resting" not in response.flags:  # those are out of the archive
            self.in_a_row[host_of(request.url)] = 0
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Counts, and takes away retries that are pointless."""
        if not isinstance(exception, (*HOPELESS, DownloadTimeoutError, DownloadFailedError)):
            return
        host, retries = host_of(request.url), self.retries
        if isinstance(exception, CannotResolveHostError) and refused_by_resolver(host):
            retries = 0
        elif not isinstance(exception, DownloadFailedError):
            retries = min(1, retries)
        request.meta["max_retry_times"] = retries
        at_once = isinstance(exception, HOPELESS) or never_connected(exception)
        if at_once or request.meta.get("retry_times", 0) >= retries:  # else it may be this one page's fault
            self.in_a_row[host] += 1
            self.reason[host] = explain(exception, request)
