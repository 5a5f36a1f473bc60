"""Follows pages that only lead elsewhere, by meta refresh or by script, as redirects are followed.

Stands in for Scrapy's MetaRefreshMiddleware, which knows no scripts, reads no compressed page, and follows
a page with content that renews itself every minute until it gives up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware

from crawler.onward import onward
from crawler.pages import text_page

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class Onward(BaseRedirectMiddleware):
    """Counted against REDIRECT_MAX_TIMES, in the chain of the journal, and guarded like any request."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request for what it leads to."""
        if request.meta.get("dont_redirect") or response.status != 200:
            return response
        if request.meta.get("dont_obey_robotstxt"):
            return response  # a page in place of robots.txt is none, wherever it leads
        page = text_page(response)
        target = onward(page) if page is not None else None
        if target is None:
            return response
        return self._redirect(self._redirect_request_using_get(request, response, target), request, "page")
