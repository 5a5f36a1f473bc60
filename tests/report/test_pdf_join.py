"""Tables that a page break cuts: rows, headers and group cells made whole, and nothing joined wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.report.readers.pdf_join import join, joinable
from pipelines.report.readers.pdf_page import Box, PageTable, TableCell

Spot = tuple[int, int, int, int, str]


def part(
    page: int, spots: Sequence[Spot], *, columns: int = 3, open_top: bool = False, open_bottom: bool = False
) -> PageTable:
    """A table on one page from (row, column, rowspan, colspan, text)."""
    rows = max(row + high for row, _, high, _, _ in spots)
    return PageTable(
        cells=[TableCell(r, c, h, w, page, Box(0, 0, 1, 1), text) for r, c, h, w, text in spots],
        xs=[100.0 + 50 * k for k in range(columns + 1)],
        rows=rows,
        page=page,
        box=Box(100, 0, 250, 20.0 * rows),
        open_top=[open_top] * columns,
        open_bottom=[open_bottom] * columns,
    )


def row(number: int, *texts: str) -> list[Spot]:
    return [(number, column, 1, 1, text) for column, text in enumerate(texts)]


def shown(table: PageTable) -> list[Spot]:
    return [(c.row, c.column, c.rowspan, c.colspan, c.text.replace("\n", "")) for c in table.cells]


HEAD = row(0, "情形", "自然人", "总计")


def test_rows_that_end_with_the_page_follow_one_another() -> None:
    upper = part(1, [*HEAD, *row(1, "1.属于国家秘密", "2", "2")])
    lower = part(2, [*row(0, "2.其他法律行政法规禁止公开", "0", "0")])
    assert shown(join(upper, lower))[-3:] == row(2, "2.其他法律行政法规禁止公开", "0", "0")


def test_a_header_printed_again_is_dropped() -> None:
    upper = part(1, [*HEAD, *row(1, "1.甲", "2", "2")])
    lower = part(2, [*HEAD, *row(1, "2.乙", "3", "3")])
    assert shown(join(upper, lower)) == [*HEAD, *row(1, "1.甲", "2", "2"), *row(2, "2.乙", "3", "3")]


def test_a_row_of_numbers_printed_twice_is_no_header() -> None:
    upper = part(1, [*row(0, "1.甲", "2", "2"), *row(1, "2.乙", "3", "3")])
    lower = part(2, [*row(0, "1.甲", "2", "2"), *row(1, "2.乙", "3", "3")])
    assert join(upper, lower).rows == 4


def test_a_label_cut_in_two_with_its_numbers_above() -> None:
    upper = part(1, [*HEAD, *row(1, "1.申请人无正当理由逾期", "67", "71")])
    lower = part(2, [*row(0, "不补正", "", ""), *row(1, "2.其他", "1", "1")])
    assert shown(join(upper, lower))[3:] == [
        *row(1, "1.申请人无正当理由逾期不补正", "67", "71"),
        *row(2, "2.其他", "1", "1"),
    ]


def test_a_label_above_and_its_numbers_below() -> None:
    upper = part(1, [*HEAD, *row(1, "1.属于国家秘密", "", "")])
    lower = part(2, [*row(0, "", "2", "3")])
    assert shown(join(upper, lower))[3:] == row(1, "1.属于国家秘密", "2", "3")


def test_a_row_cut_in_its_padding_loses_the_empty_half() -> None:
    upper = part(1, [*HEAD, *row(1, "规章", "2", "3")])
    lower = part(2, [*row(0, "", "", ""), *row(1, "行政许可", "4", "5")])
    assert shown(join(upper, lower))[3:] == [*row(1, "规章", "2", "3"), *row(2, "行政许可", "4", "5")]


def test_blank_rows_of_a_form_stay_rows_of_their_own() -> None:
    upper = part(1, [*HEAD, *row(1, "规章", "", "")])
    lower = part(2, [*row(0, "行政规范性文件", "", "")])
    assert shown(join(upper, lower))[3:] == [*row(1, "规章", "", ""), *row(2, "行政规范性文件", "", "")]


def test_numbers_on_both_sides_are_two_rows_though_no_rule_parts_them() -> None:
    upper = part(1, [*HEAD, *row(1, "规章", "1", "1")], open_bottom=True)
    lower = part(2, [*row(0, "许可", "2", "2")], open_top=True)
    assert join(upper, lower).rows == 3


def test_a_group_label_cut_in_two_is_one_cell() -> None:
    upper = part(1, [(0, 0, 1, 1, "（四）无"), (0, 1, 1, 1, "1.不掌握"), (0, 2, 1, 1, "746")])
    lower = part(
        2,
        [
            (0, 0, 2, 1, "法提供"),
            (0, 1, 1, 1, "2.没有"),
            (0, 2, 1, 1, "11"),
            (1, 1, 1, 1, "3.仍不明确"),
            (1, 2, 1, 1, "1"),
        ],
    )
    assert (0, 0, 3, 1, "（四）无法提供") in shown(join(upper, lower))


def test_a_group_label_printed_on_both_pages_is_one_cell() -> None:
    upper = part(
        1,
        [
            (0, 0, 2, 1, "三、本年度办理结果"),
            *row(0, "", "（一）予以公开", "1")[1:],
            *row(1, "", "（二）部分公开", "2")[1:],
        ],
    )
    lower = part(
        2,
        [
            (0, 0, 2, 1, "三、本年度\n办理结果"),
            *row(0, "", "（三）不予公开", "3")[1:],
            *row(1, "", "（七）总计", "6")[1:],
        ],
    )
    assert (0, 0, 4, 1, "三、本年度办理结果") in shown(join(upper, lower))


def test_a_new_group_is_not_the_end_of_the_one_before() -> None:
    upper = part(
        1, [(0, 0, 2, 1, "（三）不予公开"), *row(0, "", "7.案卷", "1")[1:], *row(1, "", "8.查询", "2")[1:]]
    )
    lower = part(
        2, [(0, 0, 2, 1, "（四）无法提供"), *row(0, "", "1.不掌握", "3")[1:], *row(1, "", "2.没有", "6")[1:]]
    )
    assert [spot for spot in shown(join(upper, lower)) if spot[1] == 0] == [
        (0, 0, 2, 1, "（三）不予公开"),
        (2, 0, 2, 1, "（四）无法提供"),
    ]


def test_a_column_that_the_next_page_does_not_draw_goes_on_blank() -> None:
    upper = part(
        1,
        [(0, 0, 2, 1, "三、办理结果"), *row(0, "", "1.甲", "1", "1")[1:], *row(1, "", "2.乙", "2", "2")[1:]],
        columns=4,
        open_bottom=True,
    )
    lower = PageTable(
        cells=[TableCell(0, c, 1, 1, 2, Box(0, 0, 1, 1), text) for c, text in enumerate(("3.丙", "3", "3"))],
        xs=[150.0, 200.0, 250.0, 300.0], rows=1, page=2, box=Box(150, 0, 300, 20),
        open_top=[False] * 3, open_bottom=[False] * 3,
    )  # fmt: skip
    assert joinable(upper, lower)
    whole = shown(join(upper, lower))
    assert (0, 0, 3, 1, "三、办理结果") in whole
    assert whole[-3:] == [(2, 1, 1, 1, "3.丙"), (2, 2, 1, 1, "3"), (2, 3, 1, 1, "3")]


def test_tables_of_other_columns_are_not_joined() -> None:
    upper = part(1, row(0, "a", "b", "c"))
    lower = part(2, row(0, "a", "b", "c"))
    lower.xs = [100.0, 130.0, 190.0, 250.0]
    assert not joinable(upper, lower)
