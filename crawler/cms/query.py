"""Sites that run on query strings or on bare numbers in paths: ASP.NET, JSP, PHP and their like.

From cms-families 15 and sites-seen.tsv: addresses, `page=` and `cur_page=`, the last page from the pager's
last link; 12 for jhtml. Inferred: that other names of the page number work alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

SCRIPT = re.compile(r"/([\w-]+)\.(aspx?|jsp|php)\?", re.IGNORECASE)
SHOWS = (
    r"/\w*(?:detail|details|show|view|content|article)\.(?:aspx?|jsp|php)\?(?:.*&)?\w*id=[\w-]+"
    r"|/(?:zwinfo|newsinfo|xxinfo)\.(?:aspx?|jsp|php)\?(?:.*&)?id=[\w-]+"
    r"|/detail/cid/\d+/aid/\d+"
    r"|/xxgk-show-\d+\.html"
    r"|/(?:gongkai|news)/show/(?:[0-9a-f]{32}|\d{17})\.html"
    r"|/info/\d+/?$"
    r"|/[0-9A-Z]{4}/\d+\.jhtml"
)
LISTS = re.compile(
    r"/node/\d+(?:[/?]|$)|/\w+\.(?:aspx?|jsp|php)\?(?:.*&)?(?:\w*id|dept|page)=", re.IGNORECASE
)


class Query(Family):
    """Articles `…details.aspx?id=`, `show.php?id=`, `/detail/cid/<c>/aid/<a>`, `/info/<id>`, `<id>.jhtml`."""

    name = "query"
    title = "query strings (ASP.NET, JSP, PHP)"
    articles = re.compile(SHOWS, re.IGNORECASE)

    def recognise(self, url: str, text: str) -> str | None:
        path = rows.path_of(url)
        if found := self.articles.search(path):
            return f"the address is an article's: {found[0]}"
        if found := LISTS.search(path):
            return f"the address is a list's: {found[0]}"
        link = rows.own_link(url, text, self.articles)
        return f"a link on the page is {link}" if link else None

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if linked := pager.following(page):
            return linked
        name, last = _paged(page)
        counted = pager.count(page)
        last = max(last, counted.total or 0)
        number = max(pager.place(page.url)[1], 1)
        if not name or number >= last:
            return []
        return [ListPage(answers.with_query(page.url, {name: number + 1}))]

    def department(self, url: str) -> str | None:
        return answers.query(url).get("dept") if "_details.aspx" in url else None


def _paged(page: TextResponse) -> tuple[str, int]:
    """The name of the page's number in this list's address, and the highest that the pager links."""
    here = pager.place(page.url)[0]
    name, last = "", 0
    for url in (page.url, *(url for _, url in rows.links(page))):
        for key, value in parse_qsl(urlsplit(url).query):
            if key.lower() in pager.PARAMETERS and value.isdigit() and pager.place(url)[0] == here:
                name, last = name or key, max(last, int(value[:9]))
    return name, last
