"""What differs between two bodies: values of the report, cells, words, what they link to, or only markup.

Pure: opened bodies in, a verdict out. A difference that cannot be proved to be none of the report's is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from pipelines.history.content import Content
from pipelines.history.model import Kind, Passage
from pipelines.history.opening import Opened
from pipelines.history.side_by_side import DAY_LINE, Reading, SideBySide, squeeze, table_of
from pipelines.report.changes import Change, changes
from pipelines.report.model import TABLES
from pipelines.report.readers.sniff import HTML

SAME = "the same words and figures in other bytes"
_FIGURES = (*(f"{table}." for table in TABLES), "statistics.")

_NOTHING: Mapping[str, Any] = {"findings": []}
"""A report that says nothing."""

Leads = Callable[[str], tuple[str, str] | None]
"""The document that a link leads to, comparably written and whole; None where it leads to no document."""


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
    outside: bool = False
    """All words that differ stand before the report's title or behind its signature."""


def compare(before: Side, after: Side, *, elsewhere: bool = False) -> Verdict:
    """What became of the body `before` when it gave way to `after`.

    `elsewhere`: they stood at two addresses, whose pages have other words around the report.
    """
    if before.opened.plain == after.opened.plain:
        return Verdict("noise", note="the same bytes, sent in another content coding")
    figures, words = compare_readings(before.opened.reading, after.opened.reading)
    found = _Found()
    known = _tables_of(before.opened.reading) | _tables_of(after.opened.reading)
    for one, other in _paired(before.opened.documents, after.opened.documents):
        found.add(one, other, before, after, elsewhere)
    figures += [cell for cell in found.cells if not figures or table_of(cell) not in known]
    if _dates_only(words, before.visit, after.visit):
        words = []
    if not figures:  # which edition of the form it is follows from what it prints
        words = [change for change in words if "editions." not in change.path]
    note = "; ".join(found.notes)
    if figures:
        return Verdict("tables", (*figures, *words), tuple(found.passages), note)
    if found.passages or words:
        return Verdict("prose", tuple(words), tuple(found.passages), note, found.outside and not words)
    if found.unread:
        return Verdict("unread", note=note)
    if found.notes:
        return Verdict("attachment", note=note)
    if any(content.media_type != HTML or content.member for content in after.opened.documents):
        return Verdict("attachment", note=SAME)
    if found.around:
        return Verdict("markup", note="only links around the text differ")
    return Verdict("noise" if found.framed else "markup")


def compare_readings(before: Reading, after: Reading) -> tuple[list[Change], list[Change]]:
    """What moves between the readings of two bodies: figures, and what is said about the report."""
    figures: list[Change] = []
    words: list[Change] = []
    for one, other in _matched(before, after):
        report = one or other
        for change in changes((0, ""), one or _NOTHING, other or _NOTHING).cells:
            is_figure = change.path.startswith(_FIGURES)
            (figures if is_figure else words).append(_of_member(change, report))
    return figures, words


class _Found:
    """What the documents of two bodies show otherwise, added up."""

    def __init__(self) -> None:
        self.cells: list[Change] = []
        self.passages: list[Passage] = []
        self.notes: list[str] = []
        self.unread = False
        """Whether something could not be looked at."""
        self.framed = True
        """Whether all is built as it was."""
        self.around = False
        """Whether links around the text differ."""
        self.outside = True
        """Whether no passage is the report's own."""
        self.by_parts = False
        """Whether the parts of the reports were compared in place of the lines."""

    def add(
        self,
        one: Content | None,
        other: Content | None,
        before: Side,
        after: Side,
        elsewhere: bool,
    ) -> None:
        """Compares two documents, of which one may not be there."""
        if one is None or other is None:
            content = one or other
            assert content is not None
            self.notes.append(f"{content.member} is {'gone' if other is None else 'new'} in it")
            return
        problem = other.problem or one.problem
        if not problem and not (one.lines or one.slots or other.lines or other.slots):
            problem = f"nothing can be read in it ({other.media_type})"
        if problem:
            if one.digest != other.digest:
                self.unread = True
                name = f"{other.member}: " if other.member else ""
                self.notes.append(f"{name}its words cannot be compared: {problem}")
            return
        if one.member != other.member:
            self.notes.append(f"{one.member} is called {other.member} now")
        converted = one.media_type != other.media_type
        if converted:
            self.notes.append(f"it is {other.media_type} now, and was {one.media_type}")
        if converted or elsewhere:
            self.outside = False
            if not self.by_parts:
                self.passages += _by_parts(before.opened.reading, after.opened.reading)
            self.by_parts = True
            return
        readings = before.opened.reading, after.opened.reading
        seen = SideBySide((one, other), readings, (before.visit, after.visit))
        cells, passages, beside = seen.differences()
        if (cells or passages) and (one.recognised or other.recognised):
            self.notes.append("it is a picture, and its text is recognised: compare both by eye")
        self.cells += cells
        self.outside &= seen.outside
        self.passages += passages
        self.around |= beside
        self.framed &= one.frame == other.frame
        self.notes += _links(one, other, before.leads, after.leads)


def _matched(
    before: Reading, after: Reading
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


def _by_parts(before: Reading, after: Reading) -> Iterator[Passage]:
    """Of documents whose lines break otherwise, or stand on other pages: the parts that say something else.

    What follows the day at the end of the last part is the page's and not the report's, and it may have more
    of the page behind it.
    """
    for one, other in _matched(before, after):
        parts = [
            {part["number"]: part["text"] for part in (report or {}).get("sections", ())}
            for report in (one, other)
        ]
        numbers = sorted(set(parts[0]) & set(parts[1]) - {None})
        for number in numbers:
            texts = parts[0][number], parts[1][number]
            if number == numbers[-1]:
                texts = DAY_LINE.split(texts[0])[0], DAY_LINE.split(texts[1])[0]
            old, new = (squeeze(text) for text in texts)
            if number == numbers[-1]:
                old, new = old[: len(new)], new[: len(old)]
            if old != new:
                yield Passage(tuple(texts[0].splitlines()), tuple(texts[1].splitlines()))


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


def _tables_of(reading: Reading) -> frozenset[int]:
    """The numbers of the grids that the report's values were read from."""
    return frozenset(
        evidence["table"]
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
    """Documents by the names of their files; those whose names are others, in their order."""
    others = {content.member: content for content in after}
    left = []
    for content in before:
        if (other := others.pop(content.member, None)) is not None:
            yield content, other
        else:
            left.append(content)
    yield from zip_longest(left, others.values())


def _links(one: Content, other: Content, before: Leads, after: Leads) -> list[str]:
    old = {found[0]: found[1] for link in one.links if (found := before(link)) is not None}
    new = {found[0]: found[1] for link in other.links if (found := after(link)) is not None}
    said = []
    if gone := sorted(old[key] for key in old.keys() - new.keys()):
        said.append(f"it links no more to {', '.join(gone)}")
    if fresh := sorted(new[key] for key in new.keys() - old.keys()):
        said.append(f"it links to {', '.join(fresh)} now")
    return said
