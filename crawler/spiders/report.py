"""The one spider: columns to entries, entries to report pages, report pages to attachments.

Everything about a site comes from its registry entry, everything about markup from its CMS family, what a
list page offers from `columns.py`, and what rests from `rhythm.py`. This module decides what is asked for,
and in what order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import HtmlResponse

from crawler.arguments import is_set, latest_year, parse_years
from crawler.attachments import attachments
from crawler.captures import exchange, page_of
from crawler.cms import FAMILIES, Entry, ListPage
from crawler.columns import Survey, reads_as_report, report_in, same_domain, survey
from crawler.errors import CrawlerError, HostBlocked, RequestRefused
from crawler.failures import explain
from crawler.foresight import Due, Foresight
from crawler.links import judge
from crawler.pages import first_address, list_page, question_in, request_of, text_page
from crawler.record import Record, State
from crawler.rhythm import Rhythm
from crawler.sites import Site
from crawler.walk import MAX_LISTS, Step, Walk, canonical, question_of
from pipelines.archive import ArchivePipeline

if TYPE_CHECKING:
    from scrapy.http import Response, TextResponse
    from twisted.python.failure import Failure

    from crawler.links import Judgement
    from pipelines.archive import Exchange
    from storage.archive import Archive
    from storage.journal import Role

Hints = dict[str, str | int]


class ReportSpider(Spider):
    """Crawls one site for its annual reports.

    The spider loader makes a subclass for each site of the registry, with `name` and `site` set.

    `-a years=2023,2024` asks for reports of those years only (and for entries that don't tell their year).
    `-a recheck=1` lets no known page rest. `-a dry=1` asks for robots.txt and lists only and archives
    nothing; `would_fetch` has afterwards what a crawl would have asked for.

    Where the site's lists name no report, addresses are made up: the departments known from the entry and
    from links, for each year since `first_year`; ids of the entry's `sweep` for the latest year only, and for
    the others once a report of the latest was there.
    """

    site: ClassVar[Site]

    def __init__(
        self,
        years: str | None = None,
        recheck: str | bool = False,
        dry: str | bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.family = FAMILIES[self.site.family]
        self.record = Record()
        self.latest = latest_year()
        self.wanted = parse_years(years)
        self.dry = is_set(dry)
        self.rhythm = Rhythm(
            self.site.key,
            latest=self.latest,
            days=self.site.recheck_days,
            recheck=is_set(recheck) or self.wanted is not None,
        )
        self.foresight: Foresight | None = None
        self.departments: dict[str, str | None] = dict(self.site.departments or {})
        self.open: Counter[Role] = Counter()
        """Lists and report pages under way."""
        self.asked: set[str] = set()
        """What was asked for in this run, comparably written."""
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
        columns = [ListPage(seed, annual=True) for seed in self.site.seeds if not self.family.report(seed)]
        directories = [ListPage(url, kind="directory") for url in self.site.directories]
        if self.dry:
            self.foresight = Foresight(self.name, self.crawler.settings["GONGKAI_ARCHIVE"])
        for page in (*columns, *directories):
            for request in self.list_page(Step(page, Walk(self.family)), promised=False):
                yield request
        for request in self.afterwards():
            yield request

    # -------------------------------------------------------------- answers

    async def parse_list(self, response: Response, step: Step) -> AsyncIterator[Exchange | Request]:
        """A column's page: its entries, further columns, its next page."""
        try:
            page = await page_of(response, self.crawler, list_page)
            is_report = page is not None and step.at.kind == "column" and reads_as_report(page)
            item = exchange(
                response,
                role="report" if is_report else "list",
                hints=_hints_of(step.at) if is_report else None,
            )
            if self.dry:
                self.record.settle_capture(item.capture)
            else:
                yield item
            if page is not None:
                families = () if step.follows else FAMILIES.values()
                found = survey(page, step.at, step.walk.family, families)
                for request in self.walk_on(page, found, step):
                    yield request
            elif "blocked" not in response.flags:
                for request in self.first_of(step.others, step):
                    yield request
            if page is None and response.status not in (404, 410) and "soft-404" not in response.flags:
                self.lists_lost += 1
        finally:
            self.open["list"] -= 1
        for request in self.afterwards():
            yield request

    async def parse_report(
        self, response: Response, hints: Hints, listed: bool
    ) -> AsyncIterator[Exchange | Request]:
        """A report's page: its attachments, and what other reports it links to."""
        assert response.request is not None
        asked = first_address(response.request)
        if "resting" in response.flags:
            self.record.settle(asked, "resting")
        else:
            yield exchange(response, role="report", hints=hints)
        page = await page_of(response, self.crawler, text_page)
        if isinstance(page, HtmlResponse):
            for request in self.from_report(page, asked, hints, listed):
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
        asked = first_address(request)
        if isinstance(error, RequestRefused) and asked == request.url:
            state = "refused"  # a redirect that led astray is a failure of the address that was asked for
        elif isinstance(error, HostBlocked):
            state = "blocked"
        reason = explain(error, request)
        if asked != request.url:
            reason = f"redirected to {request.url}: {reason}"
        self.record.settle(question_in(request), state, reason)
        if not isinstance(error, CrawlerError):  # those never went out
            self.record.requests[urlsplit(request.url).netloc]["error"] += 1
        role: Role = request.meta["role"]
        if role == "list":
            self.lists_lost += 1
            if state != "blocked":
                step: Step = request.cb_kwargs["step"]
                yield from self.first_of(step.others, step)
        self.open[role] -= 1
        yield from self.afterwards()

    def walk_on(self, page: TextResponse, found: Survey, step: Step) -> Iterator[Request]:
        """What follows from a list page that was read."""
        walk = step.walk
        fresh = walk.take(found)
        if step.follows and not fresh:
            yield from self.first_of(step.others, step)
            return
        walk.family = found.family
        self.entries.update(entry.url for entry in found.entries)
        for entry, judged in found.reports:
            yield from self.report_page(entry, page.url, judged, at=step.at)
        for column in found.columns:
            if self.may_hold(column):
                yield from self.list_page(Step(column, Walk(found.family)))
        for part in found.parts:
            yield from self.list_page(Step(part, walk))
        if walk.over:
            self.logger.warning(
                "%s: left after %d pages, the last %d without a report", page.url, walk.pages, walk.fruitless
            )
        elif fresh or not found.entries:  # a shell without rows may say where they are
            yield from self.first_of(found.next_pages, step)

    def from_report(self, page: TextResponse, asked: str, hints: Hints, listed: bool) -> Iterator[Request]:
        """What follows from a report's page; `asked` is the address that led to it, as the journal has it."""
        folder = page.request.meta.get("folder") if page.request is not None else None
        for url, text in attachments(page):
            if judge(text).verdict != "other":
                told = {k: v for k, v in hints.items() if k != "parent"} | {"parent": asked}
                if text and "title" not in told:
                    told["title"] = text
                yield from self.ask(url, "attachment", self.parse_attachment, told, folder=folder, priority=1)
        self.beside += ((entry, page.url) for entry in self.family.entries(page))
        department = self.family.department(page.url)
        if not listed and department is not None and department not in self.departments:
            self.departments[department] = None  # an id of the sweep that has a report
            yield from self.enumerate({department: None}, self.years())

    # -------------------------------------------------------------- questions

    def list_page(self, step: Step, *, promised: bool = True) -> Iterator[Request]:
        """The request for a list's page, once."""
        at = step.at
        if self.lists >= MAX_LISTS:
            self.logger.warning("%s is not asked for: the site's lists end after %d pages", at.url, MAX_LISTS)
        elif self.first_time(at.url, at.body):
            self.lists += 1
            self.record.expect(question_of(at), "list", at.title, promised=promised)
            self.open["list"] += 1
            yield request_of(
                at,
                callback=self.parse_list,
                errback=self.lost,
                priority=10,
                dont_filter=True,
                cb_kwargs={"step": step},
                meta={"role": "list"},
            )

    def first_of(self, candidates: Sequence[ListPage], step: Step) -> Iterator[Request]:
        """The request for the first candidate that this run has not asked for; it knows the others."""
        for number, candidate in enumerate(candidates, 1):
            following = Step(candidate, step.walk, tuple(candidates[number:]), follows=True)
            if requests := list(self.list_page(following, promised=False)):
                yield from requests
                return

    def report_page(
        self, entry: Entry, parent: str | None, judged: Judgement, at: ListPage | None = None
    ) -> Iterator[Request]:
        """The request for an entry's page, once, if its year is what is looked for; `at` is its list."""
        folder = at.year if at is not None else None
        year = entry.year or judged.year or (folder if at is not None and at.certain else None)
        if not self.wants(year) or (year is None and not self.wants_folder(folder)):
            return
        known = self.departments.get(self.family.department(entry.url) or "")
        whose = at.organization if at is not None else None
        hints = {
            "title": entry.title,
            "organization": entry.organization or judged.organization or known or whose,
            "year": year,
            "published": entry.published,
            "parent": parent,
        }
        told = {name: value for name, value in hints.items() if value is not None}
        for request in self.ask(
            entry.url, "report", self.parse_report, told, folder=folder, promised=entry.listed
        ):
            request.cb_kwargs["listed"] = entry.listed
            yield request

    def by_itself(self, entry: Entry, parent: str | None = None) -> Iterator[Request]:
        """The request for a page that no list names, if title or address say that it is a report."""
        if (found := report_in(entry, self.family)) is not None:
            yield from self.report_page(found[0], parent, found[1])

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
                    yield from self.by_itself(replace(entry, listed=False))
            if not self.entries and not self.lists_lost:
                yield from self.made_up()
        if not self.open["report"]:
            beside, self.beside = sorted(self.beside, key=lambda found: (found[0].url, found[1])), []
            for entry, parent in beside:
                if entry.url not in self.reached and same_domain(entry.url, parent):
                    yield from self.by_itself(entry, parent)

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
            yield from self.by_itself(entry)

    def ask(
        self,
        url: str,
        role: Role,
        callback: Callable[..., AsyncIterator[Any]],
        hints: Hints,
        *,
        folder: int | None = None,
        priority: int = 0,
        promised: bool = True,
    ) -> Iterator[Request]:
        """One request, if this run has not made it and the page does not rest."""
        if not self.first_time(url):
            return
        answer = self.rhythm.ask(self.archive, url, hints, folder)
        if self.foresight is not None and answer.rests is None:
            self.record.foreseen += role == "report"
            self.foresight.note(role, url, hints, answer.why)
        else:
            title = str(hints.get("title", "")) or None
            self.record.expect(url, role, title, promised=promised)
            if answer.rests is not None and (role == "attachment" or self.dry):
                self.record.settle(url, "resting")
            else:
                self.open[role] += 1
                yield Request(
                    url,
                    callback,
                    errback=self.lost,
                    priority=priority,
                    dont_filter=True,  # the spider sees to it; Scrapy's stops redirects that set a cookie
                    cb_kwargs={"hints": hints},
                    meta={"role": role, "rests": answer.rests, "folder": folder},
                )
        if self.foresight is not None and role == "report":
            for attachment, told in self.foresight.attachments(url):
                yield from self.ask(attachment, "attachment", self.parse_attachment, told, folder=folder)

    def first_time(self, url: str, body: str | None = None) -> bool:
        """Whether nothing of the like was asked for in this run; from now on it was."""
        key = f"{canonical(url)} {body or ''}"
        new = key not in self.asked
        self.asked.add(key)
        return new

    # -------------------------------------------------------------- small things

    @property
    def crawls(self) -> bool:
        """Whether this is a crawl, and no dry run, nor `scrapy shell`, `fetch`, `view` or `parse` borrowing
        the spider.

        The shell does without `Crawler.crawl`; the others put a start of their own in place.
        """
        return not self.dry and self.crawler.crawling and type(self).start is ReportSpider.start

    @property
    def archive(self) -> Archive | None:
        """The archive, where one is open."""
        if self.foresight is not None:
            return self.foresight.archive
        keeper = self.crawler.get_item_pipeline(ArchivePipeline) if hasattr(self, "crawler") else None
        return keeper.archive if keeper is not None else None

    @property
    def would_fetch(self) -> Sequence[Due]:
        """What a crawl would have asked for, lists apart, after a dry run."""
        return self.foresight.due if self.foresight is not None else ()

    def closed(self, reason: str) -> None:
        """Scrapy's: the crawl has ended."""
        if self.foresight is not None:
            self.foresight.close()

    def years(self) -> Iterable[int]:
        """Years to enumerate, newest first."""
        return (y for y in range(self.latest, self.site.first_year - 1, -1) if self.wants(y))

    def wants(self, year: int | None) -> bool:
        """Whether reports of that year are asked for; an unknown year always is."""
        return year is None or self.wanted is None or year in self.wanted

    def wants_folder(self, year: int | None) -> bool:
        """Whether a folder of that name may hold reports that are asked for: its own year's, or those of
        the year before, which were published in it."""
        return year is None or self.wants(year) or self.wants(year - 1)

    def may_hold(self, column: ListPage) -> bool:
        """Whether a column may hold reports that are asked for."""
        return self.wants(column.year) if column.certain else self.wants_folder(column.year)


def _hints_of(column: ListPage) -> Hints:
    """What the way to a column that is itself a report says of the report."""
    judged = judge(column.title or "")
    hints = {
        "title": column.title if judged.verdict == "report" else None,
        "organization": column.organization or judged.organization,
        "year": judged.year,
    }
    return {name: value for name, value in hints.items() if value is not None}
