"""The part of the spider that reads lists: columns page by page, and what they lead to.

What a page offers `columns.py` says, when a column ends `walk.py`. What becomes of a report that a list
names is the report spider's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request, Spider

from crawler.captures import exchange, page_of
from crawler.cms import FAMILIES, Entry, ListPage
from crawler.columns import Survey, reads_as_report, survey
from crawler.links import judge
from crawler.pages import first_address, list_page, request_of
from crawler.record import Record
from crawler.walk import MAX_LISTS, MAX_SHELLS, Candidate, Dialects, Step, Walk, question_of
from pipelines.addresses import canonical

if TYPE_CHECKING:
    from scrapy.http import Response, TextResponse
    from twisted.python.failure import Failure

    from crawler.arguments import Years
    from crawler.links import Judgement
    from crawler.sites import Site
    from pipelines.archive import Exchange
    from storage.journal import Role

Hints = dict[str, str | int]


class ListSpider(Spider):
    """Walks a site's columns."""

    site: ClassVar[Site]

    def __init__(self, wanted: Years, *, dry: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.family = FAMILIES[self.site.family]
        self.wanted = wanted
        self.dry = dry
        """Nothing is archived."""
        self.record = Record()
        named = (*self.site.seeds, *self.site.directories)
        self.hosts = frozenset(self.site.hosts) | {urlsplit(url).netloc for url in named}
        """Hosts that the site's entry names."""
        self.dialects = Dialects()
        self.open: Counter[Role] = Counter()
        """Lists and report pages under way."""
        self.asked: set[str] = set()
        """What was asked for in this run, comparably written."""
        self.lists = 0
        self.lists_lost = 0
        self.cut_off = False
        """Lists were left out, because there were too many."""
        self.entries: set[str] = set()
        """Addresses that lists gave, asked for or not."""
        self.starts: dict[str, Walk] = {}
        """The columns and directories that the site's entry names."""

    # -------------------------------------------------------------- what the report spider does

    def report_page(
        self, entry: Entry, parent: str | None, judged: Judgement, at: ListPage | None = None
    ) -> Iterator[Request]:
        """The request for an entry's page, if it is one that is looked for; `at` is its list."""
        raise NotImplementedError

    def from_report(self, page: TextResponse, asked: str, hints: Hints, listed: bool) -> Iterator[Request]:
        """What follows from a report's page."""
        raise NotImplementedError

    def afterwards(self) -> Iterator[Request]:
        """What waits for the lists."""
        raise NotImplementedError

    def lost(self, failure: Failure) -> Iterator[Request]:
        """A request that got no answer."""
        raise NotImplementedError

    # -------------------------------------------------------------- lists

    def first_lists(self) -> Iterator[Request]:
        """The columns and directories that the site's entry names."""
        columns = [ListPage(seed, annual=True) for seed in self.site.seeds if not self.family.report(seed)]
        directories = [ListPage(url, kind="directory") for url in self.site.directories]
        for page in (*columns, *directories):
            walk = self.starts[page.url] = Walk(self.family)
            yield from self.list_page(Step(page, walk), promised=False)

    async def parse_list(self, response: Response, step: Step) -> AsyncIterator[Exchange | Request]:
        """A column's page: its entries, further columns, its next page."""
        try:
            page = page_of(response, list_page)
            is_report = page is not None and step.at.kind == "column" and reads_as_report(page)
            hints = hints_of(step.at) if is_report else {}
            item = exchange(response, role="report" if is_report else "list", hints=hints)
            if self.dry:
                self.record.settle_capture(item.capture)
            else:
                yield item
            for request in self.from_list(response, page, step, hints if is_report else None):
                yield request
        finally:
            self.open["list"] -= 1
        for request in self.afterwards():
            yield request

    def from_list(
        self, response: Response, page: TextResponse | None, step: Step, hints: Hints | None
    ) -> Iterator[Request]:
        """What follows from the answer; `hints` where it is itself a report."""
        if page is None:
            absent = response.status in (404, 410) or "soft-404" in response.flags
            self.lists_lost += not absent
            if absent and self.starts.get(step.at.url) is step.walk:
                self.record.gaps[step.at.url] = self.advice("is gone")
            if "blocked" not in response.flags:
                yield from self.first_of(step.others, step)
            return
        step.walk.leads |= hints is not None
        if hints is not None and not self.dry:
            assert response.request is not None
            yield from self.from_report(page, first_address(response.request), hints, listed=True)
        families = FAMILIES.values() if step.place is None else ()
        yield from self.walk_on(page, survey(page, step.at, step.walk.family, families, self.hosts), step)

    def walk_on(self, page: TextResponse, found: Survey, step: Step) -> Iterator[Request]:
        """What follows from a list's page as it was read."""
        walk = step.walk
        fresh = walk.take(found)
        if step.place is not None:
            if not fresh:
                yield from self.first_of(step.others, step)
                return
            self.dialects.learn(step)
            yield from self.go_on(walk)
        walk.family, walk.last = found.family, page.url
        self.record.lists[question_of(step.at)] = (found.family.name, len(found.reports))
        self.entries.update(entry.url for entry in found.entries)
        walk.leads |= bool(found.entries or found.columns)
        for entry, judged in found.reports:
            yield from self.report_page(entry, page.url, judged, at=step.at)
        for column in found.columns:
            if self.wanted.may_be_listed(column):
                yield from self.list_page(Step(column, Walk(found.family)))
        for part in found.parts if walk.shells < MAX_SHELLS else ():
            yield from self.list_page(Step(part, walk))
        if walk.over:
            if found.next_pages:
                self.record.gaps[page.url] = f"the column is left here, after {walk.why_over}"
        elif fresh or not found.entries:  # a shell without rows may say where they are
            yield from self.turn(found.next_pages, step)

    def turn(self, candidates: Sequence[ListPage], step: Step) -> Iterator[Request]:
        """The request for the next page, now or when another column has shown which candidate is right."""
        if not self.dialects.hold(candidates, step):
            yield from self.first_of(self.dialects.order(candidates, step), step)

    def first_of(self, candidates: Sequence[Candidate], step: Step) -> Iterator[Request]:
        """The request for the first candidate that this run has not asked for; it knows the others."""
        for number, (place, candidate) in enumerate(candidates, 1):
            following = Step(candidate, step.walk, tuple(candidates[number:]), place)
            if requests := list(self.list_page(following, promised=False)):
                yield from requests
                return
        yield from self.go_on(step.walk)

    def go_on(self, walk: Walk | None = None) -> Iterator[Request]:
        """What waited for that walk, or for any, to find out which candidate is right."""
        for candidates, step in self.dialects.release(walk):
            yield from self.turn(candidates, step)

    def note_silence(self) -> None:
        """Notes columns of the site's entry that were read and lead nowhere: it is elsewhere now."""
        for url, walk in self.starts.items():
            if walk.last is not None and not walk.leads:
                self.record.gaps[url] = self.advice("names no report and no column")

    def advice(self, what: str) -> str:
        """What has become of a column of the site's entry, and what to type next."""
        return f"the site's entry names this column, but it {what}: see `gongkai sites check {self.site.key}`"

    def list_page(self, step: Step, *, promised: bool = True) -> Iterator[Request]:
        """The request for a list's page, once."""
        at = step.at
        if not self.first_time(at.url, at.body, loader_of(at)):
            return
        if self.lists >= MAX_LISTS:
            if not self.cut_off:
                self.cut_off = True
                reason = f"the site's lists end after {MAX_LISTS} pages, before this one and others"
                self.record.gaps[at.url] = reason
        else:
            self.lists += 1
            self.record.expect(question_of(at), "list", at.title, promised=promised)
            self.open["list"] += 1
            request = request_of(
                at,
                callback=self.parse_list,
                errback=self.lost,
                priority=10 if step.walk.last is None else 20,  # a column is read whole before the next
                dont_filter=True,
                cb_kwargs={"step": step},
                meta={"role": "list"},
            )
            if step.walk.last is not None:  # Scrapy would name a candidate that was none
                request.headers.setdefault("Referer", step.walk.last)
            yield request

    def first_time(self, url: str, body: str | None = None, loader: str | None = None) -> bool:
        """Whether nothing of the like was asked for in this run; from now on it was."""
        key = f"{canonical(url)} {body or ''} {loader or ''}"
        new = key not in self.asked
        self.asked.add(key)
        return new


def hints_of(column: ListPage) -> Hints:
    """What the way to a column that is itself a report says of the report."""
    judged = judge(column.title or "")
    hints = {
        "title": column.title if judged.verdict == "report" else None,
        "organization": column.organization or judged.organization,
        "year": judged.year,
    }
    return {name: value for name, value in hints.items() if value is not None}


def loader_of(at: ListPage) -> str | None:
    """The page that loads a script: what a family makes of it depends on that; of a list it does not."""
    return dict(at.headers).get("Referer") if urlsplit(at.url).path.endswith(".js") else None
