"""VSB: lists whose pages count down."""

from __future__ import annotations

import pytest

from crawler.cms.vsb import Vsb
from tests.crawler.cms.lists import HOST, page

FAMILY = Vsb()
ROWS = """<ul><li id="line_u5_0">
<a href="{up}info/13951/728370.htm" title="虚构甲局2023年政府信息公开工作年度报告">虚构甲局…</a>
<span>2024-01-20</span><script>_showDynClicks("wbnews", 1632666717, 728370)</script></li></ul>"""
PAGER = """<div class="pb_sys_common"><span class="p_t">共52条</span><span class="p_pages">{spans}</span>
<span class="p_t">{at}</span></div>"""


def spans(current: str, following: str | None, last: str) -> str:
    ahead = f'<span class="p_next p_fun"><a href="{following}">下页</a></span>' if following else ""
    return PAGER.format(
        spans=f'<span class="p_no_d">{current}</span>{ahead}'
        f'<span class="p_last p_fun"><a href="{last}">尾页</a></span>',
        at=f"{current}/11",
    )


def following(body: str, url: str) -> list[str]:
    return [found.url.removeprefix(HOST) for found in FAMILY.next_pages(page(body, HOST + url))]


def test_rows_at_every_depth() -> None:
    for up, url in (("", "/nb.htm"), ("../", "/zwgk/nb.htm"), ("../../", "/zwgk/nb/10.htm")):
        (entry,) = FAMILY.entries(page(ROWS.format(up=up), HOST + url))
        assert entry.url == f"{HOST}/info/13951/728370.htm"
        assert (entry.title, entry.published) == ("虚构甲局2023年政府信息公开工作年度报告", "2024-01-20")


@pytest.mark.parametrize(
    ("url", "link", "expected"),
    [
        ("/zwgk/nb.htm", "nb/10.htm", ["/zwgk/nb/10.htm"]),
        ("/zwgk/nb/10.htm", "9.htm", ["/zwgk/nb/9.htm"]),
        ("/zwgk/nb/2.htm", "1.htm", ["/zwgk/nb/1.htm"]),
        ("/zwgk/nb/1.htm", None, []),
        ("/zwgk/nb/9.htm", "10.htm", []),
        ("/zwgk/nb/9.htm", "9.htm", []),
    ],
)
def test_the_next_page_is_the_one_below(url: str, link: str | None, expected: list[str]) -> None:
    assert following(spans("1", link, "1.htm"), url) == expected


def test_numbers_lead_on_where_there_is_no_word() -> None:
    numbers = '<span class="p_no_d">1</span>' + "".join(
        f'<span class="p_no"><a href="nb/{12 - n}.htm">{n}</a></span>' for n in (2, 3, 4)
    )
    assert following(numbers, "/zwgk/nb.htm") == ["/zwgk/nb/10.htm"]


def test_dynamic_lists_count_up() -> None:
    url = "/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1025"
    assert following(f'<a href="{url}&amp;PAGENUM=2">下页</a>', url) == [f"{url}&PAGENUM=2"]
    assert following(f'<a href="{url}&amp;PAGENUM=3">下页</a>', f"{url}&PAGENUM=2") == [f"{url}&PAGENUM=3"]


def test_recognised_by_address_marks_and_links() -> None:
    assert FAMILY.recognise(f"{HOST}/info/13951/728370.htm", "")
    assert FAMILY.recognise(f"{HOST}/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1&wbnewsid=2", "")
    assert FAMILY.recognise(HOST, '<div id="vsb_content_2">')
    assert FAMILY.recognise(HOST, '<a href="../info/1/2.htm">')
    assert FAMILY.recognise(HOST, '<a href="http://www.xugou-b.gov.cn/info/1/2.htm">') is None
    assert FAMILY.recognise(HOST, "") is None
