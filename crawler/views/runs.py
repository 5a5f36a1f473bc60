"""Runs as a table, and one run in words. Pure: records in, renderables out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from crawler.explaining import FOUND, Group, Record, found, groups, next_steps, outcome, seconds, verdict
from crawler.runs import Runs, waiting_as
from pipelines.report.marks import clean

EXAMPLES = 3
"""Addresses that are shown of each group; --json has all."""
HOME = ZoneInfo("Asia/Shanghai")
STYLES = {"complete": "green", "incomplete": "yellow"}
"""Of how a run ended; whatever else it was is red."""
STATES = {
    "blocked": "Blocked: the site refuses the crawl",
    "failed": "Failed: could not be had",
    "gaps": "Lists that were left early, or lead nowhere: what they hold besides, nobody knows",
    "unread": "Unread: archived, but not to be read",
    "lost": "Lost: what the archive should have and has not",
    "absent": "Absent: the site does not have it",
    "refused": "Refused: must not be asked for",
}
"""Headings of what is grouped by reason, as a run's explanation has them."""


def runs_view(runs: Runs) -> RenderableType:
    """A line for each run, the newest first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    names = _short([*(left.run for left in runs.here), *(one["run"] for one in runs.listed)])
    table.add_column("Beijing", min_width=11)
    table.add_column("site", overflow="fold", max_width=12)
    table.add_column("run", min_width=max(map(len, names.values())))
    table.add_column("outcome", min_width=10)
    for heading in ("expected", "found", "new", "changed", "lacks", "unread", "took"):
        table.add_column(heading, justify="right", min_width=max(6, len(heading)))
    for left in runs.here:
        state = "under way" if left.living else "waits"
        table.add_row("", left.site, names[left.run], Text(state, style="cyan"))
    for one in runs.listed:
        if one.get("damaged"):
            table.add_row("", one["site"], names[one["run"]], Text("damaged", style="bold red"))
            continue
        lacking = None if one["failed"] is None else one["failed"] + (one["blocked"] or 0)
        numbers = one["expected"], one["found"], one["new"], one["changed"], lacking, one["unread"]
        began, word = moment(one["started"])[5:], _outcome(one["outcome"])
        took = duration(one["seconds"])
        table.add_row(began, one["site"], names[one["run"]], word, *map(_number, numbers), took)
    words = [f"{left.site} {left.run}: {waiting_as(left)}" for left in runs.here if not left.living]
    if runs.more:
        words.append(f"and {runs.more} older; --limit {len(runs.listed) + runs.more} shows all")
    words.append(
        "Beijing: when it began   – not known   lacks: failed or blocked   next: gongkai runs RUN, as shown"
    )
    return Lines(table, *(Text(line, style="dim") for line in words))


def run_view(record: Record) -> RenderableType:
    """One run: what was expected, what became of it and why, and what to do."""
    title = Text(f"{record['site']}  {record['run']}  ", style="bold").append_text(_outcome(outcome(record)))
    lines: list[RenderableType] = [title, *map(Text, _circumstances(record)), Text()]
    lines += [Text(verdict(record)), Text(), *map(Text, _counts(record)), *map(Text, _work(record))]
    for number, group in enumerate(all_groups := groups(record)):
        if number == 0 or all_groups[number - 1].state != group.state:
            lines += [Text(), Text(STATES[group.state], style="bold")]
        lines += _group(group)
    if steps := next_steps(record):
        lines += [Text(), Text("What to do", style="bold"), *(Text(f"  {clean(step)}") for step in steps)]
    return Lines(*lines)


def _short(names: Sequence[str]) -> dict[str, str]:
    """Each name with as much of it as tells it from the others: its second, if no other began in it."""
    known = set(names)
    short = {}
    for name in known:
        lengths = (15, 18, 20)
        alone = (n for n in lengths if sum(other.startswith(name[:n]) for other in known) == 1)
        short[name] = name[: next(alone, None)]
    return short


def _circumstances(record: Record) -> Iterator[str]:
    machine = f", on {record['machine']}" if record.get("machine") else ""
    yield f"Began {moment(record['started'])} Beijing time, took {duration(seconds(record))}{clean(machine)}."
    if years := record.get("years"):
        yield f"Looked for reports of {', '.join(map(str, years))} only."
    if recovered := record.get("recovered"):
        yield f"Brought in from this machine's spool {moment(recovered)} Beijing time."
    if versions := record.get("versions"):
        yield "With " + ", ".join(f"{name} {clean(version)}" for name, version in versions.items()) + "."


def _counts(record: Record) -> Iterator[str]:
    counts = record.get("counts")
    if counts is None:
        yield "The record counts no addresses."
        return
    for name, value in (("expected", record.get("expected")), ("found", found(record))):
        yield f"{_number(value):>8} {name}" + (":" if name == "found" else "")
    for state in FOUND:
        news = ", ".join(f"{len(record[n])} {n}" for n in ("new", "changed", "same") if n in record)
        more = f" ({news})" if state == "captured" and counts.get(state) and news else ""
        yield f"{_number(counts.get(state)):>12} {state}{more}"
    for state in ("absent", "refused", "blocked", "failed"):
        yield f"{_number(counts.get(state)):>8} {state}"


def _work(record: Record) -> Iterator[str]:
    if record.get("reports") is not None:
        yield f"{record['reports']} of what was found are report pages."
    if lists := record.get("lists"):
        offered = sum(one["reports"] for one in lists)
        families = ", ".join(sorted({one["family"] for one in lists}))
        read = "1 list was read" if len(lists) == 1 else f"{len(lists)} lists were read"
        yield f"{read} ({clean(families)}); they offered {offered} entries of reports."
    for host, answers in (record.get("requests") or {}).items():
        said = ", ".join(f"{count} × {status}" for status, count in answers.items())
        yield f"{clean(host)} answered {said}."
    if record.get("bytes") is not None:
        yield f"{decimal(record['bytes'])} were received."
    if record.get("read") is not None:
        published = record.get("published") or {}
        yield (
            f"{record['read']} documents were read, {published.get('published', 0)} reports written, "
            f"{published.get('removed', 0)} taken away."
        )
    if findings := record.get("findings"):
        yield "Findings: " + ", ".join(f"{count} {code}" for code, count in findings.items()) + "."


def _group(group: Group) -> Iterator[RenderableType]:
    yield Text(f"  {len(group.urls)} × {clean(group.reason)}")
    for url in group.urls[:EXAMPLES]:
        yield Text(f"      {clean(url)}", style="dim")
    if (more := len(group.urls) - EXAMPLES) > 0:
        yield Text(f"      and {more} more; --json has all", style="dim")


def _outcome(word: str) -> Text:
    return Text(word, style=STYLES.get(word, "red"))


def _number(value: Any) -> str:
    return "–" if value is None else str(value)


def moment(stamp: str) -> str:
    """A stored time as people in China read it, to the minute."""
    return f"{datetime.fromisoformat(stamp).astimezone(HOME):%Y-%m-%d %H:%M}"


def duration(took: int | None) -> str:
    """Seconds as a person says it: 45 s, 12 min, 3 h 05."""
    if took is None:
        return "–"
    if took < 100:
        return f"{took} s"
    return f"{took // 60} min" if took < 6000 else f"{took // 3600} h {took % 3600 // 60:02}"
