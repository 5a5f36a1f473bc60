"""Several machines crawl different sites, and by mistake the same ones, into one archive at once."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.exits import Exit
from storage.archive import Archive
from tests.crawler.crawling import Crawl
from tests.crawler.machines import problems, share
from tests.replica import Replica
from tests.servers.fixtures import s3_archive_url, swift

__all__ = ["s3_archive_url", "swift"]


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_nothing_is_lost_and_all_agree(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What was answered was captured, chains are whole, what is published is the fold, and comes again."""
    url = str(tmp_path / "archive") if kind == "folder" else request.getfixturevalue("s3_archive_url")
    shared = share(tmp_path, url, twice=kind == "s3")
    assert problems(shared) == []
    assert {site: len(runs) for site, runs in shared.runs.items()} == (
        {"s1": 4, "s2": 2, "s3": 2} if kind == "s3" else {"s1": 2, "s2": 1, "s3": 1}
    )
    assert len(shared.versions) == (kind == "s3")


def test_a_crawl_leaves_a_site_to_the_machine_that_is_at_it(shared_replica: Replica, tmp_path: Path) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    with Archive.open(crawl.archive, state=tmp_path / "other") as other:
        run = other.start_run("bjxch", datetime.now(UTC))
        done = crawl.run()
        run.abandon()
    assert done.code == Exit.BUSY, done.err
    assert f"Another machine is at bjxch in file://{tmp_path}/archive: {platform.node()} (process" in done.err
    assert not crawl.captures()
    assert not crawl.objects("runs/")
    assert not crawl.objects("leases/")
