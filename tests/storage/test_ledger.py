"""The ledger is a cache: lost, corrupt, old or of another archive, it is made anew; nothing else changes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.journal import json_document
from storage.keys import digest, run_key
from storage.ledger import Ledger
from storage.store import open_store
from tests.storage.made import NOW, WatchedStore, body, capture

PAGE = "https://www.xuxian.gov.cn/gongkai/"
Spoiler = Callable[[Path], object]


def crawl(archive: Archive) -> None:
    """Four pages, two of them with the same body."""
    run = archive.start_run("xuxian", NOW)
    for number in range(4):
        hints = {"title": "虚县虚构局"} | ({"parent": PAGE} if number % 2 else {})
        run.record(capture(number, hints=hints), body(number % 3))
    run.finish({})


def told(archive: Archive) -> list[object]:
    """What the ledger says of the site."""
    documents = archive.documents("xuxian")
    return [
        [*archive.captures("xuxian")],
        [*archive.runs("xuxian")],
        [*documents],
        {url: documents.at(url) for url in documents.addresses()},
        documents.addresses_of(digest(body(0))),
        documents.addresses_on(PAGE),
        documents.shared(2),
        archive.latest("xuxian", capture(1).url),
    ]


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
        before = told(archive)
    [ledger] = state.rglob("ledger.sqlite")
    spoiler(ledger)
    with Archive.open(url, state=state) as archive:
        assert told(archive) == before
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


def test_documents_are_found_by_address_body_and_page(tmp_path: Path, state: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        crawl(archive)
        documents = archive.documents("xuxian")
        urls = [capture(number).url for number in range(4)]
        assert list(documents.addresses()) == urls
        assert [found.sha256 for found in documents.at(urls[1])] == [digest(body(1))]
        assert documents.addresses_of(digest(body(0))) == [urls[0], urls[3]]
        assert documents.addresses_on(PAGE) == [urls[1], urls[3]]
        assert (documents.shared(2), documents.shared(3)) == ({digest(body(0))}, set())
        assert documents.at("https://www.xuxian.gov.cn/") == []


def test_documents_stay_as_they_were_when_they_were_asked_for(tmp_path: Path, state: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        crawl(archive)
        before = archive.documents("xuxian")
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1, hints={"parent": PAGE}), body(9))
        run.record(capture(5, hints={"parent": PAGE}), body(0))
        run.finish({})
        after = archive.documents("xuxian")
        assert (len(before.at(capture(1).url)), len(after.at(capture(1).url))) == (1, 2)
        assert (len([*before.addresses()]), len([*after.addresses()])) == (4, 5)
        assert (len(before.addresses_of(digest(body(0)))), len(after.addresses_of(digest(body(0))))) == (2, 3)
        assert (len(before.addresses_on(PAGE)), len(after.addresses_on(PAGE))) == (2, 3)


def test_documents_are_told_though_the_ledger_is_made_anew_meanwhile(tmp_path: Path, state: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        crawl(archive)
        documents = archive.documents("xuxian")
        run = archive.start_run("beixian", NOW)
        run.record(capture(1), body(1))
        run.finish({})
        [ledger] = state.rglob("ledger.sqlite")
        connection = sqlite3.connect(ledger)
        connection.execute("DROP TABLE captures")
        connection.close()
        archive.follow("beixian")  # what comes first into the new ledger is not what came first into the old
        assert len(list(documents.addresses())) == 4
        assert [found.sha256 for found in documents.at(capture(3).url)] == [digest(body(0))]


def test_a_site_that_is_forgotten_is_followed_anew_and_no_other(tmp_path: Path, state: Path) -> None:
    archive, store = watched(str(tmp_path / "archive"), state)
    crawl(archive)
    other = archive.start_run("beixian", NOW)
    other.record(capture(1), body(1))
    other.finish({})
    for site in ("xuxian", "beixian"):
        archive.mark_clean(site)
    before = told(archive)
    store.calls.clear()
    archive.forget("xuxian")
    assert told(archive) == before
    assert store.calls["get captures"] == store.calls["get runs"] == 1
    assert (bool(archive.dirty("xuxian")), archive.dirty("beixian")) == (True, 0)
    crawl(archive)
    assert store.calls["put raw"] == store.calls["get raw"] == 0  # what was read back is known
    archive.close()


def test_only_what_is_new_of_the_site_is_fetched(archive_url: str, state: Path, tmp_path: Path) -> None:
    with Archive.open(archive_url, state=tmp_path / "another") as writer:
        for _ in range(3):
            crawl(writer)
        archive, store = watched(archive_url, state)
        run = archive.start_run("beixian", NOW)
        assert archive.latest("beixian", capture(1).url) is None
        run.finish({})
        assert store.calls["get captures"] == 0  # of other sites
        assert archive.follow("xuxian") == 12
        assert (store.calls["get captures"], store.calls["get runs"]) == (3, 3)
        crawl(writer)
        store.calls.clear()
        assert archive.follow("xuxian") == 4
        assert (store.calls["get captures"], store.calls["get runs"]) == (1, 1)
        archive.close()


def test_run_records_are_told_in_order_however_many(tmp_path: Path, state: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        for number in range(25):
            archive.start_run("xuxian", NOW + timedelta(days=number)).finish({"number": number})
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "another") as archive:
        runs = list(archive.runs("xuxian"))
        assert [run["number"] for run in runs] == list(range(25))
        assert [len(run["previous"]) for run in runs] == [0] + [1] * 24
        archive.start_run("xuxian", NOW + timedelta(days=99)).finish({})
        assert len(list(archive.runs("xuxian"))[-1]["previous"]) == 1


@pytest.mark.parametrize("content", [b"no JSON", b"[]", b'{"previous": 7}'])
def test_what_lies_among_the_run_records_and_is_none_stops_no_run(
    content: bytes, tmp_path: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        crawl(archive)
        foreign = run_key("xuxian", "20260101T000000Z-000000", digest(content))
        archive.store.put(foreign, content)
        crawl(archive)
        first, second = sorted(archive.runs("xuxian"), key=lambda run: len(run["previous"]))
        assert second["previous"] == [digest(json_document(first))]
    assert foreign in caplog.text


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
