"""`gongkai verify --repair --refetch`: bodies that no copy has are asked of their sites again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.exits import Exit
from crawler.refetch import refetch
from storage.archive import Archive
from storage.keys import raw_key
from storage.store import open_store
from tests.crawler.crawling import FAST, ROOT
from tests.crawler.machines import GONGKAI, districts
from tests.crawler.many import entry
from tests.replica import Replica
from tests.servers.fixtures import s3_archive_url, swift
from tests.storage.made import NOW, body, capture

__all__ = ["s3_archive_url", "swift"]


class Place:
    """A crawled small district, and what is typed about its archive."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.root = folder / "archive"
        (district, *_) = districts()
        self.replica = Replica(sites=[district])
        (folder / "sites.toml").write_text(entry(1, district), "utf-8")

    def gongkai(self, *words: str) -> subprocess.CompletedProcess[str]:
        own = {
            "GONGKAI_SITES": str(self.folder / "sites.toml"),
            "GONGKAI_STATE": str(self.folder / "state"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        return subprocess.run(
            [*GONGKAI, *words, "--archive", self.url],
            cwd=ROOT,
            env=os.environ | self.replica.environment() | own,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def repair(self) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        done = self.gongkai("verify", "--repair", "--refetch", "--json")
        return done, json.loads(done.stdout)

    def captures(self) -> list[dict[str, Any]]:
        lines = [line for path in self.root.rglob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
        return sorted(map(json.loads, lines), key=lambda line: str(line["received"]))

    def pages(self) -> dict[str, Path]:
        """Addresses of report pages, with where their bodies lie."""
        found = {one["url"]: one["sha256"] for one in self.captures() if one["role"] == "report"}
        return {url: self.root / "raw" / sha256[:2] / sha256 for url, sha256 in found.items()}


def new_page(versions: list[dict[str, Any]]) -> str:
    """Where the newest version lies, below raw/."""
    sha256 = str(versions[-1]["sha256"])
    return f"{sha256[:2]}/{sha256}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, str(tmp_path / "archive"))
    with made.replica:
        assert made.gongkai("crawl", "s1", *FAST).returncode == Exit.OK
        yield made


def test_what_the_site_still_has_comes_back_and_what_it_has_not_is_named(place: Place) -> None:
    pages = place.pages()
    (corrected,) = (done.url for done in place.replica.correct())
    gone, rotten, missing, *_ = (url for url in sorted(pages) if url != corrected)
    before, lost = pages[gone].read_bytes(), pages[rotten].read_bytes()
    pages[gone].unlink()
    pages[corrected].unlink()
    pages[missing].unlink()
    place.replica.fail(missing.removeprefix("http://www.xugou-m1.gov.cn"), "404")
    pages[rotten].chmod(0o644)
    pages[rotten].write_bytes(b"rot")
    asked = len(place.replica.log)
    lines = len(place.captures())

    done, data = place.repair()
    assert done.returncode == Exit.DAMAGED, done.stderr
    assert (pages[gone].read_bytes(), pages[rotten].read_bytes()) == (before, lost)
    mended = {one["key"].rpartition("/")[2]: one for one in data["repaired"]}
    assert {pages[gone].name, pages[rotten].name} <= set(mended)
    assert mended[pages[gone].name]["source"] == gone
    aside = mended[pages[rotten].name]["quarantined"]
    assert (place.root / aside).read_bytes() == b"rot"

    new = place.captures()[lines:]
    assert {one["url"] for one in new if one["role"] == "report"} == {gone, rotten, missing, corrected}
    assert {one["role"] for one in new} == {"report", "robots"}
    versions = [one for one in place.captures() if one["url"] == corrected]
    assert len({one["sha256"] for one in versions}) == 2
    assert versions[0]["hints"] == versions[1]["hints"]
    left = {one["key"].rpartition("/")[2]: one["reason"] for one in data["left"]}
    assert left[pages[corrected].name].endswith(f"another body, kept as raw/{new_page(versions)}")
    assert left[pages[missing].name] == f"{missing} now answers 404"
    documents = [request for request in place.replica.log[asked:] if request.method == "GET"]
    assert len([one for one in documents if not one.path.startswith("/robots")]) == 4

    again = place.gongkai("verify", "--json")
    assert json.loads(again.stdout)["counts"] == {"body-missing": 2}, again.stderr


def test_what_cannot_be_asked_for_again_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    url, digests = str(tmp_path / "archive"), []
    with Archive.open(url) as archive:
        for number, site, method in ((1, "xuxian", "GET"), (2, "bjxch", "POST"), (3, "bjxch", "GET")):
            run = archive.start_run(site, NOW)
            digests.append(run.record(capture(number, method=method), body(number)).sha256 or "")
            run.finish({})
    for sha256 in digests[:2]:
        (tmp_path / "archive" / raw_key(sha256)).unlink()
    outcomes = dict(one for one in refetch(url, [*digests, "ab" * 32]) if isinstance(one, tuple))
    assert "xuxian" in outcomes[raw_key(digests[0])]
    assert outcomes[raw_key(digests[1])].startswith("it answered a form's question: gongkai crawl bjxch")
    assert outcomes[raw_key("ab" * 32)] == "no line of the journal says where it came from"
    assert len(outcomes) == 3  # what is sound by now is not asked for


def test_what_is_lost_in_a_bucket_comes_back(tmp_path: Path, s3_archive_url: str) -> None:
    place = Place(tmp_path, s3_archive_url)
    with place.replica:
        assert place.gongkai("crawl", "s1", *FAST).returncode == Exit.OK
        store = open_store(s3_archive_url)
        first, second, *_ = store.list("raw/")
        whole = {key: store.get(key) for key in (first, second)}
        store.remove(first)
        store.replace(second, b"rot")
        done, data = place.repair()
        assert {one["key"] for one in data["repaired"]} >= {first, second}, done.stderr
        assert done.returncode == Exit.OK, done.stderr
        assert {key: store.get(key) for key in whole} == whole
