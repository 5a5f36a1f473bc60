"""Uploads beside a run: the store may be away, fail and garble; what was acknowledged gets there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable, Damaged, NotFound
from storage.keys import digest, raw_key
from storage.store import open_store
from tests.storage.made import NOW, WatchedStore, body, capture


@pytest.fixture
def watched(s3_archive_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedStore]:
    """The store of every archive that the test opens; on a real server."""
    store = WatchedStore(open_store(s3_archive_url))
    monkeypatch.setattr("storage.archive.open_store", lambda *_, **__: store)
    monkeypatch.setattr("storage.uploads._PAUSES", lambda _: 0.05)
    yield store
    store.inner.close()


@pytest.fixture
def archive(watched: WatchedStore, state: Path) -> Iterator[Archive]:
    """An archive on it."""
    with Archive.open(watched.url, state=state) as opened:
        yield opened


def test_recording_does_not_ask_a_store_that_is_away(archive: Archive, watched: WatchedStore) -> None:
    run = archive.start_run("xuxian", NOW)
    watched.failing = True
    kept = [run.record(capture(number), body(number)) for number in range(20)]
    with pytest.raises(ArchiveUnusable, match="told to fail"):
        run.flush(0.2)
    assert run.away is not None
    assert run.behind == 20
    watched.failing = False
    assert list(run.flush(30)) == kept
    assert run.away is None
    assert run.behind == 0
    assert [found.url for found in archive.documents("xuxian")] == [found.url for found in kept]
    run.finish({})


def test_a_run_that_is_left_is_brought_in_by_the_next(
    archive: Archive, watched: WatchedStore, state: Path
) -> None:
    run = archive.start_run("xuxian", NOW)
    watched.failing = True
    run.record(capture(1), body(1))
    with pytest.raises(ArchiveUnusable):
        run.finish({"expected": 7}, patience=0.1)
    run.leave({"expected": 7})
    [waiting] = archive.spooled()
    assert (waiting.site, waiting.run, waiting.captures, waiting.living) == ("xuxian", run.id, 1, False)
    with pytest.raises(ArchiveUnusable):
        archive.recover(NOW)
    watched.failing = False
    assert archive.recover(NOW).captures == {"xuxian": 1}
    assert archive.spooled() == []
    [record] = archive.runs("xuxian")
    assert (record["ended"], record["expected"], record["captures"]) == ("finished", 7, 1)
    assert record["recovered"] == "2026-02-03T04:05:06+00:00"
    assert archive.body(digest(body(1))) == body(1)


def test_a_body_that_the_store_lost_is_uploaded_when_it_comes_again(
    archive: Archive, watched: WatchedStore
) -> None:
    sha256 = digest(body(1))
    for vanished in (True, False):
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.finish({})
        if vanished:
            watched.inner.remove(raw_key(sha256))
            assert not archive.has_body(sha256)
        else:
            watched.inner.replace(raw_key(sha256), b"rot")
        with pytest.raises(NotFound if vanished else Damaged):
            archive.body(sha256)
    run = archive.start_run("xuxian", NOW)
    run.record(capture(2), body(1))
    run.finish({})
    assert archive.body(sha256) == body(1)


def test_a_run_whose_record_alone_could_not_be_written(archive: Archive, watched: WatchedStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run.flush(30)
    watched.failing = True
    with pytest.raises(ArchiveUnusable):
        run.finish({"expected": 7}, patience=0.1)
    run.leave({"expected": 7})
    watched.failing = False
    assert [(left.captures, left.record) for left in archive.spooled()] == [(0, True)]
    assert archive.recover(NOW).captures == {"xuxian": 0}
    assert [(record["expected"], record["captures"]) for record in archive.runs("xuxian")] == [(7, 1)]


def test_foreign_names_are_no_sites_and_no_reports(archive: Archive, watched: WatchedStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run.finish({})
    for key in ("captures/Foo_Bar/2026/02/x.jsonl", "reports/xuxian/2024/x.json"):
        watched.inner.put(key, b"{}")
    assert archive.sites() == ["xuxian"]
    assert list(archive.reports("xuxian")) == []
