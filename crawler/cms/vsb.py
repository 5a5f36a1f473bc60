"""VSB (博达): pages of a list count down, so that the second of eleven is `<column>/10.htm`.

From cms-families 7 and public crawlers: addresses, the pager's spans, the dynamic article address. Inferred:
lists `list.jsp?…PAGENUM=N`, which count up as other query strings do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.cms import pager, rows
from crawler.cms.family import Family
from crawler.cms.model import ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

MARKS = re.compile(r"(vsb_content|_showDynClick|\bp_pages\b|urltype=(?:news|tree)\.)")


class Vsb(Family):
    """Articles `/info/<column>/<id>.htm`; lists `<column>.htm`, then `<column>/<n>.htm` with falling n."""

    name = "vsb"
    title = "VSB (博达)"
    articles = re.compile(
        r"/info/\d+/\d+\.html?(?:$|\?)|/content\.jsp\?(?=.*urltype=news\.)(?=.*wbnewsid=\d)", re.IGNORECASE
    )

    def recognise(self, url: str, text: str) -> str | None:
        if self.articles.search(rows.path_of(url)):
            return "the address is of the kind /info/<column>/<id>.htm"
        if found := MARKS.search(text):
            return f"the page says {found[1]}"
        link = rows.own_link(url, text, self.articles)
        return f"a link on the page is {link}" if link else None

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        """The pager's own link: files are renumbered with each new row, and none can be worked out."""
        url = pager.linked_next(page)
        (list_here, here), (list_there, there) = pager.place(page.url), pager.place(url)
        if not url or (list_here, here) == (list_there, there):
            return []
        up = "?" in url
        on = list_here != list_there or (there > here if up else here > there > 0)
        return [ListPage(url)] if on else []
