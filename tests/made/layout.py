"""The three statutory tables as grids, before any format: cells with spans, labels and printed values.

Rows list only the cells that begin in them, as HTML does. Renderers (HTML, PDF, text) start here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tests.made import form
from tests.made.truth import Truth


class Slot(NamedTuple):
    """One printed cell. `path` is set on value cells only; `column` is its first column."""

    text: str
    column: int
    rowspan: int = 1
    colspan: int = 1
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """One table: `rows` of slots, how many of them are headers, and its width in columns."""

    name: str
    rows: tuple[tuple[Slot, ...], ...]
    width: int
    header_rows: int


def tables(truth: Truth, *, review_tables: int = 1) -> dict[int, tuple[Printed, ...]]:
    """The tables of the parts 2, 3 and 4; 表四 as one table or as three of five columns."""
    review = (review_table(truth),) if review_tables == 1 else review_blocks(truth)
    return {2: (active_disclosure_table(truth),), 3: (requests_table(truth),), 4: review}


def active_disclosure_table(truth: Truth) -> Printed:
    """表二: four columns; an article with fewer columns spreads its last cells."""
    rows: list[tuple[Slot, ...]] = []
    for article in form.ACTIVE_DISCLOSURE[truth.editions["active_disclosure"]]:
        rows.append((Slot(article.heading, 0, colspan=4),))
        spreads = _spread(len(article.columns), 3)
        rows.append(
            (
                Slot("信息内容", 0),
                *(
                    Slot(label, 1 + start, colspan=span)
                    for (_, label), (start, span) in zip(article.columns, spreads, strict=True)
                ),
            )
        )
        for row, label in article.rows:
            cells = truth.active_disclosure[row]
            values = []
            for (column, _), (start, span) in zip(article.columns, spreads, strict=True):
                path = f"active_disclosure.{row}.{column}"
                values.append(Slot(truth.text_of(path, cells[column]), 1 + start, colspan=span, path=path))
            rows.append((Slot(label, 0), *values))
    return Printed("active_disclosure", tuple(rows), 4, 0)


def requests_table(truth: Truth) -> Printed:
    """表三: three label columns and seven of numbers, under three header rows."""
    applicants = form.APPLICANTS
    rows: list[tuple[Slot, ...]] = [
        (Slot(form.BALANCE_NOTE, 0, 3, 3), Slot("申请人情况", 3, colspan=7)),
        (
            Slot(applicants[0][1], 3, rowspan=2),
            Slot("法人或其他组织", 4, colspan=5),
            Slot("总计", 9, rowspan=2),
        ),
        tuple(Slot(label, 4 + i) for i, (_, label) in enumerate(applicants[1:])),
    ]

    def values(row: str) -> tuple[Slot, ...]:
        columns = [key for key, _ in applicants] + ["total"]
        paths = [f"requests.{row}.{column}" for column in columns]
        return tuple(
            Slot(truth.text_of(path, truth.requests[row][column]), 3 + i, path=path)
            for i, (column, path) in enumerate(zip(columns, paths, strict=True))
        )

    outcomes = form.OUTCOMES[truth.editions["requests"]]
    groups = [outcome.group for outcome in outcomes]
    rows.append((Slot(form.RECEIVED, 0, colspan=3), *values("received")))
    rows.append((Slot(form.CARRIED_IN, 0, colspan=3), *values("carried_in")))
    for i, outcome in enumerate(outcomes):
        lead: list[Slot] = [Slot(form.RESULTS, 0, rowspan=len(outcomes) + 1)] if i == 0 else []
        if outcome.group is None:
            lead.append(Slot(outcome.label, 1, colspan=2))
        else:
            if groups.index(outcome.group) == i:
                lead.append(Slot(outcome.group, 1, rowspan=groups.count(outcome.group)))
            lead.append(Slot(outcome.label, 2))
        rows.append((*lead, *values(outcome.key)))
    rows.append((Slot(form.TOTAL_PROCESSED, 1, colspan=2), *values("total_processed")))
    rows.append((Slot(form.CARRIED_FORWARD, 0, colspan=3), *values("carried_forward")))
    return Printed("requests", tuple(rows), 10, 3)


def review_table(truth: Truth) -> Printed:
    """表四 as prescribed: fifteen numbers in one row under three header rows."""
    labels = [label for _, label in form.REVIEW_RESULTS]
    rows = (
        (Slot("行政复议", 0, colspan=5), Slot("行政诉讼", 5, colspan=10)),
        (
            *(Slot(label, i, rowspan=2) for i, label in enumerate(labels)),
            Slot("未经复议直接起诉", 5, colspan=5),
            Slot("复议后起诉", 10, colspan=5),
        ),
        tuple(Slot(label, 5 + i) for i, label in enumerate(labels * 2)),
        tuple(
            slot
            for index, (block, _, _) in enumerate(form.REVIEW_BLOCKS)
            for slot in _review_values(truth, block, 5 * index)
        ),
    )
    return Printed("review", rows, 15, 3)


def review_blocks(truth: Truth) -> tuple[Printed, ...]:
    """表四 cut into three tables of five columns, each under its own heading."""
    made = []
    for block, heading, sub in form.REVIEW_BLOCKS:
        rows: list[tuple[Slot, ...]] = [(Slot(heading, 0, colspan=5),)]
        if sub is not None:
            rows.append((Slot(sub, 0, colspan=5),))
        rows.append(tuple(Slot(label, i) for i, (_, label) in enumerate(form.REVIEW_RESULTS)))
        rows.append(_review_values(truth, block, 0))
        made.append(Printed("review", tuple(rows), 5, len(rows) - 1))
    return tuple(made)


def cut(
    printed: Printed,
    at: int,
    *,
    labels: Literal["both", "first", "halved"] = "both",
    repeat_header: bool = True,
) -> tuple[Printed, Printed]:
    """The table in two, cut before row `at` as by a page's end.

    A cell that spans the cut is printed on both sides with its whole text, with its text on the first
    side only, or with half of it on each. The lower table has the header rows again, or none.
    """
    head = printed.rows[: printed.header_rows]
    upper: list[tuple[Slot, ...]] = []
    again: list[Slot] = []
    for number, row in enumerate(printed.rows[:at]):
        kept = []
        for slot in row:
            over = number + slot.rowspan - at
            if over > 0:
                half = len(slot.text) // 2
                above, below = {
                    "both": (slot.text, slot.text),
                    "first": (slot.text, ""),
                    "halved": (slot.text[:half], slot.text[half:]),
                }[labels]
                again.append(slot._replace(text=below, rowspan=over))
                slot = slot._replace(text=above, rowspan=slot.rowspan - over)
            kept.append(slot)
        upper.append(tuple(kept))
    first = tuple(sorted((*again, *printed.rows[at]), key=lambda slot: slot.column))
    lower = (*(head if repeat_header else ()), first, *printed.rows[at + 1 :])
    return (
        Printed(printed.name, tuple(upper), printed.width, printed.header_rows),
        Printed(printed.name, lower, printed.width, printed.header_rows if repeat_header else 0),
    )


def _review_values(truth: Truth, block: str, first: int) -> tuple[Slot, ...]:
    slots = []
    for i, (column, _) in enumerate(form.REVIEW_RESULTS):
        path = f"review.{block}.{column}"
        slots.append(Slot(truth.text_of(path, truth.review[block][column]), first + i, path=path))
    return tuple(slots)


def _spread(cells: int, width: int) -> list[tuple[int, int]]:
    """(start, span) of `cells` cells over `width` columns; the last takes what is left."""
    return [(i, 1 if i < cells - 1 else width - i) for i in range(cells)]
