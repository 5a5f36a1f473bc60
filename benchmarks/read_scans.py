"""Scans made from known truths: cells right, flagged and silently wrong for each condition.

    python -m benchmarks.read_scans [--reports 3] [--seed 0] [--only "stamp"] [--verbose]

Every cell of the truth is counted once: *right* without a finding, *noted* (right, with a finding at
severity info: no sum proves it), *doubted* (right, with a warning), *open* (null or absent, with a
finding), *wrong* (another value, with a finding) and *silent* (another value or null, and no finding
that names the cell). Silent errors have to be none. Needs the extra `ocr`.
"""

from __future__ import annotations

import argparse
import fnmatch
import time
from collections import Counter
from collections.abc import Iterator

from pipelines.report.model import Finding, Report
from pipelines.report.read import read_body
from tests.made import pdf, scans, truth

_KINDS = ("right", "noted", "doubted", "open", "wrong", "silent")
_STYLES = ("plain", "grey", "thick", "dashed", "early-break", "three-reviews", "unbroken")


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--reports", type=int, default=3, help="reports for each condition")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", default="", help="conditions whose name has these words")
    options.add_argument("--verbose", action="store_true", help="name each cell that is not right")
    chosen = options.parse_args()
    print(f"{'condition':32}" + "".join(f"{kind:>9}" for kind in (*_KINDS, "named", "s/page")))
    whole: Counter[str] = Counter()
    for name, scan in scans.SCANS.items():
        if chosen.only not in name:
            continue
        counts: Counter[str] = Counter()
        pages, seconds, named = 0, 0.0, 0
        for k in range(chosen.reports):
            seed = f"{chosen.seed}/{name}/{k}"
            made = truth.make(seed)
            style = _STYLES[(chosen.seed + k) % len(_STYLES)]
            pictures = scans.pictures(pdf.pdf(made, pdf.PDF_STYLES[style]), scan, seed=k)
            body = scans.image_pdf(pictures, scan.dpi)
            start = time.perf_counter()
            report = read_body(body)
            seconds += time.perf_counter() - start
            pages += len(pictures)
            named += report.organization == made.organization and report.year == made.year
            for path, kind, value, read in judged_cells(made, report):
                counts[kind] += 1
                if kind == "silent" or (chosen.verbose and kind not in ("right", "noted")):
                    print(f"  {seed} {style} {path}: {kind}, printed {value}, read {read}")
        cells = "".join(f"{counts[kind]:9}" for kind in _KINDS)
        print(f"{name:32}{cells}{named:6}/{chosen.reports}{seconds / max(1, pages):9.1f}", flush=True)
        whole += counts
    print(f"{'all':32}" + "".join(f"{whole[kind]:9}" for kind in _KINDS))


def judged_cells(made: truth.Truth, report: Report) -> Iterator[tuple[str, str, object, object]]:
    """Path, kind, value printed and value read of every cell of the truth."""
    for path, value in made.cells().items():
        table, row, column = path.split(".")
        rows = report.table(table) or {}  # type: ignore[arg-type]
        read = rows.get(row, {}).get(column)
        there = column in rows.get(row, {})
        findings = [f for f in report.findings if _names(f, path)]
        grave = any(f.severity != "info" for f in findings)
        if there and read == value:
            kind = "doubted" if grave else "noted" if findings else "right"
        elif not findings:
            kind = "silent"
        else:
            kind = "open" if read is None else "wrong"
        yield path, kind, value, read


def _names(finding: Finding, path: str) -> bool:
    """Whether the finding is about the cell: its path, its row or table, or a pattern of paths."""
    where = finding.where
    if finding.code == "not-a-report" or (finding.code == "needs-ocr" and not where):
        return True
    if finding.code in ("requests-balance", "requests-row-total", "requests-result-total", "review-total"):
        return path in finding.evidence
    return bool(where) and (path == where or path.startswith(f"{where}.") or fnmatch.fnmatch(path, where))


if __name__ == "__main__":
    main()
