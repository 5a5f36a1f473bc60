"""The store goes away in the middle of a crawl: the crawl goes on, says so, and nothing received is lost."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.rhythm import may_be_confirmed
from storage.archive import Archive
from storage.keys import digest, raw_key
from storage.store import open_store
from tests.crawler.crawling import ROOT, Crawl, Done, timeless
from tests.crawler.test_crawl_interrupted import wait_for_answers
from tests.replica import Replica
from tests.servers.proxy import Proxy
from tests.servers.swift_server import Swift

YEAR = ("--year", "2023", "-s", "GONGKAI_COMMIT_EVERY=10")
ANSWERS = 54
"""To a crawl of that year."""


class Far(Crawl):
    """Crawls into a bucket, through a proxy that the test can shut."""

    def __init__(self, replica: Replica, folder: Path, swift: Swift, proxy: Proxy) -> None:
        super().__init__(replica, folder, swift.new_place())
        self.proxy = proxy
        self.environment |= swift.environment() | {"AWS_ENDPOINT_URL_S3": proxy.url}

    def cut_off(self, answers: int, *arguments: str, until: int = 0, **environment: str) -> Done:
        """A crawl from which the store goes away after that many answers, and comes back after `until`."""
        process = subprocess.Popen(
            self.command(*YEAR, *arguments),
            cwd=ROOT,
            env=self.environment | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for_answers(self.replica, answers, process)
        self.proxy.shut()
        if until:
            wait_for_answers(self.replica, until, process)
            self.proxy.open()
        _, err = process.communicate(timeout=300)
        return Done(process.returncode, err)

    def gongkai(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another verb on the archive."""
        called = "from crawler.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", called, *words, "--archive", self.archive],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture
def far(tmp_path: Path, replica: Replica, swift: Swift, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    with Proxy(swift.url) as proxy:
        crawl = Far(replica, tmp_path, swift, proxy)
        for name, value in swift.environment().items():  # of this process, which looks around the proxy
            monkeypatch.setenv(name, value)
        yield crawl


def content(url: str) -> dict[str, Any]:
    """As `Crawl.content`, of any archive."""
    store = open_store(url)
    found = {key: store.get(key) for prefix in ("raw/", "parses/", "reports/") for key in store.list(prefix)}
    return {key: timeless(json.loads(data)) if key.endswith(".json") else data for key, data in found.items()}


def records(url: str) -> list[dict[str, Any]]:
    """The run records, oldest first."""
    store = open_store(url)
    return [json.loads(store.get(key)) for key in store.list("runs/")]


def test_a_store_that_comes_back_has_everything_in_the_end_and_what_it_loses_comes_anew(
    far: Far, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    done = far.cut_off(15, until=ANSWERS - 2)
    assert done.code == 0, done.err
    assert done.err.count("The store is away: ") == done.err.count("The store is back: ") == 1, done.err
    assert "MB are free in the spool" in done.err
    assert content(far.archive) == undisturbed
    (record,) = records(far.archive)
    assert (record["ended"], record["captures"], "recovered" in record) == ("finished", ANSWERS, False)

    store = open_store(far.archive)
    bodies = list(store.list("raw/"))
    with Archive.open(far.archive, state=tmp_path / "elsewhere") as archive:
        for number, capture in enumerate(c for c in archive.captures("bjxch") if c.sound):
            if number % 3 == 0:
                store.remove(raw_key(str(capture.sha256)))
            elif number % 3 == 1 and capture.role == "report" and may_be_confirmed(capture):
                store.replace(raw_key(str(capture.sha256)), b"<html>rot</html>")
    done = far.run(*YEAR, "--recheck")
    assert done.code == 0, done.err
    assert "The site is asked for it anew." in done.err
    now = {key: store.get(key) for key in bodies}
    assert {key: digest(data) for key, data in now.items()} == {key: key[-64:] for key in bodies}
    assert content(far.archive) == undisturbed


def test_what_a_store_that_stays_away_did_not_take_waits_and_is_drained(
    far: Far, undisturbed: dict[str, Any]
) -> None:
    done = far.cut_off(15, "-s", "GONGKAI_PATIENCE=1")
    assert done.code == 7
    assert done.err.count("The store is away: ") == 1
    last = done.err.strip().splitlines()[-1]
    assert last.endswith(f"when the store is back, type: gongkai spool drain --archive {far.archive}")
    assert "Traceback" not in done.err
    assert "52 captured" in done.err, "the crawl went on"
    shown = far.gongkai("spool", "--json")
    (left,) = json.loads(shown.stdout)["runs"]
    found = re.search(r"bjxch: (\d+) captures wait in the spool", last)
    assert found is not None, last
    behind = int(found[1])
    assert 0 < behind <= left["captures"], "a part of the spool goes when the archive has all of it"
    assert (left["site"], left["living"], left["record"]) == ("bjxch", False, True)
    assert far.gongkai("spool", "drain").returncode == 7
    assert json.loads(far.gongkai("spool", "--json").stdout)["runs"] == [left]

    far.proxy.open()
    drained = far.gongkai("spool", "drain")
    assert drained.returncode == 0, drained.stderr
    brought = re.search(r"bjxch: (\d+) captures brought in", drained.stderr)
    assert brought is not None, drained.stderr
    assert 0 < int(brought[1]) <= behind, "the last answer of the store may have been lost on its way"
    assert content(far.archive) == undisturbed
    (record,) = records(far.archive)
    assert (record["ended"], record["captures"], "recovered" in record) == ("finished", ANSWERS, True)
    assert "nothing waits" in far.gongkai("spool").stderr


def test_a_full_spool_ends_the_crawl_in_order_and_the_next_goes_on(
    far: Far, undisturbed: dict[str, Any]
) -> None:
    done = far.cut_off(15, "-s", "GONGKAI_PATIENCE=1", GONGKAI_SPOOL_LIMIT="200 kB")
    assert done.code == 7
    assert "has reached its limit of 200 kB" in done.err
    assert "Traceback" not in done.err
    assert "type: gongkai spool drain" in done.err.strip().splitlines()[-1]
    assert sum(request.method == "GET" for request in far.replica.log) < ANSWERS - 5
    far.proxy.open()
    done = far.run(*YEAR)
    assert done.code == 0, done.err
    assert content(far.archive) == undisturbed
    first, second = records(far.archive)
    assert (first["ended"], second["ended"]) == ("spool-full", "finished")
    assert "recovered" in first


def test_a_crawl_does_not_start_without_its_store(far: Far) -> None:
    far.proxy.shut()
    done = far.run(*YEAR)
    assert done.code == 7
    assert "could not be reached" in done.err
    assert not far.replica.log
