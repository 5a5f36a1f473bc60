"""The scheduler's promises, with a made-up crawl command and clocks that the tests hold in their hands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.schedule.plan import Job, Plan
from crawler.schedule.scheduler import BUSY_PAUSE, CANNOT_START, Scheduler, lines
from crawler.schedule.slots import Slots

DAY = timedelta(days=1)
EVE = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""Before the day's moment at 20:00 UTC (04:00 in Shanghai)."""
DUE = datetime(2026, 1, 1, 20, tzinfo=UTC)

FAKE = """
import sys, time, pathlib
folder, site = pathlib.Path(sys.argv[1]), sys.argv[2]
with (folder / "crawls").open("a") as out:
    out.write(" ".join(sys.argv[2:]) + "\\n")
print("crawling", site)
while (folder / f"hold-{site}").exists():
    time.sleep(0.01)
code = folder / f"exit-{site}"
sys.exit(int(code.read_text()) if code.exists() else 0)
"""


class Desk:
    """A scheduler, its memory and its made-up crawl command in one folder."""

    def __init__(self, folder: Path, *jobs: Job, parallel: int = 4) -> None:
        self.folder = folder
        self.said: list[str] = []
        (folder / "fake.py").write_text(FAKE)
        self.plan = Plan(
            path=folder / "plan.toml",
            jobs=jobs or (Job("daily", "0 4 * * *", ("bjxch",)),),
            command=(sys.executable, str(folder / "fake.py"), str(folder)),
            parallel=parallel,
        )
        self.slots = Slots(folder / "schedule.sqlite")
        self.scheduler = Scheduler(self.plan, self.slots, folder / "logs", self.said.append)

    def restart(self) -> Scheduler:
        """Another scheduler on the same memory, as after a kill."""
        self.slots = Slots(self.folder / "schedule.sqlite")
        self.scheduler = Scheduler(self.plan, self.slots, self.folder / "logs", self.said.append)
        return self.scheduler

    def tick(self, now: datetime) -> None:
        """One beat, after everything not held has ended."""
        self.scheduler.tick(now)
        self.wait(now)

    def wait(self, now: datetime) -> None:
        for child in self.scheduler.running:
            child.wait(20)
        self.scheduler.tick(now)

    def hold(self, site: str) -> Path:
        path = self.folder / f"hold-{site}"
        path.touch()
        return path

    def exits(self, site: str, code: int) -> None:
        (self.folder / f"exit-{site}").write_text(str(code))

    @property
    def crawls(self) -> list[str]:
        path = self.folder / "crawls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for child in made.scheduler.running:
        child.kill()
        child.wait()


def gone(slots: Slots) -> None:
    """Makes the slots' claims those of a process that exists no more, as a kill leaves them."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host, _, rest = slots.owner.split("/")
    slots._db.execute("UPDATE slots SET owner = ?", (f"{host}/{dead.pid}/{rest}",))


def test_a_new_job_waits_for_its_first_turn_and_then_runs_once(desk: Desk) -> None:
    desk.tick(EVE)
    assert desk.crawls == []
    desk.tick(DUE)
    desk.tick(DUE + timedelta(hours=1))
    assert desk.crawls == ["bjxch"]
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.exit_code, last.slot.due) == ("done", 0, DUE)


def test_each_crawl_has_a_log_file(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert last.log is not None
    assert Path(last.log).name == "2026-01-02T040000-bjxch-daily.log"
    assert Path(last.log).read_text() == "crawling bjxch\n"


def test_turns_missed_while_the_scheduler_was_down_are_made_up_once(desk: Desk) -> None:
    desk.tick(EVE)
    desk.restart()
    desk.tick(DUE + 9 * DAY)
    desk.tick(DUE + 9 * DAY + timedelta(hours=1))
    assert desk.crawls == ["bjxch"]
    desk.tick(DUE + 10 * DAY)
    assert desk.crawls == ["bjxch", "bjxch"]


def test_a_job_added_or_changed_today_makes_up_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.tick(EVE)
    desk.plan = Plan(desk.plan.path, (Job("daily", "0 5 * * *", ("bjxch",)),), command=desk.plan.command)
    desk.restart()
    desk.tick(EVE + 3 * DAY)
    assert desk.crawls == []


def test_two_schedulers_on_one_memory_fire_once(desk: Desk) -> None:
    other = Scheduler(
        desk.plan, Slots(desk.folder / "schedule.sqlite"), desk.folder / "logs", desk.said.append
    )
    for now in (EVE, DUE, DUE + timedelta(minutes=1)):
        desk.scheduler.tick(now)
        other.tick(now)
        desk.wait(now)
    assert desk.crawls == ["bjxch"]
    assert other.running == ()


def test_a_site_is_crawled_by_one_job_at_a_time(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, Job("one", "0 4 * * *", ("bjxch",)), Job("two", "0 4 * * *", ("bjxch", "bjdch"), (2024,))
    )
    held = [desk.hold("bjxch"), desk.hold("bjdch")]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    desk.wait(DUE)
    desk.wait(DUE)
    assert sorted(desk.crawls) == ["bjdch --year 2024", "bjxch", "bjxch --year 2024"]


def test_no_more_crawls_at_once_than_the_plan_allows(tmp_path: Path) -> None:
    sites = tuple(f"site{number}" for number in range(5))
    desk = Desk(tmp_path, Job("daily", "0 4 * * *", sites), parallel=2)
    held = [desk.hold(site) for site in sites]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE)
    assert sorted(desk.crawls) == sorted(sites)


def test_a_crawl_killed_with_its_scheduler_is_repeated_once(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    for now in (DUE, DUE + timedelta(minutes=5)):
        desk.scheduler.tick(now)
        (child,) = desk.scheduler.running
        child.kill()
        child.wait()
        gone(desk.slots)
        desk.restart()
    held.unlink()
    desk.tick(DUE + timedelta(minutes=10))
    assert len(desk.crawls) <= 2
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.attempts) == ("lost", 2)
    desk.tick(DUE + DAY)
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.slot.due) == ("done", DUE + DAY)


def test_a_living_scheduler_keeps_its_crawl_and_a_silent_one_loses_it(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    first, slots = desk.scheduler, Slots(desk.folder / "schedule.sqlite")
    other = Scheduler(desk.plan, slots, desk.folder / "logs", desk.said.append)
    other.tick(DUE + timedelta(seconds=20))
    assert other.running == ()
    first.tick(DUE + timedelta(seconds=25))
    other.tick(DUE + timedelta(seconds=50))
    assert other.running == ()
    other.tick(DUE + timedelta(minutes=5))
    assert len(other.running) == 1
    held.unlink()
    for scheduler in (first, other):
        for child in scheduler.running:
            child.wait(20)
        scheduler.tick(DUE + timedelta(minutes=5, seconds=10))
    last = slots.latest("daily", "bjxch")
    assert last is not None
    assert last.state == "done"


def test_a_crawl_killed_by_itself_is_repeated_once(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    (child,) = desk.scheduler.running
    child.kill()
    child.wait()
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 1
    held.unlink()
    desk.wait(DUE)
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.attempts) == ("done", 2)


def test_a_busy_site_is_tried_again_later_as_often_as_it_takes(desk: Desk) -> None:
    desk.exits("bjxch", 8)
    desk.tick(EVE)
    now = DUE
    for _ in range(4):
        desk.tick(now)
        desk.tick(now + BUSY_PAUSE / 2)
        now += BUSY_PAUSE
    assert len(desk.crawls) == 4
    desk.exits("bjxch", 0)
    desk.tick(now)
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.exit_code, last.attempts) == ("done", 0, 1)


def test_a_turn_that_comes_while_the_site_is_busy_stands_for_the_older_one(desk: Desk) -> None:
    desk.exits("bjxch", 8)
    desk.tick(EVE)
    desk.tick(DUE)
    desk.exits("bjxch", 0)
    desk.tick(DUE + DAY)
    desk.tick(DUE + DAY + BUSY_PAUSE)
    assert len(desk.crawls) == 2
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert (last.state, last.slot.due) == ("done", DUE + DAY)


def test_a_failed_crawl_waits_for_its_next_turn(desk: Desk) -> None:
    desk.exits("bjxch", 6)
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE + timedelta(hours=1))
    assert len(desk.crawls) == 1
    assert desk.scheduler.worst == 6
    assert any("network (exit code 6)" in line for line in desk.said)


def test_a_command_that_cannot_start_is_said_and_noted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.plan = Plan(desk.plan.path, desk.plan.jobs, command=(str(tmp_path / "none"),))
    desk.restart()
    desk.tick(EVE)
    desk.tick(DUE)
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert last.exit_code == CANNOT_START
    assert last.log is not None
    assert "cannot start" in Path(last.log).read_text()


def test_a_stopping_scheduler_starts_nothing_and_notes_how_its_crawls_end(desk: Desk) -> None:
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    desk.scheduler.stopping = True
    desk.scheduler.tick(DUE + DAY)
    held.unlink()
    desk.wait(DUE + DAY)
    assert desk.crawls == ["bjxch"]
    last = desk.slots.latest("daily", "bjxch")
    assert last is not None
    assert last.state == "done"


def test_the_list_says_what_runs_next_and_how_it_went(desk: Desk) -> None:
    (line,) = lines(desk.plan, desk.slots, EVE)
    assert (line.job, line.site, line.next, line.last) == ("daily", "bjxch", DUE, None)
    desk.tick(EVE)
    desk.tick(DUE)
    (line,) = lines(desk.plan, desk.slots, DUE)
    assert line.last is not None
    assert line.last.exit_code == 0


# ------------------------------------------------------------------ as a process


def started(folder: Path, *options: str) -> subprocess.Popen[str]:
    """`gongkai schedule` on a plan whose command is made up and whose turn is once a year."""
    (folder / "fake.py").write_text(FAKE)
    command = [sys.executable, str(folder / "fake.py"), str(folder)]
    (folder / "gongkai-schedule.toml").write_text(
        textwrap.dedent(f"""
            archive = "archive"
            command = {command!r}
            [jobs.yearly]
            cron = "0 0 1 1 *"
            sites = ["bjxch"]
        """)
    )
    return subprocess.Popen(
        [sys.executable, "-m", "crawler.cli", "schedule", *options],
        cwd=folder,
        env=os.environ
        | {"GONGKAI_STATE": str(folder / "state"), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def memory(folder: Path) -> Slots:
    (path,) = (folder / "state").glob("*/schedule.sqlite")
    return Slots(path)


def backdate(folder: Path) -> None:
    """As if the plan had been known for longer than a year, so that a turn was missed."""
    slots = memory(folder)
    slots._db.execute("UPDATE known SET since = ?", ((datetime.now(UTC) - timedelta(days=370)).isoformat(),))
    slots.close()


def test_once_makes_up_what_was_missed_and_ends(tmp_path: Path) -> None:
    process = started(tmp_path, "--once")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.startswith("gongkai: nothing is due; the next turn is 20")
    backdate(tmp_path)
    (tmp_path / "exit-bjxch").write_text("5")
    process = started(tmp_path, "--once")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "gongkai: bjxch (yearly): ended, incomplete (exit code 5)" in said
    assert (tmp_path / "crawls").read_text() == f"bjxch --archive {tmp_path / 'archive'}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_running_crawl_finish(tmp_path: Path, number: signal.Signals) -> None:
    assert started(tmp_path, "--once").wait(30) == 0
    backdate(tmp_path)
    held = tmp_path / "hold-bjxch"
    held.touch()
    process = started(tmp_path)
    assert process.stderr is not None
    assert "1 job(s) from gongkai-schedule.toml" in process.stderr.readline()
    assert "the next turn is" in process.stderr.readline()
    assert "started" in process.stderr.readline()
    process.send_signal(number)
    assert "stopping when 1 running crawl(s) have finished" in process.stderr.readline()
    assert process.poll() is None
    held.unlink()
    assert process.wait(30) == 0
    last = memory(tmp_path).latest("yearly", "bjxch")
    assert last is not None
    assert (last.state, last.exit_code) == ("done", 0)
    assert "Traceback" not in process.stderr.read()


def test_a_killed_scheduler_leaves_a_crawl_that_the_next_one_repeats_once(tmp_path: Path) -> None:
    assert started(tmp_path, "--once").wait(30) == 0
    backdate(tmp_path)
    held = tmp_path / "hold-bjxch"
    held.touch()
    process = started(tmp_path)
    assert process.stderr is not None
    while "started" not in process.stderr.readline():
        pass
    process.kill()
    process.wait(30)
    slots = memory(tmp_path)
    last = slots.latest("yearly", "bjxch")
    assert last is not None
    assert last.state == "running"
    held.unlink()
    assert started(tmp_path, "--once").wait(30) == 0
    last = slots.latest("yearly", "bjxch")
    assert last is not None
    assert (last.state, last.exit_code) == ("done", 0)
    assert len((tmp_path / "crawls").read_text().splitlines()) == 2


def test_the_list_is_a_table_and_json(tmp_path: Path) -> None:
    table, said = started(tmp_path, "--list").communicate(timeout=30)
    assert "yearly" in table
    assert "never" in table
    assert said == ""
    data, _ = started(tmp_path, "--list", "--json").communicate(timeout=30)
    assert '"job": "yearly"' in data


def test_a_plan_that_cannot_be_meant_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    process = started(tmp_path, "--config", "none.toml")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said.startswith("gongkai: none.toml: there is no such file")
    assert "Traceback" not in said
