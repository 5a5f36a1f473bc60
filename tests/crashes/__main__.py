"""`python -m tests.crashes`: the crash matrix by hand; each line of figures is one row of docs/archive.md.

`kill`, `half`, `ENOSPC`, `EIO`, `moments`, `twice` and `power` are the rows; see --help. The exit code is
1 if anything was wrong, 77 where it cannot be done: it needs Linux on x86-64 and leave to trace
processes, `--on s3` also Swift.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import botocore.loaders
import botocore.session
import click

from storage.local import LocalStore
from storage.store import open_store
from tests.crashes.matrix import Matrix, Tally
from tests.crashes.power import power
from tests.crashes.subjects import Crawl, Program, Subject
from tests.crashes.tracing import missing
from tests.replica.process import ReplicaProcess
from tests.servers import swift_server
from tests.servers.swift_server import Swift

NOT_HERE = 77
"""Exit code: nothing of this can be done on this machine."""
ROWS = ("kill", "half", "ENOSPC", "ENOSPC+", "EIO", "moments", "twice", "power")


@click.command()
@click.argument("rows", nargs=-1, type=click.Choice(ROWS), required=True)
@click.option(
    "--on",
    type=click.Choice(["folder", "s3", "remote"]),
    default="folder",
    help="Where the archive is; `remote`: a folder that is written as S3 is, and outlives power cuts.",
)
@click.option(
    "--crawl", is_flag=True, help="Crash `gongkai crawl`; without, a program that keeps as it does."
)
@click.option("--visit", default=0, help="0: an empty place; 1: the archive knows the site, a page changed.")
@click.option("--step", default=1, show_default=True, help="Try every so manieth call.")
@click.option("--first", default=1, show_default=True, help="The first call to try.")
@click.option("--of", "names", multiple=True, metavar="NAME", help="Try calls of that name only, like fsync.")
@click.option("--count", default=200, show_default=True, help="Of `moments`: how many.")
@click.option("--seed", default=1, show_default=True, help="Of what is left to chance.")
def main(
    rows: tuple[str, ...],
    on: str,
    crawl: bool,
    visit: int,
    step: int,
    first: int,
    names: tuple[str, ...],
    count: int,
    seed: int,
) -> None:
    """Crash what writes archives at every call that writes, and see that nothing is lost or wrong.

    kill: SIGKILL before the call. half: SIGKILL when half of its bytes are written. ENOSPC, EIO: the call
    fails (ENOSPC+: and all that need room after it). moments: SIGKILL by the clock. twice: SIGKILL, and
    again in the restart. power: only what was fsynced is left.
    """
    if reason := missing():
        _not_here(reason)
    with tempfile.TemporaryDirectory(prefix="crashes-") as name, _servers(on, crawl) as (urls, replica):
        folder = Path(name)
        subject: Subject = Program() if replica is None else Crawl(replica, folder / "sites.toml")
        LocalStore.local = on != "remote"
        matrix = Matrix(subject, folder, urls, sockets=on == "s3", prepared=visit, say=_say)
        matrix.prepare()
        numbers = [call.number for call in matrix.calls if not names or call.name in names][first - 1 :: step]
        wrong = []
        for row in rows:
            tally = _row(matrix, row, numbers, count, seed, on)
            _say(tally.line())
            wrong += tally.wrong
        for one in wrong:
            _say(f"WRONG {one}")
        sys.exit(bool(wrong))


def _row(matrix: Matrix, row: str, numbers: list[int], count: int, seed: int, on: str) -> Tally:
    if row in ("kill", "half"):
        calls = matrix.calls
        halved = [n for n in numbers if row == "kill" or calls[n - 1].name in ("write", "pwrite64", "sendto")]
        return matrix.kill(halved, "kill" if row == "kill" else "half")
    if row == "moments":
        return matrix.moments(count, seed)
    if row == "twice":
        return matrix.twice(numbers[:: max(1, len(numbers) // 6)][1:], numbers)
    if row == "power":
        kills = sorted({0, *(numbers[len(numbers) * part // 4] for part in (1, 2, 3))})
        return power(matrix, numbers, seed, kills=kills, outlives="archive" if on == "remote" else "")
    return matrix.fail(numbers, row.rstrip("+"), lasting=row.endswith("+"))


@contextmanager
def _servers(on: str, crawl: bool) -> Iterator[tuple[Callable[[Path], str], ReplicaProcess | None]]:
    """What gives the address of a new place, and the played site where a crawl is crashed."""
    replica = ReplicaProcess(small=1) if crawl else None
    with tempfile.TemporaryDirectory(prefix="swift-") as name:
        swift = None
        if on == "s3":
            if reason := swift_server.missing(Path(name)):
                _not_here(reason)
            swift = Swift(Path(name)).start()
            os.environ |= swift.environment()
            _describe_s3()
        try:
            urls = (lambda folder: str(folder / "archive")) if swift is None else _new_places(swift)
            if replica is None:
                yield urls, None
            else:
                with replica:
                    yield urls, replica
        finally:
            if swift is not None:
                swift.stop()


def _describe_s3() -> None:
    """Reads boto3's 10 MB of descriptions once; each forked process has them then."""
    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = lambda search_path_string=None: loader
    open_store("s3://none").close()


def _new_places(swift: Swift) -> Callable[[Path], str]:
    return lambda folder: swift.new_place()


def _not_here(reason: str) -> NoReturn:
    print(f"tests.crashes: {reason}", file=sys.stderr)
    sys.exit(NOT_HERE)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
