"""Titles by the thousand, from a grammar of what is met in print: whose and of which year, or a finding."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from pipelines.report.read import read_body
from pipelines.report.titles import parse_page_title, parse_title


def words(text: str) -> list[str]:
    return [word.replace("␣", " ") for word in text.split()]


PLACES = words(
    """
    虚构市 虚构县 示例区 虚构省示例市 示例市虚构区 和平虚构区 同安虚构县 从化示例区 虚构自治州示例县
    示例旗 于洪虚构区 虚构盟示例旗 经虚构市
    """
)
BODIES = words(
    """
    人民政府 人民政府办公室 民政局 公安局示例分局 住房和城乡建设局 发展和改革委员会 审计局 卫生健康委
    税务局 虚构镇人民政府 虚构乡 示例镇 虚构街道办事处 示例街道 高新技术产业开发区管委会
    示例经济开发区管理委员会 疾病预防控制中心 第一中学 第101中学 八一小学 示例医院 供电公司
    城市管理综合执法大队 残疾人联合会 总工会 科学技术协会 妇联 档案馆 气象局 海关 大数据中心 环境信息中心
    教育考试院 消防救援支队 机构编制委员会办公室 信访局 烟草专卖局 国营示例农场 地质二一一大队
    委员会统战部 12345政务服务便民热线中心 人民检察院 殡仪馆 风景名胜区管理处 团委 编办 政务公开办公室
    信息中心 政务服务和数据局
    """
)
SECOND = ["", "", "", "", "（示例市科学技术委员会）", "（虚构区粮食和物资储备局）", "(虚构县乡村振兴局)"]
TITLES = words(
    """
    {name}{year}政府信息公开工作年度报告 {name}{year}政府信息公开年度报告 {name}{year}信息公开年度报告
    {name}{year}政务公开工作年度报告 {name}{year}政府信息公开年报 {year}{name}政府信息公开工作年度报告
    {name}{year}政务信息公开年度报告 {name}{year}政府信息公开工作的年度报告
    {name}政府信息公开工作{year}报告 {name}政府信息公开{year}工作报告
    {name}关于{year}政府信息公开工作年度报告 {name}{year}政府信息公开年度工作报告
    关于{name}{year}政府信息公开工作情况的报告 {name}{year}政府信息与政务公开工作年度报告
    {name}{year}依申请公开及政府信息公开工作年度报告 {name}{year}政务公开和政府信息公开工作年度报告
    {name}政府信息公开工作年度报告（{year}） {name}政府信息公开年度报告({year})
    {name}{year}政府信息主动公开工作年度报告 {name}{year}政府网站信息公开工作年度报告
    《{name}{year}政府信息公开工作年度报告》 1.{name}{year}政府信息公开工作年度报告.pdf
    {name}{year}政府信息公开工作年度报告（图片版） {name}{year}政府信息公开工作年度报告-20240118
    {name}{year}政府信息公开工作年度报告（盖章版） 【{name}】{year}政府信息公开工作年度报告
    {name}（本级）{year}政府信息公开工作年度报告 {name}{year}政府信息公开工作总结报告
    {name}{year}政府信息公开工作第一次年度报告 （3）{name}{year}信息公开工作年度报告
    {name}{year}法定主动公开内容政府信息公开年报 {name}␣{year}␣政府信息␣公开␣工作年度报告
    附件：{name}{year}政府信息公开工作年度报告 {name}开展{year}政府信息公开工作年度报告
    """
)
YEARS = ["{y}年", "{y}年度", " {y} 年", "{y}", "{c}年", "{w}年度", "{y} 年度"]
LOOK_ALIKES = words(
    """
    {name}{year}法治政府建设年度报告 {name}{year}政府网站工作年度报表 {name}政府信息公开指南（{year}）
    【图解】{name}{year}政府信息公开工作年度报告 {name}{year}政府信息公开工作年度报告解读
    一图读懂{name}{year}政府信息公开工作年度报告 {name}{year}部门预算公开报告
    {name}{year}决算公开工作年度报告 转发关于做好{year}政府信息公开工作年度报告的通知
    关于印发{year}政府信息公开工作要点的通知 {name}{year}政府信息公开目录
    {name}{year}法治政府建设情况报告 {name}关于做好{year}政府信息公开工作年度报告编制发布工作的通知
    政府信息公开工作年度报告模板 {name}{year}依法行政工作年度报告 {name}{year}环境信息公开年度报告
    {name}{year}企业信息公开年度报告 {name}{year}政务公开培训工作报告
    """
)


@dataclass(frozen=True)
class Case:
    title: str
    name: str
    year: int


def case(rng: random.Random, patterns: list[str] = TITLES) -> Case:
    name = rng.choice(PLACES) + rng.choice(BODIES) + rng.choice(SECOND)
    year = rng.randrange(2008, 2027)
    digits = {"y": str(year), "c": "".join("〇一二三四五六七八九"[int(d)] for d in str(year))}
    digits["w"] = "".join(chr(0xFF10 + int(d)) for d in str(year))
    pattern = rng.choice(patterns)
    printed = rng.choice(YEARS).format(**digits)
    if pattern.startswith("【{name}】") and len(name) > 10:
        pattern = TITLES[0]
    return Case(pattern.format(name=name, year=printed), name, year)


@pytest.mark.parametrize("seed", range(20))
def test_a_title_names_its_body_and_year_or_says_that_it_is_in_doubt(seed: int) -> None:
    rng = random.Random(seed)
    wrong, doubtful = [], 0
    for drawn in (case(rng) for _ in range(250)):
        found = parse_title(drawn.title)
        right = found is not None and (found.organization, found.year) == (drawn.name, drawn.year)
        flagged = found is None or found.organization is None or found.doubtful
        if not right and not flagged:
            wrong.append((drawn.title, found))
        doubtful += not right
    assert not wrong
    assert doubtful <= 3


@pytest.mark.parametrize("seed", range(5))
def test_what_only_looks_like_a_report_has_no_title_of_one(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(100):
        title = case(rng, LOOK_ALIKES).title
        assert parse_title(title) is None, title


SITES = [
    "{t}_示例市人民政府",
    "{t}-示例市人民政府门户网站",
    "示例市人民政府_{t}",
    "{t} | 虚构网",
    "首页>政府信息公开>{t}",
    "{t}_政府信息公开年报_虚构政务网",
]
PAGES = [
    "{title}",
    "{broken}",
    "{nameless}+above",
    "{nameless}+signature",
    "{nameless}+head",
    "{nameless}+crumb",
]


def page(rng: random.Random, drawn: Case) -> tuple[str, str]:
    """A page that says body and year somewhere: in its title, head, breadcrumb, letterhead or signature."""
    nameless = f"{drawn.year}年政府信息公开工作年度报告"
    shape = rng.choice(PAGES)
    lines, tail, head = [], [], ""
    if shape == "{title}":
        lines = [drawn.title]
    elif shape == "{broken}":
        at = rng.randrange(2, len(drawn.title) - 2)
        lines = [drawn.title[:at], drawn.title[at:]]
    else:
        lines = [nameless]
        full = f"{drawn.name}{nameless}"
        if shape.endswith("above"):
            second = drawn.name.find("（")
            lines = (
                [drawn.name[:second], drawn.name[second:], nameless] if second > 0 else [drawn.name, nameless]
            )
        elif shape.endswith("signature"):
            tail = [drawn.name, f"{drawn.year + 1}年1月20日"]
        elif shape.endswith("head"):
            head = f"<title>{rng.choice(SITES).format(t=full)}</title>"
        else:
            lines = [f"当前位置：首页 > 政府信息公开 > {drawn.name} > 政府信息公开年报", nameless]
    if rng.random() < 0.3:
        lines = [
            *rng.sample(["首页", "政务公开", "虚构市人民政府门户网站", "无障碍", "政府信息公开指南"], 2),
            *lines,
        ]
    if rng.random() < 0.3:
        lines.append("来源：示例市人民政府办公室 发布时间：" + f"{drawn.year + 1}-01-20")
    body = [
        *lines,
        "一、总体情况",
        "我单位认真贯彻落实条例，依法公开政府信息。",
        "六、其他需要报告的事项",
        "无。",
        *tail,
    ]
    return shape, f"<html><head>{head}</head><body>{''.join(f'<p>{t}</p>' for t in body)}</body></html>"


@pytest.mark.parametrize("seed", range(20))
def test_a_page_names_its_body_and_year_or_says_that_it_is_in_doubt(seed: int) -> None:
    rng = random.Random(1000 + seed)
    wrong, flagged = [], 0
    for drawn in (case(rng) for _ in range(40)):
        shape, html = page(rng, drawn)
        report = read_body(html.encode())
        codes = {f.code for f in report.findings}
        body = report.organization == drawn.name or codes & {"organization-unknown", "organization-doubtful"}
        year = report.year == drawn.year or "year-conflict" in codes
        if not (body and year) and report.is_report:
            wrong.append((shape, html[:300], report.organization, report.year))
        flagged += (report.organization, report.year) != (drawn.name, drawn.year)
    assert not wrong
    assert flagged <= 6


def test_page_titles_with_the_sites_name_in_every_place() -> None:
    rng = random.Random(7)
    for site in SITES:
        for drawn in (case(rng, TITLES[:6]) for _ in range(30)):
            found = parse_page_title(site.format(t=drawn.title))
            assert found is not None
            assert (found.organization, found.year) == (drawn.name, drawn.year) or found.doubtful, (
                site,
                drawn,
                found,
            )
