"""Shandong's gongkai platform: one site for each body, ids that begin with the time they were made.

From cms-families 13: addresses, the time in an id's first eight digits. Its pager has not been seen: what any
pager links or declares is followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.cms import rows
from crawler.cms.family import Family
from crawler.cms.model import Entry

if TYPE_CHECKING:
    from scrapy.http import TextResponse

SITE = re.compile(r"/gongkai/site_(?P<body>[^/?#]+)/")
DOC = re.compile(r"/doc_([0-9a-f]{8})[0-9a-f]{16}\.html")
CHINA = timedelta(hours=8)


class Shandong(Family):
    """Articles `/gongkai/site_<body>/channel_<id>/doc_<24 hex>.html`."""

    name = "shandong"
    title = "Shandong gongkai platform"
    articles = re.compile(r"/gongkai/site_[^/]+/(?:channel_[^/]+/)?doc_[0-9a-f]{24}\.html(?:$|\?)")

    def recognise(self, url: str, text: str) -> str | None:
        if SITE.search(url):
            return "the address is of the kind /gongkai/site_<body>/"
        link = rows.own_link(url, text, SITE)
        return f"a link on the page is {link}" if link else None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        for entry in super().entries(page):
            yield entry if entry.published else replace(entry, published=made(entry.url))

    def department(self, url: str) -> str | None:
        found = SITE.search(url)
        return found["body"] if found and self.articles.search(url) else None


def made(url: str) -> str | None:
    """The ISO date on which an article was made, by its id."""
    found = DOC.search(url)
    if found is None:
        return None
    day = datetime.fromtimestamp(int(found[1], 16), UTC) + CHINA
    return day.date().isoformat() if 2008 <= day.year < 2100 else None
