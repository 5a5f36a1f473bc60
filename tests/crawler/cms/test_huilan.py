"""Huilan: numbered folders and pagers in attributes."""

from __future__ import annotations

import pytest

from crawler.cms.huilan import Huilan
from tests.crawler.cms.lists import HOST, page

FAMILY = Huilan()
COLUMN = f"{HOST}/xgqrmzf/zfxxgk/nb69/2215369/index.html"
BELOW = COLUMN.removesuffix("index.html")
HIDDEN = """<input type="hidden" id="eprotalCurrentPageId" value="559300">
<input type="hidden" name="article_paging_list_hidden" moduleid="3b3662a6db7145c0" totalpage="{}">"""


def tagged(number: int, text: str = "下一页") -> str:
    path = f"/xgqrmzf/zfxxgk/nb69/2215369/3b3662a6-{number}.html"
    asked = f"queryArticleByCondition(this,'{path}')"
    return f'<a href="javascript:void(0)" tagname="{path}" onclick="{asked}">{text}</a>'


def following(body: str, url: str = COLUMN) -> list[str]:
    return [found.url.removeprefix(BELOW).removeprefix(HOST) for found in FAMILY.next_pages(page(body, url))]


def test_articles_and_columns_are_told_apart_by_their_rows() -> None:
    body = """<ul class="menu"><li><a href="/xgqrmzf/zfxxgk/nb69/2291822/index.html">2025年</a></li>
    <li><a href="2215371/index.html">街道办事处</a></li></ul>
    <ul><li><a href="2215896/index.html">虚构甲局</a><span>2024-01-20</span></li>
    <li><a href="2215897/index.html">虚构乙街道办事处2023年政府信息公开工作年度报告</a></li>
    <li><a href="/xg/zwgk/2024012010301234567/index.shtml">年报</a></li></ul>"""
    at = page(body, COLUMN)
    assert [entry.url.removeprefix(BELOW).removeprefix(HOST) for entry in FAMILY.entries(at)] == [
        "2215896/index.html",
        "2215897/index.html",
        "/xg/zwgk/2024012010301234567/index.shtml",
    ]
    assert [column.title for column in FAMILY.columns(at)] == ["2025年", "街道办事处"]


@pytest.mark.parametrize(
    ("body", "url", "pages"),
    [
        (tagged(2) + HIDDEN.format(6), COLUMN, ["3b3662a6-2.html"]),
        (tagged(2, "2") + tagged(3, "3"), COLUMN, ["3b3662a6-2.html"]),
        (tagged(3) + HIDDEN.format(6), f"{BELOW}3b3662a6-2.html", ["3b3662a6-3.html"]),
        (tagged(6) + HIDDEN.format(6), f"{BELOW}3b3662a6-6.html", []),
        (tagged(1), f"{BELOW}3b3662a6-2.html", []),
        (
            HIDDEN.format(6),
            COLUMN,
            ["/eportal/ui?pageId=559300&moduleId=3b3662a6db7145c0&staticRequest=yes&currentPage=2"],
        ),
        (
            '<a href="javascript:next(3)">下一页</a>' + HIDDEN.format(6),
            f"{HOST}/eportal/ui?pageId=1&moduleId=2&currentPage=2",
            ["/eportal/ui?pageId=1&moduleId=2&currentPage=3"],
        ),
        (
            HIDDEN.format(6),
            f"{HOST}/eportal/ui?currentPage=2&moduleId=2&pageId=559300",
            ["/eportal/ui?currentPage=3&moduleId=2&pageId=559300"],
        ),
        ('<a href="javascript:next(2)">下一页</a>', COLUMN, []),
        (HIDDEN.format(1), COLUMN, []),
        ("", COLUMN, []),
    ],
)
def test_the_next_page_stands_in_attributes(body: str, url: str, pages: list[str]) -> None:
    assert following(body, url) == pages


def test_recognised_by_address_and_marks() -> None:
    assert FAMILY.recognise(f"{HOST}/eportal/ui?pageId=559300", "")
    assert FAMILY.recognise(COLUMN, "")
    assert FAMILY.recognise(f"{HOST}/zwgk/2024012010301234567/index.shtml", "")
    assert FAMILY.recognise(HOST, HIDDEN.format(1))
    assert FAMILY.recognise(f"{HOST}/zwgk/2023/index.html", "") is None
