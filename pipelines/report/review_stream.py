"""表四 in text whose tables are lost: its header's words, and the fifteen values after them.

Owns that one table. It must not look for the others (`streams`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.report import form
from pipelines.report.between import DAMAGED_HEADER, digits_of, take
from pipelines.report.headers import all_review_columns
from pipelines.report.sheet import Sheet
from pipelines.report.splits import Reading, TooManyError, blocks_readings
from pipelines.report.textstream import Piece, Stream
from pipelines.report.values import Value, parse_value

_REVIEW_CHARACTERS = frozenset("结果维持纠正其他尚未审结总计合行政复议诉讼未经直接起后")
_REVIEW_LABEL = re.compile(
    "未经复议直接起诉|复议后起诉|行政复议|行政诉讼|结果维持|结果纠正|其他结果|尚未审结|总计"
)
_BLOCK_LABEL = re.compile("行政复议|未经复议直接起诉|复议后起诉")
_MOST_TRIES = 200
"""No report names 表四's words so often; a page that does is not looked through to its end."""
_REVIEW_START = re.compile("结果维持|行政复议|未经复议直接起诉|复议后起诉")
_LITIGATION = ("未经复议直接起诉", "复议后起诉")
_SPECIFIC = {forms[0]: block for block, forms in form.REVIEW_BLOCKS.items()}


def _adds_up(values: list[Piece]) -> bool:
    """Whether of fifteen values each fifth is the sum of the four before it."""
    numbers = [parse_value(piece.text).number for piece in values]
    filled = [0 if number is None else number for number in numbers]
    return all(sum(filled[i : i + 4]) == filled[i + 4] for i in (0, 5, 10))


@dataclass(slots=True)
class _Group:
    """Header words and the values after them."""

    words: str = ""
    values: list[Piece] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """The form's labels among the words."""
        return _REVIEW_LABEL.findall(self.words)

    @property
    def columns(self) -> list[str]:
        """The column labels among the words."""
        return [label for label in self.labels if "诉" not in label and label != "行政复议"]


@dataclass(slots=True)
class ReviewStream:
    """Reads 表四 out of a stream into a sheet."""

    stream: Stream
    sheet: Sheet

    def read(self) -> None:
        """Enter 表四: a header of nothing but the form's words, then fifteen values, or three times five."""
        end = tries = 0
        for match in _REVIEW_START.finditer(self.stream.han):
            start = self.stream.han_at[match.start()]
            if start < end or "审" not in self.stream.han[match.start() : match.start() + 120]:
                continue
            if (tries := tries + 1) > _MOST_TRIES:
                break
            groups, stop = self._region(start)
            specific = any(label in group.words for group in groups for label in _LITIGATION)
            counted = sum(len(group.values) for group in groups) >= 5
            if sum(len(group.columns) for group in groups) >= 4 or (specific and counted):
                end = stop
                self._groups(groups, start)

    def _region(self, start: int) -> tuple[list[_Group], int]:
        groups = [_Group()]
        stop = min(len(self.stream.chars), start + 600)
        for piece in self.stream.pieces(start, stop):
            if not piece.words:
                groups[-1].values.append(piece)
                continue
            if not set(piece.words) <= _REVIEW_CHARACTERS:
                break
            if groups[-1].values:
                groups.append(_Group())
            groups[-1].words += piece.words
        return groups, start + sum(len(g.words) + len(g.values) for g in groups)

    def _groups(self, groups: list[_Group], start: int) -> None:
        self.sheet.seen.add("review")
        five = [forms[0] for forms in form.REVIEW_COLUMNS.values()]
        everything = all_review_columns()
        words = "".join(group.words for group in groups)
        filled = [group for group in groups if group.values]
        values = take(filled[0].values, 15)[0] if len(filled) == 1 else None
        if values is not None and any(re.fullmatch(r"\s*0[0-9]+\s*", piece.text) for piece in values):
            values = None  # digits ran together; that the pieces are as many is chance
        reading = self._joined(filled[0].values) if len(filled) == 1 and values is None else None
        if values is not None or reading is not None:
            whole = sorted(groups[0].columns) == sorted(five * 3)
            if not whole or "未经复议直接起诉" not in words or "复议后起诉" not in words:
                self.sheet.note("column-unknown", "warning", "review", DAMAGED_HEADER)
                if values is not None and not _adds_up(values):
                    values = None  # neither the labels nor the sums say which is which
        if values is not None:
            for column, piece in zip(everything, values, strict=True):
                self._put(column, piece)
            return
        if reading is not None:
            raw = " ".join(piece.text.strip() for piece in filled[0].values)[:200]
            place = self.stream.place(filled[0].values[0].line)
            for column, number in zip(everything, reading, strict=True):
                block, _, key = column.partition(".")
                self.sheet.settle("review", block, key, Value(number, "solved"), raw, place)
            return
        if len(filled) > 1 and (values := self._among_words(groups, words)) is not None:
            for column, piece in zip(everything, values, strict=True):
                self._put(column, piece)
            return
        for group in filled or groups:
            blocks = {_SPECIFIC[label] for label in group.labels if label in _SPECIFIC}
            if len(blocks) == 1 and group.columns == five and len(group.values) == 5:
                block = next(iter(blocks))
                for key, piece in zip(form.REVIEW_COLUMNS, group.values, strict=True):
                    self._put(f"{block}.{key}", piece)
                continue
            raw = " ".join(piece.text.strip() for piece in group.values)[:200]
            lost = f"the values could not be told apart: {len(group.values)} found where the form has 15"
            if len(group.values) == 15:
                lost = "the header is damaged, and the sums do not confirm the order of the columns"
            for block in sorted(blocks) if len(blocks) == 1 else form.REVIEW_BLOCKS:
                for key in form.REVIEW_COLUMNS:
                    self.sheet.put("review", block, key, raw, self.stream.place_of(start), lost)

    def _among_words(self, groups: list[_Group], words: str) -> list[Piece] | None:
        """Fifteen values that the header's words stand among, where each block's sum confirms their order."""
        values = [value for group in groups for value in group.values]
        own = all(len(_BLOCK_LABEL.findall(group.words)) == 1 for group in groups if group.values)
        named = words.startswith("行政复议") and all(label in words for label in _LITIGATION)
        if len(values) != 15 or own or not named or not _adds_up(values):
            return None
        message = "the values stand among the header's words; they are taken in the form's order"
        self.sheet.note("column-unknown", "warning", "review", message)
        return values

    def _joined(self, values: list[Piece]) -> Reading | None:
        """The one reading of fifteen numbers that ran together, and a finding that says what it rests on."""
        try:
            readings = {reading for way in digits_of(values, None) for reading in blocks_readings(way)}
        except TooManyError:
            return None
        if len(readings) != 1:
            return None
        message = (
            "the digits run together; the blocks' sums leave one reading, but a misprinted sum would not show"
        )
        for block in form.REVIEW_BLOCKS:
            self.sheet.note("digits-joined", "warning", f"review.{block}", message)
        return readings.pop()

    def _put(self, path: str, piece: Piece) -> None:
        block, _, key = path.partition(".")
        self.sheet.put("review", block, key, piece.text, self.stream.place(piece.line))
