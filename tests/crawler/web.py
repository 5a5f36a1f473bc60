"""A spider walked through pages of a table, without a network: what it asks for, and in what order."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.sites import Site
from crawler.spider_loader import spider_class
from crawler.spiders.report import ReportSpider

HOST = "http://www.xugou-lian.gov.cn"
COLUMN = f"{HOST}/zwgk/zfxxgknb/"
Answer = str | tuple[int, str]


class Web:
    """Answers a spider's requests from a table, in the order of their priority, one at a time."""

    def __init__(self, answers: Mapping[str, Answer] | Callable[[Request], Answer | None]) -> None:
        self.answer = answers if callable(answers) else lambda request: answers.get(request.url)
        self.archive = "/nowhere"
        self.asked: list[str] = []
        self.roles: dict[str, str] = {}

    def crawl(
        self, family: str = "trs", *, seeds: tuple[str, ...] = (COLUMN,), **arguments: str
    ) -> ReportSpider:
        site = Site("xulian", "虚构涟县", family, ("www.xugou-lian.gov.cn",), seeds=seeds)
        spider = spider_class(site)(**arguments)
        spider.latest = 2025
        stub = SimpleNamespace(get_item_pipeline=lambda _: None, settings={"GONGKAI_ARCHIVE": self.archive})
        spider.crawler = cast("Any", stub)
        asyncio.run(self._run(spider))
        spider.closed("finished")
        return spider

    async def _run(self, spider: ReportSpider) -> None:
        number = itertools.count()
        queue = [(-r.priority, next(number), r) async for r in spider.start()]
        heapq.heapify(queue)
        while queue:
            request = heapq.heappop(queue)[2]
            response = self._response(request)
            async for found in request.callback(response, **request.cb_kwargs):  # type: ignore[misc]
                if isinstance(found, Request):
                    found.headers.setdefault("Referer", response.url)  # as Scrapy does
                    heapq.heappush(queue, (-found.priority, next(number), found))
                else:
                    self.roles[found.capture.asked.removeprefix(HOST)] = found.capture.role
                    spider.record.settle_capture(found.capture)

    def _response(self, request: Request) -> Response:
        self.asked.append(request.url.removeprefix(HOST))
        request.meta["requested"] = request.meta["received"] = datetime(2026, 1, 1, tzinfo=UTC)
        answer = self.answer(request)
        status, text = (404, "") if answer is None else (200, answer) if isinstance(answer, str) else answer
        return HtmlResponse(request.url, status=status, body=text.encode(), encoding="utf-8", request=request)


def rows(*numbers: int, title: str = "虚构{}局2024年政府信息公开工作年度报告") -> str:
    names = [title.format("甲乙丙丁戊己庚辛"[number % 8]) for number in numbers]
    addresses = [f"{COLUMN}202501/t20250120_{number}.html" for number in numbers]
    found = zip(addresses, names, strict=True)
    return "<ul>" + "".join(f'<li><a href="{url}">{name}</a></li>' for url, name in found) + "</ul>"


def pager(count: int, current: int) -> str:
    return f"<script>createPageHTML({count}, {current}, 'index', 'html');</script>"
