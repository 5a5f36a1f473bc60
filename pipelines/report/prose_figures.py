"""Figures that a report's sentences state for a cell, compared with the tables.

Owns reading the sentences. One about another year, another body, one way of asking, or an estimate is left
alone: a false alarm is worse than a miss. Pure: report and sections in, findings out; no value is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pipelines.report.labels import simplified
from pipelines.report.model import TABLES, Finding, Number, Report, Section, Table, TableName
from pipelines.report.prose_quantities import (
    CASES,
    ELSE,
    NUMBER,
    PART,
    STATEMENTS,
    SUITS,
    Paths,
    Statement,
    review,
)

_WIDE = str.maketrans("０１２３４５６７８９，．：；（）", "0123456789,.:;()")
_YEAR = re.compile(r"(20[0-9]{2})年")
_OUTCOME = re.compile(rf"结果(维持|纠正)的?{NUMBER}{CASES}")
_OUTCOMES = {"维持": "upheld", "纠正": "corrected"}
_SPOKEN = re.compile(r"申请|申請|结转|結轉|公开|公開|复议|復議|诉讼|訴訟|规范性|規範性|行政")
_COUNTED = re.compile(r"[0-9０-９一二三四五六七八九十百两零〇][\s件份宗起例条个项]|未收|没有")
"""What a sentence must hold to state a figure of the tables at all."""
_Stated = tuple[int, tuple[Paths, ...], str]
"""A figure, the sums of cells that it may equal, and its words."""


def prose_figures(report: Report, sections: Sequence[Section]) -> tuple[Finding, ...]:
    """A finding `prose-figure` for each quantity whose every statement differs from the tables."""
    tables = {name: report.table(name) or {} for name in TABLES}
    if report.year is None or not any(tables.values()):
        return ()
    agreed: set[Paths] = set()
    differing: dict[Paths, Finding] = {}
    for stated, readings, words in _stated(sections, report.year):
        found = [(paths, _printed(tables, paths)) for paths in readings]
        sums = [(paths, _sum(values)) for paths, values in found if len(values) == len(paths)]
        if not sums or None in [total for _, total in sums]:
            continue  # a blank may hold what the words say
        meant = readings[0]
        if any(total == stated for _, total in sums):
            agreed.add(meant)
        else:
            differing.setdefault(meant, _finding(*sums[0], stated, words))
    return tuple(finding for meant, finding in differing.items() if meant not in agreed)


def _printed(tables: Mapping[TableName, Table], paths: Paths) -> list[Number | None]:
    """The values of those of the cells that the tables have."""
    split = ((tables[table], row, column) for table, row, column in map(_parts, paths))
    return [table[row][column] for table, row, column in split if column in table.get(row, {})]


def _parts(path: str) -> tuple[TableName, str, str]:
    table, row, column = path.split(".")
    return cast(TableName, table), row, column


def _sum(values: Sequence[Number | None]) -> Number | None:
    """The values added, or None where one of them is open."""
    known = [value for value in values if value is not None]
    return sum(known, start=0) if len(known) == len(values) else None


def _finding(paths: Paths, total: Number | None, stated: int, words: str) -> Finding:
    """A finding on the cell, or on the column of the cells that are added."""
    table, _, column = paths[0].split(".")
    where = paths[0] if len(paths) == 1 else f"{table}.*.{column}"
    message = f"the prose says {stated} (“{words}”), the table {total}"
    return Finding("prose-figure", "info", where, message, paths)


def _stated(sections: Sequence[Section], year: int) -> Iterator[_Stated]:
    """Each figure that the sentences of parts 1 to 4 state."""
    for section in sections:
        if section.number in (5, 6) or not section.text:
            continue
        for printed in re.split(r"[。!\n]", section.text):
            if _SPOKEN.search(printed) is None or _COUNTED.search(printed) is None:
                continue
            sentence = _plain(printed)
            if not _has_another_year(sentence, year):
                yield from _of_sentence(sentence, section.number)


def _plain(text: str) -> str:
    """A sentence in half-width forms without white space; digits that white space parts stay apart."""
    apart = re.sub(r"(?<=[0-9０-９])[ \u3000]+(?=[0-9０-９])", "#", simplified(text))
    return "".join(apart.translate(_WIDE).split())


def _has_another_year(sentence: str, year: int) -> bool:
    """Whether a sentence names a year other than the report's, the one that is carried into apart."""
    years = {int(found[1]) for found in _YEAR.finditer(sentence)}
    return bool(years - ({year, year + 1} if "结转" in sentence else {year}))


def _of_sentence(sentence: str, part: int | None) -> Iterator[_Stated]:
    for statement in STATEMENTS:
        if statement.mark not in sentence or (part not in (3, 4) and statement.needs not in sentence):
            continue
        for found in statement.pattern.finditer(sentence):
            if _speaks_of_it(statement, sentence, found, part) and (stated := _count(found["n"])) is not None:
                yield stated, statement.readings, found[0]
    if "结果" in sentence and (part == 4 or "信息公开" in sentence):
        yield from _outcomes(sentence)


def _speaks_of_it(statement: Statement, sentence: str, found: re.Match[str], part: int | None) -> bool:
    """Whether nothing before the words makes the figure one of something else."""
    before = sentence[: found.start()]
    clause = re.split(r"[,:;()]", before)[-1]
    if ELSE.search(clause) or (statement.whole and PART.search(before)):
        return False
    if statement.clause is not None and statement.clause.fullmatch(clause) is None:
        return False
    if statement.chain is not None and part != 4 and statement.chain.search(before) is None:
        return False
    return statement.unless is None or statement.unless.search(clause + found[0]) is None


def _outcomes(sentence: str) -> Iterator[_Stated]:
    """结果维持 and 结果纠正, of whichever of 复议 and 诉讼 the sentence named last."""
    for found in _OUTCOME.finditer(sentence):
        before = sentence[: found.start()]
        kinds = (before.rfind("复议"), before.rfind("诉讼"))
        stated = _count(found["n"])
        together = re.search(r"复议后|直接起诉|(?:诉讼|复议)(?:案件?)?[、和及与]", before)
        if stated is None or max(kinds) < 0 or together is not None:
            continue
        blocks = ("reconsideration",) if kinds[0] > kinds[1] else SUITS
        yield stated, (review(_OUTCOMES[found[1]], *blocks),), found[0]


def _count(text: str) -> int | None:
    """A printed count, Arabic or Chinese (up to 9,999); the empty text of 未收到 is 0."""
    if not text:
        return 0
    if text[0].isascii():
        return int(text.replace(",", ""))
    total, digit = 0, 0
    for character in text.replace("两", "二"):
        if (place := "十百千".find(character)) >= 0:
            total += (digit or 1) * 10 ** (place + 1)
            digit = 0
        else:
            if digit:
                return None  # 一二三: an enumeration
            digit = "零一二三四五六七八九".find(character.replace("〇", "零"))
    return total + digit
