"""The same tests for a folder and for a bucket: `store_url` and `archive_url` come once for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.store import Store, open_store
from tests.servers.fixtures import (
    ceph,
    ceph_archive_url,
    ceph_tls_archive_url,
    s3_archive_url,
    s3_tls_archive_url,
    swift,
)

__all__ = [
    "ceph",
    "ceph_archive_url",
    "ceph_tls_archive_url",
    "s3_archive_url",
    "s3_tls_archive_url",
    "swift",
]

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
Opener = Callable[[], Archive]


@pytest.fixture(params=["folder", "s3", "s3_tls", "ceph", "ceph_tls"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place: a folder, a bucket of either S3 server, the same over TLS."""
    if request.param == "folder":
        return str(tmp_path / "archive")
    url: str = request.getfixturevalue(f"{request.param}_archive_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store of each kind."""
    made = open_store(store_url)
    yield made
    made.close()


@pytest.fixture(params=["folder", "s3"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a place for an archive, of each kind."""
    if request.param == "folder":
        return str(tmp_path / "archive")
    url: str = request.getfixturevalue("s3_archive_url")
    return url


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """This machine's state folder."""
    return tmp_path / "state"


@pytest.fixture
def open_archive(archive_url: str, state: Path) -> Iterator[Opener]:
    """Opens the archive, each time anew, as another process of the same machine would."""
    opened: list[Archive] = []

    def open_it() -> Archive:
        opened.append(Archive.open(archive_url, state=state))
        return opened[-1]

    yield open_it
    for archive in opened:
        archive.close()


@pytest.fixture
def archive(open_archive: Opener) -> Archive:
    """An empty archive of each kind."""
    return open_archive()
