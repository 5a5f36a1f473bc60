"""Reading PDFs beside pdfplumber, bare pdfium text and others: `python -m benchmarks.read_pdf`.

The documents are made here (ReportLab always, Chromium and LibreOffice where installed); the real sample
joins them where the checkout has it. All ways take turns on each document in one process, several rounds;
the table shows medians and, for each document, the ratio of the same rounds. "× plain" is how many times
as fast as plain pdfplumber a way is, "÷ bare text" the share of bare pdfium text's speed that it keeps. Only
these ratios mean anything on a noisy machine. Peak memory is that of a process of its own that reads every
document once.

"Cells right" compares with what the documents were made from. Everybody's tables are handed to the same
label matching as ours, so that the count judges the tables and not the names given to them. PyMuPDF, camelot
and `pdftotext -layout` read every few documents once where they are installed: they are no part of the
project, and some take seconds for a document.
"""

from __future__ import annotations

import io
import json
import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.report.model import Block, Cell, Document, Grid, Paragraph, Report
from pipelines.report.read import read_body, read_document
from pipelines.report.readers import pdf
from pipelines.report.readers.text import read as read_text
from tests.made import pdf as made
from tests.made.truth import make
from tests.report import oracle
from tests.report import pdf_variants as variants

SAMPLE = Path(__file__).resolve().parents[1] / "../shared/samples/huaian-2024.pdf"
CHOSEN = ("solid", "thick", "dashed", "dotted", "separate", "no-sides", "word")
PLAIN, TEXT, OURS = "plain pdfplumber", "pdfium text", "gongkai"
REPORT = "gongkai, to the report"


@dataclass(frozen=True, slots=True)
class Made:
    """A document and the value of each of its cells, by path."""

    name: str
    body: bytes
    cells: dict[str, Any]


def documents() -> Iterator[Made]:
    """The mixed set."""
    if SAMPLE.exists():
        truth = json.loads((SAMPLE.parent / "truth/huaian-2024.json").read_text(), parse_float=Decimal)
        cells = {
            f"{name}.{row}.{column}": value
            for name in ("active_disclosure", "requests", "review")
            for row, values in truth[name].items()
            for column, value in values.items()
            if not isinstance(value, dict)  # the truth itself is uncertain
        }
        yield Made("real: huaian-2024", SAMPLE.read_bytes(), cells)
    for name, style in made.PDF_STYLES.items():
        report = make(f"benchmark/{name}")
        yield Made(f"ReportLab: {name}", made.pdf(report, style), dict(report.cells()))
    chosen = tuple(variant for variant in variants.BORDERS if variant.name in CHOSEN) + variants.BREAKS[::10]
    for producer, printer in (
        ("Chromium", made.html_to_pdf_chromium),
        ("LibreOffice", made.html_to_pdf_libreoffice),
    ):
        try:
            printed = variants.parts(printer(variants.page(chosen)), chosen)
        except made.ConverterMissing as missing:
            print(f"{producer} left out: {missing}", file=sys.stderr)
            continue
        for variant in chosen:
            cells = dict(variants.truth_of(variant).cells())
            yield Made(f"{producer}: {variant.name}", printed[variant.name], cells)


def plain_pdfplumber(body: bytes) -> Document:
    """What most scripts do: tables and text of every page, with pdfplumber's defaults."""
    import pdfplumber

    blocks: list[Block] = []
    with pdfplumber.open(io.BytesIO(body)) as document:
        for page in document.pages:
            tables = page.extract_tables()
            text = page.extract_text()
            blocks += [Paragraph(line) for line in text.splitlines()]
            blocks += [Grid(tuple(_cells(table))) for table in tables]
    return Document("application/pdf", tuple(blocks))


def _cells(rows: list[list[str | None]]) -> Iterator[Cell]:
    """pdfplumber says None for a slot that a merged cell covers."""
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is None:
                continue
            wide = 1
            while c + wide < len(row) and row[c + wide] is None:
                wide += 1
            high = 1
            while r + high < len(rows) and all(cell is None for cell in rows[r + high][c : c + wide]):
                high += 1
            yield Cell(text, r, c, high, wide)


def pdfium_text(body: bytes) -> None:
    """The floor: every page's text and nothing done with it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(body)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()


def pymupdf_tables(body: bytes) -> Document:
    """PyMuPDF's table finder and text."""
    pymupdf = import_module("pymupdf")
    blocks: list[Block] = []
    with pymupdf.open(stream=body, filetype="pdf") as document:
        for page in document:
            blocks += [Paragraph(line) for line in page.get_text().splitlines()]
            blocks += [Grid(tuple(_cells(table.extract()))) for table in page.find_tables().tables]
    return Document("application/pdf", tuple(blocks))


def camelot_tables(body: bytes) -> Document:
    """camelot's lattices, and pdfium's text beside them."""
    import pypdfium2

    camelot = import_module("camelot")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(body)
        file.flush()
        tables = camelot.read_pdf(file.name, pages="all", flavor="lattice", suppress_stdout=True)
        grids = [Grid(tuple(_cells([list(row) for row in table.df.to_numpy()]))) for table in tables]
    pages = pypdfium2.PdfDocument(body)
    lines = [line for page in pages for line in page.get_textpage().get_text_range().splitlines()]
    return Document("application/pdf", (*map(Paragraph, lines), *grids))


def pdftotext_layout(body: bytes) -> Document:
    """Poppler's text with its columns kept by spaces, read as any plain text is."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True)
    return read_text(done.stdout)


def _installed() -> dict[str, Callable[[bytes], Document]]:
    """The others that are on this machine; a word on each that is not."""
    others = {"our 2nd engine": lambda body: pdf.read(body, engine="pdfplumber")}
    found = {
        "PyMuPDF": (find_spec("pymupdf") is not None, pymupdf_tables),
        "camelot lattice": (find_spec("camelot") is not None, camelot_tables),
        "pdftotext -layout": (shutil.which("pdftotext") is not None, pdftotext_layout),
    }
    for name, (here, way) in found.items():
        if here:
            others[name] = way
        else:
            print(f"{name} left out: it is not installed", file=sys.stderr)
    return others


WAYS: dict[str, Callable[[bytes], object]] = {
    OURS: lambda body: pdf.read(body),
    REPORT: read_body,
    PLAIN: plain_pdfplumber,
    TEXT: pdfium_text,
}
SHOWN = (OURS, PLAIN)
EVERY = 5
"""The others read every fifth document, once."""


def right(opened: object, document: Made) -> int:
    """How many of the document's cells come out as they are."""
    report = read_document(opened, "0" * 64) if isinstance(opened, Document) else opened
    assert isinstance(report, Report)
    found = oracle.cells(report)
    return sum(path in found and found[path] == value for path, value in document.cells.items())


def seconds(document: Made, rounds: int) -> tuple[dict[str, list[float]], dict[str, object]]:
    """Each way's times, the ways taking turns in every round, and what each gave."""
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    given: dict[str, object] = {}
    for number in range(rounds):
        ways = list(WAYS)
        for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
            start = perf_counter()
            given[way] = WAYS[way](document.body)
            times[way].append(perf_counter() - start)
    return times, given


def _high_water() -> int:
    """Kilobytes. `ru_maxrss` would count what the parent had when it started this process."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def peak_memory(way: str, folder: Path) -> float:
    """Megabytes resident at most, in a process of its own that reads every document once."""
    command = [sys.executable, "-m", "benchmarks.read_pdf", "--memory-of", way, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


@click.command(help=__doc__)
@click.option("--rounds", default=3, show_default=True)
@click.option("--memory-of", type=click.Choice(list(WAYS)), hidden=True)
@click.option("--folder", type=click.Path(path_type=Path), hidden=True)
def main(rounds: int, memory_of: str | None, folder: Path | None) -> None:
    if memory_of is not None and folder is not None:
        for file in sorted(folder.iterdir()):
            WAYS[memory_of](file.read_bytes())
        print(_high_water())
        return
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    compare(rounds, Console())


def compare(rounds: int, console: Console) -> None:
    """Runs everything and prints the tables."""
    chosen = list(documents())
    each = Table("document", "cells", title=f"each document, medians of {rounds} rounds")
    for heading in ("right: ours", "plain", "our ms", "× plain", "÷ bare text"):
        each.add_column(heading, justify="right")
    total: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    cells: dict[str, int] = dict.fromkeys((OURS, REPORT, PLAIN), 0)
    ratios: dict[str, list[float]] = {way: [] for way in WAYS}
    shares: dict[str, list[float]] = {way: [] for way in WAYS}
    for document in track(chosen, "reading", console=Console(stderr=True), transient=True):
        times, given = seconds(document, rounds)
        good = {way: right(given[way], document) for way in cells}
        for way in WAYS:
            total[way] += median(times[way])
            ratios[way].append(median(p / t for p, t in zip(times[PLAIN], times[way], strict=True)))
            shares[way].append(median(f / t for f, t in zip(times[TEXT], times[way], strict=True)))
        for way in cells:
            cells[way] += good[way]
        each.add_row(
            document.name,
            str(len(document.cells)),
            *(str(good[way]) for way in SHOWN),
            f"{median(times[OURS]) * 1000:.0f}",
            f"{ratios[OURS][-1]:.1f}",
            f"{shares[OURS][-1]:.2f}",
        )
    console.print(each)
    console.print(_summary(chosen, total, cells, ratios, shares))
    console.print(_others(chosen[::EVERY]))


def _summary(
    chosen: list[Made],
    total: dict[str, float],
    cells: dict[str, int],
    ratios: dict[str, list[float]],
    shares: dict[str, list[float]],
) -> Table:
    all_cells = sum(len(document.cells) for document in chosen)
    table = Table("way", title=f"all {len(chosen)} documents, {all_cells} cells; ratios are medians")
    for heading in ("seconds", "cells right", "× plain", "÷ bare text", "peak MB"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as name:
        for k, document in enumerate(chosen):
            Path(name, f"{k:03}.pdf").write_bytes(document.body)
        for way in WAYS:
            table.add_row(
                way,
                f"{total[way]:.2f}",
                str(cells.get(way, "–")),
                f"{median(ratios[way]):.1f}",
                f"{median(shares[way]):.2f}",
                f"{peak_memory(way, Path(name)):.0f}",
            )
    return table


def _others(chosen: list[Made]) -> Table:
    all_cells = sum(len(document.cells) for document in chosen)
    table = Table("way", title=f"others, {len(chosen)} documents once, {all_cells} cells")
    table.add_column("seconds", justify="right")
    table.add_column("cells right", justify="right")
    ways: dict[str, Callable[[bytes], object]] = {OURS: WAYS[OURS], PLAIN: WAYS[PLAIN], **_installed()}
    for name, way in ways.items():
        spent, good = 0.0, 0
        for document in track(chosen, name, console=Console(stderr=True), transient=True):
            start = perf_counter()
            given = way(document.body)
            spent += perf_counter() - start
            good += right(given, document)
        table.add_row(name, f"{spent:.2f}", str(good))
    return table


if __name__ == "__main__":
    main()
