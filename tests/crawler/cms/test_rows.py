"""Rows of lists in the shapes that were seen: what is read of each, and what is not taken for one."""

from __future__ import annotations

import re
import time

import pytest

from crawler.cms import rows
from tests.crawler.cms.lists import HOST, listed, page

ARTICLES = re.compile(r"/a\d+\.html$")
TITLE = "虚构甲局2023年政府信息公开工作年度报告"


def read(body: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(e.title, e.organization, e.published) for e in rows.entries(page(body), ARTICLES)]


@pytest.mark.parametrize(
    "body",
    [
        f'<li><a href="a1.html" title="{TITLE}">虚构甲局2023年政府…</a><span>2024-01-20</span></li>',
        f'<li><a href="a1.html">{TITLE}</a><em>[2024年1月20日]</em></li>',
        f'<li><a href="a1.html"><img alt="图片" src="x.png"></a><p><a href="a1.html">{TITLE}</a></p>'
        "<b class='u_time'>2024/01/20</b></li>",
        f'<table><tr><td>1</td><td><p><a href="a1.html">{TITLE}</a></p></td><td>2024.1.20</td></tr></table>',
        f'<div class="row"><div><a href="a1.html">{TITLE}</a></div><time>2024-01-20 09:30</time></div>',
        f'<li><a href="a1.html">{TITLE}</a><span>2024\n-01-\n20</span></li>',
        f'<li><a href="a1.html">{TITLE}</a><a href="a1.html">[查看详情]</a><span>2024-01-20</span></li>',
        f'<li><a href="a1.html"><h4>{TITLE}</h4><p>摘要摘要摘要摘要</p><span>2024-01-20</span></a></li>',
        f'<li><a href="a1.html"><span>{TITLE}</span><i>2024-01-20</i></a></li>',
        f'<li><a href="javascript:;" onclick="window.open(\'a1.html\')">{TITLE}</a>2024-01-20</li>',
        f"<li onclick=\"location.href='a1.html'\"><p>{TITLE}</p><p>2024-01-20</p></li>",
        f'<li><a href="#" data-href="a1.html">{TITLE}</a><span>2024-01-20</span></li>',
        f'<dl><dt><a href="a1.html">{TITLE}</a></dt><dd>2024-01-20</dd></dl>',
        f'<li><a href="a1.html" title="标题：{TITLE}&#13;&#10;日期：2024-01-20">虚构…</a>2024-01-20</li>',
    ],
)
def test_title_and_date_of_a_row(body: str) -> None:
    (row,) = read(f"<ul>{body}<li><a href='a2.html'>另一篇</a><span>2023-03-03</span></li></ul>")[:-1]
    assert row == (TITLE, None, "2024-01-20")


def test_days_without_a_year_and_impossible_ones_are_no_dates() -> None:
    assert read('<li><a href="a1.html">甲</a><span>01-20</span></li>') == [("甲", None, None)]
    assert read('<li><a href="a1.html">甲</a><span>2024-13-40</span></li>') == [("甲", None, None)]


@pytest.mark.parametrize(
    "row",
    [
        "<li><a href='/jg/'>[虚构甲局]</a><a href='a1.html'>报告</a><span>2024-01-20</span></li>",
        "<tr><td>1</td><td>虚构甲局</td><td><a href='a1.html'>报告</a></td><td>2024-01-20</td></tr>",
        "<li><a href='a1.html'>报告</a><p>发布机构：<i>虚构甲局</i></p><p>日期：2024-01-20</p></li>",
    ],
)
def test_a_body_beside_the_title(row: str) -> None:
    assert read(f"<table>{row}</table>") == [("报告", "虚构甲局", "2024-01-20")]


def test_labels_and_buttons_are_no_bodies() -> None:
    assert read("<li><a href='a1.html'>报告</a><span>点击查看</span></li>") == [("报告", None, None)]


def test_nested_lists_keep_their_rows_apart() -> None:
    body = """<ul><li>2022-02-02 虚构甲局<ul><li><a href="a1.html">一</a><i>2024-01-20</i></li>
    <li><a href="a2.html">二</a></li></ul></li></ul>"""
    assert read(body) == [("一", None, "2024-01-20"), ("二", None, None)]


def test_a_link_in_a_text_is_no_row() -> None:
    text = "自2023年1月1日起至2023年12月31日止，" + "虚构的正文。" * 60
    assert read(f"<div><p>{text}</p><div>下一篇：<a href='a1.html'>报告</a></div></div>") == [
        ("报告", None, None)
    ]


@pytest.mark.parametrize(
    "row",
    [
        '<!-- <li><a href="a1.html">模板行</a></li> -->',
        '<li><a href="{{item.a1.html}}">模板行</a></li>',
        '<li><a href="<?=el.link?>a1.html">模板行</a></li>',
        '<li><a href="javascript:void(0)">空行</a></li>',
        '<li><a href="">空行</a></li>',
        '<li><a href="http://[a1.html">坏行</a></li>',
        "<script>var t = '<a href=\"a1.html\">模板行</a>'</script>",
    ],
)
def test_what_is_no_row(row: str) -> None:
    assert read(f"<ul>{row}</ul>") == []


def test_addresses_are_those_a_browser_opens() -> None:
    body = """<base href="/gk/"><a href="a1.html?ddtab=true#top"> 甲 </a><a href="..\\nb\\a2.html">乙</a>
    <a href="/gk/a3.html;jsessionid=0F?ddtab=true">丙</a>"""
    found = [entry.url for entry in rows.entries(page(body), re.compile(r"/a\d"))]
    assert found == [f"{HOST}/gk/a1.html", f"{HOST}/nb/a2.html", f"{HOST}/gk/a3.html"]


def test_columns_are_the_other_links_and_choices() -> None:
    body = """<a href="/zwgk/nb/2023/">2023年</a><a href="/zwgk/nb/2023/">2023年</a><a href="a1.html">报告</a>
    <a href="x.pdf">附件</a><a href="/empty/"></a>
    <select><option value="">请选择</option><option value="/zwgk/nb/2022/">2022年</option></select>"""
    found = [(column.url, column.title) for column in rows.columns(page(body), ARTICLES)]
    assert found == [(f"{HOST}/zwgk/nb/2023/", "2023年"), (f"{HOST}/zwgk/nb/2022/", "2022年")]


def test_frames_are_those_that_may_hold_the_list() -> None:
    body = """<iframe src="/zwgk/list.html"></iframe><iframe src="/county/street.html"></iframe>
    <iframe src="/inc/foot.html"></iframe><iframe src="/lefttree.html"></iframe>
    <iframe src="/s.html" height="0"></iframe><iframe src="http://other.gov.cn/"></iframe>
    <iframe src="/visitcount.jsp"></iframe>"""
    found = [frame.url for frame in rows.frames(page(body))]
    assert found == [f"{HOST}/zwgk/list.html", f"{HOST}/county/street.html"]


def test_a_page_that_is_no_markup_has_nothing() -> None:
    for body in ('{"rows": [{"url": "a1.html"}]}', "", "\x00\x01"):
        empty = page("").replace(body=body.encode())
        assert not list(rows.entries(empty, ARTICLES))
        assert not list(rows.columns(empty, ARTICLES))


def test_many_rows_and_deep_pages_are_read_fast() -> None:
    long = page(listed(2000, "a{}.html"))
    assert long.selector.root is not None  # parsed beforehand
    started = time.process_time()
    assert len(list(rows.entries(long, ARTICLES))) == 2000
    assert time.process_time() - started < 1  # 0.1 s where nothing else runs: linear in links
    deep = page("<div>" * 1000 + '<a href="a1.html">深</a>' + "</div>" * 1000)
    assert [entry.title for entry in rows.entries(deep, ARTICLES)] == ["深"]


def test_what_a_row_says_is_the_title_of_a_link_that_says_nothing() -> None:
    cells = "<td>1</td><td>虚构甲局</td><td>2023年</td><td><a href=a{0}.html>查看</a></td><td>2024-01-20</td>"
    row = f"<tr>{cells}</tr>"
    found = read(f"<table>{row.format(1)}{row.format(2)}</table>")
    assert found == [("虚构甲局2023年", "虚构甲局", "2024-01-20")] * 2
    assert read(f"<ul><li>{TITLE} <a href='a1.html'>查看</a></li></ul>") == [(TITLE, None, None)]
    assert read("<p><a href='a1.html'>查看</a></p>") == [("查看", None, None)]


def test_in_a_table_of_bodies_and_years_cell_and_heading_say_what_a_link_is() -> None:
    head = "<tr><th>单位</th><th>2022年</th><th>2023年</th></tr>"
    row = "<tr><td>虚构甲局</td><td><a href='a1.html'>查看</a></td><td><a href='a2.html'>查看</a></td></tr>"
    assert [title for title, _, _ in read(f"<table>{head}{row}</table>")] == [
        "虚构甲局2022年",
        "虚构甲局2023年",
    ]


def test_an_areas_own_words_are_its_title() -> None:
    found = rows.columns(page('<map><area href="/gk/" alt="政府信息公开"></map>'), ARTICLES)
    assert [column.title for column in found] == ["政府信息公开"]


def test_of_endlessly_many_links_the_first_are_looked_at() -> None:
    found = page("<a href='/x/'>某</a>" * (rows.MOST_LINKS + 5))
    assert len(rows.links(found)) == rows.MOST_LINKS


def test_sessions_in_paths_are_no_part_of_an_address() -> None:
    found = read_urls(
        "/(S(lit3py55t21z5v55vlm25s55))/nb/a1.html", "/nb/a2.html;jsessionid=0F", "/(S(x))/a3.html"
    )
    assert found == ["/nb/a1.html", "/nb/a2.html", "/(S(x))/a3.html"]


def read_urls(*links: str) -> list[str]:
    body = "".join(f'<li><a href="{link}">{TITLE}</a></li>' for link in links)
    return [entry.url.removeprefix(HOST) for entry in rows.entries(page(body), ARTICLES)]
