"""The statistics annex where it is lines of text: as cells one below the other, or a row on each line.

Owns telling its rows apart. Where names, units and figures cannot be, the row keeps its label and a finding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.report.indicators import (
    NAMES,
    SUBJECTS,
    TOTALS,
    UNIT_NAMES,
    UNITS,
    VALUES,
    clean_label,
    read_number,
    unit_in_label,
)
from pipelines.report.model import Finding, Number, Statistic
from pipelines.report.values import parse_value

_SPACED = re.compile(r"(?<!\S)(?:[\u4e00-\u9fff][ \t\u3000]+){2,}[\u4e00-\u9fff](?!\S)")
_CATEGORY = re.compile(
    r"(?:[（(]?[0-9一二三四五六七八九十]{1,2}[)）]?[、.．]|[（(][0-9一二三四五六七八九十]{1,2}[)）]|其中)"
)
_HEADING = re.compile(r"[一二三四五六七八九]、\S*情况")
_ANNOUNCED = re.compile(r"统计表|附表|附件|情况表|统计情况")
_NUMBER = r"(?:[0-9][0-9,]*(?:\.[0-9]+)?|[-—/无]+)"
_ROW = re.compile(
    r"(?:\|\s*)?(?P<label>\S*[\u4e00-\u9fff）)])(?:\s*[:：|]\s*|\s+)"
    rf"(?:(?P<unit>[^\s0-9|/—-]{{1,3}})[\s|]+)?"
    rf"(?P<value>{_NUMBER})(?P<beside>[^\s0-9|]{{1,2}})?(?:[\s|]+(?P<total>{_NUMBER})(?P=beside)?)?[\s|]*"
)
_LONGEST = 60
_FEWEST = 4

Rows = tuple[list[Statistic], list[Finding]]


def read_lines(lines: Sequence[str], *, before_2019: bool) -> Rows | None:
    """The annex's rows with findings, or None where the lines hold none.

    `before_2019`: whether lines behind a mere 附表 may be one.
    """
    solid = [_SPACED.sub(lambda found: "".join(found[0].split()), line) for line in lines]
    return _from_tokens(solid) or (_from_rows(solid) if before_2019 else None)


def _from_tokens(lines: Sequence[str]) -> Rows | None:
    """Behind a header of name and unit: every row is name, unit, and as many figures as the header says."""
    tokens = [token for line in lines for token in re.split(r"[\s|]+", line) if token]
    starts = (i for i, token in enumerate(tokens) if token in NAMES)
    start = next((i for i in starts if UNIT_NAMES & set(tokens[i + 1 : i + 4])), None)
    if start is None:
        return None
    head = next((i for i in range(start, min(start + 10, len(tokens))) if TOTALS.search(tokens[i])), None)
    width = 2 if head is not None else 1
    rows: list[Statistic] = []
    findings: list[Finding] = []
    label: list[str] = []
    i = (start + 2 if head is None else head) + 1
    while i < len(tokens):
        token = tokens[i]
        if token in UNITS and label:
            stop = i + 1
            while stop < len(tokens) and parse_value(tokens[stop]).kind in ("number", "unit", "none-mark"):
                stop += 1
            rows.append(_row(label, token, tokens[i + 1 : stop], width, len(rows), findings))
            label, i = [], stop
            continue
        if label and parse_value(token).kind == "none-mark":
            # A heading among the rows ("一、主动公开情况 —— ——") counts nothing.
            while i < len(tokens) and parse_value(tokens[i]).kind == "none-mark":
                i += 1
            rows.append(Statistic(clean_label("".join(label)), None, None, None))
            label = []
            continue
        if label and (_CATEGORY.match(token) or _HEADING.fullmatch("".join(label))):
            rows.append(Statistic(clean_label("".join(label)), None, None, None))
            label = []
        label.append(token)
        if len("".join(label)) > _LONGEST:
            break  # prose: the annex is over
        i += 1
    return (rows, findings) if rows else None


def _row(
    label: Sequence[str], unit: str, found: Sequence[str], width: int, at: int, findings: list[Finding]
) -> Statistic:
    name = clean_label("".join(label))
    values: list[Number | None] = [None, None]
    if len(found) == width:
        for n, (key, token) in enumerate(zip(("value", "cumulative"), found, strict=False)):
            values[n] = read_number([token], f"statistics.{at}.{key}", findings)[0]
    else:
        message = f"{len(found)} numbers stand after “{name}”, where {width} belong"
        for key in ("value", "cumulative")[:width]:
            findings.append(Finding("cell-unreadable", "warning", f"statistics.{at}.{key}", message))
    return Statistic(name, unit, values[0], values[1])


def _from_rows(lines: Sequence[str]) -> Rows | None:
    """Behind a heading (附表, 统计表, a header without a unit): a row on each line."""
    for start, line in enumerate(lines):
        tokens = re.split(r"[\s|]+", line.strip())
        header = tokens[0] in NAMES and any(VALUES.search(token) for token in tokens[1:])
        if not header and not (len(line) <= 40 and _ANNOUNCED.search(line)):
            continue
        rows: list[Statistic] = []
        findings: list[Finding] = []
        told = 0
        for text in lines[start + 1 :]:
            solid = text.strip()
            if len(solid) > 2 * _LONGEST or "。" in solid:
                break
            if (found := _ROW.fullmatch(solid)) is None:
                if _HEADING.fullmatch(solid.rstrip(" —-/:：|")):
                    rows.append(Statistic(clean_label(solid.rstrip(" —-/:：|")), None, None, None))
                continue
            label, behind = unit_in_label(clean_label(found["label"]))
            if found["unit"] is not None and found["unit"] not in UNITS:
                continue
            at = f"statistics.{len(rows)}"
            value, _ = read_number([found["value"]], f"{at}.value", findings)
            total, _ = read_number([found["total"] or ""], f"{at}.cumulative", findings)
            rows.append(Statistic(label, found["unit"] or behind or found["beside"], value, total))
            told += value is not None and SUBJECTS.search(label) is not None
        if told >= _FEWEST:
            return rows, findings
    return None
