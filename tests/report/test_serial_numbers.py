"""A column of serial numbers in front of the labels: counted rows are no figures."""

from __future__ import annotations

from pipelines.report.model import Report
from pipelines.report.read import read_body

KINDS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]


def read(*rows: list[str]) -> Report:
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return read_body(f"<h1>虚构县某局2023年政府信息公开工作年度报告</h1><table>{table}</table>".encode())


def untold(report: Report, path: str) -> bool:
    return not [f for f in report.findings if f.where.startswith(path)]


def test_serial_numbers_in_front_of_licensing() -> None:
    report = read(
        ["", "第二十条第（六）项", ""],
        ["序号", "信息内容", "本年处理决定数量"],
        ["1", "行政处罚", "34"],
        ["2", "行政强制", "0"],
    )
    assert report.active_disclosure == {"penalties": {"decisions": 34}, "compulsion": {"decisions": 0}}
    assert untold(report, "active_disclosure.penalties")


def test_serial_numbers_in_front_of_requests() -> None:
    report = read(
        ["序号", "", *KINDS],
        ["1", "一、本年新收政府信息公开申请数量", "5", "1", "0", "0", "0", "0", "6"],
        ["2", "二、上年结转政府信息公开申请数量", "0", "0", "2", "0", "0", "0", "2"],
        ["", "（一）予以公开", "3", "0", "0", "0", "0", "0", "3"],
    )
    assert report.requests is not None
    assert list(report.requests["received"].values()) == [5, 1, 0, 0, 0, 0, 6]
    assert list(report.requests["carried_in"].values()) == [0, 0, 2, 0, 0, 0, 2]
    assert list(report.requests["granted"].values()) == [3, 0, 0, 0, 0, 0, 3]
    assert untold(report, "requests.received")
