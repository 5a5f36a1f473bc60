"""Fixtures around the servers of this package; conftest files import the ones they need."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.loaders
import botocore.session
import pytest

from tests.servers import swift_server
from tests.servers.swift_server import Swift

_OWN_SETTINGS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "NO_PROXY")


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """A Swift server for all tests of this worker; skips where there is none."""
    folder = tmp_path_factory.mktemp("swift")
    if reason := swift_server.missing(folder):
        pytest.skip(reason)
    server = Swift(folder)
    with pytest.MonkeyPatch.context() as patch:
        # Each test opens clients of its own; reading boto3's 10 MB of descriptions once is enough.
        loader = botocore.loaders.create_loader()
        patch.setattr(botocore.session, "create_loader", lambda search_path_string=None: loader)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture
def s3_archive_url(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty place for an archive; the AWS variables lead there."""
    return use_swift(swift, monkeypatch)


@pytest.fixture
def s3_tls_archive_url(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same over TLS, where boto3 sends other checksums."""
    return use_swift(swift, monkeypatch, tls=True)


def use_swift(server: Swift, monkeypatch: pytest.MonkeyPatch, *, tls: bool = False) -> str:
    """Point the AWS variables at the server; gives the address of an empty place."""
    for name in _OWN_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment(tls=tls).items():
        monkeypatch.setenv(name, value)
    return server.new_place()
