"""Round trips by hand: many papers through every producer and back, and a table of what became of them.

    python -m tests.report.round_trips --count 2000 --seed 1 [--producer html --producer docx …]

Exit code 1 where a cell was read wrong and nothing said so; the smallest set of variations that still fails
is printed, and the body is kept with `--keep FOLDER`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.errors import UnreadableDocument
from pipelines.report.read import read_all
from tests.made.converters import ConverterMissing
from tests.made.paper import Paper, draw, only
from tests.report.oracle import Verdict, judge
from tests.report.producers import PRODUCERS

BATCH = 40
"""Papers in one call of a producer."""


def verdicts(producer: str, papers: Sequence[Paper]) -> Iterator[tuple[Paper, bytes, Verdict | None]]:
    """Each paper made into a file, read, and judged; None where the reader refused the file."""
    for paper, body in zip(papers, PRODUCERS[producer](papers), strict=True):
        try:
            report = max(read_all(body), key=lambda report: len(report.evidence))
        except UnreadableDocument:
            yield paper, body, None
            continue
        unread = any(f.code in ("needs-converter", "needs-ocr", "not-a-report") for f in report.findings)
        yield paper, body, None if unread and not report.evidence else judge(report, paper.truth)


def smaller(producer: str, paper: Paper) -> tuple[Paper, bytes, Verdict]:
    """The paper with as few of its variations as still end in a silent error."""
    best = paper
    for name in paper.variations:
        fewer = only(best, *(kept for kept in best.variations if kept != name))
        _, _, verdict = next(verdicts(producer, [fewer]))
        if verdict is not None and verdict.silent:
            best = fewer
    _, body, verdict = next(verdicts(producer, [best]))
    assert verdict is not None
    return best, body, verdict


class Table:
    """Counts by producer, and by variation for each producer."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Counter[str]] = {}

    def add(self, producer: str, paper: Paper, verdict: Verdict | None) -> None:
        """Enter one document."""
        for variation in ("", *(paper.variations or ("plain",))):
            count = self.counts.setdefault((producer, variation), Counter())
            count["documents"] += 1
            if verdict is None:
                count["refused"] += 1
            else:
                count["cells"] += verdict.cells
                count["right"] += verdict.right
                count["flagged"] += len(verdict.wrong) - len(verdict.silent)
                count["silent"] += len(verdict.silent)

    def lines(self, *, by_variation: bool) -> Iterator[str]:
        """The table for a person."""
        head = ("documents", "refused", "cells", "right", "flagged", "silent")
        yield f"{'':28}" + "".join(f"{name:>11}" for name in head)
        rows: dict[str, Counter[str]] = {}
        for (producer, variation), count in self.counts.items():
            name = variation if by_variation else producer
            if (variation != "") == by_variation:
                rows.setdefault(name, Counter()).update(count)
        for name, count in sorted(rows.items()):
            yield f"{name:28}" + "".join(f"{count[key]:>11}" for key in head)


def main() -> int:
    """Runs the producers and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="papers for each producer")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--producer", action="append", choices=sorted(PRODUCERS), help="all unless named")
    parser.add_argument("--variation", action="append", help="papers with these variations only")
    parser.add_argument("--keep", type=Path, help="a folder for the bodies that were read wrong silently")
    parser.add_argument("--failures", type=int, default=1, help="silent errors before a producer is left")
    given = parser.parse_args()
    table, failures = Table(), 0
    for producer in given.producer or PRODUCERS:
        failed = 0
        for first in range(given.seed, given.seed + given.count, BATCH):
            seeds = range(first, min(first + BATCH, given.seed + given.count))
            papers = [draw(seed, given.variation) for seed in seeds]
            try:
                for paper, _, verdict in verdicts(producer, papers):
                    table.add(producer, paper, verdict)
                    if verdict is not None and verdict.silent and failed < given.failures:
                        failed += 1
                        _tell(producer, paper, given.keep)
            except ConverterMissing as missing:
                print(f"{producer}: {missing}", file=sys.stderr)
                break
            if failed >= given.failures:
                break
        failures += failed
    for by_variation in (False, True):
        print("\n".join(table.lines(by_variation=by_variation)), end="\n\n")
    return 1 if failures else 0


def _tell(producer: str, paper: Paper, keep: Path | None) -> None:
    least, body, verdict = smaller(producer, paper)
    print(f"SILENT {producer} seed {paper.seed}: {', '.join(least.variations) or 'plain'}")
    for wrong in verdict.silent[:8]:
        print(f"    {wrong.path}: {wrong.true!r} read as {wrong.read!r}")
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{producer}-{paper.seed}").write_bytes(body)


if __name__ == "__main__":
    sys.exit(main())
