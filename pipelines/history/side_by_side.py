"""Two documents side by side: which cells and passages differ, what each visit sees anew left out.

Pure: what they show in, differences out. It must not name the kind of a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from itertools import count
from typing import Any, TypeVar

from pipelines.history.content import Content, Line, Slot
from pipelines.history.model import Passage
from pipelines.history.noise import stilled
from pipelines.report.changes import MISSING, Change
from pipelines.report.model import TABLES
from pipelines.report.values import parse_value

DAY_LINE = re.compile(r"^\s*20\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*$", re.MULTILINE)
"""Behind the signature."""
_NEIGHBOURS = ("上一篇", "下一篇", "上一条", "下一条", "上一页", "下一页", "上篇", "下篇")
"""What the links to a page's neighbours begin with, which are words without a link at either end."""

_HAN = re.compile("[\u4e00-\u9fff]")
_DIGIT = re.compile(r"\d")

Reading = Sequence[Mapping[str, Any]]
"""The reports of a body's documents, as JSON."""
_T = TypeVar("_T")


class SideBySide:
    """Two documents side by side, what each visit sees anew left out."""

    def __init__(
        self,
        contents: tuple[Content, Content],
        readings: tuple[Reading, Reading],
        visits: tuple[date | None, date | None],
    ) -> None:
        self._one, self._other = contents
        self._days = visits
        self._extents = [_extent(*side) for side in zip(contents, readings, strict=True)]
        self._cores = [_core(*side) for side in zip(contents, readings, strict=True)]
        self.outside = True
        """Whether all passages found stand outside of the report."""

    def differences(self) -> tuple[list[Change], list[Passage], bool]:
        """Cells and passages that differ, and whether anything else does."""
        if self._flow(self._one, 0) == self._flow(self._other, 1) and self._solid_cells():
            return [], [], False
        cells, prose, beside = self._cells()
        passages, also = self._passages()
        return cells, [*prose, *passages], beside or also

    def _solid_cells(self) -> bool:
        """Whether every cell's text is one of the other side too: columns may not change places unseen."""
        return self._cell_texts(0) == self._cell_texts(1)

    def _cell_texts(self, side: int) -> list[str]:
        texts = self._stilled_slots((self._one, self._other)[side], side)
        return [squeezed for text in texts if (squeezed := squeeze(text))]

    def _flow(self, content: Content, side: int) -> str:
        return "".join(squeeze(text) for text in self._stilled_lines(content, side))

    def _stilled_lines(self, content: Content, side: int) -> list[str]:
        """The lines without what each visit sees anew; between the report's headings nothing is left out."""
        texts = stilled([line.text for line in content.lines], self._days[side])
        pairs = zip(content.lines, texts, strict=True)
        return [line.text if at in self._cores[side] else text for at, (line, text) in enumerate(pairs)]

    def _stilled_slots(self, content: Content, side: int) -> list[str]:
        """The same of the cells."""
        texts = stilled([slot.text for slot in content.slots], self._days[side])
        pairs = zip(content.slots, texts, strict=True)
        return [slot.text if self._is_own(slot, side) else text for slot, text in pairs]

    def _is_own(self, slot: Slot, side: int) -> bool:
        """Whether a cell stands between the report's headings."""
        return slot.behind - 1 in self._cores[side]

    def _cells(self) -> tuple[list[Change], list[Passage], bool]:
        sides = []
        for side, content in enumerate((self._one, self._other)):
            pairs = zip(content.slots, self._stilled_slots(content, side), strict=True)
            # Between the headings a figure is the report's, though a link to a page 2 prints the same.
            own = ((replace(s, link=s.link and not self._is_own(s, side)), text) for s, text in pairs)
            sides.append([(slot, solid) for slot, text in own if (solid := squeeze(text))])
        cells: list[Change] = []
        prose: list[Passage] = []
        beside = False
        for gone, fresh in _blocks(sides[0], sides[1]):
            if all(slot.link for slot, _ in (*gone, *fresh)):
                beside = True
            elif all(_is_words(slot.text) for slot, _ in (*gone, *fresh)):
                prose.append(Passage(tuple(s.text for s, _ in gone), tuple(s.text for s, _ in fresh)))
            else:
                cells += _cell_changes(gone, fresh)
        return cells, prose, beside

    def _passages(self) -> tuple[list[Passage], bool]:
        sides = []
        for side, content in enumerate((self._one, self._other)):
            texts = self._stilled_lines(content, side)
            within = self._extents[side]
            pairs = zip(content.lines, texts, count(), strict=False)
            sides.append(
                [((line, at in within), solid) for line, text, at in pairs if (solid := squeeze(text))]
            )
        passages: list[Passage] = []
        beside = False
        for gone, fresh in _blocks(sides[0], sides[1]):
            if "".join(s for _, s in gone) == "".join(s for _, s in fresh):
                continue  # the same words, broken into lines otherwise
            if all(_is_around(line) for (line, _), _ in (*gone, *fresh)):
                beside = True
                continue
            self.outside &= not any(within for (_, within), _ in (*gone, *fresh))
            old, new = (tuple(line.text for (line, _), _ in side) for side in (gone, fresh))
            passages.append(Passage(old, new))
        return passages, beside


def _extent(content: Content, reading: Reading) -> range:
    """The lines of a document that may be the report's: from its title to the day below its signature.

    Of a report without headings to its last sentence; of a document that is no report there are none.
    """
    headings = {squeeze(part["heading"]) for report in reading for part in report["sections"]}
    titles = {squeeze(report["title"]) for report in reading if report["title"]}
    solid = [squeeze(line.text) for line in content.lines]
    at = [number for number, text in enumerate(solid) if text in headings]
    if not at and any(report.get(table) for report in reading for table in (*TABLES, "statistics")):
        return range(len(solid))
    if not at and all(_is_none(report) for report in reading):
        return range(0)
    first = at[0] if at else len(solid)
    begin = max((number for number in range(first) if solid[number] in titles), default=0)
    if not at:
        ends = [number for number in range(begin, len(solid)) if solid[number].endswith(("。", "；"))]
        return range(begin, max(ends, default=len(solid) - 1) + 1)
    behind = (n for n in range(at[-1], len(solid)) if DAY_LINE.fullmatch(content.lines[n].text))
    return range(begin, next(behind, len(solid)) + 1)


def _is_none(report: Mapping[str, Any]) -> bool:
    return any(finding["code"] == "not-a-report" for finding in report["findings"])


def _core(content: Content, reading: Reading) -> range:
    """The lines from the report's first numbered heading to its last one: nothing of the page's stands there.

    Of a heading that stands in a table of contents, too, the last one counts.
    """
    headings = {
        squeeze(part["heading"]) for report in reading for part in report["sections"] if part["number"]
    }
    last = {text: at for at, line in enumerate(content.lines) if (text := squeeze(line.text)) in headings}
    return range(min(last.values()), max(last.values())) if last else range(0)


def _is_around(line: Line) -> bool:
    return line.link or line.text.lstrip("【[ ").startswith(_NEIGHBOURS)


def _blocks(
    one: Sequence[tuple[_T, str]], other: Sequence[tuple[_T, str]]
) -> Iterator[tuple[Sequence[tuple[_T, str]], Sequence[tuple[_T, str]]]]:
    """The stretches that differ. What is alike at both ends is cut off first: most pages differ in a line."""
    start, least = 0, min(len(one), len(other))
    while start < least and one[start][1] == other[start][1]:
        start += 1
    end = 0
    while end < least - start and one[-1 - end][1] == other[-1 - end][1]:
        end += 1
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    matcher = SequenceMatcher(None, [s for _, s in one], [s for _, s in other], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield one[i:j], other[k:m]


def _is_words(text: str) -> bool:
    """Whether a cell prints words (a label with its number is one), and no figure, however unreadable."""
    return parse_value(text).number is None and (_HAN.search(text) is not None or not _DIGIT.search(text))


def table_of(cell: Change) -> int:
    return int(cell.path.split(".")[1])


def _cell_changes(gone: Sequence[tuple[Slot, str]], fresh: Sequence[tuple[Slot, str]]) -> Iterator[Change]:
    """Cells before and after: in pairs where they stand in the same places, else one by one."""
    places = [[(s.table, s.row, s.column) for s, _ in side] for side in (gone, fresh)]
    if places[0] == places[1]:
        for (old, _), (new, _) in zip(gone, fresh, strict=True):
            yield Change(_path(old), old.text, new.text)
        return
    at = {_path(slot): [slot.text, MISSING] for slot, _ in gone}
    for slot, _ in fresh:
        at.setdefault(_path(slot), [MISSING, MISSING])[1] = slot.text
    yield from (Change(path, *texts) for path, texts in at.items())


def _path(slot: Slot) -> str:
    return f"grid.{slot.table}.{slot.row}.{slot.column}"


def squeeze(text: str) -> str:
    """Without white space but between two figures, where it tells them apart."""
    words = text.split()
    out = ""
    for word in words:
        out += f" {word}" if out[-1:].isdigit() and word[0].isdigit() else word
    return out
