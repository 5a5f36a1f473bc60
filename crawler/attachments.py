"""The documents that a page links to: pure, page in, addresses and link texts out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from parsel import Selector

from crawler.addresses import linked
from crawler.pictures import FORMATS, pictures
from pipelines.report.readers.embedded import decoded

if TYPE_CHECKING:
    from scrapy.http import TextResponse

KINDS = r"pdf|docx?|wps|ofd|xlsx?|et|rtf|zip|rar"
"""What annual reports have been published as (cms-families 0.4)."""
NAMED = re.compile(rf"\.({KINDS})$", re.IGNORECASE)
SAID = re.compile(rf"\.({KINDS})\s*([(（\[【][^)）\]】]*[)）\]】])?\s*$", re.IGNORECASE)
"""The text of a link that names a document: 附件：年度报告.pdf（120KB）."""
PAGE = re.compile(r"/$|\.s?html?$", re.IGNORECASE)
_FILE_NAME = re.compile(rf"\.({KINDS})[\s)）》”\"]*$", re.IGNORECASE)
"""How the text of a link to a file ends whose address says nothing: download.jsp?wbfileid=1F..9C (VSB)."""
_SCAN = re.compile(r"附件|附表|扫描|报告|年报|公开|表")
"""What the text of a link to a picture says where the picture is a document."""
_IN_SCRIPT = re.compile(r"<a\b[^<>]{1,2000}>.{0,500}?</a>", re.IGNORECASE | re.DOTALL)
"""Bounded: a script of a hundred thousand links without an end would take hours."""
_SHOWN = etree.XPath("//a[@href] | //iframe[@src] | //embed[@src] | //object[@data]")
_LINKS = etree.XPath("//a[@href]")
_TEXT = etree.XPath("string()", smart_strings=False)
_UNMADE = re.compile(r"[\s'\"`{}+]")
"""What an address has in it that a script has yet to put together."""


def attachments(page: TextResponse) -> Iterator[tuple[str, str]]:
    """Address and link text of each document on the page, each once, as they come.

    Frames and embedded viewers are documents, too, and links that a script holds as a string to show
    (cms-families 6), and so are, on a page without any, the pictures that may be the report's tables.
    """
    seen: set[str] = set()
    for node in (*_SHOWN(page.selector.root), *_in_scripts(page)):
        link = node.get("href") or node.get("src") or node.get("data") or ""
        text = " ".join(_TEXT(node).split()) or node.get("title", "")
        url = _document(page, linked(page, link), text) if link.strip() else None
        if url is not None and url not in seen:
            seen.add(url)
            yield url, text
    if not seen:
        yield from pictures(page)


def _in_scripts(page: TextResponse) -> Iterator[etree._Element]:
    """Links inside the strings of the page's scripts, escapes undone, that are whole."""
    for script in page.xpath("//script[contains(., 'href')]/text()").getall():
        for link in _IN_SCRIPT.findall(decoded(script)):
            for node in _LINKS(Selector(text=link).root):
                if not _UNMADE.search(node.get("href")):
                    yield node


def _document(page: TextResponse, url: str, text: str) -> str | None:
    """The address of what a link with this text shows: `url`, what a viewer page is told to show, or None."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return None
    if NAMED.search(parts.path) or (FORMATS.search(parts.path) and _SCAN.search(text)):
        return url.partition("#")[0]
    for name, value in parse_qsl(parts.query):
        if NAMED.search(value):
            if name == "file":  # pdf.js: viewer.html?file=/path/report.pdf
                return linked(page, value, url) or None
            return url.partition("#")[0]  # a download endpoint: downfile.jsp?filename=1f..9c.pdf
    if SAID.search(text) and not PAGE.search(parts.path):
        return url.partition("#")[0]  # one that tells the link's text only: download.jsp?wbfileid=1021
    if _FILE_NAME.search(text) and url.partition("#")[0] != page.url:
        return url.partition("#")[0]
    return None
