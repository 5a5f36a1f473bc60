"""The report's numbered parts: headings and the prose under them.

Owns telling a heading from a line that mentions one. The statutory number comes from the heading's
words, not from the printed numeral, which restarts or is lost in many reports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.report import form
from pipelines.report.labels import fold
from pipelines.report.model import Section
from pipelines.report.prose import ProseLine
from pipelines.report.titles import squeeze
from pipelines.report.values import parse_value

_NUMBERED = re.compile(r"[（(]?([一二三四五六七八九十]{1,2})(?:\s*[、.．，,:：]\s*|\s+)(\S.{0,50})")
_KINDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (2, re.compile(r"主动公开")),
    (3, re.compile(r"收到和处理|申请(?:办理)?情况|依申请公开")),
    (4, re.compile(r"行政(?:法)?复议|行政诉讼|复议.{0,2}诉讼")),
    (5, re.compile(r"问题|不足|改进")),
    (6, re.compile(r"其他需要|其它需要|需要(?:报告|说明)的|其他(?:报告|需报告)?事项")),
    (1, re.compile(r"总体情况|概述|基本情况|总体工作|工作(?:总体|开展|基本)?情况|概况")),
)
_PLAIN = {
    "总体情况": 1,
    "主动公开政府信息情况": 2,
    "行政机关主动公开政府信息情况": 2,
    "收到和处理政府信息公开申请情况": 3,
    "政府信息公开行政复议、行政诉讼情况": 4,
    "政府信息公开行政复议行政诉讼情况": 4,
    "存在的主要问题及改进情况": 5,
    "政府信息公开工作存在的主要问题及改进情况": 5,
    "存在的主要问题和改进情况": 5,
    "其他需要报告的事项": 6,
    "其他需要报告事项": 6,
}
_LEADING = re.compile(r"[一二三四五六]、\s*([\u4e00-\u9fff、]{4,20}?)(?:[。:：]\s*|\s+)(?=\S)")
_OTHER_STYLES = (
    re.compile(r"[（(][一二三四五六七八][)）][、.．\s]*(\S.{0,50})"),
    re.compile(r"[1-8][.、．]\s*([^0-9\s].{0,50})"),
    re.compile(r"第[一二三四五六七八]部分[、.．:：\s]*(\S.{0,50})"),
)
"""Other ways to number the parts, tried where the form's own numerals lead no three of them."""
_LONGEST = 160
"""Longer than any heading, its letters spaced."""
_NO_HEADINGS_END = ("。", "；", "，", ";", ",")
_SENTENCE_END = ("。", "！", "？", "；", "：", ":", ";")


@dataclass(slots=True)
class _Part:
    number: int | None
    heading: str
    lines: list[ProseLine] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """Whether any of its lines is prose."""
        tables = self.number in (2, 3, 4)
        return any(line.text.strip() and not (tables and _is_table_text(line)) for line in self.lines)

    @property
    def text(self) -> str:
        """The prose, lines that a page broke put together again."""
        out = ""
        previous: ProseLine | None = None
        for line in self.lines:
            if self.number in (2, 3, 4) and _is_table_text(line):
                previous = None
                continue
            text = line.text.strip()
            goes_on = (
                previous is not None
                and previous.wrapped
                and not previous.text.rstrip().endswith(_SENTENCE_END)
                and len(previous.text) >= 20
            )
            out += ("" if goes_on or not out else "\n") + text
            previous = line
        return out


def read_sections(lines: Sequence[ProseLine]) -> tuple[Section, ...]:
    """The numbered parts in printed order, each number once.

    A table of contents, sub-headings with a part's words and numbers that restart give several headings for
    one number: those are taken that together make the longest run of ascending numbers.
    """
    parts = _parts(lines, None)
    if len(_statutory(parts)) < 3:
        others = [_parts(lines, style) for style in _OTHER_STYLES]
        parts = max([parts, *others], key=lambda found: len(_statutory(found)))
    taken = _longest_run(parts)
    if not taken:
        return tuple(Section(None, part.heading, part.text) for part in parts)
    kept: list[_Part] = []
    for at, part in enumerate(parts):
        if part.number is None or at in taken:
            kept.append(part)
        elif taken[0] < at < taken[-1]:
            # A heading within a part: a sub-heading, or the part's own heading repeated.
            kept[-1].lines.extend([ProseLine(part.heading), *part.lines])
        elif at > taken[-1] and part.filled:
            kept.append(_Part(None, part.heading, part.lines))
    return tuple(Section(part.number, part.heading, part.text) for part in kept)


def _longest_run(parts: Sequence[_Part]) -> list[int]:
    """Positions of the most headings whose numbers ascend; of several such runs the best supported."""
    best: dict[int, tuple[tuple[int, int, int, int], list[int]]] = {}
    for at, part in enumerate(parts):
        if part.number is None:
            continue
        printed = int(_NUMBERED.match(part.heading) is not None)
        # What stands under the headings of the tables is no proof: in HTML they hold no prose.
        prose = int(part.number in (1, 5, 6) and part.filled)
        before = [best[k] for k in best if (parts[k].number or 0) < part.number]
        score, run = max(before, default=((0, 0, 0, 0), []))
        here = (score[0] + 1, score[1] + printed, score[2] + prose, score[3] + at)
        best[at] = (here, [*run, at])
    return max(best.values(), default=((0, 0, 0, 0), []))[1]


def _parts(lines: Sequence[ProseLine], style: re.Pattern[str] | None) -> list[_Part]:
    parts: list[_Part] = []
    for line in lines:
        heading, rest = _heading(line.text) if style is None else _styled(line.text, style), ""
        if heading is None and style is None:
            heading, rest = _heading_before_text(line.text)
        if heading is not None:
            parts.append(_Part(*heading))
            if rest:
                parts[-1].lines.append(ProseLine(rest, line.wrapped))
        elif parts:
            parts[-1].lines.append(line)
    return parts


def _statutory(parts: Sequence[_Part]) -> set[int]:
    return {part.number for part in parts if part.number is not None}


def _styled(text: str, style: re.Pattern[str]) -> tuple[int | None, str] | None:
    """A heading numbered otherwise: the words after the numeral must be the form's."""
    found = style.fullmatch(text.strip())
    words = fold(found[1]) if found is not None else fold(text)
    number = _PLAIN.get(words)
    return None if number is None else (number, text.strip())


def _heading_before_text(text: str) -> tuple[tuple[int | None, str] | None, str]:
    """A heading that its text follows in the same paragraph, behind a space or a stop."""
    if (found := _LEADING.match(text)) is None or (number := _PLAIN.get(fold(found[1]))) is None:
        return None, text
    return (number, found[0].rstrip(" 。:：")), text[found.end() :].strip()


def _heading(text: str) -> tuple[int | None, str] | None:
    if len(text) > _LONGEST or text.endswith(_NO_HEADINGS_END):
        return None
    solid = fold(text)
    if solid in _PLAIN:
        return _PLAIN[solid], text.strip()
    if len(solid) > 45 or text.startswith(("（", "(")) or solid.endswith(_NO_HEADINGS_END):
        return None
    found = _NUMBERED.fullmatch(text.strip())
    if found is None or "。" in solid:
        return None
    if form.request_rows.match(text) is not None or form.request_groups.match(text) is not None:
        return None  # rows of the table are numbered too
    if any(parse_value(part).number is not None for part in text.split()[1:]):
        return None
    for number, pattern in _KINDS:
        if pattern.search(solid):
            return number, text.strip()
    return (None, text.strip()) if len(solid) <= 30 else None


def _is_table_text(line: ProseLine) -> bool:
    """Whether a line under a table's heading is of the table, not prose."""
    text = line.text
    if parse_value(text).kind != "unreadable" or any(labels.match(text) for labels in _TABLE_LABELS):
        return True
    if not line.wrapped:
        return False
    return "。" not in text and "；" not in text and len(squeeze(text)) <= 26


_TABLE_LABELS = (
    form.request_rows,
    form.request_groups,
    form.request_columns,
    form.request_column_groups,
    form.active_rows,
    form.active_columns,
    form.review_blocks,
    form.review_columns,
)
