"""Names and titles that stand in a report's first sentences only."""

from __future__ import annotations

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body

TABLE = "\n\n".join(("二、主动公开政府信息情况", "信息内容", "本年处理决定数量", "行政许可", "3", ""))


def read(opening: str) -> Report:
    return read_body(f"{opening}\n一、总体情况\n工作有序开展。\n{TABLE}".encode())


@pytest.mark.parametrize(
    "opening",
    [
        "根据《条例》要求,结合我镇实际,编制并向社会公布《虚构县示例镇2021年政府信息公开工作年度报告》。",
        "我镇认真编制了《虚构县示例镇2021年政府信息公开工作年度报告》，现予公布。",
        "根据《关于做好2021年度政府信息公开年度报告编制公布工作的通知》要求,现将2021年虚构县示例镇政府信息公开工作年度报告(以下简称“报告”)予以公布。",
        "根据《条例》第五十条之规定,现向社会公布2021年虚构县示例镇政府信息公开工作年度报告。",
        "本年度报告汇总2021年度虚构县示例镇的政务公开年度报告编制而成。",
        "本年报由虚构县示例镇编制的2021年度政府信息公开年度报告。",
        "根据《条例》、《关于做好2021年政府信息公开工作年度报告编制发布有关事项的通知》要求,虚构县示例镇编制了本报告。统计时限自2021年1月1日起至2021年12月31日止。",
        "根据《条例》,虚构县示例镇编制完成2021年政府信息公开年度报告。",
        "特编制2021年度政府信息公开年度报告。如有疑问，请与虚构县示例镇政府信息公开领导小组办公室联系。",
        "特编制2021年度政府信息公开年度报告。如有疑问，可与虚构县示例镇党政办公室联系。",
    ],
)
def test_a_first_sentence_names_the_body_and_the_year(opening: str) -> None:
    report = read(opening)
    assert (report.organization, report.year) == ("虚构县示例镇", 2021)


@pytest.mark.parametrize(
    "opening",
    [
        "根据虚构市人民政府办公室《关于做好2021年虚构市政府信息公开工作年度报告有关事项的通知》要求编制。",
        "对照虚构市人民政府办公室关于印发《2021年虚构市政务公开工作要点》的相关要求,公布2021年度本机关信息公开工作年度报告。",
        "根据《中华人民共和国政府信息公开工作年度报告格式》（2021年）要求编制。",
    ],
)
def test_what_a_first_sentence_cites_names_nobody(opening: str) -> None:
    assert read(opening).organization is None


def test_name_and_title_in_the_traditional_script_stay_as_printed() -> None:
    report = read("根據規定,特編制虛構錢江經濟開發區2022年度政府信息公開工作報告,并向社會公布。")
    assert (report.organization, report.year) == ("虛構錢江經濟開發區", 2022)


def test_the_announced_year_and_the_period_in_conflict() -> None:
    report = read(
        "现公布《虚构县示例镇2020年政府信息公开工作年度报告》。统计期限为2021年1月1日至2021年12月31日。"
    )
    assert "year-conflict" in {finding.code for finding in report.findings}


def test_a_page_number_before_the_title_is_no_part_of_it() -> None:
    assert read("Page 8 - 虚构县示例镇2021年政府信息公开工作年度报告").organization == "虚构县示例镇"


def test_an_index_line_above_the_title_is_no_part_of_the_name() -> None:
    index = "索 引 号 0001-GK 主题分类\n名    称 虚构县2021年年报 文    号 -\n文    号 -\n\n"
    report = read(index + "虚构县示例镇（虚构县示例办事处）2021年政府信息公开工作年度报告\n")
    assert report.organization == "虚构县示例镇（虚构县示例办事处）"


def test_a_date_of_publication_behind_its_label_without_a_colon() -> None:
    report = read("发布机构 虚构县示例镇 发布日期 2022-01-29\n虚构县示例镇2021年政府信息公开工作年度报告\n")
    assert str(report.published) == "2022-01-29"


def test_an_explanation_of_a_report_is_none() -> None:
    text = "文字解读:虚构县示例镇2023年政府信息公开工作年度报告\n一、编制背景\n工作。\n二、主要内容\n工作。\n"
    assert not read_body(text.encode()).is_report


def test_a_report_of_prose_that_states_period_and_parts_is_one() -> None:
    text = "本报告由虚构市人民政府信息公开工作领导小组办公室根据《条例》编制。"
    text += "统计时限自2012年1月1日至2012年12月31日。\n"
    text += "一、概述\n政府信息公开工作有序开展。\n二、主动公开情况\n公开12条。\n三、依申请公开情况\n无。\n"
    report = read_body(text.encode())
    assert report.is_report
    assert (report.organization, report.year) == ("虚构市人民政府", 2012)
    assert [section.number for section in report.sections] == [1, 2, 3]


def test_a_page_flattened_to_one_line_begins_with_its_title() -> None:
    text = (
        "虚构县示例镇2021年政府信息公开工作年度报告时间：2022-01-20本报告根据《条例》编制。"
        + "工作有序开展。" * 30
    )
    report = read_body(text.encode())
    assert (report.organization, report.year) == ("虚构县示例镇", 2021)
