"""Pagers in HTML and words: what leads on, and what only seems to."""

from __future__ import annotations

import pytest

from crawler.cms import pager
from tests.crawler.cms.lists import COLUMN, page


def following(body: str, url: str = f"{COLUMN}list.html") -> list[str]:
    return [found.url.removeprefix(COLUMN) for found in pager.following(page(body, url))]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="list_2.html">下一页</a>',
        '<a href="list_2.html"> 下 页 &gt;&gt;</a>',
        '<a href="list_2.html">[下页]</a>',
        '<a href="list_2.html" title="下一页"><img src="n.gif"></a>',
        '<a href="list_2.html"><img src="n.gif" alt="下一页"></a>',
        '<a href="list_2.html" class="next">&gt;</a>',
        '<span class="p_next p_fun"><a href="list_2.html">›</a></span>',
        '<a href="list_2.html" rel="next"></a>',
        '<a href="javascript:void(0)" onclick="location.href=\'list_2.html\'">下一页</a>',
        '<a href="list.html">1</a><a href="list_2.html">2</a><a href="list_3.html">3</a>',
        '<b>1</b><a href="list_2.html">[2]</a><a href="list_3.html">[3]</a>',
    ],
)
def test_links_to_the_next_page(link: str) -> None:
    assert following(f"<a href='list.html'>首页</a>{link}<a href='list_9.html'>尾页</a>") == ["list_2.html"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="javascript:next(2)">下一页</a>',
        '<a href="#">下一页</a>',
        '<a href="">下一页</a>',
        '<a>下一页</a><a href="list_3.html">&gt;</a>',
        '<a href="list.html">下一页</a>',
        '<a href="http://[">下一页</a>',
        '<!-- <a href="list_2.html">下一页</a> -->',
        '<a href="a.html">下一篇</a>',
    ],
)
def test_what_leads_nowhere(link: str) -> None:
    assert following(link) == []


def test_it_never_leads_back() -> None:
    for here, back in (
        ("list_3.html", "list.html"),
        ("list_3.html", "list_2.html"),
        ("index_4.html", "./"),
        ("list.html?page=3", "list.html?page=1"),
        ("list.html?id=1&page=3", "list.html?id=1"),
    ):
        assert following(f'<a href="{back}">下一页</a>', COLUMN + here) == [], here
    assert following('<a href="?page=4&amp;id=1">下一页</a>', f"{COLUMN}list.html?id=1&page=3")


def test_a_window_of_numbers_goes_on_from_its_gap() -> None:
    numbers = "".join(f'<a href="list_{n}.html">{n}</a>' for n in (4, 6, 7, 20))
    assert following(f'<a href="list.html">1</a>…{numbers}', f"{COLUMN}five.html") == ["list_6.html"]


@pytest.mark.parametrize(
    ("words", "total", "current"),
    [
        ("共 <b>12</b> 页 第 <b>3</b> 页", 12, 3),
        ("第3页/共12页", 12, 3),
        ("3 / 12 页", 12, 3),
        ("页次：3/12", 12, 3),
        ("总页数：12　当前页：3", 12, 3),
        ("<script>var totalPage = '12', currentPage = 3;</script>", 12, 3),
        ("<input type='hidden' name='article_paging_list_hidden' totalpage='12'>", 12, None),
        ("共 12 条", None, None),
    ],
)
def test_declared_counts(words: str, total: int | None, current: int | None) -> None:
    counted = pager.count(page(f"<ul><li>2024/01/20</li></ul><div>{words}</div>"))
    assert (counted.total, counted.current) == (total, current)


def test_files_go_on_until_the_declared_last() -> None:
    counted = pager.Count(total=3)
    at = page("", f"{COLUMN}list_3.html")
    assert pager.files(at, counted) == []
    tracked = page("", f"{COLUMN}list_2.html?from=home")
    assert [found.url for found in pager.files(tracked, counted)] == [f"{COLUMN}list_3.html?from=home"]
    first = [found.url.removeprefix(COLUMN) for found in pager.files(page("", f"{COLUMN}list.html"), counted)]
    assert first == ["list_1.html", "list_2.html"]


def test_variables_in_a_pagers_call_are_looked_up_and_none_is_taken_for_another() -> None:
    script = 'var nAll = 7; var nNow = 2; createPageHTML({}, nNow, "index", "html");'
    assert (counted := pager.call(script.format("nAll"))) is not None
    assert (counted.total, counted.current) == (7, 2)
    assert pager.call(script.format("nElsewhere")) is None


def test_a_page_that_says_it_is_the_last_leads_nowhere_whatever_its_name() -> None:
    last = page("<p>共3页 第3页</p>", f"{COLUMN}nf2024p3x.html")
    assert not pager.files(last, pager.count(last))
    first = page("<p>共3页 第1页</p>", f"{COLUMN}nf2024p1x.html")
    assert pager.files(first, pager.count(first))
