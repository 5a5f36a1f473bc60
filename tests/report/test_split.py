"""Pages with several reports: each is read as one of its own, and one report stays one."""

from __future__ import annotations

import random

import pytest

from pipelines.report.read import read_all, read_document
from pipelines.report.readers import open_document
from pipelines.report.split import split
from tests.made.truth import Truth, make
from tests.report.shapes import document, plain, row_lines
from tests.report.test_shapes import lost

FIRST = make(21, year=2023, organization="示例县教育局", title_shape=0)
OTHER_BODY = make(22, year=2023, organization="示例县税务局", title_shape=0)
OTHER_YEAR = make(23, year=2022, organization="示例县教育局", title_shape=0)


def page(*truths: Truth, html: bool = True) -> bytes:
    draw = plain if html else row_lines
    parts = [document(truth, draw, random.Random(1), html=html).decode() for truth in truths]
    if not html:
        return "\n".join(parts).encode()
    bodies = [part[part.index("<body>") + 6 : part.index("</body>")] for part in parts]
    return f"<html><head><title>信息公开年报</title></head><body>{''.join(bodies)}</body></html>".encode()


@pytest.mark.parametrize("second", [OTHER_BODY, OTHER_YEAR])
@pytest.mark.parametrize("html", [True, False])
def test_two_reports_on_one_page(second: Truth, *, html: bool) -> None:
    documents = split(open_document(page(FIRST, second, html=html)))
    assert len(documents) == 2
    for truth, part in zip((FIRST, second), documents, strict=True):
        report = read_document(part, "0" * 64)
        assert lost(truth, report) == []
        assert (report.organization, report.year) == (truth.organization, truth.year)


@pytest.mark.parametrize("html", [True, False])
def test_one_report_stays_whole(*, html: bool) -> None:
    opened = open_document(page(FIRST, html=html))
    assert split(opened) == (opened,)


def test_titles_of_other_reports_and_a_table_cut_in_two_begin_nothing() -> None:
    links = "".join(
        f"<p>示例县{name}局2023年政府信息公开工作年度报告</p>" for name in ["财政", "水利", "统计"]
    )
    body = page(FIRST).decode().replace("</body>", f"{links}</body>").replace("<body>", f"<body>{links}")
    row = "<tr><td colspan=3><p>一、本年新收"
    start = body.index(row)
    again = body.replace(
        "<tr><td colspan=3><p>二、上年",
        body[start : body.index("</tr>", start) + 5] + "</table><table><tr><td colspan=3><p>二、上年",
        1,
    )
    opened = open_document(again.encode())
    assert split(opened) == (opened,)


def test_a_title_printed_twice_over_one_report_begins_it_once() -> None:
    body = page(FIRST, OTHER_BODY).decode()
    body = body.replace(f"<p>{FIRST.title}</p>", f"<h1>{FIRST.title}</h1><p>{FIRST.title}</p>", 1)
    assert len(split(open_document(body.encode()))) == 2


def test_each_report_of_a_page_says_which_of_them_it_is() -> None:
    one, other = read_all(page(FIRST, OTHER_BODY))
    assert (one.organization, other.organization) == (FIRST.organization, OTHER_BODY.organization)
    assert [report.sources[0].part for report in (one, other)] == [1, 2]
    (alone,) = read_all(page(FIRST))
    assert alone.sources[0].part is None
