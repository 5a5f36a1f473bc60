"""Text with one cell to a line, each ending in a pipe, as page extractors write tables."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.report.oracle import flagged

ACTIVE = (
    ("第二十条第(一)项",),
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "0", "1", "2"),
    ("行政规范性文件", "5", "3", "41"),
    ("第二十条第(五)项",),
    ("信息内容", "本年处理决定数量"),
    ("行政许可", "1207"),
)
REQUESTS = (
    ("(勾稽关系)", "申请人情况"),
    ("自然人", "法人或其他组织", "总计"),
    ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"),
    ("一、本年新收政府信息公开申请数量", "", "", "", "", "", "", "7"),
    ("二、上年结转政府信息公开申请数量", "4", "1", "0", "0", "0", "2", "7"),
    ("三、本年度办理结果", "(一)予以公开", "9", "0", "0", "0", "0", "0", "9"),
)


def _filled(rows: Sequence[Sequence[str]], width: int) -> str:
    """Each row's merged places as a line of pipes behind it."""
    lines = []
    for row in rows:
        lines += [f"{cell} |" if cell else "|" for cell in row]
        if len(row) < width:
            lines.append("|" * (width - len(row)))
    return "\n".join(lines)


def _unfilled(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"{cell} |" for row in rows for cell in row)


def _read(active: str, requests: str) -> Report:
    head = "虚构县水务局2023年政府信息公开工作年度报告\n二、主动公开政府信息情况"
    return read_body(f"{head}\n{active}\n三、收到和处理政府信息公开申请情况\n{requests}\n五、问题\n".encode())


def test_pipes_that_fill_rows_up_to_one_width_give_the_rows_and_their_blanks() -> None:
    report = _read(_filled(ACTIVE, 4), _filled(REQUESTS, 10))
    assert report.active_disclosure is not None
    assert report.active_disclosure["normative_documents"] == {"issued": 5, "repealed": 3, "in_force": 41}
    assert report.active_disclosure["licensing"] == {"decisions": 1207}
    assert report.requests is not None
    assert [v for v in report.requests["received"].values() if v is not None] == [7]
    assert report.requests["received"]["total"] == 7
    assert not flagged(report, "requests.carried_in.other_organization")
    assert report.requests["carried_in"]["other_organization"] == 2
    assert report.requests["granted"]["natural_person"] == 9


def test_fillings_of_more_than_one_width_place_nothing_silently() -> None:
    broken = _filled(REQUESTS, 10).replace("7 |\n||", "7 |\n|||", 1)
    report = _read(_filled(ACTIVE, 4), broken)
    row = (report.requests or {}).get("received", {})
    for column, value in row.items():
        assert value == (7 if column == "total" else None) or flagged(report, f"requests.received.{column}")


def test_without_fillings_full_rows_are_told_by_their_labels() -> None:
    report = _read(_unfilled(ACTIVE), _unfilled(REQUESTS[-2:]))
    assert report.active_disclosure is not None
    assert report.active_disclosure["rules"] == {"issued": 0, "repealed": 1, "in_force": 2}
    assert report.requests is not None
    assert report.requests["carried_in"]["business"] == 1
