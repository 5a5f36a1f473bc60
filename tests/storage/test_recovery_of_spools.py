"""Spools of an outage, brought in by a recovery that is itself disturbed, of any size, garbled."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable, StorageError
from storage.journal import read_segment
from storage.keys import digest, raw_key, run_key
from storage.spool import Spool, slots
from storage.store import Store
from tests.storage.made import NOW, WatchedStore, body, capture

RUN = "20260203T040506Z-0a1b2c"


class InterruptedStore(WatchedStore):
    """A store that fails once, when something is asked for the `at`th time, before or after it was done."""

    def __init__(self, inner: Store, asked: str, at: int, *, after: bool = False) -> None:
        super().__init__(inner)
        self.asked, self.at, self.after = asked, at, after
        self.interrupted = False

    def put(self, key: str, data: bytes) -> None:
        self._interrupt("put", key, after=False)
        super().put(key, data)
        self._interrupt("put", key, after=True)

    def get(self, key: str) -> bytes:
        self._interrupt("get", key, after=False)
        return super().get(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        self._interrupt("list", prefix, after=False)
        return super().list(prefix)

    def _interrupt(self, verb: str, key: str, *, after: bool) -> None:
        if self.after == after and self.asked == f"{verb} {key.partition('/')[0]}":
            self.at -= 1
            if self.at == 0:
                self.interrupted = True
                raise ArchiveUnusable("The store is told to fail.")


@pytest.fixture
def archive(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """An archive in a folder."""
    monkeypatch.setattr("os.fsync", lambda _: None)  # slow, and not what is tested here
    with Archive.open(str(tmp_path / "archive"), state=state) as opened:
        yield opened


def through(archive: Archive, store: InterruptedStore) -> InterruptedStore:
    """Put a store between an archive and its own."""
    archive.store = archive._bodies._store = archive._index._store = store
    return store


def outage(archive: Archive, captures: int, *, part: int) -> Path:
    """The spool of a run that died while the store was away; some captures in it have no body."""
    folder = archive._state / "spool" / "xuxian" / RUN
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.spool.PART", part)
        spool = Spool(folder)
        for number in range(captures):
            made = replace(capture(number, run=RUN), sha256=digest(body(number)), size=len(body(number)))
            if number % 10 == 9:
                spool.append(capture(number, run=RUN, status=404).to_line(), None)
            else:
                spool.append(made.to_line(), body(number))
        spool.close()
    return folder


def sealed(archive: Archive) -> list[str]:
    """The addresses in all segments of the archive, sorted."""
    keys = archive.store.list("captures/")
    return sorted(found.url for key in keys for _, found in read_segment(archive.store.get(key)))


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize(
    ("asked", "after"),
    [(f"put {kind}", after) for kind in ("raw", "captures", "runs") for after in (False, True)]
    + [(asked, False) for asked in ("get captures", "list captures", "list runs")],
)
def test_a_recovery_that_is_interrupted_goes_on(
    asked: str, after: bool, at: int, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recovery.SEGMENT", 4)
    folder = outage(archive, 15, part=1000)
    inner = archive.store
    store = through(archive, InterruptedStore(inner, asked, at, after=after))
    interruptions = 0
    while folder.exists():
        try:
            archive.recover(NOW)
        except ArchiveUnusable:
            interruptions += 1
    assert interruptions == store.interrupted
    archive.store = inner
    assert sealed(archive) == sorted(capture(number).url for number in range(15))
    [record] = archive.runs("xuxian")
    assert (record["captures"], record["lost"]) == (15, [])
    assert sorted(record["segments"]) == list(inner.list("captures/"))


def test_a_large_spool_is_recovered_in_little_memory(archive: Archive) -> None:
    folder = outage(archive, 2000, part=100_000)
    assert list(archive.captures("xuxian")) == []  # the ledger is open
    parts = len(list(folder.glob("*.part")))
    tracemalloc.start()
    try:
        assert archive.recover(NOW).captures == {"xuxian": 2000}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert parts > 10
    assert peak < 12 * 2**20
    [record] = archive.runs("xuxian")
    assert len(record["segments"]) == 2
    assert len(set(sealed(archive))) == 2000


def test_parts_leave_the_disk_as_a_recovery_proceeds(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recovery.SEGMENT", 10)
    folder = outage(archive, 40, part=1000)
    parts = len(list(folder.glob("*.part")))
    through(archive, InterruptedStore(archive.store, "put captures", 4))
    with pytest.raises(ArchiveUnusable):
        archive.recover(NOW)
    assert len(list(folder.glob("*.part"))) < parts / 2
    [left] = archive.spooled()
    assert left.captures < 20
    assert archive.recover(NOW).total == 10
    assert len(sealed(archive)) == 40


@pytest.mark.parametrize("where", ["header", "line", "body"])
def test_what_the_disk_garbled_is_set_aside_and_named(where: str, archive: Archive) -> None:
    folder = outage(archive, 9, part=4000)
    first = min(folder.glob("*.part"))
    there = [slot for slot in slots(folder) if slot.part == 1]
    offset = {"header": 2, "line": there[0].head - 20, "body": there[0].size - 5}[where]
    data = bytearray(first.read_bytes())
    data[offset] ^= 1
    first.write_bytes(data)
    archive.recover(NOW)
    [record] = archive.runs("xuxian")
    name = f"xuxian-{RUN}-00001.part"
    assert record["garbled"] == [name]
    assert (folder.parents[2] / "garbled" / name).read_bytes() == data
    # What follows an entry that says how long it is can still be read.
    lacking = len(there) if where == "header" else 1
    assert 1 < len(there) < 9
    assert record["captures"] == len(sealed(archive)) == 9 - lacking
    assert not folder.exists()


def test_what_a_crash_tore_is_no_damage(archive: Archive) -> None:
    folder = outage(archive, 3, part=10**6)
    [part] = folder.glob("*.part")
    part.write_bytes(part.read_bytes()[:-7])
    assert archive.recover(NOW).total == 2
    [record] = archive.runs("xuxian")
    assert "garbled" not in record
    assert not (folder.parents[2] / "garbled").exists()


@pytest.mark.parametrize(
    ("left", "years"),
    [(b'{"years": [2024]}', [2024]), (b'{"years": [20', None), (b"[1]", None), (None, None)],
)
def test_what_a_run_noted_at_its_beginning_is_in_its_record_if_it_was_killed(
    left: bytes | None, years: list[int] | None, archive: Archive
) -> None:
    folder = outage(archive, 3, part=10**6)
    if left is not None:
        (folder / "about.json").write_bytes(left)
    archive.recover(NOW)
    [record] = archive.runs("xuxian")
    assert (record["ended"], record.get("years"), record["found"]) == ("crashed", years, 3)


def test_a_record_that_was_torn_counts_as_none(archive: Archive) -> None:
    folder = outage(archive, 3, part=10**6)
    (folder / "record.json").write_text('{"ended": "fin')
    archive.recover(NOW)
    assert [record["ended"] for record in archive.runs("xuxian")] == ["crashed"]


def test_a_site_that_cannot_be_recovered_holds_up_no_other(archive: Archive) -> None:
    outage(archive, 3, part=10**6)
    (archive._state / "spool" / "another" / "no run").mkdir(parents=True)
    with pytest.raises(StorageError, match="no run"):
        archive.recover(NOW)
    assert len(sealed(archive)) == 3


def test_what_the_store_refuses_holds_up_nothing_else(archive: Archive) -> None:
    folder = outage(archive, 8, part=1000)

    class Refusing(InterruptedStore):
        """A store that will not have one body."""

        def put(self, key: str, data: bytes) -> None:
            if key == raw_key(digest(body(3))):
                raise ArchiveUnusable("a virus!")
            super().put(key, data)

    inner = archive.store
    through(archive, Refusing(inner, "", 0))
    with pytest.raises(ArchiveUnusable, match=r"1 captures of xuxian stay in .*a virus"):
        archive.recover(NOW)
    assert len(sealed(archive)) == 7
    archive.start_run("xuxian", NOW).finish({})
    assert [left.run for left in archive.spooled()] == [RUN]
    archive.store = archive._bodies._store = archive._index._store = inner
    assert archive.recover(NOW).total == 1
    assert not folder.exists()
    assert len(sealed(archive)) == 8


def test_a_run_record_that_is_torn_ends_no_recovery(archive: Archive) -> None:
    outage(archive, 3, part=10**6)
    archive.store.put(run_key("xuxian", RUN, "0" * 64), b"{")
    assert archive.recover(NOW).total == 3
    assert [record["captures"] for record in archive.runs("xuxian")] == [3]


def test_looking_at_what_waits_disturbs_no_run_and_is_not_disturbed(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    over = threading.Event()

    def look() -> int:
        looks = 0
        while not over.is_set():
            archive.spooled()
            looks += 1
        return looks

    with ThreadPoolExecutor(1) as thread:
        looking = thread.submit(look)
        for number in range(100):
            run.record(capture(number), body(number))
            run.commit()
        over.set()
        assert looking.result() > 10
    run.finish({})
