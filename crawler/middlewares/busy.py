"""Keeps to Retry-After: a server that asks for a little patience gets it, one that asks for more is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.retry import get_retry_request

from crawler.errors import HostBlocked
from crawler.gate import GATE, MAX_DELAY, host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

STATUSES = frozenset({429, 503})
PATIENCE = MAX_DELAY
"""Seconds that a run waits for a host."""
LONG = timedelta(days=3650)


class Busy:
    """Asks again after up to `PATIENCE`; a host that wants more is left, its answer flagged `blocked`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.left: dict[str, str] = {}
        """Host -> until when it asked to be left alone, in words."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises `HostBlocked` for a host that asked for more patience than a run has."""
        host = host_of(request.url)
        if host in self.left:
            raise HostBlocked(f"{host} asks to be left alone until {self.left[host]}")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request to be made again after the wait."""
        host, now = host_of(request.url), datetime.now(UTC)
        until = asked_for(response, now)
        if until is None:
            return response
        if (wait := (until - now).total_seconds()) > PATIENCE:
            self.left[host] = f"{until:%Y-%m-%d %H:%M} UTC"
            response.flags.append("blocked")
            request.meta["dont_retry"] = True
            return response
        GATE.hold(host, wait)
        assert self.crawler.spider is not None
        return get_retry_request(request, spider=self.crawler.spider, reason="Retry-After") or response


def asked_for(response: Response, now: datetime) -> datetime | None:
    """The moment before which the server wants no request, by its Retry-After (RFC 9110, 10.2.3)."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if response.status not in STATUSES or not value:
        return None
    if value.isascii() and value.isdigit():
        return now + min(timedelta(seconds=int(value[:12])), LONG)
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # nonsense, or beyond the calendar's end
        return None
