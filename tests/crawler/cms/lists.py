"""Static lists for the families' tests, made of a few lines of markup."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import HtmlResponse

from tests.crawler.cms import pages

HOST = "http://www.xugou-a.gov.cn"
COLUMN = f"{HOST}/zwgk/zfxxgknb/"


def page(body: str, url: str = COLUMN, *, referer: str | None = None) -> HtmlResponse:
    """A page at `url` with `body` between its body tags; `referer` is the page that led there."""
    request = Request(url, headers={"Referer": referer} if referer else {})
    return pages.page(f"<html><body>{body}</body></html>", url, request=request)


def listed(count: int, shape: str = "./202401/t20240120_{}.html", first: int = 1000) -> str:
    """A list of `count` rows whose addresses have `shape`."""
    rows = (
        f'<li><a href="{shape.format(first + i)}" title="虚构{i}局2023年政府信息公开工作年度报告">'
        f"虚构{i}局…</a><span>2024-01-20</span></li>"
        for i in range(count)
    )
    return f"<ul>{''.join(rows)}</ul>"
