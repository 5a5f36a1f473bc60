"""Coverage as a table for people: bodies × years, a sign for each cell. Pure: it loads nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.coverage.model import CHINA, Cell, Coverage, State
from pipelines.report.marks import clean

SIGNS: dict[State, tuple[str, str, str, str]] = {
    "on-time": ("✓", "green", "on time", "按时"),
    "late": ("迟", "bold yellow", "late, by so many days", "逾期"),
    "missing": ("✗", "bold red", "missing", "未见"),
    "changed": ("改", "magenta", "changed after publication", "改动"),
    "blocked": ("阻", "cyan", "the site refuses it", "受阻"),
    "unread": ("?", "cyan", "there, not readable", "未读出"),
    "undated": ("○", "green", "published, nobody knows when", "时间不明"),
    "not-yet-due": ("…", "dim", "not yet due", "未到期"),
    "did-not-exist": ("–", "dim", "no such body then", "当时无此机关"),
    "unknown": ("·", "dim", "unknown", "不明"),
}
"""State -> its sign, its style, and its name in English and in Chinese."""
KIND_NAMES = {
    "government": "本级政府",
    "department": "部门",
    "institution": "其他单位",
    "township": "街道、乡镇",
}
_NOTED, _NAMED = 12, 3
"""Lines of notes, and names in one of them."""
YEARS = 8
"""Columns that fit beside the names; `--years` asks for others."""


def coverage_view(coverage: Coverage, *, notes: bool = False) -> RenderableType:
    """One line for each body, one column for each year; what is late or missing told below.

    `notes` tells the notes of all cells, not only of those that are late, missing or changed.
    """
    title = f"{clean(coverage.place)} {coverage.site}  as of {coverage.today.isoformat()}"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    table.add_column("机关", overflow="fold")
    for year in coverage.years:
        table.add_column(str(year), justify="center")
    last = ""
    for body in coverage.bodies:
        if body.kind != last:
            table.add_section()
            table.add_row(Text(KIND_NAMES[body.kind], style="bold"))
            last = body.kind
        table.add_row(clean(body.name), *(sign(cell) for cell in body.cells))
    return Group(table, *_legend(coverage), _counts(coverage), *_told(coverage, everything=notes))


def sign(cell: Cell) -> Text:
    """The sign of a cell: how many days late, and a mark where a note should be read."""
    mark, style, _, _ = SIGNS[cell.state]
    text = Text(mark, style=style)
    if cell.late_days is not None:
        text.append(f" {'≥' if cell.says('at-least') else ''}{cell.late_days}")
    if cell.notes and cell.state not in ("unknown", "blocked", "unread") and not _only_at_least(cell):
        text.append("*", style="dim")
    return text


def _only_at_least(cell: Cell) -> bool:
    return all(note.code == "at-least" for note in cell.notes)


def _legend(coverage: Coverage) -> Iterator[Text]:
    used = {cell.state for body in coverage.bodies for cell in body.cells}
    words = [f"{SIGNS[state][0]} {SIGNS[state][2]}" for state in SIGNS if state in used]
    words += ["* see its notes"] if any(c.notes for body in coverage.bodies for c in body.cells) else []
    if words:
        yield Text("   ".join(words), style="dim")


def _counts(coverage: Coverage) -> Text:
    if not coverage.bodies:
        return Text("No report of this site is in the archive, and no list names any.")
    year = coverage.years[-1] if coverage.years else coverage.today.year - 1
    counted = [f"{number} {state}" for state, number in coverage.counts(year).items() if number]
    looked = coverage.looked
    when = f"{looked.astimezone(CHINA):%Y-%m-%d %H:%M} (China)" if looked else "never"
    return Text(f"{year}: {', '.join(counted)}. All lists last read: {when}.")


def _told(coverage: Coverage, *, everything: bool) -> Iterator[Text]:
    """What a person should read before using a cell: equal notes of a year once, with whom they are about."""
    worth = ("late", "missing", "changed")
    groups: dict[tuple[int, State, str], list[str]] = {}
    for body in coverage.bodies:
        for cell in body.cells:
            if cell.notes and (everything or (cell.state in worth and not _only_at_least(cell))):
                said = "; ".join(f"{note.code}: {note.message}" for note in cell.notes)
                groups.setdefault((cell.year, cell.state, said), []).append(body.name)
    order = sorted(groups, key=lambda group: (-group[0], group[1]))
    shown = order if everything else order[:_NOTED]
    for year, state, said in shown:
        yield _line(year, state, said, groups[year, state, said])
    if len(order) > len(shown):
        yield Text(f"{len(order) - len(shown)} more: --notes tells all of them", style="dim")


def _line(year: int, state: State, said: str, names: list[str]) -> Text:
    named = "、".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    text = Text(f"{year} {clean(named)} ", style="bold")
    return text.append(f"{state}: {clean(said)}", style="not bold")
