"""Finds bodies that ended too early, asks again, and in the end hands them on marked as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.retry import get_retry_request

from pipelines.decoding import decode
from pipelines.errors import DecodingError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Truncation:
    """Flags `truncated`: fewer bytes than announced, a coded stream without its end, or a body that only
    the closed connection ended and that lacks the end its format prescribes."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request to be made again."""
        if not is_truncated(response):
            return response
        assert self.crawler.spider is not None
        again = get_retry_request(request, spider=self.crawler.spider, reason="truncated body")
        if again is not None:
            return again
        response.flags.append("truncated")
        return response


def is_truncated(response: Response) -> bool:
    """Whether the body is known or must be feared to have lost its end."""
    if "dataloss" in response.flags:
        return True
    if "partial" in response.flags and not _ends(response):
        return True
    codings = [
        ("content-encoding", v.decode("latin-1")) for v in response.headers.getlist("Content-Encoding")
    ]
    if codings and response.status != 304 and "too-large" not in response.flags:
        try:
            decode(response.body, codings)
        except DecodingError:
            return True
    return False


def _ends(response: Response) -> bool:
    """Whether a body without Content-Length has the end that its format prescribes."""
    body = response.body
    if b"Content-Encoding" in response.headers:
        return True  # the coded stream knows its own end
    if body.startswith(b"%PDF"):
        return b"%%EOF" in body[-1024:]
    if body.startswith(b"PK"):
        return b"PK\x05\x06" in body[-65_600:]
    kind = response.headers.get("Content-Type") or b""
    if kind.startswith(b"text/plain"):
        return True
    if not re.search(rb"<html|<body", body[:4096], re.IGNORECASE):  # JSON, JSONP, XML, a part of a page
        return body.rstrip()[-1:] in (b"}", b"]", b")", b";", b">")
    return re.search(rb"</html>\s*(<!--.*-->\s*)*$", body[-2048:], re.IGNORECASE | re.DOTALL) is not None
