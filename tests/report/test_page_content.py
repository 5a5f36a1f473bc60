"""Where a page keeps its report: in JSON for its scripts, in templates, struck out beside the new figure."""

from __future__ import annotations

import json
import random
import re

import pytest

from pipelines.report.read import read_body
from pipelines.report.readers.sniff import WRITER, sniff
from tests.made.truth import Truth, make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost


def made() -> tuple[Truth, str]:
    truth = make(17, year=2023, busy=0.6)
    page = document(truth, plain, random.Random(0), html=True).decode()
    return truth, page[page.index("<body>") + 6 : page.index("</body>")]


@pytest.mark.parametrize(
    "holder",
    [
        "<script>window.PAGE = {{'a': 1, \"content\": {json}}};</script>",
        '<script type="text/template">{html}</script>',
        "<textarea style='display:none'>{escaped}</textarea>",
    ],
)
def test_a_report_that_the_page_holds_for_a_script_to_show(holder: str) -> None:
    truth, body = made()
    escaped = body.replace("&", "&amp;").replace("<", "&lt;")
    held = holder.format(json=json.dumps(body).replace("<", "\\u003C"), html=body, escaped=escaped)
    report = read_body(f"<title>{truth.title}</title><div id=app>首页</div>{held}".encode())
    assert lost(truth, report) == []
    assert [section.number for section in report.sections] == [1, 2, 3, 4, 5, 6]


def test_a_page_that_shows_its_report_is_read_as_shown() -> None:
    truth, body = made()
    other = make(18, year=2021, busy=0.6)
    held = json.dumps(document(other, plain, random.Random(0), html=True).decode())
    report = read_body(f"{body}<script>var old = {held}</script>".encode())
    assert lost(truth, report) == []
    assert report.year == truth.year


@pytest.mark.parametrize(
    "struck", ["<s>9</s>", "<strike>9</strike>", "<span style='text-decoration: line-through'>9</span>"]
)
def test_a_struck_figure_is_no_digit_of_the_new_one(struck: str) -> None:
    truth, body = made()
    before = "规章</p></td><td><p>"
    assert before in body
    report = read_body(body.replace(before, before + struck, 1).encode())
    assert lost(truth, report) == []


def test_ten_thousands_in_the_traditional_script_are_the_forms_unit() -> None:
    truth, body = made()
    report = read_body(body.replace("万元", "萬元").encode())
    assert lost(truth, report) == []
    assert not [f for f in report.findings if f.code == "unit-stated"]


@pytest.mark.parametrize(
    "drawn",
    [
        "<svg><text>3</text></svg>",
        "<canvas></canvas>",
        "<select><option>3</option></select>",
        "<object></object>",
    ],
)
def test_a_cell_that_draws_its_figure_is_no_blank(drawn: str) -> None:
    _, body = made()
    before = "规章</p></td><td><p>"
    report = read_body(re.sub(f"{before}[0-9]+", before + drawn, body, count=1).encode())
    where = "active_disclosure.rules.issued"
    assert report.active_disclosure is not None
    assert report.active_disclosure["rules"]["issued"] is None
    assert [f.code for f in report.findings if f.where == where] == ["cell-unreadable"]


def test_a_page_saved_with_its_pictures_needs_a_converter() -> None:
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related;\n boundary=x\n\n--x\n\n<p>a</p>"
    assert [f.code for f in read_body(head).findings] == ["needs-converter"]


def test_a_word_file_that_is_text_is_no_page() -> None:
    namespace = "http://schemas.microsoft.com/office/word/2003/wordml"
    body = f'<?xml version="1.0"?><w:d xmlns:w="{namespace}"><w:p/></w:d>'
    assert sniff(body.encode()) in WRITER


@pytest.mark.parametrize(
    "between",
    [
        "</body></html><html><body>",
        "</html>",
        "</body>",
        "<html><head><title>Word</title><style>td{}</style></head><body lang=ZH-CN>",
    ],
)
@pytest.mark.parametrize("at", ["<p>一、", "<p>三、"])
def test_a_document_pasted_into_the_page_does_not_end_it(between: str, at: str) -> None:
    truth, body = made()
    assert at in body
    head = f"<html><head><title>{truth.title}</title></head><body>"
    report = read_body(f"{head}{body.replace(at, between + at, 1)}</body></html>".encode())
    assert lost(truth, report) == []
    assert [section.number for section in report.sections] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("tag", ["nav", "footer"])
def test_a_menu_that_is_never_closed_does_not_swallow_the_page(tag: str) -> None:
    truth, body = made()
    assert lost(truth, read_body(f"<{tag}><a>首页</a>{body}".encode())) == []


def test_a_string_that_never_ends_is_looked_through_once() -> None:
    quotes = '"' + '\\"' * 100_000
    assert not read_body(f"<p>政府信息公开</p><script>var a = {quotes}</script>".encode()).is_report
