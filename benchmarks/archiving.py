"""Archiving beside bare boto3, on the same S3 server: `python -m benchmarks.archiving [swift|ceph]`.

Bare boto3 puts the same bodies under their digests, reads each back and compares it, in as many threads
as a run uploads in, and does nothing else: no spool, no journal, nothing that survives a crash. Ours is
`Run.record` from as many threads, `commit` each hundred captures, and `finish`. The same bodies once more
are a second, unchanged run. They take turns in one process; each round has places and bodies of its own.
"""

from __future__ import annotations

import hashlib
import os
import random
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic

import boto3
import click
from botocore.config import Config
from rich.console import Console
from rich.table import Table

from storage.archive import Archive
from storage.journal import Capture
from storage.run import Run
from storage.uploads import THREADS
from tests.servers import ceph_server, swift_server
from tests.servers.ceph_server import Ceph
from tests.servers.s3_server import S3Server
from tests.servers.swift_server import Swift

COMMIT = 100
"""Captures after which a crawl seals a segment."""
BARE = "bare boto3, read back"
FIRST = "gongkai, first run"
ACKNOWLEDGED = "gongkai, until all are acknowledged"
SECOND = "gongkai, second run, unchanged"


@dataclass(frozen=True, slots=True)
class Load:
    """What is archived."""

    name: str
    bodies: int
    size: int

    def made(self, seed: int) -> list[bytes]:
        """Bodies that nothing compresses."""
        chance = random.Random(seed)
        return [chance.randbytes(self.size) for _ in range(self.bodies)]


LOADS = (Load("pages of 20 KB", 400, 20_000), Load("PDFs of 300 KB", 300, 300_000))


@click.command()
@click.argument("server", type=click.Choice(["swift", "ceph"]), default="swift")
@click.option("--tls", is_flag=True, help="Over TLS.")
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
def main(server: str, tls: bool, rounds: int) -> None:
    """Compare on one server; prints a table for each load."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "server")
        place.mkdir()
        if reason := swift_server.missing(place) if server == "swift" else ceph_server.missing():
            raise click.ClickException(reason)
        running: Swift | Ceph = Swift(place) if server == "swift" else Ceph(place, "bluestore")
        try:
            running.start()
            os.environ.update(running.environment(tls=tls))
            for load in LOADS:
                compare(load, running, Path(folder), rounds, f"{server}{', TLS' if tls else ''}")
        finally:
            running.stop()


def compare(load: Load, server: S3Server, folder: Path, rounds: int, where: str) -> None:
    """Measures in turns and prints the medians."""
    took: dict[str, list[float]] = {BARE: [], FIRST: [], ACKNOWLEDGED: [], SECOND: []}
    for number in range(-1, rounds):  # the first warms up and does not count
        bodies = load.made(number)
        state = folder / f"{load.size}-{number}"
        alone = timed(partial(bare, server.new_place(), bodies))
        with Archive.open(server.new_place(), state=state) as archive:
            first, acknowledged = archived(archive, bodies)
            second, _ = archived(archive, bodies)
        if number >= 0:
            for name, seconds in zip(took, (alone, first, acknowledged, second), strict=True):
                took[name].append(seconds)
    table = Table(
        title=f"{load.bodies} {load.name} on {where}, {THREADS} threads, medians of {rounds} rounds"
    )
    for heading in ("", "seconds", "bodies/s", "MB/s", "beside bare"):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, runs in took.items():
        seconds = median(runs)
        ratio = median(one / other for one, other in zip(runs, took[BARE], strict=True))
        table.add_row(
            name,
            f"{seconds:.2f}",
            f"{load.bodies / seconds:.0f}",
            f"{load.bodies * load.size / seconds / 1e6:.1f}",
            f"{ratio:.2f}",
        )
    Console(width=110).print(table)


def bare(place: str, bodies: list[bytes]) -> None:
    """Each body put and read back, in threads, as one would write it."""
    bucket, prefix = place.removeprefix("s3://").split("/", 1)
    client = boto3.client("s3", config=Config(max_pool_connections=THREADS))

    def put(body: bytes) -> None:
        key = f"{prefix}/raw/{hashlib.sha256(body).hexdigest()}"
        client.put_object(Bucket=bucket, Key=key, Body=body)
        assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == body

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(put, bodies))
    client.close()


def archived(archive: Archive, bodies: list[bytes]) -> tuple[float, float]:
    """A run; the seconds until it was finished, and until everything was acknowledged."""
    began = monotonic()
    run = archive.start_run("xuxian", datetime.now(UTC))
    with ThreadPoolExecutor(THREADS) as threads:
        for start in range(0, len(bodies), COMMIT):
            batch = enumerate(bodies[start : start + COMMIT], start)
            list(threads.map(lambda one: record(run, *one), batch))
            run.commit()
    acknowledged = monotonic() - began
    run.finish({})
    return monotonic() - began, acknowledged


def record(run: Run, number: int, body: bytes) -> None:
    """One capture, as a crawl makes it."""
    url, now = f"https://www.xuxian.gov.cn/{number}.html", datetime.now(UTC)
    headers = (("Content-Type", "text/html"), ("ETag", f'"{number}"'))
    run.record(Capture("xuxian", "", url, url, 200, now, now, "report", headers=headers), body)


def timed(work: Callable[[], None]) -> float:
    """The seconds that it takes."""
    began = monotonic()
    work()
    return monotonic() - began


if __name__ == "__main__":
    main()
