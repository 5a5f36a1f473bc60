"""Refuses addresses that the crawl has no business with, redirect targets included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.addresses import refusal
from crawler.errors import RequestRefused

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class HostGuard:
    """Lets through the site's own hosts and `.gov.cn`; a redirect is a new request and comes here again.

    Addresses are checked where they are connected to: `crawler.resolver`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.allowed = frozenset(crawler.settings.getlist("GONGKAI_ALLOW_PRIVATE"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises `RequestRefused` with the reason."""
        hosts = getattr(self.crawler.spider, "allowed_domains", ())
        if reason := refusal(request.url, hosts, self.allowed):
            raise RequestRefused(reason)
