"""Figures in a PDF that nobody can see, or that a line strikes out: never values, always flagged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.model import Grid
from pipelines.report.readers import pdf
from pipelines.report.readers.pdf_glyphs import UNKNOWN
from tests.report.test_pdf_documents import CELLS, FONT, drawn, small_report

ENGINES = ("pdfium", "pdfplumber")


def cells(draw: Callable[[Any], None], engine: pdf.Engine) -> list[str]:
    document = pdf.read(drawn(draw), engine=engine)
    (grid,) = (block for block in document.blocks if isinstance(block, Grid))
    return [cell.text for cell in grid.cells]


def with_figure(paint: Callable[[Any], None]) -> Callable[[Any], None]:
    """The small report, its last cell left to `paint` (the cell's number stands at 305, 662)."""

    def draw(canvas: Any) -> None:
        CELLS[-1], kept = "", CELLS[-1]
        try:
            small_report(canvas)
        finally:
            CELLS[-1] = kept
        paint(canvas)

    return draw


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_in_the_papers_colour_is_no_value(engine: pdf.Engine) -> None:
    def white(canvas: Any) -> None:
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(305, 662, "7777")

    assert cells(with_figure(white), engine) == [*CELLS[:-1], UNKNOWN * 4]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_painted_over_is_no_value(engine: pdf.Engine) -> None:
    def covered(canvas: Any) -> None:
        canvas.drawString(305, 662, "7777")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(302, 655, 60, 20, stroke=0, fill=1)

    assert cells(with_figure(covered), engine) == [*CELLS[:-1], UNKNOWN * 4]


@pytest.mark.parametrize("engine", ENGINES)
def test_white_on_a_dark_cell_is_read(engine: pdf.Engine) -> None:
    def reversed_out(canvas: Any) -> None:
        canvas.setFillColorRGB(0, 0.1, 0.4)
        canvas.rect(301, 653, 98, 28, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(305, 662, "7777")

    assert cells(with_figure(reversed_out), engine) == [*CELLS[:-1], "7777"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("printed", ["5", "7777"])
def test_a_number_struck_out_is_no_value(printed: str, engine: pdf.Engine) -> None:
    def struck(canvas: Any) -> None:
        canvas.drawString(305, 662, printed)
        canvas.setLineWidth(0.6)
        canvas.line(305, 666, 305 + canvas.stringWidth(printed, FONT, 12), 666)

    assert cells(with_figure(struck), engine) == [*CELLS[:-1], UNKNOWN * len(printed)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_underlined_is_a_value(engine: pdf.Engine) -> None:
    def underlined(canvas: Any) -> None:
        canvas.drawString(305, 662, "7777")
        canvas.line(305, 660, 305 + canvas.stringWidth("7777", FONT, 12), 660)

    assert cells(with_figure(underlined), engine) == [*CELLS[:-1], "7777"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_light_shade_behind_numbers_hides_nothing(engine: pdf.Engine) -> None:
    def shaded(canvas: Any) -> None:
        canvas.setFillColorRGB(0.93, 0.93, 1)
        canvas.rect(301, 653, 98, 28, stroke=0, fill=1)
        canvas.setFillColorRGB(0.4, 0.4, 0.4)
        canvas.drawString(305, 662, "7777")

    assert cells(with_figure(shaded), engine) == [*CELLS[:-1], "7777"]
