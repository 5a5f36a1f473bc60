"""The platforms of Shandong and Hebei: articles known by their ids."""

from __future__ import annotations

from crawler.cms.hebei import Hebei
from crawler.cms.shandong import Shandong
from tests.crawler.cms.lists import HOST, page

BODY_SITE = f"{HOST}/gongkai/site_xgqjyj/channel_c_5f9f6cc17f98afa2038372ee_5fb3c2adca6492588cbb9ae0/"
DOC = f"{BODY_SITE}doc_61e4cd8e91b9b931d743a66e.html"
UUIDS = ("8aef2fa0-cc14-409e-9f68-fbdba00a0c72", "720faafd-6610-4d9e-9cc8-9e0f056c2101")
IMPORTED = f"{HOST}/columns/{UUIDS[0]}/202308/21/{UUIDS[1]}.html"


def test_a_documents_id_dates_it_where_its_row_does_not() -> None:
    family = Shandong()
    body = f"""<li><a href="{DOC}">虚构甲局2021年政府信息公开工作年度报告</a></li>
    <li><a href="doc_600e6d0e4e182f325970f87d.html">虚构甲局2020年…</a><span>2021-01-26</span></li>"""
    at = page(body, BODY_SITE)
    assert [entry.published for entry in family.entries(at)] == ["2022-01-17", "2021-01-26"]
    assert family.department(DOC) == "xgqjyj"
    assert family.department(BODY_SITE) is None


def test_shandong_is_recognised_by_address_and_links() -> None:
    family = Shandong()
    assert family.recognise(BODY_SITE, "")
    assert family.recognise(HOST, f'<a href="{BODY_SITE}">')
    assert family.recognise(HOST, '<a href="/gongkai/">') is None


def test_hebeis_articles_and_columns() -> None:
    family = Hebei()
    body = f"""<li><a href="{IMPORTED}">虚构甲局2020年政府信息公开工作年度报告</a><i>2021-01-20</i></li>
    <li><a href="/columns/{UUIDS[1]}/index.html">2020年</a></li>
    <div>共2页</div>"""
    at = page(body, f"{HOST}/columns/{UUIDS[0]}/index.html")
    assert [(entry.url, entry.published) for entry in family.entries(at)] == [(IMPORTED, "2021-01-20")]
    assert [column.title for column in family.columns(at)] == ["2020年"]
    assert [found.url.rpartition("/")[2] for found in family.next_pages(at)] == [
        "index_1.html",
        "index_2.html",
    ]


def test_hebei_is_recognised_by_address_and_links() -> None:
    family = Hebei()
    assert family.recognise(IMPORTED, "")
    assert family.recognise(HOST, f'<a href="/zfxxgk/columns/{UUIDS[0]}/index.html">')
    assert family.recognise(HOST, '<a href="/columns/nb/">') is None
