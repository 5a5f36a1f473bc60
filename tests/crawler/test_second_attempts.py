"""Hosts with old TLS, without https or without http are reached at a second attempt, and flagged."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

from crawler.middlewares.ways import Ways
from tests.crawler.asking import ask
from tests.replica.certificates import Authority
from tests.servers.web import Reply, Seen, Tls, Web, age_by_fifteen_years

HOST = "www.xugou-a.gov.cn"
A, B = f"https://{HOST}/a", f"https://{HOST}/b"


def test_a_modern_host_is_asked_once_and_flagged_nowhere() -> None:
    with Web(lambda seen: Reply()) as web:
        came = ask([A, B], environment=web.environment())
        assert [(c.status, c.flags, c.final) for c in came.values()] == [(200, (), A), (200, (), B)]
        assert web.tunnels == [HOST]


def test_old_tls_is_a_second_attempt_that_is_remembered() -> None:
    with Web(lambda seen: Reply(), {HOST: "legacy"}) as web:
        came = ask([A, B], environment=web.environment())
        assert [(c.status, c.flags, c.final) for c in came.values()] == [
            (200, ("legacy-tls",), A),
            (200, ("legacy-tls",), B),
        ]
        assert web.tunnels == [HOST, HOST]  # a handshake in vain, and one connection for everything else


@pytest.mark.parametrize("tls", ["broken", "refused", "silent"])
def test_plain_http_is_tried_where_https_fails(tls: Tls) -> None:
    with Web(lambda seen: Reply(), {HOST: tls}) as web:
        came = ask([A, B], environment=web.environment(), GONGKAI_CONNECT_TIMEOUT=0.3)
        assert [(c.status, c.flags, c.passed) for c in came.values()] == [
            (200, ("plain-http",), (A, f"http://{HOST}/a")),
            (200, ("plain-http",), (B, f"http://{HOST}/b")),
        ]
        assert len(web.tunnels) == (2 if tls == "broken" else 1)
        assert web.seen[0].url == f"http://{HOST}/robots.txt"
        assert len(web.seen) == 3


def test_the_robots_txt_of_the_origin_that_is_used_is_obeyed() -> None:
    def play(seen: Seen) -> Reply:
        robots = seen.url == f"http://{HOST}/robots.txt"
        return (
            Reply("User-agent: *\nDisallow: /a\n", 200, {"Content-Type": "text/plain"}) if robots else Reply()
        )

    with Web(play, {HOST: "refused"}) as web:
        came = ask([A, B], environment=web.environment())
        assert "robots.txt forbids it" in came[A].error
        assert came[B].status == 200
        assert web.asked() == [f"http://{HOST}/b"]


def test_where_a_robots_txt_is_led_astray_nothing_is_learned_of_the_other_origin() -> None:
    rules = Reply("User-agent: *\nDisallow: /a\n", 200, {"Content-Type": "text/plain"})
    astray = Reply("", 302, {"Location": f"https://{HOST}/index.html"})
    plain = A.replace("https://", "http://")
    answers = {f"http://{HOST}/robots.txt": astray, f"https://{HOST}/robots.txt": rules}
    with Web(lambda seen: answers.get(seen.url, Reply("<p>虚构</p>"))) as web:
        came = ask([plain, A], environment=web.environment())
        assert came[plain].status == 200
        assert "robots.txt forbids it" in came[A].error


def test_a_host_that_sends_plain_http_back_to_the_https_that_fails_ends() -> None:
    def play(seen: Seen) -> Reply:
        return Reply("", 301, {"Location": seen.url.replace("http://", "https://")})

    with Web(play, {HOST: "broken"}) as web:
        came = ask([A, B], environment=web.environment())
        assert all(c.error for c in came.values())
        assert len(web.seen) <= 6
        assert len(web.tunnels) <= 8


def test_a_host_that_no_attempt_reaches_fails_with_a_reason_and_soon() -> None:
    def play(seen: Seen) -> Reply:
        return Reply("", 502)

    with Web(play, {HOST: "refused"}) as web:
        pages = [f"https://{HOST}/{page}" for page in range(20)]
        came = ask(pages, environment=web.environment())
        assert all("robots.txt" in c.error for c in came.values())
        assert len(web.tunnels) + len(web.seen) <= 8


@contextmanager
def tls_server(folder: Path, *, old: bool) -> Iterator[int]:
    """A server on localhost that speaks TLS (1.0 only, if `old`) and answers 200 to everything; its port."""
    context = Authority(folder).context("localhost")
    if old:
        age_by_fifteen_years(context)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(4096)
                    body = b"<html><body>x</body></html>"
                    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
                    connection.sendall(head + body)
            except (OSError, ssl.SSLError):
                continue

    threading.Thread(target=serve, daemon=True).start()
    yield int(listening.getsockname()[1])
    listening.close()


@pytest.mark.parametrize("old", [False, True])
def test_old_tls_without_a_proxy(old: bool, tmp_path: Path) -> None:
    with tls_server(tmp_path, old=old) as port:
        url = f"https://localhost:{port}/a"
        came = ask([url], environment={}, GONGKAI_ALLOW_PRIVATE="localhost")
        assert (came[url].status, came[url].flags) == (200, ("legacy-tls",) if old else ())


def test_a_proxy_that_is_out_of_reach_is_no_reason_to_try_another_way() -> None:
    with Web(lambda seen: Reply()) as web:
        environment = web.environment() | {"http_proxy": "http://127.0.0.1:9"}
        url = f"http://{HOST}/a"
        came = ask([url], environment=environment)
        assert "the proxy 127.0.0.1:9 refuses connections" in came[url].error
        assert web.seen == []


def test_https_is_tried_where_http_is_refused() -> None:
    ways, request = Ways(), Request(f"http://{HOST}/a")
    second = ways.process_exception(request, DownloadConnectionRefusedError())
    assert second is not None
    assert second.url == A
    response = ways.process_response(second, Response(A))
    assert response.flags == ["over-https"]
    later = ways.process_request(Request(f"http://{HOST}/b"))  # at once
    assert later is not None
    assert later.url == B
    assert later.meta["redirect_urls"] == [f"http://{HOST}/b"]


def test_a_host_that_has_answered_is_reached_the_same_way_however_it_fails_later() -> None:
    ways, request = Ways(), Request(A)
    ways.process_response(request, Response(A))
    for error in (DownloadConnectionRefusedError(), DownloadFailedError(), DownloadTimeoutError()):
        assert ways.process_exception(request, error) is None


def test_ports_of_their_own_have_no_other_scheme() -> None:
    request = Request(f"https://{HOST}:8443/a")
    assert Ways().process_exception(request, DownloadConnectionRefusedError()) is None
