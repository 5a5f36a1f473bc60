"""Query strings: articles by their script's name, pages by their parameter."""

from __future__ import annotations

import pytest

from crawler.cms.query import Query
from tests.crawler.cms.lists import HOST, listed, page

FAMILY = Query()


@pytest.mark.parametrize(
    ("address", "is_article"),
    [
        ("/year_details.aspx?dept=38&id=91674", True),
        ("/pages/xxgk/PublicDetail.aspx?id=100000000000438172&title=", True),
        ("/sites/xgqq/zwinfo.jsp?id=15652", True),
        ("/show.php?id=91", True),
        ("/detail/cid/1704/aid/126486", True),
        ("/xxgk-show-191026.html", True),
        ("/gongkai/show/f8df5709c5264e6a96ba151fd7e3412d.html", True),
        ("/news/show/20230117151534257.html", True),
        ("/info/18336", True),
        ("/D42Y/4678298.jhtml", True),
        ("/node/794", False),
        ("/InfoPublic.aspx?cid=1019&pid=971&page=1&kw=", False),
        ("/zhengwugongkailist.aspx?id=1122", False),
        ("/info/iList.jsp?node_id=GKxg&cat_id=15971&cur_page=1", False),
    ],
)
def test_articles_and_lists(address: str, is_article: bool) -> None:
    assert bool(FAMILY.articles.search(address)) is is_article
    assert FAMILY.recognise(HOST + address, "")
    link = f'<a href="{address.replace("&", "&amp;")}">'
    assert (FAMILY.recognise(f"{HOST}/", link) is not None) is is_article


def following(body: str, url: str) -> list[str]:
    return [found.url.removeprefix(HOST) for found in FAMILY.next_pages(page(listed(3) + body, HOST + url))]


PUBLIC = "/InfoPublic.aspx?cid=1019&pid=971&page={}&kw="
ILIST = "/info/iList.jsp?node_id=GKxg&cat_id=15971&cur_page={}"


@pytest.mark.parametrize(
    ("body", "url", "pages"),
    [
        (f"<a href='{PUBLIC.format(9)}'>尾页</a>", PUBLIC.format(1), [PUBLIC.format(2)]),
        (f"<a href='{PUBLIC.format(9)}'>尾页</a>", PUBLIC.format(9), []),
        (f"<a href='{PUBLIC.format(1)}'>尾页</a>", PUBLIC.format(9), []),
        (f"<a href='{ILIST.format(3)}'>下一页</a>", ILIST.format(2), [ILIST.format(3)]),
        ("共 4 页", ILIST.format(2), [ILIST.format(3)]),
        ("共 2 页", ILIST.format(2), []),
        ("<a href='/other.aspx?page=7'>尾页</a>", "/list.aspx?id=3", []),
        ("<a href='/list.aspx?id=3&page=7'>尾页</a>", "/list.aspx?id=3", ["/list.aspx?id=3&page=2"]),
        ("<a href='/node/794?page=2'>2</a>", "/node/794", ["/node/794?page=2"]),
        ("", ILIST.format(1), []),
    ],
)
def test_the_next_page_is_a_parameter(body: str, url: str, pages: list[str]) -> None:
    assert following(body, url) == pages


def test_the_departments_id() -> None:
    assert FAMILY.department(f"{HOST}/year_details.aspx?dept=38&id=91674") == "38"
    assert FAMILY.department(f"{HOST}/show.php?id=3") is None
