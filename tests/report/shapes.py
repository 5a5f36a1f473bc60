"""One truth drawn in many shapes: what HTML, Markdown, copied and extracted text make of the same tables.

Each shape takes the printed tables (`tests.made.layout`) and gives a body. Shapes differ in what they
lose: spans, blank cells, line breaks, separators.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from html import escape

from tests.made.layout import Printed, Slot, tables
from tests.made.truth import Truth

HEADINGS = {
    2: "二、主动公开政府信息情况",
    3: "三、收到和处理政府信息公开申请情况",
    4: "四、政府信息公开行政复议、行政诉讼情况",
}
Matrix = list[list[str]]
Draw = Callable[[Printed, random.Random], str]


def document(truth: Truth, draw: Draw, rng: random.Random, *, html: bool, review_tables: int = 1) -> bytes:
    """The whole report, its tables drawn by `draw`."""
    lines = [truth.title, *truth.preface, "一、总体情况", *truth.prose.get(1, ())]
    if html:
        lines = [f"<p>{escape(line)}</p>" for line in lines]
    for number, drawn in tables(truth, review_tables=review_tables).items():
        lines.append(f"<p>{HEADINGS[number]}</p>" if html else f"\n{HEADINGS[number]}\n")
        lines += [draw(printed, rng) for printed in drawn]
    after = [
        "五、存在的主要问题及改进情况",
        *truth.prose.get(5, ()),
        "六、其他需要报告的事项",
        *truth.prose.get(6, ()),
    ]
    lines += [f"<p>{escape(line)}</p>" if html else line for line in after]
    text = "\n".join(lines)
    if html:
        text = f"<html><head><title>{escape(truth.title)}</title></head><body>{text}</body></html>"
    return text.encode()


def filled(printed: Printed, *, repeat: bool = False) -> Matrix:
    """A full matrix: merged cells print once and blank after, or again in every slot."""
    matrix = [[""] * printed.width for _ in printed.rows]
    for r, row in enumerate(printed.rows):
        for slot in row:
            for i in range(r, min(r + slot.rowspan, len(matrix))):
                for j in range(slot.column, slot.column + slot.colspan):
                    if repeat or (i == r and j == slot.column):
                        matrix[i][j] = slot.text
    return matrix


def ragged(printed: Printed, *, rowspans_blank: bool = False) -> Matrix:
    """Rows of the cells that begin in them, spans dropped; `rowspans_blank`: blank cells go on for them."""
    out: Matrix = []
    open_spans: list[tuple[int, int]] = []
    for row in printed.rows:
        cells = [(slot.column, slot.text) for slot in row]
        if rowspans_blank:
            cells += [(column, "") for column, left in open_spans if left > 0]
        open_spans = [(column, left - 1) for column, left in open_spans if left > 1]
        open_spans += [(slot.column, slot.rowspan - 1) for slot in row if slot.rowspan > 1]
        out.append([text for _, text in sorted(cells, key=lambda c: c[0])])
    return out


def trows(rows: Sequence[Sequence[Slot]]) -> str:
    """HTML rows with their spans."""
    out = []
    for row in rows:
        cells = "".join(
            f"<td{_span('rowspan', s.rowspan)}{_span('colspan', s.colspan)}>{_content(s.text)}</td>"
            for s in row
        )
        out.append(f"<tr>{cells}</tr>")
    return "".join(out)


def matrix_html(matrix: Matrix) -> str:
    """An HTML table without any span."""
    rows = "".join("<tr>" + "".join(f"<td>{_content(t)}</td>" for t in row) + "</tr>" for row in matrix)
    return f"<table>{rows}</table>"


def _span(name: str, number: int) -> str:
    return f" {name}={number}" if number > 1 else ""


def _content(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else "&nbsp;"


# ---------------------------------------------------------------------- HTML


def plain(printed: Printed, rng: random.Random) -> str:
    return f"<table>{trows(printed.rows)}</table>"


def nested(printed: Printed, rng: random.Random) -> str:
    inner = f"<table>{trows(printed.rows)}</table>"
    return f"<table><tr><td>索引号</td><td>X-1</td></tr><tr><td colspan=2>{inner}</td></tr></table>"


def spelled(printed: Printed, rng: random.Random) -> str:
    """Labels broken over spans, paragraphs and runs of &nbsp;; values padded; half-width forms."""

    def bend(text: str) -> str:
        if not text or any(c.isdigit() for c in text):
            return (
                escape(text.replace("（", "(").replace("）", ")").replace("1.", "1、 "))
                if "." in text
                else f" {escape(text)}&nbsp;"
            )
        at = rng.randrange(len(text) + 1)
        joint = rng.choice(["</span><span>", "<br/>", "</p><p>", "&nbsp; &nbsp;", "\n   ", "\u200b"])
        return f"<span>{escape(text[:at])}{joint}{escape(text[at:])}</span>"

    rows = []
    for row in printed.rows:
        cells = "".join(
            f"<td rowspan='{s.rowspan}' colspan='{s.colspan}'><p>{bend(s.text)}</p></td>" for s in row
        )
        rows.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def cut(printed: Printed, rng: random.Random) -> str:
    """A page break: two tables, the header repeated or not; open rowspans go on as blank or cut cells."""
    if len(printed.rows) - printed.header_rows < 4 or printed.name == "active_disclosure":
        return plain(printed, rng)
    at = rng.randrange(printed.header_rows + 1, len(printed.rows) - 1)
    first = [
        tuple(s._replace(rowspan=min(s.rowspan, at - r)) for s in row)
        for r, row in enumerate(printed.rows[:at])
    ]
    going_on = [
        s._replace(text=rng.choice(["", s.text, s.text[-2:]]), rowspan=r + s.rowspan - at)
        for r, row in enumerate(printed.rows[:at])
        for s in row
        if r + s.rowspan > at
    ]
    second = list(printed.rows[at:])
    second[0] = tuple(sorted([*going_on, *second[0]], key=lambda s: s.column))
    head = list(printed.rows[: printed.header_rows]) if rng.random() < 0.5 else []
    return f"<table>{trows(first)}</table><p>— 5 —</p><table>{trows(head + second)}</table>"


def row_tables(printed: Printed, rng: random.Random) -> str:
    return "".join(matrix_html([row]) for row in ragged(printed))


# ---------------------------------------------------------------------- text


def pipes(matrix: Callable[[Printed], Matrix], *, ends: bool) -> Draw:
    def draw(printed: Printed, rng: random.Random) -> str:
        lines = []
        for row in matrix(printed):
            cells = [" ".join(text.split()) for text in row]
            lines.append(("| " if ends else "") + " | ".join(cells) + " |")
        if ends:
            lines.insert(1, "|" + " --- |" * len(matrix(printed)[0]))
        return "\n".join(lines)

    return draw


def tabbed(matrix: Callable[[Printed], Matrix]) -> Draw:
    return lambda printed, rng: "\n".join("\t".join(row) for row in matrix(printed))


def tab_cells(printed: Printed, rng: random.Random) -> str:
    return "\n".join(
        "\n".join(f"\t{text}" for text in row) + "\n" for row in ragged(printed, rowspans_blank=True)
    )


def cell_lines(printed: Printed, rng: random.Random) -> str:
    """A cell on each line; blank cells are lost."""
    gap = rng.choice(["\n", "\n\n"])
    return gap.join(text for row in ragged(printed) for text in row if text)


def row_lines(printed: Printed, rng: random.Random) -> str:
    """A row on each line; blank cells are lost."""
    return "\n".join(" ".join(text for text in row if text) for row in ragged(printed))


def wrapped_rows(printed: Printed, rng: random.Random) -> str:
    """As a page of PDF gives it: labels over several lines, the values beside the first or the middle one."""
    lines: list[str] = []
    for row in printed.rows:
        labels = [s for s in row if s.path is None and s.text]
        values = " ".join(s.text for s in row if s.path is not None and s.text)
        lead, label = (labels[:-1], labels[-1].text) if labels else ([], "")
        lines += [s.text for s in lead]
        width = rng.choice([8, 12, 16])
        parts = [label[i : i + width] for i in range(0, len(label), width)] or [""]
        at = len(parts) // 2 if rng.random() < 0.5 else 0
        for i, part in enumerate(parts):
            lines.append(f"{part} {values}".strip() if i == at and values else part)
        if rng.random() < 0.05:
            lines.append(f"— {rng.randrange(1, 30)} —")
    return "\n".join(line for line in lines if line)


def flat(printed: Printed, rng: random.Random) -> str:
    """Everything on one line, single spaces."""
    return row_lines(printed, rng).replace("\n", " ")


def glued(printed: Printed, rng: random.Random) -> str:
    """Everything on one line without any separator."""
    return "".join(text for row in ragged(printed) for text in row)


HTML_SHAPES: dict[str, Draw] = {
    "plain": plain,
    "nested": nested,
    "spelled": spelled,
    "cut": cut,
    "row-tables": row_tables,
    "no-spans": lambda p, r: matrix_html(ragged(p)),
    "blank-rowspans": lambda p, r: matrix_html(ragged(p, rowspans_blank=True)),
    "filled": lambda p, r: matrix_html(filled(p)),
    "repeated": lambda p, r: matrix_html(filled(p, repeat=True)),
}
TEXT_SHAPES: dict[str, Draw] = {
    "pipes-ragged": pipes(ragged, ends=False),
    "pipes-filled": pipes(filled, ends=False),
    "markdown": pipes(filled, ends=True),
    "markdown-repeated": pipes(lambda p: filled(p, repeat=True), ends=True),
    "tabs-filled": tabbed(filled),
    "tabs-ragged": tabbed(ragged),
    "tabs-repeated": tabbed(lambda p: filled(p, repeat=True)),
    "tab-cells": tab_cells,
    "cell-lines": cell_lines,
    "row-lines": row_lines,
    "wrapped-rows": wrapped_rows,
    "flat": flat,
    "glued": glued,
}
