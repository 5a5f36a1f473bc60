"""What published reports do to the tables themselves: labels bent and cut, rows more and fewer, page breaks.

Each variation takes one printed table and gives the tables that stand in its place. No figure changes; a
row that is left out is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from tests.made.layout import Printed, Slot, cut

Sheets = Callable[[Printed, random.Random], tuple[Printed, ...]]

_PART = "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
_OVERDUE = "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"
_TYPOGRAPHY: tuple[tuple[str, str], ...] = (
    ("1.属于国家秘密", "1、属于国家秘密"),
    ("1.属于国家秘密", "1. 属于国家秘密"),
    ("1.属于国家秘密", "１．属于国家秘密"),
    ("（三）不予公开", "㈢不予公开"),
    ("（一）予以公开", "(一) 予以 公开"),
    ("行政规范性文件", "规范性文件"),
    (_PART, "（二）部分公开"),
    (_PART, "（二）部分公开(区分处理的,只计这一情形,不计其他情形)"),
    ("第二十条第（一）项", "第二十条 第 (一) 项"),
    ("行政许可", "行政許可"),
    ("一、本年新收政府信息公开申请数量", "一、本年新收政府信息公開申請數量"),
    ("规章", "规章(设区的市、自治州人民政府应提供相关数据)"),
    ("规范性文件", "规范性文件(行政机关制定发布的涉及公民权利义务的文件)"),
    ("社会公益组织", "社会公益"),
    ("商业企业", "商业 企业"),
    ("3.其他", "3、其他"),
    ("3.危及“三安全一稳定”", "3.危及\"三安全一稳定\""),
    ("3.危及“三安全一稳定”", "3.危及国家安全、公共安全、经济安全、社会稳定"),
    (_OVERDUE, "1、申请人无正当理由逾期不补正,行政机关不再处理其政府信息公开申请"),
    (_OVERDUE, "1.逾期不补正"),
    ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "2.逾期不缴费"),
    ("（六）其他处理", "（六）其他"),
    ("本年收费金额（单位：万元）", "本年收费金额(单位:万元)"),
    ("本年收费金额（单位：万元）", "本年收费金额\n（单位：万元）"),
    ("本年制发件数", "本年制发\n件数"),
    ("现行有效件数", "现行有效件"),
    ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
    ("三、本年度办理结果", "三、\n本\n年\n度\n办\n理\n结\n果"),
    ("（四）无法提供", "（四）无\n法提供"),
    ("四、结转下年度继续办理", "四、结转下一年度继续办理"),
)  # fmt: skip
_TWICE = (
    ("本年新制作数量", "本年新公开数量", "本年新"),
    ("本年新制作数量", "本年新公开数量", "本年新制作数量"),
)


def typography(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Labels as other hands print them."""
    chosen = dict(rng.sample(_TYPOGRAPHY, 12))
    return (_relabelled(printed, lambda text: chosen.get(text, text)),)


def half_width(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Brackets and commas of Latin width."""
    bent = str.maketrans("（），：", "(),:")
    return (_relabelled(printed, lambda text: text.translate(bent)),)


def broken_labels(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Lines ending inside labels, as in narrow columns."""
    width = rng.choice((2, 3, 4, 6))

    def broken(text: str) -> str:
        if "\n" in text or rng.random() < 0.3:
            return text
        return "\n".join(text[i : i + width] for i in range(0, len(text), width))

    return (_relabelled(printed, broken),)


def spaced_labels(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Blanks between the letters of labels."""
    gap = rng.choice((" ", "\u00a0", "\u3000", "\u00a0\u00a0\u00a0"))

    def spaced(text: str) -> str:
        if len(text) < 2 or rng.random() < 0.5:
            return text
        at = rng.randrange(1, len(text))
        return text[:at] + gap + text[at:]

    return (_relabelled(printed, spaced),)


def cut_label(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """One to three letters of one label lost."""
    labels = sorted({s.text for row in printed.rows for s in row if s.path is None and len(s.text) > 4})
    if not labels:
        return (printed,)
    hurt = rng.choice(labels)
    at = rng.randrange(len(hurt) - 1)
    left = hurt[:at] + hurt[at + rng.randrange(1, 4) :]
    return (_relabelled(printed, lambda text: left if text == hurt else text),)


def same_headers(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Two columns of 表二 (edition 2019) headed alike."""
    first, second, both = rng.choice(_TWICE)
    return (_relabelled(printed, lambda text: both if text in (first, second) else text),)


def extra_row(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """A row that the form lacks, with figures of its own."""
    if printed.name == "review":
        return (printed,)
    if printed.name == "requests":
        at = next(i for i, row in enumerate(printed.rows) if any(s.text.startswith("（四）") for s in row))
        rows = [list(row) for row in printed.rows]
        for row in rows[:at]:  # the groups that are open there reach one row further
            for i, slot in enumerate(row):
                if slot.text.startswith(("三、", "（三）")) and slot.rowspan > 1:
                    row[i] = slot._replace(rowspan=slot.rowspan + 1)
        label = rng.choice(("9.其他情形", "9.属于咨询事项", "9.其他"))
        new = [Slot(label, 2), *(Slot(str(rng.randrange(9)), 3 + i) for i in range(7))]
        rows.insert(at, new)
    else:
        at = 1 + next(
            i for i, row in enumerate(printed.rows) if any(s.text.endswith("规范性文件") for s in row)
        )
        label = rng.choice(("其他主动公开文件(含以本单位名义签发的文件)", "其他文件", "党内规范性文件"))
        rows = [list(row) for row in printed.rows]
        rows.insert(at, [Slot(label, 0), *(Slot(str(rng.randrange(90)), 1 + i) for i in range(3))])
    return (replace(printed, rows=tuple(map(tuple, rows))),)


def empty_row(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """A wholly empty row at the end."""
    last = tuple(Slot("", column) for column in range(printed.width))
    return (replace(printed, rows=(*printed.rows, last)),)


def empty_column(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """One column more than the form has, blank throughout."""
    rows = tuple((*row, Slot("", printed.width)) for row in printed.rows)
    return (replace(printed, rows=rows, width=printed.width + 1),)


def no_rowspans(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Rowspans played by empty cells."""
    rows: list[list[Slot]] = [[] for _ in printed.rows]
    for at, row in enumerate(printed.rows):
        for slot in row:
            rows[at].append(slot._replace(rowspan=1))
            rows_below = range(at + 1, at + slot.rowspan)
            for below in rows_below:
                rows[below].append(Slot("", slot.column, 1, slot.colspan))
    ordered = tuple(tuple(sorted(row, key=lambda slot: slot.column)) for row in rows)
    return (replace(printed, rows=ordered),)


def page_break(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """The table in two, its group labels and header rows repeated, cut or not."""
    if printed.name == "review" or len(printed.rows) < 8:
        return (printed,)
    at = rng.randrange(printed.header_rows + 1, len(printed.rows) - 1)
    how: Literal["both", "first", "halved"] = rng.choice(("both", "first", "halved"))
    return cut(printed, at, labels=how, repeat_header=rng.random() < 0.5)


def repeated_header(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """The header rows once more in the middle of 表三, as a page's top leaves them."""
    if printed.name != "requests":
        return (printed,)
    at = rng.randrange(printed.header_rows + 1, len(printed.rows) - 1)
    upper, lower = cut(printed, at, labels=rng.choice(("both", "first")), repeat_header=True)
    return (replace(printed, rows=(*upper.rows, *lower.rows)),)


def lost_row(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """A row of figures left out; 表四 has only one."""
    if printed.name == "review":
        return (printed,)
    at = rng.choice([i for i, row in enumerate(printed.rows) if any(s.path for s in row)])
    rows = [list(row) for row in printed.rows]
    gone = rows.pop(at)
    for i, row in enumerate(rows[:at]):
        for k, slot in enumerate(row):
            if i + slot.rowspan > at:
                row[k] = slot._replace(rowspan=slot.rowspan - 1)
    for slot in gone:  # a group's label stays where rows of the group are left
        if slot.path is None and slot.rowspan > 1:
            rows[at] = [slot._replace(rowspan=slot.rowspan - 1), *rows[at]]
            rows[at].sort(key=lambda s: s.column)
    return (replace(printed, rows=tuple(map(tuple, rows))),)


def invented_header(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """表三 in two, the lower piece under a header that a recogniser made up."""
    if printed.name != "requests":
        return (printed,)
    at = rng.randrange(printed.header_rows + 2, len(printed.rows) - 1)
    upper, lower = cut(printed, at, labels="both", repeat_header=False)
    words = rng.choice(
        (
            ("本年新收件数", "上年结转件数", "予以公开", "部分公开", "不予公开", "结转下年度", "总计"),
            tuple(f"数据{i}" for i in range(1, 8)),
        )
    )
    head = (*(Slot("", i) for i in range(3)), *(Slot(word, 3 + i) for i, word in enumerate(words)))
    return upper, replace(lower, rows=(head, *lower.rows), header_rows=1)


def uneven_spans(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """表二 with one column more than it prints: values span other columns than the headers above them."""
    if printed.name != "active_disclosure":
        return (printed,)
    rows = []
    for row in printed.rows:
        at = rng.randrange(len(row))  # the cell that is one column wider in this row
        rows.append(
            tuple(
                slot._replace(column=slot.column + (i > at), colspan=slot.colspan + (i == at))
                for i, slot in enumerate(row)
            )
        )
    return (replace(printed, rows=tuple(rows), width=printed.width + 1),)


def traditional(printed: Printed, rng: random.Random) -> tuple[Printed, ...]:
    """Labels in traditional characters, as mirrors convert them."""
    turned = str.maketrans(_SIMPLIFIED, _TRADITIONAL)
    return (_relabelled(printed, lambda text: text.translate(turned)),)


_SIMPLIFIED = "规范决执强费现数发废许处罚业结转办续复议诉讼维纠审总计机关开请团队营织务区"
_TRADITIONAL = "規範決執強費現數發廢許處罰業結轉辦續復議訴訟維糾審總計機關開請團隊營織務區"


SHEETS: dict[str, Sheets] = {
    "extra-row": extra_row,
    "lost-row": lost_row,
    "page-break": page_break,
    "repeated-header": repeated_header,
    "invented-header": invented_header,
    "uneven-spans": uneven_spans,
    "typography": typography,
    "half-width": half_width,
    "traditional": traditional,
    "cut-label": cut_label,
    "same-headers": same_headers,
    "broken-labels": broken_labels,
    "spaced-labels": spaced_labels,
    "no-rowspans": no_rowspans,
    "empty-row": empty_row,
    "empty-column": empty_column,
}
"""Every variation of tables by name, in the order in which they are applied."""


def _relabelled(printed: Printed, change: Callable[[str], str]) -> Printed:
    rows = tuple(
        tuple(slot if slot.path is not None else slot._replace(text=change(slot.text)) for slot in row)
        for row in printed.rows
    )
    return replace(printed, rows=rows)
