"""The family of last resort: articles of any shape, dated rows, and guesses only where something hints."""

from __future__ import annotations

import pytest

from crawler.cms.generic import Generic, guesses
from tests.crawler.cms.lists import COLUMN, HOST, listed, page

FAMILY = Generic()


@pytest.mark.parametrize(
    "address",
    [
        "/a/202401/t20240120_12.html",
        "/nb/t15609267.shtml",
        "/art/2024/1/30/art_1229231425_4236209.html",
        "/art/2024/art_da5133bd0ea44e96bd37ed2d1593d94a.html",
        "/25076/37255/content_1500366.html",
        "/haerbin/c106201/202102/c01_157630.shtml",
        "/nb/202301/aa4579c66c524f3d8e816a3bcfed5a3b.shtml",
        "/nb/5ed8710065cbd83eb77d3e14.html",
        "/nb/2017052662977646594.html",
        "/zwgk/zfxxgknb/39808781.html",
        "/nb/2019/61554.htm",
        "/juezhan/jujiao/2023-01-19/2421.html",
        "/zltq/2026-02/02/article_2026020215383939768.html",
        "/gk/content/post_8040242.html",
        "/zt/xxgkzl/gknbxq/pnidpv155pntypepvnbpnnfpv2023.html",
        "/gongkai/site_a/channel_b/doc_61e4cd8e91b9b931d743a66e.html",
        "/x/720faafd-6610-4d9e-9cc8-9e0f056c2101.html",
        "/info/13951/728370.htm",
        "/XxgkAnnualReport/show/6477.html",
        "/OpennessAnnualReport/year/show/341/2022.html",
        "/news/show/20230117151534257.html",
        "/xxgk-show-191026.html",
        "/public/25461/45854211.html",
        "/public/content/36027577",
        "/detail/cid/1704/aid/126486",
        "/D42Y/4678298.jhtml",
        "/show.php?id=91",
        "/year_details.aspx?dept=38&id=91674",
        "/pages/xxgk/PublicDetail.aspx?id=100000000000438172&title=",
    ],
)
def test_the_shapes_of_articles(address: str) -> None:
    assert FAMILY.articles.search(address)
    (entry,) = FAMILY.entries(page(f'<li><a href="{address}">虚构甲局报告</a></li>'))
    assert entry.url == HOST + address


@pytest.mark.parametrize(
    "address",
    ["/", "/zwgk/2023/", "/zwgk/2023.html", "/list_2.html", "/node/794", "/zwgk/a.pdf", "/list.aspx?id=3"],
)
def test_columns_are_no_articles(address: str) -> None:
    assert not FAMILY.articles.search(address)


def test_a_dated_row_is_an_entry_whatever_its_address() -> None:
    body = """<ul><li><a href="xgj.html">虚构甲局2023年政府信息公开工作年度报告</a><b>2024-01-20</b></li>
    <li><a href="jd/">街道办事处</a><span>2024-01-20</span></li>
    <li><a href="about.html">虚构甲局2023年机构职能与联系方式</a></li>
    <li><a href="http://www.xugou-b.gov.cn/x.html">另一处的一条很长的标题</a><span>2024-01-20</span></li></ul>"""
    at = page(body)
    assert [entry.url for entry in FAMILY.entries(at)] == [f"{COLUMN}xgj.html"]
    assert f"{COLUMN}xgj.html" not in {column.url for column in FAMILY.columns(at)}
    assert f"{COLUMN}jd/" in {column.url for column in FAMILY.columns(at)}


def following(body: str, url: str = f"{COLUMN}list.html", referer: str | None = None) -> list[str]:
    return [found.url.removeprefix(COLUMN) for found in FAMILY.next_pages(page(body, url, referer=referer))]


def test_guesses_come_in_the_order_in_which_they_were_seen() -> None:
    paths = ["list_1.html", "list_2.html", "index_1.html", "index_2.html", "2.html", "2"]
    queries = [f"list.html?{name}=2" for name in ("page", "pageNo", "pageIndex", "currentPage", "cur_page")]
    assert following("共 3 页") == paths + queries
    assert [url.removeprefix(COLUMN) for url in guesses(COLUMN)][:4] == [
        "index_1.html",
        "index_2.html",
        "2.html",
        "2",
    ]
    assert next(guesses(f"{HOST}/list.aspx?id=3")) == f"{HOST}/list.aspx?id=3&page=2"


@pytest.mark.parametrize(
    ("body", "hints"),
    [
        (listed(9), False),
        (listed(10), False),
        (listed(10) + '<div id="pages"></div>', True),
        (listed(37) + '<div id="pages"></div>', False),
        (listed(10) + '<a href="list1.htm">第一页</a><a href="javascript:void(0);">下一页</a>', False),
        (listed(10) + '<a href="/">1</a><a href="javascript:void(0);">下一页</a>', True),
        (listed(10) + "共 1 页", False),
        (listed(3) + "共 2 页", True),
        (listed(3) + '<a href="javascript:go(2)">下一页</a>', True),
        ("", False),
    ],
)
def test_guesses_are_made_only_where_something_hints(body: str, hints: bool) -> None:
    assert bool(following(body)) is hints


def test_what_was_found_goes_on_by_itself() -> None:
    ten = listed(10)
    assert following(ten, f"{COLUMN}list_2.html") == ["list_3.html"]
    assert following(ten, f"{COLUMN}2.html") == ["3.html"]
    assert following(ten, f"{COLUMN}list.jsp?id=7&pageNo=2") == ["list.jsp?id=7&pageNo=3"]
    assert following(ten, f"{COLUMN}2", referer=COLUMN) == ["3"]
    assert following(listed(4), f"{COLUMN}list_2.html") == []
    assert following(ten + "共 2 页 第 2 页", f"{COLUMN}list_2.html") == []
    assert following(ten + "<script>createPageHTML(3, 0, 'list', 'html')</script>") == [
        "list_1.html",
        "list_2.html",
    ]
