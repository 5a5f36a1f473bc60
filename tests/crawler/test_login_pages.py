"""A login in place of a page is flagged: by the redirect that leads to it, or by being little else."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.middlewares.login import is_login
from tests.crawler.asking import ask
from tests.servers.web import Reply, Seen, Web

URL = "https://www.xugou-a.gov.cn/zfxxgk/nb/2024.html"
BOX = "<form><input name=u><input type='Password' name=p></form>"
TEXT = "<p>虚构县人民政府依法公开政府信息。</p>" * 80


def redirected(to: str, asked: str = URL) -> bool:
    return is_login(Request(asked), Response(asked, status=302, headers={"Location": to}))


@pytest.mark.parametrize(
    "to",
    [
        "/login",
        "/user/login.jsp?back=x",
        "/cas/login?service=x",
        "https://sso.xugou.gov.cn/",
        "https://tyrz.xugou.gov.cn/index",
        "/admin/Login.aspx",
        "/oauth2/authorize",
        "https://passport.example.com/",
    ],
)
def test_a_redirect_to_a_login_is_one(to: str) -> None:
    assert redirected(to)


@pytest.mark.parametrize(
    "to", ["/index.html", "/blogin/a.html", "/logistics/", "/casework/1.html", "/sso2024.pdf", "http://[", ""]
)
def test_other_redirects_are_none(to: str) -> None:
    assert not redirected(to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<html><title>用户登录</title><body>{BOX}</body></html>", True),
        (f"<html><title>虚构县</title><body>{BOX}</body></html>", True),
        (f"<html><title>统一身份认证</title><body>{BOX}{TEXT}</body></html>", True),
        (f"<html><title>虚构县年度报告</title><body>{BOX}{TEXT}</body></html>", False),  # a box beside text
        (f"<html><title>登录</title><body>{TEXT}</body></html>", False),
        ("<html><body>password</body></html>", False),
    ],
)
def test_a_page_that_is_little_but_a_login(text: str, expected: bool) -> None:
    response = HtmlResponse(URL, body=text.encode(), encoding="utf-8", request=Request(URL))
    assert is_login(Request(URL), response) is expected


def test_nobody_goes_there() -> None:
    def play(seen: Seen) -> Reply:
        return Reply() if seen.url.endswith(".txt") else Reply("", 302, {"Location": "/sso/login?to=x"})

    with Web(play) as web:
        (came,) = ask([URL], environment=web.environment()).values()
        assert (came.status, came.flags) == (302, ("login",))
        assert web.asked() == [URL]
