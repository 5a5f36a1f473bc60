"""Pages that only lead elsewhere are followed like redirects, and nothing else is."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from crawler.onward import onward
from tests.crawler.asking import ask
from tests.servers.web import Reply, Seen, Web

HOST = "www.xugou-a.gov.cn"
HOME = f"https://{HOST}/zfxxgk/"
TEXT = "<p>虚构县人民政府依法公开政府信息。</p>" * 9


def page(text: str) -> HtmlResponse:
    return HtmlResponse(HOME, body=text.encode(), encoding="utf-8")


@pytest.mark.parametrize(
    "script",
    [
        "location.href='list/';",
        'window.location.href = "./list/"',
        "window.location='/zfxxgk/list/'",
        f'top.location = "{HOME}list/";',
        "self.location.replace('list/')",
        "location.replace( 'list/' );",
        "window.top.location.assign('list/')",
        "setTimeout(\"location.href='list/'\", 500)",
        'setTimeout("location.href=\\"list/\\"", 500)',
        "setTimeout(function(){ parent.location.href='list/' }, 0)",
        "// location.href='/old/'\nlocation.href='list/'",
        "/* location.href='/old/' */ location.href='list/'",
        "if (/Android/.test(agent)) location.href='http://m.xugou-a.gov.cn/'; else location='list/'",
    ],
)
def test_a_script_that_only_sets_the_location_leads_there(script: str) -> None:
    assert onward(page(f"<html><head><script>{script}</script></head><body></body></html>")) == f"{HOME}list/"


@pytest.mark.parametrize(
    "text",
    [
        "<body onload=\"location.href='list/'\"></body>",
        "<html><head><meta http-equiv='refresh' content='3;url=list/'></head><body>正在跳转</body></html>",
        "<body>正在跳转，请稍候……<script>location='list/'</script></body>",
    ],
)
def test_other_shells(text: str) -> None:
    assert onward(page(text)) == f"{HOME}list/"


@pytest.mark.parametrize(
    "text",
    [
        f"<body>{TEXT}<script>location.href='list/'</script></body>",  # a page with text
        "<script>location.href='list/' + id</script>",  # what a script makes up
        "<script>location.href = base + 'list/'</script>",
        "<script>if (location.href == 'list/') { }</script>",
        "<script>map.location = 'list/'</script>",
        "<script>location.href='/zfxxgk/'</script>",  # itself
        "<script>location.href='/zfxxgk/#top'</script>",
        "<script>location.href='javascript:void(0)'</script>",
        "<a href='#' onclick=\"location.href='list/'\">x</a>",  # a person's click
        "<!-- <script>location.href='list/'</script> -->",
        "<iframe src='list/'></iframe><script>location.href='list/'</script>",
        "<noscript><meta http-equiv='refresh' content='0;url=/old.html'></noscript>",
        "<meta http-equiv='refresh' content='60;url=list/'>",  # renews itself
        "<meta http-equiv='refresh' content='5;url=/zfxxgk/'>",
        "<script>location.href='list/'</script>" + " " * 9000,
    ],
)
def test_pages_are_no_shells(text: str) -> None:
    assert onward(page(text)) is None


def shell(to: str) -> Reply:
    return Reply(f"<html><script>location.replace('{to}')</script></html>")


def test_a_chain_of_shells_is_followed_and_told() -> None:
    def play(seen: Seen) -> Reply:
        ways = {
            "/": shell("/zfxxgk/"),
            "/zfxxgk/": Reply("<meta http-equiv='refresh' content='0;url=list/'>"),
            "/robots.txt": Reply("", 404),
        }
        return ways.get(seen.url.removeprefix(f"https://{HOST}"), Reply())

    with Web(play) as web:
        (came,) = ask([f"https://{HOST}/"], environment=web.environment()).values()
        assert (came.status, came.flags) == (200, ())
        assert came.passed == (f"https://{HOST}/", HOME, f"{HOME}list/")


def test_shells_count_as_redirects_and_are_guarded() -> None:
    def play(seen: Seen) -> Reply:
        if seen.url.endswith("/astray"):
            return shell("http://www.xugou-a.gov.cn.evil.example/")
        return shell(f"{seen.url}x") if "/x" in seen.url else Reply("", 404)

    with Web(play) as web:
        endless, astray = f"https://{HOST}/x", f"https://{HOST}/astray"
        came = ask([endless, astray], environment=web.environment())
        assert "max redirections reached" in came[endless].error
        assert len([url for url in web.asked() if "/x" in url]) == 6
        assert "neither in the site's entry nor under .gov.cn" in came[astray].error


def test_a_shell_in_place_of_robots_txt_is_no_rules_and_leads_nowhere() -> None:
    def play(seen: Seen) -> Reply:
        return shell("/error.html") if seen.url.endswith("/robots.txt") else Reply()

    with Web(play) as web:
        (came,) = ask([HOME], environment=web.environment()).values()
        assert came.status == 200
        assert web.asked() == [HOME]


def test_a_challenge_that_leads_on_is_not_followed() -> None:
    stub = (
        "<html><script>var $_ts=1;location.href='/other'</script><meta http-equiv=refresh content='0;url=/o'>"
    )
    with Web(lambda seen: Reply("", 404) if seen.url.endswith(".txt") else Reply(stub)) as web:
        (came,) = ask([HOME], environment=web.environment()).values()
        assert came.flags == ("blocked",)
        assert web.asked() == [HOME]
