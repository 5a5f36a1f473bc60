"""The words of the statistics annex of the years before 2019: units, headings, indicators' names.

Owns what a word of the annex is. Rows and columns are `statistics`' and `statistics_lines`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.report.model import Finding, Number
from pipelines.report.values import parse_value, unreadable

UNITS = frozenset(
    re.findall(
        r"\S+",
        """
        条 件 元 万元 次 人次 个 份 人 篇 期 场 批 部 家 项 处 宗 册 万次 万人次
        张 封 起 % 条次 件次 名 余条 台 块 本 户 例 万 点
        """,
    )
)
NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        指标名称 指标 统计指标 统计指标名称 项目名称 统计项目 项目 内容 统计内容 指标内容
        类别 项目内容 统计事项 事项 统计类别 指标项目 名称 统计名称
        """,
    )
)
UNIT_NAMES = frozenset(["计量单位", "单位", "统计单位", "数量单位"])
VALUES = re.compile(
    r"本年|年度|本期|20[0-9]{2}年?|数量|统计数|数值|数据|合计|总数|数目|^数$|件数|全年|累计|情况$"
)
TOTALS = re.compile(r"历年累计|累计|历年")
REMARKS = re.compile(r"备注|说明|序号|代码")
SUBJECTS = re.compile(
    r"主动公开|依申请|申请|答复|不予公开|部分公开|同意公开|否决|行政复议|复议|诉讼|申诉|举报|投诉|收费|减免|公报|网站|微博|微信|发布会"
    r"|咨询|接待|规范性文件|点击|访问|查阅|兼职|专职|培训|公开数|公开件|检索|费用|政府信息"
)
"""Words of indicators: a table whose rows have none of them is no annex."""
_LABEL = re.compile(
    r"^(?:其中[:：]?)?(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．:：]|[（(][0-9一二三四五六七八九十]{1,2}[)）])?(?:其中[:：])?"
)
_UNIT_BEHIND = re.compile(r"[（(](?:计量)?(?:单位[:：])?([^（()）]{1,3})[)）]$|[，,/]([^，,/]{1,2})$")
_UNIT_OF_VALUE = re.compile(r"[^0-9.,，\s]+$")


def clean_label(text: str) -> str:
    """An indicator's name without 其中 and its enumerator."""
    return _LABEL.sub("", "".join(text.split())).rstrip(":：")


def unit_in_label(label: str) -> tuple[str, str | None]:
    """A name and the unit that stands behind it in brackets, if one does."""
    found = _UNIT_BEHIND.search(label)
    unit = None if found is None else found[1] or found[2]
    if found is None or unit not in UNITS:
        return label, None
    return label[: found.start()], unit


def read_number(
    texts: Sequence[str], where: str, findings: list[Finding]
) -> tuple[Number | None, str | None]:
    """The number of the cells under one heading, and the unit printed beside it; findings about a doubt."""
    filled = [text for text in texts if text.strip()]
    value = parse_value(filled[0] if filled else "")
    if len(filled) > 1:
        value = unreadable("several cells stand under one column: " + " | ".join(filled)[:80])
    unit = None
    if value.kind == "unit" and (found := _UNIT_OF_VALUE.search(filled[0].strip())) is not None:
        unit = found[0]
    elif value.code is not None:
        findings.append(Finding(value.code, value.severity, where, value.message))
    return value.number, unit
