"""The makers of test documents: consistent truths, and every cell of a truth once in what is made of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import lxml.html
import pytest

from tests.made import form, html, layout, pdf, text
from tests.made.truth import Truth, make, with_blank_zeros, with_errors

APPLICANTS = [key for key, _ in form.APPLICANTS]


@pytest.mark.parametrize("seed", range(30))
def test_a_truth_keeps_every_identity_and_follows_on_from_the_year_before(seed: int) -> None:
    first = make(seed, year=2023)
    second = make(f"{seed} again", year=2024, organization=first.organization, previous=first)
    for truth in (first, second):
        table = {row: {c: int(v or 0) for c, v in cells.items()} for row, cells in truth.requests.items()}
        for cells in table.values():
            assert sum(cells[key] for key in APPLICANTS) == cells["total"]
        outcomes = [row for row in table if row not in ("received", "carried_in", *BELOW)]
        for column in (*APPLICANTS, "total"):
            done = table["total_processed"][column]
            assert sum(table[row][column] for row in outcomes) == done
            entered = table["received"][column] + table["carried_in"][column]
            assert entered == done + table["carried_forward"][column]
        assert all(value >= 0 for cells in table.values() for value in cells.values())
    assert second.requests["carried_in"] == first.requests["carried_forward"]
    assert make(seed, year=2023) == first


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_the_layout_prints_every_cell_once(edition: str) -> None:
    truth = make(1, editions=dict.fromkeys(("active_disclosure", "requests", "review"), edition))
    for review_tables in (1, 3):
        printed = [t for part in layout.tables(truth, review_tables=review_tables).values() for t in part]
        paths = [slot.path for t in printed for row in t.rows for slot in row if slot.path]
        assert sorted(paths) == sorted(truth.cells())
        for grid in printed:
            area = sum(slot.rowspan * slot.colspan for row in grid.rows for slot in row)
            assert area == grid.width * len(grid.rows), "spans fill the grid without gaps or overlaps"


@pytest.mark.parametrize("name", html.STYLES)
def test_a_page_holds_every_value_in_any_style(name: str) -> None:
    style = html.STYLES[name]
    truth = make(2, busy=0.5)
    page = lxml.html.fromstring(html.page(truth, style).decode(style.encoding))
    shown = ["".join(cell.itertext()).strip(" \xa0\n") for cell in page.iter("td")]
    assert sum(number.isdigit() for number in shown) >= len(truth.cells()) - 2
    assert truth.organization in "".join(page.itertext())


@pytest.mark.parametrize("name", pdf.PDF_STYLES)
def test_a_pdf_is_the_same_bytes_each_time(name: str) -> None:
    truth = make(3)
    assert pdf.pdf(truth, pdf.PDF_STYLES[name]) == pdf.pdf(truth, pdf.PDF_STYLES[name])


def test_errors_and_blanks_are_told() -> None:
    truth = make(4, busy=0.5)
    wrong = with_errors(truth)
    assert {path for path, value in wrong.cells().items() if truth.cells()[path] != value} == set(
        wrong.errors
    )
    blank = with_blank_zeros(truth, "requests")
    assert blank.blank == {p for p, v in truth.cells().items() if v == 0 and p.startswith("requests")}


@pytest.mark.parametrize("shape", [text.as_from_pdf, text.as_from_web])
def test_text_holds_the_rows_in_order(shape: Callable[[Truth], str]) -> None:
    truth = make(5, busy=0.9)
    numbers = [word for word in shape(truth).split() if word.isdigit()]
    row = [str(truth.requests["received"][key]) for key in (*APPLICANTS, "total")]
    assert any(numbers[i : i + 7] == row for i in range(len(numbers)))


@pytest.mark.parametrize(
    ("convert", "opening"),
    [
        (pdf.html_to_pdf_chromium, b"%PDF-"),
        (pdf.html_to_pdf_libreoffice, b"%PDF-"),
        (pdf.html_to_docx_libreoffice, b"PK"),
    ],
)
def test_office_programs_convert_a_page(convert: Callable[[bytes], bytes], opening: bytes) -> None:
    try:
        assert convert(html.page(make(6))).startswith(opening)
    except pdf.ConverterMissing as missing:
        pytest.skip(str(missing))
    except subprocess.TimeoutExpired:
        pytest.skip("the converter took too long on this machine")


BELOW = ("total_processed", "carried_forward")
