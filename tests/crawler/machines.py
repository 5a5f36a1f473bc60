"""Several machines at one archive: processes with state folders of their own, on other sites and the same.

`python -m tests.crawler.machines ROUNDS [ADDRESS]` does it again and again with four machines, each time
with another made-up web (ADDRESS: a place in a bucket that the AWS variables lead to; each round takes a
place of its own below it).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from storage.journal import Capture, read_segment
from storage.store import open_store
from tests.crawler.crawling import FAST, ROOT
from tests.crawler.many import entry
from tests.replica import Replica
from tests.replica.district import District
from tests.replica.families import all_districts

GONGKAI = (
    *(sys.executable, "-c"),
    "import storage.archive; from tests.storage.made import NoLease; storage.archive.Lease = NoLease; "
    "from crawler.cli import main; main()",
)
"""Without leases, which would keep these machines apart: their stores may have been away for so long."""
TWO = (("s1", "s2"), ("s1", "s3"))
"""What each of two machines crawls: one site, by mistake, both."""
FOUR = (("s1", "s2"), ("s2", "s3"), ("s1", "s3"), ("s1", "s2", "s3"))
"""The same of four; the second time a fifth rebuilds meanwhile."""

Plan = Sequence[Sequence[str]]


def districts() -> list[type[District]]:
    """Three districts of two years, six reports each."""
    bases = all_districts()
    small = {"parent_host": "", "front_host": "", "scheme": "http", "years": (2023, 2024), "offices": 2}
    small |= {"towns": 0, "pdf_share": 0, "decoys": False, "absences": False}
    return [
        type(
            f"Shared{number}",
            (bases[number],),
            {
                "place": f"虚构{number}号县",
                "host": f"www.xugou-m{number}.gov.cn",
                "code": f"{bases[number].code[:2]}{9500 + number}0001",
                **small,
            },
        )
        for number in (1, 2, 3)
    ]


@dataclass(slots=True)
class Shared:
    """What several machines left in one archive, and what was said of it afterwards."""

    codes: list[int] = field(default_factory=list)
    """Exit codes of the crawls."""
    failed: list[str] = field(default_factory=list)
    """What those that did not end well said."""
    words: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    """Addresses that the played web answered, with how often."""
    captures: list[Capture] = field(default_factory=list)
    reports: set[tuple[str, int]] = field(default_factory=set)
    truth: set[tuple[str, int]] = field(default_factory=set)
    versions: Counter[int] = field(default_factory=Counter)
    """How many versions the corrected reports' pages have."""
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    verified: tuple[int, dict[str, int], str] = (-1, {}, "")
    """Exit code, counts and words of `gongkai verify`, on a machine that never saw the archive."""
    differ: list[str] = field(default_factory=list)
    """Keys of reports that, taken away, `gongkai rebuild` made otherwise on such a machine."""


def share(folder: Path, url: str, plan: Plan = TWO, *, seed: int = 1, twice: bool = True) -> Shared:
    """Machines crawl three sites at once, as planned; with `twice` these are corrected, and crawled again."""
    played, shared = districts(), Shared()
    sites = folder / "sites.toml"
    sites.write_text("\n".join(entry(number, d) for number, d in enumerate(played, 1)), "utf-8")
    with Replica(seed=seed, sites=list(played)) as replica:
        environment = os.environ | replica.environment() | {"GONGKAI_SITES": str(sites)}
        environment |= {"GONGKAI_CONTACT": "tests", "no_proxy": "127.0.0.1,localhost"}
        _crawl(folder, url, plan, environment, shared)
        corrected = {done.url for done in replica.correct()} if twice else set()
        if twice:
            _crawl(folder, url, plan, environment, shared, "--recheck")
        answered = (request for request in replica.log if request.method != "CONNECT")
        shared.asked = Counter(request.url for request in answered if request.status in (200, 304))
        shared.truth = set(replica.truth())
    store = open_store(url, create=False)
    try:
        for key in store.list("captures/"):
            shared.captures += [capture for _, capture in read_segment(store.get(key))]
        for key in store.list("runs/"):
            shared.runs.setdefault(key.split("/")[1], []).append(
                json.loads(store.get(key)) | {"digest": key[-69:-5]}
            )
        published = {key: store.get(key) for key in store.list("reports/")}
        for report in map(json.loads, published.values()):
            shared.reports.add((report["organization"], report["year"]))
            sources = [source["url"] for source in report["sources"]]
            shared.versions.update(sources.count(address) for address in corrected.intersection(sources))
        verified = _gongkai(folder / "verifier", environment, "verify", "--json", "--archive", url)
        shared.verified = (verified.returncode, json.loads(verified.stdout)["counts"], verified.stderr)
        for key in published:
            store.remove(key)
        _gongkai(folder / "rebuilder", environment, "rebuild", "--archive", url)
        again = {key: store.get(key) for key in store.list("reports/")}
        shared.differ = [key for key in {*published, *again} if published.get(key) != again.get(key)]
    finally:
        store.close()
    return shared


def problems(shared: Shared) -> list[str]:
    """What is not as it should be, in words; nothing where nothing was lost and all agree."""
    found = list(shared.failed)
    if (at := shared.words.find("Traceback")) >= 0:
        found.append(shared.words[max(0, at - 500) : at + 3000])
    captured = Counter(capture.url for capture in shared.captures if capture.status in (200, 304))
    if captured != shared.asked:
        found.append(f"answered and not captured: {shared.asked - captured}; {captured - shared.asked}")
    if shared.reports != shared.truth:
        found.append(f"reports: {sorted(shared.reports ^ shared.truth)}")
    if set(shared.versions) - {2}:
        found.append(f"versions of corrected reports: {shared.versions}")
    for site, runs in shared.runs.items():
        named = {digest for run in runs for digest in run["previous"]}
        digests = {run["digest"] for run in runs}
        if not named <= digests or sum(run["captures"] for run in runs) != sum(
            capture.site == site for capture in shared.captures
        ):
            found.append(f"the run records of {site} do not add up")
    code, counts, words = shared.verified
    if code or counts:
        found.append(f"verify: {code} {counts} {words}")
    if shared.differ:
        found.append(f"made anew, these have other bytes: {shared.differ}")
    return found


def _crawl(
    folder: Path, url: str, plan: Plan, environment: dict[str, str], shared: Shared, *more: str
) -> None:
    typed = [["crawl", *sites, *FAST, *more] for sites in plan]
    if more and plan is FOUR:
        typed.append(["rebuild"])
    processes = [
        subprocess.Popen(
            [*GONGKAI, *words, "--archive", url],
            cwd=ROOT,
            env=environment | _own(folder / f"machine{number}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, words in enumerate(typed, 1)
    ]
    for process in processes:
        words = process.communicate(timeout=900)[1]
        shared.words += words
        shared.codes.append(process.returncode)
        if process.returncode:
            shared.failed.append(f"{process.args!r} ended with {process.returncode}: {words}")


def _gongkai(machine: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GONGKAI, *words],
        cwd=ROOT,
        env=environment | _own(machine),
        capture_output=True,
        text=True,
        timeout=900,
    )


def _own(machine: Path) -> dict[str, str]:
    """What makes a process one of another machine."""
    return {"GONGKAI_STATE": str(machine / "state"), "XDG_CACHE_HOME": str(machine / "cache")}


def main(rounds: int, address: str | None) -> None:
    """Prints what was not as it should be, round by round."""
    bad = 0
    for seed in range(1, rounds + 1):
        folder, began = Path(tempfile.mkdtemp()), monotonic()
        shared = share(folder, f"{address}/{seed}" if address else str(folder / "archive"), FOUR, seed=seed)
        found = problems(shared)
        bad += bool(found)
        words = f"{len(shared.captures)} captures, {sum(map(len, shared.runs.values()))} runs"
        print(f"{seed}: {words}, {monotonic() - began:.0f} s: {'; '.join(found) or 'all agree'}", flush=True)
        if not found:
            shutil.rmtree(folder)
    print(f"{rounds} rounds, {bad} with something wrong")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
