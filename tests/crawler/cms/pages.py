"""Pages for the tests of CMS families: made by hand, in the shapes of real markup."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from crawler.cms import ListPage


def page(body: str, url: str, *, request: Request | None = None) -> HtmlResponse:
    """An HTML page."""
    return HtmlResponse(url, body=body.encode(), encoding="utf-8", request=request)


def answer(body: str, asked: ListPage) -> TextResponse:
    """What a list page that was asked for answers: whatever text it is, it remembers the request."""
    request = Request(asked.url, method=asked.method, body=asked.body, headers=dict(asked.headers))
    return TextResponse(asked.url, body=body.encode(), encoding="utf-8", request=request)


def header(asked: ListPage, name: str) -> str | None:
    """A header of a list page that can be asked for."""
    return dict(asked.headers).get(name)
