"""表四 with a row for each of its blocks, and labels in front of its figures."""

from __future__ import annotations

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body

COLUMNS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
FIGURES = [[1, 2, 3, 4, 10], [5, 0, 1, 0, 6], [0, 7, 0, 2, 9]]
BLOCKS = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")


def cells(*texts: object) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


def read(*rows: str) -> Report:
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    title = "<h1>虚构县某局2023年政府信息公开工作年度报告</h1><p>四、政府信息公开行政复议、行政诉讼情况</p>"
    return read_body(f"{title}<table>{table}</table>".encode())


def holds(report: Report) -> None:
    assert report.review is not None
    assert [list(report.review[block].values()) for block in BLOCKS] == FIGURES
    assert not [f for f in report.findings if f.where.startswith("review")]


@pytest.mark.parametrize("corner", ["类别", ""])
def test_a_row_for_each_block(corner: str) -> None:
    names = ("行政复议", "未经复议直接起诉", "复议后起诉")
    holds(
        read(cells(corner, *COLUMNS), *(cells(name, *row) for name, row in zip(names, FIGURES, strict=True)))
    )


def test_rows_of_blocks_in_groups() -> None:
    holds(
        read(
            "<td colspan=2>类别</td>" + cells(*COLUMNS),
            "<td colspan=2>行政复议</td>" + cells(*FIGURES[0]),
            "<td rowspan=2>行政诉讼</td>" + cells("未经复议直接起诉", *FIGURES[1]),
            cells("复议后起诉", *FIGURES[2]),
        )
    )


@pytest.mark.parametrize("label", ["数量", "件数（件）"])
def test_a_label_in_front_of_the_one_row_of_figures(label: str) -> None:
    blocks = "<td rowspan=3></td><td colspan=5>行政复议</td><td colspan=10>行政诉讼</td>"
    two = "".join(f"<td rowspan=2>{column}</td>" for column in COLUMNS)
    two += "<td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td>"
    holds(read(blocks, two, cells(*COLUMNS, *COLUMNS), cells(label, *FIGURES[0], *FIGURES[1], *FIGURES[2])))
