"""Hebei's columns and articles named by uuid.

From cms-families 14: addresses; the date in a path is that of an import and says nothing. Its pager has not
been seen: what any pager links or declares is followed.
"""

from __future__ import annotations

import re

from crawler.cms import rows
from crawler.cms.family import Family

UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
COLUMN = re.compile(rf"/columns/{UUID}(?:[/.?]|$)", re.IGNORECASE)


class Hebei(Family):
    """Articles `/columns/<uuid>/YYYYMM/DD/<uuid>.html`, columns `/columns/<uuid>/`."""

    name = "hebei"
    title = "Hebei uuid columns"
    articles = re.compile(rf"/columns/{UUID}/\d{{6}}/\d\d/{UUID}\.s?html(?:$|\?)", re.IGNORECASE)

    def recognise(self, url: str, text: str) -> str | None:
        if COLUMN.search(url):
            return "the address is of the kind /columns/<uuid>/"
        link = rows.own_link(url, text, COLUMN)
        return f"a link on the page is {link}" if link else None
