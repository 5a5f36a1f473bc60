"""Answers for pages that rest: as if the server had confirmed them, without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import Response

if TYPE_CHECKING:
    from scrapy import Request

    from storage.journal import Capture


class Resting:
    """Where `meta["rests"]` is a capture, the answer is a 304 that confirms it, flagged `resting`.

    So what hangs on the page, its attachments above all, is looked after by the code that looks after the
    pages that were asked for.
    """

    def process_request(self, request: Request) -> Response | None:
        """The answer, or None where the page is to be asked for."""
        last: Capture | None = request.meta.get("rests")
        if last is None:
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
