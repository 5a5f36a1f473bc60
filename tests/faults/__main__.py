"""`python -m tests.faults`: rounds of faults by hand, plain and TLS in turn, and how often each came.

`--crawl` plays them to real crawls, else to `tests.faults.recording`. Ends at the first broken promise;
the folder of that round stays.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from time import monotonic

import click

from tests.faults import crawls, rounds
from tests.faults.crawls import Crawls, content
from tests.faults.rounds import Plan, Recordings, Round
from tests.replica import Replica
from tests.servers.swift_server import Swift


@click.command()
@click.option("--rounds", "number", default=20, show_default=True, help="How many.")
@click.option("--seed", default=1, show_default=True, help="Of the first round; each has the next one.")
@click.option("--crawl", is_flag=True, help="Real crawls.")
def main(number: int, seed: int, crawl: bool) -> None:
    """Play rounds of faults."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    swift = Swift(folder).start()
    told = _Told()
    try:
        expected = _undisturbed(folder / "undisturbed", crawl=crawl)
        for one in range(seed, seed + number):
            plan, tls = _plan(one), one % 2 == 0
            click.echo(f"round {one}: {'TLS' if tls else 'plain'}, {folder / str(one)}", err=True)
            begun = monotonic()
            if crawl:
                with Replica() as replica:
                    crawling = Crawls(plan, swift, folder / str(one), replica, tls=tls)
                    _look(crawling, expected)
                    told.add(crawling, monotonic() - begun)
            else:
                recording = Recordings(plan, swift, folder / str(one), tls=tls)
                assert recording.play().timeless() == expected
                told.add(recording, monotonic() - begun)
    finally:
        swift.stop()
        told.end()


def _plan(seed: int) -> Plan:
    """In two rounds of four processes meet many faults, in the others few, and are killed."""
    dice = Random(seed)
    if seed // 2 % 2:
        return Plan(seed, share=0.01, kill=1.0, crash=0.05, forget=0.3, within=150)
    return Plan(seed, share=dice.choice((0.1, 0.25, 0.4)), outage=0.2, crash=0.1, forget=0.3)


def _undisturbed(folder: Path, *, crawl: bool) -> object:
    if not crawl:
        return rounds.undisturbed(folder)
    with Replica() as replica:
        return crawls.undisturbed(replica, folder)


def _look(crawling: Crawls, expected: object) -> None:
    crawling.play()
    with crawling.store() as store:
        assert content(store) == expected, f"{crawling.url} has other contents than the undisturbed archive"
    verified = crawling.verify()
    assert verified.code == 0, verified.err


class _Told:
    """What has happened so far."""

    def __init__(self) -> None:
        self.played: Counter[str] = Counter()
        self.ended: Counter[int] = Counter()
        self.said: Counter[str] = Counter()

    def add(self, one: Round, seconds: float) -> None:
        """A round is over."""
        self.played += one.played
        self.ended += one.ended
        self.said.update(one.said)
        ended = ", ".join(f"{count} with {code}" for code, count in sorted(one.ended.items()))
        click.echo(f"  {one.played.total()} faults; processes: {ended}; {seconds:.0f} s", err=True)
        click.echo(json.dumps(one.played | {f"exit {code}": count for code, count in one.ended.items()}))

    def end(self) -> None:
        """Print it all."""
        for name, count in sorted(self.played.items()):
            click.echo(f"{count:6} {name}")
        click.echo(f"{self.played.total():6} faults; processes by exit code: {dict(self.ended)}")
        for line, count in self.said.most_common():
            click.echo(f"{count:4} x {line}")


if __name__ == "__main__":
    os.environ.pop("AWS_PROFILE", None)
    main()
