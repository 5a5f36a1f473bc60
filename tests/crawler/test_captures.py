"""What the journal says of an answer: the chain that led there, the times, the server, and no secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

from scrapy import Request
from scrapy.http import Response

from crawler.captures import exchange
from crawler.middlewares.conditional import validators

SENT, CAME = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC)


def answered(status: int = 200, **meta: object) -> Response:
    headers = {"Accept": "*/*", "Proxy-Authorization": "Basic c2VjcmV0", "If-None-Match": '"1"'}
    times = {"requested": SENT, "received": CAME}
    request = Request("https://x.example/c", headers=headers, meta=times | meta)
    return Response(
        request.url,
        status=status,
        headers={"Content-Type": "text/HTML; charset=gbk", "ETag": '"2"', "Set-Cookie": ["a=1", "b=2"]},
        body=b"<html>",
        request=request,
        ip_address=ip_address("203.0.113.9"),
    )


def test_the_chain_of_redirects_is_kept_in_order() -> None:
    chain = ["https://x.example/a", "https://x.example/b"]
    capture = exchange(answered(redirect_urls=chain), role="report", hints={"year": 2024}).capture
    assert (capture.url, capture.redirects, capture.final_url) == (
        "https://x.example/a",
        ("https://x.example/b",),
        "https://x.example/c",
    )
    assert (capture.requested, capture.received) == (SENT, CAME)
    assert capture.hints == {"year": 2024}


def test_headers_are_kept_with_repetitions_and_without_secrets() -> None:
    capture = exchange(answered(), role="report").capture
    assert [value for name, value in capture.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert "c2VjcmV0" not in str(capture)
    assert capture.media_type == "text/html"


def test_the_peer_is_the_server_and_unknown_behind_a_proxy() -> None:
    assert exchange(answered(), role="list").capture.peer == "203.0.113.9"
    assert exchange(answered(proxy="http://127.0.0.1:3128"), role="list").capture.peer is None


def test_a_304_confirms_a_body_and_has_none() -> None:
    item = exchange(answered(304, confirmed="ab" * 32), role="report")
    assert (item.body, item.capture.sha256, item.capture.size) == (None, "ab" * 32, 0)


def test_validators_of_a_304_are_its_own_or_those_it_confirmed() -> None:
    capture = exchange(answered(304, confirmed="ab" * 32), role="report").capture
    assert validators(capture) == {"If-None-Match": '"2"'}
    silent = answered(304, confirmed="ab" * 32)
    del silent.headers["ETag"]
    assert validators(exchange(silent, role="report").capture) == {"If-None-Match": '"1"'}
