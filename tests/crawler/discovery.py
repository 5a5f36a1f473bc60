"""From a played site's home page to its reports, as a person goes there: probe, then crawl, then crawl again.

`python -m tests.crawler.discovery [HOST...]` does it for every played district (or those hosts) and prints
the table of precision, recall and requests beyond the floor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.report.model import TABLES
from tests.crawler.crawling import FAST, ROOT
from tests.replica import Replica
from tests.replica.district import District
from tests.replica.families import all_districts

Name = tuple[str, int]


@dataclass(slots=True)
class Discovery:
    """How it went for one district."""

    host: str
    family: str
    probe_code: int = -1
    probe_words: str = ""
    probe_requests: int = 0
    entry: dict[str, Any] = field(default_factory=dict)
    codes: tuple[int, ...] = ()
    """Exit codes of the first and the second crawl."""
    words: str = ""
    found: frozenset[Name] = frozenset()
    truth: frozenset[Name] = frozenset()
    wrong: tuple[Name, ...] = ()
    """Reports whose tables are not the truth's."""
    floor: int = 0
    requests: int = 0
    bytes: tuple[int, int] = (0, 0)
    again: int = 0
    """Requests of the second crawl."""
    beside: tuple[str, ...] = ()
    """What the first crawl asked for that is neither a report nor its attachment, in order."""

    @property
    def precision(self) -> float:
        """Of what was published, the share that is a report of the site."""
        return len(self.found & self.truth) / len(self.found) if self.found else 0.0

    @property
    def recall(self) -> float:
        """Of the site's reports, the share that was published."""
        return len(self.found & self.truth) / len(self.truth)

    @property
    def overhead(self) -> float:
        """Requests beyond the floor, as a share of it."""
        return self.requests / self.floor - 1

    def row(self) -> str:
        """One line of the table."""
        share = self.bytes[1] / max(self.bytes[0], 1)
        return (
            f"{self.host:28} {self.entry.get('family', '-'):11} {self.probe_requests:5} "
            f"{self.precision:9.2f} {self.recall:6.2f} {self.floor:5} {self.requests:8} {self.overhead:7.1%} "
            f"{self.again:6} {share:6.1%}  {'' if not self.wrong else f'{len(self.wrong)} wrong '}"
            f"{self.probe_code}/{'/'.join(map(str, self.codes))}"
        )


ALLOWED = 0.1
"""Requests beyond the floor that a first crawl may make."""
HEAD = (
    f"{'district':28} {'family':11} probe precision recall floor requests  beyond  again  bytes  exit codes"
)


def discover(district: type[District], folder: Path) -> Discovery:
    """Probes from the home page with --write, crawls the entry that came of it twice, and compares."""
    result = Discovery(district.host, district.family)
    with Replica(sites=[district]) as replica:
        environment = os.environ | replica.environment()
        environment |= {
            "GONGKAI_STATE": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "GONGKAI_CONTACT": "tests",
        }
        home = district(1).home_url()

        def gongkai(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-c", "from crawler.cli import main; main()", *arguments, *FAST],
                cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240,
            )  # fmt: skip

        probe = gongkai("probe", home, "--write")
        result.probe_code, result.probe_words = probe.returncode, probe.stdout + probe.stderr
        result.probe_requests = sum(r.method != "CONNECT" for r in replica.log)
        written = [
            (key, table)
            for file in sorted((folder / "config").rglob("*.toml"))
            for key, table in tomllib.loads(file.read_text("utf-8")).items()
        ]
        result.truth = frozenset(replica.truth())
        result.floor = district(1).floor()
        if not written:
            return result
        ((key, result.entry),) = written
        archive = folder / "archive"
        sizes = []
        for turn in range(2):
            replica.clear_log()
            done = gongkai("crawl", key, "--archive", str(archive))
            result.codes += (done.returncode,)
            result.words += done.stderr
            asked = [r for r in replica.log if r.method != "CONNECT" and not r.path.endswith("/robots.txt")]
            runs = sorted((archive / "runs" / key).glob("*.json"))
            sizes.append(json.loads(runs[-1].read_text("utf-8"))["bytes"] if runs else 0)
            if turn == 0:
                result.requests = len(asked)
                needed = {url for e in replica.truth().values() for url in (e["url"], *e["attachments"])}
                result.beside = tuple(f"{r.status} {r.method} {r.url}" for r in asked if r.url not in needed)
            else:
                result.again = len(asked)
        result.bytes = sizes[0], sizes[1]
        reports = [json.loads(f.read_text("utf-8")) for f in (archive / "reports").rglob("*.json")]
        result.found = frozenset((r["organization"], r["year"]) for r in reports)
        truth = replica.truth()
        result.wrong = tuple(
            name
            for r in reports
            if (name := (r["organization"], r["year"])) in truth
            and any(r[table] != truth[name][table] for table in TABLES)
        )
    return result


def main(hosts: list[str]) -> None:
    """Prints the table, and what went wrong below it."""
    print(HEAD, flush=True)
    for district in all_districts():
        if hosts and district.host not in hosts and district.family not in hosts:
            continue
        with tempfile.TemporaryDirectory() as folder:
            result = discover(district, Path(folder))
        print(result.row(), flush=True)
        if hosts or result.precision < 1 or result.recall < 1 or result.overhead > ALLOWED:
            print(result.probe_words[-3000:], result.words[-1500:], sep="\n")
            print("missing:", sorted(result.truth - result.found)[:8])
            print("too many:", sorted(result.found - result.truth)[:8])
            print("entry:", json.dumps(result.entry, ensure_ascii=False, default=str))
            print("asked for besides:", *result.beside, sep="\n  ", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
