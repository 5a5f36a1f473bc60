"""What is a report, what is none, and what cannot be read here; bodies that try to do harm."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Report
from pipelines.report.read import read_body
from pipelines.report.readers import sniff

LONG = "2019年，我乡坚持依法行政，主动公开各类信息，公众满意度稳步提高，各项工作取得了新的进展。" * 4


def page(*lines: str, head: str = "") -> Report:
    return read_body(
        f"<html><head>{head}</head><body>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>".encode()
    )


def reason(report: Report) -> str | None:
    return next((f.message for f in report.findings if f.code == "not-a-report"), None)


@pytest.mark.parametrize(("year", "severity"), [(2012, "info"), (2018, "info"), (2019, "warning")])
def test_missing_tables_are_a_loss_only_since_the_form_has_them(year: int, severity: str) -> None:
    report = page(f"虚构乡{year}年政府信息公开工作年度报告", "一、概述", LONG.replace("2019", str(year)))
    assert {f.severity for f in report.findings if f.code == "table-missing"} == {severity}


def test_a_report_of_prose_alone_is_a_report_without_tables() -> None:
    report = page("虚构乡2019年政府信息公开工作年度报告", "一、概述", LONG, "二、主动公开政府信息情况", LONG)
    assert report.is_report
    assert {f.where for f in report.findings if f.code == "table-missing"} == {
        "active_disclosure",
        "requests",
        "review",
    }


def test_headings_with_nothing_below_are_a_report_without_tables() -> None:
    report = page(
        "一、总体情况",
        LONG,
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        LONG,
    )
    assert report.is_report


@pytest.mark.parametrize(
    "lines",
    [
        (
            "虚构区2022年度法治政府建设年度报告",
            "一、总体情况",
            LONG,
            "二、存在的问题",
            LONG,
            "三、其他事项",
            LONG,
        ),
        ("关于做好2023年政府信息公开工作年度报告的通知", LONG),
        ("虚构大学2021-2022学年信息公开工作年度报告", "一、概述", LONG, "二、主动公开信息情况", LONG),
        ("政府信息公开指南", LONG, LONG),
        ("虚构新闻", LONG),
        ("404 页面不存在",),
    ],
)
def test_look_alikes_are_no_reports(lines: tuple[str, ...]) -> None:
    assert reason(page(*lines))


def test_a_list_of_reports_is_none() -> None:
    names = [f"虚构{c}局2023年政府信息公开工作年度报告" for c in "甲乙丙丁戊己"]
    assert reason(page("政府信息公开年报", *names))


def test_a_page_that_only_carries_the_title_is_a_report_without_tables() -> None:
    assert page("虚构局2023年政府信息公开工作年度报告", "附件下载").is_report


def test_prose_about_applications_is_no_table() -> None:
    report = page(
        "虚构局2023年政府信息公开工作年度报告",
        "一、总体情况",
        "收到申请5件，予以公开3件，部分公开 1 件，不予公开 1 件，行政许可 12 件。",
    )
    assert report.requests is None
    assert report.active_disclosure is None


# ---------------------------------------------------------------------- kinds of files


def test_the_kind_is_known_by_content() -> None:
    assert sniff(b"%PDF-1.7 ...") == "application/pdf"
    assert sniff(b"\xef\xbb\xbf<!DOCTYPE html><html>") == "text/html"
    assert sniff("<p>一</p>".encode()) == "text/html"
    assert sniff("一、总体情况".encode("gb18030")) == "text/plain"
    assert sniff("a < b".encode("utf-16")) == "text/plain"
    assert sniff(b"\x89PNG\r\n\x1a\n....") == "image/png"
    named = "WordDocument".encode("utf-16-le").ljust(64, b"\0")
    assert sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + named) == "application/msword"
    assert sniff(b"\x00\x01\x02\x03" * 50) == "application/octet-stream"


def test_a_format_that_needs_another_program_says_so() -> None:
    report = read_body(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    assert [f.code for f in report.findings] == ["needs-converter"]
    assert (report.requests, report.year, report.organization) == (None, None, None)
    assert report.sources[0].media_type != "text/plain"


@pytest.mark.parametrize(
    "body", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\x00\x01\x02\x03" * 99, b"PK\x03\x04word/document.xml"]
)
def test_what_cannot_be_opened_says_so(body: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"\w"):
        read_body(body)


# ---------------------------------------------------------------------- DOCX


def docx(inner: str) -> bytes:
    out = io.BytesIO()
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="{names}"><w:body>{inner}</w:body></w:document>'
        )
    return out.getvalue()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_a_word_file_with_merged_cells() -> None:
    rows = [
        tc("", '<w:gridSpan w:val="2"/>')
        + "".join(
            map(tc, ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"))
        ),
        tc("一、本年新收政府信息公开申请数量", '<w:gridSpan w:val="2"/>') + "".join(map(tc, "1000001")),
        tc("（三）不予公开", '<w:vMerge w:val="restart"/>')
        + tc("1.属于国家秘密")
        + "".join(map(tc, "2000002")),
        tc("", "<w:vMerge/>")
        + tc("2.其他法律行政法规禁止公开")
        + "".join(map(tc, ("", "", "", "", "", "", "3"))),
    ]
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    report = read_body(docx(p("虚构局2023年政府信息公开工作年度报告") + table))
    assert report.requests is not None
    assert list(report.requests["received"].values()) == [1, 0, 0, 0, 0, 0, 1]
    assert list(report.requests["denied_state_secret"].values()) == [2, 0, 0, 0, 0, 0, 2]
    assert list(report.requests["denied_by_law"].values()) == [None] * 6 + [3]
    assert (report.organization, report.year) == ("虚构局", 2023)


def test_a_packed_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"\0" * 100_000_000)
    with pytest.raises(UnreadableDocument, match="unpacks"):
        read_body(out.getvalue())


# ---------------------------------------------------------------------- harm


@pytest.mark.parametrize(
    "body",
    [
        b"<table>" + b"<tr><td rowspan=99999 colspan=99999>x</td></tr>" * 500,
        b"<html>" + b"<div>" * 20_000 + b"x",
        b"<html>" + b"<table><tr><td>" * 2_000 + b"x",
        b"<table><tr>" + b"<td>0</td>" * 20_000,
        b"\tx\n" * 20_000,
        b"|\n" * 20_000,
        "规章(".encode() * 5_000,
    ],
    ids=["spans", "depth", "nested tables", "wide", "tabs", "pipes", "brackets"],
)
def test_hostile_bodies_end_without_figures(body: bytes) -> None:
    report = read_body(body)
    assert not report.is_report
    assert report.evidence == {}
