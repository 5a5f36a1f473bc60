"""Whose report of which year: titles whole and broken, imprints, signatures, periods, conflicts."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.report.documents import Hints, apply_hints
from pipelines.report.model import Report
from pipelines.report.read import read_body
from pipelines.report.titles import parse_page_title, parse_title

TABLE = (
    "<table><tr><td>第二十条第（五）项</td><td></td></tr><tr><td>信息内容</td><td>本年处理决定数量</td></tr>"
    "<tr><td>行政许可</td><td>3</td></tr></table>"
)


def page(*lines: str, head: str = "") -> Report:
    text = "".join(f"<p>{line}</p>" for line in lines)
    return read_body(f"<html><head>{head}</head><body>{text}{TABLE}</body></html>".encode())


@pytest.mark.parametrize(
    ("title", "organization", "year"),
    [
        ("虚构市人民政府2024年政府信息公开工作年度报告", "虚构市人民政府", 2024),
        ("虚构局2019年度政府信息公开工作年度报告", "虚构局", 2019),
        ("2024 年虚构市科委政府信息公开工作 年度报告", "虚构市科委", 2024),
        ("虚构县发改局2023年政府信息公开年度报告", "虚构县发改局", 2023),
        ("虚构地税局2013年信息公开年度报告", "虚构地税局", 2013),
        ("虚构乡2019年度政府信息公开年度工作报告", "虚构乡", 2019),
        ("虚构区某局政府信息公开工作2022年度报告", "虚构区某局", 2022),
        ("虚构市2016年政务信息公开年度报告", "虚构市", 2016),
        ("虚构局2020年政府信息公开工作的年度报告", "虚构局", 2020),
        ("虚构街道办事处2023年政府信息公开年报", "虚构街道办事处", 2023),
        ("虚构市人民政府2019年政府信息公开工作年度报告（图片版）", "虚构市人民政府", 2019),
        ("虚构委员会（虚构技术委员会）2024年政府信息公开工作年度报告", "虚构委员会（虚构技术委员会）", 2024),
        ("二〇一九年虚构镇政府信息公开工作年度报告", "虚构镇", 2019),
        ("虚构局２０２３年政府信息公开工作年度报告", "虚构局", 2023),
        ("虚构局政府信息公开工作年度报告（2022年度）", "虚构局", 2022),
        ("虚构区人民政府办公室关于2023年政府信息公开工作年度报告", "虚构区人民政府办公室", 2023),
        ("2024年度政府信息公开工作年度报告", None, 2024),
        ("虚构镇政府信息公开工作年度报告", "虚构镇", None),
    ],
)
def test_titles(title: str, organization: str | None, year: int | None) -> None:
    parsed = parse_title(title)
    assert parsed is not None
    assert (parsed.organization, parsed.year) == (organization, year)


@pytest.mark.parametrize(
    "text",
    [
        "虚构区2022年度法治政府建设年度报告",
        "关于印发2023年政府信息公开工作要点的通知",
        "政府信息公开工作年度报告格式模板",
        "虚构大学2021-2022学年信息公开工作年度报告",
        "本报告根据条例编制，内容为2023年政府信息公开工作年度报告",
        "虚构市2019年政府信息公开年度报告解读",
        "当前位置：首页>虚构局2023年政府信息公开工作年度报告",
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert parse_title(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "虚构局2023年政府信息公开工作年度报告-虚构市人民政府网站",
        "虚构局2023年政府信息公开工作年度报告_虚构市人民政府",
        "虚构市人民政府 虚构网_虚构局2023年政府信息公开工作年度报告",
        "虚构局2023年政府信息公开工作年度报告 - 虚构网",
    ],
)
def test_page_titles_with_the_sites_name(text: str) -> None:
    parsed = parse_page_title(text)
    assert parsed is not None
    assert (parsed.organization, parsed.year) == ("虚构局", 2023)


@pytest.mark.parametrize(
    "lines",
    [
        ("虚构市虚构区人民政府办公室2023年", "政府信息公开工作年度报告"),
        ("虚构市虚构区人民政府办公室", "2023年政府信息公开工作年度报告"),
        ("2023年虚构市虚构区人民政府办公室政府信息公开工作", "年度报告"),
        ("2023", "虚构市虚构区人民政府办公室", "2023年政府信息公开工作年度报告"),
    ],
)
def test_a_title_over_several_lines(lines: tuple[str, ...]) -> None:
    report = page(*lines, "一、总体情况", "2023年，我办依法公开。")
    assert (report.organization, report.year) == ("虚构市虚构区人民政府办公室", 2023)


def test_a_second_name_in_brackets_is_kept() -> None:
    report = page(
        "虚构园管理委员会", "（虚构市虚构区虚构委员会）", "2024年政府信息公开工作年度报告", "一、总体情况"
    )
    assert report.organization == "虚构园管理委员会（虚构市虚构区虚构委员会）"


def test_the_title_of_the_page_serves_where_the_body_has_none() -> None:
    head = (
        "<title>虚构局2021年政府信息公开工作年度报告</title><meta name='PubDate' content='2022-01-20 09:00'>"
    )
    report = page("一、总体情况", "我局依法公开。", head=head)
    assert (report.organization, report.year, report.published) == ("虚构局", 2021, date(2022, 1, 20))


def test_meta_tags_and_index_blocks_say_the_title() -> None:
    report = page(
        "一、总体情况", head="<meta name='ArticleTitle' content='虚构局2021年政府信息公开工作年度报告'>"
    )
    assert report.organization == "虚构局"
    rows = (("名称", "虚构局2021年政府信息公开工作年度报告"), ("发布日期", "2022-01-30"))
    block = f"<table>{''.join(f'<tr><td>{name}</td><td>{text}</td></tr>' for name, text in rows)}</table>"
    report = read_body(f"<html><body>{block}<p>一、总体情况</p>{TABLE}</body></html>".encode())
    assert (report.organization, report.year, report.published) == ("虚构局", 2021, date(2022, 1, 30))


def test_without_a_title_the_signature_names_the_body() -> None:
    above = ("本报告由虚构市虚构局编制，统计期限为2020年1月1日至2020年12月31日。", "一、总体情况")
    below = ("六、其他需要报告的事项", "无。", "虚构市虚构区虚构局", "2021年1月")
    body = "".join(f"<p>{t}</p>" for t in above) + TABLE + "".join(f"<p>{t}</p>" for t in below)
    report = read_body(body.encode())
    assert (report.organization, report.year) == ("虚构市虚构区虚构局", 2020)
    assert report.period == (date(2020, 1, 1), date(2020, 12, 31))


def test_nothing_names_the_body() -> None:
    report = page("一、总体情况", "2019年，我乡依法公开。")
    assert report.organization is None
    assert "organization-unknown" in {f.code for f in report.findings}
    assert report.year == 2019
    assert "year-conflict" in {f.code for f in report.findings}


@pytest.mark.parametrize(
    "period",
    [
        "自2024年1月1日起至2024年12月31日止",
        "从2024年1月1日到12月31日止",
        "2024年1月1日-2024年12月31日",
        "2024 年 1 月 1 日起，至 2024 年 12 月 31 日止",
    ],
)
def test_periods(period: str) -> None:
    report = page("虚构局2024年政府信息公开工作年度报告", f"所列数据的统计期限{period}。", "一、总体情况")
    assert report.period == (date(2024, 1, 1), date(2024, 12, 31))


def test_title_and_period_of_different_years_are_a_conflict_and_the_title_wins() -> None:
    report = page(
        "虚构局2024年政府信息公开工作年度报告", "统计期限自2023年1月1日起至2023年12月31日止。", "一、总体情况"
    )
    assert report.year == 2024
    assert "year-conflict" in {f.code for f in report.findings}


def test_other_years_reports_in_a_side_bar_are_not_taken_for_the_title() -> None:
    name = "虚构局{}年政府信息公开工作年度报告"
    lines = [name.format(y) for y in (2021, 2022, 2023, 2024)]
    report = page(
        *lines,
        "统计期限自2023年1月1日起至2023年12月31日止。",
        "一、总体情况",
        head=f"<title>{lines[2]}</title>",
    )
    assert (report.year, report.title) == (2023, lines[2])
    assert "year-conflict" not in {f.code for f in report.findings}


def test_the_date_of_publication_is_printed_above_the_report() -> None:
    report = page(
        "虚构局2024年政府信息公开工作年度报告",
        "发布时间：2025-01-26 09:16 来源：虚构局 字号：大",
        "一、总体情况",
    )
    assert report.published == date(2025, 1, 26)


def test_a_list_entry_that_names_another_year_than_the_prose_is_a_finding() -> None:
    report = apply_hints(
        page("一、总体情况", "我局依法公开。", "2023年11月，我局办理公开。"), Hints(year=2024)
    )
    assert report.year == 2024
    assert [f.severity for f in report.findings if f.code == "year-conflict"] == ["warning"]


def test_hints_fill_only_what_is_open() -> None:
    hints = Hints(title="虚构局年报", organization="虚构局", year=2020, published=date(2021, 1, 5))
    report = apply_hints(page("一、总体情况", "我局依法公开。"), hints)
    assert (report.organization, report.year, report.title, report.published) == (
        "虚构局",
        2020,
        "虚构局年报",
        date(2021, 1, 5),
    )
    assert "organization-unknown" not in {f.code for f in report.findings}
    full = page("示例局2024年政府信息公开工作年度报告", "一、总体情况")
    told = apply_hints(full, hints)
    assert (told.organization, told.year) == ("示例局", 2024)
    assert "year-conflict" in {f.code for f in told.findings}
    assert apply_hints(full, Hints()) == full
