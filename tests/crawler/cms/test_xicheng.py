"""西城's addresses and lists, from hand-made pages."""

from __future__ import annotations

from pathlib import Path

from scrapy.http import HtmlResponse

from crawler.cms import FAMILIES, Entry
from crawler.cms.xicheng import parameters
from crawler.sites import Site

BASE = "https://www.bjxch.gov.cn/zt/xxgkzl"
FAMILY = FAMILIES["xicheng"]


def page(body: str, url: str = f"{BASE}/gknb/pnnfpv2023.html") -> HtmlResponse:
    return HtmlResponse(url, body=f"<html><body>{body}</body></html>".encode(), encoding="utf-8")


def test_parameters_are_pairs_in_the_file_name() -> None:
    assert parameters(f"{BASE}/gknbxq/pnidpv155pntypepvnbpnnfpv2023.html") == {
        "id": "155",
        "type": "nb",
        "nf": "2023",
    }
    assert parameters(f"{BASE}/gknbxqx/pnidpv842850.html") == {"id": "842850"}
    assert parameters(f"{BASE}/qtgk/pnidpv1.html") == {}


def test_entries_have_the_columns_own_words() -> None:
    rows = """
    <ul><li><span>[虚构甲局]</span><a href="../gknbxq/pnidpv1pntypepvnbpnnfpv2023.html"
      title="虚构甲局2023年政府信息公开工作年度报告">虚构甲局2023年…</a><span>2024-01-20</span></li>
    <li><a href="../gknbxqx/pnidpv842850.html">虚构乙局2017年政府信息公开年度报告</a>（2018年1月9日）</li>
    <!-- <li><a href="../gknbxq/pnidpv9pntypepvnbpnnfpv2023.html">模板行</a></li> -->
    <li><a href="/zt/xxgkzl/qtgk/pnidpv3.html">别的</a></li></ul>"""
    assert list(FAMILY.entries(page(rows))) == [
        Entry(
            f"{BASE}/gknbxq/pnidpv1pntypepvnbpnnfpv2023.html",
            "虚构甲局2023年政府信息公开工作年度报告",
            "虚构甲局",
            2023,
            "2024-01-20",
        ),
        Entry(
            f"{BASE}/gknbxqx/pnidpv842850.html",
            "虚构乙局2017年政府信息公开年度报告",
            None,
            None,
            "2018-01-09",
        ),
    ]


def test_rows_with_several_links_share_no_words() -> None:
    row = """<p>2024-01-20 虚构甲局 <a href="../gknbxq/pnidpv1pntypepvnbpnnfpv2023.html">一</a>
    <a href="../gknbxq/pnidpv2pntypepvnbpnnfpv2023.html">二</a></p>"""
    assert [(e.organization, e.published) for e in FAMILY.entries(page(row))] == [(None, None)] * 2


def test_a_bodys_second_name_in_brackets_stays_whole() -> None:
    for written in ("[虚构委（虚构局）]", "【虚构委（虚构局）】", "虚构委（虚构局）", "（虚构委（虚构局））"):
        row = f'<li>{written}<a href="../gknbxq/pnidpv1pntypepvnbpnnfpv2023.html">报告</a>2024-01-20</li>'
        (entry,) = FAMILY.entries(page(row))
        assert entry.organization == "虚构委（虚构局）"


def test_year_lists_and_next_page() -> None:
    body = """<a href="pnnfpv2023.html">2023年度</a><a href="pnnfpv2022.html">2022年度</a>
    <a href="pnnfpv2023pnpagepv2.html">2</a><a class="n" href="pnnfpv2023pnpagepv2.html"> 下一页 </a>"""
    lists = [(f"{BASE}/gknb/pnnfpv2022.html", 2022)]  # the page itself is none
    assert [(column.url, column.year) for column in FAMILY.columns(page(body))] == lists
    (following,) = FAMILY.next_pages(page(body))
    assert following.url == f"{BASE}/gknb/pnnfpv2023pnpagepv2.html"
    assert not FAMILY.next_pages(page("<a href='javascript:void(0)'>下一页</a>"))


def test_addresses_follow_from_department_and_year() -> None:
    site = Site("bjxch", "西城", "xicheng", ("www.bjxch.gov.cn",), source=Path())
    entries = list(FAMILY.enumerated(site, {"155": "虚构局"}, [2023]))
    assert entries == [
        Entry(
            f"{BASE}/gknbxq/pnidpv155pntypepvnbpnnfpv2023.html",
            organization="虚构局",
            year=2023,
            listed=False,
        )
    ]
    assert FAMILY.department(entries[0].url) == "155"
    assert FAMILY.report(entries[0].url) == Entry(entries[0].url, year=2023)
    assert FAMILY.report(f"{BASE}/gknb.html") is None


def test_the_family_says_by_what_it_knows_a_page() -> None:
    assert FAMILY.recognise(f"{BASE}/gknbxqx/pnidpv1.html", "")
    assert FAMILY.recognise("https://www.xuxian.example/", '<a href="/x/pnidpv1.html">')
    assert FAMILY.recognise("https://www.xuxian.example/", "<a href='/x'>") is None


def test_an_address_that_is_none_costs_no_other() -> None:
    rows = '<a href="http://[">虚构甲局</a><a href="../gknbxq/pnidpv1pnnfpv2023.html">虚构乙局</a>'
    assert [entry.url for entry in FAMILY.entries(page(rows))] == [f"{BASE}/gknbxq/pnidpv1pnnfpv2023.html"]
    assert not FAMILY.next_pages(page("<a href='http://['>下一页</a>"))


def test_no_file_is_guessed_behind_the_last_page() -> None:
    last = page("<p>共3页 第3页 下一页</p>", f"{BASE}/gknb/pnnfpv2023pnpagepv3.html")
    assert not FAMILY.next_pages(last)
