"""What a schedule file may say, and the moments that its cron expressions mean."""

from __future__ import annotations

import itertools
import re
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.cli import main
from crawler.errors import ScheduleFileError
from crawler.schedule.plan import ZONE, Job, latest_fire, read_plan

ROOT = Path(__file__).parents[2]
SITES = {"bjxch", "bjdch"}


def plan_file(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def job(cron: str) -> Job:
    return Job("job", cron, ("bjxch",))


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    plan = read_plan(
        plan_file(
            tmp_path,
            'archive = "kept"\nlogs = "logs"\nparallel = 2\n'
            '[jobs.january]\ncron = "20 3 * 1 *"\nsites = ["bjxch", "bjdch"]\nyears = [2024, 2025]\n',
        ),
        SITES,
    )
    assert plan.archive == str(tmp_path / "kept")
    assert plan.logs == tmp_path / "logs"
    assert plan.parallel == 2
    assert plan.jobs[0].sites == ("bjxch", "bjdch")
    assert plan.jobs[0].options() == ["--year", "2024", "--year", "2025"]


def test_a_bucket_stays_as_it_is(tmp_path: Path) -> None:
    text = 'archive = "s3://bucket/prefix"\n[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxch"]\n'
    assert read_plan(plan_file(tmp_path, text), SITES).archive == "s3://bucket/prefix"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml", "cannot be read as TOML"),
        ("", "jobs: no job is planned"),
        ('when = "now"\n[jobs.a]', "the top of the file: when: is not known"),
        ('[jobs.a]\nsites = ["bjxch"]', "[jobs.a]: cron: is missing"),
        ('[jobs.a]\ncron = "0 3 * * *"', "[jobs.a]: sites: list at least one site"),
        ('[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxhc"]', "there is no site bjxhc; `gongkai sites`"),
        ('[jobs.a]\ncron = "0 3 * *"\nsites = ["bjxch"]', "it has 4 fields instead of 5"),
        ('[jobs.a]\ncron = "61 3 * * *"\nsites = ["bjxch"]', "[jobs.a]: cron: '61 3 * * *' is no cron"),
        ('[jobs.a]\ncron = "0 3 31 2 *"\nsites = ["bjxch"]', "no day of any year fits it"),
        ('[jobs.a]\ncron = "0 3 1 * mon"\nsites = ["bjxch"]', "write a job for each"),
        ('[jobs.a]\ncron = "0 3 * * 8"\nsites = ["bjxch"]', "'8' is no weekday"),
        ('[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxch"]\nyears = ["2024"]', "years: give report years as"),
        ('[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxch"]\nyaers = [2024]', "[jobs.a]: yaers: is not known"),
        ('[jobs."a/b"]\ncron = "0 3 * * *"\nsites = ["bjxch"]', "name the job with ASCII letters"),
        ('parallel = 0\n[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxch"]', "parallel: give a number"),
        ('command = "x"\n[jobs.a]\ncron = "0 3 * * *"\nsites = ["bjxch"]', "command: list the words"),
    ],
)
def test_complaints_name_file_key_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    path = plan_file(tmp_path, text)
    with pytest.raises(ScheduleFileError) as error:
        read_plan(path, SITES)
    assert str(error.value).startswith(f"{path}: ")
    assert says in str(error.value)


def test_a_missing_file_is_answered_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(ScheduleFileError, match=r"there is no such file; write one(.|\n)*\[jobs\.daily\]"):
        read_plan(tmp_path / "none.toml", SITES)


@pytest.mark.parametrize(
    ("cron", "weekdays"),
    [
        ("0 3 * * 0", {6}),
        ("0 3 * * 7", {6}),
        ("0 3 * * 1-5", {0, 1, 2, 3, 4}),
        ("0 3 * * 5-7", {4, 5, 6}),
        ("0 3 * * mon,wed", {0, 2}),
        ("0 3 * * MON-FRI", {0, 1, 2, 3, 4}),
    ],
)
def test_weekdays_are_those_of_cron(cron: str, weekdays: set[int]) -> None:
    """APScheduler 3 counts from Monday, cron from Sunday."""
    trigger, moment, met = job(cron).trigger(), datetime(2026, 1, 1, tzinfo=UTC), set()
    for _ in range(14):
        moment = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
        met.add(moment.weekday())
    assert met == weekdays


def test_moments_are_those_of_the_offices_that_publish() -> None:
    fire = job("20 3 * * *").trigger().get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
    assert fire.astimezone(UTC) == datetime(2026, 1, 1, 19, 20, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["* * * * *", "20 3 * * *", "0 0 1 1 *", "0 0 29 2 *"])
def test_the_latest_moment_is_found_however_long_ago(cron: str) -> None:
    trigger = job(cron).trigger()
    now = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)
    found = latest_fire(trigger, datetime(2000, 1, 1, tzinfo=UTC), now)
    assert found is not None
    assert found <= now
    assert trigger.get_next_fire_time(None, found + timedelta(seconds=1)) > now


def test_a_moment_met_already_is_not_met_again() -> None:
    trigger = job("20 3 * * *").trigger()
    fire = datetime(2026, 1, 2, 3, 20, tzinfo=ZONE)
    assert latest_fire(trigger, fire - timedelta(seconds=1), fire) == fire
    assert latest_fire(trigger, fire, fire + timedelta(hours=23)) is None


@pytest.mark.parametrize("where", ["docs/running.md", "gongkai schedule --help"])
def test_the_files_that_are_shown_are_understood(tmp_path: Path, where: str) -> None:
    shown = (
        (ROOT / where).read_text("utf-8") if where.endswith(".md") else main.commands["schedule"].help or ""
    )
    start = re.search(r'^ +archive = "s3://', shown, re.M)
    assert start is not None
    lines = shown[start.start() :].splitlines()
    block = itertools.takewhile(lambda line: not line or line.startswith("  "), lines)
    plan = read_plan(plan_file(tmp_path, textwrap.dedent("\n".join(block))), SITES)
    assert plan.jobs[0].years == (2025,)
