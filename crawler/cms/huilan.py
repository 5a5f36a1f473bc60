"""Huilan eportal (慧兰): numbered folders for columns and articles alike, a pager in attributes.

From cms-families 11 and public crawlers: addresses, `tagname`, `queryArticleByCondition`, the hidden input
with `totalpage` and `moduleid`, files `<first 8 of the module's id>-N.html` and, beyond those that were made
as files, `/eportal/ui?…&currentPage=N`. Inferred: that `javascript:next(N)` asks the same; which of the
numbered folders is an article, as nothing in the address tells: one with a date beside it or a long title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

FOLDER = re.compile(r"/(?:\d{5,9}/index\.html?|\d{12,}/index\.s?html?|\d{12,}/?)(?:$|\?)")
ARTICLE = re.compile(r"/\d{12,}/(?:index\.s?html?)?(?:$|\?)")
MARKS = re.compile(r"article_paging_list_hidden|queryArticleByCondition|eprotalCurrentPageId|/eportal/ui\?")
CONDITION = re.compile(r"queryArticleByCondition\s*\(\s*this\s*,\s*['\"]([^'\"]+)['\"]")
NEXT_CALL = re.compile(r"javascript:\s*next\((\d+)\)", re.IGNORECASE)
LONG = 12
"""Characters of a title from which a numbered folder is an article without a date beside it."""


class Huilan(Family):
    """Articles `/…/<numbers>/index.html`, or `/…/<timestamp>/index.shtml`."""

    name = "huilan"
    title = "Huilan eportal (慧兰)"
    articles = FOLDER

    def recognise(self, url: str, text: str) -> str | None:
        if "/eportal/ui?" in url:
            return "the address is /eportal/ui"
        if found := MARKS.search(text):
            return f"the page says {found[0]}"
        if FOLDER.search(rows.path_of(url)):
            return "the address is a numbered folder with an index page"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        for entry in super().entries(page):
            if entry.published or len(entry.title or "") >= LONG or ARTICLE.search(rows.path_of(entry.url)):
                yield entry

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        articles = {entry.url for entry in self.entries(page)}
        return (column for column in rows.columns(page, ARTICLE) if column.url not in articles)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        total = pager.count(page).total
        current = pager.place(page.url)[1] or 1
        if total is not None and current >= total:
            return []
        if url := _tagged(page, current + 1):
            return [ListPage(url)] if pager.goes_on(page.url, url) else []
        if linked := pager.following(page):
            return linked
        asked = _asked(page, current + 1) if total is not None or NEXT_CALL.search(page.text) else ""
        return [ListPage(asked)] if asked else []


def _tagged(page: TextResponse, number: int) -> str:
    """Where the pager's link to the next page, or to page `number`, leads by its attributes."""
    words = {str(number), f"[{number}]"}
    for node, raw in _tags(page):
        if pager.says_next(node) or rows.text_of(node, most=rows.STEPS) in words:
            url = rows.address(page, raw) if not raw.isdigit() else _asked(page, int(raw[:9]))
            if url:
                return url
    return ""


def _tags(page: TextResponse) -> Iterator[tuple[rows.Node, str]]:
    root = rows.root_of(page)
    for node in () if root is None else root.iter("a", "span", "li"):
        said = CONDITION.search((node.get("onclick") or "")[: rows.SCRIPT])
        if raw := (node.get("tagname") or (said[1] if said else "")).strip():
            yield node, raw


def _asked(page: TextResponse, number: int) -> str:
    """The address of page `number` of the page's list at the portal's own script; "" if ids are missing."""
    if "/eportal/ui" in page.url:
        return answers.with_query(page.url, {"currentPage": number})
    root = rows.root_of(page)
    ids = {"pageId": "", "moduleId": ""}
    for node in () if root is None else root.iter("input"):
        if node.get("id") == "eprotalCurrentPageId":
            ids["pageId"] = node.get("value") or ""
        if node.get("name") == "article_paging_list_hidden":
            ids["moduleId"] = node.get("moduleid") or ""
    query = urlencode({**ids, "staticRequest": "yes", "currentPage": number})
    return rows.address(page, f"/eportal/ui?{query}") if all(ids.values()) else ""
