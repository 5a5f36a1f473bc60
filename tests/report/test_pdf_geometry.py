"""The PDF reader's geometry on plain values: strokes to rules, rules to cells, characters to text."""

from __future__ import annotations

from pipelines.report.readers.pdf_glyphs import letter, unknown
from pipelines.report.readers.pdf_lines import lattices
from pipelines.report.readers.pdf_page import Char, Page, Rule
from pipelines.report.readers.pdf_rules import joined
from pipelines.report.readers.pdf_tables import fill
from pipelines.report.readers.pdf_text import cell_text, line_of, rows_of


def chars(text: str, x: float, y: float, *, size: float = 10, step: float | None = None) -> list[Char]:
    """A line of text from (x, y); figures and Latin letters are half as wide as high."""
    out: list[Char] = []
    for k, character in enumerate(text):
        wide = size / 2 if ord(character) < 0x2000 else size
        out.append(Char(character, x, y, x + wide, y + size, k))
        x += wide if step is None else step
    return out


def ruled(across: list[tuple[float, float, float]], down: list[tuple[float, float, float]]) -> Page:
    page = Page(1, 600, 800)
    page.horizontals = joined(Rule(lo, hi, at) for lo, hi, at in across)
    page.verticals = joined(Rule(lo, hi, at) for lo, hi, at in down)
    return page


def grid(columns: int = 3, rows: int = 3, *, wide: float = 60, high: float = 20) -> Page:
    """A full grid of that many slots, its top left corner at (100, 100)."""
    right, bottom = 100 + columns * wide, 100 + rows * high
    return ruled(
        [(100, right, 100 + k * high) for k in range(rows + 1)],
        [(100, bottom, 100 + k * wide) for k in range(columns + 1)],
    )


def texts(page: Page) -> dict[tuple[int, int, int, int], str]:
    tables, _, _ = fill(page)
    return {(c.row, c.column, c.rowspan, c.colspan): c.text for table in tables for c in table.cells}


# ------------------------------------------------------------------ strokes


def test_borders_drawn_cell_by_cell_are_one_rule() -> None:
    pieces = [Rule(100 + 50 * k, 150 + 50 * k, 200 + 0.2 * (k % 2)) for k in range(4)]
    assert [(rule.lo, rule.hi) for rule in joined(pieces)] == [(100, 300)]


def test_dots_and_dashes_are_one_rule() -> None:
    dots = [Rule(100 + 3 * k, 101 + 3 * k, 200) for k in range(50)]
    dashes = [Rule(100 + 8 * k, 105 + 8 * k, 300) for k in range(20)]
    uneven = [Rule(lo, lo + length, 400) for lo, length in ((100, 4.5), (107, 9), (119, 4.5), (126, 12))]
    assert [(rule.lo, rule.hi, rule.at) for rule in joined([*dots, *dashes, *uneven])] == [
        (100, 248, 200),
        (100, 257, 300),
        (100, 138, 400),
    ]


def test_a_merged_cells_gap_stays_a_gap() -> None:
    assert len(joined([Rule(100, 150, 200), Rule(180, 250, 200)])) == 2


def test_a_dot_alone_is_no_rule() -> None:
    assert joined([Rule(100, 102, 200)]) == []


# ------------------------------------------------------------------ lattices


def test_a_full_grid_is_all_cells() -> None:
    (lattice,) = lattices(grid(3, 2))
    assert lattice.sure
    assert len(lattice.cells) == 6
    assert lattice.closed_bottom == [True] * 3


def test_missing_rules_merge_cells() -> None:
    page = ruled(
        [(100, 280, 100), (160, 280, 120), (100, 280, 140)],
        [(100, 140, 100), (100, 140, 160), (120, 140, 220), (100, 140, 280)],
    )
    (lattice,) = lattices(page)
    assert lattice.cells == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]


def test_cells_boxed_apart_are_one_table() -> None:
    boxes = [(100 + 62 * c, 100 + 22 * r) for c in range(3) for r in range(2)]
    page = ruled(
        [(x, x + 60, y + dy) for x, y in boxes for dy in (0, 20)],
        [(y, y + 20, x + dx) for x, y in boxes for dx in (0, 60)],
    )
    (lattice,) = lattices(page)
    assert (len(lattice.xs), len(lattice.ys), len(lattice.cells)) == (4, 3, 6)


def test_a_table_without_outer_sides_is_closed_there() -> None:
    page = ruled([(100, 280, y) for y in (100, 120, 140)], [(100, 140, 160), (100, 140, 220)])
    (lattice,) = lattices(page)
    assert [round(x) for x in lattice.xs] == [100, 160, 220, 280]


def test_a_page_cut_leaves_the_last_row_open() -> None:
    page = ruled([(100, 280, 700), (100, 280, 720)], [(700, 738, x) for x in (100, 160, 280)])
    (lattice,) = lattices(page)
    assert len(lattice.ys) == 3
    assert lattice.closed_top == [True, True]
    assert lattice.closed_bottom == [False, False]


def test_rules_that_make_no_rectangles_are_not_a_table() -> None:
    page = ruled(
        [(100, 280, 100), (100, 160, 120), (100, 280, 140)],
        [(100, 140, 100), (100, 120, 160), (100, 140, 280)],
    )
    page.chars = chars("12", 110, 105)
    tables, outside, sure = fill(page)
    assert (tables, len(outside), sure) == ([], 2, False)


# ------------------------------------------------------------------ text


def test_lines_are_read_from_left_to_right_whatever_the_order_in_the_file() -> None:
    line = chars("政府信息", 10, 10)[::-1]
    assert cell_text([*chars("公开", 10, 25), *line]) == "政府信息\n公开"


def test_two_numbers_a_hair_apart_stay_two() -> None:
    assert line_of([*chars("2269", 10, 10), *chars("18634", 33, 10)]).text == "2269 18634"
    assert line_of(chars("226918634", 10, 10)).text == "226918634"


def test_bold_by_printing_twice_reads_once() -> None:
    once = chars("11年", 10, 10)
    twice = [char._replace(x0=char.x0 + 0.3, x1=char.x1 + 0.3) for char in once]
    assert line_of(sorted([*once, *twice], key=lambda char: char.x0)).text == "11年"


def test_a_flat_character_stays_on_its_line() -> None:
    flat = Char("一", 20, 14.5, 28, 15.5, 1)
    assert len(rows_of([*chars("第", 10, 10), flat, *chars("项", 30, 10)])) == 1


def test_text_set_upright_in_one_column_reads_down() -> None:
    column = [Char(c, 10, 10 + 12 * k, 20, 20 + 12 * k, k) for k, c in enumerate("三、本年度")]
    assert cell_text(column).replace("\n", "") == "三、本年度"


def test_text_set_in_columns_reads_from_the_right() -> None:
    words = "三本年度办理结果"
    column = [
        Char(c, 30 - 14 * (k // 4), 10 + 12 * (k % 4), 40 - 14 * (k // 4), 20 + 12 * (k % 4), k)
        for k, c in enumerate(words)
    ]
    assert cell_text(column).replace("\n", "") == words


def test_text_turned_to_run_upwards_reads_up() -> None:
    column = [Char(c, 10, 80 - 12 * k, 20, 90 - 12 * k, k) for k, c in enumerate("总计")]
    assert cell_text(column).replace("\n", "") == "总计"


# ------------------------------------------------------------------ figures and missing rules


def test_a_number_merged_with_its_blank_neighbour_stands_in_its_own_column() -> None:
    page = ruled(
        [(100, 280, y) for y in (100, 120, 140)],
        [(100, 140, 100), (100, 140, 160), (100, 120, 220), (100, 140, 280)],
    )
    page.chars = [*chars("自然人", 165, 105), *chars("总计", 230, 105), *chars("36", 240, 125)]
    assert texts(page)[1, 2, 1, 1] == "36"
    assert texts(page)[1, 1, 1, 1] == ""


def test_a_number_under_a_header_as_wide_as_itself_spans() -> None:
    page = ruled(
        [(100, 280, y) for y in (100, 120, 140, 160)],
        [(100, 160, 100), (100, 160, 160), (140, 160, 220), (100, 160, 280)],
    )
    page.chars = [*chars("本年处理决定数量", 170, 105), *chars("447228", 200, 125), *chars("1", 230, 145)]
    assert texts(page)[1, 1, 1, 2] == "447228"


def test_a_rule_through_a_number_makes_both_halves_unreadable() -> None:
    page = grid(2, 1)
    page.chars = chars("1234", 150, 105)
    assert [unknown(text) for text in texts(page).values()] == [True, True]
    assert fill(page)[2] is False


def test_a_header_and_the_number_below_are_parted_where_their_rule_is_missing() -> None:
    page = ruled(
        [(100, 220, 100), (100, 160, 120), (100, 220, 140)], [(100, 140, x) for x in (100, 160, 220)]
    )
    page.chars = [
        *chars("总计", 170, 105),
        *chars("0", 185, 125),
        *chars("其他", 110, 105),
        *chars("7", 120, 125),
    ]
    assert texts(page) == {
        (0, 0, 1, 1): "其他", (1, 0, 1, 1): "7", (0, 1, 1, 1): "总计", (1, 1, 1, 1): "0",
    }  # fmt: skip


def test_a_label_that_runs_into_its_number_is_parted_from_it() -> None:
    page = ruled(
        [(100, 220, 100), (100, 220, 120), (100, 220, 140)],
        [(100, 140, 100), (100, 120, 160), (100, 140, 220)],
    )
    page.chars = [
        *chars("规章", 105, 105),
        *chars("3", 190, 105),
        *chars("许可", 105, 125),
        *chars("7", 190, 125),
    ]
    assert texts(page)[1, 0, 1, 1] == "许可"
    assert texts(page)[1, 1, 1, 1] == "7"


# ------------------------------------------------------------------ glyphs


def test_radicals_and_vertical_forms_read_as_the_letters_they_show() -> None:
    assert "".join(letter(ord(c)) for c in "⼀⾏政⺠⻚⼾︵") == "一行政民页户("


def test_digits_stay_exactly_as_printed() -> None:
    assert "".join(letter(ord(c)) for c in "1２①³½") == "1２①³½"


def test_a_glyph_without_a_name_is_never_guessed() -> None:
    assert unknown(letter(0x05))
    assert unknown(letter(0xE123))
    assert not unknown(letter(ord("行")))
