"""The statistics annex of reports for the years before 2019: indicator, unit, this year, all years.

Owns edition 2008, which has no fixed layout: rows are taken as printed. A row whose numbers cannot be
told apart keeps its label and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.report.labels import fold
from pipelines.report.model import Finding, Grid, Number, Statistic
from pipelines.report.slots import Slot, rows_of
from pipelines.report.values import parse_value, unreadable

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
_NAMES = frozenset({"指标名称", "指标", "统计指标", "统计指标名称", "项目名称", "统计项目"})
_TOTALS = re.compile(r"历年累计|累计")
_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff][ \t\u3000]+){2,}[\u4e00-\u9fff](?!\S)")
_REMARKS = re.compile(r"备注|说明|序号|代码")
_CATEGORY = re.compile(
    r"(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．]|[（(][0-9一二三四五六七八九十]{1,2}[)）]|其中)"
)

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
    columns: dict[str, tuple[int, int]] = {}
    rows: list[Statistic] = []
    findings: list[Finding] = []
    leaves: dict[int, Slot] = {}
    for slots in rows_of(grid):
        texts = [(fold(slot.text), slot) for slot in slots if slot.text.strip()]
        if not columns:
            name = next((slot for text, slot in texts if text in _NAMES), None)
            unit = next((slot for text, slot in texts if text in ("计量单位", "单位")), None)
            if name is None or unit is None:
                continue
            columns = {"label": (name.start, name.stop), "unit": (unit.start, unit.stop)}
        if not rows and _heads(texts):
            for _, slot in texts:
                leaves |= dict.fromkeys(range(max(slot.start, columns["unit"][1]), slot.stop), slot)
            continue
        if leaves:
            columns |= _value_columns(leaves, findings)
            leaves = {}
        picked = {
            key: [s.text for s in slots if s.start < stop and s.stop > start]
            for key, (start, stop) in columns.items()
        }
        label = clean_label(" ".join(picked["label"]))
        if not label:
            continue
        values = {
            key: _number(picked[key], f"statistics.{len(rows)}.{key}", findings)
            for key in ("value", "cumulative")
            if key in picked
        }
        unit_text = "".join("".join(picked["unit"]).split())
        unit_text = "" if parse_value(unit_text).kind == "none-mark" else unit_text
        rows.append(Statistic(label, unit_text or None, values.get("value"), values.get("cumulative")))
    return (tuple(rows), tuple(findings)) if rows else None


def _heads(texts: Sequence[tuple[str, Slot]]) -> bool:
    """Whether a row is (still) the header: the indicators' own heading stands or goes on in it."""
    return any(text in _NAMES for text, _ in texts)


def _value_columns(leaves: dict[int, Slot], findings: list[Finding]) -> dict[str, tuple[int, int]]:
    """Where this year's figures and those of all years stand, by the headings right of the unit."""
    out: dict[str, tuple[int, int]] = {}
    heads = list(dict.fromkeys((leaves[c].text, leaves[c].start, leaves[c].stop) for c in sorted(leaves)))
    values: list[tuple[str, int, int]] = []
    for text, start, stop in heads:
        if _TOTALS.search(fold(text)):
            out["cumulative"] = (start, stop)
        elif not _REMARKS.search(fold(text)):
            values.append((text, start, stop))
    own = [v for v in values if re.search(r"本年|本期|本报告", fold(v[0]))]
    years = [v for v in values if re.search(r"20[0-9]{2}", fold(v[0]))]
    newest = sorted(years, key=lambda v: max(re.findall(r"20[0-9]{2}", fold(v[0]))))[-1:]
    taken = (own or newest or values)[:1]
    if taken:
        out["value"] = taken[0][1:]
    else:
        findings.append(
            Finding("column-unknown", "warning", "statistics", "no column of this year's figures was found")
        )
    for text, _, _ in values:
        if (text,) != tuple(v[0] for v in taken):
            message = f"the column “{' '.join(text.split())}” is left out"
            findings.append(Finding("column-unknown", "warning", "statistics", message))
    return out


def _number(texts: Sequence[str], where: str, findings: list[Finding]) -> Number | None:
    filled = [text for text in texts if text.strip()]
    value = parse_value(filled[0] if filled else "")
    if len(filled) > 1:
        value = unreadable("several cells stand under one column: " + " | ".join(filled)[:80])
    if value.code is not None:
        findings.append(Finding(value.code, value.severity, where, value.message))
    return value.number


def _from_text(lines: Sequence[str]) -> Annex | None:
    solid = (_SPACED.sub(lambda found: "".join(found[0].split()), line) for line in lines)
    tokens = [token for line in solid for token in re.split(r"[\s|]+", line) if token]
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
                    values[n] = _number([token], f"statistics.{len(rows)}.{key}", findings)
            else:
                message = f"{len(found)} numbers stand after “{name}”, where {width} belong"
                for key in ("value", "cumulative")[:width]:
                    where = f"statistics.{len(rows)}.{key}"
                    findings.append(Finding("cell-unreadable", "warning", where, message))
            rows.append(Statistic(name, tokens[i], values[0], values[1]))
            label = []
            i = stop
            continue
        if label and parse_value(tokens[i]).kind == "none-mark":
            # A heading among the rows ("一、主动公开情况 —— ——") counts nothing.
            while i < len(tokens) and parse_value(tokens[i]).kind == "none-mark":
                i += 1
            rows.append(Statistic(clean_label("".join(label)), None, None, None))
            label = []
            continue
        if label and _CATEGORY.match(tokens[i]):
            rows.append(Statistic(clean_label("".join(label)), None, None, None))
            label = []
        label.append(tokens[i])
        if len("".join(label)) > 60:
            break  # prose: the annex is over
        i += 1
    return (tuple(rows), tuple(findings)) if rows else None
