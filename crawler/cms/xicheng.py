"""西城: query parameters written into the file name as `pn<name>pv<value>` pairs.

Seen in public: the report of department D for year Y is `gknbxq/pnidpv<D>pntypepvnbpnnfpv<Y>.html`,
an older report `gknbxqx/pnidpv<article id>.html`. Nobody has saved a list page: a page of the same
channel with a year (`nf`) and no `id` is taken for one, whatever its markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.addresses import linked
from crawler.cms.family import Entry

if TYPE_CHECKING:
    from parsel import Selector
    from scrapy.http import TextResponse

    from crawler.sites import Site

CHANNEL = re.compile(r"/zt/xxgkzl/gknb\w*(?:/(?P<file>[^/?#]+))?\.html$")
PAIR = re.compile(r"pn([a-z]+?)pv(.*?)(?=pn[a-z]+?pv|$)")
DATE = re.compile(r"(20\d\d)[-./年](\d{1,2})[-./月](\d{1,2})日?")
BRACKETED = re.compile(r"[\[【(（]([^\[【(（]*(?:[(（].*[)）])?)[\]】)）]")
NEXT = re.compile(r"^\s*(下一页|下页|后一页|>)\s*$")
ROW = "ancestor::*[self::li or self::tr or self::dd or self::p][1]"


def parameters(url: str) -> dict[str, str]:
    """The `pn..pv..` pairs of an address of the annual report channels; empty for any other address."""
    match = CHANNEL.search(urlsplit(url).path)
    return dict(PAIR.findall(match["file"])) if match and match["file"] else {}


class Xicheng:
    """The family of www.bjxch.gov.cn, and so far of nobody else."""

    name = "xicheng"

    def recognise(self, url: str, text: str) -> str | None:
        if parameters(url):
            return "the address has pn..pv.. parameters in an annual report channel"
        if re.search(r'href="[^"]*/pnidpv\d+', text):
            return "links on the page have pnidpv.. addresses"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        for link in page.css("a[href]"):
            url = linked(page, link.attrib["href"])
            found = parameters(url)
            if "id" in found:
                yield _entry(link, url, found.get("nf"))

    def lists(self, page: TextResponse) -> Iterable[tuple[str, int | None]]:
        for link in page.css("a[href]"):
            url = linked(page, link.attrib["href"])
            found = parameters(url)
            if "nf" in found and "id" not in found and found.get("page", "1") == "1":
                yield url, _year(found["nf"])

    def next_page(self, page: TextResponse) -> str | None:
        for link in page.css("a[href]"):
            if NEXT.match(_text(link)):
                url = linked(page, link.attrib["href"])
                return url if parameters(url) and url != page.url else None
        return None

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


def _entry(link: Selector, url: str, year: str | None) -> Entry:
    text = _text(link)
    rows = link.xpath(ROW)
    beside = ""
    if rows and len(rows[0].css("a[href]")) == 1:  # a row of its own: what else it says is about this entry
        beside = _text(rows[0]).replace(text, " ", 1)
    date = DATE.search(beside)
    name = DATE.sub(" ", beside).strip(" |·")
    if bracketed := BRACKETED.fullmatch(name):
        name = bracketed[1]
    return Entry(
        url,
        title=link.attrib.get("title", "").strip() or text or None,
        organization=name if re.fullmatch(r"[\u4e00-\u9fff（）()]{3,40}", name) else None,
        year=_year(year),
        published="{}-{:0>2}-{:0>2}".format(*date.groups()) if date else None,
    )


def _text(node: Selector) -> str:
    return " ".join("".join(node.xpath(".//text()").getall()).split())


def _year(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"20\d\d", value) else None
