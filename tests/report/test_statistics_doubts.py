"""An annex whose figures may be another column's, another year's or another row's says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipelines.report.read import read_body

NAMES = ("主动公开文件数", "受理依申请公开信息总数", "对申请的答复总数", "行政复议数")
HEADER = ("指标名称", "计量单位", "本年度", "历年累计")
ROWS = tuple((name, "件", "7", "40") for name in NAMES)


def _table(*rows: Sequence[str]) -> str:
    return (
        "<table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows) + "</table>"
    )


def _warned(annex: str) -> list[str]:
    title = "虚构县水务局2014年政府信息公开工作年度报告"
    report = read_body(f"<h1>{title}</h1><p>一、概述</p><p>2014年。</p><p>六、附表</p>{annex}".encode())
    assert report.statistics is not None
    return [f.where for f in report.findings if f.where.startswith("statistics") and f.severity == "warning"]


def test_a_whole_annex_is_not_doubted() -> None:
    assert _warned(_table(HEADER, ("一、总体",), *ROWS)) == []


@pytest.mark.parametrize("lost", [1, 2])
def test_a_row_shorter_than_its_header(lost: int) -> None:
    short = [cell for i, cell in enumerate(ROWS[2]) if i != lost]
    assert _warned(_table(HEADER, *ROWS[:2], short)) == ["statistics.2"]


def test_two_columns_that_no_header_names() -> None:
    assert _warned(_table(*ROWS)) == ["statistics"]


def test_a_column_of_another_year_than_the_report() -> None:
    assert _warned(_table(("指标名称", "计量单位", "2013年"), *(row[:3] for row in ROWS))) == ["statistics"]
    assert _warned(_table(("指标名称", "计量单位", "2014年"), *(row[:3] for row in ROWS))) == []


def test_this_years_figures_stand_behind_last_years() -> None:
    last = [(*row[:2], "99", row[2]) for row in ROWS]
    assert _warned(_table(("指标名称", "计量单位", "去年", "今年"), *last)) == ["statistics"]


def test_an_annex_printed_twice_with_other_figures() -> None:
    other = [(*row[:2], "99", "140") for row in ROWS]
    assert _warned(_table(HEADER, *ROWS) + "<p>2013年</p>" + _table(HEADER, *other)) == ["statistics"]
