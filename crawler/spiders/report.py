"""The one spider: columns to entries, entries to report pages, report pages to attachments.

Everything about a site comes from its registry entry, everything about markup from its CMS family, what a
list page offers from `columns.py`, and what rests from `rhythm.py`. This module decides what is asked for,
and in what order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.addresses import belongs
from crawler.arguments import Years, is_set, latest_year, parse_years
from crawler.attachments import attachments
from crawler.captures import exchange, page_of
from crawler.cms import Entry, ListPage
from crawler.columns import report_in
from crawler.errors import HostBlocked, RequestRefused
from crawler.failures import explain
from crawler.foresight import Due, Foresight
from crawler.links import may_be_part
from crawler.pages import first_address, question_in, text_page
from crawler.rhythm import Rhythm
from crawler.spiders.lists import Hints, ListSpider
from crawler.versions import versions
from crawler.walk import Step
from pipelines.archive import ArchivePipeline

if TYPE_CHECKING:
    from scrapy.http import Response, TextResponse
    from twisted.python.failure import Failure

    from crawler.links import Judgement
    from pipelines.archive import Exchange
    from storage.archive import Archive
    from storage.journal import Role
    from storage.tally import State


class ReportSpider(ListSpider):
    """Crawls one site for its annual reports.

    The spider loader makes a subclass for each site of the registry, with `name` and `site` set.

    `-a years=2023,2024` asks for reports of those years only (and for entries that don't tell their year).
    `-a recheck=1` lets no known page rest. `-a dry=1` asks for robots.txt and lists only and archives
    nothing; `would_fetch` has afterwards what a crawl would have asked for.

    Where the site's lists name no report, addresses are made up: the departments known from the entry and
    from links, for each year since `first_year`; ids of the entry's `sweep` for the latest year only, and for
    the others once a report of the latest was there.
    """

    def __init__(
        self,
        years: str | None = None,
        recheck: str | bool = False,
        dry: str | bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(Years(parse_years(years)), dry=is_set(dry), **kwargs)
        self.latest = latest_year()
        self.rhythm = Rhythm(
            self.site.key,
            latest=self.latest,
            days=self.site.recheck_days,
            recheck=is_set(recheck) or bool(years),
        )
        self.foresight: Foresight | None = None
        self.departments: dict[str, str | None] = dict(self.site.departments or {})
        self.lists_done = False
        self.beside: list[tuple[Entry, str]] = []
        self.reached: set[str] = set()
        """Addresses of report pages, as redirects led there."""

    async def start(self) -> AsyncIterator[Request]:
        """The columns; what else is asked for waits until they have been listed."""
        if self.dry:
            self.foresight = Foresight(self.name, self.crawler.settings["GONGKAI_ARCHIVE"])
        for request in self.first_lists():
            yield request
        for request in self.afterwards():
            yield request

    # -------------------------------------------------------------- answers

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
        page = page_of(response, text_page)
        if isinstance(page, HtmlResponse):
            for request in self.from_report(page, asked, hints, listed):
                yield request
        self.reached.add(response.url)
        self.open["report"] -= 1
        for request in self.afterwards():
            yield request

    async def parse_attachment(self, response: Response, hints: Hints) -> AsyncIterator[Exchange]:
        """A document."""
        assert response.request is not None
        if "resting" in response.flags:
            self.record.settle(first_address(response.request), "resting")
        else:
            yield exchange(response, role="attachment", hints=hints)
        self.open["attachment"] -= 1

    def lost(self, failure: Failure) -> Iterator[Request]:
        """A request that got no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        state: State = "failed"
        asked = first_address(request)
        led = asked.partition(":")[2] != request.url.partition(":")[2]  # the other scheme is no redirect
        if isinstance(error, RequestRefused) and not led:
            state = "refused"  # a redirect that led astray is a failure of the address that was asked for
        elif isinstance(error, HostBlocked):
            state = "blocked"
        reason = explain(error, request)
        if led:
            reason = f"redirected to {request.url}: {reason}"
        self.record.settle(question_in(request), state, reason)
        self.record.no_answer(request.url, error)
        role: Role = request.meta["role"]
        if role == "list":
            self.lists_lost += 1
            if state != "blocked":
                step: Step = request.cb_kwargs["step"]
                yield from self.first_of(step.others, step)
        self.open[role] -= 1
        yield from self.afterwards()

    def from_report(self, page: TextResponse, asked: str, hints: Hints, listed: bool) -> Iterator[Request]:
        """What follows from a report's page; `asked` is the address that led to it, as the journal has it."""
        folder = page.request.meta.get("folder") if page.request is not None else None
        for url, text in attachments(page):
            if may_be_part(text):
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

    def report_page(
        self, entry: Entry, parent: str | None, judged: Judgement, at: ListPage | None = None
    ) -> Iterator[Request]:
        """The request for an entry's page, once, if its year is what is looked for; `at` is its list."""
        folder = at.year if at is not None else None
        year = entry.year or judged.year or (folder if at is not None and at.certain else None)
        if year not in self.wanted or (year is None and not self.wanted.may_be_in(folder)):
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
        yield from self.go_on()
        if self.open["list"]:
            return
        if not self.lists_done:
            self.lists_done = True
            if not self.departments and self.site.sweep is None:
                self.note_silence()
            for seed in self.site.seeds:
                if (entry := self.family.report(seed)) is not None:
                    yield from self.by_itself(replace(entry, listed=False))
            if not self.entries and not self.lists_lost:
                yield from self.made_up()
        if not self.open["report"]:
            beside, self.beside = sorted(self.beside, key=lambda found: (found[0].url, found[1])), []
            for entry, parent in beside:
                if entry.url not in self.reached and belongs(entry.url, parent, self.hosts):
                    yield from self.by_itself(entry, parent)

    def made_up(self) -> Iterator[Request]:
        """Enumerated addresses: known departments for all years, ids of the sweep for the latest."""
        yield from self.enumerate(self.departments, self.years())
        if self.site.sweep is not None and self.latest in self.wanted:
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
            if answer.rests is not None and self.dry:
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

    # -------------------------------------------------------------- small things

    @property
    def crawls(self) -> bool:
        """Whether this is a crawl, and no dry run, nor `scrapy shell`, `fetch`, `view` or `parse` borrowing
        the spider.

        The shell does without `Crawler.crawl`; the others put a start of their own in place.
        """
        return not self.dry and self.crawler.crawling and type(self).start is ReportSpider.start

    @property
    def about(self) -> dict[str, Any]:
        """What a run record says of the run from its beginning on: what was asked for, and all versions."""
        years = self.wanted.wanted
        return {
            "years": None if years is None else sorted(years),
            "recheck": self.rhythm.recheck,
            "versions": versions(),
        }

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
        return (y for y in range(self.latest, self.site.first_year - 1, -1) if y in self.wanted)
