"""Recognises blocks, slows the host down, and leaves it alone after a few. Never works around one."""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from crawler.errors import HostBlocked
from crawler.pages import text_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

STATUSES = frozenset({403, 412, 429, 521})
"""Address fenced off, Ruishu challenge, too many requests, 加速乐 challenge (cms-families 0.7)."""
SMALL = 20_000
"""Bytes. A challenge is a stub around a script; a page with content is larger or has the words below."""
CHALLENGE = re.compile(
    r"__jsl_clearance|\$_ts\b|C3VK|创宇盾|知道创宇|安全狗|网站防火墙|云防护|访问(过于)?频繁|被(安全策略)?拦截"
    r"|疑似(黑客)?攻击|人机验证|滑动验证|安全验证"
)
CONTENT = re.compile(r"信息公开")
MAX_DELAY = 60.0
SLOWER = 4

log = logging.getLogger(__name__)


class Blocks:
    """Flags a blocked response and counts blocks in a row for each host.

    Any other answer sets the count back; after `GONGKAI_BLOCKED_AFTER` requests raise `HostBlocked`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.after = crawler.settings.getint("GONGKAI_BLOCKED_AFTER")
        self.in_a_row: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises `HostBlocked` once the host has had enough."""
        host = _host(request)
        if self.in_a_row[host] >= self.after:
            raise HostBlocked(f"{host} blocked {self.in_a_row[host]} requests in a row and is left alone")

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response, flagged `blocked` if that is what it is."""
        host = _host(request)
        if not is_block(response):
            self.in_a_row[host] = 0
            return response
        response.flags.append("blocked")
        request.meta["dont_redirect"] = True  # a challenge that refreshes itself is not to be followed
        self.in_a_row[host] += 1
        self._slow_down(request)
        if self.in_a_row[host] == self.after:
            log.warning("%s blocks this crawl (%d answers in a row); leaving it alone", host, self.after)
        return response

    def _slow_down(self, request: Request) -> None:
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.delay = min(MAX_DELAY, slot.delay * SLOWER)


def is_block(response: Response) -> bool:
    """Whether the server refused to talk, by status or by a challenge in place of the page."""
    if response.status in STATUSES:
        return True
    if response.status not in (200, 202) or len(response.body) > SMALL:
        return False
    page = text_page(response)
    return page is not None and bool(CHALLENGE.search(page.text)) and not CONTENT.search(page.text)


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""
