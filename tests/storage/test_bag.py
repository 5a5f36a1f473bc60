"""A bag is a whole archive, or what belongs to some of its sites, as bagit-python takes it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable, Damaged, NotFound, NothingThere
from storage.export.bag import write_bag
from storage.keys import raw_key
from tests.servers.webarchive import tool
from tests.storage import exported
from tests.storage.exported import SITE
from tests.storage.made import NOW, WatchedStore, body, capture

TODAY = date(2026, 11, 22)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """The archive of `exported` with a second site, which has a body of its own and one in common."""
    with exported.fill(tmp_path) as filled:
        _crawl(filled, "other", body(7), exported.LIST_BODY)
        filled.put_parse("1.0", hashlib.sha256(body(7)).hexdigest(), {"schema": "gongkai.reading/1"})
        yield filled


def _crawl(archive: Archive, site: str, *bodies: bytes) -> None:
    run = archive.start_run(site, NOW)
    for number, found in enumerate(bodies):
        run.record(capture(100 + number), found)
    run.finish({})


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def valid(bag: Path) -> bool:
    return tool("bagit.py", "--validate", bag).returncode == 0


def test_the_payload_is_the_archive(archive: Archive, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    done = write_bag(archive, (), bag, TODAY)
    assert files(bag / "data") == files(tmp_path / "archive")
    assert (done.objects, done.taken_over) == (len(files(tmp_path / "archive")), 0)
    with Archive.open(str(bag / "data"), state=tmp_path / "another", create=False) as opened:
        assert opened.sites() == ["other", SITE]
        assert opened.body(hashlib.sha256(exported.PDF_BODY).hexdigest()) == exported.PDF_BODY
    assert valid(bag)


def test_bagit_python_sees_a_flipped_bit_and_a_file_too_many(archive: Archive, tmp_path: Path) -> None:
    for change in ("flip", "add"):
        bag = tmp_path / change
        write_bag(archive, (), bag, TODAY)
        if change == "flip":
            body_file = bag / "data" / raw_key(hashlib.sha256(exported.PDF_BODY).hexdigest())
            body_file.write_bytes(exported.PDF_BODY[:-1] + b"?")
        else:
            (bag / "data" / "more").write_bytes(b"")
        assert not valid(bag)


def test_a_site_s_bag_has_what_belongs_to_it(archive: Archive, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(archive, ("other",), bag, TODAY)
    held = set(files(bag / "data"))
    bodies = {raw_key(hashlib.sha256(data).hexdigest()) for data in (body(7), exported.LIST_BODY)}
    assert {key for key in held if key.startswith("raw/")} == bodies
    assert {key.split("/")[1] for key in held if key.startswith(("captures/", "runs/"))} == {"other"}
    assert len([key for key in held if key.startswith("parses/")]) == 1
    assert "archive.json" in held
    assert "External-Identifier: " + archive.identity in (bag / "bag-info.txt").read_text("utf-8")
    assert valid(bag)


def test_a_bag_made_again_reads_only_what_is_new(archive: Archive, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(archive, (), bag, TODAY)
    first = files(bag)
    archive.store = WatchedStore(archive.store)
    assert write_bag(archive, (), bag, TODAY).taken_over > 0
    assert archive.store.calls["get raw"] == archive.store.calls["get captures"] == 0
    assert files(bag) == first
    _crawl(archive, "other", body(8))
    archive.store.calls.clear()
    write_bag(archive, (), bag, TODAY)
    assert archive.store.calls["get raw"] == 1
    assert files(bag / "data") == files(tmp_path / "archive")
    assert valid(bag)


def test_what_an_earlier_bag_has_damaged_does_not_get_new_digests(archive: Archive, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(archive, (), bag, TODAY)
    (bag / "data" / raw_key(hashlib.sha256(body(7)).hexdigest())).write_bytes(b"rot")
    write_bag(archive, (), bag, TODAY)
    assert not valid(bag)


@pytest.mark.parametrize("trouble", ["damaged", "missing"])
def test_no_bag_is_made_of_a_damaged_archive(archive: Archive, tmp_path: Path, trouble: str) -> None:
    bag, place = tmp_path / "bag", tmp_path / "archive" / raw_key(hashlib.sha256(body(7)).hexdigest())
    write_bag(archive, (SITE,), bag, TODAY)
    before = files(bag)
    place.unlink()
    if trouble == "damaged":
        place.write_bytes(b"flipped")
    with pytest.raises(Damaged if trouble == "damaged" else NotFound, match=place.name):
        write_bag(archive, ("other",), bag, TODAY)
    assert files(bag) == before


def test_a_bag_whose_maker_died_between_two_renames_is_there_again(archive: Archive, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    write_bag(archive, (), bag, TODAY)
    shutil.copytree(bag, tmp_path / ".bag.new")
    bag.rename(tmp_path / ".bag.before")
    assert write_bag(archive, (), bag, TODAY).taken_over > 0
    assert valid(bag)
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "bag", "state"}


def test_what_is_no_bag_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo").write_bytes(b"1")
    with pytest.raises(ArchiveUnusable, match="no bag"):
        write_bag(archive, (), tmp_path / "mine", TODAY)
    assert files(tmp_path / "mine") == {"photo": b"1"}


def test_an_unknown_site_is_said(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NothingThere, match="nosite"):
        write_bag(archive, ("nosite",), tmp_path / "bag", TODAY)
    assert not (tmp_path / "bag").exists()


def test_what_is_no_key_of_an_archive_stays_out(archive: Archive, tmp_path: Path) -> None:
    write_bag(archive, (), tmp_path / "before", TODAY)
    names = ("notes.txt", "store.json", "captures/xuxian/2026/02/x", "captures/Foo/x.jsonl", "reports/x.json")
    for name in names:
        archive.store.put(name, b"{}")
    for sites in ((), (SITE,)):
        write_bag(archive, sites, tmp_path / "bag", TODAY)
        assert files(tmp_path / "bag" / "data").keys() <= files(tmp_path / "before" / "data").keys()


def test_a_reading_that_changed_ends_it(archive: Archive, tmp_path: Path) -> None:
    key = next(archive.store.list("parses/"))
    archive.store.replace(key, archive.store.get(key).replace(b"reading/1", b"reading/2"))
    with pytest.raises(Damaged, match="sealed"):
        write_bag(archive, (), tmp_path / "bag", TODAY)
    assert not (tmp_path / "bag").exists()
