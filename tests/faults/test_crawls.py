"""Real crawls into a bucket while the way there, the process or the disk fails."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from storage.store import open_store
from tests.crawler.crawling import ROOT, Crawl
from tests.faults.checking import check
from tests.faults.crawls import OFTEN, YEAR, Crawls, content, gongkai, undisturbed
from tests.faults.rounds import Plan
from tests.replica import Replica
from tests.servers.fixtures import use_server
from tests.servers.proxy import Proxy
from tests.servers.swift_server import Swift
from tests.storage.made import small_disk


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte, where this process may mount one."""
    with small_disk(tmp_path / "disk", "500k") as disk:
        yield disk


def test_a_crawl_that_meets_everything(
    swift: Swift, replica: Replica, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(swift, monkeypatch)
    plan = Plan(seed=3, share=0.25, kill=1.0, forget=0.5, attempts=2, within=60)
    crawling = Crawls(plan, swift, tmp_path / "one", replica, tls=True, passes=1)
    crawling.play()
    with crawling.store() as store, Replica() as other:
        assert content(store) == undisturbed(other, tmp_path / "undisturbed", passes=1)
    verified = crawling.verify()
    assert verified.code == 0, verified.err
    assert crawling.played


def test_a_disk_that_is_full_of_what_waits_ends_the_crawl_in_order(
    swift: Swift, replica: Replica, tmp_path: Path, mounted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = use_server(swift, monkeypatch)
    with Proxy(swift.url) as proxy:
        crawl = Crawl(replica, tmp_path, url)
        crawl.environment |= {"AWS_ENDPOINT_URL_S3": proxy.url, "GONGKAI_STATE": str(mounted)}
        process = subprocess.Popen(
            crawl.command(*YEAR, *OFTEN),
            cwd=ROOT,
            env=crawl.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = monotonic() + 120
        while len(replica.log) < 10:
            assert process.poll() is None
            assert monotonic() < deadline
            sleep(0.02)
        proxy.shut()
        _, err = process.communicate(timeout=300)
        assert process.returncode == 7, err
        assert "is full but for a small reserve" in err or "No space is left" in err, err
        assert "Traceback" not in err
        assert "type: gongkai spool drain" in err.strip().splitlines()[-1]
        proxy.open()
        drained = gongkai(crawl, "spool", "drain")
        assert drained.code == 0, drained.err
    store = open_store(url)
    assert len(check(store, mounted, set()).captures) >= 10
    store.close()
