"""Rows of a list in HTML, as nearly all families print them: a link, and beside it a date or a body's name.

Pure: page in, entries and columns out. Knows no CMS: what an article's address looks like it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.addresses import linked
from crawler.attachments import NAMED
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from parsel import Selector
    from scrapy.http import TextResponse

DATE = re.compile(r"(20\d\d)[-./年](\d{1,2})[-./月](\d{1,2})日?")
BRACKETED = re.compile(r"[\[【(（]([^\[【(（]*(?:[(（].*[)）])?)[\]】)）]")
BODY_NAME = re.compile(r"[\u4e00-\u9fff（）()]{3,40}")
ROW = "ancestor::*[self::li or self::tr or self::dd or self::p][1]"
FRAMES_LEFT = re.compile(r"login|share|foot|head|visit|count|tree|search|weather|map|nav|menu", re.IGNORECASE)
"""Frames that hold no list (cms-families 0.8)."""


def entries(page: TextResponse, articles: re.Pattern[str]) -> Iterator[Entry]:
    """An entry for each link whose path and query match `articles`, each address once, in page order."""
    seen: set[str] = set()
    for link in page.xpath("//a[@href]"):
        url = address(page, link.attrib["href"])
        if url and url not in seen and articles.search(path_of(url)):
            seen.add(url)
            yield entry(link, url)


def columns(page: TextResponse, articles: re.Pattern[str]) -> Iterator[ListPage]:
    """A column for each other link with words, each address once: neither an article nor a document."""
    seen = {page.url.partition("#")[0]}
    for link in page.xpath("//a[@href]"):
        url, title = address(page, link.attrib["href"]), title_of(link)
        if not url or not title or url in seen:
            continue
        if not articles.search(path_of(url)) and not NAMED.search(urlsplit(url).path):
            seen.add(url)
            yield ListPage(url, title)


def frames(page: TextResponse) -> Iterator[ListPage]:
    """The frames of the page's own host that may hold its list."""
    host = urlsplit(page.url).netloc
    for frame in page.xpath("//iframe[@src] | //frame[@src]"):
        url = address(page, frame.attrib["src"])
        if url and urlsplit(url).netloc == host and not FRAMES_LEFT.search(path_of(url)):
            yield ListPage(url)


def entry(link: Selector, url: str, *, year: int | None = None) -> Entry:
    """The entry that a link and its row make."""
    text = text_of(link)
    row = link.xpath(ROW)
    beside = ""
    if row and len(row[0].xpath(".//a[@href]")) == 1:  # a row of its own: what else it says is of this entry
        beside = text_of(row[0]).replace(text, " ", 1)
    name = DATE.sub(" ", beside).strip(" |·")
    if bracketed := BRACKETED.fullmatch(name):
        name = bracketed[1]
    return Entry(
        url,
        title=title_of(link),
        organization=name if BODY_NAME.fullmatch(name) else None,
        year=year,
        published=iso_date(beside),
    )


def title_of(link: Selector) -> str | None:
    """The `title` attribute, which is whole where the text is cut short; else the text."""
    return " ".join(link.attrib.get("title", "").split()) or text_of(link) or None


def text_of(node: Selector) -> str:
    """The text of a node, white space compressed."""
    return " ".join("".join(node.xpath(".//text()").getall()).split())


def iso_date(text: str) -> str | None:
    """The first date in a text, as YYYY-MM-DD."""
    found = DATE.search(text)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else None


def address(page: TextResponse, link: str) -> str:
    """The http or https address that a link means, without fragment; "" for any other."""
    url = linked(page, link).partition("#")[0]
    return url if url.startswith(("http://", "https://")) else ""


def path_of(url: str) -> str:
    """Path and query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
