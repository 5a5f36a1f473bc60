"""UCAP (开普云) and look-alikes: static lists `<stem>_N.shtml`, and lists in JSON by channel.

From cms-families 5: addresses of articles and lists, `_N` with an offset that differs, both JSON calls with
their parameters, `channelid` in a meta tag, `results[]`, and that deep pages drift into other bodies' lists.
From public crawlers: a third address of the same call, `/search/<channelId>`. Inferred: that a column whose
path is an opaque `cNNNN` may list articles of other such columns of the same site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

ARTICLE = re.compile(
    r"/(?:\d{6}|\d{8}|\d{4}/\d{1,2}/\d{1,2}|\d{4}-\d\d/\d\d)/(?:[0-9a-f]{32}|c\d\d_\d+|content_[0-9a-f]+)\.s?html"
    r"|/c\d{3,}[a-z]?/c\d{3,}[a-z]?/content\.shtml"
)
STATIC = re.compile(
    r"/(?:\d{6}|\d{4}/\d{1,2}/\d{1,2})/(?:[0-9a-f]{32}|c\d\d_\d+)\.shtml"
    r"|/c\d{3,}[a-z]?/(?:c\d{3,}[a-z]?/content|\w*list(?:_\d+)?)\.shtml"
)
"""Addresses that no other family has."""
CALL = re.compile(r"/(common/search|searchList|search)/([0-9a-f]{32})\b")
CALLS = ("common/search", "searchList")
OPAQUE = re.compile(r"c\d+[a-z]?")
QUERY = "_isAgg=true&_isJson=true&_pageSize=20&_template=index&_rangeTimeGte=&_channelName=&page=1"
PAGE_SIZE = 20
MANY = 10
"""Rows of a page that may have a next one, though nothing on it says so."""
LIST_FILE = re.compile(r"list(?:_\d+)?\.s?html$")
PAGER = re.compile(r"""\b(?:id|class)=["'][^"']{0,99}\bpag(?:es?|er|ing|ination)\b""", re.IGNORECASE)


class Ucap(Family):
    """Articles `/<site>/<column>/YYYYMM/<32hex>.shtml`, lists `list.shtml` and the like."""

    name = "ucap"
    title = "UCAP (开普云) and look-alikes"
    articles = ARTICLE

    def recognise(self, url: str, text: str) -> str | None:
        path = urlsplit(url).path
        if CALL.search(path) and "_isJson" in url:
            return "the address is the JSON list of a channel"
        if STATIC.search(path):
            return "the address is an article YYYYMM/<32hex>.shtml or a list of a column cNNNN"
        if re.search(r"UCAP-?CONTENT", text):
            return "the page has a UCAPCONTENT element"
        if re.search(r"""\bname=["']?channelid["'\s]""", text, re.IGNORECASE):
            return "the page has a channelid meta tag"
        if CALL.search(text):
            return "the page asks for the JSON list of a channel"
        if rows.own_link(url, text, STATIC):
            return "links on the page go to YYYYMM/<32hex>.shtml"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        if _is_call(page.url):
            return _listed(page)
        found = rows.entries(page, self.articles)
        return (entry for entry in found if not drifted(page.url, entry.url))

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        asked = self._asked(page)
        if asked and not any(True for _ in self.entries(page)):
            yield asked[0]

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if _is_call(page.url):
            return _after_call(page)
        counted = pager.count(page)
        following = pager.following(page) or pager.files(page, counted)
        held = sum(1 for _ in self.entries(page))
        if not following and counted.total is None and (held >= MANY or (held and PAGER.search(page.text))):
            return _probed(page)
        if following or held:
            return following
        return self._asked(page)[1:] or self._guessed(page)

    def _asked(self, page: TextResponse) -> list[ListPage]:
        """The JSON lists that the page's own script names."""
        if _is_call(page.url):
            return []
        own = answers.meta(page, "channelid")
        found = dict.fromkeys(m.groups() for m in CALL.finditer(page.text) if own in (None, m[2]))
        return [_call(page, call, channel) for call, channel in found]

    def _guessed(self, page: TextResponse) -> list[ListPage]:
        """Both JSON lists of the page's channel, where the page names neither and has no rows."""
        channel = answers.meta(page, "channelid") or ""
        if not re.fullmatch(r"[0-9a-f]{32}", channel) or CALL.search(page.text):
            return []
        return [_call(page, call, channel) for call in CALLS]


def drifted(listing: str, article: str) -> bool:
    """Whether a later page of a list has left its column: other first two segments of the path."""
    place, number = pager.place(listing)
    if number < 2:
        return False
    own, other = (urlsplit(url).path.split("/")[1:3] for url in (place, article))
    if OPAQUE.fullmatch(own[-1]) and OPAQUE.fullmatch(other[-1]):
        return own[0] != other[0]
    return own != other


def _probed(page: TextResponse) -> Sequence[ListPage]:
    """The next of numbered list files, where the page does not count them: the second is _1 or _2."""
    if not LIST_FILE.search(page.url):
        return []
    number = pager.place(page.url)[1]
    if number:
        return [ListPage(pager.renumbered(page.url, number + 1))]
    stem, _, ending = page.url.rpartition(".")
    return [ListPage(f"{stem}_{n}.{ending}") for n in (1, 2)]


def _is_call(url: str) -> bool:
    return CALL.search(urlsplit(url).path) is not None


def _call(page: TextResponse, call: str, channel: str) -> ListPage:
    return answers.call(page, f"/{call}/{channel}?{QUERY}")


def _listed(page: TextResponse) -> Iterator[Entry]:
    """The rows of a JSON list, each address once."""
    seen: set[str] = set()
    for result in answers.objects(answers.inside(answers.data(page), "data", "results")):
        url = rows.address(page, str(result.get("url") or ""))
        if url and url not in seen:
            seen.add(url)
            published = next(filter(None, map(result.get, ("publishedTimeStr", "publishedTime"))), None)
            title = answers.words(result.get("title")) or answers.words(result.get("subTitle"))
            yield Entry(url, title, published=answers.day(published))


def _after_call(page: TextResponse) -> Sequence[ListPage]:
    told = answers.inside(answers.data(page), "data")
    listed = len(answers.objects(answers.inside(told, "results")))
    asked = answers.query(page.url)
    number = answers.number(asked.get("page")) or 1
    size = answers.number(answers.inside(told, "rows")) or answers.number(asked.get("_pageSize")) or PAGE_SIZE
    total = answers.number(answers.inside(told, "total"))
    ended = listed < size if total is None else number * size >= total
    if not listed or ended:
        return []
    return [answers.call(page, answers.with_query(page.url, {"page": number + 1}))]
