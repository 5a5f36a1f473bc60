"""Cells that a person reads at once although they print no plain number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.report.read import read_body
from pipelines.report.values import parse_value
from tests.report.oracle import flagged

PAGE = """<h1>虚构县水务局2023年政府信息公开工作年度报告</h1><p>二、主动公开政府信息情况</p><table>
<tr><td>信息内容</td><td>本年处理决定数量</td></tr><tr><td>行政许可</td><td>{count}</td></tr>
<tr><td>信息内容</td><td>本年收费金额（单位：万元）</td></tr><tr><td>行政事业性收费</td><td>{amount}</td></tr>
</table>"""


@pytest.mark.parametrize("nought", ["〇", "零", "○", "O", "o"])
def test_a_nought_in_letters_is_a_nought_and_is_told(nought: str) -> None:
    value = parse_value(nought)
    assert (value.number, value.code, value.severity) == (0, "cell-annotated", "warning")


@pytest.mark.parametrize(
    ("printed", "number"),
    [("减4", -4), ("减少4项", -4), ("负4", -4), ("↓4", -4), ("增3", 3), ("增加3", 3), ("5。", 5)],
)
def test_a_change_in_words_is_read_and_told(printed: str, number: int) -> None:
    value = parse_value(printed)
    assert (value.number, value.severity) == (number, "warning")


@pytest.mark.parametrize("printed", ["–4", "‐4", "‑4", "−4"])
def test_a_dash_of_any_kind_before_a_figure_is_a_minus(printed: str) -> None:
    assert parse_value(printed).number == -4
    assert parse_value("–").kind == "none-mark"


@pytest.mark.parametrize("printed", ["增3减7", "减-4", "12–34", "OO", "零星", "约5", "减 4 5"])
def test_what_may_be_something_else_is_not_read(printed: str) -> None:
    assert parse_value(printed).number is None


@pytest.mark.parametrize(
    ("count", "amount", "doubtful"),
    [
        ("3件", "96.5万元", []),
        ("1.2万", "0元", ["licensing.decisions"]),
        ("3", "965000元", ["fees.amount"]),
        ("3", "1.2亿元", ["fees.amount"]),
    ],
)
def test_a_unit_of_another_size_than_the_columns_is_a_warning(
    count: str, amount: str, doubtful: list[str]
) -> None:
    report = read_body(PAGE.format(count=count, amount=amount).encode())
    paths = ["licensing.decisions", "fees.amount"]
    assert [p for p in paths if flagged(report, f"active_disclosure.{p}")] == doubtful
    assert report.active_disclosure is not None
    assert Decimal(str(report.active_disclosure["fees"]["amount"])) == Decimal(
        "".join(c for c in amount if c.isdigit() or c == ".")
    )
