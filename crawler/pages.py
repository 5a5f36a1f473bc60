"""A response as a page of text, whatever content coding it came in.

The response itself keeps the bytes as received, which is what the archive wants.
"""

from __future__ import annotations

from scrapy.http import HtmlResponse, Response, TextResponse

from pipelines.decoding import decode
from pipelines.errors import DecodingError


def text_page(response: Response) -> TextResponse | None:
    """The response decoded, for looking at its text; None for a PDF and the like, or a damaged coding."""
    if b"Content-Encoding" not in response.headers:
        # Scrapy takes a PDF with few binary bytes for text, and guessing its charset costs 50 ms.
        return response if isinstance(response, TextResponse) and _is_markup(response.body) else None
    meta = response.request.meta if response.request is not None else {}
    if "page" not in meta:
        meta["page"] = _decoded(response)
    page: TextResponse | None = meta["page"]
    return page


def archived_page(response: Response, body: bytes) -> TextResponse | None:
    """The page that a 304 confirmed, made of the archived `body` and this answer's address."""
    if body.startswith(b"\x1f\x8b"):  # archived as on the wire; a 304 does not say how that was coded
        body = decode(body, [("content-encoding", "gzip")])
    if not _is_markup(body):
        return None
    headers = {"Content-Type": response.headers["Content-Type"]} if "Content-Type" in response.headers else {}
    return HtmlResponse(response.url, headers=headers, body=body, request=response.request)


def _decoded(response: Response) -> TextResponse | None:
    try:
        body = decode(response.body, [("content-encoding", _coding(response))])
    except DecodingError:
        return None
    if not _is_markup(body):
        return None
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return HtmlResponse(
        response.url, status=response.status, headers=headers, body=body, request=response.request
    )


def _is_markup(body: bytes) -> bool:
    return body[:4].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"") or b"<html" in body[:1024].lower()


def _coding(response: Response) -> str:
    return b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
