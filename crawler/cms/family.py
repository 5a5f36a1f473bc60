"""What a CMS family is asked, and what it answers: entries, columns, and the next page of a list.

A family knows one content management system's markup and addresses; nothing else in the code does.
It works on pages that somebody else fetched: it must not fetch, and does not judge titles (`links.py`)
or decide what is followed (`columns.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from crawler.cms import pager, rows
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:  # annotations only: listing the registry loads no Scrapy
    from scrapy.http import TextResponse

    from crawler.sites import Site


class Family:
    """One content management system. Methods take a page that was fetched and are pure.

    The defaults are those of static pages: links are entries by the shape of their address, columns are
    the other links, and the next page is what the pager links or, while it declares more, the next file.
    """

    name: ClassVar[str]
    """What a site's entry says, and the module's name."""
    title: ClassVar[str]
    """For people, with the vendor's name: `TRS WCM (拓尔思)`."""
    articles: ClassVar[re.Pattern[str]]
    """Searched in path and query of an address: is it an article?"""

    def recognise(self, url: str, text: str) -> str | None:
        """Why this page is of the family, in words for a person, or None. `text` is the page's source."""
        raise NotImplementedError

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        """The rows on this page, reports or not; on a report's page, the other articles that it links to."""
        return rows.entries(page, self.articles)

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        """Links on this page that may lead to another column: neither articles nor documents."""
        return rows.columns(page, self.articles)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        """What this page itself loads to show its rows: frames of its own host, calls of its scripts."""
        return rows.frames(page)

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        """Where the list goes on: candidates, best first. The first that answers with new rows is the one.

        Empty where the page says that it is the last, or nothing hints at another.
        """
        return pager.following(page) or pager.files(page, pager.count(page))

    def report(self, url: str) -> Entry | None:
        """What a report's address says by itself; None where it does not tell that it is a report."""
        return None

    def department(self, url: str) -> str | None:
        """The department id in a report's address, where the family has one."""
        return None

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        """Addresses that follow from department ids (with names) and years, if any do."""
        return iter(())
