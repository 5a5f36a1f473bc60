"""西城: query parameters written into the file name as `pn<name>pv<value>` pairs.

Seen in public: the report of department D for year Y is `gknbxq/pnidpv<D>pntypepvnbpnnfpv<Y>.html`,
an older report `gknbxqx/pnidpv<article id>.html`. Nobody has saved a list page: a page of the same
channel with a year (`nf`) and no `id` is taken for one, whatever its markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cms import pager
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.sites import Site

CHANNEL = re.compile(r"/zt/xxgkzl/gknb\w*(?:/(?P<file>[^/?#]+))?\.html$")
PAIR = re.compile(r"pn([a-z]+?)pv(.*?)(?=pn[a-z]+?pv|$)")


def parameters(url: str) -> dict[str, str]:
    """The `pn..pv..` pairs of an address of the annual report channels; empty for any other address."""
    match = CHANNEL.search(urlsplit(url).path)
    return dict(PAIR.findall(match["file"])) if match and match["file"] else {}


class Xicheng(Family):
    """The family of www.bjxch.gov.cn, and so far of nobody else."""

    name = "xicheng"
    title = "西城: parameters written into file names"
    articles = re.compile(r"/zt/xxgkzl/gknb\w*/[^/?#]*pnidpv[^/?#]*\.html$")

    def recognise(self, url: str, text: str) -> str | None:
        if parameters(url):
            return "the address has pn..pv.. parameters in an annual report channel"
        if re.search(r'href="[^"]*/pnidpv\d+', text):
            return "links on the page have pnidpv.. addresses"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        for entry in super().entries(page):
            yield replace(entry, year=_year(parameters(entry.url).get("nf")))

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        for column in super().columns(page):
            found = parameters(column.url)
            if "nf" in found and found.get("page", "1") == "1":
                yield replace(column, annual=True, year=_year(found["nf"]))

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        return [found for found in pager.following(page) if parameters(found.url)]

    def report(self, url: str) -> Entry | None:
        found = parameters(url)
        return Entry(url, year=_year(found.get("nf"))) if "id" in found else None

    def department(self, url: str) -> str | None:
        found = parameters(url)
        return found.get("id") if "nf" in found else None

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        base = f"https://{site.hosts[0]}/zt/xxgkzl/gknbxq"
        for year in years:
            for department, name in departments.items():
                url = f"{base}/pnidpv{department}pntypepvnbpnnfpv{year}.html"
                yield Entry(url, organization=name, year=year, listed=False)


def _year(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"20\d\d", value) else None
