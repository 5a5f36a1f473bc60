"""What published reports do to the form, one test for each: made documents, no sample copied."""

from __future__ import annotations

import random
from dataclasses import replace
from html import escape

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.layout import Printed, tables
from tests.made.truth import Truth, make
from tests.report.shapes import (
    cell_lines,
    document,
    matrix_html,
    plain,
    ragged,
    row_lines,
    trows,
    wrapped_rows,
)
from tests.report.test_shapes import lost, silent_errors


def made(year: int = 2023, seed: int = 11, **more: object) -> Truth:
    return make(seed, year=year, busy=0.5, **more)  # type: ignore[arg-type]


def page(truth: Truth, old: str = "", new: str = "", count: int = 1) -> bytes:
    body = document(truth, plain, random.Random(0), html=True).decode()
    assert not old or old in body, old
    return body.replace(old, new, count).encode() if old else body.encode()


def codes(report: Report, where: str = "") -> set[str]:
    return {f.code for f in report.findings if f.where.startswith(where)}


# ---------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("printed", "damaged"),
    [
        ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
        ("现行有效件数", "现行有效件"),
        ("3.危及“三安全一稳定”", "3.危及三安全一稳走"),
    ],
)
def test_a_damaged_label_that_can_only_be_one_is_taken_and_told(printed: str, damaged: str) -> None:
    truth = made()
    report = read_body(page(truth, printed, damaged))
    assert lost(truth, report) == []
    assert codes(report) & {"label-unknown", "column-unknown"}


@pytest.mark.parametrize(
    ("printed", "variant"),
    [
        ("1.属于国家秘密", "1、属于国家秘密"),
        ("1.属于国家秘密", "１．属于国家秘密"),
        ("1.属于国家秘密", "⒈ 属于国家秘密"),
        ("（三）不予公开", "㈢不予公开"),
        ("（一）予以公开", "(一) 予以 公开"),
        ("行政规范性文件", "规范性文件"),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（二）部分公开"),
        ("第二十条第（一）项", "第二十条 第 (一) 项"),
        ("行政许可", "行政許可"),
        ("一、本年新收政府信息公开申请数量", "一、本年新收政府信息公開申請數量"),
        ("规章", "规章(设区的市、自治州人民政府应提供相关数据)"),
        ("社会公益组织", "社会公益"),
        ("一、本年新收政府信息公开申请数量", "一、本年收到申请数量"),
        ("二、上年结转政府信息公开申请数量", "二、上年度结转申请数量"),
        ("四、结转下年度继续办理", "四、结转下一年度继续办理"),
        ("3.危及“三安全一稳定”", "3.危及国家安全、公共安全、经济安全、社会稳定"),
        ("4.无正当理由大量反复申请", "4.大量反复申请"),
        ("规章", "地方政府规章"),
    ],
)
def test_a_label_in_other_typography_is_the_same_label(printed: str, variant: str) -> None:
    truth = made()
    report = read_body(page(truth, printed, variant))
    assert lost(truth, report) == []
    assert [f for f in report.findings if f.severity != "info"] == []


def test_a_row_that_the_form_lacks_is_left_out_and_shifts_nothing() -> None:
    truth = made()
    extra = "<tr><td>其他主动公开文件(含以本单位名义签发的文件)</td><td>7</td><td>8</td><td>9</td></tr>"
    body = page(
        truth, "<tr><td colspan=4><p>第二十条第（五）项", extra + "<tr><td colspan=4><p>第二十条第（五）项"
    )
    report = read_body(body)
    assert lost(truth, report) == []
    assert "label-unknown" in codes(report, "active_disclosure")


def test_a_row_of_a_group_that_the_form_lacks_is_not_taken_for_another() -> None:
    truth = made()
    row = "<tr><td>9.其他</td>" + "<td>5</td>" * 7 + "</tr>"
    body = page(truth, "<tr><td rowspan=3><p>（四）无法提供", row + "<tr><td rowspan=3><p>（四）无法提供")
    report = read_body(body)
    assert silent_errors(truth, report) == []
    assert report.requests is not None
    assert report.requests["other_other"] == truth.requests["other_other"]


def test_a_renamed_row_is_unknown_and_missing() -> None:
    truth = made()
    report = read_body(page(truth, "8.属于行政查询事项", "8.另有规定的情形"))
    assert report.requests is not None
    assert "denied_administrative_inquiry" not in report.requests
    assert {"label-unknown", "row-missing"} <= codes(report, "requests")


# ---------------------------------------------------------------------- editions


def test_a_hybrid_takes_each_tables_edition_from_its_own_labels() -> None:
    truth = made(editions={"active_disclosure": "2021", "requests": "2019"})
    report = read_body(page(truth))
    assert lost(truth, report) == []
    assert report.editions["active_disclosure"] == "2021"
    assert report.editions["requests"] == "2019"


# ---------------------------------------------------------------------- headers


@pytest.mark.parametrize("twice", ["本年新", "本年新制作数量"])
def test_columns_with_the_same_label_are_taken_by_elimination_and_told(twice: str) -> None:
    truth = made(2019)
    body = (
        page(truth)
        .replace("本年新制作数量".encode(), twice.encode())
        .replace("本年新公开数量".encode(), twice.encode())
    )
    report = read_body(body)
    assert lost(truth, report) == []
    assert {"active_disclosure.rules.made", "active_disclosure.rules.disclosed"} <= {
        f.where for f in report.findings if f.code == "column-unknown"
    }


def test_columns_in_another_order_are_followed_by_label() -> None:
    truth = made()
    printed = next(p for p in tables(truth)[3])
    matrix = ragged(printed)
    flat_header = ["", "总计", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    rows = [flat_header] + [[row[-8], row[-1], *row[-7:-1]] for row in matrix[3:]]
    report = read_body(page(truth, plain(printed, random.Random(0)), matrix_html(rows)))
    assert silent_errors(truth, report) == []
    assert report.requests is not None
    assert report.requests["received"] == truth.requests["received"]


@pytest.mark.parametrize("first", ["total", "organizations", "research_institution"])
@pytest.mark.parametrize("spans", [True, False])
def test_columns_in_another_order_over_several_header_rows_are_followed(first: str, *, spans: bool) -> None:
    truth = made()
    printed = tables(truth)[3][0]
    top, middle, low, *body = printed.rows
    person, group, total = middle
    below, order = list(low), list(range(7))
    if first == "total":
        middle, order = (total, person, group), [6, *order[:6]]
    elif first == "organizations":
        middle, order = (group, person, total), [*order[1:6], 0, 6]
    else:
        below[0], below[1] = below[1], below[0]
        order[1], order[2] = 2, 1
    moved = [
        (*(s for s in row if s.path is None), *([s for s in row if s.path is not None][i] for i in order))
        for row in body
    ]
    rows = (top, middle, tuple(below), *moved)
    drawn = f"<table>{trows(rows)}</table>" if spans else matrix_html(ragged(replace(printed, rows=rows)))
    report = read_body(page(truth, plain(printed, random.Random(0)), drawn))
    assert lost(truth, report) == []


def test_a_header_in_another_order_over_lines_of_text_loses_the_values() -> None:
    truth = made()
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    text = text.replace("商业企业 科研机构", "科研机构 商业企业")
    assert silent_errors(truth, read_body(text.encode())) == []


def test_an_invented_header_over_a_piece_of_the_table() -> None:
    truth = made()
    printed = tables(truth)[3][0]
    rows = ragged(printed)
    second = [["数据1", "数据2", "数据3", "数据4", "数据5", "数据6", "数据7", "数据8"]] + [
        row[-8:] for row in rows[15:]
    ]
    drawn = matrix_html(rows[:15]) + matrix_html(second)
    report = read_body(page(truth, plain(printed, random.Random(0)), drawn))
    assert silent_errors(truth, report) == []


def test_rows_without_any_header_are_told() -> None:
    truth = made()
    printed = tables(truth)[3][0]
    drawn = f"<table>{trows(printed.rows[3:])}</table>"
    report = read_body(page(truth, plain(printed, random.Random(0)), drawn))
    assert silent_errors(truth, report) == []
    assert "column-unknown" in codes(report, "requests")


def test_header_spans_that_do_not_match_the_rows_under_them() -> None:
    truth = made(2019)
    labels = ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")
    old = "<tr>" + "".join(f"<td><p>{label}</p></td>" for label in labels) + "</tr>"
    uneven = old.replace("<td><p>本年增/减", "<td colspan=2><p>本年增/减")
    body = page(truth, old, uneven).decode()
    licensing = [
        s.text for row in tables(truth)[2][0].rows for s in row if s.path and ".licensing." in s.path
    ]
    before = f"<tr><td><p>行政许可</p></td><td><p>{licensing[0]}</p>"
    assert before in body
    report = read_body(body.replace(before, before.replace("</td><td>", "</td><td colspan=2>")).encode())
    assert report.active_disclosure is not None
    assert report.active_disclosure["licensing"] == truth.active_disclosure["licensing"]
    assert silent_errors(truth, report) == []


# ---------------------------------------------------------------------- cells


def cell(text: str) -> Report:
    truth = made()
    printed = str(truth.requests["received"]["natural_person"])
    body = page(truth)
    old = f"<p>{escape('一、本年新收政府信息公开申请数量')}</p></td><td><p>{printed}</p>"
    assert old.encode() in body
    return read_body(body.replace(old.encode(), old.replace(f"<p>{printed}</p>", text).encode()))


@pytest.mark.parametrize(
    ("text", "value", "kind", "code"),
    [
        ("22（其中修订<br/>16 件）", 22, "annotated", "cell-annotated"),
        ("<span>3</span><span>件</span>", 3, "unit", "unit-stated"),
        ("１,２３４", 1234, "number", None),
        ("－", None, "none-mark", None),
        ("/", None, "none-mark", None),
        ("无", None, "none-mark", None),
        ("&nbsp;\u3000", None, "blank", None),
        ("约3件", None, "unreadable", "cell-unreadable"),
        ("0 0", None, "unreadable", "cell-unreadable"),
        ("007", None, "unreadable", "cell-unreadable"),
        ("5<sup>2</sup>", 5, "annotated", "cell-annotated"),
        ("88[1]", 88, "annotated", "cell-annotated"),
        ("881]", None, "unreadable", "cell-unreadable"),
        ("12<br/>3456", None, "unreadable", "cell-unreadable"),
        ("1 234", 1234, "annotated", "cell-annotated"),
        ("三十二", None, "unreadable", "cell-unreadable"),
        ("暂无", None, "none-mark", None),
        ("<img src='5.png'>", None, "unreadable", "cell-unreadable"),
        ("<del>5</del>3", 3, "number", None),
        ("<input value='7'>", 7, "number", None),
        ("5②", 5, "annotated", "cell-annotated"),
        ("1234567890123", None, "unreadable", "cell-unreadable"),
    ],
)
def test_what_a_cell_can_print(text: str, value: int | None, kind: str, code: str | None) -> None:
    report = cell(text)
    path = "requests.received.natural_person"
    assert report.requests is not None
    assert report.requests["received"]["natural_person"] == value
    assert report.evidence[path].kind == kind
    assert code is None or code in {f.code for f in report.findings if f.where == path}


def test_a_value_inside_its_labels_cell_is_told() -> None:
    truth = made()
    value = truth.active_disclosure["licensing"]["decisions"]
    old = f"<p>行政许可</p></td><td colspan=3><p>{value}</p>"
    report = read_body(page(truth, old, f"<p>行政许可 {value}</p></td><td colspan=3>"))
    assert silent_errors(truth, report) == []


def test_a_row_with_a_cell_too_few_loses_its_values() -> None:
    truth = made()
    printed = tables(truth)[3][0]
    row = "".join(trows([r]) for r in printed.rows if r[0].text.startswith("四、"))
    report = read_body(page(truth, row, row.replace("<td>", "<!--", 1).replace("</td>", "-->", 1)))
    assert silent_errors(truth, report) == []


def test_a_table_printed_twice_with_other_figures_is_in_doubt() -> None:
    truth, other = made(), made(seed=12)
    second = plain(tables(other)[3][0], random.Random(0))
    report = read_body(page(truth, "<p>四、政府信息公开行政复议", second + "<p>四、政府信息公开行政复议"))
    assert silent_errors(truth, report) == []
    assert "cell-unreadable" in codes(report, "requests")


# ---------------------------------------------------------------------- text


def test_words_of_a_group_label_between_the_lines_of_a_label() -> None:
    truth = made()
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    values = " ".join(str(v) for v in truth.requests["denied_by_law"].values())
    old = f"2.其他法律行政法规禁止公开 {values}"
    assert old in text
    text = text.replace(old, f"三、本 2.其他法律行政法规禁止公 {values}\n年度办\n理结果 开")
    report = read_body(text.encode())
    assert lost(truth, report) == []


def test_a_bare_page_number_between_rows_is_no_value() -> None:
    truth = made()
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    report = read_body(text.replace("2.重复申请", "7\n2.重复申请").encode())
    assert silent_errors(truth, report) == []


def test_the_header_words_in_the_introduction_are_no_anchor() -> None:
    truth = made()
    preface = "包括主动公开政府信息情况、收到和处理政府信息公开申请情况，电话 0100 123456，"
    preface += "行政许可 12 件，行政处罚 3 件。"
    for draw in (row_lines, cell_lines, wrapped_rows):
        text = document(truth, draw, random.Random(0), html=False).decode()
        assert (
            lost(truth, read_body(text.replace("一、总体情况", preface + "\n一、总体情况", 1).encode())) == []
        )


def test_enumerators_glued_to_the_value_before() -> None:
    truth = made()
    text = document(truth, row_lines, random.Random(0), html=False).decode()
    report = read_body(text.replace("\n3.其他 ", "3.其他 ").replace("\n2.重复申请", "2.重复申请").encode())
    assert silent_errors(truth, report) == []


# ---------------------------------------------------------------------- encodings and frames


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "gbk"])
def test_a_page_without_a_declared_encoding(encoding: str) -> None:
    truth = made()
    assert lost(truth, read_body(page(truth).decode().encode(encoding))) == []


def test_a_page_that_declares_an_encoding_it_does_not_use() -> None:
    truth = made()
    body = page(truth, "<head>", "<head><meta charset='gb2312'>")
    assert lost(truth, read_body(body)) == []


def test_everything_in_one_table() -> None:
    truth = made()
    body = page(truth).replace(b"</table>", b"").replace(b"</body>", b"</table></body>")
    assert silent_errors(truth, read_body(body)) == []


def test_content_that_a_script_would_show() -> None:
    truth = made()
    body = (
        page(truth)
        .replace(b"<body>", b"<body><div style='display:none'>")
        .replace(b"</body>", b"</div></body>")
    )
    assert lost(truth, read_body(body)) == []


def test_a_hidden_copy_is_passed_over() -> None:
    truth, other = made(), made(seed=13)
    hidden = (
        b"<div style='display: none'>"
        + plain(tables(other)[3][0], random.Random(0)).encode()
        + b"</div></body>"
    )
    assert lost(truth, read_body(page(truth).replace(b"</body>", hidden))) == []


def test_slots_that_no_label_column_has() -> None:
    """One more column than the form, blank throughout, as one page had."""
    truth = made()
    body = page(truth).replace(b"</tr>", b"<td></td></tr>")
    assert lost(truth, read_body(body)) == []


def test_a_table_type_is_known_without_its_neighbours() -> None:
    truth = made()
    printed: Printed = tables(truth)[4][0]
    report = read_body(
        f"<p>虚构局2023年政府信息公开工作年度报告</p>{plain(printed, random.Random(0))}".encode()
    )
    assert report.review == truth.review
    assert {f.where for f in report.findings if f.code == "table-missing"} == {
        "active_disclosure",
        "requests",
    }


def test_a_vertical_group_label_does_not_hide_its_rows() -> None:
    truth = made()
    bent = "<br/>".join("三、本年度办理结果")
    assert lost(truth, read_body(page(truth, "三、本年度办理结果", bent))) == []


def test_a_row_one_cell_short_of_its_header_and_the_others_is_told() -> None:
    truth = made()
    printed = tables(truth)[4][0]
    rows = [(*row, printed.rows[0][0]._replace(text="", column=15, colspan=1)) for row in printed.rows]
    rows[-1] = tuple(slot for slot in rows[-1] if slot.column != 4)
    drawn = plain(printed, random.Random(0))
    report = read_body(page(truth, drawn, plain(replace(printed, rows=tuple(rows)), random.Random(0))))
    assert silent_errors(truth, report) == []
