"""Flags blocks, slows the host down, and leaves it alone after a few. Never works around one."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Self

from crawler.blocking import Flood, is_block, is_cookie_loop
from crawler.errors import HostBlocked
from crawler.gate import GATE, host_of
from crawler.middlewares.soft404 import is_soft_404

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

SLOWER = 4

log = logging.getLogger(__name__)


class Blocks:
    """Flags a blocked response and counts blocks in a row for each host.

    Any other answer sets the count back; after `GONGKAI_BLOCKED_AFTER` requests raise `HostBlocked`.
    """

    def __init__(self, after: int) -> None:
        self.after = after
        self.in_a_row: Counter[str] = Counter()
        self.flood = Flood()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler.settings.getint("GONGKAI_BLOCKED_AFTER"))

    def process_request(self, request: Request) -> None:
        """Raises `HostBlocked` once the host has had enough."""
        host = host_of(request.url)
        if self.in_a_row[host] >= self.after:
            raise HostBlocked(f"{host} blocked {self.in_a_row[host]} requests in a row and is left alone")

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response, flagged `blocked` if that is what it is."""
        if "resting" in response.flags:
            return response  # out of the archive: the host has said nothing
        host = host_of(request.url)
        if not self._is_block(host, request, response):
            self.in_a_row[host] = 0
            GATE.ease(host)
            return response
        if "blocked" not in response.flags:  # Busy may have said so
            response.flags.append("blocked")
        request.meta["dont_redirect"] = True  # a challenge that refreshes itself is not to be followed
        self.in_a_row[host] += 1
        GATE.slow_down(host, SLOWER)
        if self.in_a_row[host] == self.after:
            log.warning("%s blocks this crawl (%d answers in a row); leaving it alone", host, self.after)
        return response

    def _is_block(self, host: str, request: Request, response: Response) -> bool:
        if is_block(response) or is_cookie_loop(request, response):
            return True
        return self.flood.rises(host, request, response) and not is_soft_404(request, response)
