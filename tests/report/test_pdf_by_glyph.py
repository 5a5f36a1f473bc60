"""PDFs as WPS and converters write them: each glyph placed by itself, rules as slivers of rectangles."""

from __future__ import annotations

import random
from typing import Any

import pytest

from pipelines.report.model import Grid
from pipelines.report.readers import pdf
from pipelines.report.readers.pdf_pieces import letters, pieces
from tests.report.test_pdf_documents import CELLS, FONT, TITLE, drawn

ENGINES = ("pdfium", "pdfplumber")


def by_glyph(canvas: Any, x: float, y: float, text: str, *, shuffled: bool = False) -> None:
    spots = []
    for character in text:
        spots.append((x, character))
        x += canvas.stringWidth(character, FONT, 12)
    if shuffled:
        random.Random(text).shuffle(spots)
    for at, character in spots:
        canvas.drawString(at, y, character)


def slivers(canvas: Any, lo: float, hi: float, at: float, *, down: bool) -> None:
    """One rule as filled rectangles of 7 points, half a point thick."""
    while lo < hi:
        long = min(7, hi - lo)
        x, y, wide, high = (at, lo, 0.5, long) if down else (lo, at, long, 0.5)
        canvas.rect(x, y, wide, high, stroke=0, fill=1)
        lo += long


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "in no order"])
def test_glyphs_and_slivers_are_cells(engine: pdf.Engine, shuffled: bool) -> None:
    def draw(canvas: Any) -> None:
        by_glyph(canvas, 100, 762, TITLE, shuffled=shuffled)
        for k in range(4):
            slivers(canvas, 100, 400, 742 - 30 * k, down=False)
            slivers(canvas, 652, 742, 100 + 100 * k, down=True)
        for k, text in enumerate(CELLS):
            by_glyph(canvas, 105 + 100 * (k % 3), 722 - 30 * (k // 3), text, shuffled=shuffled)

    document = pdf.read(drawn(draw), engine=engine)
    (grid,) = (block for block in document.blocks if isinstance(block, Grid))
    assert [cell.text for cell in grid.cells] == CELLS


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_of_two_cells_set_in_one_go_stay_two(engine: pdf.Engine) -> None:
    """`12 34` printed as one string whose gap a rule fills: the rule decides, not the string."""

    def draw(canvas: Any) -> None:
        for k in range(3):
            canvas.line(100, 742 - 30 * k, 140, 742 - 30 * k)
        for x in (100, 120, 140):
            canvas.line(x, 682, x, 742)
        for y, text in ((722, "甲乙丙"), (692, "1234")):
            canvas.drawString(120 - canvas.stringWidth(text, FONT, 12) / 2, y, text)

    document = pdf.read(drawn(draw), engine=engine)
    (grid,) = (block for block in document.blocks if isinstance(block, Grid))
    texts = [cell.text for cell in grid.cells]
    assert "1234" not in texts  # one number across a rule is unclear, never a value
    assert not {"12", "34"} & set(texts)
    assert [finding.code for finding in document.findings] == ["rules-unclear"]


def test_pieces_part_where_reading_could_part() -> None:
    shown = ["本", "年", "1", "2", "3", "4", " ", "5"]
    lefts = [0.0, 10, 20, 25, 31, 36, 41, 46]
    rights = [10.0, 20, 25, 30, 36, 41, 46, 51]
    found = pieces(shown, lefts, [0.0] * 8, rights, [10.0] * 8)
    assert [piece.text for piece in found] == ["本年12", "34", " ", "5"]
    assert [(one.text, one.x0, one.x1) for one in letters(found[:1])] == list(
        zip(shown[:4], lefts[:4], rights[:4], strict=True)
    )


def test_a_figure_set_high_is_a_piece_of_its_own() -> None:
    found = pieces(["1", "2", "3"], [0.0, 5, 10], [0.0, 0, -2], [5.0, 10, 13], [10.0, 10, 4])
    assert [piece.text for piece in found] == ["12", "3"]
