"""The annex of the years before 2019: which column holds the year's figures, and what is no figure."""

from __future__ import annotations

from pipelines.report.model import Report
from pipelines.report.read import read_body

TITLE = "虚构县某局2017年政府信息公开工作年度报告"


def annex(*rows: str) -> Report:
    drawn = "".join("<tr>" + "".join(f"<td{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows)
    return read_body(f"<h1>{TITLE}</h1><p>一、概述</p><table>{drawn}</table>".encode())


def figures(report: Report) -> list[tuple[str, str | None, object, object]]:
    return [(s.label, s.unit, s.value, s.cumulative) for s in report.statistics or ()]


def test_the_form_of_2014_names_its_column_of_figures_otherwise() -> None:
    report = annex(
        ">统  计  指  标|>单位|>统计数",
        ">一、主动公开情况|>——|>——",
        ">（一）主动公开政府信息数|>条|>1234",
        ">其中：主动公开规范性文件数|>条|>5",
    )
    assert figures(report) == [
        ("主动公开情况", None, None, None),
        ("主动公开政府信息数", "条", 1234, None),
        ("主动公开规范性文件数", "条", 5, None),
    ]
    assert not report.findings


def test_two_years_under_one_heading_are_not_one_number() -> None:
    report = annex(
        " rowspan=2>指标名称| rowspan=2>单位| colspan=2>数量", ">2017年|>2016年", ">主动公开数|>条|>12|>34"
    )
    assert figures(report) == [("主动公开数", "条", 12, None)]
    assert [f.code for f in report.findings] == ["column-unknown"]


def test_two_cells_under_one_heading_are_in_doubt() -> None:
    report = annex(">指标名称|>单位| colspan=2>本年度", ">主动公开数|>条|>12|>34")
    assert figures(report) == [("主动公开数", "条", None, None)]
    assert [(f.code, f.where) for f in report.findings] == [("cell-unreadable", "statistics.0.value")]


def test_a_column_of_remarks_is_no_column_of_figures() -> None:
    report = annex(">统计指标|>单位|>备注|>数据", ">主动公开数|>条|>2|>7")
    assert figures(report) == [("主动公开数", "条", 7, None)]


def test_headings_among_the_rows_of_an_annex_in_text() -> None:
    lines = ["统计指标", "单位", "统计数", "一、主动公开情况", "——", "——", "（一）主动公开数", "条", "12"]
    lines += ["二、依申请公开情况", "（一）收到申请数", "件", "0"]
    for separator in ("\n", " "):
        text = f"{TITLE}\n一、概述\n2017年，做好工作。\n附表\n" + separator.join(lines)
        assert figures(read_body(text.encode())) == [
            ("主动公开情况", None, None, None),
            ("主动公开数", "条", 12, None),
            ("依申请公开情况", None, None, None),
            ("收到申请数", "件", 0, None),
        ]


def test_spaced_letters_of_the_heading_in_text() -> None:
    text = f"{TITLE}\n一、概述\n2017年，做好工作。\n统 计 指 标 单位 统计数\n主动公开数 条 12\n"
    assert figures(read_body(text.encode())) == [("主动公开数", "条", 12, None)]
