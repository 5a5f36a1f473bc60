"""pytest fixtures of the replica; `tests/conftest.py` makes them known everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.replica import Replica


@pytest.fixture
def replica() -> Iterator[Replica]:
    """A replica of this test's own: it may correct, fail and read the log."""
    with Replica() as playing:
        yield playing


@pytest.fixture(scope="session")
def shared_replica() -> Iterator[Replica]:
    """One replica for all tests of a process that only read: no `correct`, `fail` or log."""
    with Replica() as playing:
        yield playing
