"""The one spider: columns to entries, entries to report pages, report pages to attachments.

Everything about a site comes from its registry entry, everything about markup from its CMS family,
everything about titles from `links.py`. This module decides what is asked for, and in what order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scrapy import Request, Spider

from crawler.attachments import attachments
from crawler.captures import body_of, exchange
from crawler.cms import FAMILIES, Entry
from crawler.errors import CrawlerError, HostBlocked, RequestRefused, SettingError
from crawler.failures import explain
from crawler.links import judge
from crawler.pages import archived_page, text_page
from crawler.record import Record, State
from crawler.sites import FIRST_REPORT_YEAR, Site

if TYPE_CHECKING:
    from scrapy.http import Response, TextResponse
    from twisted.python.failure import Failure

    from pipelines.archive import Exchange
    from storage.journal import Role

MAX_LISTS = 500
"""List pages of one site in one run: calendars and endless pagination end by themselves."""
BAD = frozenset({"truncated", "blocked", "too-large", "soft-404"})

Hints = dict[str, str | int]


class ReportSpider(Spider):
    """Crawls one site for its annual reports.

    The spider loader makes a subclass for each site of the registry, with `name` and `site` set.

    `-a years=2023,2024` asks for reports of those years only (and for entries that don't tell their year).

    Where the site's lists name no report, addresses are made up: the departments known from the entry and
    from links, for each year since `first_year`; ids of the entry's `sweep` for the latest year only, and for
    the others once a report of the latest was there.
    """

    site: ClassVar[Site]

    def __init__(self, years: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.family = FAMILIES[self.site.family]
        self.record = Record()
        self.latest = latest_year()
        self.wanted = parse_years(years)
        self.departments: dict[str, str | None] = dict(self.site.departments or {})
        self.open: Counter[Role] = Counter()
        """Lists and report pages under way."""
        self.lists_done = False
        self.lists = 0
        self.lists_lost = 0
        self.entries: set[str] = set()
        """Addresses that lists gave, asked for or not."""
        self.beside: list[tuple[Entry, str]] = []
        self.reached: set[str] = set()
        """Addresses of report pages, as redirects led there."""

    async def start(self) -> AsyncIterator[Request]:
        """The columns; what else is asked for waits until they have been listed."""
        for seed in self.site.seeds:
            if self.family.report(seed) is None:
                for request in self.list_page(seed, promised=False):
                    yield request
        for request in self.afterwards():
            yield request

    # -------------------------------------------------------------- answers

    async def parse_list(self, response: Response) -> AsyncIterator[Exchange | Request]:
        """A column's page: its entries, further lists, its next page."""
        yield exchange(response, role="list")
        page = await self.page(response)
        if page is not None:
            known = len(self.entries)
            for entry in self.family.entries(page):
                self.entries.add(entry.url)
                for request in self.report_page(entry, parent=page.url):
                    yield request
            for column in self.family.columns(page):
                if self.wants(column.year):
                    for request in self.list_page(column.url):
                        yield request
            for following in self.family.next_pages(page)[:1] if len(self.entries) > known else ():
                for request in self.list_page(following.url):
                    yield request
        elif response.status not in (404, 410) and "soft-404" not in response.flags:
            self.lists_lost += 1
        self.open["list"] -= 1
        for request in self.afterwards():
            yield request

    async def parse_report(
        self, response: Response, hints: Hints, listed: bool
    ) -> AsyncIterator[Exchange | Request]:
        """A report's page: its attachments, and what other reports it links to."""
        item = exchange(response, role="report", hints=hints)
        yield item
        page = await self.page(response)
        if page is not None:
            for request in self.from_report(page, item.capture.url, hints, listed):
                yield request
        self.reached.add(response.url)
        self.open["report"] -= 1
        for request in self.afterwards():
            yield request

    async def parse_attachment(self, response: Response, hints: Hints) -> AsyncIterator[Exchange]:
        """A document."""
        yield exchange(response, role="attachment", hints=hints)
        self.open["attachment"] -= 1

    def lost(self, failure: Failure) -> Iterator[Request]:
        """A request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        state: State = "failed"
        asked = request.meta.get("redirect_urls", [request.url])[0]
        if isinstance(error, RequestRefused) and asked == request.url:
            state = "refused"  # a redirect that led astray is a failure of the address that was asked for
        elif isinstance(error, HostBlocked):
            state = "blocked"
        reason = explain(error, request)
        if asked != request.url:
            reason = f"redirected to {request.url}: {reason}"
        self.record.settle(asked, state, reason)
        if not isinstance(error, CrawlerError):  # those never went out
            self.record.requests[urlsplit(request.url).netloc]["error"] += 1
        role: Role = request.meta["role"]
        self.lists_lost += role == "list"
        self.open[role] -= 1
        yield from self.afterwards()

    def from_report(self, page: TextResponse, asked: str, hints: Hints, listed: bool) -> Iterator[Request]:
        """What follows from a report's page; `asked` is the address that led to it, as the journal has it."""
        for url, text in attachments(page):
            if judge(text).verdict != "other":
                told = {k: v for k, v in hints.items() if k != "parent"} | {"parent": asked}
                if text and "title" not in told:
                    told["title"] = text
                yield from self.ask(url, "attachment", self.parse_attachment, told, priority=1)
        self.beside += ((entry, page.url) for entry in self.family.entries(page))
        department = self.family.department(page.url)
        if not listed and department is not None and department not in self.departments:
            self.departments[department] = None  # an id of the sweep that has a report
            yield from self.enumerate({department: None}, self.years())

    # -------------------------------------------------------------- questions

    def list_page(self, url: str, *, promised: bool = True) -> Iterator[Request]:
        """The request for a column's page, once."""
        if self.lists < MAX_LISTS:
            for request in self.ask(url, "list", self.parse_list, priority=10, promised=promised):
                self.lists += 1
                yield request

    def report_page(self, entry: Entry, parent: str | None) -> Iterator[Request]:
        """The request for an entry's page, once, if its title and year are what is looked for."""
        judged = judge(entry.title or "")
        addressed = self.family.report(entry.url)
        year = entry.year or (addressed.year if addressed else None) or judged.year
        if judged.verdict == "other" or (judged.verdict == "unclear" and addressed is None):
            return
        if not self.wants(year):
            return
        known = self.departments.get(self.family.department(entry.url) or "")
        hints = {
            "title": entry.title,
            "organization": entry.organization or judged.organization or known,
            "year": year,
            "published": entry.published,
            "parent": parent,
        }
        told = {name: value for name, value in hints.items() if value is not None}
        for request in self.ask(entry.url, "report", self.parse_report, told, promised=entry.listed):
            request.cb_kwargs["listed"] = entry.listed
            yield request

    def afterwards(self) -> Iterator[Request]:
        """What waits, so that it does not depend on which answer came first, and the best words count.

        After the lists: known reports and, if the lists could be had and none had an entry, made-up
        addresses. After the reports: those that other reports link to and no list named.
        """
        if self.open["list"]:
            return
        if not self.lists_done:
            self.lists_done = True
            for seed in self.site.seeds:
                if (entry := self.family.report(seed)) is not None:
                    yield from self.report_page(replace(entry, listed=False), parent=None)
            if not self.entries and not self.lists_lost:
                yield from self.made_up()
        if not self.open["report"]:
            beside, self.beside = sorted(self.beside, key=lambda found: (found[0].url, found[1])), []
            for entry, parent in beside:
                if entry.url not in self.reached:
                    yield from self.report_page(entry, parent)

    def made_up(self) -> Iterator[Request]:
        """Enumerated addresses: known departments for all years, ids of the sweep for the latest."""
        yield from self.enumerate(self.departments, self.years())
        if self.site.sweep is not None and self.wants(self.latest):
            first, last = self.site.sweep
            swept = (str(i) for i in range(first, last + 1))
            yield from self.enumerate({i: None for i in swept if i not in self.departments}, [self.latest])

    def enumerate(self, departments: Mapping[str, str | None], years: Iterable[int]) -> Iterator[Request]:
        """Requests for addresses that the family makes up."""
        for entry in self.family.enumerated(self.site, departments, years):
            yield from self.report_page(entry, parent=None)

    def ask(
        self,
        url: str,
        role: Role,
        callback: Callable[..., AsyncIterator[Any]],
        hints: Hints | None = None,
        *,
        priority: int = 0,
        promised: bool = True,
    ) -> Iterator[Request]:
        """One request, if this run has not made it."""
        title = str((hints or {}).get("title", "")) or None
        if self.record.expect(url, role, title, promised=promised):
            self.open[role] += 1
            yield Request(
                url,
                callback,
                errback=self.lost,
                priority=priority,
                dont_filter=True,  # the record sees to it; Scrapy's filter stops redirects that set a cookie
                cb_kwargs={} if hints is None else {"hints": hints},
                meta={"role": role},
            )

    # -------------------------------------------------------------- small things

    @property
    def crawls(self) -> bool:
        """Whether this is a crawl, and not `scrapy shell`, `fetch`, `view` or `parse` borrowing the spider.

        The shell does without `Crawler.crawl`; the others put a start of their own in place.
        """
        return self.crawler.crawling and type(self).start is ReportSpider.start

    def years(self) -> Iterable[int]:
        """Years to enumerate, newest first."""
        return (y for y in range(self.latest, self.site.first_year - 1, -1) if self.wants(y))

    def wants(self, year: int | None) -> bool:
        """Whether reports of that year are asked for; an unknown year always is."""
        return year is None or self.wanted is None or year in self.wanted

    async def page(self, response: Response) -> TextResponse | None:
        """The answer as text; for a 304 what it confirms. None for a document, an error or a broken body."""
        if BAD.intersection(response.flags):
            return None
        if response.status == 304:
            return archived_page(response, await body_of(response, self.crawler))
        return text_page(response) if response.status == 200 else None


def latest_year() -> int:
    """The last year that has ended in China: the newest that reports are about."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).year - 1


def parse_years(value: str | None) -> frozenset[int] | None:
    """The years of `-a years=2023,2024`; None for all.

    Raises:
        SettingError: where one is no year that reports are about.
    """
    if not value:
        return None
    years, limit = set(), latest_year() + 1
    for part in str(value).split(","):
        if not part.strip().isdigit() or not FIRST_REPORT_YEAR <= int(part) <= limit:
            raise SettingError(
                f"years={value}: {part.strip()!r} is no report year ({FIRST_REPORT_YEAR} to {limit})."
            )
        years.add(int(part))
    return frozenset(years)
