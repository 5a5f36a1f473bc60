"""Crawls as a person starts them: real processes against the replica, politeness off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.replica import Replica

ROOT = Path(__file__).resolve().parents[2]
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0")
VOLATILE = ("captured", "superseded")
"""Fields of a report that say when bytes were captured, which no two crawls share."""


@dataclass(frozen=True)
class Done:
    """A finished process."""

    code: int
    err: str


class Crawl:
    """Crawls of one archive; `archive` is a folder of this test, or any address."""

    def __init__(self, replica: Replica, folder: Path, archive: str | None = None) -> None:
        self.replica = replica
        self.folder = folder
        self.archive = archive or str(folder / "archive")
        own = {"GONGKAI_STATE": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
        self.environment = os.environ | replica.environment() | own

    def command(self, *arguments: str, verb: str = "gongkai") -> list[str]:
        """The command line of a crawl of 西城."""
        if verb == "scrapy":
            setting = f"GONGKAI_ARCHIVE={self.archive}"
            return [sys.executable, "-m", "scrapy", "crawl", "bjxch", "-s", setting, *FAST, *arguments]
        called = "from crawler.cli import main; main()"
        return [sys.executable, "-c", called, "crawl", "bjxch", "--archive", self.archive, *FAST, *arguments]

    def run(self, *arguments: str, verb: str = "gongkai", **environment: str) -> Done:
        """Crawls to the end."""
        done = subprocess.run(
            self.command(*arguments, verb=verb),
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Done(done.returncode, done.stderr)

    def start(self, *arguments: str, verb: str = "gongkai") -> subprocess.Popen[bytes]:
        """Starts a crawl and lets it run."""
        return subprocess.Popen(
            self.command(*arguments, verb=verb),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def objects(self, prefix: str = "") -> set[str]:
        """The keys of an archive in a folder."""
        root = Path(self.archive)
        found = (file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())
        return {key for key in found if key.startswith(prefix)}

    def json(self, key: str) -> Any:
        """A JSON document of an archive in a folder."""
        return json.loads((Path(self.archive) / key).read_text(encoding="utf-8"))

    def reports(self) -> dict[tuple[str, int], dict[str, Any]]:
        """The published reports by body and year."""
        return {(r["organization"], r["year"]): r for r in map(self.json, self.objects("reports/"))}

    def captures(self) -> list[dict[str, Any]]:
        """The journal's lines, oldest first."""
        lines = [
            json.loads(line)
            for key in self.objects("captures/")
            for line in (Path(self.archive) / key).read_text(encoding="utf-8").splitlines()
        ]
        return sorted(lines, key=lambda line: line["received"])

    def runs(self) -> list[dict[str, Any]]:
        """The run records, oldest first."""
        return [self.json(key) for key in sorted(self.objects("runs/"))]

    def content(self) -> dict[str, Any]:
        """What does not depend on when and how often was crawled: key -> bytes or timeless JSON."""
        kept = (key for key in self.objects() if not key.startswith(("captures/", "runs/", "archive.json")))
        return {
            key: timeless(self.json(key))
            if key.endswith(".json")
            else (Path(self.archive) / key).read_bytes()
            for key in kept
        }


def timeless(value: Any) -> Any:
    """The JSON value without the times of captures."""
    if isinstance(value, dict):
        return {name: timeless(inner) for name, inner in value.items() if name not in VOLATILE}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value
