"""From Scrapy's response to the archive's capture, and back to its body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.pages import archived_page
from pipelines.archive import Exchange
from storage.journal import UNSOUND, Capture, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy import Request
    from scrapy.http import Headers, Response, TextResponse

FLAGS = (
    *("truncated", "blocked", "unchanged", "soft-404", "too-large", "login"),
    *("legacy-tls", "plain-http", "over-https"),
)
SECRET = frozenset({"proxy-authorization", "authorization"})
"""Request headers that stay out of the journal."""


def exchange(response: Response, *, role: Role, hints: dict[str, str | int] | None = None) -> Exchange:
    """What goes into the archive about `response`: one capture, and its body where there is one.

    Headers are as the HTTP client (Twisted) hands them on: names with capitals, Content-Length first,
    without Connection and Transfer-Encoding, which it keeps to itself.
    """
    request = response.request
    assert request is not None
    passed = [*request.meta.get("redirect_urls", ()), response.url]
    confirmed = request.meta.get("confirmed") if response.status == 304 else None
    posted = request.meta.get("posted")  # what was asked at first: a redirect may have made a GET of it
    has_body = response.status != 304 and "too-large" not in response.flags
    kind = response.headers.get("Content-Type")
    capture = Capture(
        site="",  # site and run are the archive's to fill in
        run="",
        url=passed[0].partition("#")[0],
        final_url=passed[-1],
        redirects=tuple(passed[1:-1]),
        method=request.method if posted is None else "POST",
        request_body=posted,
        request_headers=_pairs(request.headers, without=SECRET),
        status=response.status,
        headers=_pairs(response.headers),
        peer=_peer(request, response),
        requested=request.meta["requested"],
        received=request.meta["received"],
        sha256=confirmed,
        media_type=kind.decode("latin-1").partition(";")[0].strip().lower() or None if kind else None,
        role=role,
        hints=hints or {},
        flags=tuple(flag for flag in FLAGS if flag in response.flags),
    )
    return Exchange(capture, response.body if has_body else None)


def body_of(response: Response) -> bytes:
    """The response's body; for a 304 the one that it confirms, as it was taken out of the archive before."""
    held: bytes | None = response.request.meta.get("held") if response.request is not None else None
    return held if response.status == 304 and held is not None else response.body


def page_of(response: Response, read: Callable[[Response], TextResponse | None]) -> TextResponse | None:
    """The answer as text; for a 304 what it confirms. None for a document, an error or a broken body."""
    if UNSOUND.intersection(response.flags):
        return None
    if response.status == 304:
        return archived_page(response, body_of(response))
    return read(response) if response.status == 200 else None


def _peer(request: Request, response: Response) -> str | None:
    """The server's address. Behind a proxy nobody here knows it: the connection's other end is the proxy."""
    if request.meta.get("proxy") or response.ip_address is None:
        return None
    return str(response.ip_address)


def _pairs(headers: Headers, without: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        if name.decode("latin-1").lower() not in without
        for value in values
    )
