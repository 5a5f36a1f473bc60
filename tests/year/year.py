"""The year from its first day to its last, and what is wrong with what came of it.

`play_year` lets the story happen day by day, with the accidents that befall the archive and the machines, and
asks two machines' schedulers to keep up with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.year import alarms, truth
from tests.year.compare import alerts, alerts_differ, changes_differ, coverage_differs
from tests.year.play import MACHINES, Play
from tests.year.stage import address
from tests.year.story import COUNTIES, DAMAGE, PAUSE, YEARS, County, moment, reports

SCHEDULE = """[schedule]
sites = {sites}
parallel = 2

[watch.channels.told]
kind = "file"
path = "told.jsonl"
"""
"""Sites and a channel: the plan is the default one."""
SHORT = """
[schedule.jobs.crawl]
kind = "crawl"
calendar = "reports"

[schedule.jobs.watch]
kind = "watch"
cron = "40 7 * * *"
"""
"""Only the jobs that a short play looks at."""

Act = Callable[[Play], list[str]]


@dataclass(slots=True)
class Verdict:
    """What came of the year."""

    problems: list[str]
    crawls: int
    requests: int
    changes: int
    alerts: int


def play_year(
    folder: Path,
    leaps: Sequence[datetime],
    counties: Sequence[County] = COUNTIES,
    jobs: str = "",
    say: Callable[[str], None] = lambda line: None,
) -> Verdict:
    """Leaps from one moment to the next, and what is due by each is done before the next.

    `jobs` stands in for the default plan.
    """
    keys = [county.key for county in counties]
    with Play(folder, SCHEDULE.format(sites=json.dumps(keys)) + jobs) as play:
        for machine in MACHINES:
            play.start(machine)
        play.settle()
        problems: list[str] = []
        for to, act in _with_accidents(leaps):
            play.pass_to(to, say)
            problems += act(play) if act is not None else []
        for machine in list(play.schedulers):
            if code := play.stop(machine):
                problems.append(f"the scheduler of {machine} ended with exit code {code}")
        play.keep_visits()
        return judge(play, leaps, keys, problems)


def _with_accidents(leaps: Sequence[datetime]) -> list[tuple[datetime, Act | None]]:
    """The leaps, and what befalls archive and machines at some, in the order of time."""
    acts: list[tuple[date, Act]] = [
        (DAMAGE.day, _damage),
        (DAMAGE.mended, _mend),
        (PAUSE.first, _pause),
        (PAUSE.end, _resume),
    ]
    befalls = [(moment(day), act) for day, act in acts if moment(day) < leaps[-1]]
    return sorted([*((to, None) for to in leaps), *befalls], key=lambda one: one[0])


def _damage(play: Play) -> list[str]:
    """A copy is made, and then a bit of a report flips, a day before bodies are verified.

    An earlier crawl that asks for the report anew would mend it in passing.
    """
    done = play.gongkai("copy", "archive", "copy")
    county = next(county for county in COUNTIES if county.key == DAMAGE.county)
    url = address(next(report for report in reports(county) if report.year == YEARS[0]))
    lines = (file.read_text("utf-8").splitlines() for file in play.archive.glob("captures/*/*/*/*.jsonl"))
    captures = (json.loads(line) for file in lines for line in file)
    digest = next(one["sha256"] for one in captures if one.get("url") == url and one["status"] == 200)
    body = play.archive / "raw" / digest[:2] / digest
    said = body.read_bytes()
    body.chmod(0o644)
    body.write_bytes(bytes([said[0] ^ 1]) + said[1:])
    return [] if done.returncode == 0 else [f"copy ended with {done.returncode}: {done.stderr}"]


def _mend(play: Play) -> list[str]:
    done = play.gongkai("verify", "--repair", "--from", "copy")
    return [] if done.returncode in (0, 10) else [f"verify ended with {done.returncode}: {done.stderr}"]


def _pause(play: Play) -> list[str]:
    codes = {machine: play.stop(machine) for machine in list(play.schedulers)}
    return [f"the scheduler of {machine} ended with {code}" for machine, code in codes.items() if code]


def _resume(play: Play) -> list[str]:
    """Somebody looks while nothing runs, and then starts the schedulers again."""
    done = play.gongkai("watch")
    for machine in MACHINES:
        play.start(machine)
    play.settle()
    return [] if done.returncode == 0 else [f"watch ended with {done.returncode}: {done.stderr}"]


def judge(play: Play, leaps: Sequence[datetime], keys: Sequence[str], problems: list[str]) -> Verdict:
    """Holds what the archive and the verbs say now against the truth."""
    now, visits = play.clock.now(), play.visits
    nights = truth.nights(visits)
    problems += [
        f"{site} was crawled {times} times on {day}" for (site, day), times in nights.items() if times > 1
    ]
    span = f"{YEARS[0]}-{YEARS[-1]}"
    covered = _printed(play, "coverage", "--all", "--years", span, "--json")
    cells = {key: cell for key, cell in truth.coverage(visits, now).items() if key[0] in keys}
    problems += coverage_differs(cells, covered)
    changed = _printed(play, "changes", "--json")["changes"]
    problems += changes_differ([one for one in truth.changes(visits, now) if one.site in keys], changed)
    raised = alerts(play.archive)
    due = [alert for alert in alarms.alerts(visits, now, leaps) if alert.site in (*keys, "")]
    problems += alerts_differ(due, raised, now)
    verified = play.gongkai("verify")
    if verified.returncode:
        problems.append(f"verify ended with {verified.returncode}: {verified.stdout}{verified.stderr}")
    return Verdict(problems, sum(nights.values()), len(visits), len(changed), len(raised))


def _printed(play: Play, *words: str) -> Any:
    """The JSON that a verb prints."""
    done = play.gongkai(*words)
    if done.returncode:
        raise AssertionError(f"gongkai {' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)
