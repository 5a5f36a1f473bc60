"""Changed is what a report says, and not what each visitor sees; what was taken away was published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pipelines.coverage.played import Page, Played

BODY = "虚构县财政局"


def test_a_corrected_report_keeps_its_first_day(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20"))
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-03-10", words="更正后的正文"))
    site.crawl("2025-03-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.punctuality) == ("changed", "on-time")


def test_a_counter_on_the_page_is_no_change(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20", noise="浏览 17 次"))
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-01-20", noise="浏览 18 次"))
    site.crawl("2025-03-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("我局收到3件申请。", "我局收到4件申请。", "changed"),
        ("我局收到3件申请。\n浏览次数：17", "我局收到3件申请。\n浏览次数：1,024", "on-time"),
        ("今天是2025年2月10日 星期一\n正文", "今天是2025年3月20日 星期四\n正文", "on-time"),
        ("正文。", "正文。扫一扫在手机打开当前页", "on-time"),
        ("正文。发布日期2025年2月10日", "正文。发布日期2025年3月20日", "changed"),
    ],
)
def test_changed_is_what_the_report_says_and_not_what_each_visitor_sees(
    site: Played, before: str, after: str, state: str
) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20", words=before))
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-01-20", words=after))
    site.crawl("2025-03-20")
    assert site.cell("2025-06-02", BODY, 2024).state == state


def test_a_file_that_is_replaced_beside_its_page_is_a_change(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-01-20")
    file = Page(BODY, 2024, url="/a.html", parent=page.address, role="attachment", words="3件")
    site.put(page, file)
    site.crawl("2025-02-10")
    site.put(replace(file, words="4件"))
    site.crawl("2025-03-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "changed"


def test_a_report_that_is_taken_away_was_published_all_the_same(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-01-20")
    site.put(page)
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, status=404))
    site.crawl("2025-03-10")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.punctuality) == ("changed", "on-time")
    assert cell.says("withdrawn")


@pytest.mark.parametrize(
    "words",
    ["网站访问量：{}次\f其他", "全年情况：截至\n2024年12月31日\n共{}件\f其他"],
    ids=["label", "day"],
)
def test_a_figure_between_the_headings_is_no_counter_of_the_page(site: Played, words: str) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20", words=words.format(120)))
    site.crawl("2025-01-25")
    site.put(Page(BODY, 2024, says="2025-01-20", words=words.format(350)))
    site.crawl("2025-02-10")
    assert site.cell("2025-06-02", BODY, 2024).state == "changed"


@pytest.mark.parametrize(
    "words", ["总体\f其他\n浏览次数：{}", "总体\f其他\n2025年1月20日\n{}"], ids=["label", "day"]
)
def test_what_the_page_says_behind_the_last_heading_is_no_change(site: Played, words: str) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20", words=words.format(120)))
    site.crawl("2025-01-25")
    site.put(Page(BODY, 2024, says="2025-01-20", words=words.format(350)))
    site.crawl("2025-02-10")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"
