"""`gongkai runs`, as typed: the list, and what is said of one run, whatever version wrote its record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.exits import Exit
from storage.archive import Archive
from tests.cli.made import gongkai
from tests.storage.made import NOW, body, capture

pytestmark = pytest.mark.usefixtures("elsewhere")

WHOLE: dict[str, Any] = {
    "ended": "finished",
    "complete": True,
    "expected": 3,
    "found": 2,
    "explained": 1,
    "counts": {
        "captured": 2, "unchanged": 0, "resting": 0, "absent": 1, "failed": 0, "refused": 0, "blocked": 0
    },
    "reports": 1,
    "captured": ["https://x.example/1", "https://x.example/2"],
    "new": ["https://x.example/1"],
    "changed": ["https://x.example/2"],
    "same": [],
    "unchanged": [],
    "resting": [],
    "absent": [{"url": "https://x.example/3", "role": "report", "reason": "the server answers 404"}],
    "failed": [],
    "refused": [],
    "blocked": [],
    "gaps": [],
    "lists": [{"url": "https://x.example/2", "family": "generic", "reports": 4}],
    "requests": {"x.example": {"200": 2, "404": 1}},
    "bytes": 2048,
    "read": 1,
    "unread": [],
    "findings": {"requests-balance": 2},
    "published": {"published": 1, "removed": 0},
    "bugs": 0,
    "years": [2025],
    "versions": {"gongkai": "9", "parser": "gongkai 9", "scrapy": "2", "python": "3", "platform": "p"},
    "stopped": "2026-02-03T04:06:06+00:00",
    "seconds": 60,
}  # fmt: skip
OLD = {"ended": "finished", "expected": 2, "stopped": "2026-02-03T04:05:36+00:00", "complete": False} | {
    "counts": {"captured": 1, "unchanged": 0, "absent": 0, "failed": 1, "refused": 0, "blocked": 0},
    "captured": ["https://x.example/1"],
    "failed": [{"url": "https://x.example/2", "reason": "x.example refuses connections"}],
}
"""As an early version wrote it."""


@pytest.fixture(autouse=True)
def without_fsync() -> Iterator[None]:
    """It is slow, and not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield


def ran(record: dict[str, Any], site: str = "xuxian", minutes: int = 0) -> str:
    """A run with that record, begun so long after `NOW`; its name."""
    with Archive.open("archive") as archive:
        run = archive.start_run(site, NOW + timedelta(minutes=minutes))
        run.finish(record)
        return run.id


def killed(site: str = "xuxian", minutes: int = 0) -> str:
    """A run that was killed after two pages, one of them a 404; its name."""
    with Archive.open("archive") as archive:
        run = archive.start_run(site, NOW + timedelta(minutes=minutes))
        run.record(capture(1), body(1))
        run.record(capture(2, status=404), b"no")
        run.abandon()
        return run.id


def listed(*words: str) -> list[dict[str, Any]]:
    """What `gongkai runs --json` lists."""
    runs: list[dict[str, Any]] = json.loads(gongkai("runs", *words, "--json").stdout)["runs"]
    return runs


def test_runs_are_listed_newest_first_with_what_became_of_them() -> None:
    names = [ran(OLD), ran(WHOLE, minutes=1), ran(WHOLE, "yixian", minutes=2)]
    shown = gongkai("runs")
    assert shown.exit_code == Exit.OK
    lines = [line.split() for line in shown.stdout.splitlines() if "2026" in line]
    assert [line[2:6] for line in lines] == [
        ["yixian", names[2][:15], "complete", "3"],
        ["xuxian", names[1][:15], "complete", "3"],
        ["xuxian", names[0][:15], "incomplete", "2"],
    ]
    assert lines[0][:2] == ["02-03", "12:07"], "the time in China"
    assert lines[2][6:] == ["1", "–", "–", "1", "–", "30", "s"]
    assert [one["run"] for one in listed()] == names[::-1]
    assert [one["run"] for one in listed("xuxian")] == names[1::-1]
    assert [one["changed"] for one in listed()] == [1, 1, None]


def test_runs_that_began_in_one_second_are_told_apart() -> None:
    names = [ran(WHOLE, site) for site in ("xuxian", "yixian", "lixian")]
    shown = gongkai("runs").stdout
    for line in (line.split() for line in shown.splitlines() if "2026" in line):
        (name,) = (name for name in names if name.startswith(line[3]))
        assert gongkai("runs", line[3]).stdout.split()[1] == name
    assert "…" not in shown


def test_the_newest_are_listed_and_the_others_counted() -> None:
    names = [ran(WHOLE, minutes=number) for number in range(3)]
    assert [one["run"] for one in listed("--limit", "2")] == names[:0:-1]
    assert "and 1 older" in gongkai("runs", "--limit", "2").stdout


def test_since_is_a_day_in_china() -> None:
    names = [ran(WHOLE, minutes=minutes) for minutes in (11 * 60, 13 * 60)]
    days = "2026-02-03", "2026-02-04", "2026-02-05"  # 23:05 and 01:05 the day after
    assert [[one["run"] for one in listed("--since", day)] for day in days] == [names[::-1], names[1:], []]
    assert "no run since 2026-02-05" in gongkai("runs", "--since", "2026-02-05").stderr


def test_a_run_is_explained_in_words() -> None:
    name = ran(WHOLE)
    shown = gongkai("runs", name[:15])
    assert shown.exit_code == Exit.OK
    for words in (
        f"xuxian  {name}  complete",
        "Began 2026-02-03 12:05 Beijing time, took 60 s",
        "reports of 2025 only",
        "It is complete: of 3 expected addresses 2 were found, and the site itself explains the other 1.",
        "2 captured (1 new, 1 changed, 0 same)",
        "1 list was read (generic); they offered 4 entries",
        "x.example answered 2 × 200, 1 × 404.",
        "Findings: 2 requests-balance.",
        "1 × the server answers 404\n      https://x.example/3",
    ):
        assert words in shown.stdout
    assert "What to do" not in shown.stdout
    data = json.loads(gongkai("runs", name, "--json").stdout)
    assert data["captured"] == WHOLE["captured"]
    assert data["says"]["groups"] == [
        {"state": "absent", "reason": "the server answers 404", "urls": ["https://x.example/3"]}
    ]


def test_a_record_of_an_older_version_is_explained_as_far_as_it_goes() -> None:
    shown = gongkai("runs", ran(OLD))
    assert shown.exit_code == Exit.OK
    assert "It is not complete: of 2 expected addresses 1 failed." in shown.stdout
    assert "1 × x.example refuses connections" in shown.stdout
    assert "gongkai crawl xuxian" in shown.stdout
    ran({}, minutes=1)
    bare = gongkai("runs", ran({}, minutes=2))
    assert "The record counts no addresses." in bare.stdout
    assert "its record does not say why" in bare.stdout
    assert [one["expected"] for one in listed()] == [None, None, 2]


def test_a_killed_run_is_named_until_it_is_brought_in_and_explained_then() -> None:
    name = killed()
    shown = gongkai("runs")
    assert name[:15] in shown.stdout
    assert "it was killed; the next crawl" in shown.stdout
    missing = gongkai("runs", name)
    assert (missing.exit_code, "has no record yet: it was killed" in missing.stderr) == (Exit.NOT_FOUND, True)
    gongkai("spool", "drain")
    (one,) = listed()
    assert (one["outcome"], one["expected"], one["found"], one["new"]) == ("crashed", None, 1, 1)
    told = gongkai("runs", name).stdout
    for words in ("It was killed.", "– expected", "1 captured (1 new", "1 absent", "the next crawl goes on"):
        assert words in told


def test_a_run_that_is_under_way_says_so() -> None:
    with Archive.open("archive") as archive:
        run = archive.start_run("xuxian", NOW)
        assert "under way" in gongkai("runs").stdout
        (here,) = json.loads(gongkai("runs", "--json").stdout)["here"]
        assert (here["run"], here["state"]) == (run.id, "it is under way")


def test_what_was_lost_keeps_a_run_from_being_complete() -> None:
    name = ran(WHOLE | {"lost": [{"url": "https://x.example/2", "sha256": "0" * 64}]})
    shown = gongkai("runs", name).stdout
    assert "It is not complete: 1 body was lost." in shown
    assert "gongkai verify xuxian --repair --refetch" in shown
    assert not listed()[0]["complete"]


def test_a_damaged_record_is_named_so() -> None:
    name = ran(WHOLE)
    [file] = Path("archive/runs/xuxian").iterdir()
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-20])
    assert listed() == [{"run": name, "site": "xuxian", "damaged": True}]
    shown = gongkai("runs", name)
    assert (shown.exit_code, "gongkai verify xuxian" in shown.stderr) == (Exit.NOT_FOUND, True)


def test_what_is_not_there_or_not_clear_is_one_sentence() -> None:
    assert gongkai("runs").exit_code == Exit.ARCHIVE
    names = [ran(WHOLE, minutes=number) for number in range(2)]
    for words, code, said in (
        (("nosuch",), Exit.NOT_FOUND, "has no run of nosuch; begin one with: gongkai crawl nosuch"),
        (("20251231",), Exit.NOT_FOUND, "has no run whose name begins with 20251231"),
        (("20260203",), Exit.USAGE, f"2 runs begin with 20260203: {names[1]} (xuxian), {names[0]}"),
        ((names[0], "xuxian"), Exit.USAGE, "name one run, or sites"),
        (("UPPER",), Exit.USAGE, "UPPER"),
    ):
        shown = gongkai("runs", *words)
        assert (shown.exit_code, said in shown.stderr, shown.stdout) == (code, True, ""), shown.stderr
