"""What became of published documents, for people: a list of changes, and one of them whole.

Pure: changes in, renderables of rich and sentences out. Times are China's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from difflib import SequenceMatcher

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.history.finding import Found
from pipelines.history.model import Change, Passage
from pipelines.report.changes import Change as CellChange
from pipelines.report.changes import Value
from pipelines.report.marks import clean

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
NAMED = 3
"""Cells and passages of a change that the list shows; `gongkai diff` shows all."""
ALIKE = 0.5
"""Paragraphs of which at least so much is the same are shown as one."""
_LONGEST = 60
_STYLES = {
    "tables": "bold red",
    "withdrawn": "bold red",
    "prose": "yellow",
    "moved": "yellow",
    "returned": "green",
    "unread": "yellow",
}


def changes_view(changes: Iterable[Change]) -> RenderableType:
    """Each change in a few lines: when, what kind, its ID, whose, where, and the first of what differs."""
    return Group(*(_listed(change) for change in changes))


def summary(found: Sequence[Change], shown: Sequence[Change]) -> str:
    """How many changes there are, by kind, in a sentence."""
    counts = Counter(change.kind for change in shown)
    counted = ", ".join(f"{number} {kind}" for kind, number in counts.most_common())
    total = f"{len(shown)} change{'' if len(shown) == 1 else 's'}"
    sentence = f"{total}: {counted}" if counted else "no changes"
    noise = sum(change.kind == "noise" for change in found) - counts["noise"]
    if noise:
        visits = "visit" if noise == 1 else "visits"
        sentence += f"; {noise} {visits} more differed in counters, days and the like only (--all lists them)"
    return sentence


def moment(when: datetime) -> str:
    """As people in China write it."""
    return when.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _listed(change: Change) -> Text:
    text = Text()
    text.append(f"{moment(change.at)}  ")
    text.append(f"{change.kind:<10}", style=_STYLES.get(change.kind, "dim"))
    text.append(f" {change.id}  {change.site}  {whose(change)}\n")
    text.append(f"    {clean(change.url)}\n", style="dim")
    for line in (*_details(change), *([change.note] if change.note else [])):
        text.append(f"    {clean(line)}\n")
    text.rstrip()
    return text


def whose(change: Change) -> str:
    """The body and year of the report, as far as known."""
    year = str(change.year) if change.year else ""
    return " ".join(part for part in (year, clean(change.organization or "")) if part) or change.role


def _details(change: Change) -> Iterable[str]:
    for cell in change.cells[:NAMED]:
        yield cell_words(cell)
    for passage in change.prose[: max(0, NAMED - len(change.cells))]:
        yield f"{_short(passage.before)} → {_short(passage.after)}"
    left = len(change.cells) + len(change.prose) - NAMED
    if left > 0:
        yield f"and {left} more: gongkai diff {change.id}"
    if change.moved_to:
        yield f"now at {change.moved_to}"
    if change.kind == "withdrawn":
        until = f"; back since {moment(change.until)}" if change.until else ""
        yield f"last seen {moment(change.last_seen)}; {_runs(change.confirmed)} found it gone{until}"


def cell_words(cell: CellChange) -> str:
    """A cell before and after."""
    return f"{cell.path}: {_value(cell.before)} → {_value(cell.after)}"


def _value(value: Value) -> str:
    return "none" if value is None else str(value)


def _short(lines: Sequence[str]) -> str:
    words = " ".join(lines)
    return f"“{words[:_LONGEST]}{'…' if len(words) > _LONGEST else ''}”" if words else "nothing"


def _runs(number: int) -> str:
    return "one run" if number == 1 else f"{number} runs"


def change_view(found: Found) -> RenderableType:
    """One change whole: what, whose, when, each cell and passage, and the bodies before and after."""
    change = found.change
    head = Text(f"{change.kind}  {change.id}", style=_STYLES.get(change.kind, "bold"))
    facts = Text()
    for name, value in _facts(found):
        facts.append(f"{name:<9} ", style="dim")
        facts.append(f"{clean(value)}\n")
    parts: list[RenderableType] = [head, facts]
    if change.cells:
        table = Table("cell", "before", "after", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for cell in change.cells:
            table.add_row(clean(cell.path), clean(_value(cell.before)), clean(_value(cell.after)))
        parts += [table, Text()]
    for passage in change.prose:
        parts += [_passage(passage), Text()]
    parts.append(Text(f"both as they were received: gongkai diff {change.id} --out FOLDER", style="dim"))
    return Group(*parts)


def _facts(found: Found) -> Iterable[tuple[str, str]]:
    change = found.change
    yield "site", change.site
    yield "report", whose(change)
    yield "address", change.url
    if change.moved_to:
        yield "now at", change.moved_to
    yield "seen", f"{moment(change.at)}; before that last {moment(change.last_seen)} (times of China)"
    for name, body in (("before", found.before), ("after", found.after)):
        if body is not None:
            where = f" at {body.url}" if body.url != change.url else ""
            yield name, f"{body.sha256}, {moment(body.first)} to {moment(body.last)}{where}"
    if change.kind == "withdrawn":
        until = f"; back since {moment(change.until)}" if change.until else ""
        yield "gone", f"{_runs(change.confirmed)} found it so{until}"
    if change.note:
        yield "note", change.note


def _passage(passage: Passage) -> Text:
    """Paragraphs that are alike as one text in which [-what went-] and {+what came+} are marked."""
    text = Text()
    if len(passage.before) == len(passage.after):
        for old, new in zip(passage.before, passage.after, strict=True):
            _marked(text, clean(old), clean(new))
        text.rstrip()
        return text
    for old in passage.before:
        text.append(f"- {clean(old)}\n", style="red")
    for new in passage.after:
        text.append(f"+ {clean(new)}\n", style="green")
    text.rstrip()
    return text


def _marked(text: Text, old: str, new: str) -> None:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        text.append(f"- {old}\n", style="red")
        text.append(f"+ {new}\n", style="green")
        return
    text.append("  ")
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            text.append(old[i:j])
            continue
        if i < j:
            text.append(f"[-{old[i:j]}-]", style="red")
        if k < m:
            text.append(f"{{+{new[k:m]}+}}", style="green")
    text.append("\n")
