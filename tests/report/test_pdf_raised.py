"""A note's digit in a PDF: smaller than the figure before it, and set higher or lower."""

from __future__ import annotations

import pytest

from pipelines.report.readers.pdf_page import Char
from pipelines.report.readers.pdf_text import cell_text
from pipelines.report.values import parse_value


def figure(text: str, *, size: float = 10.0, x: float = 0.0, middle: float = 20.0) -> list[Char]:
    """Digits of one size in a row, `middle` points from the top."""
    wide = size / 2
    return [
        Char(c, x + k * wide, middle - size / 2, x + (k + 1) * wide, middle + size / 2, k)
        for k, c in enumerate(text)
    ]


@pytest.mark.parametrize("middle", [17.0, 23.0])
def test_a_raised_or_lowered_digit_joins_no_figure(middle: float) -> None:
    text = cell_text([*figure("88"), *figure("12", size=7, x=10, middle=middle)])
    assert text == "88¹²"
    assert (parse_value(text).number, parse_value(text).code) == (88, "cell-annotated")


@pytest.mark.parametrize(("size", "middle"), [(10.0, 20.8), (9.2, 20.4), (10.0, 17.0)])
def test_digits_of_one_size_are_one_figure(size: float, middle: float) -> None:
    assert cell_text([*figure("88"), *figure("1", size=size, x=10, middle=middle)]) == "881"


def test_a_small_figure_of_its_own_is_a_figure() -> None:
    assert cell_text(figure("12", size=6)) == "12"
