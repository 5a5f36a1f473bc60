"""Copies of archives: whole, resumable, verified; what is damaged is named and not copied as sound."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from storage.compare import Difference, differences
from storage.copying import Copied, Done, copy
from storage.errors import ArchiveUnusable
from storage.keys import digest, raw_key
from storage.listing import in_threads, merged
from storage.store import Store, open_store
from tests.storage.made import NOW, WatchedStore, body, capture


def fill(url: str, state: Path, numbers: range, site: str = "xuxian") -> None:
    """A run, readings and reports of these pages."""
    with Archive.open(url, state=state) as archive:
        run = archive.start_run(site, NOW)
        for number in numbers:
            run.record(capture(number), body(number))
        run.finish({})
        for number in numbers:
            sha256 = digest(body(number))
            archive.put_parse("0.1.0", sha256, {"documents": [number]})
            report = {"year": 2025, "organization": f"虚县虚构{number}局", "sources": [{"sha256": sha256}]}
            archive.put_report(site, 2025, f"虚县虚构{number}局", report)


def objects(store: Store) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.list()}


def copied(source: Store, target: Store, state: Path, **options: Any) -> Copied:
    """A copy whose steps count every object of the source once."""
    steps: list[tuple[int, int]] = []

    def step(done: Done, looked_at: int, total: int) -> None:
        steps.append((looked_at, total))

    outcome = copy(source, target, state, step=step, **options)
    assert all(looked_at <= total for looked_at, total in steps)
    assert not steps or steps[-1][0] == steps[-1][1]
    return outcome


def spoil(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[WatchedStore]:
    """An archive of two sites in a folder; counts what is asked of it."""
    url = str(tmp_path / "source")
    fill(url, tmp_path / "machine", range(6))
    fill(url, tmp_path / "machine", range(4, 9), "beixian")
    store = open_store(url)
    yield WatchedStore(store)
    store.close()


def test_a_copy_holds_the_same_bytes_and_costs_nothing_the_second_time(
    source: WatchedStore, store: Store, tmp_path: Path
) -> None:
    first = copied(source, store, tmp_path / "state")
    assert objects(store) == objects(source)
    assert first.whole
    assert first.counts["copied"] == len(objects(source)) - 1  # archive.json makes the place a copy
    assert first.size == sum(len(data) for data in objects(source).values()) - len(source.get("archive.json"))
    source.calls.clear()
    watched = WatchedStore(store)
    again = copied(source, watched, tmp_path / "state")
    assert (again.counts["present"], again.size) == (first.counts["copied"], 0)
    assert source.calls["get raw"] == source.calls["get captures"] == watched.calls["get raw"] == 0
    assert not [call for call in watched.calls if call.startswith(("put", "replace"))]


def test_from_a_folder_into_a_bucket_and_back(
    source: WatchedStore, s3_archive_url: str, tmp_path: Path
) -> None:
    bucket, back = open_store(s3_archive_url), open_store(str(tmp_path / "back"))
    copied(source, bucket, tmp_path / "1")
    copied(bucket, back, tmp_path / "2")
    assert objects(back) == objects(source)
    assert list(differences(source, back)) == []
    with Archive.open(back.url, state=tmp_path / "3", create=False) as archive:
        assert archive.sites() == ["beixian", "xuxian"]
        assert archive.body(digest(body(1))) == body(1)


def test_only_what_is_new_is_copied(source: WatchedStore, tmp_path: Path) -> None:
    target = open_store(str(tmp_path / "target"))
    copied(source, target, tmp_path / "state")
    before = set(source.list())
    fill(source.url, tmp_path / "machine", range(5, 8))
    with Archive.open(source.url, state=tmp_path / "machine") as archive:
        archive.remove_report("xuxian", 2025, "虚县虚构0局")
    outcome = copied(source, target, tmp_path / "state")
    assert outcome.counts["copied"] == len(set(source.list()) - before)
    assert outcome.counts["removed"] == 1
    assert objects(target) == objects(source)


def test_bodies_come_first_and_what_refers_to_them_after(source: WatchedStore, tmp_path: Path) -> None:
    """A copy whose disk fails at any object is a true archive, and the next one completes it."""
    everything = objects(source)
    for allowed in range(1, len(everything), 3):
        target = _Failing(open_store(str(tmp_path / f"target {allowed}")), allowed)
        with pytest.raises(ArchiveUnusable, match="told to fail"):
            copied(source, target, tmp_path / f"state {allowed}", threads=1)
        there = objects(target.inner)
        assert len(there) == allowed
        segments = [key for key in there if key.startswith("captures/")]
        named = {json.loads(line)["sha256"] for key in segments for line in there[key].splitlines()}
        assert all(raw_key(sha256) in there for sha256 in named)
        records = [json.loads(there[key]) for key in there if key.startswith("runs/")]
        assert all(segment in there for record in records for segment in record["segments"])
        copied(source, target.inner, tmp_path / f"state {allowed}")
        assert objects(target.inner) == everything


class _Failing(WatchedStore):
    """Fails when it has written so many objects."""

    def __init__(self, store: Store, allowed: int) -> None:
        super().__init__(store)
        self._left = allowed

    def _count(self, verb: str, key: str) -> None:
        self._left -= verb in ("put", "replace")
        self.failing = self._left < 0
        super()._count(verb, key)


@pytest.mark.parametrize("count", [1, 5, 12, 19, 27])
def test_a_copy_that_was_killed_goes_on(count: int, source: WatchedStore, tmp_path: Path) -> None:
    target, state = tmp_path / "target", tmp_path / "state"
    arguments = [sys.executable, "-m", "tests.storage.copying_killed", source.url, str(target), str(state)]
    root = Path(__file__).parents[2]
    ended = subprocess.run([*arguments, str(count)], cwd=root, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    there = open_store(str(target))
    assert list(there.list()) != list(source.list())
    assert objects(there).items() <= objects(source).items()
    copied(source, there, state)
    assert objects(there) == objects(source)


def test_a_flipped_bit_at_the_source_is_named_and_not_copied(source: WatchedStore, tmp_path: Path) -> None:
    key = raw_key(digest(body(2)))
    data = source.get(key)
    spoil(tmp_path / "source" / key, bytes([data[0] ^ 1]) + data[1:])
    segment = next(source.list("captures/beixian/"))
    spoil(tmp_path / "source" / segment, source.get(segment)[:-1])
    report = next(source.list("reports/"))
    spoil(tmp_path / "source" / report, b'{"year": 20')
    target = open_store(str(tmp_path / "target"))
    outcome = copied(source, target, tmp_path / "state")
    assert {(one.key, one.outcome) for one in outcome.faults} == {
        (key, "damaged"),
        (segment, "damaged"),
        (report, "damaged"),
    }
    assert not outcome.whole
    assert set(source.list()) - set(target.list()) == {key, segment, report}


def test_a_body_that_is_sound_in_the_copy_stays_though_the_source_rots(
    source: WatchedStore, tmp_path: Path
) -> None:
    key, target = raw_key(digest(body(2))), open_store(str(tmp_path / "target"))
    copied(source, target, tmp_path / "state")
    spoil(tmp_path / "source" / key, b"rot")
    assert copied(source, target, tmp_path / "another machine").whole
    assert target.get(key) == body(2)


def test_what_is_damaged_in_the_copy_is_replaced(source: WatchedStore, tmp_path: Path) -> None:
    key, target = raw_key(digest(body(2))), open_store(str(tmp_path / "target"))
    copied(source, target, tmp_path / "state")
    spoil(tmp_path / "target" / key, b"rot")
    outcome = copied(source, target, tmp_path / "another machine")
    assert outcome.counts["replaced"] == 1
    assert objects(target) == objects(source)


def test_names_that_are_no_keys_are_named_and_left_out(source: WatchedStore, tmp_path: Path) -> None:
    (tmp_path / "source" / "raw" / "信息.txt").write_text("x")
    (tmp_path / "source" / "README").write_text("x")
    target = open_store(str(tmp_path / "target"))
    outcome = copied(source, target, tmp_path / "state")
    assert {(one.key, one.outcome) for one in outcome.faults} == {
        ("raw/信息.txt", "foreign"),
        ("README", "foreign"),
    }
    assert outcome.counts["foreign"] == 2
    assert len(list(target.list())) == len(list(source.list())) - 2


def test_a_dry_run_counts_and_writes_nothing(source: WatchedStore, tmp_path: Path) -> None:
    target = open_store(str(tmp_path / "target"), create=False)
    outcome = copied(source, target, tmp_path / "state", dry=True)
    assert outcome.counts["copied"] == len(list(source.list())) - 1
    assert not (tmp_path / "target").exists()


def test_another_archive_is_no_target(source: WatchedStore, tmp_path: Path) -> None:
    fill(str(tmp_path / "other"), tmp_path / "machine", range(1))
    other = open_store(str(tmp_path / "other"))
    before = objects(other)
    with pytest.raises(ArchiveUnusable, match="is another archive"):
        copied(source, other, tmp_path / "state")
    assert objects(other) == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_text("x")
    with pytest.raises(ArchiveUnusable, match="holds other things"):
        copied(source, open_store(str(tmp_path / "photos")), tmp_path / "state")
    with pytest.raises(ArchiveUnusable, match="no archive"):
        copied(open_store(str(tmp_path / "none")), other, tmp_path / "state")


def test_an_archive_that_holds_nothing_yet_becomes_the_copy(source: WatchedStore, tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "new"), state=tmp_path / "machine") as new:
        copied(source, new.store, tmp_path / "state")
    assert objects(open_store(str(tmp_path / "new"))) == objects(source)


def test_a_place_that_now_holds_another_copy_is_read_again(source: WatchedStore, tmp_path: Path) -> None:
    """What was verified there before says nothing of what lies there now."""
    target, state = tmp_path / "target", tmp_path / "state"
    copied(source, open_store(str(target)), state)
    fill(str(tmp_path / "other"), tmp_path / "machine", range(2))
    shutil.rmtree(target)
    other, there = open_store(str(tmp_path / "other")), open_store(str(target))
    there.put(raw_key(digest(body(1))), b"rot")
    there.put("archive.json", other.get("archive.json"))
    assert copied(other, there, state).counts["replaced"] == 1


def test_a_copy_that_was_crawled_into_keeps_what_it_has(source: WatchedStore, tmp_path: Path) -> None:
    url = str(tmp_path / "target")
    target = open_store(url)
    copied(source, target, tmp_path / "state")
    fill(url, tmp_path / "another machine", range(20, 22))
    own = objects(target)
    fill(source.url, tmp_path / "machine", range(30, 31))
    fill(source.url, tmp_path / "machine", range(31, 32), "beixian")
    outcome = copied(source, target, tmp_path / "state")
    assert outcome.ahead == {"xuxian"}
    assert outcome.counts["removed"] == 0
    assert own.items() <= objects(target).items()
    lacking = set(source.list()) - set(target.list())
    assert {key.split("/")[:2] == ["reports", "xuxian"] for key in lacking} == {True}


def test_two_archives_side_by_side(source: WatchedStore, tmp_path: Path) -> None:
    target = open_store(str(tmp_path / "target"))
    copied(source, target, tmp_path / "state")
    keys = [raw_key(digest(body(number))) for number in range(4)]
    (tmp_path / "target" / keys[0]).unlink()
    (tmp_path / "source" / keys[1]).unlink()
    spoil(tmp_path / "target" / keys[2], b"rot")
    spoil(tmp_path / "source" / keys[3], b"rot")
    report = next(source.list("reports/"))
    target.replace(report, b"{}")
    counted: list[int] = []
    found = set(differences(source, target, threads=2, step=counted.append))
    assert found == {
        Difference(keys[0], "only-here"),
        Difference(keys[1], "only-there"),
        Difference(keys[2], "damaged-there"),
        Difference(keys[3], "damaged-here"),
        Difference(report, "differs"),
    }
    assert counted[-1] == len(set(source.list()) | set(target.list()))


def test_listings_are_merged_in_order() -> None:
    assert list(merged("ace", "abcd")) == [
        ("a", True, True),
        ("b", False, True),
        ("c", True, True),
        ("d", False, True),
        ("e", True, False),
    ]
    assert list(merged("", "")) == []


def test_no_more_than_twice_the_threads_are_under_way() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results: list[str] = []
    for result in in_threads(str, items(), 3):
        results.append(result)
        assert len(taken) - len(results) <= 6
    assert sorted(results, key=int) == [str(number) for number in range(100)]


def test_a_report_newer_than_the_listing_brings_its_body(source: WatchedStore, tmp_path: Path) -> None:
    class Growing(WatchedStore):
        """Gets one more body and a report of it, under an old name, after it was listed."""

        def get(self, key: str) -> bytes:
            if key.startswith("runs/") or not key.startswith("reports/"):
                return super().get(key)
            new = f"new {uuid.uuid4()}".encode()
            self.inner.put(raw_key(digest(new)), new)
            report = json.loads(super().get(key)) | {"sources": [{"sha256": digest(new)}]}
            self.inner.replace(key, json.dumps(report).encode())
            return super().get(key)

    target = open_store(str(tmp_path / "target"))
    copied(Growing(source.inner), target, tmp_path / "state")
    there = objects(target)
    reports = [json.loads(there[key]) for key in there if key.startswith("reports/")]
    assert len(reports) == 11
    assert all(raw_key(report["sources"][0]["sha256"]) in there for report in reports)
