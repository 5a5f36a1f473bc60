"""A sample of `python -m tests.pipelines.history.random_changes`, and a real worker's answer."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.history.changes import changes
from pipelines.history.noise import stilled
from pipelines.history.side_by_side import squeeze
from tests.pipelines.history.random_changes import attempt
from tests.pipelines.history.told import SITE, Told


@pytest.mark.parametrize("number", range(40))
def test_a_change_is_called_what_it_is_whatever_a_visit_brings(number: int) -> None:
    done = attempt(f"sample/{number}", "page" if number % 8 else "word")
    assert done.verdict.kind == done.wanted, done.verdict


@pytest.mark.parametrize(
    "line",
    [
        "虚构公众号推送示例内容3991篇，阅读量223人次，评论逐条回复。",
        "全年网站访问量 18204566 次，同比增长 3%。",
        "收到申请 12 件",
        "2025年1月20日",
        "发布时间：2025年1月20日 星期一",
        "本年度新收申请12件",
        "下载量：公开指南 12 次",
        "办理时间 12 秒内答复",
        "全年平均气温 12 度",
        "档案库房温度保持在 12℃，湿度 50%。",
        "本年新收申请 12 件，其中 1月20日 3 件",
    ],
)
def test_figures_of_a_report_are_no_counters(line: str) -> None:
    assert stilled([line], date(2025, 1, 20)) == [line]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["浏览次数：12"], ["‥"]),
        (["来源：虚构局 浏览次数： 1,234 次 字体：大 中 小"], ["来源：虚构局 ‥ 字体：大 中 小"]),
        (["浏览次数", "12", "12"], ["浏览次数", "‥", "12"]),
        (["今天是2025年1月20日 星期一"], ["今天是‥"]),
        (["今天是2025年1月2日"], ["今天是2025年1月2日"]),
        (["2025年1月20日 09:30:12 星期一 农历腊月廿一"], ["‥ ‥"]),
        (["现在时间：2025-01-20 09:30 晴 -3~5℃"], ["现在时间：‥ ‥"]),
        (["1月20日 星期一"], ["‥"]),
        (["1月20日 公布"], ["1月20日 公布"]),
        (["Hits: 12 | 页面生成时间：0.012秒"], ["‥ | ‥"]),
        (["阅读", "[12]"], ["阅读", "‥"]),
    ],
)
def test_counters_and_the_day_of_the_visit_are_left_out(lines: list[str], left: list[str]) -> None:
    assert [squeeze(line) for line in stilled(lines, date(2025, 1, 20))] == [squeeze(line) for line in left]


def test_a_worker_opens_bodies_in_a_process_of_its_own(told: Told) -> None:
    told.crawl(("/a.html", b"<html><body><p>one</p></body></html>"))
    told.crawl(("/a.html", b"<html><body><p>two</p></body></html>"))
    with told.open() as archive:
        (change,) = changes(archive, SITE)
    assert change.kind == "prose"
    assert (change.prose[0].before, change.prose[0].after) == (("one",), ("two",))
