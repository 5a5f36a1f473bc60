"""Rounds with real crawls: `gongkai crawl` of the replica into a bucket, twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from storage.errors import Garbled
from storage.journal import Capture
from storage.spool import read_line, slots
from storage.store import Store, open_store
from tests.crawler.crawling import ROOT, Crawl, Done, timeless
from tests.faults.recording import PASSES
from tests.faults.rounds import Plan, Round
from tests.replica import Replica
from tests.servers.swift_server import Swift

YEAR = ("--year", "2023")
OFTEN = ("-s", "GONGKAI_COMMIT_EVERY=10", "-s", "GONGKAI_PATIENCE=8")


class Crawls(Round):
    """Two crawls of a year of 西城; before the second a report is corrected and everything is asked again."""

    def __init__(
        self, plan: Plan, swift: Swift, folder: Path, replica: Replica, *, tls: bool, passes: int = PASSES
    ) -> None:
        super().__init__(plan, swift, folder, tls=tls)
        folder.mkdir(exist_ok=True)
        self.passes = passes
        self.replica = replica
        self.crawl = Crawl(replica, folder, self.url)
        self._corrected = False

    def command(self, turn: int) -> list[str]:
        if turn == 1:
            return self.crawl.command(*YEAR, *OFTEN)
        if not self._corrected:
            self._corrected = True
            self.replica.correct()
        return self.crawl.command(*YEAR, "--recheck", *OFTEN)

    def environment(self) -> dict[str, str]:
        """As `Crawl` has it, but for the store's variables."""
        return {name: value for name, value in self.crawl.environment.items() if name not in os.environ}

    def noted(self, turn: int, out: str) -> Iterator[tuple[str, str]]:
        """What is whole in the spools: some of it the crawl may not even have counted on yet."""
        for folder in self.state.glob("*/spool/*/*"):
            for slot in slots(folder):
                with suppress(Garbled):  # torn by the kill
                    found = Capture.from_line(read_line(folder, slot))
                    yield found.url, found.received.isoformat()

    def verify(self) -> Done:
        """`gongkai verify`, with no proxy in between."""
        self.crawl.environment |= self._swift.environment()
        return gongkai(self.crawl, "verify")


def gongkai(crawl: Crawl, *words: str) -> Done:
    """Another verb on the archive of those crawls."""
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", *words, "--archive", crawl.archive],
        cwd=ROOT,
        env=crawl.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Done(done.returncode, done.stderr)


def undisturbed(replica: Replica, folder: Path, passes: int = PASSES) -> dict[str, Any]:
    """What crawls leave in a folder that meet no trouble."""
    crawl = Crawl(replica, folder)
    for turn in range(1, passes + 1):
        if turn == 2:
            replica.correct()
        done = crawl.run(*YEAR, *(("--recheck",) if turn == 2 else ()))
        assert done.code == 0, done.err
    return content(open_store(crawl.archive))


def content(store: Store) -> dict[str, Any]:
    """What does not depend on when and how often was crawled: key -> bytes or timeless JSON."""
    prefixes = ("raw/", "parses/", "reports/")
    found = {key: store.get(key) for prefix in prefixes for key in store.list(prefix)}
    return {key: timeless(json.loads(data)) if key.endswith(".json") else data for key, data in found.items()}
