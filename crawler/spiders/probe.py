"""Asks a site what a plan wants to know, one thing after the other, with all of the project's manners.

It fetches and decides nothing: which page comes next, and what it means, is the plan's (`probing/asking.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Self

from scrapy import Request, Spider

from crawler.errors import HostBlocked, RequestRefused
from crawler.failures import explain
from crawler.pages import list_page, request_of
from crawler.probing.asking import Answer

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.cms import ListPage
    from crawler.probing.asking import Plan, State

SPENT = "the budget of {} requests is spent"


class BudgetSpent(RequestRefused):
    """Raised when a request would be one more than the plan may make."""


class Budget:
    """Counts what goes out, robots.txt, redirects and repeats included, and lets no more out than agreed.

    The last middleware before the network, so that it counts what the server sees.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises `BudgetSpent`."""
        plan: Plan = self.crawler.spider.plan  # type: ignore[union-attr]
        if plan.requests >= plan.budget:
            raise BudgetSpent(SPENT.format(plan.budget))
        plan.requests += 1


class ProbeSpider(Spider):
    """Carries out one plan. Nothing that it fetches is archived."""

    name = "probe"

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.allowed_domains = list(plan.hosts)

    async def start(self) -> AsyncIterator[Request]:
        """The first question."""
        for request in self.ask():
            yield request

    def ask(self) -> Iterator[Request]:
        """The next question, if there is one."""
        asked = self.plan.next()
        if asked is not None:
            yield request_of(
                asked,
                callback=self.parse_answer,
                errback=self.lost,
                dont_filter=True,  # the plan sees to it
                cb_kwargs={"asked": asked},
            )

    def parse_answer(self, response: Response, asked: ListPage) -> Iterator[Request]:
        """Tells the plan what came back, and asks on."""
        self.plan.answered(asked, answer(response))
        yield from self.ask()

    def lost(self, failure: Failure) -> Iterator[Request]:
        """Tells the plan that nothing came back, and asks on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        state: State = "unreachable"
        if isinstance(error, BudgetSpent):
            state = "spent"
        elif isinstance(error, RequestRefused):
            state = "forbidden"
        elif isinstance(error, HostBlocked):
            state = "blocked"
        self.plan.answered(
            request.cb_kwargs["asked"], Answer(request.url, state, why=explain(error, request))
        )
        yield from self.ask()


def answer(response: Response) -> Answer:
    """What a response says, in the words of a plan."""
    if "blocked" in response.flags:
        return Answer(response.url, "blocked", why=f"the site blocks the request (status {response.status})")
    if response.status in (404, 410) or "soft-404" in response.flags:
        words = f"there is no such page (status {response.status})"
        return Answer(response.url, "absent", why=words)
    if "login" in response.flags:
        return Answer(response.url, "absent", why="a login page stands there")
    if response.status != 200:
        return Answer(response.url, "unreachable", why=f"the server answers {response.status}")
    page = list_page(response)
    if page is None:
        return Answer(response.url, "document", why="no page, but a document")
    return Answer(response.url, "page", page)
