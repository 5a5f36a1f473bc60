"""What a report's page links to: its own figures come with it, the guide beside it does not."""

from __future__ import annotations

import time

import pytest
from scrapy.http import HtmlResponse

from crawler.attachments import attachments
from crawler.links import may_be_part
from tests.crawler.web import COLUMN, Web, rows


@pytest.mark.parametrize(
    "text",
    [
        "附件：虚构区2013年政府信息公开情况统计表.xls",
        "政府信息公开年度报告统计表.xlsx",
        "2012年信息公开工作统计数据.doc",
        "附表：政府信息公开情况.pdf",
        "",
        "点击下载",
    ],
)
def test_a_reports_own_figures_belong_to_it(text: str) -> None:
    assert may_be_part(text)


@pytest.mark.parametrize("text", ["政府信息公开指南.pdf", "依申请公开申请表.doc", "2023年部门决算.pdf"])
def test_other_documents_beside_it_do_not(text: str) -> None:
    assert not may_be_part(text)


def test_a_table_of_figures_is_asked_for() -> None:
    page = f"{COLUMN}202501/t20250120_1.html"
    link = '<a href="tongji.xls">附件：政府信息公开情况统计表.xls</a>'
    web = Web({COLUMN: rows(1), page: f"<p>虚构</p>{link}"})
    web.crawl()
    assert "/zwgk/zfxxgknb/202501/tongji.xls" in web.asked


def test_a_script_full_of_links_without_an_end_is_searched_at_once() -> None:
    script = "<script>var href='';" + "<a >" * 20_000 + "</script>"
    page = HtmlResponse(COLUMN, body=script.encode(), encoding="utf-8")
    began = time.process_time()
    assert not list(attachments(page))
    assert time.process_time() - began < 3
