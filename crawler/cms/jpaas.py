"""Hanweb's newer generation (jpaas): a column's page is a shell, its units are built by an API.

From cms-families 4: `unitbuild.js` with `url` and `queryData`, the parameters, paging by `paramJson` only,
`rows` and `count` in the answer's pager, old `art_c_i` links beside new ones. From public crawlers: names
of units (`tagId`), the two spellings of `parseType`, and the answer's pager as attributes or as arguments
of a call. Inferred: which units' names say that they hold no list.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crawler.cms import answers, hanweb, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

NEW_ARTICLE = re.compile(r"/art/\d{4}/art_[0-9a-f]{32}\.html")
BUILD = re.compile(r"/jpaas-publish-server/.*/build/unit")
NO_LIST = re.compile(r"头|尾|底|页脚|面包屑|位置|友情|检索|搜索|统计|轮播|主导航|顶|登录|分享|二维码|访问")
DEFAULTS = {"parseType": "bulidstatic", "pageType": "column", "editType": "null"}
"""What a unit's query has where the page leaves it out; the spelling is the server's."""
QUERY = re.compile(r"""\bqueryData=["']\s?(?:\{|&)""", re.IGNORECASE)
PAGER = re.compile(r"""\b(rows|count)["']?\s*[=:]\s*["']?(\d{1,9})""", re.IGNORECASE)
PAGE_SIZE = 15


class Jpaas(Family):
    """Articles `art/YYYY/art_<32hex>.html` below a column's path; rows in the JSON of a unit."""

    name = "jpaas"
    title = "Hanweb jpaas (大汉), unit API"
    articles = hanweb.ARTICLES

    def recognise(self, url: str, text: str) -> str | None:
        if BUILD.search(url):
            return "the address is the API that builds a page's units"
        if NEW_ARTICLE.search(url):
            return "the address is an article art/YYYY/art_<32hex>.html"
        for mark in ("jpaas-publish-server", "unitbuild.js"):
            if mark in text:
                return f"the page names {mark}"
        return "the page has a unit's queryData" if QUERY.search(text) else None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        return rows.entries(self._shown(page), self.articles)

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        return rows.columns(self._shown(page), self.articles)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        root = rows.root_of(page)
        for script in () if root is None or BUILD.search(page.url) else root.iter("script"):
            told = query_data(script.get("querydata") or "")
            if "pageId" in told and not NO_LIST.search(told.get("tagId", "")):
                url = f"{script.get('url') or UNIT}?{urlencode(DEFAULTS | told)}"
                yield answers.call(page, url)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if not BUILD.search(page.url):
            return pager.following(page)
        told = answers.decoded(answers.query(page.url).get("paramJson", ""))
        number = answers.number(answers.inside(told, "pageNo")) or 1
        declared = {name.lower(): int(value) for name, value in PAGER.findall(markup(page))}
        size = declared.get("rows") or answers.number(answers.inside(told, "pageSize")) or PAGE_SIZE
        if not any(True for _ in self.entries(page)) or number * size >= declared.get("count", 10**9):
            return []
        param = json.dumps({"pageNo": number + 1, "pageSize": str(size)}, separators=(",", ":"))
        return [answers.call(page, answers.with_query(page.url, {"paramJson": param}))]

    def _shown(self, page: TextResponse) -> TextResponse:
        return answers.fragment(page, markup(page)) if BUILD.search(page.url) else page


UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def markup(page: TextResponse) -> str:
    """The HTML in an answer; "" where there is none."""
    told = answers.inside(answers.data(page), "data")
    found = told if isinstance(told, str) else answers.inside(told, "html")
    return found if isinstance(found, str) else ""


def query_data(text: str) -> dict[str, str]:
    """A unit's parameters, from JSON that a page quotes in either way."""
    text = html.unescape(text)
    told = answers.decoded(text)
    if not isinstance(told, dict):
        told = answers.decoded(text.replace("'", '"'))
    if not isinstance(told, dict):
        return {}
    return {name: "null" if value is None else str(value) for name, value in told.items()}
