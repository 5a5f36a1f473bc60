"""robots.txt as RFC 9309 has it.

Stands in for Scrapy's own, which takes an error for permission and reads rules out of any body, a 404
page's included. The parser is Scrapy's (Protego).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import load_object

from crawler.captures import body_of, exchange
from crawler.errors import RequestRefused, RobotsUnavailable
from crawler.failures import explain
from crawler.gate import GATE, host_of
from crawler.record import Record

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

MAX_BYTES = 500 * 1024
"""What a crawler must read at least (RFC 9309, 2.5), and all that this one reads."""
NOT_NOW = "robots.txt of {host} cannot be had ({why}), so nothing is fetched from it now (RFC 9309)"


class Robots:
    """Asks each host's robots.txt once a run, archives the answer, and keeps to it.

    2xx: its rules. 4xx: there are none (2.3.1.3), 429 excepted. 5xx, 429 or no answer: nothing is fetched
    from the host in this run (2.3.1.4). A Crawl-delay is kept, up to a minute.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self.parser: type[RobotParser] = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self.verdicts: dict[str, asyncio.Task[RobotParser | str | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises `RequestRefused` where the rules forbid it, `RobotsUnavailable` where they cannot be had."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        place = urlparse_cached(request)
        origin = f"{place.scheme}://{place.netloc}"
        if origin not in self.verdicts:
            self.verdicts[origin] = asyncio.ensure_future(self._ask(origin))
        verdict = await asyncio.shield(self.verdicts[origin])
        if isinstance(verdict, str):
            raise RobotsUnavailable(NOT_NOW.format(host=place.netloc, why=verdict))
        if verdict is not None and not verdict.allowed(request.url, self.agent):
            raise RequestRefused("robots.txt forbids it")

    async def _ask(self, origin: str) -> RobotParser | str | None:
        """The origin's rules, None where it has none, or in words why they cannot be had."""
        request = Request(
            f"{origin}/robots.txt", priority=1000, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # whatever it was, there is no answer; the reason goes into the record
            record = getattr(self.crawler.spider, "record", None)  # `scrapy fetch` may have none
            if isinstance(record, Record):
                record.no_answer(request.url, error)
            return explain(error, request)
        answered = urlparse_cached(response)
        same = answered.hostname == urlparse_cached(request).hostname
        if same and answered.path == "/robots.txt":  # a second attempt in the other scheme, or led there
            self.verdicts.setdefault(f"{answered.scheme}://{answered.netloc}", self.verdicts[origin])
        await self.crawler.engine.scraper.start_itemproc_async(
            exchange(response, role="robots"), response=response
        )
        return self._rules(response)

    def _rules(self, response: Response) -> RobotParser | str | None:
        if response.status == 429 or response.status >= 500:
            return f"it answers {response.status}"
        if "truncated" in response.flags or "too-large" in response.flags:
            return "its answer breaks off"
        if response.status not in (200, 304):
            return None
        body = body_of(response)
        if body.lstrip()[:1] == b"<":
            return None  # a page in place of rules: the usual way of having none (cms-families 0.8)
        rules = self.parser.from_crawler(self.crawler, body[:MAX_BYTES])
        if isinstance(rules, ProtegoRobotParser) and (delay := rules.rp.crawl_delay(self.agent)):
            GATE.at_least(host_of(response.url), float(delay))
        return rules
