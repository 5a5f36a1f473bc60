"""Verification names whatever was damaged, and nothing that is sound.

Each kind of damage in a folder; all of them at once, and what else depends on the store, on S3 as well.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable
from storage.findings import Finding
from storage.journal import json_document
from storage.keys import ARCHIVE_KEY, digest, raw_key
from storage.repair import Repaired, restore
from storage.store import open_store
from storage.verify import Scope
from tests.storage.damaging import DAMAGES, NOTICES, first, swap
from tests.storage.made import NOW, WatchedStore, body, capture
from tests.storage.verifying import fill, flipped, look


@pytest.fixture
def kept(tmp_path: Path, state: Path) -> Iterator[Archive]:
    """An empty archive in a folder."""
    with Archive.open(str(tmp_path / "archive"), state=state) as made:
        yield made


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_named_and_nothing_else(kept: Archive, state: Path, name: str) -> None:
    fill(kept)
    assert not look(kept.store, state).findings
    assert not look(kept.store, state).findings
    expected = DAMAGES[name](kept.store)
    found = look(kept.store, state, audit=False)
    assert found.damage == expected
    assert {code for code, _ in expected} == {name.split(":")[0].split()[0]}
    assert look(kept.store, state, audit=False).findings == found.findings


@pytest.mark.parametrize("name", NOTICES)
def test_what_is_no_damage_is_a_notice(kept: Archive, state: Path, name: str) -> None:
    fill(kept)
    expected = NOTICES[name](kept.store)
    found = look(kept.store, state, audit=False)
    assert {(one.code, one.key) for one in found.findings} == expected
    assert not found.damage


def test_a_name_that_is_no_text_is_foreign_and_stops_nothing(
    kept: Archive, state: Path, tmp_path: Path
) -> None:
    fill(kept)
    names = (b"\xff\xfe", b"a\nb", b"\x1b]0;x\x07", b"x" * 255, b"raw\\x", "é".encode(), "e\u0301".encode())
    for name in (*names, b"captures/xuxian/2026/02/\xff.jsonl", b"runs/xuxian/a b.json"):
        Path(os.fsdecode(os.fsencode(tmp_path / "archive") + b"/" + name)).write_bytes(b"1")
    found = look(kept.store, state)
    assert {one.code for one in found.findings} == {"foreign"}
    assert len(found.findings) == len(names) + 2
    assert all(one.key.isprintable() for one in found.findings)


@pytest.mark.parametrize("name", sorted(set(DAMAGES) - {"identity-damaged: another"}))
def test_another_machine_names_it_too(kept: Archive, state: Path, tmp_path: Path, name: str) -> None:
    fill(kept)
    look(kept.store, state)
    look(kept.store, state)
    expected = DAMAGES[name](kept.store)
    found = look(kept.store, tmp_path / "another machine", audit=False).damage
    known_by_digest = {(code, key[-69:]) for code, key in found}
    assert known_by_digest == {(code, key[-69:]) for code, key in expected}


def test_an_object_that_the_disk_does_not_give_back_is_named_and_the_rest_looked_at(
    kept: Archive, state: Path
) -> None:
    fill(kept)
    key = first(kept.store, "raw", 4)

    class Bad(WatchedStore):
        def get(self, key_: str) -> bytes:
            if key_ == key:
                raise ArchiveUnusable("The disk failed.")
            return super().get(key_)

    found = look(Bad(kept.store), state)
    assert found.damage == {("unreadable", key)}
    assert found.record["bodies"]["hashed"] == found.record["bodies"]["listed"]


def test_where_the_store_fails_altogether_nothing_is_blamed(kept: Archive, state: Path) -> None:
    fill(kept)
    store = WatchedStore(kept.store)
    store.failing = True
    with pytest.raises(ArchiveUnusable):
        look(store, state)
    store.failing = False
    assert not look(store, state).findings


def test_what_a_run_under_way_has_put_is_no_damage(archive: Archive, state: Path) -> None:
    fill(archive)
    run = archive.start_run("xuxian", NOW + timedelta(days=1))
    run.record(capture(50), body(50))
    run.flush(30)
    run.record(capture(51), body(51))
    found = look(archive.store, state, audit=False)
    assert not found.damage
    assert {one.code for one in found.findings} >= {"segment-uncommitted"}
    if archive.store.local:
        assert ("body-unreferenced", raw_key(digest(body(51)))) in {(f.code, f.key) for f in found.findings}
    run.finish({})
    assert not look(archive.store, state).findings


@pytest.mark.parametrize("seed", range(12))
def test_random_damage_is_named_exactly(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    state = tmp_path / "state"
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        fill(archive)
        look(archive.store, state)
        look(archive.store, state)
        store = archive.store
        keys = sorted(key for key in store.list() if key != ARCHIVE_KEY)
        chosen = rng.sample(keys, rng.randint(1, 12))
        expected = set(chosen)
        for key in chosen:
            what = rng.choice(["flip", "cut", "gone", "swap", "empty", "add"])
            data = store.get(key)
            if what == "flip":
                store.replace(key, flipped(data, rng.randrange(8 * len(data))))
            elif what == "cut":
                store.replace(key, data[: rng.randrange(len(data))])
            elif what == "empty":
                store.replace(key, b"")
            elif what == "gone":
                store.remove(key)
            elif what == "swap":
                other = rng.choice([one for one in keys if one not in expected])
                expected.add(other)
                swap(store, key, other)
            else:
                expected.remove(key)
                added = f"{key[:60]}x{rng.randrange(10**6)}"
                expected.add(added)
                store.put(added, data)
        assert look(store, state, audit=False).damaged_keys == expected


def test_a_budget_takes_those_first_that_were_not_checked_for_longest(archive: Archive, state: Path) -> None:
    fill(archive)
    total = len(list(archive.store.list("raw/")))
    store = WatchedStore(archive.store)
    oldest = []
    for done in range(1, 5):
        found = look(store, state, Scope(budget=7))
        assert found.record["bodies"]["hashed"] == min(7, total)
        assert store.calls["get raw"] == 7 * done
        oldest.append(found.record["bodies"]["oldest_check"])
    assert total == 24
    assert oldest[2] is None
    assert oldest[3] is not None


def test_a_sample_is_a_share_and_since_means_captures(kept: Archive, state: Path) -> None:
    fill(kept, ("xuxian",))
    assert look(kept.store, state, Scope(share=0.5)).record["bodies"]["hashed"] in range(1, 12)
    since = capture(9).received.isoformat()
    assert look(kept.store, state, Scope(since=since)).record["bodies"]["hashed"] == 3


def test_an_interrupted_verification_goes_on_where_it_was(kept: Archive, state: Path) -> None:
    fill(kept)
    from storage.catalogue import Catalogue
    from storage.verify import Verification

    class Stopped(Exception):
        pass

    def stop(what: str, number: int, of: int | None) -> None:
        if what == "raw" and number == 20:
            raise Stopped

    started = NOW
    for step, expected in ((stop, None), (lambda *_: None, 24), (lambda *_: None, 0)):
        catalogue = Catalogue(state / "fixity.sqlite", "an identity")
        done = Verification(kept.store, catalogue, Scope(), started, step)
        if expected is None:
            with pytest.raises(Stopped):
                done.run()
        else:
            done.run()
            assert done.bodies == expected
        catalogue.close()


def test_only_the_sites_asked_for_are_looked_at(kept: Archive, state: Path) -> None:
    fill(kept)
    only = Scope(sites=("xuxian",))
    for name in ("body-damaged", "segment-damaged", "run-damaged", "foreign"):
        DAMAGES[name](kept.store)
    theirs = {digest(body(n)) for n in range(100, 112)}
    found = look(kept.store, state, only)
    ours = {key for key in found.damaged_keys if key.startswith("raw/")}
    assert not {key[-64:] for key in ours} - {digest(body(n + 100)) for n in range(12)}
    assert not [key for key in found.damaged_keys if "/beixian/" in key]
    assert found.record["bodies"]["listed"] == len(theirs)
    kept.store.remove(raw_key(digest(body(105))))
    for scope in (only, Scope(sites=("xuxian",), budget=0)):
        assert ("body-missing", raw_key(digest(body(105)))) in look(kept.store, state, scope).damage


def test_a_repair_restores_from_a_copy_and_keeps_aside_what_was_damaged(
    archive: Archive, state: Path, tmp_path: Path
) -> None:
    fill(archive)
    look(archive.store, state)
    look(archive.store, state)
    second = open_store(str(tmp_path / "copy"))
    whole = {key: archive.store.get(key) for key in archive.store.list()}
    for key, data in whole.items():
        second.put(key, data)
    names = ["body-truncated", "body-missing", "segment-damaged", "segment-missing", "run-swapped"]
    expected = set[str]()
    for name in (*names, "audit-damaged", "identity-damaged"):
        expected |= {key for _, key in DAMAGES[name](archive.store)}
    broken = {key: archive.store.get(key) for key in archive.store.list()}
    found = look(archive.store, state, audit=False)
    assert found.damaged_keys == expected
    mended = [restore(one, archive.store, second) for one in found.findings if one.level == "damage"]
    for one in mended:
        assert isinstance(one, Repaired), one
        assert archive.store.get(one.key) == whole[one.key]
        if one.quarantined is None:
            assert one.key not in broken
        else:
            assert archive.store.get(one.quarantined) == broken[one.key]
    assert not look(archive.store, state).damage
    assert {key: archive.store.get(key) for key in whole} == whole


def test_a_repair_takes_nothing_unsound_and_touches_nothing_sound(
    kept: Archive, state: Path, tmp_path: Path
) -> None:
    fill(kept)
    second = open_store(str(tmp_path / "copy"))
    bad, lacking, sound = (first(kept.store, "raw", number) for number in range(3))
    second.put(bad, b"other bytes")
    for key in (bad, lacking):
        kept.store.replace(key, b"damaged")
    for key, reason in ((bad, "damaged, too"), (lacking, "does not have it")):
        result = restore(Finding("body-damaged", key, ""), kept.store, second)
        assert isinstance(result, str)
        assert reason in result
        assert kept.store.get(key) == b"damaged"
    second.put(sound, kept.store.get(sound))
    assert "sound by now" in str(restore(Finding("body-damaged", sound, ""), kept.store, second))
    assert "by hand" in str(restore(Finding("foreign", "x", ""), kept.store, second))
    second.put(ARCHIVE_KEY, json_document({"format": "gongkai.archive", "layout": 1, "identity": "x"}))
    result = restore(Finding("identity-damaged", ARCHIVE_KEY, ""), kept.store, second, "0" * 64)
    assert isinstance(result, str)


def test_a_lost_or_broken_catalogue_is_begun_anew(kept: Archive, state: Path) -> None:
    fill(kept)
    look(kept.store, state)
    (state / "fixity.sqlite").write_bytes(b"no database at all" * 100)
    assert not look(kept.store, state).findings
    shutil.rmtree(state, ignore_errors=False)
    assert not look(kept.store, state).findings
