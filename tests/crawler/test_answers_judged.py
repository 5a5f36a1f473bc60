"""Answers that are not what they seem: blocks, pages that say 404 in words, bodies without their end."""

from __future__ import annotations

import gzip

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, JsonResponse, Response, XmlResponse

from crawler.blocking import is_block
from crawler.middlewares.soft404 import Soft404
from crawler.middlewares.truncation import is_truncated
from crawler.pages import LARGEST, LARGEST_LIST, archived_page, list_page, text_page

URL = "https://www.bjxch.gov.cn/zt/xxgkzl/gknbxq/pnidpv1pntypepvnbpnnfpv2023.html"
REPORT = "<html><title>年度报告</title><body>" + "<p>收到政府信息公开申请。</p>" * 300 + "</body></html>"


def html(text: str, status: int = 200) -> HtmlResponse:
    return HtmlResponse(URL, status=status, body=text.encode(), encoding="utf-8", request=Request(URL))


def body(data: bytes, *, flags: list[str] | None = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(URL, body=data, headers=named, flags=flags, request=Request(URL))


@pytest.mark.parametrize("status", [403, 412, 429, 521])
def test_these_statuses_are_blocks(status: int) -> None:
    assert is_block(html("<html></html>", status))


@pytest.mark.parametrize(
    "text",
    [
        "<html><script>document.cookie='__jsl_clearance=1'</script></html>",
        "<html><head><script>var $_ts=window['$_ts'];</script></head></html>",
        "<html><script>document.cookie='C3VK=abc'</script></html>",
        "<html><title>网站防火墙</title>您的访问被拦截</html>",
    ],
)
def test_a_challenge_in_place_of_a_page_is_a_block(text: str) -> None:
    assert is_block(html(text))


def test_pages_and_plain_errors_are_no_blocks() -> None:
    assert not is_block(html(REPORT))
    assert not is_block(html("<html><body>政府信息公开 安全验证</body></html>"))
    assert not is_block(html("<html>500</html>", 500))
    assert not is_block(html("<html>404</html>", 404))


def flagged(response: Response, *, asked: str | None = None) -> bool:
    request = Request(response.url, meta={"redirect_urls": [asked]} if asked else {})
    return "soft-404" in Soft404().process_response(request, response).flags


MENUS = "<ul>" + "<li><a href='/x'>政府信息公开指南</a></li>" * 30 + "</ul>"


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>404</body></html>",
        "<html><body>页面不存在</body></html>",
        "<html><title>404 Not Found</title></html>",
        "<html><body><h1>错误404！</h1></body></html>",
        "<script>alert('页面不存在');history.back()</script>",
        f"<html><body>{MENUS}<p>您访问的页面不存在或已被删除。</p></body></html>",
        f"<html><title>404 找不到</title><body>{MENUS}</body></html>",
    ],
)
def test_a_page_that_says_404_in_words_is_one(text: str) -> None:
    assert flagged(html(text))


@pytest.mark.parametrize(
    "text",
    [
        "<ul><li><a href='/xxgk/2024/202404.shtml'>虚构区教育局</a><span>2024-04-04</span></li></ul>",
        "<ul><li><a href='./404/t20240403_404.html'>关于网页找不到问题的答复</a></li></ul>",
        "<datastore><record><![CDATA[<a href='/art/2024/4/4/art_404_1.html'>年报</a>]]></record></datastore>",
        "<p>文号：20240404 编号 404-1 附件 1.404</p>",
    ],
)
def test_a_short_list_with_these_digits_is_none(text: str) -> None:
    assert not flagged(html(text))


def test_a_report_that_speaks_of_missing_pages_is_none() -> None:
    assert not flagged(html(REPORT.replace("</body>", "<p>共修复页面不存在的错误404个。</p></body>")))
    assert not flagged(html("<html><body>404</body></html>", 404))


def test_a_redirect_to_the_home_page_is_one() -> None:
    def home() -> Response:
        return HtmlResponse("https://www.bjxch.gov.cn/", body=REPORT.encode(), encoding="utf-8")

    assert flagged(home(), asked=URL)
    assert not flagged(home())
    assert not flagged(html(REPORT), asked="https://www.bjxch.gov.cn/zt/other.html")


PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.mark.parametrize(
    "response",
    [
        body(b"<html>", flags=["dataloss"]),
        body(b"<html><body>cut", flags=["partial"]),
        body(b'{"rows": [1, 2', flags=["partial"], Content_Type="application/json"),
        body(PDF, flags=["partial"]),
        body(b"PK\x03\x04" + b"x" * 50, flags=["partial"]),
        body(gzip.compress(REPORT.encode())[:-1], Content_Encoding="gzip"),
    ],
)
def test_a_body_without_its_end_is_truncated(response: Response) -> None:
    assert is_truncated(response)


@pytest.mark.parametrize(
    "response",
    [
        body(b"<html><body>cut"),
        body(b'{"rows": [1, 2]}\n', flags=["partial"], Content_Type="application/json"),
        body(b"show([1]);", flags=["partial"], Content_Type="text/javascript"),
        body(b"<ul><li>1</li></ul>", flags=["partial"], Content_Type="text/html"),
        body(REPORT.encode(), flags=["partial"]),
        body(REPORT.encode() + b"\n<!-- made by CMS -->\n", flags=["partial"]),
        body(PDF + b"%%EOF\n", flags=["partial"]),
        body(b"User-agent: *\n", flags=["partial"], Content_Type="text/plain"),
        body(gzip.compress(REPORT.encode()), flags=["partial"], Content_Encoding="gzip"),
    ],
)
def test_a_body_that_only_the_connection_ended_is_whole_if_its_format_says_so(response: Response) -> None:
    assert not is_truncated(response)


def test_a_page_is_text_whatever_its_coding_and_a_pdf_never_is() -> None:
    coded = body(gzip.compress(REPORT.encode()), Content_Encoding="gzip", Content_Type="text/html")
    page = text_page(coded)
    assert page is not None
    assert page.css("title::text").get() == "年度报告"
    assert coded.body.startswith(b"\x1f\x8b")
    assert text_page(HtmlResponse(URL, body=PDF, encoding="utf-8")) is None
    assert text_page(body(b"\x1f\x8bdamaged", Content_Encoding="gzip")) is None


def test_an_archived_page_is_text_as_it_was_received() -> None:
    for kept in (REPORT.encode(), gzip.compress(REPORT.encode())):
        page = archived_page(Response(URL, status=304, request=Request(URL)), kept)
        assert page is not None
        assert page.css("title::text").get() == "年度报告"


def test_what_is_far_larger_than_any_list_or_report_is_no_page() -> None:
    start = b"<html>"
    assert list_page(body(start + b" " * (LARGEST_LIST - 6))) is not None
    assert list_page(body(start + b" " * LARGEST_LIST)) is None
    assert text_page(body(start + b" " * LARGEST_LIST)) is not None
    bomb = gzip.compress(start + b" " * LARGEST, 1)
    assert text_page(body(bomb, Content_Encoding="gzip")) is None


def test_html_under_another_name_is_a_page() -> None:
    """Scrapy raises where elements are asked of what calls itself JSON."""
    for kind in (JsonResponse, XmlResponse):
        page = text_page(kind(URL, body=b"<html><body><p>x</p></body></html>", encoding="utf-8"))
        assert page is not None
        assert page.css("p::text").get() == "x"
