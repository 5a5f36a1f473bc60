"""表三's values that stand away from their labels: put back in the rows' order where every sum confirms it.

Owns text that a program took out of a page block by block: the first value may stand beside its row's
label, the others lines before or after it. It gives the whole table or nothing, and only where the
values are exactly as many as the form has and every row and every column adds up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipelines.report import form
from pipelines.report.hits import Hit
from pipelines.report.joined import adds_up
from pipelines.report.textstream import Stream, han_of

_WIDTH = len(form.REQUEST_COLUMNS)
_MAX_VALUES = 400
_MOST_PAGES = 3
"""Numbers of pages that may stand among the values."""
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")


class Figure(NamedTuple):
    """A number that stands between white space, and the index of its line."""

    number: int
    line: int


Row = tuple[Figure, ...]


def read_away(
    stream: Stream, hits: Sequence[Hit], stop: int, expected: Sequence[str]
) -> dict[str, Row] | None:
    """表三's rows from its labels and what stands between them and up to `stop`; or None."""
    beside: dict[str, list[Figure]] = {}
    alone: list[Figure] = []
    for hit, end in zip(hits, [*(hit.start for hit in hits[1:]), stop], strict=True):
        label = stream.words(hit.start, hit.stop)
        words = label + stream.words(hit.stop, end)
        rest = (
            i
            for i, (text, _) in enumerate(words)
            if hit.partial and (han := han_of(text)) and han in hit.tail
        )
        inside = next(rest, len(label))
        if inside > len(label) + _WIDTH:
            inside = len(label)  # so many are not all the row's
        for i, (text, line) in enumerate(words):
            if not _COUNT.fullmatch(text):
                continue
            if i >= inside and not stream.has_words(line):
                alone.append(Figure(int(text), line))
            elif hit.key in expected:
                beside.setdefault(hit.key, []).append(Figure(int(text), line))
            else:
                return None  # no label says whose it is
    return in_order(beside, alone, expected)


def in_order(
    beside: Mapping[str, Sequence[Figure]], alone: Sequence[Figure], expected: Sequence[str]
) -> dict[str, Row] | None:
    """The table's rows, or None where its sums do not confirm them or leave more than one way.

    `beside` holds the values on the lines of a row's label, `alone` those on lines without any words, as
    the text has them. Each row takes from these what it lacks, in the order of `expected`; a page's number
    may stand between two rows.
    """
    lacks = [_WIDTH - len(beside.get(row, ())) for row in expected]
    spare = len(alone) - sum(lacks)
    if not 0 <= spare <= _MOST_PAGES or len(alone) > _MAX_VALUES or min(lacks) < 0:
        return None
    ways: dict[tuple[Row, ...], int] = {(): 0}  # the rows so far -> how many of `alone` are passed
    for row, lack in zip(expected, lacks, strict=True):
        own = tuple(beside.get(row, ()))
        further: dict[tuple[Row, ...], int] = {}
        for rows, at in ways.items():
            used = at - sum(lacks[: len(rows)])
            for start in range(at, at + spare - used + 1):
                figures = (*own, *alone[start : start + lack])
                if sum(f.number for f in figures[:-1]) == figures[-1].number:
                    further[(*rows, figures)] = start + lack
        ways = dict(list(further.items())[:_MAX_VALUES])
    found: dict[tuple[tuple[int, ...], ...], dict[str, Row]] = {}
    for rows in ways:
        numbers = tuple(tuple(figure.number for figure in row) for row in rows)
        if adds_up(dict(zip(expected, numbers, strict=True)), expected):
            found[numbers] = dict(zip(expected, rows, strict=True))
    return next(iter(found.values())) if len(found) == 1 else None
