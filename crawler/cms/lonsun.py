"""Lonsun (龙讯): a public page for each body, with a tab for each kind of disclosure; 3 is the annual report.

From cms-families 8: addresses, kinds, `pageIndex` on the column's address or `/site/label/8888` by script
with X-Requested-With and Referer, `siteId` from a meta tag, and the report's own page
`?type=3&action=detail&title=<year>`, which can be enumerated by body and year. Inferred: that a list without
any sign of a pager is whole, and what the script's address says where the page does not spell it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.sites import Site

ARTICLE = re.compile(
    r"/public/(?:content/\d+|\d+/\d+\.html)"
    r"|/public/column/\d+\?(?=.*\baction=detail\b)(?=.*\btitle=20\d\d)"
    r"|^/(?!public/)(?:[\w-]+/)+\d{6,}\.html$"
)
ORGAN = re.compile(r"/public/column/(\d+)")
PAGED = re.compile(r"pageIndex|laypage|publicInfoList|class=[\"'][^\"']*\bpag(?:e|er|ination)\b")
LABEL = "/site/label/8888?"
SCRIPT = 3000
"""Characters behind the label's address in which the script says what it sends."""
DATA = re.compile(r"""\b(\w+)["']?\s?:\s?(?:"([^"]*)"|'([^']*)'|(\d+))""")
FULL = 15
"""Rows of a whole page."""


class Lonsun(Family):
    """`/public/column/<body>?type=<kind>&action=list|detail`, articles `/public/<body>/<id>.html`."""

    name = "lonsun"
    title = "Lonsun (龙讯)"
    articles = ARTICLE

    def recognise(self, url: str, text: str) -> str | None:
        if re.search(r"/public/(?:column/\d+|content/\d+|\d+/\d+\.html)", url):
            return "the address is /public/column/<body> or an article below /public/"
        if "/site/label/" in url:
            return "the address is the label that lists articles"
        if "/site/label/8888" in text or re.search(r"""\bname=["']?SiteId["'\s]""", text, re.I):
            return "the page has a SiteId or calls /site/label/8888"
        if rows.own_link(url, text, ORGAN):
            return "links on the page go to /public/column/<body>"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        shown = answers.fragment(page, page.text) if "/site/label/" in page.url else page
        for entry in rows.entries(shown, self.articles):
            addressed = self.report(entry.url)
            yield entry if addressed is None else answers.with_year(entry, addressed.year)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        asked = answers.query(page.url)
        lists = asked.get("action") != "detail" and "publicInfoList" in page.text
        if lists and ORGAN.search(page.url) and not any(True for _ in self.entries(page)):
            yield self._label(page, 1)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        held = sum(1 for _ in self.entries(page))
        number = answers.number(answers.query(page.url).get("pageIndex")) or 1
        total = pager.count(page).total
        if not held or (total is not None and number >= total):
            return []
        if "/site/label/" in page.url:
            size = answers.number(answers.query(page.url).get("pageSize")) or FULL
            held = max(held, page.text.count("<li"))  # some rows lead elsewhere
            asked = answers.with_query(page.url, {"pageIndex": number + 1})
            return [answers.call(page, asked)] if held >= size or total else []
        if following := pager.following(page):
            return following
        if not ORGAN.search(page.url) or not (total or held >= FULL or PAGED.search(page.text)):
            return pager.files(page, pager.count(page))
        column = ListPage(answers.with_query(page.url, {"pageIndex": number + 1}))
        label = self._label(page, number + 1)
        return [label, column] if LABEL in page.text else [column, label]  # first what the page's script does

    def report(self, url: str) -> Entry | None:
        asked = answers.query(url) if ORGAN.search(url) else {}
        year = asked.get("title", "")
        known = asked.get("action") == "detail" and asked.get("type") == "3"
        return Entry(url, year=int(year)) if known and re.fullmatch(r"20\d\d", year) else None

    def department(self, url: str) -> str | None:
        found = ORGAN.search(url)
        return found[1] if found and self.report(url) else None

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        base = f"{answers.home(site, ['/public/column/'])}/public/column"
        for year in years:
            for organ, name in departments.items():
                url = f"{base}/{quote(organ)}?type=3&action=detail&nav=3&title={year}"
                yield Entry(url, organization=name, year=year, listed=False)

    def _label(self, page: TextResponse, number: int) -> ListPage:
        """The script's call for a page of the list: what the page spells, the rest from what is known."""
        asked, organ = answers.query(page.url), ORGAN.search(page.url)
        told = {
            "IsAjax": "1",
            "dataType": "html",
            "labelName": "publicInfoList",
            "siteId": answers.meta(page, "SiteId") or "",
            "pageSize": str(FULL),
            "pageIndex": str(number),
            "action": "list",
            "organId": organ[1] if organ else "",
            "type": asked.get("type", "4"),
            "catId": asked.get("catId", ""),
        }
        if spelt := answers.address_with(page.text, LABEL):
            own = {name for name, value in answers.query(spelt).items() if value}
            behind = page.text[page.text.find(LABEL) :][:SCRIPT].partition("}")[0]
            told |= {name: a or b or c for name, a, b, c in DATA.findall(behind)} | {"pageIndex": str(number)}
            missing = {name: value for name, value in told.items() if name not in own - {"pageIndex"}}
            return answers.call(page, answers.with_query(spelt, missing))
        prefix = urlsplit(page.url).path.partition("/public/column/")[0]
        return answers.call(page, f"{prefix}/site/label/8888?{answers.with_pairs('', told)}")
