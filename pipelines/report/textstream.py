"""Running text as one string that labels can be found in, wherever lines and spaces broke it.

Owns the projection (all characters without white space; the Chinese ones alone) and the way back to
lines, and the cutting of what stands between labels into pieces. It must not know the form.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from pipelines.report.labels import fold
from pipelines.report.model import Place
from pipelines.report.values import parse_value

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_PAGE_OF = r"[0-9]{1,3}\s*/\s*[0-9]{1,3}"
_FURNITURE = re.compile(
    r"\s*(?:[-—–―－─·•~]+\s*[0-9０-９]{1,3}\s*[-—–―－─·•~]+"
    r"|第\s*[0-9]{1,3}\s*页(?:\s*[,，/]?\s*共\s*[0-9]{1,3}\s*页)?"
    # What browsers print at a page's edges: its number, its address, the day and hour.
    rf"|{_PAGE_OF}|(?:https?|file)://\S+(?:\s+{_PAGE_OF})?"
    r"|[0-9]{1,4}[/-][0-9]{1,2}[/-][0-9]{1,4},?\s+[0-9]{1,2}:[0-9]{2}(?:\s*[AP]M)?)\s*"
)
_PIECE = re.compile(
    r"[0-9+\-－—–/０-９][^\u3400-\u4dbf\u4e00-\u9fff]*(?:万元|亿元|元|件|个|项|条(?!第))?|[^0-9]+"
)
_NUMERALS = "一二三四五六七八九十"
_LONG = 20_000
"""A line of so many characters without a word has no label to be a value of."""
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u206f\ufeff]")


@lru_cache(maxsize=20_000)
def _fold(character: str) -> str:
    """One character folded to one, or to none; circled and raised digits stay what they are."""
    if _HAN.match(character) or "\uff01" <= character <= "\uff5e":
        return fold(character)[:1]
    return "" if _INVISIBLE.match(character) else character


def han_of(text: str) -> str:
    """The Chinese characters of a text."""
    return "".join(_HAN.findall(text))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters between white space, or a part of one where digits meet words."""

    text: str
    line: int
    """Index of its line among the stream's lines."""
    words: str
    """Its Chinese characters, where it is words; empty where it is a value."""


@dataclass(slots=True)
class Stream:
    """Lines of text with their places, projected."""

    lines: Sequence[tuple[str, Place]]
    chars: list[str] = field(default_factory=list)
    at: list[tuple[int, int]] = field(default_factory=list)
    """For each character its line and its index in it."""
    han: str = ""
    han_at: list[int] = field(default_factory=list)
    """For each Chinese character its index in `chars`."""

    def __post_init__(self) -> None:
        han: list[str] = []
        for number, (line, _) in enumerate(self.lines):
            if _FURNITURE.fullmatch(line) or (len(line) > _LONG and not _HAN.search(line)):
                continue
            for offset, character in enumerate(line):
                if character.isspace():
                    continue
                folded = _fold(character)
                if not folded:
                    continue
                if "\u3400" <= folded <= "\u9fff":
                    han.append(folded)
                    self.han_at.append(len(self.chars))
                self.chars.append(folded)
                self.at.append((number, offset))
        self.han = "".join(han)

    def digits_between(self, first: int, last: int) -> int | None:
        """Index of the first Chinese character from `first` + 1 to `last` that a digit stands before."""
        for i in range(first, last):
            for position in range(self.han_at[i] + 1, self.han_at[i + 1]):
                if self.chars[position].isdigit() and not self._enumerates(position):
                    return i + 1
        return None

    def _enumerates(self, position: int) -> bool:
        """Whether a digit is an enumerator ("1." or "1、") in front of words."""
        after = self.chars[position + 1 : position + 3]
        return (
            len(after) == 2
            and after[0] in ".、．"
            and bool(_HAN.match(after[1]))
            and not (position and self.chars[position - 1].isdigit())
        )

    def pieces(self, start: int, stop: int) -> list[Piece]:
        """What stands in `chars[start:stop]`, cut at white space and where digits meet words."""
        return [piece for run in self._runs(start, stop) for piece in self._cut(run)]

    def words(self, start: int, stop: int) -> list[tuple[str, int]]:
        """What stands in `chars[start:stop]` between white space, each with the index of its line."""
        return [
            ("".join(self.chars[run[0] : run[-1] + 1]), self.at[run[0]][0]) for run in self._runs(start, stop)
        ]

    def has_words(self, line: int) -> bool:
        """Whether a line holds any Chinese character."""
        return _HAN.search(self.lines[line][0]) is not None

    def _runs(self, start: int, stop: int) -> Iterator[list[int]]:
        run: list[int] = []
        for position in range(start, stop):
            if run and not self._touch(run[-1], position):
                yield run
                run = []
            run.append(position)
        if run:
            yield run

    def touches(self, position: int) -> bool:
        """Whether no white space stands before a character."""
        return position > 0 and self._touch(position - 1, position)

    def joins_words(self, start: int, stop: int) -> bool:
        """Whether a Chinese character, no numeral, is as near before `chars[start:stop]` as its own are."""
        if start == 0 or not _HAN.match(self.chars[start - 1]) or self.chars[start - 1] in _NUMERALS:
            return False
        (line_a, offset_a), (line_b, offset_b) = self.at[start - 1], self.at[start]
        own = self.at[start:stop]
        widest = max((b - a for (line, a), (below, b) in pairwise(own) if line == below), default=1)
        return line_a == line_b and offset_b - offset_a <= widest

    def _touch(self, a: int, b: int) -> bool:
        (line_a, offset_a), (line_b, offset_b) = self.at[a], self.at[b]
        return line_a == line_b and offset_b - offset_a == 1 and self.chars[b] != "|" and self.chars[a] != "|"

    def _cut(self, run: list[int]) -> list[Piece]:
        line = self.at[run[0]][0]
        text = self.lines[line][0][self.at[run[0]][1] : self.at[run[-1]][1] + 1]
        if parse_value(text).kind not in ("unreadable", "blank"):
            return [Piece(text, line, "")]
        if not any(c.isdigit() for c in text):
            words = han_of(fold(text))
            return [Piece(text, line, words)] if words else []
        out = []
        for match in _PIECE.finditer(text):
            part = match[0]
            words = han_of(fold(part))
            if any(c.isdigit() for c in part):
                out.append(Piece(part, line, ""))
            elif words:
                out.append(Piece(part, line, words))
        return out

    def place(self, line: int) -> Place:
        """The place of a line by its index."""
        return self.lines[line][1]

    def place_of(self, position: int) -> Place:
        """The place of the line that a character stands in."""
        return self.lines[self.at[position][0]][1]

    def han_index(self, char_index: int) -> int:
        """Index of the first Chinese character at or after a character."""
        return bisect_left(self.han_at, char_index)
