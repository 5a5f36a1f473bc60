"""Shanghai's districts: articles under the day of the year, lists in HTML or from a JSON service.

From cms-families 12 and public crawlers of 普陀 and 浦东: addresses, the service `front/api/data/affair` with
its parameters and answer, totals capped at 10,000. Inferred: how a page's script spells the parameters, and
that 杨浦's application answers objects with `id` and `title`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

AFFAIR = re.compile(r"[\"']([^\"'\s]*front/api/data/affair)[\"']")
CHANNELS = re.compile(
    r"channelList[\"']?\s*[:=]\s*(\[[^\]]{0,500}\]|[\"'][^\"']{0,200}[\"']|[A-Za-z_$][\w$]*)"
)
CHANNEL = re.compile(r"\bchannel_?(?:Id|Code)?[\"']?\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
SIZE = re.compile(r"\bpageSize[\"']?\s*[:=]\s*[\"']?(\d{1,9})")
DOC_FLAG = re.compile(r"\bdocFlag[\"']?\s*:\s*[\"'](\w+)[\"']")
PAGE_SIZE = 15
CAP = 10_000
"""The highest number of rows that the service admits to."""
YANGPU = "/yp-zwgk/zwgk/"


class Shanghai(Family):
    """Articles `/<area>/<column>-<body>zfxxgk/YYYY/<day of year>/<id>.html`."""

    name = "shanghai"
    title = "Shanghai district sites"
    articles = re.compile(
        r"/20\d\d/\d{1,3}/\d+\.html(?:$|\?)"
        r"|/nw\d+/20\d{6}/[0-9a-f]{32}\.html(?:$|\?)"
        r"|/buffersInformation/details\?(?:.*&)?id=[0-9a-f-]{36}"
    )

    def recognise(self, url: str, text: str) -> str | None:
        path = rows.path_of(url)
        if "front/api/data/affair" in path or YANGPU in path:
            return f"the address is of {'杨浦' if YANGPU in path else '普陀'}'s application"
        if self.articles.search(path):
            return "the address is of the kind <column>/YYYY/<day of year>/<id>.html"
        if AFFAIR.search(text) or YANGPU in text:
            return "the page asks front/api/data/affair" if AFFAIR.search(text) else f"the page says {YANGPU}"
        link = rows.own_link(url, text, self.articles)
        return f"a link on the page is {link}" if link else None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        told = answers.data(page)
        return super().entries(page) if told is None else _from_json(page, told)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        if (service := AFFAIR.search(page.text)) and (channels := _channels(page.text)):
            size, flag = SIZE.search(page.text), DOC_FLAG.search(page.text)
            asked: dict[str, Any] = {
                "channelList": channels,
                "pageNo": 1,
                "pageSize": int(size[1]) if size else PAGE_SIZE,
                "orderFields": ["display_date"],
                "orderTypes": ["desc"],
            }
            yield answers.call(page, service[1], json_body=asked | ({"docFlag": flag[1]} if flag else {}))

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        told = answers.inside(answers.data(page), "data")
        if told is None:
            return pager.following(page) or pager.files(page, pager.count(page))
        asked = answers.decoded(answers.posted(page))
        number = answers.number(answers.inside(asked, "pageNo"))
        pages, count = (
            answers.number(answers.inside(told, name)) or 0 for name in ("totalPage", "totalCount")
        )
        if not number or not answers.objects(answers.inside(told, "list")):
            return []
        if number >= pages and count < CAP:
            return []
        return [answers.call(page, page.url, json_body={**asked, "pageNo": number + 1})]


def _from_json(page: TextResponse, told: Any) -> Iterator[Entry]:
    """The rows of an answer of either service."""
    data = answers.inside(told, "data")
    for item in answers.objects(data) or answers.objects(answers.inside(data, "list")):
        link = str(item.get("url") or item.get("link") or "")
        if not link and YANGPU in page.url and item.get("id"):
            link = f"{YANGPU}buffersInformation/details?id={item['id']}"
        url = rows.address(page, link)
        title = answers.words(item.get("title") or item.get("name"))
        if url and title:
            dates = (item.get(name) for name in ("display_date", "displayDate", "issue_date", "publishDate"))
            published = next((day for value in dates if (day := answers.day(value))), None)
            yield Entry(url, title, published=published)


def _channels(text: str) -> list[str]:
    """The ids of the columns that a page's script asks for."""
    for found in CHANNELS.finditer(text):
        if ids := re.findall(r"\d+", found[1]):
            return ids
    found_one = CHANNEL.search(text)
    return [found_one[1]] if found_one else []
