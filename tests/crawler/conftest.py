"""Fixtures of the crawl's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crawler.crawling import Crawl
from tests.replica import Replica
from tests.servers.fixtures import s3_archive_url, swift

__all__ = ["replica", "s3_archive_url", "swift"]


@pytest.fixture
def replica(shared_replica: Replica) -> Iterator[Replica]:
    """The process's replica, whose pages are made but once, healed and with an empty log.

    A test that corrects a report starts one of its own.
    """
    shared_replica.heal()
    shared_replica.clear_log()
    yield shared_replica
    shared_replica.heal()


@pytest.fixture(scope="session")
def undisturbed(shared_replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an archive holds after one crawl of a year without incident."""
    crawl = Crawl(shared_replica, tmp_path_factory.mktemp("undisturbed"))
    assert crawl.run("--year", "2023").code == 0
    return crawl.content()
