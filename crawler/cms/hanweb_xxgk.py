"""Hanweb's disclosure module (信息公开目录): a tree of categories, a search of a district's entries, and a
page for each body's and year's annual report.

From cms-families 3: `search.jsp` with the `area` of `tree.jsp?area=`, paged by `currpage`, which returns the
whole district's entries whatever the column; `xxgkAnnualReport.jsp?area=&fbtime=`, enumerable. From public
crawlers: the other parameters, `funclick('<infotypeId>', …)` in the tree, 共N页 in answers. Inferred: that
`vc_title` narrows the search to titles with 信息公开; where nothing comes back it is asked without. Whether a
page of an area and a year is one report or a list of them is not known: links to it are columns, and a column
that reads as a report is one; only made-up addresses are taken for reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.cms import answers, hanweb, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.sites import Site

MODULE = re.compile(r"/module/xxgk/")
NODE = re.compile(r"""funclick\(\s{0,9}\\?["'](\w+)\\?["'][^>]{0,200}>\s{0,99}([^<]{1,40})""", re.IGNORECASE)
SEARCH = "/module/xxgk/search.jsp"
TITLE = "信息公开"
"""What a title has to hold to be judged a report outside an annual column."""


class HanwebXxgk(Family):
    """`/module/xxgk/…`, mostly inside a column `/col/col<id>/` whose page loads the tree and the search."""

    name = "hanweb_xxgk"
    title = "Hanweb disclosure module (大汉 信息公开目录)"
    articles = hanweb.ARTICLES

    def recognise(self, url: str, text: str) -> str | None:
        if "/module/xxgk/" in url:
            return "the address is below /module/xxgk/"
        if "tree.jsp?" in text and "area=" in text and "dataproxy.jsp" not in text:
            return "the page loads tree.jsp?area= and no dataproxy.jsp"
        if rows.own_link(url, text, MODULE):
            return "links on the page go to /module/xxgk/"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        found = list(rows.entries(page, self.articles))
        column = hanweb.COLUMN.search(answers.shown_on(page))
        own = [entry for entry in found if column and f"/art_{column[1]}_" in entry.url]
        return own or found  # the search does not filter by column

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        yield from map(hanweb.annual, rows.columns(page, self.articles))
        if "tree.jsp" in page.url:
            asked = answers.query(page.url)
            for infotype, label in dict(NODE.findall(page.text)).items():
                found = self._search(page, asked.get("area", ""), asked.get("divid", ""), infotype)
                title = " ".join(re.sub(r"[（(]\d+[)）]$", "", label.strip()).split())
                yield ListPage(found.url, title, method="POST", body=found.body, headers=found.headers)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        yield from rows.frames(page)
        if "/module/xxgk/" in page.url or any(True for _ in self.entries(page)):
            return
        if tree := answers.address_with(page.text, "tree.jsp?"):
            asked = answers.query(tree)
            if asked.get("area"):
                yield self._search(page, asked["area"], asked.get("divid", ""), title=TITLE)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if SEARCH not in page.url:
            return pager.following(page)
        number = answers.number(answers.query(page.url).get("currpage")) or 1
        form = answers.posted(page) or page.url.partition("?")[2]
        if not any(True for _ in rows.entries(page, self.articles)):
            narrowed = number == 1 and re.search(r"vc_title=[^&]", form)
            return [self._asked(page, answers.with_pairs(form, {"vc_title": ""}), 1)] if narrowed else []
        total = pager.count(page).total
        if total is not None and number >= total:
            return []
        return [self._asked(page, form, number + 1)]

    def report(self, url: str) -> Entry | None:
        asked = answers.query(url) if hanweb.ANNUAL.search(url) else {}
        year = asked.get("fbtime", "")
        known = asked.get("area") and re.fullmatch(r"20\d\d", year)
        return Entry(url, year=int(year)) if known else None

    def department(self, url: str) -> str | None:
        return answers.query(url).get("area") or None if self.report(url) else None

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        base = f"{answers.home(site, ['/module/xxgk/'])}/module/xxgk/xxgkAnnualReport.jsp"
        for year in years:
            for area, name in departments.items():
                url = f"{base}?area={quote(area)}&fbtime={year}"
                yield Entry(url, organization=name, year=year, listed=False)

    def _search(
        self, page: TextResponse, area: str, divid: str, infotype: str = "", title: str = ""
    ) -> ListPage:
        told = {"infotypeId": infotype, "area": area, "divid": divid, "vc_title": title, "vc_number": ""}
        return self._asked(page, answers.with_pairs("", told), 1)

    def _asked(self, page: TextResponse, form: str, number: int) -> ListPage:
        """One page of a search. Area and number stand in the address, too, as in the module's own calls."""
        form = answers.with_pairs(form, {"currpage": number})
        area = answers.query(f"?{form}").get("area", "")
        return answers.call(page, f"{SEARCH}?area={quote(area)}&currpage={number}", form=form)
