"""A table that a report prints twice: this year's beside last year's, one body's beside the whole area's."""

from __future__ import annotations

import pytest

from pipelines.report.read import read_body
from tests.report.oracle import flagged

ROWS = (
    "一、本年新收政府信息公开申请数量",
    "二、上年结转政府信息公开申请数量",
    "（一）予以公开",
    "（七）总计",
)
COLUMNS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")


def _table(cell: str) -> str:
    head = "".join(f"<td>{column}</td>" for column in COLUMNS)
    rows = "".join(f"<tr><td>{row}</td>{f'<td>{cell}</td>' * 7}</tr>" for row in ROWS)
    return f"<table><tr><td></td>{head}</tr>{rows}</table>"


def _page(*tables: str) -> bytes:
    body = "<p>2022年</p>".join(tables)
    return f"<h1>虚构县水务局2023年政府信息公开工作年度报告</h1><p>三、申请情况</p>{body}".encode()


@pytest.mark.parametrize("blank", ["", "/"])
@pytest.mark.parametrize("blank_first", [True, False])
def test_a_number_that_only_one_of_two_printings_has_is_flagged(blank: str, *, blank_first: bool) -> None:
    tables = (_table(blank), _table("6"))
    report = read_body(_page(*(tables if blank_first else reversed(tables))))
    assert all(flagged(report, f"requests.received.{column}") for column in ("natural_person", "total"))
    assert flagged(report, "requests.total_processed.business")


def test_a_table_printed_twice_alike_is_no_matter() -> None:
    report = read_body(_page(_table("0"), _table("0")))
    assert not flagged(report, "requests.received.total")


def test_one_row_repeated_blank_where_a_page_ends_is_no_matter() -> None:
    blank = f"<tr><td>{ROWS[3]}</td>{'<td></td>' * 7}</tr>"
    report = read_body(_page(_table("0").replace("</table>", f"{blank}</table>")))
    assert not flagged(report, "requests.total_processed.total")


def test_a_blank_row_beside_the_figures_of_the_review_table_is_no_matter() -> None:
    names = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    head = "".join(f"<td>{name}</td>" for name in names * 3)
    blocks = "".join(
        f'<td colspan="5">{block}</td>' for block in ("行政复议", "未经复议直接起诉", "复议后起诉")
    )
    rows = f"<tr>{'<td></td>' * 15}</tr><tr>{'<td>0</td>' * 15}</tr>"
    table = f"<table><tr>{blocks}</tr><tr>{head}</tr>{rows}</table>"
    report = read_body(_page(table))
    assert report.review is not None
    assert report.review["reconsideration"]["total"] == 0
    assert not flagged(report, "review.reconsideration.total")
    again = read_body(_page(table, table.replace("<td>0</td>", "<td></td>")))
    assert flagged(again, "review.reconsideration.total")
