"""The ledger is a cache: lost, corrupt, old or of another archive, it is made anew; nothing else changes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.keys import digest
from storage.ledger import Ledger
from storage.store import open_store
from tests.storage.made import NOW, WatchedStore, body, capture

Spoiler = Callable[[Path], object]


def crawl(archive: Archive) -> None:
    """Four pages, two of them with the same body."""
    run = archive.start_run("xuxian", NOW)
    for number in range(4):
        run.record(capture(number), body(number % 3))
    run.finish({})


def overwrite(ledger: Path) -> None:
    """Flip bytes all over the file."""
    data = bytearray(ledger.read_bytes())
    data[100:4000:7] = b"\xff" * len(data[100:4000:7])
    ledger.write_bytes(data)


def make_old(ledger: Path) -> None:
    """Pretend an earlier schema."""
    connection = sqlite3.connect(ledger)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


SPOILERS: dict[str, Spoiler] = {
    "lost": Path.unlink,
    "empty": lambda ledger: ledger.write_bytes(b""),
    "no database": lambda ledger: ledger.write_text("this is no database" * 99),
    "corrupt": overwrite,
    "cut off": lambda ledger: ledger.write_bytes(ledger.read_bytes()[:5000]),
    "old": make_old,
}


@pytest.mark.parametrize("spoiler", SPOILERS.values(), ids=SPOILERS.keys())
def test_it_is_made_anew_from_the_archive(spoiler: Spoiler, tmp_path: Path, state: Path) -> None:
    url = str(tmp_path / "archive")
    with Archive.open(url, state=state) as archive:
        crawl(archive)
        archive.mark_clean("xuxian")
        before = [*archive.captures("xuxian")], [*archive.runs("xuxian")]
    [ledger] = state.rglob("ledger.sqlite")
    spoiler(ledger)
    with Archive.open(url, state=state) as archive:
        assert ([*archive.captures("xuxian")], [*archive.runs("xuxian")]) == before
        assert archive.dirty("xuxian")  # nobody knows any more what was published
        crawl(archive)
        assert len(list(archive.captures("xuxian"))) == 8


def test_one_that_becomes_corrupt_under_way_is_made_anew(tmp_path: Path, state: Path) -> None:
    url = str(tmp_path / "archive")
    with Archive.open(url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.commit()
        run.record(capture(2), body(2))
        [ledger] = state.rglob("ledger.sqlite")
        connection = sqlite3.connect(ledger)
        connection.execute("DROP TABLE captures")
        connection.execute("DROP TABLE bodies")
        connection.close()
        run.record(capture(3), body(1))
        run.finish({})
        assert len(list(archive.captures("xuxian"))) == 3
        assert archive.dirty("xuxian")


def watched(url: str, state: Path) -> tuple[Archive, WatchedStore]:
    """An archive, and what it asks of its store."""
    store = WatchedStore(open_store(url))
    identity = Archive.open(url, state=state)._ledger._identity
    return Archive(store, identity, state), store


def test_the_second_crawl_puts_no_body(archive_url: str, state: Path) -> None:
    archive, store = watched(archive_url, state)
    crawl(archive)
    assert store.calls["put raw"] == 3
    store.calls.clear()
    crawl(archive)
    assert store.calls["put raw"] == store.calls["get raw"] == 0
    archive.close()


def test_without_a_ledger_the_second_crawl_reads_bodies_back_and_puts_none(
    archive_url: str, state: Path, tmp_path: Path
) -> None:
    archive, store = watched(archive_url, state)
    crawl(archive)
    archive.close()
    archive, store = watched(archive_url, tmp_path / "another")
    crawl(archive)
    assert store.calls["put raw"] == 0
    assert store.calls["get raw"] == 3
    archive.close()


def test_an_archive_that_was_deleted_and_made_again_is_not_taken_for_the_old_one(
    tmp_path: Path, state: Path
) -> None:
    url = tmp_path / "archive"
    for _ in range(2):
        with Archive.open(str(url), state=state) as archive:
            assert list(archive.captures("xuxian")) == []
            crawl(archive)
            assert archive.body(digest(body(0))) == body(0)
            assert len(list(archive.store.list("raw/"))) == 3
        shutil.rmtree(url)


def test_an_archive_restored_from_an_older_copy_is_read_anew(tmp_path: Path, state: Path) -> None:
    url = tmp_path / "archive"
    with Archive.open(str(url), state=state) as archive:
        crawl(archive)
    shutil.copytree(url, tmp_path / "copy")
    with Archive.open(str(url), state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(9), body(9))
        run.finish({})
    shutil.rmtree(url)
    shutil.copytree(tmp_path / "copy", url)
    with Archive.open(str(url), state=state) as archive:
        assert len(list(archive.captures("xuxian"))) == 4
        assert not archive.has_body(digest(body(9)))


def test_segments_that_are_damaged_or_foreign_are_passed_over(
    tmp_path: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = tmp_path / "archive"
    with Archive.open(str(url), state=state) as archive:
        crawl(archive)
        crawl(archive)
    first = min((url / "captures").rglob("*.jsonl"))
    first.chmod(0o644)
    first.write_bytes(first.read_bytes().replace("虚".encode(), "实".encode()))
    (first.parent / "读我.txt").write_text("a note")
    with Archive.open(str(url), state=tmp_path / "another") as archive:
        assert len(list(archive.captures("xuxian"))) == 4
    assert first.name in caplog.text
    assert "读我.txt" in caplog.text


def test_two_that_find_it_corrupt_do_not_undo_each_other(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    one, two = Ledger(path, "x"), Ledger(path, "x")
    one.renew()
    one.make_dirty("xuxian")
    two.renew()  # finds that the file is another one than it opened, and takes that
    assert two.generation("xuxian") == 1
    one.close()
    two.close()
