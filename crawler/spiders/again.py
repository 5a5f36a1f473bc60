"""The spider of `gongkai verify --repair --refetch`: asks for given addresses once more, and nothing else.

Manners, redirects, blocks, archiving and reading are the crawl's. What an answer leads to is not followed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from scrapy import Request

from crawler.captures import exchange
from crawler.sites import find_site
from crawler.spider_loader import SiteSpiderLoader, spider_class
from crawler.spiders.report import ReportSpider

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response

    from pipelines.archive import Exchange
    from storage.journal import Capture


class AgainSpider(ReportSpider):
    """Asks unconditionally for the addresses of `captures`, each in its role and with its hints."""

    captures: ClassVar[tuple[Capture, ...]] = ()

    async def start(self) -> AsyncIterator[Request]:
        """One request for each address."""
        for capture in self.captures:
            self.record.expect(capture.url, capture.role, _title(capture))
            self.open["attachment"] += 1
            yield Request(
                capture.url,
                self.parse_again,
                errback=self.lost,
                dont_filter=True,
                cb_kwargs={"capture": capture},
                # Whatever it is, nothing hangs on it: so the errback asks for nothing in its place.
                meta={"role": "attachment", "lost": True},
            )

    async def parse_again(self, response: Response, capture: Capture) -> AsyncIterator[Exchange]:
        """The answer, as a capture beside the one that is lost."""
        self.open["attachment"] -= 1
        yield exchange(response, role=capture.role, hints=capture.hints)

    def afterwards(self) -> Iterator[Request]:
        """Nothing."""
        return iter(())

    @property
    def crawls(self) -> bool:
        """It does."""
        return self.crawler.crawling


def loader_of(captures: Mapping[str, Iterable[Capture]]) -> type[SiteSpiderLoader]:
    """A spider loader whose spiders ask for these captures' addresses, by site."""

    class AgainLoader(SiteSpiderLoader):
        """See `loader_of`."""

        def load(self, spider_name: str) -> type[Spider]:
            """The spider of a site."""
            base = type("Again", (AgainSpider,), {"captures": tuple(captures.get(spider_name, ()))})
            return spider_class(find_site(spider_name, self.sites), base)

    return AgainLoader


def _title(capture: Capture) -> str | None:
    return str(capture.hints.get("title", "")) or None
