"""Answers for pages that rest: as if the server had confirmed them, without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import Response

from crawler.middlewares.conditional import held
from pipelines.archive import ArchivePipeline

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from storage.journal import Capture


class Resting:
    """Where `meta["rests"]` is a capture, the answer is a 304 that confirms it, flagged `resting`.

    So what hangs on the page, its attachments above all, is looked after by the code that looks after the
    pages that were asked for. What the archive cannot hand out does not rest: `meta["lost"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """The answer, or None where the page is to be asked for."""
        last: Capture | None = request.meta.get("rests")
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        if last is None or last.sha256 is None or keeper is None:
            return None
        if not await held(keeper, last.sha256, request):
            request.meta.update(rests=None, lost=True)
            return None
        request.meta["confirmed"] = last.sha256
        kind = last.header("content-type")
        return Response(
            last.final_url,
            status=304,
            headers={"Content-Type": kind} if kind else None,
            flags=["unchanged", "resting"],
            request=request,
        )
