"""A response as a page of text, whatever content coding it came in; and a list page as a request.

The response itself keeps the bytes as received, which is what the archive wants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import HtmlResponse, JsonResponse, Response, TextResponse

from pipelines.decoding import decode
from pipelines.errors import DecodingError
from storage.journal import question

if TYPE_CHECKING:
    from crawler.cms import ListPage

LARGEST = 32 * 1024 * 1024
LARGEST_LIST = 8 * 1024 * 1024
"""Bytes, decoded: a page that is larger is none. The whole process waits while one is read, and 10,000 rows
are 4 MB."""
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def request_of(page: ListPage, **arguments: Any) -> Request:
    """The request that asks for a page of a list; `meta["posted"]` is what a POST sends."""
    meta = arguments.pop("meta", {})
    if page.method == "POST":
        meta = {**meta, "posted": page.body or ""}
    request = Request(
        page.url, method=page.method, body=page.body, headers=dict(page.headers), meta=meta, **arguments
    )
    if page.method == "POST":
        request.headers.setdefault("Content-Type", FORM)
    return request


def first_address(request: Request) -> str:
    """The address that was asked for at first, before redirects."""
    return str(request.meta.get("redirect_urls", [request.url])[0])


def question_in(request: Request) -> str:
    """What was asked at first: see `storage.journal.question`."""
    posted = request.meta.get("posted")
    return question(first_address(request).partition("#")[0], "GET" if posted is None else "POST", posted)


def text_page(response: Response) -> TextResponse | None:
    """The response decoded, if it is markup; None for a PDF and the like, or a damaged coding."""
    # Scrapy takes a PDF with few binary bytes for text, and guessing its charset costs 50 ms.
    page = _decoded(response)
    return page if page is not None and len(page.body) <= LARGEST and _is_markup(page.body) else None


def list_page(response: Response) -> TextResponse | None:
    """The response decoded, if it is text of any kind: lists are also JSON, XML and scripts."""
    page = _decoded(response)
    return page if page is not None and len(page.body) <= LARGEST_LIST and _is_text(page.body) else None


def archived_page(response: Response, body: bytes) -> TextResponse | None:
    """The page that a 304 confirmed, made of the archived `body` and this answer's address.

    Of any kind of text; None for a document.
    """
    if body.startswith(b"\x1f\x8b"):  # archived as on the wire; a 304 does not say how that was coded
        body = decode(body, [("content-encoding", "gzip")])
    if not _is_text(body):
        return None
    headers = {"Content-Type": response.headers["Content-Type"]} if "Content-Type" in response.headers else {}
    kind = HtmlResponse if _is_markup(body) else TextResponse
    return kind(response.url, headers=headers, body=body, request=response.request)


def _decoded(response: Response) -> TextResponse | None:
    if b"Content-Encoding" not in response.headers:
        if isinstance(response, TextResponse) and not _is_misnamed(response):
            return response
        if not _is_text(response.body):
            return None
    meta = response.request.meta if response.request is not None else {}
    kept = meta.get("page")
    if kept is None or kept[0] is not response.body:  # a repeat or a redirect inherits the meta
        kept = meta["page"] = (response.body, _decode(response))
    page: TextResponse | None = kept[1]
    return page


def _decode(response: Response) -> TextResponse | None:
    body = response.body
    if coding := _coding(response):
        try:
            body = decode(body, [("content-encoding", coding)], LARGEST)
        except DecodingError:
            return None
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    kind = HtmlResponse if _is_markup(body) else TextResponse
    return kind(response.url, status=response.status, headers=headers, body=body, request=response.request)


def _is_markup(body: bytes) -> bool:
    return body[:4].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"") or b"<html" in body[:1024].lower()


def _is_misnamed(response: TextResponse) -> bool:
    """Whether HTML came under the name of something else, of which Scrapy lets no one ask for elements."""
    if isinstance(response, HtmlResponse):
        return False
    return b"<html" in response.body[:1024].lower() or (
        isinstance(response, JsonResponse) and _is_markup(response.body)
    )


def _is_text(body: bytes) -> bool:
    """Whether the bytes are no document, picture or archive: those have a magic number or a NUL."""
    return not body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"{\\rtf")) and (
        _is_markup(body) or b"\0" not in body[:1024]
    )


def _coding(response: Response) -> str:
    return b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
