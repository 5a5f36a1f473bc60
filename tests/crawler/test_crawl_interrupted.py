"""A crawl killed or stopped anywhere, and started again, ends where an undisturbed one does."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.crawler.crawling import ROOT, Crawl
from tests.replica import Replica

YEAR = ("--year", "2023")


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    """Waits for what the replica or the disk shows; the process must still be running then."""
    deadline = monotonic() + 60
    while not reached():
        assert process.poll() is None, "the crawl ended before it could be interrupted"
        assert monotonic() < deadline, "the crawl did not get that far"
        sleep(0.002)


def wait_for_answers(replica: Replica, count: int, process: subprocess.Popen[Any]) -> None:
    """Waits until the replica has answered that many requests."""
    wait_until(lambda: sum(request.method == "GET" for request in replica.log) >= count, process)


def test_published_in_pieces_is_published_whole(
    tmp_path: Path, replica: Replica, undisturbed: dict[str, Any]
) -> None:
    crawl = Crawl(replica, tmp_path)
    assert crawl.run(*YEAR, "-s", "GONGKAI_COMMIT_EVERY=3").code == 0
    assert crawl.content() == undisturbed


@pytest.mark.parametrize("answers", [1, 15, 30, 45])
def test_killed_after_some_answers(
    answers: int, tmp_path: Path, replica: Replica, undisturbed: dict[str, Any]
) -> None:
    crawl = Crawl(replica, tmp_path)
    process = crawl.start(*YEAR, "-s", "GONGKAI_COMMIT_EVERY=10")
    wait_for_answers(replica, answers, process)
    process.kill()
    process.wait()
    done = crawl.run(*YEAR)
    assert done.code == 0, done.err
    assert crawl.content() == undisturbed
    assert [run["ended"] for run in crawl.runs()][-1] == "finished"
    assert len(crawl.runs()) == 1 or crawl.runs()[0]["ended"] == "crashed"
    segments = {segment for run in crawl.runs() for segment in run["segments"]}
    assert segments == crawl.objects("captures/")
    for killed in crawl.runs()[:-1]:
        kept = [c for c in crawl.captures() if c["run"] == killed["run"]]
        with_reason = [one["url"] for state in ("absent", "failed", "blocked") for one in killed[state]]
        named = [*killed["captured"], *killed["unchanged"], *with_reason]
        assert sorted(named) == sorted(c["url"] for c in kept if c["role"] != "robots")
        assert sum(killed["counts"].values()) == len(named)
        assert (killed["years"], killed["versions"]) == ([2023], crawl.runs()[-1]["versions"])
        assert killed["bytes"] == sum(c["size"] for c in kept)
        assert killed["new"] == killed["captured"]


@pytest.mark.parametrize("prefix", ["captures/", "reports/"])
def test_killed_at_the_first_object_of_a_kind(
    prefix: str, tmp_path: Path, replica: Replica, undisturbed: dict[str, Any]
) -> None:
    crawl = Crawl(replica, tmp_path)
    process = crawl.start(*YEAR, "-s", "GONGKAI_COMMIT_EVERY=10")
    wait_until(lambda: bool(crawl.objects(prefix)), process)
    process.kill()
    process.wait()
    assert crawl.run(*YEAR).code == 0
    assert crawl.content() == undisturbed


def test_killed_three_times_in_a_row(tmp_path: Path, replica: Replica, undisturbed: dict[str, Any]) -> None:
    crawl = Crawl(replica, tmp_path)
    for answers in (10, 20, 35):
        replica.clear_log()
        process = crawl.start(*YEAR, "-s", "GONGKAI_COMMIT_EVERY=10")
        wait_for_answers(replica, answers, process)
        process.kill()
        process.wait()
    assert crawl.run(*YEAR).code == 0
    assert crawl.content() == undisturbed


@pytest.mark.parametrize(
    ("how", "verb"), [(signal.SIGINT, "gongkai"), (signal.SIGTERM, "gongkai"), (signal.SIGTERM, "scrapy")]
)
def test_stopped_in_order_leaves_a_record_and_can_go_on(
    how: signal.Signals, verb: str, tmp_path: Path, replica: Replica, undisturbed: dict[str, Any]
) -> None:
    crawl = Crawl(replica, tmp_path)
    year = YEAR if verb == "gongkai" else ("-a", "years=2023")
    process = crawl.start(*year, verb=verb)
    wait_for_answers(replica, 25, process)
    process.send_signal(how)
    assert process.wait(timeout=60) == (5 if verb == "gongkai" else 0)
    (record,) = crawl.runs()
    assert record["ended"] == "shutdown"
    assert not record["complete"]
    assert {entry["reason"] for entry in record["failed"]} == {"the run ended before it was asked for"}
    assert record["captures"] == len(crawl.captures()) >= 25
    assert crawl.reports(), "what was read until then is published"
    assert crawl.run(*YEAR).code == 0
    assert crawl.content() == undisturbed


def test_stopped_by_force_says_what_waits(tmp_path: Path, replica: Replica) -> None:
    replica.fail("/zt/xxgkzl/gknbxq*", "stall")
    crawl = Crawl(replica, tmp_path)
    process = subprocess.Popen(
        crawl.command(*YEAR, "-s", "LOG_LEVEL=INFO"),
        cwd=ROOT,
        env=crawl.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    wait_until(lambda: any(tmp_path.glob("state/*/spool/bjxch/*/*.part")), process)
    process.send_signal(signal.SIGINT)
    assert any("Send again to force" in line for line in process.stderr)  # it would wait for the page
    process.send_signal(signal.SIGINT)
    last = process.communicate(timeout=60)[1].strip().splitlines()[-1]
    assert process.returncode == 5
    assert "of bjxch wait" in last
    assert last.endswith(f"type: gongkai spool drain --archive {crawl.archive}")


def test_two_crawls_of_one_site_at_once_are_one_too_many(tmp_path: Path, replica: Replica) -> None:
    crawl = Crawl(replica, tmp_path)
    process = crawl.start(*YEAR, "-s", "DOWNLOAD_DELAY=0.3")  # some 17 s: the second is ready long before
    wait_for_answers(replica, 3, process)
    second = crawl.run(*YEAR)
    assert second.code == 8
    assert "bjxch" in second.err
    assert "Traceback" not in second.err
    assert process.wait(timeout=60) == 0
