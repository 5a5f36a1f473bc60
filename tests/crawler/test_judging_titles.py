"""What titles say: report or look-alike, whose, of which year."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links import judge

REPORTS = [
    ("虚构县财政局2024年政府信息公开工作年度报告", "虚构县财政局", 2024),
    ("虚构镇2022年度政府信息公开工作年度报告", "虚构镇", 2022),
    ("2024 年虚构市科委政府信息公开工作\n年度报告", "虚构市科委", 2024),
    ("虚构市2023年政府信息公开年度报告", "虚构市", 2023),
    ("虚构镇政府2022年信息公开工作年度报告", "虚构镇政府", 2022),
    ("虚构乡2019年度政府信息公开年度工作报告", "虚构乡", 2019),
    ("虚构区应急局政府信息公开工作2022年度报告", "虚构区应急局", 2022),
    ("虚构市2016年政务信息公开年度报告", "虚构市", 2016),
    ("虚构市2020年政府信息公开工作的年度报告", "虚构市", 2020),
    ("2021年虚构街道信息公开年报", "虚构街道", 2021),
    ("虚构区（虚构委员会）2023年政府信息公开工作年度报告", "虚构区（虚构委员会）", 2023),
    ("虚构局政府信息公开工作年度报告", "虚构局", None),
    ("2020年政府信息公开工作年度报告", None, 2020),
    ("虚构局二〇二三年政府信息公开工作年度报告", "虚构局", 2023),
    ("虚构区虚构办事处2023年政府信息公开工作年…", "虚构区虚构办事处", 2023),
    ("虚构区审计局2024年政府信息公开工作年度报告", "虚构区审计局", 2024),
    ("虚构县卫生和计划生育委员会2016年政府信息公开年度报告", "虚构县卫生和计划生育委员会", 2016),
    ("虚构县绩效考核办公室2022年政府信息公开工作年度报告", "虚构县绩效考核办公室", 2022),
    ("２０２４年虚构局政府信息公开工作年度报告", "虚构局", 2024),
]


@pytest.mark.parametrize(("title", "organization", "year"), REPORTS)
def test_a_report_is_known_with_its_body_and_year(
    title: str, organization: str | None, year: int | None
) -> None:
    judged = judge(title)
    assert (judged.verdict, judged.organization, judged.year) == ("report", organization, year)


@pytest.mark.parametrize(
    "title",
    [
        "虚构局2024年法治政府建设年度报告",
        "2023年政府网站工作年度报表",
        "虚构局2024年部门预算公开",
        "虚构局政府信息公开指南（2024年版）",
        "图解：虚构局2024年政府信息公开工作年度报告",
        "关于做好2024年政府信息公开工作年度报告编制工作的通知",
        "虚构局政府信息公开制度",
        "虚构局2023年部门决算",
        "虚构局2023年度绩效评价报告",
    ],
)
def test_look_alikes_are_something_else(title: str) -> None:
    assert judge(title).verdict == "other"


@pytest.mark.parametrize(
    ("title", "organization"), [("虚构县财政局", "虚构县财政局"), ("更多", None), ("", None)]
)
def test_a_bare_name_or_less_is_left_open(title: str, organization: str | None) -> None:
    judged = judge(title)
    assert (judged.verdict, judged.organization, judged.year) == ("unclear", organization, None)


def test_two_years_are_no_year() -> None:
    assert judge("虚构局2019年和2020年政府信息公开工作年度报告").year is None


@given(
    name=st.sampled_from(["虚构局", "北京市西城区虚构街道办事处", "虚构县人民政府（虚构县人民政府办公室）"]),
    year=st.integers(2008, 2040),
    shape=st.sampled_from(
        ["{n}{y}年政府信息公开工作年度报告", "{y}年{n}政府信息公开年度报告", "{n}政府信息公开工作{y}年度报告"]
    ),
    places=st.lists(st.integers(0, 40), max_size=4),
    blank=st.sampled_from([" ", "\u3000", "\n", "\u00a0"]),
)
def test_blanks_anywhere_change_nothing(
    name: str, year: int, shape: str, places: list[int], blank: str
) -> None:
    title = shape.format(n=name, y=year)
    for place in places:
        title = title[:place] + blank + title[place:]
    judged = judge(title)
    assert (judged.verdict, judged.organization, judged.year) == ("report", name, year)


@given(st.text(max_size=60))
def test_any_text_has_a_judgement(title: str) -> None:
    assert judge(title).verdict in ("report", "other", "unclear")
