"""Fixtures around the servers of this package; conftest files import the ones they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import botocore.loaders
import botocore.session
import pytest

from tests.servers import ceph_server, swift_server
from tests.servers.ceph_server import Ceph
from tests.servers.s3_server import S3Server
from tests.servers.swift_server import Swift

_OWN_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "NO_PROXY")
_Server = TypeVar("_Server", Swift, Ceph)


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """A Swift server for all tests of this worker; skips where there is none."""
    folder = tmp_path_factory.mktemp("swift")
    if reason := swift_server.missing(folder):
        pytest.skip(reason)
    yield from _running(Swift(folder))


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """A Ceph server for all tests of this worker (six seconds, 140 MB); skips where there is none."""
    if reason := ceph_server.missing():
        pytest.skip(reason)
    yield from _running(Ceph(tmp_path_factory.mktemp("ceph")))


@pytest.fixture
def s3_archive_url(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty place for an archive in Swift; the AWS variables lead there."""
    return use_server(swift, monkeypatch)


@pytest.fixture
def s3_tls_archive_url(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same over TLS, where boto3 sends other checksums."""
    return use_server(swift, monkeypatch, tls=True)


@pytest.fixture
def ceph_archive_url(ceph: Ceph, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty place for an archive in Ceph; the AWS variables lead there."""
    return use_server(ceph, monkeypatch)


@pytest.fixture
def ceph_tls_archive_url(ceph: Ceph, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same over TLS."""
    return use_server(ceph, monkeypatch, tls=True)


def use_server(server: S3Server, monkeypatch: pytest.MonkeyPatch, *, tls: bool = False) -> str:
    """Point the AWS variables at the server; gives the address of an empty place."""
    for name in _OWN_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment(tls=tls).items():
        monkeypatch.setenv(name, value)
    return server.new_place()


def _running(server: _Server) -> Iterator[_Server]:
    with pytest.MonkeyPatch.context() as patch:
        # Each test opens clients of its own; reading boto3's 10 MB of descriptions once is enough.
        loader = botocore.loaders.create_loader()
        patch.setattr(botocore.session, "create_loader", lambda search_path_string=None: loader)
        try:
            server.start()
            yield server
        finally:
            server.stop()
