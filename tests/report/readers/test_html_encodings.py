"""Pages in the encodings that are met, declared rightly, wrongly or not at all."""

from __future__ import annotations

import random

import pytest

from pipelines.report.read import read_body
from pipelines.report.readers.html_decode import decode
from tests.made.truth import make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost

TRUTH = make(11, year=2023, busy=0.5)
PAGE = document(TRUTH, plain, random.Random(1), html=True).decode()


def declared(name: str) -> str:
    return PAGE.replace("<head>", f'<head><meta http-equiv=Content-Type content="text/html; charset={name}">')


@pytest.mark.parametrize(
    "declaration", ["gb2312", "gbk", "gb18030", "utf-8", "iso-8859-1", "windows-1252", "x"]
)
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
def test_a_declaration_is_believed_only_where_the_bytes_bear_it_out(encoding: str, declaration: str) -> None:
    report = read_body(declared(declaration).encode(encoding))
    assert lost(TRUTH, report) == []
    assert report.organization == TRUTH.organization


@pytest.mark.parametrize(
    "encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_an_encoding_that_nothing_declares_is_found(encoding: str) -> None:
    report = read_body(PAGE.encode(encoding))
    assert lost(TRUTH, report) == []
    assert report.organization == TRUTH.organization


@pytest.mark.parametrize("declaration", ["big5", ""])
def test_a_page_in_big5(declaration: str) -> None:
    page = "<html><head><title>示例區公所</title></head><body><p>政府信息公開工作年度報告</p></body></html>"
    body = page.replace("<head>", f"<head><meta charset={declaration}>").encode("big5")
    assert "政府信息公開工作年度報告" in decode(body)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_one_damaged_byte_costs_one_character(encoding: str) -> None:
    body = PAGE.encode(encoding)
    at = body.index("一、总体情况".encode(encoding))
    assert lost(TRUTH, read_body(body[:at] + b"\xff" + body[at:])) == []


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\uffff"])
def test_a_character_that_no_document_may_hold_is_no_figure_and_stops_nothing(character: str) -> None:
    heading = PAGE.replace("<p>一、", f"<p>{character}一、", 1)
    assert lost(TRUTH, read_body(heading.encode())) == []
    before = "规章</p></td><td><p>"
    report = read_body(PAGE.replace(before, f"{before}1{character}", 1).encode())
    assert lost(TRUTH, report) == ["active_disclosure.rules.issued"]
    assert "active_disclosure.rules.issued" in {finding.where for finding in report.findings}


def test_a_figure_written_by_its_number_is_a_figure() -> None:
    assert lost(TRUTH, read_body(PAGE.replace(">1", ">&#49;").replace(">0", ">&#x30;").encode())) == []


def test_a_page_that_holds_the_readers_own_mark_is_read() -> None:
    marks = "".join(f"\ufdd0{n}\ufdd0" for n in (0, 1, 2, 99))
    page = PAGE.replace("<p>三、", f"<table><tr><td>{marks}</td></tr></table><p>三、", 1)
    report = read_body(page.encode())
    assert report.requests == TRUTH.requests
