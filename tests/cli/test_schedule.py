"""`gongkai schedule` as a process, with a made-up `gongkai` for its jobs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from time import monotonic, sleep

import pytest

from crawler.schedule.rows import Run
from crawler.schedule.slots import Slots
from storage.archive import state_folder
from tests.schedule.made import made_up

Process = subprocess.Popen[str]
CRON = "0 0 1 1 *"


class Place:
    """A folder with a gongkai.toml, a state folder, and the processes that a test starts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = str(folder / "archive")
        self.processes: list[Process] = []
        made_up(folder)
        self.plan()

    def plan(self, more: str = "") -> None:
        """One turn a year of one site."""
        command = [sys.executable, str(self.folder / "fake.py"), str(self.folder)]
        (self.folder / "gongkai.toml").write_text(
            f"archive = 'archive'\nstate = 'state'\n[schedule]\ncommand = {json.dumps(command)}\n{more}\n"
            f'[schedule.jobs.yearly]\nkind = "crawl"\ncron = "{CRON}"\nsites = ["bjxch"]\n'
        )

    def start(self, *options: str) -> Process:
        """`gongkai schedule`."""
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler.cli", "schedule", *options],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
            | {"PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def memory(self) -> Slots:
        return Slots(state_folder(self.archive, self.folder / "state") / "schedule.sqlite")

    def last(self) -> Run:
        slots = self.memory()
        found = slots.latest("yearly", "bjxch")
        slots.close()
        assert found is not None
        return found

    def missed(self) -> None:
        """As if the plan had been known for longer than a year, so that a turn was missed."""
        slots, long_ago = self.memory(), datetime.now(UTC) - timedelta(days=370)
        slots.standing("yearly", "bjxch", CRON, long_ago)
        slots._db.execute("UPDATE known SET since = ?", (long_ago.isoformat(),))
        slots.close()

    def hold(self) -> Path:
        held = self.folder / "hold-bjxch"
        held.touch()
        return held

    @property
    def crawls(self) -> list[str]:
        path = self.folder / "crawls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    (tmp_path / "hold-bjxch").unlink(missing_ok=True)
    for process in made.processes:
        process.kill()
        process.communicate()


def until(process: Process, words: str) -> str:
    """What it says until a line has these words."""
    assert process.stderr is not None
    said, patience = "", Timer(60, process.kill)
    patience.start()
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    patience.cancel()
    return said


def test_once_makes_up_what_was_missed_and_ends(place: Place) -> None:
    process = place.start("--once")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.startswith("gongkai: nothing is due; the next turn is 20")
    place.missed()
    (place.folder / "exit-bjxch").write_text("5")
    process = place.start("--once")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "gongkai: bjxch (yearly): ended, incomplete (exit code 5)" in said
    assert place.crawls == [f"crawl bjxch --archive {place.archive}"]


def test_once_does_not_say_that_nothing_is_due_where_it_is_tried_again_later(place: Place) -> None:
    place.missed()
    (place.folder / "exit-bjxch").write_text("7")
    assert place.start("--once").wait() == 7
    again = place.start("--once")
    _, said = again.communicate()
    assert again.returncode == 0
    assert "what is due (1) is under way, or is tried again later" in said
    assert len(place.crawls) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_the_running_crawl_to_stop_and_the_next_scheduler_goes_on(
    place: Place, number: signal.Signals
) -> None:
    place.missed()
    held = place.hold()
    process = place.start()
    assert "1 job(s), 1 site(s)" in until(process, "started")
    process.send_signal(number)
    until(process, "stopping: 1 running job(s) finish their page")
    assert process.wait(30) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    assert (place.last().state, place.last().note) == ("due", "stopped with the scheduler")
    held.unlink()
    following = place.start("--once")
    _, said = following.communicate(timeout=30)
    assert following.returncode == 0, said
    assert (place.last().state, place.last().attempts) == ("done", 1)


def test_a_second_signal_kills_what_does_not_stop(place: Place) -> None:
    place.missed()
    place.hold()
    (place.folder / "stubborn-bjxch").touch()
    process = place.start()
    until(process, "started")
    wait_for(place.folder / "crawls")
    process.send_signal(signal.SIGTERM)
    until(process, "stopping")
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    until(process, "killed what was running")
    assert process.wait(30) == 0
    assert place.last().state == "due"


def wait_for(path: Path) -> None:
    deadline = monotonic() + 20
    while not path.exists():
        assert monotonic() < deadline
        sleep(0.02)


def test_a_killed_scheduler_leaves_a_crawl_that_the_next_one_takes_over(place: Place) -> None:
    place.missed()
    held = place.hold()
    process = place.start()
    until(process, "started")
    process.kill()
    process.wait(30)
    assert place.last().state == "running"
    following = place.start("--once")
    until(following, "runs on, though its scheduler is gone; taken over")
    held.unlink()
    assert following.wait(60) == 1  # nobody saw how it ended
    assert place.start("--once").wait(30) == 0
    assert (place.last().state, place.last().exit_code) == ("done", 0)


def test_two_schedulers_run_a_turn_once(place: Place) -> None:
    place.missed()
    held = place.hold()
    first = place.start()
    until(first, "started")
    second = place.start()
    until(second, "logs in")
    held.unlink()
    until(first, "ended, ok")
    for process in (first, second):
        process.terminate()
        assert process.wait(30) == 0
    assert len(place.crawls) == 1


def test_the_list_is_a_table_and_json(place: Place) -> None:
    table, said = place.start("--list").communicate(timeout=30)
    assert "yearly" in table
    assert "never" in table
    assert said == ""
    data, _ = place.start("--list", "--json").communicate(timeout=30)
    (line,) = json.loads(data)
    assert (line["job"], line["site"], line["last"]) == ("yearly", "bjxch", None)
    assert line["next"].endswith("12-31T16:00:00+00:00")


def test_a_plan_that_cannot_be_meant_is_one_sentence_and_exit_code_2(place: Place) -> None:
    place.plan("parallel = 0")
    process = place.start()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "[schedule] parallel: should be at least 1" in said
    assert "Traceback" not in said


def test_an_archive_without_sites_is_said(place: Place) -> None:
    (place.folder / "gongkai.toml").write_text("archive = 'archive'\nstate = 'state'\n")
    process = place.start()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 7
    assert "There is no archive" in said
