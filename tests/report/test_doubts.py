"""A name or a year that the report's own words speak against is flagged, and one they bear out is not."""

from __future__ import annotations

import pytest

from pipelines.report.read import read_body
from pipelines.report.titles import parse_title
from tests.report.oracle import flagged

BARE = "2023年政府信息公开工作年度报告"


def _page(*head: str, text: str = "我局依法公开政府信息。", title: str = "", meta: str = "") -> bytes:
    lines = [
        *head,
        "一、总体情况",
        text,
        "二、主动公开政府信息情况",
        "略。",
        "六、其他需要报告的事项",
        "无。",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>{title}</title>{meta}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("own", "publisher", "doubtful"),
    [
        ("我局", "虚构县人民政府", True),
        ("我局", "虚构县水务局", False),
        ("我镇", "虚构县人民政府办公室", True),
        ("我街道", "虚构市城关街道办事处", False),
        ("我县", "虚构县人民政府", False),
    ],
)
def test_a_publisher_of_another_kind_than_the_report_speaks_of(
    own: str, publisher: str, *, doubtful: bool
) -> None:
    report = read_body(_page(BARE, f"发布机构：{publisher}", text=f"{own}依法公开政府信息。"))
    assert report.organization == publisher
    assert flagged(report, "organization") is doubtful


def test_a_title_is_not_doubted_for_one_word_left_of_a_form() -> None:
    title = "虚构县人民政府办公室" + BARE
    assert not flagged(read_body(_page(title)), "organization")
    assert flagged(read_body(_page(title, text="我局公开信息。我局答复申请。")), "organization")


def test_an_entry_of_a_list_above_a_title_that_names_nobody() -> None:
    report = read_body(_page("虚构县民政局" + BARE, "信息公开", BARE, title=BARE))
    assert flagged(report, "organization")


def test_a_full_title_that_the_text_bears_out_above_a_shorter_one() -> None:
    report = read_body(_page("虚构县民政局" + BARE, BARE, text="虚构县民政局依法公开。", title=BARE))
    assert report.organization == "虚构县民政局"
    assert not flagged(report, "organization")


def test_a_columns_title_against_who_compiled_the_report() -> None:
    title = "虚构县教育局政府信息公开年报_虚构县人民政府"
    report = read_body(_page("本报告由虚构县水务局编制。", title=title))
    assert flagged(report, "organization")


@pytest.mark.parametrize(("own", "name"), [("我局", "虚构县水务局"), ("我镇", None)])
def test_where_a_page_comes_from_is_taken_only_if_the_report_speaks_so(own: str, name: str | None) -> None:
    meta = '<meta name="ContentSource" content="虚构县水务局">'
    assert read_body(_page(BARE, text=f"{own}依法公开。", meta=meta)).organization == name


def test_a_title_of_another_year_than_the_text() -> None:
    title = "虚构县水务局2022年政府信息公开工作年度报告"
    report = read_body(_page(title, text="2023年，我局公开信息。2023年共收到申请2件。"))
    assert flagged(report, "year")
    assert not flagged(read_body(_page(title, text="2022年公开信息。2023年将改进。2023年将培训。")), "year")


def test_a_year_that_only_a_lists_entry_gives() -> None:
    own, other = "虚构县水务局政府信息公开工作年度报告", "虚构县水务局2021年政府信息公开工作年度报告"
    assert flagged(read_body(_page(other, own, title=own)), "year")
    assert not flagged(read_body(_page(other, own, title=own, text="2021年，我局依法公开。")), "year")


@pytest.mark.parametrize("stamp", ["2024/1/18 10:22 ", "2024-01-18", "2024年1月18日"])
def test_what_a_browser_prints_before_a_title_is_no_part_of_a_name(stamp: str) -> None:
    title = parse_title(f"{stamp}虚构县水务局{BARE}")
    assert title is not None
    assert (title.organization, title.year) == ("虚构县水务局", 2023)
