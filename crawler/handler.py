"""Scrapy's HTTP download handler, noting when a request went out and when its answer was complete.

`Request.meta` would otherwise know neither: a request waits in its host's queue after the last middleware.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class TimedDownloadHandler(HTTP11DownloadHandler):
    """Sets `meta["requested"]` and `meta["received"]`, aware datetimes in UTC."""

    async def download_request(self, request: Request) -> Response:
        """The answer to `request`, both of its times in the request's meta."""
        request.meta["requested"] = datetime.now(UTC)
        try:
            return await super().download_request(request)
        finally:
            request.meta["received"] = datetime.now(UTC)
