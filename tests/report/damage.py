"""Damaged files by hand: mutations by the thousand through worker processes with limits, and a table.

    python -m tests.report.damage --count 2000 --seed 1 [--format pdf --format docx …] [--keep FOLDER]

Whatever a file has become, reading it ends within its limits with a report or a known error, and a figure
that no mutation touched is not read in another cell without a word. Exit code 1 where that does not hold.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import ReadTimeout, UnreadableDocument, WorkerDied
from pipelines.report.model import Number
from pipelines.report.read import read_body
from pipelines.report.stored import reading_from_json
from pipelines.worker import Reader
from tests.made.paper import Paper, draw
from tests.report import producers
from tests.report.mutations import BYTES, FAIR, WILD
from tests.report.oracle import cells, flagged, judge

BASES = 6
"""Sound files of each format that are then damaged."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One damaged file: what it was, what was done to it, what became of it."""

    format: str
    mutation: str
    number: int
    body: bytes
    outcome: str
    """`read`, `refused`, `timeout`, `died`, or the name of an error that should not have come."""
    silent: tuple[str, ...] = ()
    """Cells that hold a figure which the sound file has not there, without a word."""

    @property
    def bad(self) -> bool:
        """Whether something happened that must not."""
        return bool(self.silent) or self.outcome not in ("read", "refused", "timeout", "died")


def trials(kind: str, numbers: range, reader: Reader) -> Iterator[Trial]:
    """The trials of one format with those numbers, each the same at every call."""
    wild = {f"{name}-inside": change for name, change in WILD.get(kind, {}).items()}
    ways = [*FAIR.get(kind, {}).items(), *wild.items(), *BYTES.items()]
    waiting = []
    for number in numbers:
        rng = random.Random(f"damage/{kind}/{number}")
        name, mutation = ways[number % len(ways)]
        body, true = rng.choice(sound(kind))
        damaged = mutation(body, rng)
        waiting.append((name, number, damaged, true, reader.submit(damaged)))
        if len(waiting) >= 2 * reader.workers:
            yield _ended(kind, *waiting.pop(0))
    for each in waiting:
        yield _ended(kind, *each)


def _ended(
    kind: str, name: str, number: int, body: bytes, true: dict[str, Number | None], answer: Any
) -> Trial:
    try:
        reading = answer.result()
    except UnreadableDocument:
        return Trial(kind, name, number, body, "refused")
    except ReadTimeout:
        return Trial(kind, name, number, body, "timeout")
    except WorkerDied:
        return Trial(kind, name, number, body, "died")
    except Exception as error:  # what must not come is what is looked for
        return Trial(kind, name, number, body, f"{type(error).__name__}: {error}")
    silent: list[str] = []
    if name in FAIR.get(kind, {}):
        printed = {value for value in true.values() if value is not None}
        for report in reading_from_json(reading):
            for path, value in cells(report).items():
                # What a PDF's letters show depends on their places: there a figure may truly have moved.
                right = value in printed if kind == "pdf" else value == true.get(path)
                if value is not None and not right and not flagged(report, path):
                    silent.append(f"{path}: {true.get(path)} read as {value}")
    return Trial(kind, name, number, body, "read", tuple(silent))


@cache
def sound(kind: str) -> tuple[tuple[bytes, dict[str, Number | None]], ...]:
    """Files of one format that are read rightly in every cell, with the cells."""
    out = []
    for seed in range(60):
        paper = draw(f"sound/{kind}/{seed}", most=2)
        body = _MAKERS[kind](paper)
        report = read_body(body)
        if not judge(report, paper.truth).wrong:
            out.append((body, cells(report)))
        if len(out) == BASES:
            return tuple(out)
    raise AssertionError(f"no sound files of the format {kind}")


def _pdf(paper: Paper) -> bytes:
    from reportlab import rl_config

    rl_config.pageCompression = 0  # so that there is something to bend
    try:
        return producers.reportlab([paper])[0]
    finally:
        rl_config.pageCompression = 1


def _text(paper: Paper) -> bytes:
    shape = random.Random(paper.seed).choice(
        ("row-lines", "cell-lines", "markdown", "wrapped-rows", "tab-cells")
    )
    return producers.text([paper], shape)[0]


_MAKERS: dict[str, Callable[[Paper], bytes]] = {
    "html": lambda paper: producers.web([paper])[0],
    "text": _text,
    "docx": lambda paper: producers.docx([paper])[0],
    "xlsx": lambda paper: producers.xlsx([paper])[0],
    "pdf": _pdf,
    "zip": lambda paper: producers.archive([paper])[0],
    "ofd": lambda paper: producers.ofd([paper])[0],
}
FORMATS = tuple(_MAKERS)


def main() -> int:
    """Runs the trials and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=500, help="damaged files of each format")
    parser.add_argument("--seed", type=int, default=0, help="number of the first")
    parser.add_argument("--format", action="append", choices=FORMATS, help="all unless named")
    parser.add_argument("--seconds", type=float, default=20, help="limit for one file")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the files that went wrong")
    given = parser.parse_args()
    counts: dict[tuple[str, str], Counter[str]] = {}
    bad = 0
    with Reader(workers=given.workers, seconds=given.seconds) as reader:
        for kind in given.format or FORMATS:
            for trial in trials(kind, range(given.seed, given.seed + given.count), reader):
                count = counts.setdefault((kind, trial.mutation), Counter())
                count["files"] += 1
                known = trial.outcome in ("read", "refused", "timeout", "died")
                count[trial.outcome if known else "error"] += 1
                count["silent"] += bool(trial.silent)
                if trial.outcome in ("timeout", "died") or trial.bad:
                    print(kind, trial.mutation, trial.number, trial.outcome, *trial.silent[:3], sep=" | ")
                    if given.keep is not None:
                        given.keep.mkdir(parents=True, exist_ok=True)
                        (given.keep / f"{kind}-{trial.mutation}-{trial.number}").write_bytes(trial.body)
                bad += trial.bad
    head = ("files", "read", "refused", "timeout", "died", "error", "silent")
    print(f"{'':26}" + "".join(f"{name:>9}" for name in head))
    for (kind, mutation), count in counts.items():
        print(f"{kind + ' ' + mutation:26}" + "".join(f"{count[name]:>9}" for name in head))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
