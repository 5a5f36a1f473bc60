"""Header cells that span fewer columns than the labels below them take."""

from __future__ import annotations

from pipelines.report.read import read_body

PAGE = """<h1>虚构县水务局2023年政府信息公开工作年度报告</h1><p>三、申请情况</p><table>
<tr><td colspan="2">（勾稽关系）</td><td>自然人</td><td>商业企业</td><td>科研机构</td><td>社会公益组织</td>
<td>法律服务机构</td><td>其他</td><td>总计</td></tr>
<tr><td colspan="3">一、本年新收政府信息公开申请数量</td>
<td>5</td><td>1</td><td>0</td><td>0</td><td>0</td><td>0</td><td>6</td></tr>
<tr><td rowspan="2">三、本年度办理结果</td><td rowspan="2">（三）不予公开</td><td>1.属于国家秘密</td>
<td>3</td><td>0</td><td>0</td><td>0</td><td>0</td><td>1</td><td>4</td></tr>
<tr><td>2.其他法律行政法规禁止公开</td><td>2</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>2</td></tr>
</table>"""


def test_a_row_is_told_by_its_label_though_the_header_sets_values_there() -> None:
    report = read_body(PAGE.encode())
    assert report.requests is not None
    assert report.requests["denied_state_secret"]["natural_person"] == 3
    assert report.requests["denied_state_secret"]["other_organization"] == 1
    assert report.requests["denied_by_law"]["total"] == 2
    assert any(f.where == "requests.denied_by_law.*" for f in report.findings)  # it stands beside its header
