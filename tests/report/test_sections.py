"""The six parts, however their headings are numbered and whatever frames them."""

from __future__ import annotations

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body

HEADINGS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
TITLE = "<h1>虚构县某局2023年政府信息公开工作年度报告</h1>"
PROSE = "2023年，本单位认真做好政府信息公开工作，做到应公开尽公开，全年没有发生差错。"


def read(body: str) -> Report:
    return read_body(f"<html><body>{body}</body></html>".encode())


def parts(pattern: str, text: str = "</p><p>" + PROSE) -> str:
    return "".join(
        f"<p>{pattern.format('一二三四五六'[i], i + 1)}{heading}{text}</p>"
        for i, heading in enumerate(HEADINGS)
    )


def numbers(report: Report) -> list[int | None]:
    return [section.number for section in report.sections]


@pytest.mark.parametrize(
    "pattern", ["{0}、", "（{0}）", "({0}) ", "{1}.", "{1}、", "第{0}部分 ", "", "{0} 、", "{0} "]
)
def test_headings_are_numbered_in_many_ways(pattern: str) -> None:
    report = read(TITLE + parts(pattern))
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert report.sections[0].text == PROSE


@pytest.mark.parametrize("mark", ["　　", " ", "。", "："])
def test_a_heading_that_its_text_follows_in_the_same_paragraph(mark: str) -> None:
    report = read(TITLE + parts("{0}、", mark + PROSE))
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert report.sections[4].text == PROSE


def test_parts_of_a_part_are_no_parts() -> None:
    inner = "<p>（一）主动公开政府信息情况</p><p>公开12条。</p><p>（二）收到和处理政府信息公开申请情况</p>"
    report = read(TITLE + parts("{0}、").replace(PROSE, PROSE + "</p>" + inner + "<p>", 1))
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert "公开12条。" in report.sections[0].text


def test_headings_in_the_traditional_script() -> None:
    report = read(
        TITLE + parts("{0}、").replace("总体", "總體").replace("公开", "公開").replace("诉讼", "訴訟")
    )
    assert numbers(report) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("inner", ["<table><tr><td>信息内容</td><td>本年处理决定数量</td></tr></table>", ""])
def test_a_layout_table_around_the_page_keeps_its_lines(inner: str) -> None:
    page = TITLE + parts("{0}、").replace(PROSE, PROSE * 3, 1) + inner
    report = read(f"<table><tr><td>首页</td><td>{page}</td></tr></table>")
    assert report.organization == "虚构县某局"
    assert numbers(report) == [1, 2, 3, 4, 5, 6]


def test_a_heading_between_two_tabbed_tables_is_no_row_of_them() -> None:
    tables = [
        "第二十条第（一）项\t\t\t\n信息内容\t本年制发件数\t本年废止件数\t现行有效件数\n规章\t1\t2\t3\n行政规范性文件\t4\t5\t6\n",
        "行政复议\t\t\t\t\n结果维持\t结果纠正\t其他结果\t尚未审结\t总计\n1\t0\t0\t0\t1\n",
    ]
    text = "虚构县某局2023年政府信息公开工作年度报告\n"
    for i, heading in enumerate(HEADINGS):
        text += f"{'一二三四五六'[i]}、{heading}\n" + {1: tables[0], 3: tables[1]}.get(i, PROSE + "\n")
    report = read_body(text.encode())
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert report.active_disclosure is not None
    assert report.active_disclosure["rules"] == {"issued": 1, "repealed": 2, "in_force": 3}


def texts(report: Report) -> dict[int | None, str]:
    return {section.number: section.text for section in report.sections}


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("pattern", ["{0}、", ""])
def test_a_table_of_contents_is_not_the_parts(pattern: str) -> None:
    contents = paragraphs(
        *(pattern.format("一二三四五六"[i]) + heading for i, heading in enumerate(HEADINGS))
    )
    report = read(TITLE + contents + "<p>本报告依据条例编制，供公众查阅。</p>" + parts("{0}、"))
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert texts(report)[6] == PROSE


def test_sub_headings_with_the_words_of_a_part_stay_in_their_part() -> None:
    inner = (
        "</p><p>主动公开政府信息情况</p><p>公开12条。</p><p>收到和处理政府信息公开申请情况</p><p>收到3件。"
    )
    report = read(TITLE + parts("{0}、").replace(PROSE, PROSE + inner, 1))
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert "收到3件。" in texts(report)[1]
    assert "公开12条。" not in texts(report)[2]


def test_numbers_that_restart_with_the_tables() -> None:
    again = paragraphs(
        "一、主动公开政府信息情况", "二、收到和处理政府信息公开申请情况", "三、行政复议、行政诉讼情况"
    )
    report = read(TITLE + parts("{0}、") + again)
    assert numbers(report) == [1, 2, 3, 4, 5, 6]
    assert texts(report)[6] == PROSE


def test_headings_whose_numbers_were_lost() -> None:
    body = parts("{0}、").replace("二、", "").replace("三、", "").replace("四、", "二、")
    report = read(TITLE + body)
    assert numbers(report) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("一、2019年政府信息公开工作的总体情况", 1),
        ("二、行政机关主动公开政府信息情况", 2),
        ("三、行政机关收到和处理政府信息公开申请情况", 3),
        ("三、依申请公开办理情况", 3),
        ("四、政府信息公开行政法复议、行政诉讼情况", 4),
        ("四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", 4),
        ("五、信息工作存在的不足以及改进情况", 5),
        ("五、存在的主要问题及整改措施", 5),
        ("六、其它需要报告的事项", 6),
    ],
)
def test_the_number_is_the_words_not_the_numerals(heading: str, number: int) -> None:
    report = read(TITLE + paragraphs("一、总体情况", PROSE, heading, PROSE))
    assert numbers(report)[-1] == number
