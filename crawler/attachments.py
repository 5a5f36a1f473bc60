"""The documents that a page links to: pure, page in, addresses and link texts out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit

if TYPE_CHECKING:
    from scrapy.http import TextResponse

KINDS = r"pdf|docx?|wps|ofd|xlsx?|et|rtf|zip|rar"
"""What annual reports have been published as (cms-families 0.4)."""
NAMED = re.compile(rf"\.({KINDS})$", re.IGNORECASE)


def attachments(page: TextResponse) -> Iterator[tuple[str, str]]:
    """Address and link text of each document on the page, frames and embedded viewers included, each once."""
    seen: set[str] = set()
    for node in page.xpath("//a[@href] | //iframe[@src] | //embed[@src] | //object[@data]"):
        link = (node.attrib.get("href") or node.attrib.get("src") or node.attrib.get("data") or "").strip()
        url = _document(page.urljoin(link)) if link else None
        if url is not None and url not in seen:
            seen.add(url)
            yield (
                url,
                " ".join("".join(node.xpath(".//text()").getall()).split()) or node.attrib.get("title", ""),
            )


def _document(url: str) -> str | None:
    """The document's address: `url` itself, what a viewer page is told to show, or None."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return None
    if NAMED.search(parts.path):
        return url.partition("#")[0]
    for name, value in parse_qsl(parts.query):
        if NAMED.search(value):
            if name == "file":  # pdf.js: viewer.html?file=/path/report.pdf
                return urljoin(url, value)
            return url.partition("#")[0]  # a download endpoint: downfile.jsp?filename=1f..9c.pdf
    return None
