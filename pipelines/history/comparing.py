"""What differs between two bodies: values of the report, cells, words, what they link to, or only markup.

Pure: opened bodies in, a verdict out. A difference that cannot be proved to be none of the report's is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any, TypeVar

from pipelines.history.content import Content, Line, Slot
from pipelines.history.model import Kind, Passage
from pipelines.history.noise import stilled
from pipelines.history.opening import Opened
from pipelines.report.changes import MISSING, Change, changes
from pipelines.report.model import TABLES
from pipelines.report.readers.sniff import HTML
from pipelines.report.values import parse_value

_FIGURES = (*(f"{table}." for table in TABLES), "statistics.")
_NEIGHBOURS = ("上一篇", "下一篇", "上一条", "下一条", "上一页", "下一页", "上篇", "下篇")
"""What the links to a page's neighbours begin with, which are words without a link at either end."""

_T = TypeVar("_T", Line, Slot)

Leads = Callable[[str], str | None]
"""The document that a link leads to, comparably written; None where it leads to no document."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two bodies."""

    opened: Opened
    visit: date | None = None
    """The day on which it was first received, as the site counts days."""
    leads: Leads = lambda link: None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of difference there is, and the difference."""

    kind: Kind
    cells: tuple[Change, ...] = ()
    prose: tuple[Passage, ...] = ()
    note: str = ""


def compare(before: Side, after: Side) -> Verdict:
    """What became of the body `before` when it gave way to `after`."""
    if before.opened.body == after.opened.body:
        return Verdict("noise", note="the same bytes, sent in another content coding")
    figures, words = _read(before.opened.reading, after.opened.reading)
    notes: list[str] = []
    passages: list[Passage] = []
    framed = True
    around = False
    for one, other in _paired(before.opened.documents, after.opened.documents):
        if one is None or other is None or one.problem or other.problem:
            if (said := _member(one, other)) is not None:
                notes.append(said)
            continue
        seen = _Seen(one, other, before, after)
        known = _tables_of(before.opened.reading) | _tables_of(after.opened.reading)
        cells, prose, beside = seen.differences(known)
        if not any(cell.path.startswith(_FIGURES) for cell in figures):
            figures += cells
        passages += prose
        around |= beside
        framed &= one.frame == other.frame and one.media_type == other.media_type
        notes += _links(one, other, before.leads, after.leads)
    if figures:
        return Verdict("tables", (*figures, *words), tuple(passages), "; ".join(notes))
    if passages:
        return Verdict("prose", tuple(words), tuple(passages), "; ".join(notes))
    if _dates_only(words, before.visit, after.visit):
        words = []
    if words:
        return Verdict("prose", tuple(words), (), "; ".join(notes))
    files = any(content.media_type != HTML for content in after.opened.documents)
    if notes or files:
        same = "the same words and figures" if files and not notes else ""
        return Verdict("attachment", note="; ".join([*notes, *([same] if same else [])]))
    if around:
        return Verdict("markup", note="only links around the text differ")
    return Verdict("noise" if framed else "markup")


def _read(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[list[Change], list[Change]]:
    """What moves in the readings: figures, and what is said about the report."""
    figures: list[Change] = []
    words: list[Change] = []
    for one, other in _matched(before, after):
        moved = changes((0, ""), one or _nothing(other), other or _nothing(one)).cells
        for change in moved:
            named = _of_member(change, one or other)
            (figures if change.path.startswith(_FIGURES) else words).append(named)
    if not figures:  # which edition of the form it is follows from what it prints
        words = [change for change in words if "editions." not in change.path]
    return figures, words


def _nothing(report: Mapping[str, Any] | None) -> dict[str, Any]:
    """A report that says nothing."""
    return {"findings": []}


def _matched(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Reports that are each other's successors: by file and part, else by what they say they are."""
    if len(before) == len(after) == 1:
        yield before[0], after[0]
        return
    left = list(after)
    for name in (_place, _name):
        keys = [name(report) for report in left]
        unmatched = []
        for one in before:
            if (key := name(one)) is not None and key in keys and keys.count(key) == 1:
                at = keys.index(key)
                keys.pop(at)
                yield one, left.pop(at)
            else:
                unmatched.append(one)
        before = unmatched
    yield from ((one, None) for one in before)
    yield from ((None, other) for other in left)


def _place(report: Mapping[str, Any]) -> Any:
    source = report["sources"][0] if report["sources"] else {}
    return source.get("member"), source.get("part")


def _name(report: Mapping[str, Any]) -> Any:
    return (report["organization"], report["year"]) if report["organization"] and report["year"] else None


def _of_member(change: Change, report: Mapping[str, Any] | None) -> Change:
    """The change, its path naming the file of an archive that it is in."""
    member, part = _place(report) if report is not None else (None, None)
    prefix = "".join(f"{one}: " for one in (member, f"part {part}" if part else None) if one)
    return Change(prefix + change.path, change.before, change.after) if prefix else change


def _tables_of(reading: Sequence[Mapping[str, Any]]) -> frozenset[tuple[str | None, int]]:
    """The grids that the report's values were read from: the file in an archive, the grid's number."""
    return frozenset(
        (evidence.get("member"), evidence["table"])
        for report in reading
        for evidence in report["evidence"].values()
        if evidence.get("table") is not None
    )


def _dates_only(words: Sequence[Change], before: date | None, after: date | None) -> bool:
    """Whether all that differs is a day of publication that was the day of the visit each time."""
    if before is None or after is None or before == after or not words:
        return False
    days = (before.isoformat(), after.isoformat())
    return all((change.path, change.before, change.after) == ("published", *days) for change in words)


def _paired(
    before: Sequence[Content], after: Sequence[Content]
) -> Iterator[tuple[Content | None, Content | None]]:
    if len(before) == len(after) == 1:
        yield before[0], after[0]
        return
    others = {content.member: content for content in after}
    for content in before:
        yield content, others.pop(content.member, None)
    yield from ((None, content) for content in others.values())


def _member(one: Content | None, other: Content | None) -> str | None:
    """What became of a file in an archive that is new, gone, or not shown; None where nothing did."""
    if one is None or other is None:
        content = one or other
        assert content is not None
        return f"{content.member} is {'gone' if other is None else 'new'} in it"
    if one.problem == other.problem and one.lines == other.lines and one.slots == other.slots:
        return None
    name = f"{one.member}: " if one.member else ""
    return f"{name}its words are not compared: {other.problem or one.problem}"


def _links(one: Content, other: Content, before: Leads, after: Leads) -> list[str]:
    old = {found for link in one.links if (found := before(link)) is not None}
    new = {found for link in other.links if (found := after(link)) is not None}
    said = []
    if gone := sorted(old - new):
        said.append(f"it links no more to {', '.join(gone)}")
    if fresh := sorted(new - old):
        said.append(f"it links to {', '.join(fresh)} now")
    return said


class _Seen:
    """Two documents side by side, what each visit sees anew left out."""

    def __init__(self, one: Content, other: Content, before: Side, after: Side) -> None:
        self._one, self._other = one, other
        self._days = before.visit, after.visit

    def differences(
        self, known: frozenset[tuple[str | None, int]]
    ) -> tuple[list[Change], list[Passage], bool]:
        """Cells and passages that differ, and whether anything else does; `known`: tables of the report."""
        if self._flow(self._one, 0) == self._flow(self._other, 1) and self._solid_cells():
            return [], [], False
        cells, prose, beside = self._cells(known)
        passages, also = self._passages()
        return cells, [*prose, *passages], beside or also

    def _solid_cells(self) -> bool:
        """Whether every cell's text is one of the other side too: columns may not change places unseen."""
        texts = [
            [squeezed for slot in content.slots if (squeezed := _squeeze(slot.text))]
            for content in (self._one, self._other)
        ]
        return not texts[0] or not texts[1] or self._cell_texts(0) == self._cell_texts(1)

    def _cell_texts(self, side: int) -> list[str]:
        slots = (self._one, self._other)[side].slots
        texts = stilled([slot.text for slot in slots], self._days[side])
        return [squeezed for text in texts if (squeezed := _squeeze(text))]

    def _flow(self, content: Content, side: int) -> str:
        return "".join(
            _squeeze(text) for text in stilled([line.text for line in content.lines], self._days[side])
        )

    def _cells(self, known: frozenset[tuple[str | None, int]]) -> tuple[list[Change], list[Passage], bool]:
        sides = []
        for side, content in enumerate((self._one, self._other)):
            texts = stilled([slot.text for slot in content.slots], self._days[side])
            pairs = zip(content.slots, texts, strict=True)
            sides.append([(slot, solid) for slot, text in pairs if (solid := _squeeze(text))])
        cells: list[Change] = []
        prose: list[Passage] = []
        beside = False
        for gone, fresh in _blocks(sides[0], sides[1]):
            if all(slot.link for slot, _ in (*gone, *fresh)):
                beside = True
            elif all(self._is_words(slot, known) for slot, _ in (*gone, *fresh)):
                prose.append(Passage(tuple(s.text for s, _ in gone), tuple(s.text for s, _ in fresh)))
            else:
                cells += _cell_changes(gone, fresh)
        return cells, prose, beside

    def _is_words(self, slot: Slot, known: frozenset[tuple[str | None, int]]) -> bool:
        """Whether a cell is none of the report's tables, and no figure."""
        return (self._one.member, slot.table) not in known and parse_value(slot.text).number is None

    def _passages(self) -> tuple[list[Passage], bool]:
        sides = []
        for side, content in enumerate((self._one, self._other)):
            texts = stilled([line.text for line in content.lines], self._days[side])
            pairs = zip(content.lines, texts, strict=True)
            sides.append([(line, solid) for line, text in pairs if (solid := _squeeze(text))])
        passages: list[Passage] = []
        beside = False
        for gone, fresh in _blocks(sides[0], sides[1]):
            if "".join(s for _, s in gone) == "".join(s for _, s in fresh):
                continue  # the same words, broken into lines otherwise
            if all(_is_around(line) for line, _ in (*gone, *fresh)):
                beside = True
            else:
                passages.append(Passage(tuple(n.text for n, _ in gone), tuple(n.text for n, _ in fresh)))
        return passages, beside


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


def _squeeze(text: str) -> str:
    """Without white space but between two figures, where it tells them apart."""
    words = text.split()
    out = ""
    for word in words:
        out += f" {word}" if out[-1:].isdigit() and word[0].isdigit() else word
    return out
