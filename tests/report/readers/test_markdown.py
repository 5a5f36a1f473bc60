"""Markdown and drawn text: what marks, frames and HTML inside them leave of the tables."""

from __future__ import annotations

import random
import time
import unicodedata

import pytest

from pipelines.report.read import read_body
from pipelines.report.readers.sniff import HTML, TEXT, sniff
from tests.made.layout import Printed
from tests.made.truth import make
from tests.report.shapes import Draw, Matrix, document, filled, pipes, ragged, trows
from tests.report.test_shapes import lost, silent_errors


def marked(matrix: Matrix) -> str:
    """A Markdown table, its cells as they are given."""
    lines = ["| " + " | ".join(row) + " |" for row in matrix]
    lines.insert(1, "|" + " :---: |" * len(matrix[0]))
    return "\n".join(lines)


def bold(printed: Printed, rng: random.Random) -> str:
    def mark(text: str) -> str:
        return text and (f"*{text}*" if text.isdigit() else f"**{text}**")

    return marked([[mark(text) for text in row] for row in filled(printed)])


def broken(printed: Printed, rng: random.Random) -> str:
    return marked([[f"{t[:4]}<br>{t[4:]}" if len(t) > 6 else t for t in row] for row in filled(printed)])


def entities(printed: Printed, rng: random.Random) -> str:
    return marked([[text or "&nbsp;" for text in row] for row in filled(printed)])


def escaped(printed: Printed, rng: random.Random) -> str:
    return marked([[text.replace("/", "\\|") for text in row] for row in filled(printed)])


def quoted(printed: Printed, rng: random.Random) -> str:
    return "\n".join(f"> {line}" for line in marked(filled(printed)).split("\n"))


def html_inside(printed: Printed, rng: random.Random) -> str:
    """As document converters write tables with merged cells."""
    return f"<html><body><table>\n{trows(printed.rows)}\n</table></body></html>"


def html_on_lines(printed: Printed, rng: random.Random) -> str:
    return "<table>\n" + trows(printed.rows).replace("<t", "\n<t") + "\n</table>\n"


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def boxed(corner: str, line: str, rule: str) -> Draw:
    """Frames of characters, a rule under each row, labels over two lines."""

    def draw(printed: Printed, rng: random.Random) -> str:
        rows: list[Matrix] = []
        for row in filled(printed):
            parts = [[t[:5] for t in row], [t[5:] for t in row]] if max(map(len, row)) > 8 else [row]
            rows.append(parts)
        widths = [max(width(part[i]) for parts in rows for part in parts) for i in range(printed.width)]
        across = corner + corner.join(rule * (n + 2) for n in widths) + corner
        out = [across]
        for parts in rows:
            for part in parts:
                cells = (f" {text}{' ' * (n - width(text))} " for text, n in zip(part, widths, strict=True))
                out.append(line + line.join(cells) + line)
            out.append(across)
        return "\n".join(out)

    return draw


def cell_on_a_line(printed: Printed, rng: random.Random) -> str:
    """A pipe alone before each row, one at the end of each cell."""
    return "\n".join("|\n" + "\n".join(f"{t} |" for t in row) for row in ragged(printed, rowspans_blank=True))


SHAPES: dict[str, Draw] = {
    "cell-on-a-line": cell_on_a_line,
    "bold": bold,
    "broken": broken,
    "entities": entities,
    "escaped": escaped,
    "quoted": quoted,
    "html": html_inside,
    "html-lines": html_on_lines,
    "boxes": boxed("┼", "│", "─"),
    "ascii": boxed("+", "|", "-"),
    "full-width-gaps": lambda p, r: "\n".join("　　".join(row) for row in filled(p)),
}


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("year", [2020, 2023])
def test_a_filled_report_comes_back_whole(shape: str, year: int) -> None:
    truth = make(5, year=year, busy=0.5)
    body = document(truth, SHAPES[shape], random.Random(5), html=False)
    body = body.replace("一、总体".encode(), "## 一、总体".encode()).replace(
        "\n五、".encode(), "\n## **五、".encode()
    )
    report = read_body(body.replace("改进情况\n".encode(), "改进情况**\n".encode()))
    assert lost(truth, report) == []
    assert (report.organization, report.year) == (truth.organization, truth.year)
    assert {1, 5, 6} <= {section.number for section in report.sections}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_a_byte_order_mark_and_other_line_ends_change_nothing(encoding: str, end: str) -> None:
    truth = make(5, year=2023, busy=0.5)
    body = document(truth, pipes(filled, ends=True), random.Random(5), html=False)
    report = read_body(body.decode().replace("\n", end).encode(encoding))
    assert lost(truth, report) == []


@pytest.mark.parametrize(
    "printed", ["22<sup>1</sup>", "~~22~~ 23", "22[^1]", "22\\*", "<del>22</del>23", "`2` `2`"]
)
def test_a_mark_that_may_change_a_figure_is_no_part_of_it(printed: str) -> None:
    truth = make(5, year=2023, busy=0.5)
    body = document(truth, pipes(filled, ends=True), random.Random(5), html=False).decode()
    row = next(line for line in body.split("\n") if "7.属于行政执法案卷" in line)
    cells = row.split(" | ")
    cells[3] = printed
    report = read_body(body.replace(row, " | ".join(cells)).encode())
    assert report.requests is not None
    assert report.requests["denied_enforcement_file"]["natural_person"] in (None, 22)
    finding = [f for f in report.findings if f.where == "requests.denied_enforcement_file.natural_person"]
    assert len(finding) == 1


def test_a_page_that_holds_a_markdown_table_in_a_script_is_a_page() -> None:
    assert sniff(b"<!DOCTYPE html><html><script>\n| --- | --- |\n</script></html>") == HTML
    assert sniff("正文<br>\n| a | b |\n| --- | --- |\n".encode()) == TEXT
    assert sniff("<p>正文</p>".encode()) == HTML


def test_a_table_that_never_ends_is_text() -> None:
    truth = make(5, year=2023, busy=0.5)
    body = document(truth, pipes(filled, ends=True), random.Random(5), html=False)
    report = read_body(body + "\n<table><tr><td>附件".encode())
    assert silent_errors(truth, report) == []


@pytest.mark.parametrize(
    "line", ["*" * 20_000, "[" * 20_000, "<" * 20_000, "| " * 20_000, "**a " * 9_000, "\\|" * 9_000]
)
def test_marks_without_end_cost_no_more_than_their_length(line: str) -> None:
    start = time.perf_counter()
    read_body(f"# 一、总体情况\n\n| a | b |\n| --- | --- |\n| {line} | 1 |\n{line}\n".encode())
    assert time.perf_counter() - start < 20
