"""The crawl of the replica beside a bare Scrapy spider: `python -m benchmarks.crawl`.

The bare spider asks for the same addresses, 16 at a time and without politeness like ours, and does nothing
with the answers. Both run in processes of their own, taking turns; the replica has one too, and has made its
pages beforehand. Times are from the engine's start to its stop, so what ours does at the end (sealing the
journal, publishing) counts and importing Python modules does not.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import click
from rich.console import Console
from rich.table import Table

from tests.replica.process import ReplicaProcess

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

ROOT = Path(__file__).resolve().parents[1]
SITE = "bjxch"
FAST = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "LOG_LEVEL": "ERROR",
}
BARE = "bare Scrapy spider"
KEPT = "gongkai, documents kept and not read"
FIRST = "gongkai, first crawl"
SECOND = "gongkai, second crawl, nothing changed"


class Clock:
    """A Scrapy extension that prints what a crawl took, as JSON."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        from scrapy import signals

        clock = cls()
        clock.answers = 0
        crawler.signals.connect(clock.start, signal=signals.engine_started)
        crawler.signals.connect(clock.count, signal=signals.response_downloaded)
        crawler.signals.connect(clock.stop, signal=signals.engine_stopped)
        return clock

    answers: int
    started: float

    def start(self) -> None:
        """The engine starts."""
        self.started = monotonic()

    def count(self) -> None:
        """An answer."""
        self.answers += 1

    def stop(self) -> None:
        """The engine has stopped."""
        seconds = monotonic() - self.started
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime
        told = {"seconds": seconds, "answers": self.answers, "rss": usage.ru_maxrss / 1024, "cpu": cpu}
        print(json.dumps(told))


@click.command()
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
@click.option("--child", hidden=True)
@click.argument("arguments", nargs=-1)
def main(rounds: int, child: str | None, arguments: tuple[str, ...]) -> None:
    """Compare crawls of the replica; prints a table."""
    if child == "ours":
        ours(arguments[0])
    elif child == "kept":
        ours(arguments[0], read=False)
    elif child == "bare":
        bare(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    else:
        compare(rounds)


def ours(archive: str, *, read: bool = True) -> None:
    """One crawl as `gongkai crawl` does it, or without its second pipeline."""
    from crawler import settings
    from crawler.run import crawl

    pipelines = dict(list(settings.ITEM_PIPELINES.items())[: None if read else 1])
    extensions = settings.EXTENSIONS | {"benchmarks.crawl.Clock": 900}
    crawl([SITE], archive=archive, settings=FAST | {"EXTENSIONS": extensions, "ITEM_PIPELINES": pipelines})


def bare(addresses: list[str], clock: str | type = "benchmarks.crawl.Clock") -> None:
    """The same addresses by a spider that does nothing with them; `clock` prints what it took."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess

    class Bare(Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[Request]:
            for address in addresses:
                yield Request(address)

        def parse(self, response: Any) -> None:
            """Nothing."""

    process = AsyncCrawlerProcess(FAST | {"EXTENSIONS": {clock: 900}})
    process.crawl(Bare)
    process.start()


def compare(rounds: int) -> None:
    """Measures in turns and prints the medians."""
    console = Console(width=110)
    measured: dict[str, list[dict[str, float]]] = {BARE: [], KEPT: [], FIRST: [], SECOND: []}
    with ReplicaProcess() as replica, tempfile.TemporaryDirectory() as folder:
        replica.warm()
        environment = os.environ | replica.environment() | {"GONGKAI_STATE": f"{folder}/state"}
        run_child("ours", f"{folder}/archive", environment)  # also tells which addresses there are
        addresses = Path(folder, "addresses.json")
        asked = [
            entry["url"] for entry in replica.log() if entry["method"] == "GET" and "bjxch" in entry["url"]
        ]
        addresses.write_text(json.dumps(list(dict.fromkeys(asked))), encoding="utf-8")
        for number in range(rounds):
            archive = f"{folder}/archive-{number}"
            measured[BARE].append(run_child("bare", str(addresses), environment))
            measured[KEPT].append(run_child("kept", f"{folder}/kept-{number}", environment))
            measured[FIRST].append(run_child("ours", archive, environment))
            measured[SECOND].append(run_child("ours", archive, environment))
    table = Table(title=f"{len(asked)} addresses, medians of {rounds} rounds")
    for heading in ("", "seconds", "requests/s", "beside bare", "CPU s", "peak RSS MiB"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, runs in measured.items():
        pairs = zip(runs, measured[BARE], strict=True)
        ratio = median(run["seconds"] / other["seconds"] for run, other in pairs)
        table.add_row(
            name,
            f"{median(run['seconds'] for run in runs):.2f}",
            f"{median(run['answers'] / run['seconds'] for run in runs):.0f}",
            f"{ratio:.2f}",
            f"{median(run['cpu'] for run in runs):.2f}",
            f"{median(run['rss'] for run in runs):.0f}",
        )
    console.print(table)
    console.print("CPU and memory are of the crawl's own process with start-up, without the reader's worker.")


def run_child(kind: str, argument: str, environment: dict[str, str]) -> dict[str, float]:
    """One measured process; its line of JSON."""
    command = [sys.executable, "-m", "benchmarks.crawl", "--child", kind, argument]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    main()
