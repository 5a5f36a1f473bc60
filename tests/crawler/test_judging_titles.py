"""What titles say: report or look-alike, whose, of which year."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
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
    ("信息公开年报", None, None),
    ("政府信息公开工作年度报告（2023年度）", None, 2023),
    ("虚构局政府信息公开工作年度报告（2023年度）", "虚构局", 2023),
    ("虚构县人民政府信息公开工作年度报告（2015年）", "虚构县人民政府", 2015),
    ("虚构市2023年虚构区民政局政府信息公开年报", "虚构区民政局", 2023),
    ("虚构局二〇二三年政府信息公开工作年度报告", "虚构局", 2023),
    ("二○一三年虚构局政府信息公开工作年度报告", "虚构局", 2013),
    ("２０２４年虚构局政府信息公开工作年度报告", "虚构局", 2024),
    ("虚構區民政局2023年政府資訊公開工作年度報告", "虚構區民政局", 2023),
    ("虚构区虚构办事处2023年政府信息公开工作年…", "虚构区虚构办事处", 2023),
    ("虚构区虚构办事处2023年信息公开...", "虚构区虚构办事处", 2023),
    ("虚构镇2022年政府信息公开情况报告", "虚构镇", 2022),
    ("虚构县人民政府办公室关于2023年政府信息公开工作情况的报告", "虚构县人民政府办公室", 2023),
    ("关于虚构局2023年政府信息公开工作年度报告", "虚构局", 2023),
    ("虚构局2023年政府信息公开年度报告.pdf", "虚构局", 2023),
    ("附件1：虚构局2023年政府信息公开年度报告（盖章版）.docx", "虚构局", 2023),
    ("【年报】虚构局2023年政府信息公开工作年度报告", "虚构局", 2023),
    ("1、2023年虚构局政府信息公开工作年度报告", "虚构局", 2023),
    ("12 虚构局2023年政府信息公开年度报告", "虚构局", 2023),
    ("12 2023年虚构局政府信息公开年度报告", "虚构局", 2023),
    ("No.3 2023年虚构局政府信息公开年度报告", "虚构局", 2023),
    ("No.12 虚构局2023年政府信息公开工作年度报告", "虚构局", 2023),
    ("Annual Report 虚构局2023年政府信息公开工作年度报告", "虚构局", 2023),
    ("《虚构局2023年政府信息公开工作年度报告》", "虚构局", 2023),
    ("虚构局2023年政府信息公开工作年度报告（图片版）", "虚构局", 2023),
    ("2023年度虚构局政府信息公开工作年度报告的公示", "虚构局", 2023),
    ("虚政发〔2024〕3号 虚构县2023年政府信息公开工作年度报告", "虚构县", 2023),
    ("虚构局2023年政府信息公开年度报告[2024-01-15]", "虚构局", 2023),
    ("(2024-01-15)虚构局2023年政府信息公开年度报告", "虚构局", 2023),
    ("虚构县政府2023年政府信息公开工作年度报告-虚构县人民政府门户网站", "虚构县政府", 2023),
    ("虚构局：2023年政府信息公开工作年度报告", "虚构局", 2023),
    ("2023年政府信息公开工作年度报告（虚构县教育局）", "虚构县教育局", 2023),
    ("县政府2023年政府信息公开工作年度报告", "县政府", 2023),
    ("[2023年]虚构局政府信息公开年报", "虚构局", 2023),
    ("虚构局政府信息公开年度报告-2023年", "虚构局", 2023),
    ("虚构县教育局 | 2023年政府信息公开工作年度报告", "虚构县教育局", 2023),
    ("虚构局23年政府信息公开工作年度报告", "虚构局", None),
    ("虚构县发布2023年政府信息公开年度报告", "虚构县", 2023),
    # Look-alikes' words in a body's name.
    ("虚构区审计局2024年政府信息公开工作年度报告", "虚构区审计局", 2024),
    ("虚构县卫生和计划生育委员会2016年政府信息公开年度报告", "虚构县卫生和计划生育委员会", 2016),
    ("虚构县绩效考核办公室2022年政府信息公开工作年度报告", "虚构县绩效考核办公室", 2022),
    ("虚构市环境信息中心2023年政府信息公开工作年度报告", "虚构市环境信息中心", 2023),
    ("虚构县法治政府建设办公室2023年政府信息公开工作年度报告", "虚构县法治政府建设办公室", 2023),
    ("虚构县综合行政执法局2023年政府信息公开年报", "虚构县综合行政执法局", 2023),
    ("虚构县企业服务中心2023年政府信息公开年报", "虚构县企业服务中心", 2023),
    ("虚构县政务公开办公室2023年政府信息公开年报", "虚构县政务公开办公室", 2023),
    ("虚构市第一图书馆2023年政府信息公开年报", "虚构市第一图书馆", 2023),
    ("虚构县政府办法制办公室2016年政府信息公开年报", "虚构县政府办法制办公室", 2016),
    # An institution that claims the statutory form.
    ("虚构县人民医院2023年政府信息公开工作年度报告", "虚构县人民医院", 2023),
]


@pytest.mark.parametrize(("title", "organization", "year"), REPORTS)
def test_a_report_is_known_with_its_body_and_year(
    title: str, organization: str | None, year: int | None
) -> None:
    for column in (None, True, False):
        judged = judge(title, column=column)
        assert (judged.verdict, judged.organization, judged.year) == ("report", organization, year)


LOOK_ALIKES = [
    "虚构局2024年法治政府建设年度报告",
    "虚构局2023年度法治政府建设情况报告",
    "2023年政府网站工作年度报表",
    "政府网站工作年度报表（2023年）",
    "虚构局2024年部门预算公开",
    "虚构局2023年部门决算",
    "虚构县2023年预算执行情况和2024年预算草案的报告",
    "虚构局2023年“三公”经费",
    "虚构局政府信息公开指南（2024年版）",
    "虚构局政府信息公开制度",
    "政府信息公开目录",
    "政府信息公开申请表",
    "图解：虚构局2024年政府信息公开工作年度报告",
    "一图读懂虚构局2024年政府信息公开工作年度报告",
    "《虚构局2023年政府信息公开工作年度报告》解读",
    "虚构局关于2023年度政府信息公开工作年度报告的说明",
    "关于做好2024年政府信息公开工作年度报告编制工作的通知",
    "虚构局召开2023年政府信息公开年度报告编制培训会",
    "关于印发《政府信息公开工作年度报告格式》的通知",
    "关于2014年政府信息公开工作要点落实情况的函",
    "2023年政务公开工作要点",
    "2023年政务公开工作总结",
    "2023年政务公开考核结果",
    "虚构局2023年行政执法年度报告",
    "虚构局2023年度绩效评价报告",
    "虚构县2023年政府工作报告",
    "虚构县2023年国民经济和社会发展统计公报",
    "虚构局2023年统计年报",
    "2023年依申请公开办理情况",
    "虚构局2023年建议提案办理情况报告",
    "虚构公司2023年企业环境信息依法披露年度报告",
    "虚构县社会组织2023年度报告",
    "虚构局2023年上半年政府信息公开工作报告",
    "虚构局2023年第一季度政府信息公开工作报告",
    "虚构县2023年度政府网站与政务新媒体工作年报",
    "虚构县人民检察院2023年检务公开年度报告",
    "虚构县政府信息公开情况统计表（2023年度）",
    # Other forms: a public institution's reports under rules of their own.
    "虚构大学2022-2023学年信息公开工作年度报告",
    "虚构学院2023年信息公开工作年度报告",
    "虚构县人民医院2023年信息公开年报",
    "公共企事业单位信息公开年度报告",
    "医院信息公开",
    "虚构自来水有限公司2023年信息公开工作年度报告",
    "虚构高校信息公开",
]


@pytest.mark.parametrize("title", LOOK_ALIKES)
def test_look_alikes_are_something_else_in_any_column(title: str) -> None:
    for column in (None, True, False):
        assert judge(title, column=column).verdict == "other"


@pytest.mark.parametrize(
    ("title", "organization", "year"),
    [
        ("虚构县财政局", "虚构县财政局", None),
        ("虚构县审计局", "虚构县审计局", None),
        ("虚构县虚构局（虚构县虚构管理局）", "虚构县虚构局（虚构县虚构管理局）", None),
        ("虚构镇人民政府2021", "虚构镇人民政府", 2021),
        ("2021年虚构镇", "虚构镇", 2021),
        ("虚构镇_2017年_虚构县人民政府", "虚构镇", 2017),
        ("县政府办公室", "县政府办公室", None),
        ("2023年年度报告（虚构局）", "虚构局", 2023),
        ("2023年", None, 2023),
        ("2023", None, 2023),
        ("（2023年度）", None, 2023),
        ("2023年度报告", None, 2023),
        ("2023年年报", None, 2023),
        ("虚构局2023年度报告", "虚构局", 2023),
        ("虚构局2023年度工作报告", "虚构局", 2023),
        ("虚构区虚构办事处2023年政府信…", None, 2023),
        ("虚构市虚构区人民政府…", None, None),
    ],
)
def test_less_than_a_title_is_a_report_in_an_annual_column_only(
    title: str, organization: str | None, year: int | None
) -> None:
    inside, outside = judge(title, column=True), judge(title, column=False)
    assert (inside.verdict, inside.organization, inside.year) == ("report", organization, year)
    assert (outside.verdict, outside.organization, outside.year) == ("unclear", organization, year)
    assert judge(title) == outside


@pytest.mark.parametrize(
    "title",
    [
        "更多",
        "首页",
        "",
        "年度报告",
        "政府信息公开",
        "办事大厅",
        "返回虚构县人民政府",
        "虚构",
        "虚构县动态",
        "政策文件库",
        "走进虚构县",
    ],
)
def test_menu_words_are_no_reports_in_any_column(title: str) -> None:
    for column in (None, True, False):
        assert judge(title, column=column).verdict == "unclear"


def test_two_years_are_no_year() -> None:
    assert judge("虚构局2019年和2020年政府信息公开工作年度报告").year is None


# ------------------------------------------------------------------ thousands of titles


def words(text: str) -> st.SearchStrategy[str]:
    """One of the words in the text."""
    return st.sampled_from(re.findall(r"\S+", text))


PLACES = st.builds(
    lambda name, kind: name + kind,
    st.text("云岭海河溪湖桥港沙泉松竹梅兰金玉东西南北新安宁昌丰", min_size=2, max_size=3),
    st.sampled_from(["市", "县", "区", "旗", "自治县", "经济开发区"]),
)
KINDS = words(
    """
    人民政府 人民政府办公室 财政局 审计局 统计局 卫生和计划生育委员会 发展和改革委员会 教育和体育局
    综合行政执法局 市场监督管理局 医疗保障局 绩效考核办公室 政务服务和大数据管理局 信访局 公安局虚构分局
    应急管理局 城南街道办事处 城关镇人民政府 东山乡 河西街道 虚构镇 民族宗教事务局 机关事务服务中心
    环境信息中心 企业服务局 退役军人事务局 建设工程质量监督站 地方志编纂委员会办公室 档案馆
    供销合作社联合社 税务局 气象局 机构编制委员会办公室 管理委员会 林场 国土资源局 科委 发改委 住建局
    政务公开办公室 教育考试中心 人力资源和社会保障局（外国专家局） 农业农村局（乡村振兴局）
    """
)
BODIES = st.builds(lambda place, kind: place + kind, PLACES, KINDS)
YEARS = st.integers(2008, 2040)
SUBJECTS = st.sampled_from(
    [
        subject + ending
        for subject in ("政府信息公开", "信息公开", "政务信息公开")
        for ending in ("工作年度报告", "年度报告", "年报")
    ]
    + [
        "政府信息公开年度工作报告",
        "政府信息公开工作报告",
        "政府信息公开工作的年度报告",
        "政府信息公开工作情况年度报告",
    ]
)
SHAPES = st.sampled_from(
    [
        "{b}{y}年{s}",
        "{b}{y}年度{s}",
        "{y}年{b}{s}",
        "{y}年度{b}{s}",
        "{b}{s}（{y}年）",
        "{b}{s}（{y}年度）",
        "{b}关于{y}年{s}",
    ]
)
BEFORE = st.sampled_from(
    [
        "",
        "1.",
        "3、",
        "（1）",
        "【年报】",
        "附件1：",
        "附件：",
        "《",
        "· ",
        "[图文]",
        "NEW! ",
        "（2024-01-15）",
    ]
)
AFTER = st.sampled_from(
    [
        "",
        ".pdf",
        ".docx",
        " 2024-01-15",
        "[2024-01-15]",
        "（2024-01-15）",
        "》",
        "（图片版）",
        "-虚构县人民政府",
        "的公示",
        " 下载",
        " NEW",
    ]
)


def chinese(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))


def full_width(year: int) -> str:
    return "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in str(year))


WRITTEN = st.sampled_from([str, chinese, full_width])


@settings(max_examples=1200, derandomize=True, deadline=None)
@given(
    body=BODIES, year=YEARS, subject=SUBJECTS, shape=SHAPES, before=BEFORE, after=AFTER, written=WRITTEN,
    places=st.lists(st.integers(0, 60), max_size=3), blank=st.sampled_from([" ", "\u3000", "\n", "\u00a0"]),
)  # fmt: skip
def test_body_and_year_come_back_from_any_shape(
    body: str, year: int, subject: str, shape: str, before: str, after: str, written: Callable[[int], str],
    places: list[int], blank: str,
) -> None:  # fmt: skip
    title = before + shape.format(b=body, y=written(year), s=subject) + after
    for place in places:
        title = title[:place] + blank + title[place:]
    judged = judge(title)
    assert (judged.verdict, judged.organization, judged.year) == ("report", body, year), title


@settings(max_examples=500, derandomize=True, deadline=None)
@given(body=BODIES, year=YEARS, shape=SHAPES, kept=st.integers(0, 9))
def test_a_title_cut_off_after_its_subject_still_names_body_and_year(
    body: str, year: int, shape: str, kept: int
) -> None:
    title = shape.format(b=body, y=year, s="政府信息公开工作年度报告")
    cut = title[: title.index("信息公开") + 4 + kept] + "…"
    judged = judge(cut)
    assert (judged.verdict, judged.organization) == ("report", body), cut
    assert judged.year in (year, None)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    body=BODIES,
    year=YEARS,
    before=BEFORE,
    shape=st.sampled_from(["{b}", "{y}年{b}", "{b}{y}年", "{b}_{y}年", "{b}{y}年度报告"]),
)
def test_a_body_alone_is_a_report_in_an_annual_column_only(
    body: str, year: int, before: str, shape: str
) -> None:
    title = before + shape.format(b=body, y=year)
    inside = judge(title, column=True)
    assert (inside.verdict, inside.organization) == ("report", body), title
    assert inside.year == (year if "{y}" in shape else None)
    assert judge(title).verdict == "unclear"


OTHERS = words(
    """
    {b}{y}年法治政府建设年度报告 {b}{y}年度法治政府建设情况报告 {b}{y}年政府网站工作年度报表
    {b}{y}年部门预算 {b}{y}年度部门决算公开 {b}政府信息公开指南 {b}政府信息公开制度 {b}政府信息公开目录
    图解：{b}{y}年政府信息公开工作年度报告 {b}{y}年政府信息公开工作年度报告解读
    一图读懂{b}{y}年政府信息公开年报 关于做好{b}{y}年政府信息公开工作年度报告编制发布工作的通知
    {b}{y}年政务公开工作要点 {b}{y}年行政执法年度报告 {b}{y}年行政执法统计年报 {b}政府信息公开申请表
    {b}{y}年政务公开工作考核结果 {b}{y}年依申请公开办理情况 {b}{y}年建议提案办理情况报告
    {b}{y}年企业环境信息依法披露年度报告 {b}{y}年政务公开工作总结 {y}年{b}绩效自评报告
    {b}{y}年政府工作报告 {b}公共企事业单位信息公开年度报告 {b}{y}年法治政府建设和政府信息公开年度报告
    {b}关于印发{y}年政府信息公开工作方案的通知 {b}{y}年度依法行政工作报告
    """
)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(body=BODIES, year=YEARS, shape=OTHERS, before=BEFORE, column=st.sampled_from([None, True, False]))
def test_look_alikes_never_become_reports(
    body: str, year: int, shape: str, before: str, column: bool | None
) -> None:
    title = before + shape.format(b=body, y=year)
    assert judge(title, column=column).verdict == "other", title


WORDS = words(
    """
    2023年 二〇二三年 20 政府 信息 公开 政府信息公开 工作 年度 报告 年报 … （ ） 【 】 _ 局 虚构县 的
    关于 1. .pdf 依申请 ! �� 學 a
    """
)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(
    st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=40).map("".join)), st.sampled_from([None, True])
)
def test_any_text_has_a_judgement(title: str, column: bool | None) -> None:
    judged = judge(title, column=column)
    assert judged.verdict in ("report", "other", "unclear")
    assert judged.year is None or 2000 <= judged.year < 2050
    assert judged.why


@pytest.mark.parametrize(
    "piece",
    [
        "年",
        "2023年",
        "（",
        "信息公开",
        "报告",
        "虚构局",
        "_",
        " ",
        "政府信息公开工作",
        "1.",
        "【",
        "〔",
        "二〇",
        "…",
    ],
)
@pytest.mark.parametrize("length", [290, 10_000])
def test_long_titles_are_judged_at_once(piece: str, length: int) -> None:
    title = "虚构局" + piece * (length // len(piece)) + "2023年政府信息公开工作年度报"
    began = time.process_time()
    judge(title, column=True)
    assert time.process_time() - began < 0.25
