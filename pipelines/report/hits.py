"""The form's labels found in running text: where each begins and ends, however lines broke it.

Owns finding labels. It must not decide what belongs to a table (`streams`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pipelines.report import form
from pipelines.report.labels import label_key
from pipelines.report.model import TableName
from pipelines.report.textstream import Piece, Stream

Kind = Literal["row", "column", "group", "stop"]
_MAX_NOTE = 300
_MAX_LABEL = 40


@dataclass(slots=True)
class Hit:
    """A label in the text: characters `start` to `stop`."""

    table: TableName
    kind: Kind
    key: str
    start: int
    stop: int
    tail: str = ""
    """What the label still lacks where values or other words broke in."""
    partial: bool = False
    """Known by its beginning alone; the tail should follow."""
    pieces: list[Piece] = field(default_factory=list)
    """What stands between this label and the next."""


def _forms() -> dict[str, tuple[TableName, Kind, str]]:
    out: dict[str, tuple[TableName, Kind, str]] = {}

    def add(table: TableName, kind: Kind, forms: dict[str, tuple[str, ...]]) -> None:
        for key, texts in forms.items():
            for text in texts:
                out.setdefault(label_key(text), (table, kind, key))

    short = ("other", "other_other", "total_processed")  # too short to be searched for: see _SHORT
    add("requests", "row", {k: v for k, v in form.REQUEST_ROWS.items() if k not in short})
    add("requests", "group", {k: v for k, v in form.REQUEST_GROUPS.items() if k != "other"})
    add("requests", "group", {"other": ("其他处理",)})
    add("requests", "column", {"natural_person": ("自然人",), "organizations": ("法人或其他组织",)})
    middle = ("business", "research_institution", "public_interest_organization", "legal_service")
    add("requests", "column", {k: form.REQUEST_COLUMNS[k][:1] for k in middle})
    corner = "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和"
    add("requests", "column", {"applicants": ("申请人情况",), "corner": (corner,)})
    add("active_disclosure", "row", form.ACTIVE_ROWS)
    add("active_disclosure", "column", form.ACTIVE_COLUMNS)
    add("active_disclosure", "column", {"": ("信息内容",)})
    articles = tuple(f"第二十条第{n}项" for n in "一二三四五六七八九")
    add("active_disclosure", "stop", {"": articles})
    add("requests", "stop", {"": ("收到和处理政府信息公开申请情况",)})
    add("review", "stop", {"": ("政府信息公开行政复议行政诉讼情况", "行政复议行政诉讼情况")})
    return out


_FORMS = _forms()
_WHOLE = re.compile("|".join(sorted(_FORMS, key=lambda t: (-len(t), t))))
_NUMERAL = re.compile(r"[(（][一二三四五六七八九十]{1,2}[)）]")
"""What enumerates the next label is no note on the one before."""
_SHORT = re.compile(r"(?:七[)）]?[、.]?(?:总计|合计))|(?:3[.、．,]?其他(?!法律|处理|结果|组织|对外))")
_LONGEST = {
    key: max((label_key(f) for f in forms), key=len)
    for forms_of in (form.REQUEST_ROWS, form.ACTIVE_ROWS)
    for key, forms in forms_of.items()
}


def _beginnings() -> dict[str, tuple[str, ...]]:
    """Beginnings of the longer row labels that no other row shares -> the whole labels.

    表二's are words of prose, too: they may lack no more than two characters.
    """
    out: dict[str, tuple[str, ...]] = {}
    for text, (table, kind, key) in _FORMS.items():
        least = 4 if table == "requests" else max(5, len(text) - 2)
        if kind == "row" and table in ("requests", "active_disclosure"):
            others = [other for other in _FORMS if _FORMS[other][2] != key]
            if table == "active_disclosure" and any(text.startswith(o) for o in _FORMS if o != text):
                continue  # the shorter form is found whole
            for length in range(least, len(text)):
                if not any(text[:length] in other for other in others):
                    out[text[:length]] = (*out.get(text[:length], ()), text)
                    break
    return out


_BEGINNINGS = _beginnings()
_BEGINNING = re.compile("|".join(sorted(_BEGINNINGS, key=lambda t: (-len(t), t))))


def find(stream: Stream) -> list[Hit]:
    """Every label of the form in the text, in order, none overlapping another."""
    hits: list[Hit] = []
    covered: set[int] = set()
    for match in _WHOLE.finditer(stream.han):
        first, last = match.start(), match.end() - 1
        if stream.digits_between(first, last) is None:
            table, kind, key = _FORMS[match[0]]
            longest = _LONGEST.get(key, "")
            tail = longest[len(match[0]) :] if longest.startswith(match[0]) else ""
            hits.append(Hit(table, kind, key, stream.han_at[first], stream.han_at[last] + 1, tail))
            covered.update(range(first, last + 1))
    for match in _BEGINNING.finditer(stream.han):
        first = match.start()
        whole = max(
            _BEGINNINGS[match[0]], key=lambda text: _common(stream.han[first : first + len(text)], text)
        )
        length = _common(stream.han[first : first + len(whole)], whole)
        if (cut := stream.digits_between(first, first + length - 1)) is not None:
            length = cut - first
        if length < len(match[0]) or covered & set(range(first, first + length)):
            continue
        table, kind, key = _FORMS[whole]
        stop = stream.han_at[first + length - 1] + 1
        hits.append(Hit(table, kind, key, stream.han_at[first], stop, whole[length:], partial=True))
        covered.update(range(first, first + length))
    text = "".join(stream.chars)
    for short in _SHORT.finditer(text):
        key = "other_other" if "其他" in short[0] else "total_processed"
        before = text[short.start() - 1 : short.start()]
        pointed = short[0][1:2] in tuple(".．、")
        if key == "other_other" and before.isdigit() and stream.touches(short.start()) and not pointed:
            continue  # "03其他": which digit is whose cannot be told
        if not any(hit.start < short.end() and hit.stop > short.start() for hit in hits):
            hits.append(Hit("requests", "row", key, short.start(), short.end()))
    hits.sort(key=lambda hit: hit.start)
    return _with_pieces(stream, _whole_words(stream, _without_notes(text, hits)))


def _common(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _without_notes(text: str, hits: list[Hit]) -> list[Hit]:
    """Labels stretched over the bracketed note behind them, and hits inside such a note dropped."""
    out: list[Hit] = []
    for hit in hits:
        if out and hit.start < out[-1].stop:
            continue
        noted = text[hit.stop : hit.stop + 1] in ("(", "（") and not _NUMERAL.match(text, hit.stop)
        if hit.kind == "row" and not hit.tail and noted:
            depth = 0
            for i in range(hit.stop, min(len(text), hit.stop + _MAX_NOTE)):
                depth += (text[i] in "(（") - (text[i] in ")）")
                if depth == 0:
                    hit.stop = i + 1
                    break
        out.append(hit)
    return out


def _whole_words(stream: Stream, hits: list[Hit]) -> list[Hit]:
    """Without the rows of 表二 whose words end another row's label: 党内规范性文件 is no 规范性文件.

    Such words stand before the label on its line, or on lines between it and the same row's label.
    """
    out: list[Hit] = []
    for hit in hits:
        if hit.table == "active_disclosure" and hit.kind == "row":
            last = out[-1] if out else Hit(hit.table, "stop", "", 0, 0)
            between = stream.chars[last.stop : min(hit.start, last.stop + _MAX_LABEL)]
            again = (last.table, last.kind, last.key) == (hit.table, hit.kind, hit.key)
            again = again and 0 < len(between) < _MAX_LABEL and not any(c.isdigit() for c in between)
            if again or (between and stream.joins_words(hit.start, hit.stop)):
                continue
        out.append(hit)
    return out


def _with_pieces(stream: Stream, hits: list[Hit]) -> list[Hit]:
    for hit, following in zip(hits, [*hits[1:], None], strict=False):
        # Nothing of a table is so far from its label; prose after the last one may be long.
        stop = min(len(stream.chars), hit.stop + 600)
        if following is not None and following.start < stop:
            stop = following.start
        hit.pieces = stream.pieces(hit.stop, stop)
    return hits
