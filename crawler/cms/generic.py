"""Whatever has no family of its own: articles by any address shape seen, next pages by link or by guess.

From cms-families 1 (last line: the shapes of articles), sites-seen.tsv (the numbered ones) and 17 (the order
of guesses). Inferred: a row with a printed date and a title of some length is an entry whatever its address;
below ten rows, or without a word of pages in the source, there is no other page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from crawler.attachments import NAMED
from crawler.cms import pager, rows, trs
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

HEX = r"[0-9a-f]"
UUID = rf"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}"
PAGE = r"\.(?:s?html?|jhtml)"
SHAPES = (
    trs.ARTICLES.removesuffix(r"(?:$|\?)"),
    rf"/art_\w+{PAGE}",
    rf"/(?:content|c|c01|article)_\w*\d+{PAGE}",
    rf"/{HEX}{{32}}{PAGE}",
    rf"/{HEX}{{24}}{PAGE}",
    rf"/\d{{5,}}{PAGE}",  # 17 to 19 digits as a rule; five at 靖边 and 九原
    r"/\d{12,}/index\.s?html",
    rf"/\d{{4}}-\d\d(?:-\d\d|/\d\d)/\w+{PAGE}",
    r"/post_\d+\.html",
    r"/pnidpv\w+\.html",
    rf"/doc_{HEX}{{24}}\.html",
    rf"/{UUID}(?:{PAGE}|$)",
    r"/info/\d+/\d+\.html?",
    rf"/\w*show/(?:\w+/)*\w*\d\w*{PAGE}",
    rf"/\w+-show-\d+{PAGE}",
    r"/public/(?:content/|\d+/)\d+(?:\.html?)?$",
    r"/detail/cid/\d+/aid/\d+",
)
"""Ends of an article's path."""
QUERY_SHAPE = r"/(?:\w*show|\w*details?|\w*info|\w*view|content)\.(?:php|aspx|jsp)\?(?:[^#]*&)?\w*id=[\w-]+"
QUERIES = ("page", "pageNo", "pageIndex", "currentPage", "cur_page")
FULL_PAGES = frozenset({10, 12, 14, 15, 16, 18, 20, 24, 25, 30, 40, 50, 60, 80, 100})
"""Numbers of rows at which a list without a word about it may have a second page."""
HINT = re.compile(r"page|pagi|fen_?ye|\b(?:fy|pg)|分页|翻页|更多|turn", re.IGNORECASE)
"""What the source of a list that goes on has somewhere, be it in the name of a script."""
WORKING = re.compile(r"\W*(上\s*一?\s*页|第一页|尾\s*页|末\s*页|最后一?页|\d{1,3})\W*")
UNUSABLE = re.compile(r"下\s*一?\s*页|尾页|末页")
TITLE = re.compile(r".*[\u4e00-\u9fff]{2}.*")
LONG = 8
"""Characters of a title from which a dated row is an entry whatever its address."""


class Generic(Family):
    """The family of last resort; it never recognises a page, and is taken where no other does."""

    name = "generic"
    title = "no known family"
    articles = re.compile(rf"(?:{'|'.join(SHAPES)})(?:$|\?)|{QUERY_SHAPE}", re.IGNORECASE)

    def recognise(self, url: str, text: str) -> str | None:
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        found: dict[str, list[rows.Node]] = {}
        for node, url in rows.links(page, trs.with_written(rows.root_of(page))):
            if self.articles.search(rows.path_of(url)) or url in found or _may_be_row(page, node, url):
                found.setdefault(url, []).append(node)
        for entry in rows.entries_of(found):
            if entry.published or self.articles.search(rows.path_of(entry.url)):
                yield entry

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        entries = {entry.url for entry in self.entries(page)}
        return (column for column in super().columns(page) if column.url not in entries)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if linked := pager.following(page):
            return linked
        counted = pager.count(page)
        if counted.name:
            return pager.files(page, counted)
        number = pager.place(page.url)[1] or _bare(page)
        at = max(number, counted.current or 0, 1)
        if counted.total is not None:
            return _pages(page, number) if at < counted.total else []
        if _pager_works(page):
            return []  # and leads nowhere on: this is the last page
        many = (number or HINT.search(page.text)) and len(list(self.entries(page))) in FULL_PAGES
        return _pages(page, number) if many or _has_pager(page) else []


def _may_be_row(page: TextResponse, node: rows.Node, url: str) -> bool:
    """Whether a link of unknown shape has a title long enough, if a date should stand beside it."""
    title = node.get("title") or rows.text_of(node, most=rows.STEPS)
    there, here = urlsplit(url), urlsplit(page.url)
    return (
        len(title) >= LONG
        and TITLE.match(title) is not None
        and there.netloc == here.netloc
        and url != page.url
        and not NAMED.search(there.path)
    )


def _pager_works(page: TextResponse) -> bool:
    """Whether links of a pager lead to other pages of the list's folder, as those of its last page do."""
    folder = page.url.partition("?")[0].rpartition("/")[0]
    return any(
        url != page.url
        and url.partition("?")[0].rpartition("/")[0] == folder
        and WORKING.fullmatch(rows.text_of(node, most=rows.STEPS))
        for node, url in rows.links(page)
    )


def _has_pager(page: TextResponse) -> bool:
    """Whether the page has a pager, though without a link that can be followed."""
    root = rows.root_of(page)
    return root is not None and UNUSABLE.search(rows.text_of(root)) is not None


def _pages(page: TextResponse, number: int) -> Sequence[ListPage]:
    """The page after page `number`, or if that has none, the guesses at the second (cms-families 17)."""
    if not number:
        return [ListPage(url) for url in guesses(page.url)]
    parts = urlsplit(page.url)
    if _bare(page):
        return [ListPage(page.url.rpartition("/")[0] + f"/{number + 1}")]
    for name, value in parse_qsl(parts.query):
        if name.lower() in pager.PARAMETERS and value == str(number):
            query = re.sub(rf"(?<![^?&]){re.escape(name)}={value}(?!\d)", f"{name}={number + 1}", parts.query)
            return [ListPage(urlunsplit(parts._replace(query=query)))]
    return [ListPage(pager.renumbered(page.url, number + 1))]


def guesses(url: str) -> Iterator[str]:
    """Where the second page of a list may be, by the templates that were seen, in their order."""
    parts = urlsplit(url)
    folder, _, file = parts.path.rpartition("/")
    stem, dot, ending = file.rpartition(".")
    if not dot:
        folder, stem, ending = parts.path.rstrip("/"), "", "html"
    paths = [f"{folder}/{stem}_{n}.{ending}" for n in (1, 2) if stem]
    paths += [f"{folder}/index_{n}.{ending}" for n in (1, 2)]
    paths += [f"{folder}/2.{ending}", f"{folder}/2"]
    if not parts.query:
        yield from (urlunsplit(parts._replace(path=path)) for path in dict.fromkeys(paths))
    for name in QUERIES:
        yield urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"{name}=2")))))


def _bare(page: TextResponse) -> int:
    """The number of a page `dir/2` that `dir` or `dir/1` led to; 0 for any other."""
    folder, _, last = page.url.rpartition("/")
    before = (pager.came_from(page) or "").rstrip("/")
    if not re.fullmatch(r"\d{1,3}", last) or before.partition("?")[0] not in (
        folder,
        f"{folder}/{int(last) - 1}",
    ):
        return 0
    return int(last)
