"""The order of trust among what names body and year, and what is said where they disagree."""

from __future__ import annotations

import pytest

from pipelines.report.model import Report
from pipelines.report.names import agree
from pipelines.report.read import read_body

NAME = "虚构县民政局"
BARE = "2023年政府信息公开工作年度报告"


def page(*lines: str, head: str = "", tail: tuple[str, ...] = ()) -> Report:
    body = [*lines, "一、总体情况", "依法公开政府信息。", "六、其他需要报告的事项", "无。", *tail]
    return read_body(
        f"<html><head>{head}</head><body>{''.join(f'<p>{t}</p>' for t in body)}</body></html>".encode()
    )


def codes(report: Report) -> set[str]:
    return {str(f.code) for f in report.findings} & {
        "organization-unknown",
        "organization-doubtful",
        "year-conflict",
    }


def test_the_titles_body_wins_over_the_imprint_of_another() -> None:
    report = page(NAME + BARE, "来源：虚构县人民政府办公室 发布机构：虚构县人民政府办公室")
    assert (report.organization, codes(report)) == (NAME, set())


def test_a_columns_title_is_less_than_a_signature() -> None:
    head = "<title>虚构县人民政府政府信息公开年报</title>"
    assert page(BARE, head=head, tail=(NAME, "2024年1月20日")).organization == NAME
    assert page(BARE, head=head).organization == "虚构县人民政府"


def test_title_and_signature_of_different_bodies_are_a_finding() -> None:
    report = page(NAME + BARE, tail=("示例县水利局", "2024年1月20日"))
    assert (report.organization, codes(report)) == (NAME, {"organization-doubtful"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("虚构区民政局", "虚构市虚构区民政局", True),
        ("虚构市科委", "虚构市科学技术委员会", True),
        ("虚构区人民政府", "虚构区人民政府办公室", True),
        ("虚构园管委会（示例区科学技术委员会）", "示例区科学技术委员会", True),
        ("虚构街道", "虚构街道办事处", True),
        ("虚构县民政局", "虚构县人民政府", False),
        ("虚构县民政局", "示例县水利局", False),
        ("虚构县", "虚构县民政局", False),
    ],
)  # fmt: skip
def test_when_two_names_are_one_bodys(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is agree(other, one) is same


def test_a_title_that_names_two_years_takes_the_later_and_says_so() -> None:
    report = page(f"{NAME}2022-2023年度政府信息公开工作年度报告")
    assert (report.organization, report.year, codes(report)) == (NAME, 2023, {"year-conflict"})
    report = page(f"{NAME}2022-2023年度政府信息公开工作年度报告", "统计期限：2022年1月1日至2022年12月31日。")
    assert (report.year, codes(report)) == (2022, {"year-conflict"})


@pytest.mark.parametrize(
    ("signed", "conflict"),
    [("2024年1月20日", False), ("2023年12月29日", False), ("2023年1月20日", True), ("2025年2月", True)],
)
def test_a_signature_before_the_year_is_over_or_a_year_late_is_a_conflict(
    signed: str, conflict: bool
) -> None:
    report = page(NAME + BARE, tail=(NAME, signed))
    assert report.year == 2023
    assert ("year-conflict" in codes(report)) is conflict


def test_a_report_published_before_its_year_was_over_is_a_conflict() -> None:
    assert codes(page(NAME + BARE, "发布时间：2023-01-20")) == {"year-conflict"}


def test_a_broken_name_and_a_stray_line_are_told_apart_by_the_text_or_flagged() -> None:
    lines = ("示例之窗", f"虚构县{BARE}")
    assert codes(page(*lines)) == {"organization-doubtful"}
    report = page(*lines, "2023年，虚构县依法行政。")
    assert (report.organization, codes(report)) == ("虚构县", set())


def test_the_desk_that_compiled_the_report_stands_for_its_body() -> None:
    report = page(BARE, "本报告由虚构镇人民政府党政办公室编制。")
    assert report.organization == "虚构镇人民政府"


def test_the_breadcrumb_names_the_body_where_nothing_else_does() -> None:
    report = page("您当前的位置：首页 > 部门信息公开 > 虚构县民政局 > 政府信息公开年报", BARE)
    assert (report.organization, report.year) == (NAME, 2023)


def test_a_title_in_the_traditional_script_names_body_and_year() -> None:
    report = page("虛構縣教育廳2023年政府信息公開工作年度報告")
    assert (report.organization, report.year) == ("虛構縣教育廳", 2023)


def test_a_short_name_in_brackets_is_no_second_name() -> None:
    report = page(f"2023年，依法行政，现公布{NAME}（以下简称我局）{BARE}。")
    assert report.organization == NAME
    assert page(f"{NAME}（以下简称“局”）{BARE}").organization == NAME


def test_a_template_that_no_script_filled_is_no_part_of_the_name() -> None:
    assert page("{{ title }}", "{{ errorMessage }}", NAME + BARE).organization == NAME


def test_where_only_the_prose_names_a_year_a_date_is_none() -> None:
    opening = "2024年3月26日印发。2023年，政府信息公开工作有序。"
    report = page(f"{NAME}政府信息公开工作年度报告", opening)
    assert (report.organization, report.year, codes(report)) == (NAME, 2023, {"year-conflict"})
