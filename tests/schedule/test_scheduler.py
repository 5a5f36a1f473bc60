"""The scheduler's promises, with a made-up `gongkai` and clocks that the tests hold in their hands."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from crawler.schedule.children import Child
from crawler.schedule.plan import Job, Plan, Turn
from crawler.schedule.scheduler import BUSY_PAUSE, CANNOT_START, PAUSES, Scheduler
from crawler.schedule.slots import LEASE, Run, Slots
from crawler.schedule.status import behind, lines
from crawler.schedule.triggers import Cron, NewParser, Trigger
from storage.errors import ArchiveUnusable
from tests.schedule.made import made_up

DAY = timedelta(days=1)
EVE = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Before the day's moment at 20:00 UTC (04:00 in Shanghai)."""
DUE = datetime(2026, 1, 1, 20, tzinfo=UTC)


def turn(
    name: str = "daily",
    site: str = "bjxch",
    trigger: Trigger | None = None,
    *,
    host: str | None = None,
    **job: Any,
) -> Turn:
    """A turn at 04:00 each day unless told otherwise."""
    return Turn(Job(name, **{"kind": "crawl", **job}), site, host or site, trigger or Cron("0 4 * * *"))


class Desk:
    """A scheduler, its memory and its made-up `gongkai` in one folder."""

    def __init__(self, folder: Path, *turns: Turn, **plan: Any) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.seconds = 0.0
        made_up(folder)
        command = (sys.executable, str(folder / "fake.py"), str(folder))
        self.plan = Plan(turns or (turn(),), "archive", **{"command": command, **plan})
        self.scheduler = self.restart()

    def another(self) -> Scheduler:
        """A scheduler more on the same memory."""
        slots = Slots(self.folder / "schedule.sqlite", mend=True)
        return Scheduler(self.plan, slots, self.folder / "logs", self.said.append, lambda: self.seconds)

    def restart(self) -> Scheduler:
        """Another scheduler instead of this one, as after a kill."""
        self.scheduler = self.another()
        self.slots = self.scheduler._slots
        return self.scheduler

    def tick(self, now: datetime) -> None:
        """One beat, after everything not held has ended."""
        self.scheduler.tick(now)
        self.wait(now)

    def wait(self, now: datetime) -> None:
        for child in self.scheduler.running:
            ended(child)
        self.scheduler.tick(now)

    def hold(self, site: str) -> Path:
        path = self.folder / f"hold-{site}"
        path.touch()
        return path

    def exits(self, site: str, code: int) -> None:
        (self.folder / f"exit-{site}").write_text(str(code))

    def last(self, job: str = "daily", site: str = "bjxch") -> Run:
        found = self.slots.latest(job, site)
        assert found is not None
        return found

    @property
    def crawls(self) -> list[str]:
        path = self.folder / "crawls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    clear(made.scheduler)


def clear(*schedulers: Scheduler) -> None:
    """Ends what they still run."""
    for scheduler in schedulers:
        for child in scheduler.running:
            child.kill()
            ended(child)


def ended(child: Child) -> None:
    """Waits for it."""
    if isinstance(child.process, subprocess.Popen):
        child.process.wait(20)
        return
    deadline = monotonic() + 20
    while child.process.poll() is None:
        assert monotonic() < deadline
        sleep(0.01)


def gone(slots: Slots) -> None:
    """Makes the slots' claims those of a process that exists no more, as a kill leaves them."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host, _, rest = slots.owner.rsplit("/", 2)
    slots._db.execute("UPDATE slots SET owner = ?", (f"{host}/{dead.pid}/{rest}",))


def test_a_new_job_waits_for_its_first_turn_and_then_runs_once(desk: Desk) -> None:
    desk.tick(EVE)
    assert desk.crawls == []
    desk.tick(DUE)
    desk.tick(DUE + timedelta(hours=1))
    assert desk.crawls == ["crawl bjxch"]
    last = desk.last()
    assert (last.state, last.exit_code, last.slot.due) == ("done", 0, DUE)


def test_each_job_has_a_log_file(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    log = desk.last().log
    assert log == str(desk.folder / "logs" / "2026-01-02" / "040000-bjxch-daily.log")
    assert Path(log).read_text() == "crawling bjxch\n"


def test_where_no_log_can_be_written_the_job_runs_all_the_same(desk: Desk) -> None:
    (desk.folder / "logs").write_text("a file where the folder should be")
    desk.tick(EVE)
    desk.tick(DUE)
    assert desk.last().exit_code == 0
    assert any("cannot be written" in line for line in desk.said)


# ------------------------------------------------------------------ what is due


def test_turns_missed_while_the_scheduler_was_down_are_made_up_once(desk: Desk) -> None:
    desk.tick(EVE)
    desk.restart()
    desk.tick(DUE + 9 * DAY)
    desk.tick(DUE + 9 * DAY + timedelta(hours=1))
    assert desk.crawls == ["crawl bjxch"]
    desk.tick(DUE + 10 * DAY)
    assert desk.crawls == ["crawl bjxch"] * 2


def test_a_machine_that_slept_for_a_week_makes_it_up_once(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE + 7 * DAY + timedelta(hours=3))
    assert desk.crawls == ["crawl bjxch"] * 2
    assert desk.last().slot.due == DUE + 7 * DAY


def test_a_job_added_or_changed_today_makes_up_nothing(desk: Desk) -> None:
    desk.tick(EVE)
    desk.plan = replace(desk.plan, turns=(turn(trigger=Cron("0 5 * * *")),))
    desk.restart()
    desk.tick(EVE + 3 * DAY)
    assert desk.crawls == []


def test_a_clock_that_goes_back_repeats_nothing_and_hides_nothing(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE - timedelta(minutes=30))
    desk.tick(DUE + timedelta(minutes=1))
    assert desk.crawls == ["crawl bjxch"]
    assert "the clock went back" in desk.said[-1]
    desk.tick(DUE + DAY)
    assert desk.crawls == ["crawl bjxch"] * 2


@pytest.mark.parametrize("restarted", [False, True])
def test_what_a_clock_wrote_that_ran_years_ahead_hides_no_turn(desk: Desk, restarted: bool) -> None:
    desk.tick(EVE)
    desk.tick(DUE + 4 * 365 * DAY)
    assert desk.crawls == ["crawl bjxch"]
    if restarted:
        desk.restart()
    desk.tick(DUE - timedelta(hours=1))
    desk.tick(DUE)
    assert desk.crawls == ["crawl bjxch"] * 2


def test_a_clock_that_is_not_set_yet_is_not_believed(desk: Desk) -> None:
    desk.tick(datetime(1970, 1, 1, tzinfo=UTC))
    desk.tick(EVE)
    assert desk.crawls == []
    desk.tick(DUE)
    assert desk.crawls == ["crawl bjxch"]


def test_a_new_parser_reads_again_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn("again", trigger=NewParser("1.0"), kind="reparse"))
    desk.tick(EVE)
    desk.restart()
    desk.tick(EVE + DAY)
    assert desk.crawls == ["reparse bjxch --publish --jobs 1"]
    desk.plan = replace(desk.plan, turns=(turn("again", trigger=NewParser("1.1"), kind="reparse"),))
    desk.restart()
    desk.tick(EVE + 2 * DAY)
    desk.tick(EVE + 3 * DAY)
    assert len(desk.crawls) == 2


def test_another_plan_counts_from_the_next_beat(desk: Desk) -> None:
    desk.tick(EVE)
    desk.scheduler.plan = replace(desk.plan, turns=(*desk.plan.turns, turn(site="bjdch")))
    desk.tick(EVE + timedelta(hours=1))
    desk.tick(DUE)
    assert sorted(desk.crawls) == ["crawl bjdch", "crawl bjxch"]


# ------------------------------------------------------------------ one at a time


def test_two_schedulers_on_one_memory_fire_once(desk: Desk) -> None:
    other = desk.another()
    for now in (EVE, DUE, DUE + timedelta(minutes=1)):
        desk.scheduler.tick(now)
        other.tick(now)
        desk.wait(now)
    assert desk.crawls == ["crawl bjxch"]
    assert other.begun == 0


def test_a_site_is_crawled_by_one_job_at_a_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn("one"), turn("two", years=(2024,)), turn("two", "bjdch", years=(2024,)))
    held = [desk.hold("bjxch"), desk.hold("bjdch")]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    desk.wait(DUE)
    desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl bjdch --year 2024", "crawl bjxch", "crawl bjxch --year 2024"]


def test_sites_that_share_a_host_take_turns(tmp_path: Path) -> None:
    desk = Desk(tmp_path, *(turn(site=site, host="one") for site in ("a1", "a2", "a3")), turn(site="b1"))
    other = desk.another()
    held = [desk.hold(site) for site in ("a1", "a2", "a3", "b1")]
    for now in (EVE, DUE):
        desk.scheduler.tick(now)
        other.tick(now)
    assert len(desk.scheduler.running + other.running) == 2
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl a1", "crawl a2", "crawl a3", "crawl b1"]


def test_no_more_crawls_at_once_than_the_plan_allows(tmp_path: Path) -> None:
    sites = [f"site{number}" for number in range(5)]
    desk = Desk(tmp_path, *(turn(site=site) for site in sites), parallel=2)
    held = [desk.hold(site) for site in sites]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE)
    assert sorted(desk.crawls) == [f"crawl {site}" for site in sites]


def test_a_watch_waits_for_no_crawl_to_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn(), turn("look", "_watch", kind="watch"), parallel=1)
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    held.unlink()
    desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl bjxch", "watch"]


# ------------------------------------------------------------------ what ends otherwise


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


def started(desk: Desk) -> None:
    """Waits until the made-up crawl has begun to wait."""
    deadline, log = monotonic() + 20, desk.last().log
    assert log is not None
    while "crawling" not in Path(log).read_text():
        assert monotonic() < deadline
        sleep(0.01)


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
