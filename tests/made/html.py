"""Truth -> HTML: the body of an article, or a whole page, in the ways that real sites write them.

`Style` holds every quirk as a field, `STYLES` a named set of them. What the page says never changes with
the style; how it is marked up does.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

from tests.made import form
from tests.made.layout import Printed, Slot, cut, tables
from tests.made.truth import Truth


@dataclass(frozen=True, slots=True)
class Style:
    """How an article is marked up. The defaults give plain, honest HTML."""

    labels: Literal["plain", "spans", "characters", "breaks", "paragraphs"] = "plain"
    """Labels whole; in spans of two characters; one span a character; cut by `<br/>`; in two `<p>`."""
    vertical_group: bool = False
    """三、本年度办理结果 as a column of single characters."""
    cell_paragraphs: bool = False
    """Each cell's text in a `<p>` of its own."""
    padding: bool = False
    """`&nbsp;` and line breaks around values; blank cells hold `&nbsp;`."""
    spans: Literal["real", "empty-rows"] = "real"
    """Rowspans as such, or played by empty cells."""
    review_tables: Literal[1, 3] = 1
    index_table: bool = False
    """A metadata table (索引号, 发布机构, …) before the article."""
    nested: bool = False
    """The article inside a layout table."""
    word: bool = False
    """Word's export: `class=MsoNormal`, `<o:p>`, long style attributes."""
    cut_requests: bool = False
    """表三 cut into two tables, header rows and the group's label printed again."""
    sloppy: bool = False
    """No closing tags for cells and rows, attributes unquoted."""
    headings: Literal[0, 1, 2] = 0
    section_numbers: bool = True
    """False: the headings' 一、二、… were list styling and are gone."""
    title: Literal["one-line", "split", "absent"] = "one-line"
    half_width: bool = False
    """Brackets as ( ) in labels."""
    renamed: tuple[tuple[str, str], ...] = ()
    """(label of the form, what is printed in its place)"""
    empty_rows: bool = False
    """An empty row at the end of each table, and a note below 表四."""
    encoding: str = "utf-8"
    declared: bool = True
    """The charset is named in a `<meta>`."""


STYLES: dict[str, Style] = {
    "plain": Style(),
    "spans": Style(labels="spans", headings=1),
    "characters": Style(labels="characters", cell_paragraphs=True),
    "breaks": Style(labels="breaks", padding=True, title="split"),
    "paragraphs": Style(labels="paragraphs", cell_paragraphs=True, padding=True, vertical_group=True),
    "word": Style(word=True, labels="spans", cell_paragraphs=True, padding=True, index_table=True),
    "empty-rows": Style(spans="empty-rows", half_width=True),
    "three-reviews": Style(review_tables=3, headings=2),
    "layout-table": Style(nested=True, index_table=True, title="split"),
    "cut": Style(cut_requests=True, vertical_group=True, headings=2),
    "sloppy": Style(sloppy=True, half_width=True, padding=True),
    "untitled": Style(title="absent", section_numbers=False, index_table=True),
    "gb18030": Style(encoding="gb18030", labels="breaks"),
    "gb18030-undeclared": Style(encoding="gb18030", declared=False, cell_paragraphs=True),
}
"""Styles by name, for tests that walk all of them."""

WORN_STYLES: dict[str, Style] = {
    "worn-active-disclosure": Style(
        renamed=(
            ("现行有效件数", "现行有效件"),
            ("行政规范性文件", "规范性文件"),
            ("规章", "规章(虚构市应当提供相关数据)"),
            ("第二十条第（一）项", "第二十条 第（一）项"),
            ("本年收费金额（单位：万元）", "本年收费金额(单位:万元)"),
        )
    ),
    "worn-requests": Style(
        renamed=(
            ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
            ("社会公益组织", "社会公益"),
            (
                "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
                "1、申请人无正当理由逾期不补正,行政机关不再处理其政府信息公开申请",
            ),
            ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（二）部分公开"),
            ("1.属于国家秘密", "1. 属于国家秘密"),
            ("3.其他", "3、其他"),
        )
    ),
    "empty-rows-at-end": Style(empty_rows=True, padding=True),
}
"""Labels as they are worn down in published reports: a reader finds the cells, and may say what it met."""


def article(truth: Truth, style: Style = Style()) -> str:
    """The article's body as an HTML fragment: title, preface, six parts with their tables, signature."""
    parts = [_title(truth, style)]
    parts += [_paragraph(text, style) for text in truth.preface]
    grids = tables(truth, review_tables=style.review_tables)
    for number, heading in enumerate(form.HEADINGS[style.headings], start=1):
        shown = heading if style.section_numbers else heading.split("、", 1)[1].strip()
        parts.append(_paragraph(shown, style, bold=True))
        parts += [_paragraph(text, style) for text in truth.prose.get(number, ())]
        for printed in grids.get(number, ()):
            pieces = (
                cut(printed, len(printed.rows) // 2)
                if style.cut_requests and printed.name == "requests"
                else (printed,)
            )
            parts += [table(piece, style) for piece in pieces]
            if style.empty_rows and printed.name == "review":
                parts.append(_paragraph("注：示例数量含上年度结转数量。", style))
    parts.append(_paragraph(truth.organization, style, right=True))
    parts.append(_paragraph(_day(truth), style, right=True))
    body = "\n".join(part for part in parts if part)
    if style.nested:
        body = (
            '<table width="960" border="0"><tr><td class="left">&nbsp;</td>'
            f'<td valign="top"><div class="TRS_Editor">{body}</div></td></tr></table>'
        )
    return (index_table(truth) + "\n" if style.index_table else "") + body


def page(truth: Truth, style: Style = Style()) -> bytes:
    """A whole document around the article, encoded as the style says."""
    return wrap(article(truth, style), truth.title, style)


def wrap(body: str, title: str, style: Style = Style()) -> bytes:
    """Any body as a document."""
    meta = f'<meta charset="{style.encoding}"/>' if style.declared else ""
    text = (
        f"<!DOCTYPE html>\n<html>\n<head>{meta}<title>{escape(title)}</title></head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return text.encode(style.encoding)


def index_table(truth: Truth) -> str:
    """The metadata block that many portals put above an article, one value empty."""
    pairs = (
        ("索&nbsp;引&nbsp;号", f"000{truth.year}-GK-0001"),
        ("主题分类", ""),
        ("发布机构", escape(truth.organization)),
        ("发布日期", truth.published.isoformat()),
        ("名&nbsp;&nbsp;&nbsp;&nbsp;称", escape(truth.title)),
        ("文&nbsp;&nbsp;&nbsp;&nbsp;号", "-"),
    )
    cells = [f"<td class='label'>{label}</td><td>{value}</td>" for label, value in pairs]
    rows = "".join(f"<tr>{a}{b}</tr>" for a, b in zip(cells[::2], cells[1::2], strict=True))
    return f'<table class="index" width="100%"><tbody>{rows}</tbody></table>'


def table(printed: Printed, style: Style = Style()) -> str:
    """One table as HTML."""
    if style.spans == "empty-rows":
        printed = _without_rowspans(printed)
    closing = "" if style.sloppy else "</td>"
    lines = []
    for row in printed.rows:
        cells = "".join(f"<td{_attributes(slot, style)}>{_content(slot, style)}{closing}" for slot in row)
        lines.append(f"<tr>{cells}" + ("" if style.sloppy else "</tr>"))
    if style.empty_rows:
        lines.append("<tr>" + "<td>&nbsp;</td>" * printed.width + "</tr>")
    opening = (
        '<table class=MsoTableGrid border=1 style="border-collapse:collapse;mso-padding-alt:0cm">'
        if style.word
        else '<table border="1" cellspacing="0" style="border-collapse: collapse;">'
    )
    return f"{opening}<tbody>" + "\n".join(lines) + "</tbody></table>"


def _attributes(slot: Slot, style: Style) -> str:
    quote = "" if style.sloppy else '"'
    out = ""
    if slot.rowspan > 1:
        out += f" rowspan={quote}{slot.rowspan}{quote}"
    if slot.colspan > 1:
        out += f" colspan={quote}{slot.colspan}{quote}"
    if style.word:
        width = 41.25 * slot.colspan
        out += f" width={round(width)} style='width:{width}pt;mso-border-alt:solid windowtext .5pt'"
        out += ' valign="center"'
    return out


def _content(slot: Slot, style: Style) -> str:
    if slot.path is not None:
        text = escape(slot.text)
        if style.padding:
            text = f"&nbsp;{text}\n" if text else "&nbsp;"
        if style.word:
            text = f"<span lang=EN-US style='font-family:宋体'>{text}<o:p></o:p></span>"
        return _cell_paragraph(text, style)
    if not slot.text:
        return ""
    label = _bent(dict(style.renamed).get(slot.text, slot.text), style)
    if style.vertical_group and label == form.RESULTS:
        return "<br/>".join(("三、", *label[2:]))
    return _label(label, style)


def _label(label: str, style: Style) -> str:
    if style.labels == "spans":
        pieces = [label[i : i + 2] for i in range(0, len(label), 2)]
        return _cell_paragraph("".join(f"<span>{escape(piece)}</span>" for piece in pieces), style)
    if style.labels == "characters":
        return _cell_paragraph("".join(f"<span>{escape(letter)}</span>" for letter in label), style)
    middle = (len(label) + 1) // 2
    halves = (label,) if len(label) < 4 else (label[:middle], label[middle:])
    if style.labels == "breaks":
        return _cell_paragraph("<br/>\n".join(escape(half) for half in halves), style)
    if style.labels == "paragraphs":
        return "".join(f"<p>{escape(half)}</p>" for half in halves)
    return _cell_paragraph(escape(label), style)


def _cell_paragraph(content: str, style: Style) -> str:
    if style.word:
        return (
            f"<p class=MsoNormal align=center style='text-align:center;mso-char-indent-count:0'>{content}</p>"
        )
    return f'<p style="text-align: center;">{content}</p>' if style.cell_paragraphs else content


def _paragraph(text: str, style: Style, *, bold: bool = False, right: bool = False) -> str:
    content = escape(_bent(text, style) if bold else text)
    if bold:
        content = f"<strong>{content}</strong>"
    if style.word:
        return f"<p class=MsoNormal style='text-indent:32.0pt'><span>{content}<o:p></o:p></span></p>"
    if right:
        return f'<p style="text-align: right;">{"&nbsp;" * 40}{content}</p>'
    closing = "" if style.sloppy else "</p>"
    return f'<p style="text-indent: 2em;">{content}{closing}'


def _title(truth: Truth, style: Style) -> str:
    if style.title == "absent":
        return ""
    if style.title == "split" and truth.title.startswith(truth.organization):
        rest = truth.title[len(truth.organization) :]
        return (
            f'<p style="text-align:center"><strong>{escape(truth.organization)}</strong></p>\n'
            f'<p style="text-align:center"><strong>{escape(rest)}</strong></p>'
        )
    return f'<p style="text-align:center"><strong>{escape(truth.title)}</strong></p>'


def _bent(label: str, style: Style) -> str:
    return label.replace("（", "(").replace("）", ")") if style.half_width else label


def _day(truth: Truth) -> str:
    return f"{truth.published.year}年{truth.published.month}月{truth.published.day}日"


def _without_rowspans(printed: Printed) -> Printed:
    """The same table with each rowspan's lower slots as empty cells."""
    rows: list[list[Slot]] = [[] for _ in printed.rows]
    for at, row in enumerate(printed.rows):
        for slot in row:
            rows[at].append(slot._replace(rowspan=1))
            for below in range(1, slot.rowspan):
                rows[at + below].append(Slot("", slot.column, 1, slot.colspan))
    ordered = tuple(tuple(sorted(row, key=lambda slot: slot.column)) for row in rows)
    return Printed(printed.name, ordered, printed.width, printed.header_rows)
