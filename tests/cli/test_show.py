"""How a report looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from crawler.views.report import ABSENT, BLANK, UNREADABLE, report_view, reports_view
from crawler.views.summary import findings_view, years_view
from pipelines.report.marks import Marks
from pipelines.report.model import Correction, Evidence, Finding, FindingCode, Place, Report
from tests.cli.made import report


def printed(view: RenderableType, width: int = 120) -> str:
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def shown(findings: Iterable[Finding] = (), width: int = 120) -> str:
    return printed(report_view(report(findings=findings)), width)


def line_of(text: str, label: str) -> str:
    (line,) = (line for line in text.splitlines() if label in line)
    return line


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│ ").split("│")]


def error(where: str, *evidence: str) -> Finding:
    return Finding("requests-row-total", "error", where, "the parts do not add up", evidence)


def test_the_head_says_who_and_when() -> None:
    text = shown()
    assert text.startswith("北京市西城区虚构局2024年政府信息公开工作年度报告")
    assert "机关 北京市西城区虚构局" in text
    assert "年度 2024   发布 2025-01-20" in text
    assert "https://www.bjxch.gov.cn/a.html" in text


def test_every_row_of_the_form_is_printed_in_its_order() -> None:
    text = shown()
    labels = ["规章", "行政许可", "行政强制", "行政事业性收费", "一、本年新收", "三、本年度办理结果"]
    labels += [
        "（三）不予公开",
        "1.属于国家秘密",
        "（六）其他处理",
        "（七）总计",
        "四、结转下年度",
        "复议后起诉",
    ]
    positions = [text.index(label) for label in labels]
    assert positions == sorted(positions)


def test_zero_blank_unreadable_and_not_printed_are_four_things() -> None:
    text = shown()
    assert cells(line_of(text, "一、本年新收"))[1:3] == ["3001", "0"]
    assert cells(line_of(text, "二、上年结转"))[1:4] == [BLANK, UNREADABLE, "0"]
    assert cells(line_of(text, "（一）予以公开"))[1:] == [ABSENT] * 7
    assert f"{BLANK} printed blank" in text


def test_corrected_and_solved_values_bear_a_sign_and_recognised_ones_are_counted() -> None:
    plain = printed(report_view(report()))
    assert "改" not in plain
    assert "picture" not in plain
    place = Place(page=1)
    made = report()
    evidence = {
        "requests.received.natural_person": Evidence(
            "3007", "corrected", place, correction=Correction(3007, "李四", "seen")
        ),
        "requests.received.business": Evidence("0", "solved", place),
        "requests.received.total": Evidence("0", "ocr", place, confidence=0.914),
        "requests.carried_in.total": Evidence("0", "ocr", place, confidence=0.99),
    }
    text = printed(report_view(replace(made, evidence=made.evidence | evidence)))
    assert cells(line_of(text, "一、本年新收"))[1:3] == ["3001改", "0解"]
    assert "2 cells read from a picture, certainty 0.91 or more" in line_of(text, "表三")
    assert "picture" not in line_of(text, "表四")
    assert "改 given by a reviewed correction   解 told apart by the identities" in text


def test_amounts_keep_their_fraction() -> None:
    assert cells(line_of(shown(), "行政事业性收费"))[1] == "96171.6"


@pytest.mark.parametrize("width", [80, 100, 160])
def test_tables_are_aligned_and_whole_in_double_width(width: int) -> None:
    lines = [line for line in shown(width=width).splitlines() if line and line[0] in "┌│├└"]
    start = 0
    while start < len(lines):
        end = next(at for at in range(start, len(lines)) if lines[at].startswith("└"))
        widths = {cell_len(line.rstrip()) for line in lines[start : end + 1]}
        assert len(widths) == 1
        assert widths.pop() <= width
        start = end + 1
    assert "总计" in shown(width=width)
    assert "3001" in shown(width=width)


def test_the_three_blocks_of_the_last_table_stand_side_by_side() -> None:
    (line,) = (line for line in shown(width=80).splitlines() if line.count("总计│") == 3)
    assert cell_len(line) <= 80


def test_a_finding_marks_its_cell_and_stands_below() -> None:
    text = shown([error("requests.received.natural_person")])
    assert cells(line_of(text, "一、本年新收"))[1:3] == ["3001 a", "0"]
    assert line_of(text, "requests-row-total").split(maxsplit=3) == [
        "a",
        "error",
        "requests-row-total",
        "the parts do not add up",
    ]


def test_a_finding_about_a_row_or_column_marks_its_label_and_its_cells() -> None:
    paths = [f"requests.denied_by_law.{column}" for column in ("natural_person", "total")]
    text = shown([error("requests.denied_by_law.*", *paths)])
    row = cells(line_of(text, "其他法律行政法规禁止公开"))
    assert row[0].endswith("禁止公开 a")
    assert [row[1], row[2], row[7]] == ["0 a", "0", "0 a"]
    assert "自然人 a" in shown([error("requests.*.natural_person")])


def test_a_finding_about_many_cells_marks_its_column_and_the_sum() -> None:
    rows = [row for row in (report().requests or {}) if row != "total_processed"]
    paths = [f"requests.{row}.business" for row in (*rows, "total_processed")]
    text = shown([error("requests.*.business", *paths)])
    assert cells(line_of(text, "1.属于国家秘密"))[2] == "0"
    assert cells(line_of(text, "（七）总计"))[2] == "0 a"


def test_findings_about_a_block_a_table_and_the_whole_are_marked_there() -> None:
    text = shown(
        [
            error("review.litigation_direct.*"),
            Finding("table-missing", "error", "review", "…"),
            Finding("year-conflict", "warning", "year", "title and period disagree"),
        ]
    )
    assert "未经复议直接起诉 a" in text
    assert line_of(text, "表四").rstrip().endswith("b")
    assert text.splitlines()[0].endswith(" c")


def test_errors_come_first_and_crowds_of_notes_share_a_line() -> None:
    notes = [Finding("not-assessable", "info", f"requests.{n}.*", f"note {n}") for n in range(30)]
    marks = Marks([*notes, error("requests.received.total")])
    assert [(line.mark, line.severity) for line in marks.lines] == [("a", "error"), ("b", "info")]
    assert marks.lines[1].sentence == "note 0 (29 more of this kind)"


def test_marks_go_on_after_z() -> None:
    findings = [
        Finding(cast(FindingCode, f"code-{at}"), "error", f"requests.{at}.total", "…") for at in range(54)
    ]
    marks = Marks(findings)
    assert [marks.lines[at].mark for at in (0, 25, 26, 27, 52, 53)] == ["a", "z", "aa", "ab", "ba", "bb"]


def test_a_document_cannot_steer_the_terminal() -> None:
    hostile = Report(
        organization="虚构\x1b[2J局\u202e", year=2024, title="[bold]题[/bold]\x1b]0;x\x07", parser="made"
    )
    text = printed(report_view(hostile)) + printed(reports_view([hostile])) + printed(years_view([hostile]))
    assert not any(character in text for character in "\x1b\x07\u202e")
    assert "[bold]题[/bold]" in text
    assert "虚构[2J局" in text


def test_a_report_without_tables_says_so() -> None:
    text = printed(report_view(Report(organization="虚构局", year=2024)))
    assert text.count("not in this document") == 3
    assert "No findings." in text


def test_the_list_of_bodies_counts_findings_by_severity() -> None:
    findings = [error("requests.received.total"), Finding("cell-annotated", "info", "x", "y")]
    text = printed(reports_view([report(findings=findings), Report(organization="没有表格局", year=2024)]))
    assert line_of(text, "虚构局").split() == ["北京市西城区虚构局", "✓", "✓", "✓", "0", "1", "1"]
    assert line_of(text, "没有表格局").split() == ["没有表格局", *[ABSENT] * 4]


def test_the_summary_has_a_mark_for_each_body_and_year() -> None:
    reports = [
        report("甲局", 2023),
        report("甲局", 2024, [error("requests.received.total")]),
        report(
            "乙局",
            2024,
            [Finding("carry-over", "warning", "x", "y"), Finding("not-assessable", "info", "x", "y")],
        ),
    ]
    text = printed(years_view(reports))
    assert line_of(text, "甲局").split() == ["甲局", "✓", "✗", "1"]
    assert line_of(text, "乙局").split() == ["乙局", "–", "!", "1"]
    counted = printed(findings_view(reports))
    assert line_of(counted, "carry-over").split() == ["warning", "carry-over", "1", "1"]
