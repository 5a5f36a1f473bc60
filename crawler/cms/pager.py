"""Pagers: what says that a list has a next page, and where. Shared by the families that print them.

Pure: page in, candidates out. Each answer goes on from the page it is asked of and never back to the first,
so that a list ends by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.cms import rows
from crawler.cms.model import ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

NEXT = re.compile(
    r"\s*[\[【(（]?\s*(下\s*一?\s*[页頁]|后一?页|Next|next|NEXT)(\s*page)?\s*[>›»＞→]*\s*[\]】)）]?\s*"
)
ARROW = re.compile(r"\s*[>›»＞→]?\s*")
NEXT_CLASS = re.compile(r"(?<![a-z])(p_)?next(-?_?page)?(?![a-z])|pagedown|page-?down", re.IGNORECASE)
NUMBER = re.compile(r"[\[【第\s]*(\d{1,4})[页\]】\s]*")
PARAMETERS = ("page", "pageno", "pageindex", "currentpage", "cur_page", "pagenum", "curpage", "paged")
"""Names of a query's page number, lower case; cms-families 15 and 17, the last three (inferred)."""
FILE = re.compile(r"(?P<stem>.*?)(?P<apart>[_-]|(?<=/))(?P<number>\d{1,3})(?P<ending>\.\w+)$")
FIRST = re.compile(r"(?<=/)(index|default)\.\w+$")

TOTAL = re.compile(
    r"\b(?:n?countPage|n?pageCount|totalPages?|total_pages?|pageTotal|maxPage|totalpage)\s*[=:]\s*['\"]?(\d{1,9})",
    re.IGNORECASE,
)
CURRENT = re.compile(r"\b(?:currentPage|curPage|pageNo|pageIndex)\s*=\s*['\"]?(\d{1,9})", re.IGNORECASE)
SAID_TOTAL = re.compile(
    r"共\s*(\d{1,9})\s*页|总页数\s*[:：]?\s*(\d{1,9})|(?<![\d/])\d+\s*/\s*(\d{1,9})\s*页|页次\s*[:：]\s*\d+\s*/\s*(\d{1,9})"
)
SAID_CURRENT = re.compile(
    r"第\s*(\d{1,9})\s*(?:/\s*\d+\s*)?页|(?<![\d/])(\d{1,9})\s*/\s*\d+\s*页|页次\s*[:：]\s*(\d{1,9})\s*/|当前页\s*[:：]?\s*(\d{1,9})"
)
CALL = re.compile(
    r"\b\w{0,40}[Pp]age\w{0,40}\s{0,9}"
    r"\(([^()]{0,300}?['\"]\.?(?:s?html?|jhtml|jsp|aspx?|php)['\"][^()]{0,300})\)"
)
CALLS = 20
"""Calls that are looked at."""
ARGUMENT = re.compile(r"'([^']*)'|\"([^\"]*)\"|(\d{1,9})|([A-Za-z_$][\w$.]*)")
ENDING = re.compile(r"\.?(s?html?|jhtml|jsp|aspx?|php)")

BUILT_NAME = re.compile(r"([\w-]{1,40})['\"]\s{0,9}\+\s{0,9}['\"]_['\"]\s{0,9}\+")
BUILT_ENDING = re.compile(r"['\"]\.['\"]\s{0,9}\+\s{0,9}['\"](s?html?)\b|['\"]\.(s?html?)\\?['\"]")
"""Files as a script puts them together: `"index" + "_" + nextPage + "." + "shtml"`."""
PAGE_ENDING = re.compile(r"\.(s?html?)(?:\?|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """How many pages a list says that it has, and which of them this is."""

    total: int | None = None
    current: int | None = None
    """As the page counts, from 0 or from 1."""
    records: int | None = None
    """Rows on all pages together."""
    name: str | None = None
    """Of the pages' files, with `ending`: `index` and `html`."""
    ending: str | None = None
    names_block: bool = False
    """The script is told the pager's block first: that kind counts from 1."""


def following(page: TextResponse) -> Sequence[ListPage]:
    """The page that a 下一页 link leads to, or the link with the next number, where that goes on."""
    url = linked_next(page)
    return [ListPage(url)] if url and goes_on(page.url, url) else []


def linked_next(page: TextResponse) -> str:
    """Where the pager's link to the next page leads, be it on or back; "" where there is none."""
    for node, url in rows.links(page):
        if says_next(node):
            return url
    numbers: dict[int, str] = {}
    for node, url in rows.links(page):
        if found := NUMBER.fullmatch(rows.text_of(node, most=rows.STEPS)):
            numbers.setdefault(int(found[1]), url)
    here = place(page.url)
    current = next((n for n, url in numbers.items() if place(url) == here), None)
    if current is None:  # it has no link of its own: a gap in the row of numbers
        gaps = (n - 1 for n in sorted(numbers) if n - 1 not in numbers and (n == 2 or n - 2 in numbers))
        current = next(gaps, 0)
    return numbers.get(current + 1, "") if current else ""


def says_next(node: rows.Node) -> bool:
    """Whether a link calls itself the next page: by its text, title or picture, or an arrow and its class."""
    text = rows.text_of(node, most=rows.STEPS)
    if NEXT.fullmatch(text):
        return True
    if not ARROW.fullmatch(text):
        return False
    pictures = [picture.get(name) or "" for picture in node.iter("img") for name in ("alt", "title")]
    if any(NEXT.fullmatch(words) for words in (node.get("title") or "", *pictures)):
        return True
    above = node.getparent()
    classes = [at.get("class") or "" for at in (node, above) if at is not None]
    return node.get("rel") == "next" or any(map(NEXT_CLASS.search, classes))


def count(page: TextResponse) -> Count:
    """What scripts, hidden fields and words of the page say of its number of pages."""
    called = call(page.text)
    if called is not None:
        return called
    root = rows.root_of(page)
    said = "" if root is None else rows.text_of(root, " ")
    return Count(
        total=_first(TOTAL, page.text) or _first(SAID_TOTAL, said),
        current=_first(SAID_CURRENT, said) if TOTAL.search(page.text) is None else _first(CURRENT, page.text),
    )


def call(text: str) -> Count | None:
    """What a script that builds the pager is told, in either order of arguments (cms-families 2).

    `createPageHTML(pages, current, "index", "html")`, `createPageHTML(records, pages, current, "index", …)`,
    `createPageHTML('page-div', pages, current, 'list', 'shtml')`; variables for numbers are looked up.
    """
    for found in islice(CALL.finditer(text), CALLS):
        arguments = [next(filter(None, a.groups()), "") for a in ARGUMENT.finditer(found[1])]
        at = next((i for i, a in enumerate(arguments) if i and ENDING.fullmatch(a)), 0)
        if not at:
            continue
        block = at > 1 and found[1].lstrip()[:1] in ("'", '"')
        told = [_number(a, text) for a in arguments[: at - 1]]
        before = [n for n in told if n is not None]
        if len(before) == 1 < len(told) and told[-1] is not None and not block:
            continue  # the current page; how many there are is said elsewhere
        if before:
            records = before.pop(0) if len(before) > 2 else None
            current = before[1] if len(before) > 1 else None
            return Count(before[0], current, records, arguments[at - 1], arguments[at].lstrip("."), block)
    return None


def files(page: TextResponse, counted: Count) -> Sequence[ListPage]:
    """The next of numbered files, `index_1.html` after `index.html`, while the count says that there is one.

    Whether the second page is _1 or _2 differs by site, and so do the scripts' current page: both are
    candidates on the first page, and on a later one the page before it (Referer) tells.
    """
    total = counted.total or 0
    if counted.current is not None and counted.current >= total > 0:
        return []  # in any way of counting it is the last
    here = FILE.fullmatch(page.url.partition("?")[0])
    if here is None or (counted.name and not _belongs(page.url, counted.name)):
        if total < 2:
            return []
        apart = "-" if (counted.name or "").endswith("-index") else "_"
        order = (2, 1) if counted.current == 1 or counted.names_block or apart == "-" else (1, 2)
        stem, ending = _stem(page, counted)
        return [ListPage(f"{stem}{apart}{n}{ending}") for n in order]
    number = int(here["number"])
    last = total - 1 if _from_zero(page, number, counted, here["apart"]) else total
    return [ListPage(renumbered(page.url, number + 1))] if number < last else []


def renumbered(url: str, number: int) -> str:
    """The address of another page of numbered files; `url` has a number."""
    base, mark, query = url.partition("?")
    return FILE.sub(lambda m: f"{m['stem']}{m['apart']}{number}{m['ending']}", base) + mark + query


def goes_on(here: str, url: str) -> bool:
    """Whether `url` is neither this page nor, of the same list, one before it."""
    (list_here, number_here), (list_there, number_there) = place(here), place(url)
    return list_here != list_there or number_there > number_here


def place(url: str) -> tuple[str, int]:
    """The list that an address is a page of, and which: 0 for one without a number, which is the first."""
    parts = urlsplit(url)
    query, number = [], 0
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in PARAMETERS and value.isdigit():
            number = int(value[:9])
        else:
            query.append((name, value))
    path = parts.path
    if not number and (found := FILE.fullmatch(path)):
        number, path = int(found["number"]), found["stem"] + ("" if found["apart"] == "" else found["ending"])
    path = FIRST.sub("", path)
    return f"{parts.netloc}{path}?{urlencode(query)}", number


def came_from(page: TextResponse) -> str | None:
    """The page that led to this one, where the request says so."""
    referer = page.request.headers.get(b"Referer") if page.request is not None else None
    return referer.decode("latin-1") if referer else None


def _from_zero(page: TextResponse, number: int, counted: Count, apart: str) -> bool:
    """Whether the second page is number 1. TRS's own script counts so; a doubt is for the longer list."""
    if apart != "_" or counted.names_block or counted.current == number - 1:
        return False
    before = came_from(page)
    known = FILE.fullmatch(before.partition("?")[0]) if before else None
    if before and known is None:
        return number == 1
    return number == 1 or (known is not None and number == 2)


def _belongs(url: str, name: str) -> bool:
    file = urlsplit(url).path.rpartition("/")[2]
    return file.startswith(name) or file[:1].isdigit()


def _stem(page: TextResponse, counted: Count) -> tuple[str, str]:
    """Of the numbered files beside a first page: address up to the number, and what follows it."""
    folder, _, file = page.url.partition("?")[0].rpartition("/")
    own, _, own_ending = file.rpartition(".")
    ending = counted.ending or own_ending or _said(BUILT_ENDING, page.text) or _ending_below(page, folder)
    return (
        f"{folder}/{counted.name or own or _said(BUILT_NAME, page.text) or 'index'}",
        f".{ending or 'html'}",
    )


def _ending_below(page: TextResponse, folder: str) -> str | None:
    """The ending that most addresses in the page's own folder have."""
    below = (url for _, url in rows.links(page) if url.startswith(f"{folder}/"))
    endings = Counter(found[1] for url in below if (found := PAGE_ENDING.search(url)))
    return endings.most_common(1)[0][0] if endings else None


def _said(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return next(filter(None, found.groups())) if found else None


def _number(argument: str, text: str) -> int | None:
    if argument.isdigit():
        return int(argument[:9])
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", argument):
        return None
    found = re.search(rf"\b{re.escape(argument)}\s*=\s*['\"]?(\d{{1,9}})", text)
    return int(found[1]) if found else None


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(next(filter(None, found.groups()))) if found else None
