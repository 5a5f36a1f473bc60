"""What became of published documents, for people: a list of changes, and one of them whole.

Pure: changes in, renderables of rich and sentences out. Times are China's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from rich.console import Group, RenderableType
from rich.text import Text

from pipelines.history.model import Change
from pipelines.report.changes import Change as CellChange
from pipelines.report.changes import Value
from pipelines.report.marks import clean

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
NAMED = 3
"""Cells and passages of a change that the list shows; `gongkai diff` shows all."""
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
        sentence += f"; {noise} more visits differed in counters, days and the like only (--all lists them)"
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
