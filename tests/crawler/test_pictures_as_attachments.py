"""Pictures on a report's page: tables published as images are attachments, ornaments are not."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from crawler.attachments import attachments

PAGE = "https://www.example.gov.cn/zwgk/202501/t20250120_1.html"
INTRO = "<p>本报告由总体情况、主动公开政府信息情况、存在的主要问题、其他需要报告的事项组成。</p>"
HEADINGS = (
    "<h3>二、<b>主动公开</b>政府信息情况</h3>{0}<h3>三、收到和处理政府信息公开申请情况</h3>{1}"
    "<h3>五、存在的主要问题及改进情况</h3>{2}"
)


def found(body: str) -> list[str]:
    page = HtmlResponse(PAGE, body=f"<html><body>{body}</body></html>", encoding="utf-8")
    return [url.rpartition("/")[2] for url, _ in attachments(page)]


def test_images_under_the_headings_of_the_tables() -> None:
    body = '<img src="photo.jpg">' + INTRO + '<img src="photo2.jpg">'
    body += HEADINGS.format(
        '<img src="W1.png">', '<p><img src="W2.JPG" width="600"></p>', '<img src="x.png">'
    )
    assert found(body) == ["W1.png", "W2.JPG"]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="W1.png" width="16" height="16">',
        '<img src="W1.png" style="width:90px; height:300px">',
        '<img src="/images/icon_doc.gif">',
        '<img src="/images/logo2.png">',
        '<img src="/img/ewm.png">',
        '<img src="data:image/png;base64,AAAA">',
        '<footer><img src="W1.png"></footer>',
        '<img src="/counter?id=1">',
        "<img>",
    ],
)
def test_ornaments_are_not_asked_for(image: str) -> None:
    assert found(HEADINGS.format(image, "", "")) == []


def test_none_where_a_table_with_figures_is_there_as_text() -> None:
    table = "<table><tr>" + "<td>0</td>" * 8 + "</tr></table>"
    assert found(HEADINGS.format('<img src="W1.png">', table, "")) == []


def test_a_report_of_scanned_pages() -> None:
    page = '<div class="header"><img src="a.png"></div><div class="TRS_Editor">{}</div><img src="b.png">'
    scans = "".join(f'<p><img src="W{k}.jpg"></p>' for k in range(30))
    assert found(page.format(scans)) == [f"W{k}.jpg" for k in range(20)]


def test_a_link_to_a_picture_is_a_document_where_its_text_says_so() -> None:
    body = (
        '<a href="1.jpg">附件：年度报告</a><a href="2.jpg">查看大图</a><a href="3.png"><img src="4.png"></a>'
    )
    assert found(body) == ["1.jpg"]


@pytest.mark.parametrize(
    "broken",
    [
        '<a href="http://[">附件</a>',
        '<a href="view.html?file=http://[/a.pdf">附件</a>',
        '<img src="//[/a.png">',
    ],
)
def test_an_address_that_is_none_costs_no_other(broken: str) -> None:
    """What a page's author mistyped no browser can follow either."""
    assert found(broken + '<a href="a.pdf">附件</a>') == ["a.pdf"]
    assert found(HEADINGS.format(broken + '<img src="W1.png">', "", "")) == ["W1.png"]


def test_a_link_that_a_script_holds_as_a_string_is_a_document() -> None:
    script = r"""<script>window._CONFIG = {"content": "\u003Cp\u003E附件：\u003Ca class=\"nfw-cms-attachment\"
    href=\"\/attachment\/1\/7\/nb.pdf\"\u003E年报\u003C\/a\u003E\u003C\/p\u003E"};
    document.write('<a href="' + root + '/zn.pdf">指南</a>');</script>"""
    assert found(script) == ["nb.pdf"]


def test_a_link_whose_text_is_a_files_name_is_a_document_whatever_its_address() -> None:
    link = '<a href="/system/_content/download.jsp?urltype=x&amp;wbfileid=1F">附件：虚构局年度报告.pdf</a>'
    assert found(link + '<a href="/x.htm">说明</a><a href="">报告.pdf</a>') == [
        "download.jsp?urltype=x&wbfileid=1F"
    ]
