"""What runs when and how it last went: a table for people, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.table import Table

from crawler.schedule.rows import Run
from crawler.schedule.scheduler import outcome, shown
from crawler.schedule.status import Crawled, Line


def schedule_view(lines: Sequence[Line]) -> Table:
    """A line for each turn, in order of time."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("job", "site", "next", "when", "last", "how it went", "newest crawl in the archive"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        turn, last = line.turn, line.last
        table.add_row(
            turn.job.name,
            turn.site if turn.of_site else "",
            "with a new parser" if line.next is None else shown(line.next),
            turn.trigger.text,
            "never" if last is None or last.started is None else shown(last.started),
            "" if last is None else went(last),
            "" if line.newest is None else _newest(line.newest),
        )
    table.caption = "Asia/Shanghai; last and how it went: on this machine (--json has the logs)"
    table.caption_justify = "left"
    return table


def schedule_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The same for programs; times in UTC."""
    return [
        {
            "job": line.turn.job.name,
            "kind": line.turn.job.kind,
            "site": line.turn.site if line.turn.of_site else None,
            "when": line.turn.trigger.text,
            "next": _stamp(line.next),
            "last": None if line.last is None else _run_json(line.last),
            "newest": None if line.newest is None else _newest_json(line.newest),
        }
        for line in lines
    ]


def went(run: Run) -> str:
    """How it went, in words."""
    how = outcome(run.exit_code) if run.exit_code is not None else "nobody saw how it ended"
    match run.state:
        case "running":
            return "running"
        case "due":
            then = f"; again at {shown(run.not_before)}" if run.not_before is not None else "; due again"
            return (run.note or how) + then
        case "lost":
            return f"killed {run.attempts} times, given up until its next turn"
    return f"{run.note}: {how}" if run.note else how


def _newest(crawled: Crawled) -> str:
    where = f" on {crawled.machine}" if crawled.machine else ""
    return f"{shown(crawled.started)} {crawled.outcome}{where}"


def _newest_json(crawled: Crawled) -> dict[str, Any]:
    return {
        "run": crawled.run,
        "started": _stamp(crawled.started),
        "outcome": crawled.outcome,
        "machine": crawled.machine,
    }


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "due": _stamp(run.slot.due),
        "state": run.state,
        "attempts": run.attempts,
        "started": _stamp(run.started),
        "ended": _stamp(run.ended),
        "not_before": _stamp(run.not_before),
        "exit_code": run.exit_code,
        "note": run.note,
        "log": run.log,
    }


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
