"""The loop around a scheduler: its beat, its signals, and which sites it knows of."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from crawler.exits import Exit
from crawler.schedule import loop
from crawler.schedule.loop import Loop, run_once
from crawler.schedule.plan import Job, Plan, Turn
from crawler.schedule.scheduler import Scheduler
from crawler.schedule.slots import Slots
from crawler.schedule.triggers import Cron
from storage.errors import ArchiveUnusable

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def plan(*sites: str) -> Plan:
    job = Job("daily", "crawl")
    return Plan(tuple(Turn(job, site, site, Cron("0 4 * * *")) for site in sites), "archive")


def made(folder: Path, replan: Callable[[], Plan] | None = None) -> tuple[Scheduler, Loop, list[str]]:
    said: list[str] = []
    scheduler = Scheduler(plan("s1"), Slots(folder / "s.sqlite"), folder, said.append, monotonic)
    return scheduler, Loop(scheduler, said.append, replan), said


def settled(looping: Loop, now: datetime) -> None:
    """Lets it look, and look at what came of it."""
    looping._look_for_sites(now)
    deadline = monotonic() + 20
    while looping._asking is not None and not looping._asking.done():
        assert monotonic() < deadline
        sleep(0.005)
    looping._look_for_sites(now)


def test_sites_that_the_archive_has_got_are_planned_for(tmp_path: Path) -> None:
    scheduler, looping, _ = made(tmp_path, lambda: plan("s1", "s2"))
    now = datetime.now(UTC)
    settled(looping, now)
    assert len(scheduler.plan.turns) == 1  # it has just been asked
    settled(looping, now + loop.REFRESH)
    assert [turn.site for turn in scheduler.plan.turns] == ["s1", "s2"]


def test_a_store_that_is_away_is_said_once_and_takes_no_site_away(tmp_path: Path) -> None:
    def away() -> Plan:
        raise ArchiveUnusable("The store is away.")

    scheduler, looping, said = made(tmp_path, away)
    for minutes in (60, 121, 125):
        settled(looping, datetime.now(UTC) + timedelta(minutes=minutes))
    assert said == ["The store is away."] * 2  # once in ten minutes, and it is asked once an hour
    assert [turn.site for turn in scheduler.plan.turns] == ["s1"]


def test_a_signal_is_heard_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "BEAT", 20.0)
    began = monotonic()
    asked: list[int] = []

    def replan() -> Plan:
        asked.append(1)
        return plan("s1")

    _, looping, said = made(tmp_path, replan)

    def send() -> None:
        sleep(0.2)
        os.kill(os.getpid(), signal.SIGHUP)
        while not asked and monotonic() < began + 15:
            sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=send)
    before = signal.getsignal(signal.SIGTERM)
    sender.start()
    looping.run(once=False)
    sender.join()
    assert asked == [1]
    assert said == ["looking at everything anew"]
    assert monotonic() - began < 10
    assert signal.getsignal(signal.SIGTERM) is before


def test_once_does_not_call_it_well_where_the_memory_fails(tmp_path: Path) -> None:
    scheduler, _, said = made(tmp_path)
    scheduler._slots._db.execute("PRAGMA query_only = 1")
    assert run_once(scheduler, said.append) == Exit.ARCHIVE
    assert "cannot be used" in said[0]
    scheduler._slots._db.execute("PRAGMA query_only = 0")
    assert run_once(scheduler, said.append) == Exit.OK
