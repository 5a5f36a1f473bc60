"""Asks for known pages only if they changed, with the validators that the archive's last capture has."""

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

    Without validators, or without an open archive (`scrapy shell`), a request goes out as it is.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Sets the headers, and takes away those that a redirect brought from another address."""
        for header in SENT.values():
            request.headers.pop(header, None)
        request.meta.pop("validated", None)
        keeper = self.crawler.get_item_pipeline(ArchivePipeline)
        if keeper is None or keeper.archive is None or self.crawler.spider is None:
            return
        if "posted" in request.meta:
            return  # what a POST asks for has no validators
        asked = request.meta.get("redirect_urls", [request.url])[0]
        last = keeper.archive.latest(self.crawler.spider.name, asked)
        if last is None or last.final_url != request.url:
            return  # its validators belong to the address that answered in the end
        for header, value in validators(last).items():
            request.headers[header] = value
            request.meta["validated"] = last.sha256

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response; a 304 flagged `unchanged`."""
        if response.status == 304 and (digest := request.meta.get("validated")):
            request.meta["confirmed"] = digest
            response.flags.append("unchanged")
        return response


def validators(last: Capture) -> dict[str, str]:
    """Conditional headers from a capture's own; of a 304, which need not repeat them, those it confirmed."""
    found = {sent: value for name, sent in SENT.items() if (value := last.header(name))}
    if last.status == 304:
        asked = {name.lower(): value for name, value in last.request_headers}
        for sent in SENT.values():
            if sent not in found and sent.lower() in asked:
                found[sent] = asked[sent.lower()]
    return found
