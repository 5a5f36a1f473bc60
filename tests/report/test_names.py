"""Whose report it is where other names stand beside: letterheads, menus, footers, prose."""

from __future__ import annotations

import pytest

from pipelines.report.model import Report
from pipelines.report.names import is_certain
from pipelines.report.read import read_body
from pipelines.report.titles import parse_page_title, parse_title

NAME = "虚构县民政局"
FULL = f"{NAME}2023年政府信息公开工作年度报告"
BARE = "2023年政府信息公开工作年度报告"
REST = "一、总体情况\n工作有序开展。\n行政许可\n六、其他需要报告的事项\n无。\n"


def text(*head: str, tail: str = "", rest: str = REST) -> Report:
    return read_body(("\n".join(head) + "\n" + rest + tail).encode())


@pytest.mark.parametrize(
    "above",
    [
        [f"{NAME}文件", "虚民〔2024〕3号"],
        ["虚民发〔2022〕3号"],
        ["虚构县人民政府", "首页", "机构"],
        ["虚构县人民政府门户网站"],
        ["虚构县人民政府"],
    ],
)
def test_lines_above_a_full_title_are_no_part_of_the_name(above: list[str]) -> None:
    report = text(*above, FULL)
    assert (report.organization, report.year) == (NAME, 2023)


def test_a_letterhead_names_the_body_of_a_title_that_names_none() -> None:
    assert text(f"{NAME}文件", "虚民〔2024〕3号", f"关于{BARE}").organization == NAME


def test_a_name_broken_over_lines_is_put_together() -> None:
    assert text("虚构县住房和城乡建", "设局" + BARE).organization == "虚构县住房和城乡建设局"


@pytest.mark.parametrize(
    "tail",
    [
        f"{NAME}\n2024年1月20日\n主办：虚构县人民政府办公室\n虚构县人民政府",
        f"{NAME} 2024年1月20日",
        f"{NAME}\n二〇二四年\n{NAME}\n2024 年 1 月\n" + "友情链接\n" * 30,
        f"{NAME}",
    ],
)
def test_a_signature_is_the_name_beside_the_date(tail: str) -> None:
    assert text(BARE, tail=tail).organization == NAME


@pytest.mark.parametrize(
    "opening",
    [
        f"{NAME}根据《中华人民共和国政府信息公开条例》规定，编制本报告。",
        f"根据条例规定，现公布{NAME}{BARE}。",
        f"2023年，{NAME}（以下简称“我局”）认真贯彻条例。",
        f"2023年，{NAME}坚持依法行政。",
        f"发布机构：{NAME} 发布日期：2024-01-22",
    ],
)
def test_the_opening_names_the_body_where_nothing_else_does(opening: str) -> None:
    assert text(BARE, opening).organization == NAME


@pytest.mark.parametrize("who", ["县政府", "我局", "全县各级政府", "虚构县委县政府", "虚构县委、县政府"])
def test_who_is_named_in_part_or_together_is_not_the_body_that_reports(who: str) -> None:
    assert text(BARE, f"2023年，{who}坚持依法行政。").organization is None


def test_radicals_in_text_copied_from_a_pdf_are_letters() -> None:
    report = text(FULL.replace("民", "\u2ea0").replace("工", "\u2f2f"))
    assert report.organization == NAME


def test_a_title_behind_another_is_the_title() -> None:
    parsed = parse_title(f"虚构县2021年政府信息公开年报{FULL}")
    assert parsed is not None
    assert (parsed.organization, parsed.year, parsed.text) == (NAME, 2023, FULL)


def test_letters_that_nobody_sees_are_no_part_of_a_name() -> None:
    assert text(FULL.replace("政府信息", "政府\u00ad信\u200b息")).organization == NAME


@pytest.mark.parametrize("title", [f"【年度报告】{FULL}", f"{NAME}发布{BARE}", f"{NAME}文件关于{BARE}"])
def test_words_around_the_name_are_taken_off(title: str) -> None:
    parsed = parse_title(title)
    assert parsed is not None
    assert parsed.organization == NAME


def test_names_of_the_site_before_the_title_behind_a_space() -> None:
    parsed = parse_page_title(f"虚构县人民政府 政府信息公开年报 {FULL}")
    assert parsed is not None
    assert parsed.organization == NAME


@pytest.mark.parametrize(
    "period",
    ["2023.1.1-2023.12.31", "2023-01-01至2023-12-31", "自二〇二三年一月一日起至二〇二三年十二月三十一日止"],
)
def test_the_period_in_other_writing(period: str) -> None:
    found = text(FULL, f"统计期限为{period}。").period
    assert found is not None
    assert [day.isoformat() for day in found] == ["2023-01-01", "2023-12-31"]


def test_a_date_on_a_line_of_its_own_under_the_title_is_the_day_of_publication() -> None:
    published = text(FULL, "2024-01-22 09:00").published
    assert published is not None
    assert published.isoformat() == "2024-01-22"


def test_a_page_that_names_three_reports_and_holds_none_is_a_list() -> None:
    links = "".join(f"<li>{NAME}{year}年政府信息公开工作年度报告</li>" for year in (2019, 2020, 2021))
    page = f"<title>{NAME}政府信息公开年报</title><ul>{links}</ul>"
    assert not read_body(page.encode()).is_report


@pytest.mark.parametrize(
    "page",
    [
        f"{FULL}-政府信息公开年报-虚构县人民政府网",
        f"政府信息公开年报-{FULL}-虚构县人民政府",
        f"虚构政务网-信息公开-年度报告-{FULL}",
        f"{FULL} 虚构县人民政府门户网站",
        f"虚构县人民政府-{FULL}",
        f"部门年报：{FULL}",
        f"【{FULL}】",
        f"虚构县 民政局{BARE}",
        f"{NAME}2O23年政府信息公开工作年度报告",
        f"{NAME}2023年《政府信息公开工作年度报告》",
    ],
)
def test_marks_and_columns_of_the_site_around_the_title(page: str) -> None:
    parsed = parse_page_title(page)
    assert parsed is not None
    assert (parsed.organization, parsed.year) == (NAME, 2023)


def test_a_place_on_a_line_of_its_own_begins_the_name() -> None:
    assert text("虚构县", f"民政局{BARE}", "县民政局的工作。").organization == NAME


def test_a_title_that_swallows_the_page_is_cut() -> None:
    parsed = parse_page_title(f"{FULL} " + "虚构 报告 信息公开 > " * 20_000)
    assert parsed is not None
    assert (parsed.organization, parsed.year) == (NAME, 2023)
    assert parse_title("虚构" * 400 + FULL) is None


@pytest.mark.parametrize(
    "name",
    ["府谷县人民政府", "会宁县民政局", "政和县", "和平区教育局", "人力资源和社会保障局", "同江市", "水利部"],
)
def test_whole_names_that_begin_like_pieces(name: str) -> None:
    assert is_certain(name)


@pytest.mark.parametrize(
    "name", ["民政府", "和改革局", "委会", "理局", "管理局", "事处", "虚构网站", "虚构发布"]
)
def test_pieces_of_names(name: str) -> None:
    assert not is_certain(name)


@pytest.mark.parametrize(
    ("lines", "organization"),
    [
        (("1.虚构区第一中", f"学{BARE}.pdf"), "虚构区第一中学"),
        (("附件：虚构县示例镇人", f"民政府{BARE}"), "虚构县示例镇人民政府"),
        (("1.虚构旗人民政府办公室", BARE), "虚构旗人民政府办公室"),
        (("虚构县发展", f"和改革局{BARE}"), "虚构县发展和改革局"),
    ],
)
def test_names_that_a_line_break_cut(lines: tuple[str, str], organization: str) -> None:
    assert text(*lines).organization == organization


def test_a_branch_below_the_name_of_its_body_is_in_doubt() -> None:
    report = text("虚构县公安局", f"虚构分局{BARE}")
    assert "organization-doubtful" in {finding.code for finding in report.findings}
