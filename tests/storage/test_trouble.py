"""Places that cannot be used: each a sentence that says what to do, no secret in it, nothing lost."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import local
from storage.archive import Archive
from storage.errors import ArchiveUnusable, Damaged, NotFound
from storage.keys import digest, raw_key
from tests.servers.swift_server import Swift
from tests.storage.made import NOW, body, capture, small_disk


def refused(url: str | Path, state: Path, *, create: bool = True) -> str:
    """The sentence with which opening the archive and starting a run there is refused."""
    with (
        pytest.raises(ArchiveUnusable) as refusal,
        Archive.open(str(url), state=state, create=create) as archive,
    ):
        archive.start_run("xuxian", NOW)
    return str(refusal.value)


# ---------------------------------------------------------------------- folders


def test_a_file_in_place_of_the_folder(tmp_path: Path, state: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "a file where a folder should be" in refused(tmp_path / "file", state)
    assert "a file where a folder should be" in refused(tmp_path / "file" / "archive", state)


def test_a_folder_that_holds_other_things(tmp_path: Path, state: Path) -> None:
    (tmp_path / "照片 1.jpg").write_text("x")
    assert "choose an empty place" in refused(tmp_path, state)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "照片 1.jpg"]


def test_no_archive_where_only_reading_is_wanted(tmp_path: Path, state: Path) -> None:
    assert "There is no archive at" in refused(tmp_path / "none", state, create=False)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "other", "layout": 1, "identity": "x"}', '{"layout": 1}']
)
def test_an_archive_of_another_format(tmp_path: Path, state: Path, text: str) -> None:
    (tmp_path / "archive.json").write_text(text)
    assert "is not Gongkai's" in refused(tmp_path, state)


def test_an_archive_of_a_newer_layout(tmp_path: Path, state: Path) -> None:
    newer = {"format": "gongkai.archive", "layout": 2, "identity": "x"}
    (tmp_path / "archive.json").write_text(json.dumps(newer))
    assert "newer Gongkai" in refused(tmp_path, state)


def test_an_address_that_is_none(state: Path) -> None:
    assert "give a folder or s3://bucket/prefix" in refused("gs://bucket/prefix", state)
    assert "names no bucket" in refused("s3://", state)
    assert "cannot be an archive's address" in refused("s3://bucket/../x", state)


def test_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("x")
    assert "GONGKAI_STATE" in refused(tmp_path / "archive", tmp_path / "state")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where this process may mount one."""
    with small_disk(tmp_path / "disk", "256k") as disk:
        yield disk


def test_a_read_only_folder(mounted: Path, state: Path) -> None:
    with Archive.open(str(mounted / "archive"), state=state):
        pass
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    assert "may not write" in refused(mounted / "archive", state)
    assert "may not write" in refused(mounted / "another", state)
    with Archive.open(str(mounted / "archive"), state=state, create=False) as archive:
        assert list(archive.reports("xuxian")) == []  # reading goes on


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where it is not allowed to")
def test_a_folder_that_this_user_may_not_write_to(tmp_path: Path, state: Path) -> None:
    (tmp_path / "archive").mkdir(0o500)
    assert "may not write" in refused(tmp_path / "archive", state)


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_half(mounted: Path, state: Path) -> None:
    url = str(mounted / "archive")
    with Archive.open(url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        with pytest.raises(ArchiveUnusable, match="No space is left"):
            run.record(capture(2), os.urandom(500_000))
        run.record(capture(3), body(3))  # a small one still fits
        run.finish({})
        assert [found.url for found in archive.captures("xuxian")] == [capture(1).url, capture(3).url]
        assert len(list(archive.store.list("raw/"))) == 2


def test_a_full_disk_under_the_spool(mounted: Path, tmp_path: Path) -> None:
    url, state = str(tmp_path / "archive"), mounted / "state"
    with Archive.open(url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        acknowledged = [1]

        def record_until_full() -> None:
            for number in range(2, 1000):
                run.record(capture(number, hints={"title": "x" * 20_000}), body(1))
                acknowledged.append(number)

        with pytest.raises(ArchiveUnusable, match="No space is left"):
            record_until_full()
        assert len(acknowledged) > 1
        run.abandon()
    with Archive.open(url, state=tmp_path / "roomy") as archive:
        for spool in state.glob("*/spool"):
            [there] = (tmp_path / "roomy").iterdir()
            subprocess.run(["cp", "-r", spool, there], check=True)
        archive.recover(NOW)
        assert len(list(archive.captures("xuxian"))) == len(acknowledged)


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "No space"), (errno.EROFS, "may not write"), (errno.EIO, "The disk failed")],
)
@pytest.mark.parametrize("call", ["write", "fsync", "link"])
def test_each_call_that_fails_is_a_sentence_and_leaves_nothing(
    code: int, words: str, call: str, tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        monkeypatch.setattr(os, call, failing)
        with pytest.raises(ArchiveUnusable, match=words):
            run.record(capture(1), body(1))
        monkeypatch.undo()
        assert list(archive.store.list("raw/")) == []
        run.abandon()


@pytest.mark.parametrize("lacking", ["unnamed files", "links"])
def test_a_file_system_that_can_do_less(
    lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)
    if lacking == "links":
        monkeypatch.setattr(os, "link", no_links)
    store = local.LocalStore(tmp_path / "archive")
    store.put("raw/x", b"one")
    store.put("raw/x", b"one")
    with pytest.raises(Damaged):
        store.put("raw/x", b"two")
    store.replace("reports/x", b"one")
    store.replace("reports/x", b"two")
    assert (store.get("raw/x"), store.get("reports/x")) == (b"one", b"two")
    assert [path.name for path in (tmp_path / "archive").rglob("*") if path.is_file()] == ["x", "x"]


def test_bodies_are_read_only_files(tmp_path: Path) -> None:
    store = local.LocalStore(tmp_path)
    store.put("raw/x", b"one")
    assert (tmp_path / "raw/x").stat().st_mode & 0o222 == 0


# ---------------------------------------------------------------------- damage


def test_a_damaged_body_is_told_and_mended_by_the_next_that_is_received(tmp_path: Path, state: Path) -> None:
    sha256 = digest(body(1))
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.finish({})
        path = tmp_path / "archive" / raw_key(sha256)
        path.chmod(0o644)
        path.write_bytes(b"rot")
        with pytest.raises(Damaged):
            archive.body(sha256)
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "new state") as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(2), body(1))
        run.finish({})
        assert archive.body(sha256) == body(1)
        with pytest.raises(NotFound):
            archive.body(digest(body(9)))


def test_a_damaged_reading_counts_as_none(tmp_path: Path, state: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        archive.put_parse("1", digest(b"x"), {"a": 1})
        archive.store.replace(f"parses/1/{digest(b'x')[:2]}/{digest(b'x')}.json", b'{"a"')
        assert archive.parse("1", digest(b"x")) is None
        archive.put_parse("1", digest(b"x"), {"a": 1})
        assert archive.parse("1", digest(b"x")) == {"a": 1}


# ---------------------------------------------------------------------- S3


def test_a_bucket_that_is_missing(s3_archive_url: str, state: Path) -> None:
    sentence = refused("s3://no-such-bucket/archive", state)
    assert "there is no bucket no-such-bucket" in sentence


@pytest.mark.parametrize(
    ("key", "secret", "words"),
    [
        ("test:tester", "a-wrong-secret", "does not accept the credentials (SignatureDoesNotMatch)"),
        ("test:nobody", "a-wrong-secret", "does not accept the credentials"),
        ("test:reader", "reading", "refused access"),
    ],
)
def test_credentials_that_do_not_fit(
    key: str, secret: str, words: str, s3_archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    sentence = refused(s3_archive_url, state)
    assert words in sentence
    assert secret not in sentence


def test_no_credentials(s3_archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no credentials were found" in refused(s3_archive_url, state)


def test_a_certificate_that_nobody_vouches_for(
    swift: Swift, s3_tls_archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE")
    assert "AWS_CA_BUNDLE" in refused(s3_tls_archive_url, state)


@pytest.mark.parametrize("endpoint", ["http://user:{secret}@127.0.0.1:{port}", "http://127.0.0.1:{port}"])
def test_an_endpoint_where_nobody_listens(
    endpoint: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint.format(port=port, secret="hush"))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        began = time.monotonic()
        sentence = refused("s3://bucket/archive", state)
    assert "could not be reached" in sentence
    assert str(port) in sentence
    assert "hush" not in sentence
    assert time.monotonic() - began < 30


def test_a_profile_that_does_not_exist(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert "no-such-profile" in refused("s3://bucket/archive", state)
