"""The scheduler's memory, and what it says of itself."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.schedule.logs import tidy
from crawler.schedule.rows import LEASE
from crawler.schedule.scheduler import PAUSES
from crawler.schedule.slots import Slots
from crawler.schedule.status import behind, lines
from crawler.schedule.triggers import Cron
from storage.errors import ArchiveUnusable
from tests.schedule.desk import DAY, DUE, EVE, Desk, ended, turn

# ------------------------------------------------------------------ the memory


def test_a_memory_that_cannot_be_written_loses_nothing(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    desk.slots._db.execute("PRAGMA query_only = 1")
    held.unlink()
    for child in desk.scheduler.running:
        ended(child)
    with pytest.raises(ArchiveUnusable, match="Free space"):
        desk.scheduler.tick(DUE + timedelta(minutes=1))
    desk.slots._db.execute("PRAGMA query_only = 0")
    desk.scheduler.tick(DUE + timedelta(minutes=2))
    assert desk.last().state == "done"


def test_a_corrupt_memory_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "schedule.sqlite").write_bytes(b"no database" * 1000)
    desk = Desk(tmp_path)
    assert desk.slots.put_aside is not None
    assert desk.slots.put_aside.read_bytes().startswith(b"no database")
    desk.tick(EVE)
    desk.tick(DUE)
    assert desk.last().state == "done"


def test_the_memory_of_an_older_version_goes_on(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "schedule.sqlite") as old:
        old.executescript(
            "CREATE TABLE known (job TEXT, site TEXT, cron TEXT NOT NULL, since TEXT NOT NULL,"
            " PRIMARY KEY (job, site)) WITHOUT ROWID;"
            "CREATE TABLE slots (job TEXT, site TEXT, due TEXT, state TEXT NOT NULL,"
            " attempts INTEGER NOT NULL DEFAULT 0, not_before TEXT, owner TEXT, lease TEXT, started TEXT,"
            " ended TEXT, exit_code INTEGER, log TEXT, PRIMARY KEY (job, site, due)) WITHOUT ROWID;"
        )
        old.execute("INSERT INTO known VALUES ('daily', 'bjxch', '0 4 * * *', '2025-01-01T00:00:00+00:00')")
    desk = Desk(tmp_path)
    desk.tick(EVE)
    assert desk.last().slot.due == DUE - DAY


def test_old_logs_and_slots_are_tidied_away_and_nothing_else(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    kept = desk.folder / "logs" / "notes" / "mine.log"
    foreign = desk.folder / "logs" / "2026-01-02" / "mine.txt"
    kept.parent.mkdir()
    for path in (kept, foreign):
        path.touch()
    desk.tick(DUE + 89 * DAY)
    first = desk.folder / "logs" / "2026-01-02" / "040000-bjxch-daily.log"
    assert first.exists()
    desk.tick(DUE + 92 * DAY)
    assert not first.exists()
    assert kept.exists()
    assert foreign.exists()
    rows = desk.slots._db.execute("SELECT due FROM slots ORDER BY due").fetchall()
    assert [datetime.fromisoformat(due) for (due,) in rows] == [DUE + 89 * DAY, DUE + 92 * DAY]


def test_a_day_of_logs_that_cannot_be_taken_away_keeps_no_other(tmp_path: Path) -> None:
    days = [tmp_path / f"2026-01-{number:02}" for number in range(1, 10)]
    for day in days:
        day.mkdir()
        (day / "040000-bjxch-daily.log").touch()
    stuck = next(day for day in tmp_path.iterdir()) / "050000-bjxch-daily.log"
    stuck.mkdir()  # what no unlink takes away
    tidy(tmp_path, DAY, DUE + 30 * DAY)
    assert list(tmp_path.iterdir()) == [stuck.parent]


def test_what_is_still_due_is_not_tidied_away(tmp_path: Path) -> None:
    monthly = Cron("0 4 2 * *")
    sites = ("s1", "s2", "s3")
    turns = [turn(site=site, trigger=monthly) for site in sites]
    desk = Desk(tmp_path, *turns, parallel=1, keep_logs=DAY)
    held = [desk.hold(site) for site in sites]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    desk.scheduler.plan = replace(desk.plan, turns=tuple(turns[:2]))
    desk.scheduler.tick(DUE + 3 * DAY)
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE + 3 * DAY)
    assert sorted(desk.crawls) == ["crawl s1", "crawl s2"]
    assert not desk.slots.open_slots()


# ------------------------------------------------------------------ what it says of itself


def test_the_list_says_what_runs_next_and_how_it_went(desk: Desk) -> None:
    (line,) = lines(desk.plan, desk.slots, EVE)
    assert (line.turn, line.next, line.last) == (desk.plan.turns[0], DUE, None)
    desk.tick(EVE)
    desk.tick(DUE)
    (line,) = lines(desk.plan, desk.slots, DUE)
    assert line.last is not None
    assert line.last.exit_code == 0


def test_what_is_not_done_in_time_is_behind_and_why(desk: Desk) -> None:
    def said(now: datetime) -> list[tuple[str | None, datetime, str]]:
        return [(one.site, one.due, one.why) for one in behind(desk.plan, desk.slots, now)]

    desk.tick(EVE)
    assert said(DUE + timedelta(hours=11)) == []
    assert said(DUE + timedelta(hours=12)) == [("bjxch", DUE, "no scheduler is at work on this machine")]
    desk.exits("bjxch", 7)
    desk.tick(DUE)
    for pause in PAUSES[:2]:
        desk.tick(DUE + pause)
    desk.tick(DUE + timedelta(hours=13))
    assert said(DUE + timedelta(hours=13)) == [
        ("bjxch", DUE, "it failed, or its site was busy, and is tried again")
    ]
    desk.exits("bjxch", 0)
    desk.tick(DUE + timedelta(days=1))
    assert said(DUE + timedelta(days=1)) == []


def test_a_scheduler_that_stopped_or_was_killed_does_not_live(desk: Desk) -> None:
    desk.tick(EVE)
    (seen,) = desk.slots.schedulers()
    assert seen.lives(EVE + LEASE)
    assert not seen.lives(EVE + LEASE + timedelta(seconds=1))
    desk.slots.close()
    (seen,) = desk.restart()._slots.schedulers()
    assert not seen.lives(EVE)
    assert seen.seen == EVE


def test_a_look_mends_nothing(tmp_path: Path) -> None:
    (tmp_path / "schedule.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(ArchiveUnusable):
        Slots(tmp_path / "schedule.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["schedule.sqlite"]
