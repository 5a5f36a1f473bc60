"""Blocks in all their shapes are flagged, the host is left after a few, and none is worked around."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.blocking import Flood, is_block
from crawler.middlewares.blocks import Blocks
from crawler.middlewares.busy import asked_for
from crawler.middlewares.soft404 import Soft404
from tests.crawler.asking import Came, ask
from tests.servers.web import Reply, Seen, Web

HOST = "www.xugou-a.gov.cn"
PAGES = [f"http://{HOST}/{name}" for name in "abcdefgh"]
TEXT = "<p>虚构县人民政府依法公开政府信息。</p>"


def html(text: str, url: str = PAGES[0]) -> HtmlResponse:
    return HtmlResponse(url, body=text.encode(), encoding="utf-8", request=Request(url))


def outcome(web: Web, pages: list[str] = PAGES, role: str = "report") -> list[Came]:
    came = ask(pages, environment=web.environment(), role=role, CONCURRENT_REQUESTS=1)
    return [came[page] for page in pages]


# ------------------------------------------------------------------ stubs


@pytest.mark.parametrize(
    "text",
    [
        # a cookie by script and once more, some 380 bytes in the wild
        "<html><script>document.cookie='C=1;path=/';location.reload();</script></html>",
        "<html><script>document.cookie = 'v=' + f(3); location.href = location.href;</script></html>",
        "<html><head><script>var arg1='3F';document.cookie='acw_sc__v2='+x;</script></head></html>",
        # a script, and a body with nothing in it
        "<html><head></head><body><script src='/_guard/auto.js'></script></body></html>",
        "<html><body><noscript><p>请开启脚本</p></noscript><script>eval(x)</script></body></html>",
    ],
)
def test_a_stub_that_wants_its_script_run_is_a_block(text: str) -> None:
    assert is_block(html(text))


@pytest.mark.parametrize(
    "text",
    [
        "<html><body></body></html>",
        "<html><script>location.href='/zwgk/index.html'</script></html>",
        "<html><script>document.cookie='l=zh';window.location='/zh/'</script></html>",
        "<html><head><meta http-equiv='refresh' content='0;url=/zwgk/'></head><script></script></html>",
        "<html><body><div id='app'></div><script src='/app.js'></script></body></html>",  # built by script
        "<html><frameset><frame src='/a.html'></frameset><script>x()</script></html>",
        f"<html><body>{TEXT * 3}<script>document.cookie='n=1'</script></body></html>",
        "<datastore><record><![CDATA[<li>1</li>]]></record></datastore>",
    ],
)
def test_shells_empty_pages_and_pages_with_text_are_none(text: str) -> None:
    assert not is_block(html(text))


# ------------------------------------------------------------------ cookie loops


def test_a_redirect_to_itself_with_a_cookie_is_followed_once_with_the_jar() -> None:
    def play(seen: Seen) -> Reply:
        if "CT6T=x" in seen.headers.get("cookie", "") or seen.url.endswith("robots.txt"):
            return Reply()
        return Reply("", 302, {"Location": seen.url, "Set-Cookie": "CT6T=x; path=/"})

    with Web(play) as web:
        (came,) = outcome(web, PAGES[:1])
        assert (came.status, came.flags) == (200, ())
        assert len(web.asked()) == 2


@pytest.mark.parametrize("via", ["", "/elsewhere"])
def test_a_cookie_loop_that_the_jar_does_not_solve_is_a_block(via: str) -> None:
    def play(seen: Seen) -> Reply:
        if seen.url.endswith("robots.txt"):
            return Reply()
        to = PAGES[0] if seen.url.endswith("/elsewhere") else f"http://{HOST}{via}" if via else seen.url
        return Reply("", 302, {"Location": to, "Set-Cookie": f"n={len(web.seen)}; path=/"})

    with Web(play) as web:
        (came,) = outcome(web, PAGES[:1])
        assert (came.status, came.flags) == (302, ("blocked",))  # this answer is the evidence
        assert len(web.asked()) == (4 if via else 2)


def test_a_loop_without_a_cookie_is_a_fault_and_no_block() -> None:
    with Web(lambda seen: Reply("", 302, {"Location": seen.url})) as web:
        (came,) = outcome(web, PAGES[:1])
        assert "max redirections reached" in came.error


# ------------------------------------------------------------------ the same page everywhere


def test_one_page_for_every_address_is_a_block_and_the_host_is_left() -> None:
    with Web(lambda seen: Reply(f"<html><body>{TEXT * 40}</body></html>")) as web:
        came = outcome(web, [*PAGES, f"http://{HOST}/i"])
        assert [answer.flags for answer in came[:6]] == [(), (), (), *[("blocked",)] * 3]
        assert all("left alone" in answer.error for answer in came[6:])
        assert len(web.asked()) == 6


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (TEXT * 40, {"blocked"}),
        (f"{TEXT * 40}<p>您访问的页面不存在</p>", {"soft-404"}),
        ("<p>页面不存在</p>", {"soft-404"}),
        (f"{TEXT * 40}<p>暂无数据</p>", set()),
        (TEXT, set()),  # a shell with a footer
        ("", set()),
    ],
)
def test_floods_of_what_is_no_page_are_what_they_are(text: str, flags: set[str]) -> None:
    blocks, soft404, said = Blocks(after=99), Soft404(), set[str]()
    for page in PAGES:
        request = Request(page, meta={"role": "report"})
        response = blocks.process_response(request, html(f"<html><body>{text}</body></html>", page))
        said.update(soft404.process_response(request, response).flags)
    assert said == flags


def test_lists_asked_for_by_guessed_pages_and_documents_are_no_flood() -> None:
    flood, page = Flood(), html(f"<html><body>{TEXT * 40}</body></html>")
    queries = [Request(f"{PAGES[0]}?page={number}", meta={"role": "report"}) for number in range(20)]
    assert not any(flood.rises(HOST, request, page) for request in queries)
    flood = Flood()
    guessed = [Request(f"{PAGES[0]}_{number}", meta={"role": "list"}) for number in range(11)]
    assert not any(flood.rises(HOST, request, page) for request in guessed)
    pdf = Response(PAGES[0], body=b"%PDF-1.7 " + b"x" * 5000)
    attached = [Request(f"{PAGES[0]}{number}.pdf", meta={"role": "attachment"}) for number in range(9)]
    assert not any(flood.rises(HOST, request, pdf) for request in attached)


# ------------------------------------------------------------------ Retry-After

NOW = datetime(2026, 1, 20, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30), ("0", 0), (format_datetime(NOW + timedelta(hours=2), usegmt=True), 7200)],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int) -> None:
    response = Response(PAGES[0], status=503, headers={"Retry-After": value})
    assert asked_for(response, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["soon", "-5", "", "9" * 4000, "²"])
def test_a_retry_after_that_is_nonsense_is_none_or_long(value: str) -> None:
    moment = asked_for(Response(PAGES[0], status=429, headers={"Retry-After": value}), NOW)
    assert moment is None or moment > NOW + timedelta(days=3000)
    assert asked_for(Response(PAGES[0], status=200, headers={"Retry-After": "3"}), NOW) is None
    endless = {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -0500"}
    assert asked_for(Response(PAGES[0], status=503, headers=endless), NOW) is None


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_waited_for(status: int) -> None:
    def play(seen: Seen) -> Reply:
        first = len(web.asked("/a")) == 1 and seen.url.endswith("/a")
        return Reply("", status, {"Retry-After": "1"}) if first else Reply()

    with Web(play) as web:
        came = outcome(web, PAGES[:2])
        assert [answer.status for answer in came] == [200, 200]
        again = [seen.begun for seen in web.seen if seen.url.endswith("/a")]
        assert again[1] - again[0] >= 0.9


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_leaves_the_host_and_says_until_when(status: int) -> None:
    def play(seen: Seen) -> Reply:
        return Reply() if seen.url.endswith("/robots.txt") else Reply("", status, {"Retry-After": "7200"})

    with Web(play) as web:
        came = outcome(web, PAGES[:3])
        assert (came[0].status, came[0].flags) == (status, ("blocked",))
        assert all("asks to be left alone until 20" in answer.error for answer in came[1:])
        assert web.asked() == PAGES[:1]
