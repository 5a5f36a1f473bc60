"""Reading HTML beside lxml merely parsing it: `python -m benchmarks.read_html`.

The pages are made here, each round from other seeds, so that no prose comes twice and nothing but the
form's own words can be known from before; the real samples join them where the checkout has them. Both
ways take turns on each page in one process. Times are processor time, the table shows medians of the
rounds' ratios: only these mean anything on a noisy machine. "Cells right" compares with what the pages were
made from.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

import click
from lxml import html
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.report.read import read_body
from pipelines.report.readers import open_document
from tests.made.truth import make
from tests.report import oracle
from tests.report.shapes import HTML_SHAPES, document

SAMPLES = Path(__file__).resolve().parents[1] / "../shared/samples"
SHAPES = ("plain", "nested", "spelled", "cut", "row-tables", "repeated")
REPEATS = 3
"""Each page is read as often in a round, and the quickest counts: a pause of the collector is no one's."""
_CELL = "width=72 valign=center nowrap style='width:53.9pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt'"
_PARAGRAPH = (
    "class=MsoNormal align=center style='text-align:center;line-height:20.0pt;"
    "mso-line-height-rule:exactly;layout-grid-mode:char;mso-pagination:widow-orphan'"
)
_SPAN = (
    'lang=EN-US style=\'font-size:10.5pt;font-family:"Times New Roman",serif;mso-fareast-font-family:宋体;'
    "mso-bidi-font-family:宋体;color:black;mso-font-kerning:0pt'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the value of each of its cells, by path."""

    name: str
    body: bytes
    cells: dict[str, Any]


def pages(number: int) -> Iterator[Page]:
    """The set of one round."""
    for path in sorted(SAMPLES.glob("*.html")):
        truth = json.loads((SAMPLES / f"truth/{path.stem}.json").read_text("utf-8"), parse_float=Decimal)
        cells = {
            f"{name}.{row}.{column}": value
            for name in ("active_disclosure", "requests", "review")
            for row, values in truth[name].items()
            for column, value in values.items()
            if not isinstance(value, dict)  # the truth itself is uncertain
        }
        yield Page(f"real: {path.stem}", path.read_bytes(), cells)
    for shape in SHAPES:
        truth = make(f"benchmark/{shape}/{number}")
        body = document(truth, HTML_SHAPES[shape], random.Random(number), html=True)
        yield Page(f"made: {shape}", body, dict(truth.cells()))
    for times in (1, 3):
        truth = make(f"benchmark/word/{number}")
        body = document(truth, HTML_SHAPES["plain"], random.Random(number), html=True)
        yield Page(f"made: Word, spans × {times}", word(body, times), dict(truth.cells()))


def word(body: bytes, spans: int) -> bytes:
    """The page as Word writes it: every paragraph, cell and few letters in markup of their own."""

    def dressed(found: re.Match[str]) -> str:
        text = found[1]
        pieces = re.findall(r"&[a-z]+;|.{1,4}", text) if not text.isdigit() else [text]
        opened, closed = f"<span {_SPAN}>" * spans, "</span>" * spans
        return (
            f"<p {_PARAGRAPH}>" + "".join(f"{opened}{piece}{closed}" for piece in pieces) + "<o:p></o:p></p>"
        )

    text = re.sub(r"<p>(.*?)</p>", dressed, body.decode())
    return text.replace("<td", f"<td {_CELL}").encode()


WAYS: dict[str, Callable[[bytes], object]] = {
    "lxml": html.document_fromstring,
    "opened": open_document,
    "report": read_body,
}


def quickest(way: str, body: bytes) -> float:
    """Milliseconds of processor time that a way takes for a page."""
    times = []
    for _ in range(REPEATS):
        start = process_time_ns()
        WAYS[way](body)
        times.append(process_time_ns() - start)
    return min(times) / 1e6


def right(page: Page) -> int:
    """How many of the page's cells come out as they are."""
    found = oracle.cells(read_body(page.body))
    return sum(path in found and found[path] == value for path, value in page.cells.items())


@click.command(help=__doc__)
@click.option("--rounds", default=9, show_default=True)
def main(rounds: int) -> None:
    times: dict[str, dict[str, list[float]]] = {}
    sizes: dict[str, list[int]] = {}
    cells: dict[str, list[tuple[int, int]]] = {}
    for number in track(range(rounds), "reading", console=Console(stderr=True), transient=True):
        for page in pages(number):
            own = times.setdefault(page.name, {way: [] for way in WAYS})
            for way in WAYS:
                own[way].append(quickest(way, page.body))
            sizes.setdefault(page.name, []).append(len(page.body))
            cells.setdefault(page.name, []).append((right(page), len(page.cells)))
    table = Table("page", title=f"medians of {rounds} rounds, processor time")
    for heading in ("KB", "lxml ms", "opened ÷ lxml", "report ms", "report ÷ lxml", "cells right"):
        table.add_column(heading, justify="right")
    for name, own in times.items():
        good, all_of = (sum(column) for column in zip(*cells[name], strict=True))
        table.add_row(
            name,
            f"{median(sizes[name]) / 1024:.0f}",
            f"{median(own['lxml']):.2f}",
            f"{_ratio(own['opened'], own['lxml']):.1f}",
            f"{median(own['report']):.2f}",
            f"{_ratio(own['report'], own['lxml']):.1f}",
            f"{good} of {all_of}",
        )
    totals = {way: sum(sum(own[way]) for own in times.values()) for way in WAYS}
    table.add_section()
    table.add_row(
        "all, summed",
        "",
        f"{totals['lxml'] / rounds:.2f}",
        f"{totals['opened'] / totals['lxml']:.1f}",
        f"{totals['report'] / rounds:.2f}",
        f"{totals['report'] / totals['lxml']:.1f}",
        "{} of {}".format(*(sum(part) for part in zip(*chain(*cells.values()), strict=True))),
    )
    Console().print(table)


def _ratio(ours: list[float], floor: list[float]) -> float:
    return median(a / b for a, b in zip(ours, floor, strict=True))


if __name__ == "__main__":
    main()
