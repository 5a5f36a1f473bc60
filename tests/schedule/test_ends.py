"""What becomes of jobs that end otherwise than well."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from crawler.schedule.rows import LEASE
from crawler.schedule.scheduler import BUSY_PAUSE, CANNOT_START, PAUSES
from crawler.schedule.triggers import Cron
from tests.schedule.desk import DAY, DUE, EVE, Desk, clear, ended, gone, started, turn


def test_a_crawl_killed_with_its_scheduler_is_repeated_once(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    for now in (DUE, DUE + timedelta(minutes=5)):
        desk.scheduler.tick(now)
        clear(desk.scheduler)
        gone(desk.slots)
        desk.restart()
    held.unlink()
    desk.tick(DUE + timedelta(minutes=10))
    assert len(desk.crawls) <= 2
    last = desk.last()
    assert (last.state, last.attempts) == ("lost", 2)
    desk.tick(DUE + DAY)
    last = desk.last()
    assert (last.state, last.slot.due) == ("done", DUE + DAY)


def test_a_crawl_that_outlives_its_scheduler_is_taken_over(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    killed = desk.scheduler
    gone(desk.slots)
    desk.restart()
    desk.scheduler.tick(DUE + timedelta(minutes=5))
    assert desk.scheduler.begun == 0
    assert len(desk.scheduler.running) == 1
    assert "taken over" in desk.said[-1]
    held.unlink()
    ended(killed.running[0])
    desk.tick(DUE + timedelta(minutes=6))
    assert desk.last().state == "done"
    assert desk.crawls == ["crawl bjxch"] * 2  # the second time the real one says: crawled already


def test_a_crawl_that_was_taken_over_has_its_time_limit(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn(limit=timedelta(hours=6)))
    desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    killed = desk.scheduler
    gone(desk.slots)
    desk.restart()
    desk.scheduler.tick(DUE + timedelta(hours=5))
    desk.seconds += 3601
    desk.scheduler.tick(DUE + timedelta(hours=6))
    ended(killed.running[0])
    desk.scheduler.tick(DUE + timedelta(hours=6))
    assert desk.last().note == "stopped at its time limit of 6 h"


def test_a_living_scheduler_keeps_its_crawl_and_a_silent_one_loses_it(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    other = desk.another()
    for seconds in (30, 60, 90):
        desk.scheduler.tick(DUE + timedelta(seconds=seconds))
        other.tick(DUE + timedelta(seconds=seconds))
        assert other.running == []
    other.tick(DUE + timedelta(seconds=91) + LEASE)
    assert len(other.running) == 1
    assert other.begun == 0
    held.unlink()
    for seconds in (100, 101, 102):
        now = DUE + timedelta(seconds=seconds) + LEASE
        desk.scheduler.tick(now)
        other.tick(now)
        for child in (*desk.scheduler.running, *other.running):
            ended(child)
    assert desk.last().state == "done"


def test_a_crawl_killed_by_itself_is_repeated_once(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    clear(desk.scheduler)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 1
    held.unlink()
    desk.wait(DUE)
    last = desk.last()
    assert (last.state, last.attempts) == ("done", 2)


def test_a_job_that_hangs_is_asked_to_stop_at_its_limit_and_then_killed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn(limit=timedelta(hours=6)), grace=timedelta(minutes=5))
    desk.hold("bjxch")
    (tmp_path / "stubborn-bjxch").touch()
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    (child,) = desk.scheduler.running
    started(desk)
    desk.seconds = 6 * 3600 - 1
    late = DUE + DAY - timedelta(seconds=1)
    desk.scheduler.tick(late)  # the clock says a day, but the machine slept: the limit is of work
    assert child.asked is None
    desk.seconds = 6 * 3600
    desk.scheduler.tick(late)
    assert "has reached its time limit of 6 h" in desk.said[-1]
    desk.seconds += 299
    desk.scheduler.tick(late)
    assert child.process.poll() is None
    desk.seconds += 1
    desk.scheduler.tick(late)
    ended(child)
    desk.exits("bjxch", 0)
    (tmp_path / "hold-bjxch").unlink()
    desk.scheduler.tick(late)
    last = desk.last()
    assert (last.state, last.exit_code, last.note) == ("done", -9, "stopped at its time limit of 6 h")
    assert len(desk.crawls) == 1  # not repeated: it would hang again


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_a_job_that_leaks_is_stopped_and_touches_nothing_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn(memory=2**28), turn(site="bjdch"))
    for site in ("bjxch", "bjdch"):
        desk.hold(site)
    (tmp_path / "leak-bjxch").touch()
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    leaking, other = sorted(desk.scheduler.running, key=lambda child: child.memory is None)
    deadline = monotonic() + 20
    while leaking.process.poll() is None:
        desk.scheduler.tick(DUE)
        assert monotonic() < deadline
        sleep(0.02)
    desk.scheduler.tick(DUE)
    assert desk.last().note == "stopped at its memory limit of 0.2 GiB"
    assert other.process.poll() is None
    clear(desk.scheduler)


def test_a_busy_site_is_tried_again_later_as_often_as_it_takes(desk: Desk) -> None:
    desk.exits("bjxch", 8)
    desk.tick(EVE)
    now = DUE
    for minutes in (1, 2, 4, 8, 15, 15):
        desk.tick(now)
        desk.tick(now + timedelta(minutes=minutes, seconds=-1))
        now += timedelta(minutes=minutes)
    assert len(desk.crawls) == 6
    assert desk.last().state == "due"
    desk.exits("bjxch", 0)
    desk.tick(now)
    last = desk.last()
    assert (last.state, last.exit_code, last.attempts) == ("done", 0, 1)


def test_a_turn_that_comes_while_the_site_is_busy_stands_for_the_older_one(desk: Desk) -> None:
    desk.exits("bjxch", 8)
    desk.tick(EVE)
    desk.tick(DUE)
    desk.exits("bjxch", 0)
    desk.tick(DUE + DAY)
    desk.tick(DUE + DAY + BUSY_PAUSE)
    assert len(desk.crawls) == 2
    last = desk.last()
    assert (last.state, last.slot.due) == ("done", DUE + DAY)


@pytest.mark.parametrize("code", [6, 7])
def test_what_may_pass_is_tried_again_and_then_left_until_the_next_turn(tmp_path: Path, code: int) -> None:
    desk = Desk(tmp_path, turn(trigger=Cron("0 4 2 * *")))
    desk.exits("bjxch", code)
    desk.tick(EVE)
    now = DUE
    for pause in PAUSES:
        desk.tick(now)
        assert desk.last().not_before == now + pause
        desk.tick(now + pause - timedelta(seconds=1))
        now += pause
    desk.tick(now)
    desk.tick(now + 3 * DAY)
    assert len(desk.crawls) == 4
    assert (desk.last().state, desk.last().exit_code, desk.scheduler.worst) == ("done", code, code)


def test_what_is_tried_again_counts_only_what_was_done_since_it_failed(desk: Desk) -> None:
    """Its own failed run would be in its way, as another machine's is meant to be."""
    (desk.folder / "fake.py").write_text(
        "import pathlib, sys\n"
        "(pathlib.Path(sys.argv[1]) / 'crawls').open('a').write(sys.argv[5] + '\\n')\nsys.exit(6)"
    )
    desk.tick(EVE)
    desk.tick(DUE + timedelta(minutes=3))
    failed = DUE + timedelta(minutes=3)
    desk.tick(failed + PAUSES[0])
    assert [datetime.fromisoformat(moment) for moment in desk.crawls] == [DUE, failed]


@pytest.mark.parametrize("code", [1, 2, 5, 10])
def test_what_does_not_pass_by_itself_waits_for_its_next_turn(desk: Desk, code: int) -> None:
    desk.exits("bjxch", code)
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE + timedelta(hours=12))
    assert len(desk.crawls) == 1
    assert (desk.last().exit_code, desk.scheduler.worst) == (code, code)


def test_a_watch_whose_channel_failed_is_tried_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn("look", "_watch", kind="watch"))
    desk.exits("watch", 5)
    desk.tick(EVE)
    desk.tick(DUE)
    assert desk.last("look", "_watch").not_before == DUE + PAUSES[0]


def test_a_command_that_cannot_start_is_said_and_tried_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, command=(str(tmp_path / "none"),))
    desk.tick(EVE)
    desk.tick(DUE)
    last = desk.last()
    assert (last.state, last.exit_code, last.not_before) == ("due", CANNOT_START, DUE + PAUSES[0])
    assert any("cannot start" in line for line in desk.said)


def test_what_is_stopped_with_the_scheduler_goes_on_with_the_next(desk: Desk) -> None:
    desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    desk.scheduler.stop()
    desk.wait(DUE + timedelta(seconds=10))
    assert (desk.last().state, desk.last().note) == ("due", "stopped with the scheduler")
    (desk.folder / "hold-bjxch").unlink()
    desk.restart()
    desk.tick(DUE + timedelta(minutes=1))
    assert (desk.last().state, desk.last().attempts) == ("done", 1)


def test_a_stopping_scheduler_starts_nothing_and_notes_what_ends_in_order(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    desk.scheduler.stopping = True
    desk.scheduler.tick(DUE + DAY)
    held.unlink()
    desk.wait(DUE + DAY)
    assert desk.crawls == ["crawl bjxch"]
    assert desk.last().state == "done"
