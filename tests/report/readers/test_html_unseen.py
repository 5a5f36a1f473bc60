"""What a browser does not show is not read; where that leaves a cell without text, it is no blank."""

from __future__ import annotations

import random
import re

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.truth import make
from tests.report.shapes import document, plain
from tests.report.test_shapes import lost

TRUTH = make(11, year=2023, busy=0.5)
PAGE = document(TRUTH, plain, random.Random(1), html=True).decode()
RULES = "规章</p></td><td><p>"
CELL = "active_disclosure.rules.issued"
ROW = "<tr><td colspan=3><p>一、本年新收"
assert RULES in PAGE
assert ROW in PAGE


def with_style(sheet: str, page: str = PAGE) -> bytes:
    return page.replace("<head>", f"<head><style>{sheet}</style>", 1).encode()


SHEETS = [
    ".x{display:none}",
    "td{color:red} span.x , .y { color:red; display : none !important }",
    "<!-- .x { DISPLAY: none } -->",
    "/* old */ .x{font-size:0}",
    ".x{visibility:hidden}",
    ".x{text-decoration:line-through}",
    "td .x , .z{ color:red; DISPLAY : none !important }",
    "h1, table tr > td span.x:not(.y) { display:none!important }",
    "td .x{opacity:0}",
    ".x{position:absolute; left:-9999px}",
]


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_figure_that_the_pages_own_style_hides_joins_none(sheet: str) -> None:
    page = PAGE.replace(RULES, f'{RULES}<span class="a x">7</span>', 1)
    assert lost(TRUTH, read_body(with_style(sheet, page))) == []


@pytest.mark.parametrize(
    "style",
    [
        *("display:none", "font-size:0", "font-size: 0px", "visibility:hidden"),
        *("opacity:0", "color:red; opacity: 0.0 !important", "top:0;position:absolute;left: -9999px"),
    ],
)
def test_a_figure_hidden_in_its_own_tag_joins_none(style: str) -> None:
    page = PAGE.replace(RULES, f'{RULES}<span style="{style}">7</span>', 1)
    assert lost(TRUTH, read_body(page.encode())) == []


def test_a_hidden_row_is_not_read() -> None:
    row = "<tr class=x><td colspan=3>一、本年新收政府信息公开申请数量</td>" + "<td>9</td>" * 7 + "</tr>"
    assert lost(TRUTH, read_body(with_style(".x{display:none}", PAGE.replace(ROW, row + ROW, 1)))) == []


def test_a_hidden_cell_leaves_no_place_and_an_invisible_one_does() -> None:
    before = "规章</p></td>"
    gone = PAGE.replace(before, f'{before}<td class="x">7</td>', 1)
    assert lost(TRUTH, read_body(with_style(".x{display:none}", gone))) == []
    unseen = PAGE.replace(f"{RULES}", "规章</p></td><td style='visibility:hidden'><p>", 1)
    report = read_body(unseen.encode())
    assert lost(TRUTH, report) == [CELL]
    assert flagged(report) == ["cell-unreadable"]


@pytest.mark.parametrize(
    "sheet", ["@media print{.x{display:none}}", ".x .y{display:none}", ".x{border:none}"]
)
def test_a_rule_that_does_not_hide_here_hides_nothing(sheet: str) -> None:
    page = PAGE.replace(RULES, "规章</p></td><td><p class=x>", 1)
    assert lost(TRUTH, read_body(with_style(sheet, page))) == []


def test_a_part_with_a_table_that_a_script_would_show_is_read() -> None:
    page = PAGE.replace("<p>二、", "<div class=x><p>二、", 1).replace("<p>三、", "</div><p>三、", 1)
    assert lost(TRUTH, read_body(with_style(".x{display:none}", page))) == []


@pytest.mark.parametrize("held", ["<s>{}</s>", "<del>{}</del>", "<span style='display:none'>{}</span>"])
def test_a_cell_with_nothing_but_hidden_or_struck_figures_is_no_blank(held: str) -> None:
    start = PAGE.index(RULES) + len(RULES)
    stop = PAGE.index("</p>", start)
    report = read_body((PAGE[:start] + held.format(PAGE[start:stop]) + PAGE[stop:]).encode())
    assert lost(TRUTH, report) == [CELL]
    assert flagged(report) == ["cell-unreadable"]


def flagged(report: Report) -> list[str]:
    return [finding.code for finding in report.findings if finding.where == CELL]


@pytest.mark.parametrize(
    "white",
    ["<span style='color:#fff'>7</span>", "<font color=white>7</font>", "<b style='color: #FFFFFF;'>7</b>"],
)
def test_a_white_figure_beside_another_makes_no_number(white: str) -> None:
    report = read_body(PAGE.replace(RULES, RULES + white, 1).encode())
    assert lost(TRUTH, report) == [CELL]
    assert flagged(report) == ["cell-unreadable"]


def test_white_cells_on_a_coloured_ground_are_read() -> None:
    page = PAGE.replace("<p>", "<p style='color:#fff'>").replace("<table>", "<table style='background:#036'>")
    assert lost(TRUTH, read_body(page.encode())) == []


def test_white_letters_are_no_matter_of_a_background() -> None:
    page = PAGE.replace(RULES, RULES.replace("<p>", "<p><span style='background-color:#fff'></span>"), 1)
    page = re.sub("<p>([0-9])([0-9]+)</p>", r"<p>\1<span style='background-color: white'>\2</span></p>", page)
    assert lost(TRUTH, read_body(page.encode())) == []


@pytest.mark.parametrize("tag", ["button", "script", "template"])
def test_a_figure_that_only_a_program_shows_is_no_blank(tag: str) -> None:
    page = re.sub(RULES + "[0-9]+", f"{RULES}<{tag}>5</{tag}>", PAGE, count=1)
    report = read_body(page.encode())
    assert lost(TRUTH, report) == [CELL]
    assert flagged(report) == ["cell-unreadable"]


def test_a_figure_in_a_frame_of_its_own_is_in_its_cell() -> None:
    page = re.sub("<td([^>]*)><p>([0-9]+)</p>", r"<td\1><table><tr><td>\2</td></tr></table>", PAGE)
    assert lost(TRUTH, read_body(page.encode())) == []


def test_a_gloss_above_a_figure_is_no_part_of_it() -> None:
    page = re.sub(f"{RULES}([0-9]+)", rf"{RULES}<ruby>\1<rp>(</rp><rt>5</rt><rp>)</rp></ruby>", PAGE, count=1)
    assert lost(TRUTH, read_body(page.encode())) == []


@pytest.mark.parametrize(
    ("sheet", "held"),
    [
        ("", "<bdo dir=rtl>21</bdo>"),
        ("", "&#x202e;21"),
        ("", "\u202e21"),
        ("", "<span style='float:right'>2</span>1"),
        ("", "1<b style='position:absolute;left:0'>2</b>"),
        ("", "<span style='display:flex;flex-direction:row-reverse'><i>2</i><i>1</i></span>"),
        (".x{float:right}", "<span class=x>2</span>1"),
        (".x:before{content:'1'}", "<span class=x>2</span>"),
        ("td .x::after { CONTENT: '\\31' }", "<span class=x>2</span>"),
    ],
)
def test_a_figure_that_is_shown_otherwise_than_it_is_written_is_flagged(sheet: str, held: str) -> None:
    report = read_body(with_style(sheet, re.sub(RULES + "[0-9]+", lambda _: RULES + held, PAGE, count=1)))
    assert lost(TRUTH, report) == [CELL]
    assert flagged(report) == ["cell-unreadable"]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{float:left; position:absolute}",
        ".x{opacity:0.5; text-indent:-21.0pt}",
        ".x:before{content:''} .x:after{content: none}",
        ".x:after{content:'.'; visibility:hidden}",
        "td .x:before, .x::selection, .x:hover {display:none}",
    ],
)
def test_a_rule_that_leaves_the_figure_as_it_is_flags_nothing(sheet: str) -> None:
    page = PAGE.replace(RULES, "规章</p></td><td><p class='x MsoNormal'>", 1)
    assert lost(TRUTH, read_body(with_style(sheet, page))) == []
