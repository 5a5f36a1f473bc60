"""Asks for known pages only if they changed, with the validators that the archive's last capture has.

And only where the archive can hand the known page out: what it has lost, or cannot give just now, is
asked for as if it were new. So a lost body comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pipelines.archive import ArchivePipeline

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from storage.journal import Capture

SENT = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class Conditional:
    """Sends If-None-Match and If-Modified-Since; `meta["confirmed"]` is the digest that a 304 confirms.

    `meta["held"]` is its body; of an attachment, which nobody reads on the way, the archive only has to have
    it. Without validators, or without an open archive (`scrapy shell`), a request goes out as it is.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Sets the headers, and takes away those that a redirect brought from another address."""
        for header in SENT.values():
            request.headers.pop(header, None)
        for name in ("validated", "held"):
            request.meta.pop(name, None)
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        if keeper is None or keeper.archive is None:
            return
        if "posted" in request.meta or "lost" in request.meta:
            return  # what a POST asks for has no validators
        asked = request.meta.get("redirect_urls", [request.url])[0]
        last = await keeper.latest(asked)
        if last is None or last.sha256 is None or last.final_url != request.url:
            return  # its validators belong to the address that answered in the end
        headers = validators(last)
        if headers and await held(keeper, last.sha256, request):
            for header, value in headers.items():
                request.headers[header] = value
            request.meta["validated"] = last.sha256

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response; a 304 flagged `unchanged`."""
        if response.status == 304 and (digest := request.meta.get("validated")):
            request.meta["confirmed"] = digest
            response.flags.append("unchanged")
        return response


async def held(keeper: ArchivePipeline, sha256: str, request: Request) -> bool:
    """Whether the archive can hand out what `request` needs of the body; `meta["held"]` is it then."""
    if request.meta.get("role") == "attachment":
        return await keeper.holds(sha256)
    body = await keeper.body(sha256)
    if body is None:
        return False
    request.meta["held"] = body
    return True


def validators(last: Capture) -> dict[str, str]:
    """Conditional headers from a capture's own; of a 304, which need not repeat them, those it confirmed."""
    found = {sent: value for name, sent in SENT.items() if (value := last.header(name))}
    if last.status == 304:
        asked = {name.lower(): value for name, value in last.request_headers}
        for sent in SENT.values():
            if sent not in found and sent.lower() in asked:
                found[sent] = asked[sent.lower()]
    return found
