"""Several machines crawl different sites, and by mistake the same ones, into one archive at once."""

from __future__ import annotations

import platform
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from unittest.mock import patch

import pytest

from crawler.exits import Exit
from storage import leases
from storage.archive import Archive
from storage.errors import SiteBusy
from tests.crawler.crawling import ROOT, Crawl
from tests.crawler.machines import problems, share
from tests.crawler.test_crawl_interrupted import wait_for_answers
from tests.replica import Replica
from tests.servers.fixtures import s3_archive_url, swift
from tests.storage.leasing import SHORT

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


def test_a_crawl_that_slept_while_another_machine_took_its_site_ends_in_order(
    replica: Replica, tmp_path: Path
) -> None:
    crawl = Crawl(replica, tmp_path)
    command = crawl.command("-s", "DOWNLOAD_DELAY=0.5")
    command[2] = f"from storage import leases; vars(leases).update({SHORT}); {command[2]}"
    process = subprocess.Popen(
        command, cwd=ROOT, env=crawl.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    wait_for_answers(replica, 4, process)
    process.send_signal(signal.SIGSTOP)
    with (
        patch.dict(vars(leases), SHORT | {"PATIENCE": 20.0}),
        Archive.open(crawl.archive, state=tmp_path / "other") as other,
    ):
        while True:
            try:
                run = other.start_run("bjxch", datetime.now(UTC))
                break
            except SiteBusy:
                sleep(0.2)
        process.send_signal(signal.SIGCONT)
        words = process.communicate(timeout=60)[1]
        assert process.returncode == Exit.INCOMPLETE, words
        assert "bjxch has been taken over by" in words
        run.finish({})
    ended = {record["ended"] for record in crawl.runs()}
    assert ended == {"taken-over", "finished"}
    assert len(crawl.captures()) == sum(record["captures"] for record in crawl.runs()) >= 3
