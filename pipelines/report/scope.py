"""Whether a report's figures are one body's own or sum up a whole area (汇总), where the text says so.

Owns the words that say it. A government's report may be either; what only hints at one of them (我镇, a
district's name) is left open, and so is a text that says both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.report.labels import fold
from pipelines.report.model import Report, Scope
from pipelines.report.prose_quantities import RECEIVED_FIGURE

_ALL = r"(?:全[省市区县旗州盟]|各[级县区市镇乡街部委办单直科]|下属|所属|下级|直属)"
_FIGURES = r"(?:本(?:年度)?报告|年度报告|年报)?中?(?:所列|所用|所有|使用|的|涉及|各项)*(?:统计)?数据"
_AREA = (
    re.compile(
        rf"{_FIGURES}[^。,;]{{0,24}}(?<![不未])(?:包括|包含|涵盖|含|覆盖|汇总)了?[^。,;]{{0,40}}?{_ALL}"
    ),
    re.compile(
        rf"(?:汇总|综合(?!协调)|汇集)了?[^。;,]{{0,30}}?{_ALL}[^。;]{{0,60}}?(?:报告|年报|数据|情况)[^。;,]{{0,20}}?(?:编制|汇总|形成|而成|编写)"
    ),
    re.compile(rf"(?:根据|由)[^。;]{{0,30}}?{_ALL}[^。;]{{0,50}}?(?:汇总|综合)(?:编制|而成|形成|整理)"),
    re.compile(rf"{_FIGURES}[^。;]{{0,24}}本级(?:政府)?(?:机关)?及(?:其)?(?:所属|下属|各)"),
)
_BODY = (
    re.compile(
        rf"{_FIGURES}[^。;]{{0,12}}(?:仅|只)(?:为|是|限|限于|包括|包含|含|统计|反映)*[^。;]{{0,12}}?(?:本机关|本级|本部门|本单位|机关|本[局委办])"
    ),
    re.compile(rf"{_FIGURES}(?:为|是|指|系)(?:本机关|本部门|本单位|本[局委办厅])"),
    re.compile(rf"{_FIGURES}[^。;]{{0,24}}(?:不含|不包括|不包含|未包括)[^。;]{{0,20}}?{_ALL}"),
)
_MARKED = re.compile(r"[（(](汇总|全[省市区县]|本级|机关|局机关|委机关|本机关|本部门)(?:版|数据)?[)）]")
_SUMMED = re.compile("数据|汇总|综合")
_RECEIVED = re.compile("[收受接].*申请", re.DOTALL)
"""What every wording of `RECEIVED_FIGURE` holds."""
_WHOSE = re.compile(
    r"(?P<area>(?:全|我|本)[省市区县旗州盟](?:各级|各部门|各单位|各地|行政机关|政府系统|政府|和|、)*"
    r"|全[省市区县旗州]各[^,。;]{1,12})"
    r"|(?P<body>本机关|本部门|本单位|(?:本|我)[局委办厅院]|局机关|委机关)"
)


def scope_of(report: Report, lines: Iterable[str]) -> Scope | None:
    """`area` or `body` where title or text says so, None where neither or both. `lines`: titles and text."""
    said: set[Scope] = set()
    for line in lines:
        if "报" in line:
            if len(line) <= 100 and "公开" in line and (found := _MARKED.search(line)) is not None:
                said.add("area" if found[1].startswith(("汇总", "全")) else "body")
            for sentence in _sentences(line, _SUMMED):
                said |= {"area" for pattern in _AREA if pattern.search(sentence)}
                said |= {"body" for pattern in _BODY if pattern.search(sentence)}
        if "申请" in line:
            for sentence in _sentences(line, _RECEIVED):
                if (whose := _whose_figure(report, sentence)) is not None:
                    said.add(whose)
    return said.pop() if len(said) == 1 else None


def _sentences(line: str, words: re.Pattern[str]) -> list[str]:
    """The sentences of a line that hold the words, folded."""
    return [fold(part) for part in line.split("。") if words.search(part) is not None]


def _whose_figure(report: Report, sentence: str) -> Scope | None:
    """Who is said to have received as many applications as the table counts."""
    cells = report.requests or {}
    received, carried = (cells.get(row, {}).get("total") for row in ("received", "carried_in"))
    if received is None:
        return None
    for found in RECEIVED_FIGURE.finditer(sentence):
        before = re.split(r"[,;:]", sentence[: found.start()])[-1]
        whose = next(reversed(list(_WHOSE.finditer(before))), None)
        if whose is None or int(found["n"].replace(",", "")) not in (received, received + (carried or 0)):
            continue
        return "area" if whose["area"] else "body"
    return None
