"""Encryption, storage class and lock: asked for by settings, and seen to be heard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import s3_settings
from storage.check import check
from storage.errors import ArchiveUnusable, Damaged
from storage.s3 import S3Store
from storage.s3_options import Options
from storage.store import open_store
from tests.servers.ceph_server import Ceph
from tests.servers.fixtures import use_server
from tests.servers.lying_s3 import LyingS3

RAW, REPORT = f"raw/ab/{'ab' * 32}", "reports/xuxian/2025/x-12345678.json"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LyingS3]:
    with LyingS3() as running:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


def kept(server: LyingS3, key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in server.attributes[f"archive/{key}"].items()}


def test_nothing_is_asked_for_unless_it_is_set(server: LyingS3) -> None:
    store = open_store("s3://bucket/archive")
    store.put(RAW, b"x")
    assert kept(server, RAW) == {}


def test_every_object_is_encrypted_and_those_that_never_change_are_stored_and_locked_as_set(
    server: LyingS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_S3_ENCRYPTION", "aws:kms=alias/archive")
    monkeypatch.setenv("GONGKAI_S3_STORAGE_CLASS", "STANDARD_IA")
    monkeypatch.setenv("GONGKAI_S3_LOCK", "COMPLIANCE=365")
    store = open_store("s3://bucket/archive")
    store.put(RAW, b"x")
    store.replace(REPORT, b"y")
    encrypted = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "alias/archive",
    }
    assert kept(server, REPORT) == encrypted
    body = kept(server, RAW)
    until = datetime.fromisoformat(body.pop("x-amz-object-lock-retain-until-date"))
    assert timedelta(days=364, hours=23) < until - datetime.now(UTC) <= timedelta(days=365)
    locked = {"x-amz-storage-class": "STANDARD_IA", "x-amz-object-lock-mode": "COMPLIANCE"}
    assert body == encrypted | locked


@pytest.mark.parametrize(
    ("name", "value", "silent"),
    [
        ("GONGKAI_S3_ENCRYPTION", "AES256", "server-side-encryption"),
        ("GONGKAI_S3_LOCK", "GOVERNANCE=30", "object-lock"),
    ],
)
def test_a_store_that_passes_over_what_was_asked_is_not_used(
    name: str, value: str, silent: str, server: LyingS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    server.knows = tuple(known for known in server.knows if known != silent)
    with pytest.raises(ArchiveUnusable, match=name):
        open_store("s3://bucket/archive").put(RAW, b"x")


def test_swift_does_not_know_locks_and_says_nothing(
    s3_archive_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_S3_LOCK", "GOVERNANCE=1")
    with pytest.raises(ArchiveUnusable, match="GONGKAI_S3_LOCK"):
        open_store(s3_archive_url).put(RAW, b"x")


def test_ceph_locks_what_never_changes_and_holds_it(
    ceph: Ceph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(ceph, monkeypatch)
    url = ceph.locked_place()
    found = check(open_store(url), tmp_path, datetime.now(UTC))
    verdicts = {probe.name: probe.verdict for probe in found.probes}
    assert verdicts["lock"] == "ok"
    assert verdicts["conditions"] == "limited"  # it passes over them where it keeps versions
    monkeypatch.setenv("GONGKAI_S3_LOCK", "COMPLIANCE=1")
    monkeypatch.setattr(s3_settings, "LARGE", 6_000_000)
    store = open_store(url)
    assert isinstance(store, S3Store)
    for key, data in ((RAW, b"x"), (f"raw/large-{'0' * 64}", b"y" * 6_500_000)):
        store.put(key, data)
        with pytest.raises(Damaged):
            store.put(key, b"other bytes")
        assert store.get(key) == data
        has = store.ask("head_object", key).fields
        assert has["ObjectLockMode"] == "COMPLIANCE"
        version = {"VersionId": has["VersionId"]}
        assert store.ask("delete_object", key, BypassGovernanceRetention=True, **version).code
    store.replace(REPORT, b"{}")
    store.replace(REPORT, b"[]")
    store.remove(REPORT)
    assert not store.exists(REPORT)


def test_what_is_there_already_need_not_have_it(server: LyingS3, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store("s3://bucket/archive").put(RAW, b"x")
    monkeypatch.setenv("GONGKAI_S3_ENCRYPTION", "AES256")
    store = open_store("s3://bucket/archive")
    assert isinstance(store, S3Store)
    store.put(RAW, b"x")
    assert kept(server, RAW) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GONGKAI_S3_ENCRYPTION", "rot13"),
        ("GONGKAI_S3_ENCRYPTION", "AES256=key"),
        ("GONGKAI_S3_STORAGE_CLASS", "cold"),
        ("GONGKAI_S3_STORAGE_CLASS", "DEEP_ARCHIVE"),
        ("GONGKAI_S3_LOCK", "365"),
        ("GONGKAI_S3_LOCK", "GOVERNANCE=0"),
    ],
)
def test_settings_that_make_no_sense_are_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ArchiveUnusable, match=name):
        Options.from_environment()
