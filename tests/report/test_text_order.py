"""Text that a program took out of a page in another order than a person reads it."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from pipelines.report.model import Place
from pipelines.report.read import read_body
from pipelines.report.sheet import Sheet
from pipelines.report.streams import read_streams
from pipelines.report.textstream import Piece, Stream
from tests.made.truth import Table, make
from tests.report.shapes import TEXT_SHAPES, document, row_lines
from tests.report.test_shapes import lost, silent_errors


@pytest.mark.parametrize("year", [2020, 2023])
@pytest.mark.parametrize("separator", [" ", "\n"])
def test_values_before_their_labels_are_not_taken_for_the_row_above(year: int, separator: str) -> None:
    truth = make(9, year=year, busy=0.8)
    lines = []
    for line in document(truth, row_lines, random.Random(0), html=False).decode().split("\n"):
        words = line.split(" ")
        values = [word for word in words if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", word)]
        labels = [word for word in words if word not in values]
        lines += [separator.join(values), " ".join(labels)] if values and labels else [line]
    report = read_body("\n".join(lines).encode())
    assert silent_errors(truth, report) == []
    wrong = [
        (name, row, column)
        for name in ("active_disclosure", "requests")
        for row, cells in (report.to_json()[name] or {}).items()
        for column, value in cells.items()
        if value is not None and value != truth.tables()[name][row][column]
    ]
    assert wrong == []


def test_a_word_of_a_table_that_comes_many_times_is_not_looked_behind_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream([("行政复议 " * 3_000, Place(line=1))])
    looked = 0
    pieces = Stream.pieces

    def count(self: Stream, start: int, stop: int) -> list[Piece]:
        nonlocal looked
        looked += 1
        return pieces(self, start, stop)

    monkeypatch.setattr(Stream, "pieces", count)
    read_streams(stream.lines, Sheet(), frozenset({"review"}))
    assert looked < 10


def test_a_header_set_in_narrow_columns_is_damaged_and_not_in_another_order() -> None:
    truth = make(9, year=2023, busy=0.8)
    body = document(truth, row_lines, random.Random(0), html=False).decode()
    start, stop = body.index("（本列数据"), body.index("一、本年新收")
    header = (
        "申请人情况\n法人或其他组织\n（本列数据的勾稽关系为：第一\n项加第二项之和，等于第三项加\n社会 法律\n"
        "第四项之和） 自然人 商业 科研 总计\n公益 服务 其他\n企业 机构\n组织 机构\n"
    )
    report = read_body((body[:start] + header + body[stop:]).encode())
    assert [path for path in lost(truth, report) if path.startswith("requests")] == []
    assert [f.code for f in report.findings if f.where == "requests"] == ["column-unknown"]


def test_a_review_table_of_damaged_header_is_taken_where_its_sums_confirm_the_order() -> None:
    truth = make(9, year=2023, busy=0.8)
    body = document(truth, row_lines, random.Random(0), html=False).decode()
    start, stop = body.rindex("行政复议 行政诉讼"), body.index("五、存在的主要问题")
    numbers = body[start:stop].split("\n")[-2].split(" ")
    assert len(numbers) == 15
    header = "行政复议 行政诉讼\n结 结 其 尚 总\n果 果 他 未 计\n维 纠 结 审\n持 正 果 结\n"
    header += "结果维持 结果纠正 其他结果 尚未审结 总计\n"
    for order, right in ((numbers, True), (sorted(numbers, key=int), False)):
        text = body[:start] + header + "\n".join(order) + "\n" + body[stop:]
        report = read_body(text.encode())
        assert silent_errors(truth, report) == []
        given = {
            row: cells
            for row, cells in (report.review or {}).items()
            if any(v is not None for v in cells.values())
        }
        assert given == (truth.review if right else {})


def test_review_blocks_between_tabs_keep_their_blank_cells() -> None:
    """A block's title stood on the line above its header and was taken for the header's first cell."""
    truth = make(9, year=2023, busy=0.8)
    review: Table = {
        "reconsideration": {"upheld": None, "corrected": 0, "other": 0, "pending": None, "total": 0},
        "litigation_direct": {"upheld": 0, "corrected": 0, "other": None, "pending": None, "total": 0},
        "litigation_after_reconsideration": dict.fromkeys(truth.review["reconsideration"], 0),
    }
    truth = replace(truth, review=review)
    body = document(truth, TEXT_SHAPES["tabs-ragged"], random.Random(0), html=False, review_tables=3)
    assert lost(truth, read_body(body)) == []


def test_review_values_among_the_headers_words_are_taken_where_the_sums_confirm_them() -> None:
    truth = make(9, year=2023, busy=0.8)
    body = document(truth, row_lines, random.Random(0), html=False).decode()
    start, stop = body.rindex("行政复议 行政诉讼"), body.index("五、存在的主要问题")
    numbers = body[start:stop].split("\n")[-2].split(" ")
    five = "结果维持 结果纠正 其他结果 尚未审结 总计"
    for order, right in ((numbers, True), (sorted(numbers, key=int), False)):
        lines = [
            "行政复议",
            "行政诉讼",
            "未经复议直接起诉",
            five,
            *order[:5],
            "复议后起诉",
            five,
            five,
            *order[5:],
        ]
        text = body[:start] + "\n".join("\n".join(lines).split(" ")) + "\n" + body[stop:]
        report = read_body(text.encode())
        assert silent_errors(truth, report) == []
        values = [v for row in (report.review or {}).values() for v in row.values()]
        assert values == [int(n) for n in numbers] if right else set(values) <= {None}


@pytest.mark.parametrize("label", ["党内规范性文件", "党内\n规范性文件", "党内规范\n性文件", "其他\n文件"])
def test_a_row_that_the_form_lacks_gives_the_row_above_no_values(label: str) -> None:
    """Where a program dropped the lines that stood there before, the row above had lost its own values."""
    truth = make(9, year=2023, busy=0.8)
    body = document(truth, TEXT_SHAPES["cell-lines"], random.Random(0), html=False).decode()
    values = "\n89\n50\n65\n"
    changed, found = re.subn("(?<=行政规范性文件\n)(?:\n*[0-9]+){3}", f"{label}{values}", body)
    assert found == 1
    report = read_body(changed.encode())
    assert set((report.active_disclosure or {})["normative_documents"].values()) == {None}
    cells = [f"active_disclosure.normative_documents.{c}" for c in ("issued", "repealed", "in_force")]
    assert [f.where for f in report.findings if f.code == "cell-unreadable"] == cells
    others = [path for path in lost(truth, report) if not path.startswith("active_disclosure.normative")]
    assert others == []


def test_header_rows_that_ran_together_leave_the_total_last() -> None:
    """Extractors lose the line between the header's two rows: 总计 then stands before the organizations."""
    kinds = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    header = ["自然人", "法人或其他组织", "总计", "", "", *kinds, ""]
    rows = [header, ["一、本年新收政府信息公开申请数量", *"1200003"], ["（一）予以公开", *"0200002"]]
    text = "三、收到和处理政府信息公开申请情况\n\n" + "\n\n".join(
        "\n".join(f"\t{cell}" for cell in row) for row in rows
    )
    table = read_body(text.encode()).requests
    assert table is not None
    assert [*table["received"].values()] == [1, 2, 0, 0, 0, 0, 3]
    assert [*table["granted"].values()] == [0, 2, 0, 0, 0, 0, 2]


def test_a_row_between_its_headers_words_is_doubted_whole() -> None:
    """pdftotext reads tall cells first: 规章 before two of the header's columns, its values after them."""
    lines = [
        "二、主动公开政府信息情况",
        "信息内容",
        "本年制发件数",
        "规章",
        "0",
        "本年废止件数",
        "现行有效件数",
        "0",
    ]
    text = "\n\n".join([*lines, "行政规范性文件", "60", "0", "0", "第二十条第（五）项", "本年处理决定数量"])
    report = read_body(text.encode())
    doubted = {f.where for f in report.findings if f.severity == "warning"}
    assert "active_disclosure.normative_documents.*" in doubted
