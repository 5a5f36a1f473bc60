"""Hundreds of played sites in one process, some of them dead, slow, blocking, looping or leading astray.

`python -m tests.crawler.many [COUNT]` does it and prints how each kind ended, the memory, and the pace at
which the server was asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.crawler.crawling import ROOT
from tests.replica import Replica
from tests.replica.district import District
from tests.replica.families import small_districts

DELAY = 0.2
"""Seconds between two requests to a host."""
TROUBLES = {
    3: ("dead", "*", "reset"),
    7: ("slow", "*", "stall"),
    11: ("blocking", "*", "challenge"),
    13: ("looping", "*", "redirect-loop"),
    17: ("private", "*", "redirect-private"),
    19: ("failing", "*", "500"),
}
"""Every twentieth site of that number is in this trouble: its name, paths, the replica's mode."""


@dataclass(slots=True)
class Many:
    """How it went."""

    code: int
    words: str
    seconds: float
    ended: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Trouble (or `sound`) -> how the runs ended: exit states by the run record."""
    reports: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    truth: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    memory: list[tuple[float, int]] = field(default_factory=list)
    """(seconds, KiB) of the crawling process."""
    gaps: list[float] = field(default_factory=list)
    """Seconds between two requests to one host, as the server saw them."""


def crawl_many(count: int, folder: Path) -> Many:
    """Crawls `count` small districts at once."""
    districts = small_districts(count)
    trouble = {d.host: TROUBLES.get(number % 20) for number, d in enumerate(districts, 1)}
    with Replica(sites=list(districts)) as replica:
        for host, found in trouble.items():
            if found is not None:
                replica.fail(found[1], found[2], host=host)
        sites = folder / "sites.toml"
        sites.write_text("\n".join(entry(number, d) for number, d in enumerate(districts, 1)), "utf-8")
        environment = os.environ | replica.environment()
        environment |= {
            "GONGKAI_SITES": str(sites),
            "GONGKAI_STATE": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "GONGKAI_CONTACT": "tests",
        }
        archive = folder / "archive"
        settings = {
            "DOWNLOAD_DELAY": DELAY,
            "RANDOMIZE_DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": 0,
            "DOWNLOAD_TIMEOUT": 3,
            "RETRY_TIMES": 1,
        }
        keys = [f"s{number}" for number in range(1, count + 1)]
        command = ["crawl", *keys, "--archive", str(archive)]
        command += [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        began = monotonic()
        with subprocess.Popen(
            [sys.executable, "-c", "from crawler.cli import main; main()", *command],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            memory: list[tuple[float, int]] = []
            watch = threading.Thread(target=_watch, args=(process, memory, began), daemon=True)
            watch.start()
            _, words = process.communicate(timeout=1200)
            watch.join()
        many = Many(process.returncode, words, monotonic() - began, memory=memory)
        times = defaultdict(list)
        for request in replica.log:
            if request.method != "CONNECT":
                times[request.host].append(request.time.timestamp())
        many.gaps = sorted(after - before for seen in times.values() for before, after in pairwise(seen))
        truth = replica.truth()
    for number, district in enumerate(districts, 1):
        key, found = f"s{number}", trouble[district.host]
        (file,) = (archive / "runs" / key).glob("*.json")
        run = json.loads(file.read_text("utf-8"))
        many.ended[found[0] if found else "sound"][_state(run)] += 1
        published = [json.loads(f.read_text("utf-8")) for f in (archive / "reports" / key).rglob("*.json")]
        many.reports[key] = {(r["organization"], r["year"]) for r in published}
        many.truth[key] = {name for name, told in truth.items() if told["host"] == district.host}
        if found is not None:
            many.truth[key] = set()
    return many


def entry(number: int, district: type[District]) -> str:
    """The site's entry: what probing it would have found."""
    played = district(1)
    tops = played.portal.children
    seeds = [played.url(played.column_path(top)) for top in tops if top.kind == "annual"]
    directories = [played.url(played.column_path(top)) for top in tops if top.kind == "directory"]
    return (
        f'[s{number}]\nname = "{district.place}"\nfamily = "{district.family}"\nhosts = ["{district.host}"]\n'
        f"seeds = {json.dumps(seeds)}\ndirectories = {json.dumps(directories)}\n"
    )


def _state(run: dict[str, Any]) -> str:
    """`complete`, or what kept the run from it, most telling first."""
    if run["complete"]:
        return "complete"
    return next((s for s in ("blocked", "failed", "refused", "absent") if run["counts"][s]), run["ended"])


def _watch(process: subprocess.Popen[str], memory: list[tuple[float, int]], began: float) -> None:
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        except OSError:
            return
        resident = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        memory += [(monotonic() - began, int(kib)) for kib in resident]
        sleep(0.5)


def main(count: int) -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        many = crawl_many(count, Path(folder))
    print(f"{count} sites in {many.seconds:.0f} s, exit code {many.code}")
    for trouble, ended in sorted(many.ended.items()):
        print(f"  {trouble:10} {dict(ended)}")
    lost = {key for key in many.truth if many.reports[key] != many.truth[key]}
    print(
        f"reports: {sum(map(len, many.reports.values()))}; sites that are not as they should be: {len(lost)}"
    )
    for key in sorted(lost)[:10]:
        print(
            "  ",
            key,
            sorted(many.truth[key] ^ many.reports[key]),
            [w for w in many.words.splitlines() if w.startswith(f"{key}:")],
        )
    step = max(1, len(many.memory) // 12)
    print("memory:", ", ".join(f"{kib / 1024:.0f} MB at {when:.0f} s" for when, kib in many.memory[::step]))
    print(f"gaps at the server: shortest {many.gaps[0]:.3f} s of {DELAY} s, {len(many.gaps)} of them")
    print(many.words[-600:])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
