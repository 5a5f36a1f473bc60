"""Uploads beside a run: the store may be away, fail and garble; what was acknowledged gets there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from storage.archive import Archive, spooled
from storage.errors import ArchiveUnusable, Damaged, NotFound, SpoolFull, StorageError
from storage.journal import read_segment
from storage.keys import digest, raw_key
from storage.local import LocalStore
from storage.store import Store, open_store
from tests.storage.made import NOW, WatchedStore, body, capture

ROOT = Path(__file__).parents[2]


class FaultyStore(WatchedStore):
    """A store that is asked beside the run, whatever is behind it, and fails where the test wants it to."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.local = False
        self.fault: Callable[[str, str], Exception | None] = lambda _verb, _key: None
        """What goes wrong when that is asked of that key."""
        self.lose_answers = False
        """Whether a fault comes after what was asked was done."""

    def put(self, key: str, data: bytes) -> None:
        error = self.fault("put", key)
        if error is not None and not self.lose_answers:
            raise error
        super().put(key, data)
        if error is not None:
            raise error

    def get(self, key: str) -> bytes:
        if (error := self.fault("get", key)) is not None:
            raise error
        return super().get(key)


Opener = Callable[..., Archive]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FaultyStore:
    """The store of every archive that the test opens."""
    return use(FaultyStore(LocalStore(tmp_path / "archive")), monkeypatch)


@pytest.fixture
def archive(store: FaultyStore, state: Path) -> Iterator[Archive]:
    """An archive on it."""
    with Archive.open(store.url, state=state) as opened:
        yield opened


def use(store: FaultyStore, monkeypatch: pytest.MonkeyPatch) -> FaultyStore:
    """Have archives opened on this store; no pauses."""
    monkeypatch.setattr("storage.archive.open_store", lambda *_, **__: store)
    monkeypatch.setattr("storage.uploads._PAUSES", lambda _: 0.02)
    monkeypatch.setattr("storage.bodies._PAUSES", lambda _: 0.0)
    monkeypatch.setattr("os.fsync", lambda _: None)  # slow, and not what is tested here
    return store


def lines(store: Store) -> list[str]:
    """The addresses in all segments, sorted; a capture that was sealed twice is there twice."""
    return sorted(found.url for key in store.list("captures/") for _, found in read_segment(store.get(key)))


def urls(numbers: range) -> list[str]:
    return sorted(capture(number).url for number in numbers)


# ---------------------------------------------------------------------- away and back


def test_recording_does_not_ask_a_store_that_is_away(
    s3_archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = use(FaultyStore(open_store(s3_archive_url)), monkeypatch)
    with Archive.open(s3_archive_url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        store.failing = True
        kept = [run.record(capture(number), body(number)) for number in range(20)]
        with pytest.raises(ArchiveUnusable, match="told to fail"):
            run.flush(0.1)
        assert run.away is not None
        assert run.behind == 20
        store.failing = False
        assert list(run.flush(30)) == kept
        assert run.away is None
        assert run.behind == 0
        assert list(archive.documents("xuxian")) == kept
        run.finish({})


def test_threads_record_while_the_store_comes_and_goes(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    chance = Random(7)
    faults = [ArchiveUnusable("away"), Damaged("garbled"), ArchiveUnusable("refused"), ValueError("a bug")]
    store.fault = lambda verb, key: chance.choice(faults) if chance.random() < 0.3 else None

    over = threading.Event()

    def commit() -> None:
        while not over.wait(0.01):
            try:
                run.commit()
            except (StorageError, ValueError):
                continue

    committing = threading.Thread(target=commit)
    committing.start()
    with ThreadPoolExecutor(16) as threads:
        kept = list(threads.map(lambda n: run.record(capture(n), body(n % 50)), range(300)))
    over.set()
    committing.join()
    store.fault = lambda *_: None
    run.finish({})
    assert lines(store) == sorted(found.url for found in kept)
    assert sum(1 for _ in store.list("raw/")) == 50
    [record] = archive.runs("xuxian")
    assert record["captures"] == 300


def test_an_upload_that_never_succeeds_holds_up_no_other(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    poison = {raw_key(digest(body(number))) for number in range(8)}
    store.fault = lambda verb, key: ArchiveUnusable("not this one") if key in poison else None
    for number in range(30):
        run.record(capture(number), body(number))
    with pytest.raises(ArchiveUnusable, match="not this one"):
        run.flush(0.3)
    assert lines(store) == urls(range(8, 30))
    assert run.behind == 8
    store.fault = lambda *_: None
    run.finish({})
    assert lines(store) == urls(range(30))


def test_whatever_an_upload_raises_it_is_tried_again(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    tries = iter([ValueError("a bug"), OSError("odd"), None])
    store.fault = lambda verb, key: next(tries, None) if key.startswith("raw/") else None
    run.record(capture(1), body(1))
    assert len(run.flush(10)) == 1


def test_bytes_garbled_on_the_way_are_sent_again(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    garbled = set()

    def fault(verb: str, key: str) -> StorageError | None:
        if verb == "put" and key not in garbled:
            garbled.add(key)
            store.inner.put(key, b"garbled")
            return Damaged("other bytes than were to be kept")
        return None

    store.fault = fault
    for number in range(3):
        run.record(capture(number), body(number))
    run.finish({})
    assert {key.partition("/")[0] for key in garbled} == {"raw", "captures", "runs"}
    assert lines(store) == urls(range(3))
    assert all(archive.body(digest(body(number))) == body(number) for number in range(3))


def test_a_segment_whose_answer_was_lost_is_not_written_twice(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run._uploads.wait(1, 10)
    store.lose_answers = True
    store.fault = lambda verb, key: ArchiveUnusable("lost") if key.startswith("captures/") else None
    with pytest.raises(ArchiveUnusable):
        run.commit()
    run.record(capture(2), body(2))
    store.fault = lambda verb, key: ArchiveUnusable("lost") if key.startswith("runs/") else None
    with pytest.raises(ArchiveUnusable):
        run.finish({})
    store.fault = lambda *_: None
    run.finish({})
    assert lines(store) == urls(range(1, 3))
    assert len(list(store.list("runs/"))) == 1


def test_where_reading_works_and_writing_does_not_the_store_stays_away(
    archive: Archive, store: FaultyStore
) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1, status=404), None)
    store.fault = lambda verb, key: ArchiveUnusable("quota") if verb == "put" else None
    with pytest.raises(ArchiveUnusable):
        run.commit()
    assert not run._uploads.wait(1, 0.2)
    assert str(run.away) == "quota"
    store.fault = lambda *_: None
    assert run._uploads.wait(1, 10)
    assert run.away is None
    assert len(run.commit()) == 1


def test_a_commit_does_not_wait_for_what_is_uploaded_meanwhile(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)

    def slow(verb: str, key: str) -> None:
        if verb == "put":
            time.sleep(0.1 if key.startswith("captures/") else 0.01)

    store.fault = slow
    for number in range(60):
        run.record(capture(number), body(number))
    run._uploads.wait(10, 10)
    sealed = len(run.commit())
    assert 10 <= sealed < 40
    assert run.behind == 60 - sealed
    run.flush(10)
    assert len(list(store.list("captures/"))) == 2


def test_it_can_be_told_that_the_store_is_away(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.failed(ArchiveUnusable("told"))
    assert run._uploads.wait(1, 10)
    assert run.away is None
    assert run.behind == 0


# ---------------------------------------------------------------------- what is named and not there


def test_a_lost_body_is_believed_after_several_looks_only(
    archive: Archive, store: FaultyStore, tmp_path: Path
) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run.finish({})
    sha256 = digest(body(1))
    with Archive.open(store.url, state=tmp_path / "new machine") as other:
        run = other.start_run("xuxian", NOW)
        answers = iter([NotFound("a proxy says"), Damaged("once")])
        store.fault = lambda verb, key: next(answers, None) if key == raw_key(sha256) else None
        confirmed = run.record(capture(2, status=304, sha256=sha256), None)
        assert run.flush(10) == (confirmed,)
        gone = run.record(capture(3, status=304, sha256=digest(body(3))), None)
        assert run.flush(10) == ()
        assert run.lost == [{"url": gone.url, "sha256": gone.sha256}]
        run.finish({})
    assert lines(store) == urls(range(1, 3))


def test_nothing_is_lost_to_a_proxy_that_answers_for_the_store(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1, status=304, sha256=digest(body(1))), None)
    store.fault = lambda verb, key: NotFound("there is nothing") if verb == "get" else None
    with pytest.raises(ArchiveUnusable, match="There is no archive"):
        run.flush(0.1)
    assert (run.lost, run.behind) == ([], 1)


def test_a_body_that_the_store_lost_is_uploaded_when_it_comes_again(
    archive: Archive, store: FaultyStore
) -> None:
    sha256 = digest(body(1))
    for vanished in (True, False):
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.finish({})
        if vanished:
            store.inner.remove(raw_key(sha256))
            assert not archive.has_body(sha256)
        else:
            store.inner.replace(raw_key(sha256), b"rot")
        with pytest.raises(NotFound if vanished else Damaged):
            archive.body(sha256)
    run = archive.start_run("xuxian", NOW)
    run.record(capture(2), body(1))
    run.finish({})
    assert archive.body(sha256) == body(1)


# ---------------------------------------------------------------------- a run that is left


def test_a_run_that_is_left_is_brought_in_by_the_next(
    archive: Archive, store: FaultyStore, state: Path
) -> None:
    run = archive.start_run("xuxian", NOW)
    store.failing = True
    run.record(capture(1), body(1))
    with pytest.raises(ArchiveUnusable):
        run.finish({"expected": 7}, patience=0.1)
    run.leave({"expected": 7})
    [waiting] = spooled(store.url, state=state)
    assert (waiting.site, waiting.run, waiting.captures) == ("xuxian", run.id, 1)
    assert (waiting.living, waiting.record) == (False, True)
    with pytest.raises(ArchiveUnusable):
        archive.recover(NOW)
    store.failing = False
    assert archive.recover(NOW).captures == {"xuxian": 1}
    assert archive.spooled() == []
    [record] = archive.runs("xuxian")
    assert (record["ended"], record["expected"], record["captures"]) == ("finished", 7, 1)
    assert record["recovered"] == "2026-02-03T04:05:06+00:00"
    assert archive.body(digest(body(1))) == body(1)


def test_a_run_whose_record_alone_could_not_be_written(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run.flush(30)
    store.failing = True
    with pytest.raises(ArchiveUnusable):
        run.finish({"expected": 7}, patience=0.1)
    run.leave({"expected": 7})
    store.failing = False
    assert [(left.captures, left.record) for left in archive.spooled()] == [(0, True)]
    assert archive.recover(NOW).captures == {"xuxian": 0}
    assert [(record["expected"], record["captures"]) for record in archive.runs("xuxian")] == [(7, 1)]


def test_another_process_drains_what_a_run_left(
    s3_archive_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        store = use(FaultyStore(open_store(s3_archive_url)), patch)
        with Archive.open(s3_archive_url, state=state) as archive:
            run = archive.start_run("xuxian", NOW)
            assert [left.living for left in archive.spooled()] == [True]
            store.fault = lambda verb, key: ArchiveUnusable("away") if verb == "put" else None
            for number in range(5):
                run.record(capture(number), body(number))
            run.leave({"ended": "interrupted"})
    drain = """import sys
from pathlib import Path
from random import Random
from storage.archive import Archive
with Archive.open(sys.argv[1], state=Path(sys.argv[2])) as archive:
    print(archive.recover().captures)
"""
    command = [sys.executable, "-c", drain, s3_archive_url, str(state)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert ended.stdout == "{'xuxian': 5}\n"
    with Archive.open(s3_archive_url, state=state) as archive:
        assert [record["ended"] for record in archive.runs("xuxian")] == ["interrupted"]
        assert lines(archive.store) == urls(range(5))
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))  # known by now
        assert len(run.commit()) == 1


def test_a_run_waits_a_moment_for_who_brings_in_what_was_left(archive: Archive) -> None:
    holding = archive.held("xuxian")
    holding.__enter__()
    freed = threading.Timer(0.3, holding.__exit__, (None, None, None))
    freed.start()
    archive.start_run("xuxian", NOW).finish({})
    freed.join()


# ---------------------------------------------------------------------- room


def test_a_spool_at_its_limit_ends_the_run_and_loses_nothing(
    store: FaultyStore, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_SPOOL_LIMIT", "50 kB")
    with Archive.open(store.url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        room = run.room
        store.failing = True
        kept = []

        def record_until_full() -> None:
            for number in range(1000):
                kept.append(run.record(capture(number), body(number) * 10))

        with pytest.raises(SpoolFull) as full:
            record_until_full()
        assert 0 < len(kept) < 20
        assert run.room == 0 < room <= 50_000
        assert "limit of 50 kB" in str(full.value)
        assert "told to fail" in str(full.value)
        assert "gongkai spool drain" in str(full.value)
        run.leave({"ended": "interrupted"})
    store.failing = False
    with Archive.open(store.url, state=state) as again:
        assert again.recover(NOW).captures == {"xuxian": len(kept)}
        run = again.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.finish({})


def test_a_limit_that_is_no_size(store: FaultyStore, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SPOOL_LIMIT", "plenty")
    with pytest.raises(ArchiveUnusable, match="GONGKAI_SPOOL_LIMIT is 'plenty'"):
        Archive.open(store.url, state=state)


def test_a_long_outage_costs_disk_and_not_memory(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    store.failing = True
    page = body(0) * 20
    run.record(capture(0), page)
    run._uploads.wait(1, 0.2)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(1, 501):
            run.record(capture(number), page + str(number).encode())
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert run.behind == 501
    assert grown < 500 * 1000
    store.failing = False
    run.finish({}, patience=60)
    assert len(lines(store)) == 501


def test_parts_leave_the_disk_as_soon_as_the_archive_has_them(
    archive: Archive, store: FaultyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.spool.PART", 10_000)
    run = archive.start_run("xuxian", NOW)
    store.failing = True
    for number in range(50):
        run.record(capture(number), body(number))
    parts = len(list(run.folder.glob("*.part")))
    assert parts > 5
    store.failing = False
    run.flush(30)
    assert list(run.folder.glob("*.part")) == []
    run.finish({})


def test_a_run_that_is_over_uploads_no_more(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    store.failing = True
    run.record(capture(1), body(1))
    run.abandon()
    asked = store.calls.total()
    for thread in run._uploads._threads:
        thread.join(5)
        assert not thread.is_alive()
    store.failing = False
    assert store.calls.total() <= asked + 4
    assert archive.recover(NOW).total == 1


def test_a_run_that_is_over_seals_no_more(archive: Archive, store: FaultyStore) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    assert run._uploads.wait(1, 5)
    store.fault = lambda _, key: ArchiveUnusable("gone") if key.startswith("captures/") else None
    with pytest.raises(ArchiveUnusable):
        run.commit()
    run.abandon()
    store.fault = lambda _verb, _key: None
    run._probe()  # as a thread does that was asking whether the store is back
    assert run.commit() == ()
    assert not list(store.list("captures/"))
    assert archive.recover(NOW).total == 1
    assert lines(store) == [capture(1).url]


def test_an_empty_body_is_a_body(archive: Archive, store: FaultyStore) -> None:
    odd: dict[str, Any] = {"hints": {"title": "年报\ud800"}}
    run = archive.start_run("xuxian", NOW)
    kept = run.record(replace(capture(1), **odd), b"")
    assert kept.sha256 == digest(b"")
    run.finish({})
    assert archive.body(digest(b"")) == b""
    assert lines(store) == urls(range(1, 2))
