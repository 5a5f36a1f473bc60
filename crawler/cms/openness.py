"""Anhui's Openness / XxgkAnnualReport platform, whose vendor is not known: pages by controller and id.

From cms-families 9: `OpennessAnnualReport/show/<id>`, with `/openness/` before it or not,
`OpennessAnnualReport/year/show/<body>/<year>`, which can be enumerated, `XxgkAnnualReport/show/<id>`,
`Xxgknb/show/<id>.html?type=1`, the list `XxgkContent/showList/<body>/0/page_1.html`. Two of them live on one
site at once. Inferred: that the list's second page is page_2, where its pager is a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.sites import Site

YEARLY = re.compile(r"/OpennessAnnualReport/year/show/(\w+)/(20\d\d)\.html", re.IGNORECASE)
REPORT = re.compile(
    r"/(?:OpennessAnnualReport/(?:year/show/\w+/20\d\d|show/\w+)|(?:XxgkAnnualReport|Xxgknb)/show/\w+)\.html",
    re.IGNORECASE,
)
ARTICLE = re.compile(rf"{REPORT.pattern}|/(?:Openness|Xxgk)Content/show/\w+\.html", re.IGNORECASE)
PLATFORM = re.compile(r"/([Oo]penness(?:AnnualReport|Content)|Xxgk(?:AnnualReport|Content)|Xxgknb(?=/show))/")
"""Its controllers; `/xxgknb/` in small letters is everybody's."""


class Openness(Family):
    """Pages named by controllers: OpennessAnnualReport, XxgkAnnualReport, Xxgknb, XxgkContent."""

    name = "openness"
    title = "Openness / XxgkAnnualReport (Anhui)"
    articles = ARTICLE

    def recognise(self, url: str, text: str) -> str | None:
        if found := PLATFORM.search(url):
            return f"the address is of the platform's {found[1]}"
        if rows.own_link(url, text, PLATFORM):
            return "links on the page go to the platform's controllers"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        for entry in rows.entries(page, self.articles):
            yearly = YEARLY.search(entry.url)
            yield answers.with_year(entry, int(yearly[2])) if yearly else entry

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        return pager.following(page) or pager.files(page, pager.count(page))

    def report(self, url: str) -> Entry | None:
        yearly = YEARLY.search(url)
        return Entry(url, year=int(yearly[2]) if yearly else None) if REPORT.search(url) else None

    def department(self, url: str) -> str | None:
        yearly = YEARLY.search(url)
        return yearly[1] if yearly else None

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        below = any("/openness/OpennessAnnualReport/" in seed for seed in site.seeds)
        base = f"{answers.home(site)}{'/openness' if below else ''}/OpennessAnnualReport/year/show"
        for year in years:
            for body, name in departments.items():
                yield Entry(f"{base}/{quote(body)}/{year}.html", organization=name, year=year, listed=False)
