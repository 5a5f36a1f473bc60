"""Fixtures of the crawl's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
