"""Guangdong's gkmlpt platform, and the `post_` columns (NFCMS) beside it.

From cms-families 6: `window._CONFIG` with SID and TREE, `/gkmlpt/api/all/<category>?page=N&sid=`, the fields
of its articles, `/gkmlpt/annualreport#<category>`, ordinary columns with `content/post_<id>.html`. From
public crawlers: `total` beside `articles`, and that it may be less than `post_count`. A fragment is not sent:
a seed's is in the request's address, else the tree says which category holds annual reports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

POST = re.compile(r"/content/(?:[\w-]+/)*m?post_(\d+)\.html")
LINKED = re.compile(r"/gkmlpt/|/content/post_\d+\.html")
API = re.compile(r"/gkmlpt/api/all/\d+")
SHELL = re.compile(r"/gkmlpt/(\w*)/?#(\d+)$")
SID = re.compile(r"""\bSID["']?\s*:\s*["']?(\d+)""")
TREE = re.compile(r"""\bTREE["']?\s*:\s*(?=\[|\{)""")
ANNUAL = re.compile(r"年报|年度报告")
DATES = ("display_publish_time", "date", "first_publish_time", "created_at", "create_time")


class Gkmlpt(Family):
    """`<site>/<body>/gkmlpt/…`: one disclosure site for each body, all alike."""

    name = "gkmlpt"
    title = "Guangdong gkmlpt (南方网), and its post_ columns"
    articles = POST

    def recognise(self, url: str, text: str) -> str | None:
        path = urlsplit(url).path
        if "/gkmlpt/" in path:
            return "the address is below /gkmlpt/"
        if POST.search(path):
            return "the address is an article content/post_<id>.html"
        if "window._CONFIG" in text and SID.search(text):
            return "the page has window._CONFIG with a SID"
        if rows.own_link(url, text, LINKED):
            return "links on the page go to /gkmlpt/ or content/post_<id>.html"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        return _listed(page) if API.search(page.url) else rows.entries(page, self.articles)

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        if API.search(page.url):
            return
        seen: set[str] = set()
        for column in (*_categories(page), *rows.columns(page, self.articles)):
            if column.url not in seen:
                seen.add(column.url)
                yield column

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        asked = page.request.url if page.request is not None else page.url
        category = SHELL.search(asked)
        if category and (found := _api(page, category[2])):
            yield found
        elif "/gkmlpt/annualreport" in page.url:
            yield from (c for c in _categories(page) if c.title and ANNUAL.search(c.title))

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if API.search(page.url):
            return _after(page)
        if "/gkmlpt/" in page.url:
            return []
        return pager.following(page) or _counted(page)


def _listed(page: TextResponse) -> Iterator[Entry]:
    """The articles of an answer: each once, though it may stand in several categories under several ids."""
    seen: set[str] = set()
    for article in answers.objects(answers.inside(answers.data(page), "articles")):
        links = (article.get("url"), article.get("post_url"))
        url = next((u for link in links if isinstance(link, str) and (u := rows.address(page, link))), "")
        if url and url not in seen:
            seen.add(url)
            published = next((d for name in DATES if (d := answers.day(article.get(name)))), None)
            title, body = answers.words(article.get("title")), answers.words(article.get("publisher"))
            yield Entry(url, title, organization=body, published=published)


def _after(page: TextResponse) -> Sequence[ListPage]:
    told = answers.data(page)
    listed = len(answers.objects(answers.inside(told, "articles")))
    number = answers.number(answers.query(page.url).get("page")) or 1
    total = answers.number(answers.inside(told, "total"))
    if total is None:
        total = answers.number(answers.inside(told, "classify", "post_count"))
    if not listed or (total is not None and number * listed >= total):
        return []
    return [answers.call(page, answers.with_query(page.url, {"page": number + 1}))]


def _counted(page: TextResponse) -> Sequence[ListPage]:
    """The next of numbered files; these columns count from 1: after index.html comes index_2.html."""
    following = pager.files(page, pager.count(page))
    return sorted(following, key=lambda found: -pager.place(found.url)[1])


def _categories(page: TextResponse) -> Iterator[ListPage]:
    """The categories of a body's tree that hold something, by their names, and links to one by its number."""
    for node in _nodes(_tree(page.text)):
        title, jump = answers.words(node.get("name")), str(node.get("jump_url") or "")
        empty = node.get("post_count") in (0, "0") and not node.get("children")
        category, whole = SHELL.search(jump), rows.address(page, jump)
        found = None
        if jump and not (category and _base(whole) == _base(page.url)):
            found = ListPage(whole, title) if whole else None
        elif not empty:
            found = _api(page, category[2] if category else str(node.get("id") or ""), title)
        if found is not None and title:
            yield found
    for link, url in rows.links(page):
        category = SHELL.search(link.get("href") or "") if _base(url) == _base(page.url) else None
        if category and (found := _api(page, category[2], rows.title_of(link))):
            yield found


def _api(page: TextResponse, category: str, title: str | None = None) -> ListPage | None:
    """The first page of a category, of the body whose page this is."""
    sid = SID.search(page.text)
    base, mark, _ = page.url.partition("/gkmlpt/")
    if not sid or not mark or not category.isdigit():
        return None
    call = answers.call(page, f"{base}/gkmlpt/api/all/{category}?page=1&sid={sid[1]}")
    return ListPage(call.url, title, headers=call.headers)


def _base(url: str) -> str:
    """Of which body's disclosure site an address is: what stands before /gkmlpt/."""
    return urlsplit(url).netloc + urlsplit(url).path.partition("/gkmlpt/")[0]


def _tree(text: str) -> Any:
    """The tree of categories in `window._CONFIG`; None where it is none."""
    found = TREE.search(text)
    if not found:
        return None
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, found.end())[0]
    except (ValueError, RecursionError):
        return None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("children"))
