"""Hanweb's classic JCMS: rows are records in XML inside a script, further ones come from `dataproxy.jsp`.

From cms-families 3: addresses, the data store, both dialects of the proxy's parameters, `nextgroup`. From
public crawlers: the script's `jpage({... proxyUrl, perPage, totalRecord ...})`, `<totalrecord>` and
`<totalpage>` in answers. Inferred: that a unit without rows is asked for from its first page on, and that
three pages make a group in the POST dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

ARTICLES = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\d+|art_[0-9a-f]{32}|art_\d+_\d+)\.html")
"""Articles of every Hanweb generation: one list may hold several of them (cms-families 4)."""
ANNUAL = re.compile(r"/module/xxgk/xxgkAnnualReport\.jsp\?")
COLUMN = re.compile(r"/col/col(\d+)/")
LINKED = re.compile(r"/col/col\d+/|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d")
STORE_ENDS = re.compile(r"<(/?)datastore>", re.IGNORECASE)
PARAMETER = re.compile(
    r"""["']?\b(col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)["']?"""
    r"""\s*:\s*(?:"([^"]*)"|'([^']*)'|(\d+))"""
)
PER_PAGE = re.compile(r"""perPage["']?\s*:\s*["']?(\d{1,9})""", re.IGNORECASE)
TOTAL = re.compile(r"""totalRecord["']?\s*:\s*["']?(\d{1,9})|<totalrecord>(\d{1,9})""", re.IGNORECASE)
PAGES = re.compile(r"<totalpage>(\d{1,9})", re.IGNORECASE)
OF_PAGE = re.compile(r"(?:^|(?<=&))(?:page|perpage)=[^&]*&?")
GROUP = 3
"""Pages that one POST brings (jpage's groupSize)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One jpage unit: a list with a pager of its own."""

    records: list[str]
    proxy: str
    """The literal address of its next rows; "" where the page does not say."""
    form: str
    """The parameters that the script posts; "" where they stand in `proxy`."""
    columns: frozenset[str]
    per_page: int | None
    total: int | None


class Hanweb(Family):
    """Columns `/col/col<id>/index.html`, articles `/art/Y/M/D/art_<column>_<article>.html`."""

    name = "hanweb"
    title = "Hanweb JCMS (大汉), classic"
    articles = ARTICLES

    def recognise(self, url: str, text: str) -> str | None:
        path = rows.path_of(url)
        if "dataproxy.jsp" in path:
            return "the address is a jpage unit's dataproxy.jsp"
        if "dataproxy.jsp" in text or STORE_ENDS.search(text) or "<record><![CDATA[" in text:
            return "the page has jpage records or names their dataproxy.jsp"
        if "tree.jsp?" in text or "/module/xxgk/" in path or "jpaas-publish-server" in text:
            return None  # the disclosure module or the newer generation, in a column of the same shape
        if COLUMN.search(path) or ARTICLES.search(path):
            return "the address is a column /col/col<id>/ or an article art_<column>_<article>.html"
        if rows.own_link(url, text, LINKED):
            return "links on the page go to /col/col<id>/ or art_<column>_<article>.html"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        found = units(page)
        own = own_units(page, found)
        listed = answers.fragment(page, *chain(*(unit.records for unit in own or found)))
        if any(unit.records for unit in own):
            return rows.entries(listed, self.articles)
        return _once(chain(rows.entries(listed, self.articles), rows.entries(page, self.articles)))

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        listed = answers.fragment(page, *chain(*(unit.records for unit in units(page))))
        return map(annual, chain(rows.columns(page, self.articles), rows.columns(listed, self.articles)))

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        if "dataproxy.jsp" in page.url:
            return
        for unit in own_units(page, units(page)):
            if not unit.records:
                yield from self._first(page, unit)[:1]

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if "dataproxy.jsp" in page.url:
            return self._after_answer(page)
        found = [following for unit in own_units(page, units(page)) for following in self._first(page, unit)]
        return found or pager.following(page)

    def _first(self, page: TextResponse, unit: Unit) -> list[ListPage]:
        """Candidates for a unit's first answer: GET by `page`, then POST, which jpage's own script does.

        A literal address may count in groups or in pages; one made of the script's parameters says in what.
        """
        held, size = len(unit.records), unit.per_page or 15
        if not unit.proxy or (held and (held < (unit.per_page or 1) or held >= (unit.total or 10**9))):
            return []
        group = {"startrecord": held + 1, "endrecord": held + size * GROUP, "perpage": size}
        if "startrecord=" in unit.proxy:
            whole = answers.with_query(unit.proxy, group)
            return [answers.call(page, whole, form=unit.form or None)]
        base, _, query = unit.proxy.partition("?")
        form = unit.form or OF_PAGE.sub("", query).strip("&")
        if not form:
            return []
        asked = unit.proxy if query else f"{base}?{form}"
        pages = [answers.with_query(asked, {"page": held // size + 1, "perpage": size})] if held else []
        if query or not held:
            first = asked if "page" in answers.query(asked) else answers.with_query(asked, {"page": 1})
            second = [answers.with_query(first, {"page": _page_of(first) + 1})] if held else []
            pages = [first, *second, *pages]
        return [
            *(answers.call(page, url) for url in dict.fromkeys(pages)),
            answers.call(page, answers.with_query(base, group), form=form),
        ]

    def _after_answer(self, page: TextResponse) -> Sequence[ListPage]:
        """What follows an answer of the proxy, by the dialect in which it was asked."""
        held, asked = answers.records(page.text), answers.query(page.url)
        declared, form = _total(page.text), answers.posted(page) or None
        per_page = answers.number(asked.get("perpage"))
        if "startrecord" in asked:
            start, end = (answers.number(asked.get(name)) or 0 for name in ("startrecord", "endrecord"))
            if not held or len(held) < end - start + 1 or (declared is not None and end >= declared):
                return []
            group = {"startrecord": end + 1, "endrecord": end + end - start + 1}
            return [answers.call(page, answers.with_query(page.url, group), form=form)]
        number = _page_of(page.url)
        if not held:  # a site that knows only the other dialect answers the first GET with nothing
            return self._as_post(page) if number <= 1 else []
        if following := _next_group(page.text):
            return [answers.call(page, _same_query(page.url, following))]
        last = PAGES.search(page.text)
        ended = "<nextgroup" in page.text or (last and number >= int(last[1]))
        if ended or (per_page and (len(held) < per_page or (declared or 10**9) <= number * per_page)):
            return []
        return [answers.call(page, answers.with_query(page.url, {"page": number + 1}))]

    def _as_post(self, page: TextResponse) -> Sequence[ListPage]:
        base, _, query = page.url.partition("?")
        per_page = answers.number(answers.query(page.url).get("perpage")) or 15
        group = {"startrecord": 1, "endrecord": per_page * GROUP, "perpage": per_page}
        form = OF_PAGE.sub("", query).strip("&")
        return [answers.call(page, answers.with_query(base, group), form=form)] if form else []


def annual(column: ListPage) -> ListPage:
    """The link, with what its address says if it is the disclosure module's page of annual reports: a body's,
    or its area's, of a year. Some show the report, some a list of them."""
    if not ANNUAL.search(column.url):
        return column
    year = answers.query(column.url).get("fbtime", "")
    return replace(column, annual=True, year=int(year) if re.fullmatch(r"20\d\d", year) else None)


def units(page: TextResponse) -> list[Unit]:
    """The jpage units of a page or an answer, in page order; a script belongs to the store before it."""
    text = page.text
    places = list(_stores(text))
    if not places:
        tail = Unit([], *_proxy(text), *_declared(text)) if "dataproxy.jsp" in text else None
        return [tail] if tail and tail.proxy else []
    found = []
    for i, (start, end) in enumerate(places):
        script = text[end : places[i + 1][0] if i + 1 < len(places) else len(text)]
        store = text[start:end]
        following = _next_group(store)
        proxy, form, columns = (following, "", _numbers(following)) if following else _proxy(script)
        found.append(Unit(answers.records(store), proxy, form, columns, *_declared(script + store)))
    return found


def _stores(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each `<datastore>`."""
    opened = None
    for mark in STORE_ENDS.finditer(text):
        if not mark[1]:
            opened = mark.start() if opened is None else opened
        elif opened is not None:
            yield opened, mark.end()
            opened = None


def own_units(page: TextResponse, found: list[Unit]) -> list[Unit]:
    """The units that list the page's own column, not 热点 or another column beside it (cms-families 3)."""
    asked = COLUMN.search(page.url)
    if not asked:
        return found
    column = asked[1]
    mark = f"art_{column}_"
    own = [unit for unit in found if column in unit.columns]
    own = own or [unit for unit in found if any(mark in record for record in unit.records)]
    return own or (found if len(found) == 1 else [unit for unit in found if not unit.columns])


def _proxy(script: str) -> tuple[str, str, frozenset[str]]:
    """Address, form and columns of the unit that a piece of script sets up."""
    address = answers.address_with(script, "dataproxy.jsp")
    named = {name: a or b or c for name, a, b, c in PARAMETER.findall(script)}
    form = answers.with_pairs("", named) if "?" not in address or "columnid=" not in address else ""
    return address, form, _numbers(address) or frozenset(re.findall(r"\d+", named.get("columnid", "")))


def _numbers(address: str) -> frozenset[str]:
    """The columns that an address asks for: `columnid=1%2C2`."""
    return frozenset(re.findall(r"\d+", answers.query(address).get("columnid", "")))


def _declared(script: str) -> tuple[int | None, int | None]:
    """Rows of a page and of the whole list, where the script says."""
    per_page = PER_PAGE.search(script)
    return (int(per_page[1]) or None) if per_page else None, _total(script)


def _total(text: str) -> int | None:
    found = TOTAL.search(text)
    return int(found[1] or found[2]) if found else None


def _next_group(text: str) -> str:
    """The literal address in `<nextgroup>`; "" where there is none."""
    group = next(answers.between(text, "<nextgroup>", "</nextgroup>"), "")
    found = answers.HREF.search(group)
    address = (found[1] or found[2]).replace("&amp;", "&") if found else ""
    return address if "dataproxy.jsp" in address else ""


def _same_query(asked: str, following: str) -> str:
    """The next group's address; what it leaves out of what was asked (`webid`) is added from there."""
    new = answers.query(following)
    return answers.with_query(following, {k: v for k, v in answers.query(asked).items() if k not in new})


def _page_of(url: str) -> int:
    return answers.number(answers.query(url).get("page")) or 1


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry in entries:
        if entry.url not in seen:
            seen.add(entry.url)
            yield entry
