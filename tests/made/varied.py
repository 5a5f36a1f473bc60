"""What published reports do to the figures of a truth: blanks, notes, units, marks, sums that don't add up.

Each variation takes a truth and a random source and gives the truth as it is then printed. It says nothing
about how the document is set; labels and rows are varied in `sheets`, the rest of the page in `paper`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.made import form
from tests.made.truth import Number, Truth, make, with_blank_zeros, with_cell, with_errors

Figures = Callable[[Truth, random.Random], Truth]


def drawn(seed: int | str) -> Truth:
    """A truth whose tables may be of different editions, as published hybrids are."""
    rng = random.Random(f"drawn/{seed}")
    if rng.random() < 0.3:
        return make(seed, editions={"active_disclosure": "2021", "requests": "2019", "review": "2019"})
    return make(seed)


def blank_zeros(truth: Truth, rng: random.Random) -> Truth:
    """Zeros left out, in one table or in all."""
    names = sorted(truth.tables())
    return with_blank_zeros(truth, *rng.sample(names, rng.randrange(1, 4)))


def blank_some(truth: Truth, rng: random.Random) -> Truth:
    """Cells blank here and there."""
    for path in rng.sample(sorted(truth.cells()), rng.randrange(1, 25)):
        truth = with_cell(truth, path, None)
    return truth


def blank_organizations(truth: Truth, rng: random.Random) -> Truth:
    """The five columns of legal persons blank, 自然人 and 总计 filled."""
    for row in truth.requests:
        for column, _ in form.APPLICANTS[1:]:
            truth = with_cell(truth, f"requests.{row}.{column}", None)
    return truth


def blank_totals(truth: Truth, rng: random.Random) -> Truth:
    """总计 blank on every row of 办理结果 but the last."""
    for row in truth.requests:
        if row not in ("received", "carried_in", "total_processed", "carried_forward"):
            truth = with_cell(truth, f"requests.{row}.total", None)
    return truth


def wrong_sums(truth: Truth, rng: random.Random) -> Truth:
    """Sums that do not add up in print: one of each identity, or one cell anywhere."""
    if rng.random() < 0.4:
        return with_errors(truth)
    path = rng.choice([p for p in sorted(truth.cells()) if not p.startswith("active")])
    return with_cell(truth, path, int(truth.cells()[path] or 0) + rng.randrange(1, 40))


def annotated(truth: Truth, rng: random.Random) -> Truth:
    """Notes behind figures."""
    notes = (
        "{v}（其中修订 {n} 件）",
        "{v}\n（含自然失效{n}件）",
        "{v}(含上年{n}件)",
        "{v}件（其中：涉企{n}件）",
    )
    for path in _filled(truth, rng, 3):
        value = truth.cells()[path]
        truth = with_cell(truth, path, value, rng.choice(notes).format(v=value, n=rng.randrange(1, 9)))
    return truth


def units(truth: Truth, rng: random.Random) -> Truth:
    """Units behind figures."""
    for path in _filled(truth, rng, 4):
        unit = rng.choice(("件", "项", "条"))
        if path.endswith(".amount"):
            unit = rng.choice(("元", "万元", " 元"))
        truth = with_cell(truth, path, truth.cells()[path], f"{truth.cells()[path]}{unit}")
    return truth


def amounts(truth: Truth, rng: random.Random) -> Truth:
    """Large and finely divided amounts of money."""
    values: tuple[Number, ...] = (
        Decimal("96171.6"), Decimal("0.092"), Decimal("24252.311082"), 0, 251000, Decimal("73802895.9"),
        Decimal("59237.2449"), Decimal("7730.28"),
    )  # fmt: skip
    for path in truth.cells():
        if path.endswith(".amount"):
            truth = with_cell(truth, path, rng.choice(values))
    return truth


def large(truth: Truth, rng: random.Random) -> Truth:
    """Counts of five to seven digits."""
    for path in _filled(truth, rng, 6, "active_disclosure"):
        truth = with_cell(truth, path, rng.randrange(10_000, 9_999_999))
    return truth


def thousands(truth: Truth, rng: random.Random) -> Truth:
    """Commas between thousands."""
    for path, value in truth.cells().items():
        if value is not None and value >= 1000 and path not in truth.printed:
            truth = with_cell(truth, path, value, f"{value:,}")
    return truth


def full_width(truth: Truth, rng: random.Random) -> Truth:
    """Digits of Chinese width."""
    wide = {ord("0") + d: chr(0xFF10 + d) for d in range(10)}
    for path in rng.sample(sorted(truth.cells()), 12):
        value = truth.cells()[path]
        if value is not None and path not in truth.printed:
            truth = with_cell(truth, path, value, str(value).translate(wide))
    return truth


def none_marks(truth: Truth, rng: random.Random) -> Truth:
    """A stroke or 无 where nothing is to be reported; it is no nought."""
    mark = rng.choice(("/", "—", "无", "-", "／", "－"))
    zeros = [path for path, value in sorted(truth.cells().items()) if value == 0]
    for path in rng.sample(zeros, min(len(zeros), rng.choice((1, 5, 200)))):
        truth = with_cell(truth, path, None, mark)
    return truth


def empty_table(truth: Truth, rng: random.Random) -> Truth:
    """A table in which no cell is filled."""
    name = rng.choice(sorted(truth.tables()))
    printed = {path: text for path, text in truth.printed.items() if not path.startswith(name)}
    blank = {row: dict.fromkeys(cells) for row, cells in truth.tables()[name].items()}
    if name == "review":
        return replace(truth, printed=printed, review=blank)
    if name == "requests":
        return replace(truth, printed=printed, requests=blank)
    return replace(truth, printed=printed, active_disclosure=blank)


FIGURES: dict[str, Figures] = {
    "blank-zeros": blank_zeros,
    "blank-some": blank_some,
    "blank-organizations": blank_organizations,
    "blank-totals": blank_totals,
    "wrong-sums": wrong_sums,
    "amounts": amounts,
    "large": large,
    "annotated": annotated,
    "units": units,
    "thousands": thousands,
    "full-width": full_width,
    "none-marks": none_marks,
    "empty-table": empty_table,
}
"""Every variation of figures by name."""


def _filled(truth: Truth, rng: random.Random, most: int, table: str = "") -> list[str]:
    paths = [p for p, v in sorted(truth.cells().items()) if v is not None and p.startswith(table)]
    return rng.sample(paths, min(len(paths), rng.randrange(1, most + 1)))
