"""`gongkai schedule` from its options: where plan and memory lie, and which sites there are.

This module joins the configuration, the plan, the memory (`slots`) and the loop.
It must not decide when anything runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from crawler.config import Config, load
from crawler.errors import ReportNotFound
from crawler.exits import Exit
from crawler.schedule.loop import run, run_once, seconds
from crawler.schedule.memory import IN_MEMORY
from crawler.schedule.plan import Known, Plan, make_plan, needs_archive
from crawler.schedule.scheduler import Scheduler, shown
from crawler.schedule.slots import Slots
from crawler.sites import load_sites
from pipelines.report.read import PARSER
from storage.archive import Archive, state_folder
from storage.errors import StorageError

Say = Callable[[str], None]
Purpose = Literal["run", "list", "status"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The plan, its memory, and the folder for logs."""

    plan: Plan
    slots: Slots
    logs: Path
    replan: Callable[[], Plan] | None
    """Makes the plan anew where it depends on the archive."""


def run_schedule(archive: str, *, once: bool, say: Say) -> int:
    """Runs the plan until a signal, or what is due `once`; gives the exit code.

    Raises:
        ConfigError: where the configuration is wrong.
        SiteFileError: where the registry, which the plan's sites stand in, is wrong.
        ReportNotFound: where the plan is of the archive's sites, and it has none.
        ArchiveUnusable: where the memory cannot be opened.
    """
    with opened(archive, "run", say) as schedule:
        assert schedule is not None
        plan, slots = schedule.plan, schedule.slots
        if not plan.turns or (schedule.replan is not None and not any(turn.of_site for turn in plan.turns)):
            raise ReportNotFound(
                f"{archive} has no site yet, and the schedule is of the sites that it has. Crawl one: "
                'gongkai crawl SITE; or name them in gongkai.toml: [schedule] sites = ["bjxch"]'
            )
        scheduler = Scheduler(plan, slots, schedule.logs, say, seconds)
        if once:
            code = run_once(scheduler, say)
            if not scheduler.begun and code == Exit.OK:
                say(_nothing(plan, slots))
            return code
        if plan.metrics is not None:
            from crawler.schedule.metrics import serve  # here: a status has no need of it

            serve(archive, plan.metrics)
            say(f"metrics at http://{plan.metrics}/metrics")
        jobs, sites = len(plan.jobs), len({turn.site for turn in plan.turns if turn.of_site})
        say(f"{jobs} job(s), {sites} site(s); logs in {schedule.logs}")
        run(scheduler, say, schedule.replan)
    return 0


@contextmanager
def opened(archive: str, purpose: Purpose, say: Say | None = None) -> Iterator[Schedule | None]:
    """The schedule of this machine for that archive.

    To `run` or `list` it the archive is asked which sites it has, where the plan is of those; a `status` is
    of those planned for before, and None where there was never a scheduler. Only to run it anything is made
    or mended. As `run_schedule`.
    """
    config = load()
    state = state_folder(archive)
    path = state / "schedule.sqlite"
    if purpose == "status" and not path.exists():
        yield None
        return
    slots = Slots(path if purpose == "run" or path.exists() else IN_MEMORY, mend=purpose == "run")
    if slots.put_aside is not None and say is not None:
        say(f"{path} was corrupt and is begun anew: what was due is forgotten. It is {slots.put_aside}")
    try:
        plan = _planned(config, archive, slots, ask=purpose != "status", say=say)
        replan = partial(_planned, config, archive, None, ask=True)
        of_archive = needs_archive(config.schedule)
        yield Schedule(plan, slots, plan.logs or state / "logs", replan if of_archive else None)
    finally:
        slots.close()


def _planned(config: Config, archive: str, slots: Slots | None, *, ask: bool, say: Say | None = None) -> Plan:
    """The plan; where the archive cannot say which sites it has, of those planned for before (`slots`)."""
    archived: list[str] = []
    if needs_archive(config.schedule):
        try:
            archived = _sites_of(archive) if ask else []
        except StorageError as error:
            if slots is None or not slots.known_sites():
                raise
            if say is not None:
                say(f"{error} Until it is back, the sites planned for before count")
            ask = False
        if not ask and slots is not None:
            archived = slots.known_sites()
    known = Known(load_sites(), archived, PARSER, channels=bool(config.watch.channels))
    return make_plan(config.schedule, archive, known, config.path)


def _sites_of(archive: str) -> list[str]:
    with Archive.open(archive, create=False) as opened_archive:
        return opened_archive.sites()


def _nothing(plan: Plan, slots: Slots) -> str:
    """Why nothing was begun."""
    planned = {turn.key for turn in plan.turns}
    if waits := sum((run.slot.job, run.slot.site) in planned for run in slots.open_slots()):
        return (
            f"nothing can be begun now: what is due ({waits}) is under way, or is tried again later; "
            "see gongkai schedule --list"
        )
    now = datetime.now(UTC)
    upcoming = [moment for turn in plan.turns if (moment := turn.trigger.next(now)) is not None]
    return (
        f"nothing is due; the next turn is {shown(min(upcoming))} (Asia/Shanghai)"
        if upcoming
        else "nothing is due"
    )
