"""What `[schedule]` may say, and the plan that it means."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.cli import main
from crawler.config.loading import read
from crawler.errors import ConfigError
from crawler.schedule.plan import Known, Plan, make_plan, needs_archive
from crawler.schedule.settings import JobSection, ScheduleSection
from crawler.sites import load_sites

ROOT = Path(__file__).parents[2]
SITES = load_sites("")
DUE = datetime(2026, 1, 17, 19, 20, tzinfo=UTC)


def planned(folder: Path, text: str, archived: Sequence[str] = ("bjxch",), *, channels: bool = False) -> Plan:
    path = folder / "gongkai.toml"
    path.write_text(text, encoding="utf-8")
    config = read(path)
    known = Known(SITES, archived, "gongkai 1.0", channels)
    return make_plan(config.schedule, "./archive", known, config.path)


def test_a_file_without_a_word_has_a_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, "")
    assert [(job.name, job.kind) for job in plan.jobs] == [
        (kind, kind) for kind in ("crawl", "reparse", "watch", "verify")
    ]
    assert {turn.site for turn in plan.turns} == {"bjxch", "_watch", "_verify"}
    assert [job.name for job in planned(tmp_path, "", channels=True).jobs][-1] == "digest"


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        [schedule]
        sites = ["bjxch", "bjdch"]
        parallel = 2
        logs = "logs"
        keep_logs = 30
        grace = "90s"
        metrics = "127.0.0.1:9464"
        command = ["nice", "gongkai"]
        [schedule.jobs.january]
        kind = "crawl"
        cron = "20 3 * 1 *"
        sites = ["bjdch"]
        years = [2024, 2025]
        limit = "6h"
        memory = "2 GiB"
        options = ["-s", "DOWNLOAD_DELAY=2"]
        [schedule.jobs.monthly]
        kind = "crawl"
        calendar = "reports"
        [schedule.jobs.look]
        kind = "verify"
        cron = "30 6 2 * *"
        sites = ["bjdch"]
        """,
    )
    assert (plan.parallel, plan.logs, plan.keep_logs) == (2, tmp_path / "logs", timedelta(days=30))
    assert (plan.grace, plan.metrics, plan.command) == (
        timedelta(seconds=90),
        "127.0.0.1:9464",
        ("nice", "gongkai"),
    )
    january, first, second, look = plan.turns
    assert (january.site, first.site, second.site, look.site) == ("bjdch", "bjxch", "bjdch", "_verify")
    assert (january.job.limit, january.job.memory) == (timedelta(hours=6), 2 * 2**30)
    assert january.words(DUE, "s3://b/p") == [
        *("crawl", "bjdch", "--unless-since", "2026-01-17T19:20:00+00:00"),
        *("--year", "2024", "--year", "2025", "-s", "DOWNLOAD_DELAY=2", "--archive", "s3://b/p"),
    ]
    assert look.words(DUE, "a")[:2] == ["verify", "bjdch"]


def test_every_turn_is_a_command_line_that_gongkai_takes(tmp_path: Path) -> None:
    for turn in planned(tmp_path, "", channels=True).turns:
        verb, *words = turn.words(DUE, "./archive")
        main.commands[verb].make_context(verb, words)


def test_the_sites_are_those_named_or_of_the_archive_or_all(tmp_path: Path) -> None:
    def sites(text: str, archived: Sequence[str]) -> set[str]:
        return {turn.site for turn in planned(tmp_path, text, archived).turns if turn.of_site}

    assert sites("", ["bjxch", "of-another-registry"]) == {"bjxch"}
    assert sites('[schedule]\nsites = "all"', []) == set(SITES)
    assert sites('[schedule]\nsites = ["bjdch"]', ["bjxch"]) == {"bjdch"}
    assert needs_archive(read(tmp_path / "gongkai.toml").schedule) is False
    (tmp_path / "gongkai.toml").write_text("")
    assert needs_archive(read(tmp_path / "gongkai.toml").schedule) is True


def job(text: str) -> str:
    return f'[schedule.jobs.a]\nkind = "crawl"\n{text}'


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("[schedule]\nwhen = 1", "[schedule] when", "no such key"),
        ("[schedule]\nparalel = 1", "[schedule] paralel", "Did you mean parallel?"),
        ("[schedule]\nparallel = 0", "[schedule] parallel", "at least 1"),
        ('[schedule]\nparallel = "4"', "[schedule] parallel", "a whole number"),
        ('[schedule]\nmetrics = "9464"', "[schedule] metrics", "127.0.0.1:9464"),
        ('[schedule]\ngrace = "5"', "[schedule] grace", '"90m"'),
        ('[schedule]\nsites = ["bjxhc"]', "[schedule] sites", "there is no site bjxhc. `gongkai sites`"),
        ("[schedule]\nsites = []", "[schedule] sites", "at least 1"),
        ('[schedule]\nsites = "some"', "[schedule] sites", ""),
        ('[schedule.jobs.a]\ncron = "0 3 * * *"', "[schedule.jobs.a] kind", "missing"),
        ('[schedule.jobs.a]\nkind = "crwal"', "[schedule.jobs.a] kind", "should be 'crawl'"),
        ('[schedule.jobs."a/b"]\nkind = "crawl"', "[schedule.jobs]", "up to 40 ASCII letters"),
        (job('sites = ["bjxhc"]'), "[schedule.jobs.a] sites", "there is no site bjxhc"),
        (job('cron = "0 3 * *"'), "[schedule.jobs.a] cron", "it has 4 fields instead of 5"),
        (job('cron = "61 3 * * *"'), "[schedule.jobs.a] cron", "'61 3 * * *' is no cron expression"),
        (job('cron = "0 3 31 2 *"'), "[schedule.jobs.a] cron", "no day of any year fits it"),
        (job('cron = "0 3 1 * mon"'), "[schedule.jobs.a] cron", "write a job for each"),
        (job('cron = "0 3 * * 8"'), "[schedule.jobs.a] cron", "'8' is no weekday"),
        (job('cron = "0 3 * * *"\ncalendar = "reports"'), "[schedule.jobs]", "Keep one of them"),
        (job("years = [24]"), "[schedule.jobs.a] years", "at least 2008"),
        (job('limit = "6 hours"'), "[schedule.jobs.a] limit", '"6h"'),
        (job('memory = "1 MB"'), "[schedule.jobs.a] memory", "256 MiB or more"),
        (job('options = ["--archive=x"]'), "[schedule.jobs", "--archive=x"),
        ('[schedule.jobs.a]\nkind = "watch"', "[schedule.jobs", 'cron = "40 7 * * *"'),
        (
            '[schedule.jobs.a]\nkind = "watch"\ncron = "0 7 * * *"\nsites = ["bjxch"]',
            "[schedule.jobs",
            "of all",
        ),
    ],
)
def test_complaints_name_file_key_and_remedy(tmp_path: Path, text: str, place: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        planned(tmp_path, text)
    said = error.value.problems[0]
    assert said.startswith(f"{tmp_path / 'gongkai.toml'}: {place.removesuffix(']')}"), said
    assert says in said


def shown(where: str) -> list[str]:
    """The TOML that a document or the help shows, from `[schedule]` on."""
    text = (
        (ROOT / where).read_text("utf-8") if where.endswith(".md") else main.commands["schedule"].help or ""
    )
    found = re.findall(r"^( +)\[schedule\]\n((?:\1.*\n|\n)*)", text + "\n", re.M)
    return ["[schedule]\n" + textwrap.dedent("".join(block)) for _, block in found]


@pytest.mark.parametrize("where", ["docs/running.md", "gongkai schedule --help"])
def test_what_is_shown_is_understood(tmp_path: Path, where: str) -> None:
    blocks = shown(where)
    assert blocks
    for block in blocks:
        assert planned(tmp_path, block).turns


def test_sites_that_share_a_host_share_it_whichever_jobs_they_are_of() -> None:
    one, other = (replace(SITES["bjxch"], key=key) for key in ("one", "other"))
    jobs = {"all": JobSection(kind="crawl"), "often": JobSection(kind="crawl", sites=("other",))}
    section = ScheduleSection(sites=("one", "other"), jobs=jobs)
    plan = make_plan(section, "./archive", Known({"one": one, "other": other}, (), "gongkai 1.0"))
    assert {turn.key: turn.host for turn in plan.turns} == {
        ("all", "one"): "one",
        ("all", "other"): "one",
        ("often", "other"): "one",
    }
