"""What a CMS family is asked, and the entries it gives.

A family knows one content management system's markup and addresses; nothing else in the code does.
It works on pages that somebody else fetched: it must not fetch, and does not judge titles (`links.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # annotations only: listing the registry loads no Scrapy
    from scrapy.http import TextResponse

    from crawler.sites import Site


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a column: where a report is said to be, in the column's own words."""

    url: str
    title: str | None = None
    """The whole title where the markup has it (`title` attribute), else the link's text."""
    organization: str | None = None
    """The body, where the column names it apart from the title."""
    year: int | None = None
    """The report year, where column or address says it outright (never a date in an address)."""
    published: str | None = None
    """ISO date of publication, where the column prints one."""
    listed: bool = True
    """False for an address that was made up by enumeration: nobody promised a page there."""


class Family(Protocol):
    """One content management system. Methods take a page that was fetched and are pure."""

    name: str

    def recognise(self, url: str, text: str) -> str | None:
        """Why this page is of the family, in words, or None."""

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        """The column's entries on this page; on a report's page, the other reports that it links to."""

    def lists(self, page: TextResponse) -> Iterable[tuple[str, int | None]]:
        """Further lists that this page leads to (one for each year or group), with the year if it says so."""

    def next_page(self, page: TextResponse) -> str | None:
        """The address of the list's next page, or None."""

    def report(self, url: str) -> Entry | None:
        """What a report's address says by itself; None where it does not tell that it is a report."""

    def department(self, url: str) -> str | None:
        """The department id in a report's address, where the family has one."""

    def enumerated(
        self, site: Site, departments: Mapping[str, str | None], years: Iterable[int]
    ) -> Iterator[Entry]:
        """Addresses that follow from department ids (with names) and years, if any do."""
