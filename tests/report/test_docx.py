"""What a Word file holds but does not show, and what it shows without saying it as text."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
PATH = "active_disclosure.licensing.decisions"


def row(label: str, runs: str, properties: str = "") -> str:
    return f"<w:tr>{properties}{cell(run(label))}{cell(runs)}</w:tr>"


def cell(runs: str) -> str:
    return f"<w:tc><w:p>{runs}</w:p></w:tc>"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def read(*rows: str) -> Report:
    header = row("第二十条第（五）项", "") + row("信息内容", run("本年处理决定数量"))
    title = f"<w:p>{run('虚构县某局2023年政府信息公开工作年度报告')}</w:p>"
    body = f"{title}<w:tbl>{header}{''.join(rows)}</w:tbl>"
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
    return read_body(package.getvalue())


def value(report: Report) -> object:
    assert report.active_disclosure is not None
    return report.active_disclosure["licensing"]["decisions"]


def told(report: Report) -> bool:
    return any(f.code == "cell-unreadable" and f.where == PATH for f in report.findings)


@pytest.mark.parametrize("unseen", ["<w:vanish/>", "<w:strike/>", '<w:dstrike w:val="1"/>'])
def test_hidden_and_struck_figures_are_passed_over(unseen: str) -> None:
    report = read(row("行政许可", run("9", unseen) + run("12")))
    assert value(report) == 12
    assert not told(report)


def test_a_property_that_is_switched_off_hides_nothing() -> None:
    assert value(read(row("行政许可", run("1", '<w:vanish w:val="0"/>') + run("2")))) == 12


def test_a_row_that_a_recorded_change_deletes_is_passed_over() -> None:
    gone = row("行政许可", run("9"), "<w:trPr><w:del/></w:trPr>")
    report = read(gone, row("行政许可", run("12")))
    assert value(report) == 12
    assert not told(report)


def test_text_that_stands_twice_for_older_programs_is_read_once() -> None:
    twice = (
        f"<w:r><mc:AlternateContent><mc:Choice>{run('12')}</mc:Choice>"
        f"<mc:Fallback>{run('12')}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert value(read(row("行政许可", twice))) == 12


@pytest.mark.parametrize(
    "glyph",
    ['<w:r><w:sym w:font="Wingdings" w:char="F031"/></w:r>', "<w:r><w:drawing><a:blip/></w:drawing></w:r>"],
)
def test_a_figure_drawn_as_a_symbol_or_a_picture_is_no_blank(glyph: str) -> None:
    report = read(row("行政许可", glyph))
    assert value(report) is None
    assert told(report)
