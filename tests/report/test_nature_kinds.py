"""Pages of the annual reports' columns that hold no report, and reports that stand among other things."""

from __future__ import annotations

import pytest

from pipelines.report.read import read_body

NAME = "虚构县民政局"
TITLE = f"{NAME}2023年政府信息公开工作年度报告"
PROSE = "2023年，我局坚持依法行政，主动公开各类信息，公众满意度稳步提高，各项工作取得了新的进展。" * 3
PARTS = (
    *("一、总体情况", PROSE, "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"),
    *("四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况", PROSE),
    *("六、其他需要报告的事项", "无。"),
)
OTHERS = [
    f"虚构县{name}局2023年政府信息公开工作年度报告"
    for name in ("水利", "教育", "财政", "审计", "交通", "卫健")
]


def page(*lines: str, title: str = "", body: str = "") -> bytes:
    text = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>{title}</title></head><body>{body}{text}</body></html>".encode()


def reason(body: bytes) -> str:
    return next((f.message for f in read_body(body).findings if f.code == "not-a-report"), "")


@pytest.mark.parametrize("title", [TITLE, "政府信息公开年报"])
@pytest.mark.parametrize("text", ["", "加载中..."])
def test_a_page_that_a_script_fills_says_so(title: str, text: str) -> None:
    body = f"<div id=app>{text}</div><script src=/app.js></script>"
    if text and title != TITLE:
        assert reason(page(title=title, body=body))
    else:
        assert "script" in reason(page(title=title, body=body))


@pytest.mark.parametrize(
    "lines",
    [
        ("搜索结果", "为您找到相关结果约12个", *OTHERS[:3]),
        OTHERS[:2],
        OTHERS[:5],
        tuple(f"{NAME}{year}年政府信息公开工作年度报告" for year in range(2019, 2024)),
    ],
)
def test_a_list_is_none(lines: tuple[str, ...]) -> None:
    assert "lists reports" in reason(page(*lines, title="政府信息公开年报_虚构县人民政府"))


@pytest.mark.parametrize(
    "title",
    [
        "虚构县与示例县2023年政府信息公开工作年度报告对比分析",
        "2022年上半年政府信息公开数据统计",
        f"{NAME}2023年政务公开工作总结",
        "关于2023年政府信息公开工作考核结果的通报",
        f"一图读懂：{TITLE}",
        f"【解读】{TITLE}",
    ],
)
def test_a_text_of_another_kind_with_the_same_parts_is_none(title: str) -> None:
    assert "another kind" in reason(page(title, *PARTS, title=title))


def test_a_notice_with_a_reports_title_beside_it_is_none() -> None:
    title = "关于做好2023年政府信息公开工作年度报告编制发布工作的通知"
    assert "another kind" in reason(page(TITLE, title, "各乡镇：", PROSE, title=title))


def test_a_report_among_links_to_others_is_one() -> None:
    for lines in ((*OTHERS, TITLE, *PARTS), (TITLE, *PARTS, "相关文章", *OTHERS)):
        report = read_body(page(*lines, title=TITLE))
        assert (report.is_report, report.organization, report.year) == (True, NAME, 2023)
        assert {f.code for f in report.findings} == {"table-missing"}


@pytest.mark.parametrize("name", ["虚构市第一中学", "虚构市人民医院", "虚构县自来水有限公司"])
def test_a_public_institutions_report_in_the_same_form_is_one(name: str) -> None:
    report = read_body(page(f"{name}2023年信息公开工作年度报告", *PARTS))
    assert (report.is_report, report.organization) == (True, name)


def test_a_report_whose_tables_are_pictures_is_one_without_tables() -> None:
    report = read_body(
        page(TITLE, *PARTS, title=TITLE).replace(b"<p>\xe4\xba\x8c", b"<img src=t.png><p>\xe4\xba\x8c")
    )
    assert report.is_report
    assert report.requests is None


def test_a_page_that_only_links_to_the_file_is_the_reports_page() -> None:
    assert read_body(page("附件：年报.pdf", title=TITLE)).is_report
