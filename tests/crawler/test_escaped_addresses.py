"""Addresses typed with Chinese letters, blanks or capitals: the record knows what became of them."""

from __future__ import annotations

from tests.crawler.web import COLUMN, Web

PAGE = f"{COLUMN}202501/t20250120_1.html"
FILE = "/zwgk/zfxxgknb/202501/%E9%99%84%E8%A1%A8%201.pdf"


def test_the_record_and_the_journal_write_an_address_alike() -> None:
    web = Web(
        {
            COLUMN: f'<a href="{PAGE.replace("www", "WWW")}">虚构局2024年政府信息公开工作年度报告</a>',
            PAGE: '<p>附件：<a href="附表 1.pdf">附表.pdf</a></p>',
        }
    )
    spider = web.crawl()
    assert FILE in web.asked
    assert {task.state for task in spider.record.tasks.values()} == {"captured", "absent"}
