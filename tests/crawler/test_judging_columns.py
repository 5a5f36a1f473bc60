"""What a link says of the column behind it: annual reports, a year's, a group's, a body's, or else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.links import ColumnKind, annual_path, judge_column

HOST = "https://www.xugou-a.gov.cn"

ANNUAL = """政府信息公开年报 信息公开年报 年度报告 年报 政府信息公开工作年度报告 政府信息公开年度报告
公开年报 政府信息公开年报列表 部门年报 街道年报 区政府部门年报 历年年报 政府信息公开年报（部门）
政府信息公开工作报告 【政府信息公开年报】 政府資訊公開年報 信息公开年度工作报告"""
GROUPS = """区政府 区政府部门 县政府部门 街道办事处 乡镇 政府工作部门 县直单位 镇（街道） 各镇街
市直部门 区直部门 乡镇街道 区级部门 派出机构 垂管单位 双管单位 乡镇人民政府 区政府各部门 其他单位
市政府工作部门 委办局 街道（乡镇） 中央驻市单位 部门 各乡镇人民政府 直属事业单位 开发区"""
PORTALS = """政府信息公开 政务公开 信息公开 政府信息公开专栏 信息公开专栏 法定主动公开内容
政府信息公开平台 部门信息公开 基层政务公开 政府信息公开网 区政府信息公开 街道信息公开 政务公开专栏
政府信息公开目录 部门和乡镇街道信息公开目录
镇街信息公开 各部门信息公开 区县、部门政务公开"""
BODIES = """虚构县财政局 教育局 虚构街道办事处 区发展改革委 虚构镇 区人民政府办公室 政府办公室 区政府办
发改委 虚构县审计局 虚构县绩效考核办公室
虚构县投资促进局 虚构水库 县融媒体中心"""
OTHERS = """首页 政府信息公开指南 政府信息公开制度 依申请公开 法治政府建设年度报告 政府网站工作年度报表
政府网站年报 统计年报 企业年报 通知公告 预决算公开 财政预决算 办事大厅 政策文件 领导之窗 政府工作报告
公共企事业单位 虚构县人民政府网站 法治政府建设 机构设置 行政执法年度报告 建议提案 要闻
新闻中心 走进虚构县 法治政府 文明城市 政府常务会 国务院 美丽乡村 2023年部门决算
2023年政务公开工作要点 学年信息公开工作年度报告"""


@pytest.mark.parametrize(
    ("titles", "kind"),
    [(ANNUAL, "annual"), (GROUPS, "group"), (PORTALS, "portal"), (BODIES, "body"), (OTHERS, "other")],
)
def test_words_say_the_kind(titles: str, kind: ColumnKind) -> None:
    for title in titles.split():
        assert (title, judge_column(title).kind) == (title, kind)
        assert (judge_column(title).score == 0) == (kind == "other")


@pytest.mark.parametrize(
    "title",
    ["2023年", "2023年度", "2023", "二〇二三年", "（2023年）", "２０２３ 年", "[2023]", "2023年（15）"],
)
def test_a_year_alone_is_a_years_column(title: str) -> None:
    judged = judge_column(title, f"{HOST}/zwgk/202401/")
    assert (judged.kind, judged.year, judged.organization) == ("year", 2023, None)


@pytest.mark.parametrize(
    ("title", "kind", "organization"),
    [
        ("2023年政府信息公开年报", "annual", None),
        ("2023年度报告", "annual", None),
        ("虚构县财政局2023年政府信息公开年报", "annual", "虚构县财政局"),
        ("2023年区政府部门", "group", None),
        ("2023区级部门", "group", None),
        ("虚构镇2023年", "body", "虚构镇"),
        ("虚构镇2023年（3条）", "body", "虚构镇"),
    ],
)
def test_a_year_beside_other_words_is_told_too(
    title: str, kind: ColumnKind, organization: str | None
) -> None:
    judged = judge_column(title)
    assert (judged.kind, judged.year, judged.organization) == (kind, 2023, organization)


def test_a_bodys_own_portal_names_the_body() -> None:
    assert judge_column("虚构县财政局政府信息公开").organization == "虚构县财政局"
    assert judge_column("虚构县財政局").organization == "虚构县財政局"
    for title in ("政府信息公开", "部门和乡镇街道信息公开目录", "镇街信息公开", "街道信息公开"):
        assert judge_column(title).organization is None


YEARS = [
    ("/zwgk/zfxxgk/zfxxgknb/gknb2017/", 2017),
    ("/zfxxgkzl/zfxxgknb/2023nb/dcqid2023/", 2023),
    ("/zwgk/zfxxgks/zfxxgknb/2020nian/", 2020),
    ("/zwgk/zfxxgks/zfxxgknb/2021n/", 2021),
    ("/newsite/zwgk/zfxxgk_1/zfxxgknb/nb_2022n/", 2022),
    ("/zwgk/zfxxgk/zfxxgknb/bm/mb2021/", 2021),
    ("/zwgk/zcwj67/zfxxgknb/2024n78/", 2024),
    ("/zwgk/zfxxgkzl/zfxxgkndbg/2021ndbg/2021qjbm/", 2021),
    ("/gk/xxgknb/2024nb/bmnb2024/index.html", 2024),
    ("/cnsq/gknb/xxgknb2019_list.shtml", 2019),
]


@pytest.mark.parametrize(("path", "year"), YEARS)
def test_a_folder_of_a_year_is_one_without_words(path: str, year: int) -> None:
    for title in ("", "更多>>"):
        judged = judge_column(title, HOST + path)
        assert (judged.kind, judged.year) == ("year", year)


@pytest.mark.parametrize(
    ("path", "year"),
    [
        ("/zfxxgk/zfxxgknb/2022/zjyq/", 2022),
        ("/xxgk/xxgknb_14128/2020ndgb/xjbm/", 2020),
        ("/zfxxgk/zfxxgkgzndbg/sj/nb_2021/jgzfxxgknb/", 2021),
        ("/xxgk/gknb/index.html", None),
        ("/ed/edqrmzfndbg/", None),
        ("/CLXXXGK/XXGK/XXGKNB/ZLJB/", None),
        ("/bmjz/qzfjz_97456/zwgk_97461/zfxxgknb_97478/", None),
        ("/txxgknb_17198/", None),
        ("/sjt/xxgk_71228/nb/", None),
        ("/xxgk/xxgkbg/", None),
        ("/zsjg/glj/ndbg/", None),
        ("/gkmlpt/annualreport", None),
        ("/xxgk/gknb-xhljdzfxxgk/", None),
        ("/zwgk/zwgk_zfxxgknb_qzf_gknb/", None),
        ("/jurong/bmxxgknb/", None),
        ("/zwgk/zfxxgkndgzbg/", None),
    ],
)
def test_a_path_says_annual_and_the_year_above(path: str, year: int | None) -> None:
    judged = judge_column("", HOST + path)
    assert (judged.kind, judged.year) == ("annual", year)
    assert annual_path(HOST + path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "/dxqzf69/2215369/2215371/",
        "/30194/36953/41045/index.htm",
        "/202301/t20230113_6078720.html",
        "/art/2023/1/10/art_6098_474574.html",
        "/col/col1229214366/index.html",
        "/c106127/list.shtml",
        "/dznb/",
        "/",
        "",
    ],
)
def test_other_paths_say_nothing(path: str) -> None:
    judged = judge_column("", HOST + path)
    assert (judged.kind, judged.year, judged.score) == ("other", None, 0)
    assert annual_path(HOST + path) is None


def test_words_come_before_the_path() -> None:
    nested = f"{HOST}/zfxxgk/zfxxgknb/2022nb/"
    assert judge_column("政府信息公开指南", nested).kind == "other"
    assert judge_column("2023年", nested).year == 2023
    assert judge_column("区政府部门", nested).year == 2022


def test_scores_rank_the_ways_to_annual_reports() -> None:
    nested = f"{HOST}/zfxxgk/zfxxgknb/"
    ways = [
        judge_column("政府信息公开年报"),
        judge_column("信息公开年报"),
        judge_column("年报"),
        judge_column("政府信息公开"),
        judge_column("政务公开"),
        judge_column("虚构县财政局"),
        judge_column("首页"),
    ]
    scores = [way.score for way in ways]
    assert scores == sorted(scores, reverse=True)
    assert judge_column("虚构县财政局", nested).score > judge_column("虚构县财政局").score
    assert max(scores) == 100


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.text(max_size=60), st.one_of(st.text(max_size=60), st.text("/:[]?#%2023nbgk._", max_size=40)))
def test_any_link_has_a_judgement(title: str, url: str) -> None:
    judged = judge_column(title, url)
    assert 0 <= judged.score <= 100
    assert judged.why
