"""One body's figures or a whole area's: only where the text says so."""

from __future__ import annotations

import pytest

from pipelines.report.read import read_body

COLUMNS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")


def scope(
    *lines: str, title: str = "虚构区人民政府2023年政府信息公开工作年度报告", received: int = 75
) -> str | None:
    head = "<tr><td></td>" + "".join(f"<td>{column}</td>" for column in COLUMNS) + "</tr>"
    rows = "".join(
        f"<tr><td>{label}</td><td>{n}</td>{'<td>0</td>' * 5}<td>{n}</td></tr>"
        for label, n in (
            ("一、本年新收政府信息公开申请数量", received),
            ("二、上年结转政府信息公开申请数量", 1),
        )
    )
    body = "".join(f"<p>{line}</p>" for line in (title, *lines))
    return read_body(f"<html><body>{body}<table>{head}{rows}</table></body></html>".encode()).scope


@pytest.mark.parametrize(
    "line",
    [
        "本报告中所列数据包括各街道、各部门。",
        "本报告所列数据涵盖区政府及全区各级行政机关的数据。",
        "本报告综合各街道办事处、区政府各部门政府信息公开年度报告编制而成。",
        "本报告根据各镇、各部门报送的数据汇总编制。",
        "本报告所列统计数据为本级及所属单位数据。",
        "一、总体情况</p><p>2023年，全区共收到政府信息公开申请75件。",
        "一、总体情况</p><p>2023年，我区各级行政机关共受理政府信息公开申请76件。",
    ],
)
def test_an_area(line: str) -> None:
    assert scope(line) == "area"


@pytest.mark.parametrize(
    "line",
    [
        "本报告所列数据仅为本机关数据，不含下属单位。",
        "本报告中所列数据不包括各街道、各部门。",
        "本报告的数据为本部门数据。",
        "一、总体情况</p><p>2023年，本机关共收到政府信息公开申请75件。",
        "一、总体情况</p><p>2023年，我局共受理政府信息公开申请76件。",
    ],
)
def test_a_body(line: str) -> None:
    assert scope(line) == "body"


@pytest.mark.parametrize(
    "line",
    [
        "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止，全区各部门可在网站下载。",
        "一、总体情况</p><p>2023年，全区各部门主动公开信息7000条，我局组织培训2次。",
        "一、总体情况</p><p>2023年，全区共收到政府信息公开申请300件。",
        "一、总体情况</p><p>2023年，我镇共收到政府信息公开申请75件。",
        "本报告所列数据仅为本机关数据。</p><p>2023年，全区共收到政府信息公开申请75件。",
        "综合协调各部门做好政府信息公开年度报告的报送，按时完成编制。",
    ],
)
def test_what_says_neither_or_both(line: str) -> None:
    assert scope(line) is None


@pytest.mark.parametrize(
    ("mark", "meant"), [("汇总", "area"), ("全区", "area"), ("本级", "body"), ("盖章版", None)]
)
def test_the_title_says_it(mark: str, meant: str | None) -> None:
    assert scope(title=f"虚构区人民政府2023年政府信息公开工作年度报告（{mark}）") == meant
