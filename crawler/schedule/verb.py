"""`gongkai schedule` from its options: where plan and memory lie, and the list of what runs when.

This module joins the plan (`plan`), the memory (`slots`) and the loop (`scheduler`).
It must not decide when anything runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from crawler.schedule.plan import Plan, read_plan
from crawler.schedule.scheduler import Line, lines, outcome, run, run_once, shown
from crawler.schedule.slots import Run, Slots
from crawler.sites import load_sites
from storage.archive import state_folder


def run_plan(config: Path, *, once: bool, say: Callable[[str], None]) -> int:
    """Runs the plan in `config` until a signal, or what is due `once`; gives the exit code.

    Raises:
        ScheduleFileError: where the plan cannot be meant.
        SiteFileError: where the registry, which the plan's sites stand in, is wrong.
    """
    with _opened(config) as (plan, slots, logs):
        if once:
            return run_once(plan, slots, logs, say)
        first = min(line.next for line in lines(plan, slots, datetime.now(UTC)))
        say(f"{len(plan.jobs)} job(s) from {config}; logs in {logs}")
        say(f"the next turn is {shown(first)} (Asia/Shanghai)")
        run(plan, slots, logs, say)
    return 0


def list_plan(config: Path) -> tuple[Table, list[dict[str, Any]]]:
    """What runs when and how the last run went: a table for people, and JSON.

    Raises:
        ScheduleFileError: where the plan cannot be meant.
    """
    with _opened(config) as (plan, slots, _):
        found = lines(plan, slots, datetime.now(UTC))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("job", "site", "cron", "next (Asia/Shanghai)", "last due", "went", "log"):
        table.add_column(heading, overflow="fold")
    for line in found:
        last = line.last
        table.add_row(
            line.job,
            line.site,
            line.cron,
            shown(line.next),
            "never" if last is None else shown(last.slot.due),
            "" if last is None else _went(last),
            (last.log or "") if last is not None else "",
        )
    return table, [_json(line) for line in found]


@contextmanager
def _opened(config: Path) -> Iterator[tuple[Plan, Slots, Path]]:
    """The plan, its memory, and the folder for logs."""
    plan = read_plan(config, load_sites())
    # Schedulers of one archive share their memory.
    state = state_folder(plan.archive or os.environ.get("GONGKAI_ARCHIVE") or "./archive")
    slots = Slots(state / "schedule.sqlite")
    try:
        yield plan, slots, plan.logs or state / "logs"
    finally:
        slots.close()


def _went(run: Run) -> str:
    if run.state == "done" and run.exit_code is not None:
        return outcome(run.exit_code)
    return {"lost": "killed twice, given up", "due": "killed, will be repeated"}.get(run.state, run.state)


def _json(line: Line) -> dict[str, Any]:
    last = line.last
    return {
        "job": line.job,
        "site": line.site,
        "cron": line.cron,
        "next": line.next.isoformat(),
        "last": None
        if last is None
        else {
            "due": last.slot.due.isoformat(),
            "state": last.state,
            "attempts": last.attempts,
            "started": None if last.started is None else last.started.isoformat(),
            "ended": None if last.ended is None else last.ended.isoformat(),
            "exit_code": last.exit_code,
            "log": last.log,
        },
    }
