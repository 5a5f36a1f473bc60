"""The statistics annex of reports for the years before 2019: indicator, unit, this year, all years.

Owns edition 2008, which has no fixed layout: rows are taken as printed. A row whose numbers cannot be
told apart keeps its label and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.report.labels import fold
from pipelines.report.model import Finding, Grid, Number, Statistic
from pipelines.report.slots import rows_of
from pipelines.report.values import parse_value

_UNITS = frozenset(
    [
        "条",
        "件",
        "元",
        "万元",
        "次",
        "人次",
        "个",
        "份",
        "人",
        "篇",
        "期",
        "场",
        "批",
        "部",
        "家",
        "项",
        "处",
        "宗",
        "万次",
        "万人次",
        "张",
        "封",
        "起",
        "%",
    ]
)
_LABEL = re.compile(
    r"^(?:其中[:：]?)?(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．:：]|[（(][0-9一二三四五六七八九十]{1,2}[)）])?(?:其中[:：])?"
)
_NAMES = frozenset({"指标名称", "指标", "统计指标", "项目名称"})
_TOTALS = re.compile(r"历年累计|累计")

Annex = tuple[tuple[Statistic, ...], tuple[Finding, ...]]


def read_statistics(grids: Sequence[Grid], lines: Sequence[str]) -> Annex | None:
    """The annex's rows in printed order with findings, or None where the document has none."""
    for grid in grids:
        if (found := _from_grid(grid)) is not None:
            return found
    return _from_text(lines)


def clean_label(text: str) -> str:
    """An indicator's name without 其中 and its enumerator."""
    return _LABEL.sub("", "".join(text.split()))


def _from_grid(grid: Grid) -> Annex | None:
    columns: dict[str, tuple[int, int]] | None = None
    rows: list[Statistic] = []
    findings: list[Finding] = []
    for slots in rows_of(grid):
        texts = {fold(slot.text): (slot.start, slot.stop) for slot in slots if slot.text.strip()}
        if columns is None:
            name = next((span for text, span in texts.items() if text in _NAMES), None)
            unit = next((span for text, span in texts.items() if text in ("计量单位", "单位")), None)
            if name is None or unit is None:
                continue
            columns = {"label": name, "unit": unit}
            for text, span in texts.items():
                if _TOTALS.search(text):
                    columns["cumulative"] = span
                elif "value" not in columns and re.search(r"本年度?|20[0-9]{2}年?|数量|数值", text):
                    columns["value"] = span
            continue
        picked = {
            key: [s.text for s in slots if s.start < stop and s.stop > start]
            for key, (start, stop) in columns.items()
        }
        label = clean_label(" ".join(picked["label"]))
        if not label:
            continue
        values = {
            key: _number("\n".join(picked[key]), f"statistics.{len(rows)}.{key}", findings)
            for key in ("value", "cumulative")
            if key in picked
        }
        unit_text = "".join("".join(picked["unit"]).split()) or None
        rows.append(Statistic(label, unit_text, values.get("value"), values.get("cumulative")))
    return (tuple(rows), tuple(findings)) if rows else None


def _number(text: str, where: str, findings: list[Finding]) -> Number | None:
    value = parse_value(text)
    if value.code is not None:
        findings.append(Finding(value.code, value.severity, where, value.message))
    return value.number


def _from_text(lines: Sequence[str]) -> Annex | None:
    tokens = [token for line in lines for token in re.split(r"[\s|]+", line) if token]
    start = next(
        (i for i, token in enumerate(tokens) if token in _NAMES and "单位" in "".join(tokens[i + 1 : i + 4])),
        None,
    )
    if start is None:
        return None
    head = next((i for i in range(start, min(start + 10, len(tokens))) if _TOTALS.search(tokens[i])), None)
    width = 2 if head is not None else 1
    if head is None:
        head = start + 2
    rows: list[Statistic] = []
    findings: list[Finding] = []
    label: list[str] = []
    i = head + 1
    while i < len(tokens):
        if tokens[i] in _UNITS and label:
            stop = i + 1
            while stop < len(tokens) and parse_value(tokens[stop]).kind in ("number", "unit", "none-mark"):
                stop += 1
            found = tokens[i + 1 : stop]
            name = clean_label("".join(label))
            values: list[Number | None] = [None, None]
            if len(found) == width:
                for n, (key, token) in enumerate(zip(("value", "cumulative"), found, strict=False)):
                    values[n] = _number(token, f"statistics.{len(rows)}.{key}", findings)
            else:
                message = f"{len(found)} numbers stand after “{name}”, where {width} belong"
                for key in ("value", "cumulative")[:width]:
                    where = f"statistics.{len(rows)}.{key}"
                    findings.append(Finding("cell-unreadable", "warning", where, message))
            rows.append(Statistic(name, tokens[i], values[0], values[1]))
            label = []
            i = stop
            continue
        label.append(tokens[i])
        if len("".join(label)) > 60:
            break  # prose: the annex is over
        i += 1
    return (tuple(rows), tuple(findings)) if rows else None
