"""Random reports with everything that published ones do to the form, through every producer and back.

A seeded corpus, the same each time; `python -m tests.report.round_trips` runs as many more as one likes.
"""

from __future__ import annotations

import pytest

from tests.made.converters import ConverterMissing
from tests.made.paper import VARIATIONS, draw
from tests.report.producers import QUICK
from tests.report.round_trips import verdicts

DOCUMENTS = {"pdf-reportlab": 16, "ofd": 4, "pdfplumber-text": 4, "docx": 12, "html": 24}
"""How many papers go through a quick producer; others get 8."""
SEEDS = 5000
"""Papers of the suite begin with this seed; each producer has seeds of its own."""


def check(producer: str, seeds: range, least_right: float) -> None:
    try:
        found = list(verdicts(producer, [draw(seed) for seed in seeds]))
    except ConverterMissing as missing:
        pytest.skip(str(missing))
    silent = {
        (paper.seed, paper.variations): verdict.silent
        for paper, _, verdict in found
        if verdict is not None and verdict.silent
    }
    assert silent == {}
    judged = [verdict for _, _, verdict in found if verdict is not None]
    assert sum(v.right for v in judged) >= least_right * sum(v.cells for v in judged)
    assert judged


@pytest.mark.parametrize("producer", sorted(QUICK))
def test_no_cell_is_read_wrong_silently(producer: str) -> None:
    first = SEEDS + 100 * sorted(QUICK).index(producer)
    structured = producer.startswith(("html", "docx", "xls", "zip", "ofd", "pdf-"))
    check(producer, range(first, first + DOCUMENTS.get(producer, 8)), 0.95 if structured else 0)


@pytest.mark.parametrize(
    ("producer", "count"), [("pdf-chromium", 8), ("pdf-libreoffice-web", 6), ("docx-libreoffice", 6)]
)
def test_no_cell_of_a_converted_page_is_read_wrong_silently(producer: str, count: int) -> None:
    check(producer, range(SEEDS, SEEDS + count), 0.85)


@pytest.mark.parametrize("name", VARIATIONS)
def test_no_variation_is_read_wrong_silently(name: str) -> None:
    for producer in ("html", "text-row-lines", "text-cell-lines"):
        for seed in (1, 2):
            _, _, verdict = next(verdicts(producer, [draw(f"{name}/{seed}", [name])]))
            assert verdict is not None
            assert verdict.silent == ()
