"""The annex before 2019 in its layouts: with or without unit and header, in tables or lines."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body

TITLE = "虚构县某局2013年政府信息公开工作年度报告"
ROWS = [
    ("一、主动公开情况", "——", "——", "——"),
    ("主动公开文件数", "条", "12", "340"),
    ("其中：1.政府网站公开数", "条", "10", "300"),
    ("二、依申请公开情况", "", "", ""),
    ("受理依申请公开信息总数", "条", "3", "9"),
    ("其中：1.当面申请数", "条", "1", "4"),
    ("对申请的答复总数", "条", "3", "9"),
    ("政府信息公开收费减免金额", "元", "0", "0"),
    ("行政复议数", "件", "0", "1"),
]
LABELS = [
    *("主动公开情况", "主动公开文件数", "政府网站公开数", "依申请公开情况", "受理依申请公开信息总数"),
    *("当面申请数", "对申请的答复总数", "政府信息公开收费减免金额", "行政复议数"),
]
VALUES = [None, 12, 10, None, 3, 1, 3, 0, 0]
TOTALS = [None, 340, 300, None, 9, 4, 9, 0, 1]
UNITS = [None, "条", "条", None, "条", "条", "条", "元", "件"]
Table = Sequence[Sequence[str]]


def behind(row: Sequence[str]) -> str:
    """The name with its unit behind it."""
    return f"{row[0]}（{row[1]}）" if row[1] in ("条", "元", "件") else row[0]


def beside(row: Sequence[str]) -> str:
    """The figure with its unit beside it."""
    return f"{row[2]}{row[1]}" if row[2].isdigit() else ""


TABLES: dict[str, Table] = {
    "four columns": [("指标名称", "计量单位", "本年度", "历年累计"), *ROWS],
    "a serial number": [
        ("序号", "指标名称", "单位", "2013年度", "累计"),
        *((str(i), *r) for i, r in enumerate(ROWS, 1)),
    ],
    "a heading above": [("政府信息公开情况统计表",), ("指标名称", "计量单位", "本年度", "历年累计"), *ROWS],
    "other headings": [("内容", "单位", "本年数", "累计数"), *ROWS],
    "no unit": [("指标名称", "本年度", "历年累计"), *((r[0], r[2], r[3]) for r in ROWS)],
    "the unit behind the name": [("项目", "数量", "历年累计"), *((behind(r), r[2], r[3]) for r in ROWS)],
    "one figure": [("统计指标", "单位", "统计数"), *(r[:3] for r in ROWS)],
    "two columns": [("项目", "数量"), *((behind(r), r[2]) for r in ROWS)],
    "two columns without a header": [(behind(r), r[2]) for r in ROWS],
    "the unit beside the figure": [("项目", "数量"), *((r[0], beside(r)) for r in ROWS)],
}


def html(rows: Table) -> str:
    return "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)


def page(*tables: str) -> Report:
    drawn = "".join(f"<table>{table}</table>" for table in tables)
    return read_body(f"<h1>{TITLE}</h1><p>一、概述</p><p>2013年，做好工作。</p><p>附表</p>{drawn}".encode())


@pytest.mark.parametrize("layout", TABLES)
def test_a_table(layout: str) -> None:
    report = page(html(TABLES[layout]))
    assert report.statistics is not None
    assert [row.label for row in report.statistics] == LABELS
    assert [row.value for row in report.statistics] == VALUES
    if any("累计" in cell for row in TABLES[layout] for cell in row):
        assert [row.cumulative for row in report.statistics] == TOTALS
    if layout != "no unit":
        assert [row.unit for row in report.statistics] == UNITS
    assert report.findings == ()
    assert report.active_disclosure is None


def test_a_group_beside_its_indicators_is_no_part_of_their_names() -> None:
    head = "<tr><td colspan=2>指标名称</td><td>计量单位</td><td>本年度</td></tr>"
    rows = "<tr><td rowspan=2>主动公开</td><td>主动公开文件数</td><td>条</td><td>12</td></tr>"
    rows += "<tr><td>政府网站公开数</td><td>条</td><td>10</td></tr>"
    report = page(head + rows)
    assert [(row.label, row.value) for row in report.statistics or ()] == [
        ("主动公开文件数", 12),
        ("政府网站公开数", 10),
    ]


def test_a_table_that_a_page_break_cuts_goes_on() -> None:
    rows = TABLES["four columns"]
    for second in (rows[5:], [rows[0], *rows[5:]]):
        report = page(html(rows[:5]), html(second))
        assert [row.value for row in report.statistics or ()] == VALUES


def test_several_tables_with_headers_of_their_own_are_one_annex() -> None:
    rows = TABLES["four columns"]
    report = page(
        html(rows[:4]), html([("指标名称", "本年度", "历年累计"), *((r[0], r[2], r[3]) for r in rows[4:])])
    )
    assert [row.value for row in report.statistics or ()] == VALUES


def test_another_table_beside_the_annex_is_left_out() -> None:
    report = page(html([("机构", "电话"), ("办公室", "123456")]), html(TABLES["four columns"]))
    assert [row.value for row in report.statistics or ()] == VALUES


LINES = {
    "cells on a line": "指标名称 计量单位 本年度 历年累计\n"
    + "\n".join(" ".join(row).strip() for row in ROWS),
    "cells on lines": "指标名称\n计量单位\n本年度\n历年累计\n"
    + "\n".join(cell for row in ROWS for cell in row if cell),
    "no unit": "附表：统计表\n指标名称 本年度 历年累计\n"
    + "\n".join(f"{behind(r)} {r[2]} {r[3]}" for r in ROWS),
    "name, colon, figure": "附表：政府信息公开情况统计表\n"
    + "\n".join(f"{row[0]}：{beside(row)}" for row in ROWS),
    "pipes": "附表\n| 项目 | 数量 | 累计 |\n" + "\n".join(f"| {behind(r)} | {r[2]} | {r[3]} |" for r in ROWS),
}


@pytest.mark.parametrize("layout", LINES)
def test_lines(layout: str) -> None:
    report = read_body(f"{TITLE}\n一、概述\n2013年，做好工作。\n{LINES[layout]}\n".encode())
    assert report.statistics is not None
    assert [row.label for row in report.statistics] == LABELS
    assert [row.value for row in report.statistics] == VALUES
    if layout != "name, colon, figure":
        assert [row.cumulative for row in report.statistics] == TOTALS


def test_a_table_of_other_things_is_no_annex() -> None:
    other = [("项目", "数量"), ("造林", "12"), ("修路", "3"), ("架桥", "1"), ("植树", "7")]
    assert page(html(other)).statistics is None


def test_a_report_since_2019_has_no_annex_without_its_heading() -> None:
    table = html([(behind(row), row[2]) for row in ROWS])
    body = f"<h1>{TITLE.replace('2013', '2022')}</h1><p>一、总体情况</p><table>{table}</table>"
    assert read_body(body.encode()).statistics is None
