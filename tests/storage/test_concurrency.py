"""Several processes and machines at one archive."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from storage.errors import SiteBusy
from storage.keys import run_and_digest
from storage.store import open_store
from tests.storage.made import NOW, WatchedStore, body, capture

ROOT = Path(__file__).parents[2]
CRAWL = """
import sys
from pathlib import Path
import storage.archive
from storage.archive import Archive
from tests.storage.made import NOW, NoLease, body, capture
url, state, site, leases = sys.argv[1:]
if not leases:
    storage.archive.Lease = NoLease
with Archive.open(url, state=Path(state)) as archive:
    for _ in range(2):
        run = archive.start_run(site, NOW)
        for number in range(5):
            run.record(capture(number), body(number))
            if number % 3 == 2:
                run.flush(60)
        run.finish({})
"""


def start(url: str, state: Path, site: str, *, leases: bool = True) -> subprocess.Popen[bytes]:
    """Two runs of five captures in a process of its own."""
    words = [sys.executable, "-c", CRAWL, url, str(state), site, "leases" * leases]
    return subprocess.Popen(words, cwd=ROOT)


def test_an_archive_that_a_rival_began_a_moment_ago_is_used(
    archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BegunMeanwhile(WatchedStore):
        """A store in which a rival begins the archive right after it was found to have none."""

        def list(self, prefix: str = "") -> Iterator[str]:
            if not self.calls["list "]:
                monkeypatch.setattr("storage.archive.open_store", open_store)
                with Archive.open(archive_url, state=state) as rival:
                    rival.start_run("xuxian", NOW).finish({})
            return super().list(prefix)

    monkeypatch.setattr("storage.archive.open_store", lambda url, **_: BegunMeanwhile(open_store(url)))
    with Archive.open(archive_url, state=state / "other") as archive:
        assert len(list(archive.runs("xuxian"))) == 1


def test_one_site_is_crawled_once_at_a_time_on_a_machine(archive_url: str, state: Path) -> None:
    with Archive.open(archive_url, state=state) as one, Archive.open(archive_url, state=state) as other:
        run = one.start_run("xuxian", NOW)
        with pytest.raises(SiteBusy, match="xuxian"):
            other.start_run("xuxian", NOW)
        with pytest.raises(SiteBusy):
            one.start_run("xuxian", NOW)
        other.start_run("another", NOW).finish({})
        run.finish({})
        other.start_run("xuxian", NOW).finish({})
        assert len(list(other.runs("xuxian"))) == 2


def test_a_site_is_free_again_after_a_run_was_abandoned_or_refused(archive_url: str, state: Path) -> None:
    with Archive.open(archive_url, state=state) as archive:
        archive.start_run("xuxian", NOW).abandon()
        archive.start_run("xuxian", NOW)
    with Archive.open(archive_url, state=state) as archive:
        archive.start_run("xuxian", NOW).finish({})
        assert [record["ended"] for record in archive.runs("xuxian")].count("crashed") == 2


def test_two_sites_crawled_by_two_processes_that_share_a_ledger(archive_url: str, state: Path) -> None:
    processes = [start(archive_url, state, site) for site in ("xuxian", "another")]
    assert [process.wait() for process in processes] == [0, 0]
    with Archive.open(archive_url, state=state) as archive:
        for site in ("xuxian", "another"):
            assert len(list(archive.captures(site))) == 10
            assert [len(record["segments"]) for record in archive.runs(site)] == [2, 2]
        assert len(list(archive.store.list("raw/"))) == 5


def test_one_site_crawled_by_two_machines_loses_nothing(archive_url: str, tmp_path: Path) -> None:
    """Leases keep them apart; where these ran out, because the store was away, this still holds."""
    processes = [start(archive_url, tmp_path / machine, "xuxian", leases=False) for machine in ("one", "two")]
    assert [process.wait() for process in processes] == [0, 0]
    with Archive.open(archive_url, state=tmp_path / "three") as archive:
        assert len(list(archive.captures("xuxian"))) == 20
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        last = run.finish({})
        # Whatever the machines knew of each other: the records form one graph, and the newest ties its ends.
        named = {previous for record in archive.runs("xuxian") for previous in record["previous"]}
        everyone = {run_and_digest(key)[1] for key in archive.store.list("runs/xuxian/")}
        assert everyone - named == {run_and_digest(last)[1]}


def test_a_rival_that_publishes_at_the_same_moment_is_no_damage(
    archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by `python -m tests.crawler.machines`: the rival's bytes were read back, and the crawl ended."""
    with Archive.open(archive_url, state=state) as archive:
        kind: Any = type(archive.store)
        compare, came = kind._compare, list[str]()

        def after_a_rival(store: Any, *written: Any) -> None:
            if not came:
                came.append("rival")
                archive.put_report("xuxian", 2025, "虚县虚构局", {"by": "the rival"})
            compare(store, *written)

        monkeypatch.setattr(kind, "_compare", after_a_rival)
        assert archive.put_report("xuxian", 2025, "虚县虚构局", {"by": "us"})
        assert came == ["rival"]
        assert list(archive.reports("xuxian")) == [{"by": "us"}]
