"""Numbers of pages between a table's rows: no value, and no silent value where a blank left its place."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from pipelines.report.model import Place
from pipelines.report.read import read_body
from pipelines.report.textstream import Stream
from tests.made.truth import Number, Truth, make
from tests.report.shapes import cell_lines, document, row_lines
from tests.report.test_shapes import lost, silent_errors


def in_pages(truth: Truth, end: str, *, furniture: str = "{}") -> bytes:
    """A cell on each line; a page after every 60 lines, its number last on it."""
    lines = document(truth, cell_lines, random.Random(1), html=False).decode().split("\n")
    pages = [lines[i : i + 60] for i in range(0, len(lines), 60)]
    return end.join("\n".join([*page, furniture.format(n)]) for n, page in enumerate(pages, 1)).encode()


@pytest.mark.parametrize("year", [2020, 2023])
def test_a_number_last_on_each_page_is_the_pages(year: int) -> None:
    truth = make(7, year=year, busy=0.5)
    report = read_body(in_pages(truth, "\n\f"))
    assert lost(truth, report) == []


@pytest.mark.parametrize(
    "furniture",
    [
        "https://www.example.gov.cn/xxgk/2024/t1.html {}/9",
        "{}/9",
        "2024/1/22 10:33",
        "第 {} 页 共 9 页",
        "- {} -",
    ],
)
def test_what_a_browser_prints_at_a_pages_edge_is_no_value(furniture: str) -> None:
    truth = make(7, year=2023, busy=0.5)
    assert lost(truth, read_body(in_pages(truth, "\n", furniture=furniture))) == []


@pytest.mark.parametrize("page", [2, 3, 4])
def test_a_page_number_in_the_place_of_a_blank_is_told(page: int) -> None:
    truth = make(7, year=2023, busy=0.5)
    rules: dict[str, Number | None] = {"issued": 1, "repealed": 0, "in_force": None}
    truth = replace(truth, active_disclosure={**truth.active_disclosure, "rules": rules})
    text = re.sub("\n+", "\n", document(truth, cell_lines, random.Random(0), html=False).decode())
    before, after = text.split("\n规章\n", 1)
    issued, repealed, rest = after.split("\n", 2)
    text = "\n".join([before, "规章", issued, repealed, str(page), rest])
    text = text.replace("\n二、主动公开", "\n1\n二、主动公开")
    assert silent_errors(truth, read_body(text.encode())) == []


def test_a_label_of_two_lines_with_its_values_between_them() -> None:
    truth = make(7, year=2023, busy=0.5)
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    row = next(line for line in text.split("\n") if line.startswith("行政规范性文件 "))
    fees = next(line for line in text.split("\n") if line.startswith("行政事业性收费 "))
    text = text.replace(row, row.replace("文件 ", "文\n        ") + "\n件")
    text = text.replace(fees, fees.replace("费 ", "\n    ") + "\n费")
    assert lost(truth, read_body(text.encode())) == []


def test_a_long_line_without_a_word_is_passed_over() -> None:
    stream = Stream(
        [("一、总体情况", Place(line=1)), ("12 " * 100_000, Place(line=2)), ("规章 1 2 3", Place(line=3))]
    )
    assert "".join(stream.chars) == "一、总体情况规章123"
