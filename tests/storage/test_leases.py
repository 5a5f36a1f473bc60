"""Leases: one holder at a time among machines, whatever becomes of holders, clocks and the store."""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import pytest

from storage import leases
from storage.archive import Archive
from storage.compare import differences
from storage.copying import copy
from storage.errors import ArchiveUnusable, NotFound, SiteBusy, StorageError
from storage.keys import lease_key
from storage.leases import Holder, Lease, Taken
from storage.local import LocalStore
from storage.store import Store
from tests.storage.leasing import SHORT, let_quarrel
from tests.storage.made import NOW, WatchedStore
from tests.storage.verifying import look

NAME = "xuxian"
ONE, OTHER = (Holder(machine, "host", 1, "a test") for machine in ("one", "other"))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """All times a hundred times shorter."""
    for name, seconds in SHORT.items():
        monkeypatch.setattr(leases, name, seconds)


@pytest.fixture
def place(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "archive")


def claims(store: Store) -> list[str]:
    return list(store.list("leases/"))


def until(so: Callable[[], object]) -> None:
    """Waits for something that other threads do."""
    end = monotonic() + 20
    while not so():
        assert monotonic() < end
        sleep(0.02)


def grow_old(store: LocalStore, key: str, seconds: float) -> None:
    """The claim was put so long ago."""
    os.utime(store.folder / key, (time() - seconds,) * 2)


def ask(store: Store, holder: Holder) -> str:
    """A claim of somebody who died while asking."""
    lease = Lease(store, NAME, holder)
    lease._key = lease_key(NAME, NOW)
    lease._put("asking")
    return lease._key


def test_another_machine_is_kept_out_and_told_by_whom(archive_url: str, state: Path, tmp_path: Path) -> None:
    with (
        Archive.open(archive_url, state=state) as one,
        Archive.open(archive_url, state=tmp_path / "other") as other,
    ):
        run = one.start_run(NAME, NOW)
        with pytest.raises(SiteBusy, match=rf"Another machine is at xuxian.*process {os.getpid()}, since 2"):
            other.start_run(NAME, NOW)
        with pytest.raises(SiteBusy, match="Another process is crawling xuxian"):
            one.start_run(NAME, NOW)
        (key,) = claims(one.store)
        said = json.loads(one.store.get(key))
        assert (said["state"], said["holder"]["what"]) == ("held", run.id)
        other.start_run("beixian", NOW).finish({})
        run.finish({})
        assert claims(one.store) == []
        other.start_run(NAME, NOW).abandon()
        assert claims(one.store) == []


def test_other_jobs_have_leases_of_their_own(archive: Archive, tmp_path: Path) -> None:
    with Archive.open(archive.url, state=tmp_path / "other") as other, archive.lease("_watch") as lease:
        assert lease.held
        with pytest.raises(SiteBusy, match="Another machine is at _watch"), other.lease("_watch"):
            pass
        with pytest.raises(SiteBusy, match="Another process is at the job _watch"), archive.lease("_watch"):
            pass
        with other.lease("_digest") as digest:
            assert digest.held
    assert not lease.held
    with pytest.raises(ValueError, match="mine"), archive.lease("_watch"):
        raise ValueError("mine")
    assert claims(archive.store) == []


def test_whoever_begins_a_run_may_think_better_of_it_while_nobody_else_can_begin_one(
    archive: Archive, tmp_path: Path
) -> None:
    with Archive.open(archive.url, state=tmp_path / "other") as other:

        def refuse() -> None:
            with pytest.raises(SiteBusy):
                other.start_run(NAME, NOW)
            raise StorageError("Crawled already.")

        with pytest.raises(StorageError, match="already"):
            archive.start_run(NAME, NOW, unless=refuse)
        assert archive.dirty(NAME) == 0
        assert claims(archive.store) == []
        assert not archive.spooled()
        other.start_run(NAME, NOW, unless=lambda: None).finish({})


def test_what_a_killed_process_of_this_machine_left_is_no_obstacle(place: LocalStore) -> None:
    left = ask(place, ONE)
    lease = Lease.take(place, NAME, ONE)
    assert left not in claims(place)
    lease.release()
    assert claims(place) == []


@pytest.mark.parametrize("garbled", [b"", b"\xff\xfe", bytes(32)])
def test_a_machine_whose_name_the_disk_did_not_keep_gets_another(garbled: bytes, tmp_path: Path) -> None:
    name = Holder.here(tmp_path, "").machine
    assert Holder.here(tmp_path, "").machine == name
    (tmp_path / "machine").write_bytes(garbled)
    other = Holder.here(tmp_path, "").machine
    assert other.isalnum()
    assert other != name


def test_a_machine_with_a_copied_state_folder_is_another(place: LocalStore) -> None:
    lease = Lease.take(place, NAME, ONE)
    with pytest.raises(Taken):
        Lease.take(place, NAME, Holder("one", "clone", 1, ""), 0)
    lease.release()


@pytest.mark.parametrize("ahead", [-5, 5])
def test_a_dead_claim_is_known_by_the_clock_of_the_store(
    place: LocalStore, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the machines think that time is."""
    key = ask(place, ONE)

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + timedelta(hours=ahead)

    monkeypatch.setattr(leases, "datetime", Wrong)
    grow_old(place, key, leases.SECONDS + leases.MARGIN - 20)
    with pytest.raises(Taken):
        Lease.take(place, NAME, OTHER, 0)
    grow_old(place, key, leases.SECONDS + leases.MARGIN + 20)
    Lease.take(place, NAME, OTHER, 0).release()
    assert claims(place) == []


def test_an_object_that_is_no_claim_keeps_others_out_only_while_it_is_new(place: LocalStore) -> None:
    key = lease_key(NAME, NOW)
    place.replace(key, b"words")
    with pytest.raises(Taken, match="unknown"):
        Lease.take(place, NAME, ONE, 0)
    grow_old(place, key, 400)
    Lease.take(place, NAME, ONE, 0).release()


class Forgetful(WatchedStore):
    """A store that lists what it does not hand out."""

    def modified(self, key: str) -> datetime:
        raise NotFound(key)


@pytest.mark.usefixtures("short")
def test_a_store_that_loses_claims_is_said(place: LocalStore) -> None:
    ask(place, OTHER)
    with pytest.raises(ArchiveUnusable, match="does not hand out in time"):
        Lease.take(Forgetful(place), NAME, ONE)


@pytest.mark.usefixtures("short")
def test_a_lease_is_renewed_while_it_is_held(place: LocalStore) -> None:
    lease = Lease.take(place, NAME, ONE)
    end = monotonic() + 1.5 * (leases.SECONDS + leases.MARGIN)
    while monotonic() < end:
        assert lease.held
        with pytest.raises(Taken):
            Lease.take(place, NAME, OTHER, 0)
        sleep(0.2)
    lease.release()


@pytest.mark.usefixtures("short")
def test_a_store_that_goes_away_ends_a_lease_and_no_run(
    place: LocalStore, caplog: pytest.LogCaptureFixture
) -> None:
    watched = WatchedStore(place)
    lease = Lease.take(watched, NAME, ONE)
    watched.failing = True
    until(lambda: not lease.held and caplog.records)
    (said,) = caplog.records
    assert said.levelno == logging.WARNING
    assert "lease of xuxian" in said.message
    assert "the store is away" in said.message
    sleep(leases.MARGIN)
    other = Lease.take(place, NAME, OTHER)
    watched.failing = False
    until(lambda: lease.rival is not None)
    assert lease.rival is not None
    assert lease.rival.holder == OTHER
    assert not lease.held
    other.release()
    until(lambda: lease.held)
    assert lease.rival is None
    lease.release()
    assert claims(place) == []


@pytest.mark.usefixtures("short")
def test_a_holder_that_slept_asks_again(place: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a machine that was suspended: its clock goes on, its threads don't."""
    lease = Lease.take(place, NAME, ONE)
    before = claims(place)
    clock = leases._clock
    monkeypatch.setattr(leases, "_clock", lambda: clock() + 1000)
    assert not lease.held
    until(lambda: lease.held)
    assert claims(place) != before
    lease.release()
    assert claims(place) == []


class Lagging(WatchedStore):
    """A store whose listings do not show what is there, until told to."""

    lags = True

    def list(self, prefix: str = "") -> Iterator[str]:
        yield from (key for key in super().list(prefix) if not self.lags)


@pytest.mark.usefixtures("short")
def test_a_store_whose_listings_lag_is_used_and_named(
    place: LocalStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Two hold one lease then, and find out when it shows: the one that was first keeps it."""
    lagging = Lagging(place)
    one = Lease.take(lagging, NAME, ONE)
    sleep(1.1)  # the names of claims have seconds
    other = Lease.take(lagging, NAME, OTHER)
    assert one.held
    assert other.held
    assert "do not show what was put just now" in caplog.text
    lagging.lags = False
    until(lambda: other.rival is not None)
    assert one.rival is None
    for lease in (one, other):
        lease.release()
    assert claims(place) == []


class Undying(WatchedStore):
    """A store that refuses to remove anything."""

    def remove(self, key: str) -> None:
        raise ArchiveUnusable("Nothing is removed here.")


def test_a_store_that_lets_nothing_be_removed_has_leases_too(place: LocalStore) -> None:
    Lease.take(Undying(place), NAME, ONE).release()
    assert [json.loads(place.get(key))["state"] for key in claims(place)] == ["released"]
    Lease.take(Undying(place), NAME, OTHER, 0).release()
    assert len(claims(place)) == 2


@pytest.mark.usefixtures("short")
def test_claims_that_stay_for_ever_are_read_once_and_not_at_each_renewal(place: LocalStore) -> None:
    for _ in range(5):
        Lease.take(Undying(place), NAME, ONE).release()
    watched = Undying(place)
    lease = Lease.take(watched, NAME, OTHER)
    until(lambda: watched.calls["list leases"] > 3)
    lease.release()
    assert watched.calls["get leases"] == 5


def test_a_store_that_is_away_is_said_at_once(place: LocalStore) -> None:
    watched = WatchedStore(place)
    watched.failing = True
    with pytest.raises(ArchiveUnusable):
        Lease.take(watched, NAME, ONE)


def test_leases_belong_to_the_place_and_not_to_the_archive(archive: Archive, tmp_path: Path) -> None:
    with archive.lease("_watch"), Archive.open(str(tmp_path / "copy"), state=tmp_path) as target:
        assert not look(archive.store, tmp_path / "machine").findings
        copy(archive.store, target.store, tmp_path, step=lambda *_: None)
        assert claims(target.store) == []
        found = {one.key for one in differences(archive.store, target.store)}
        assert not [key for key in found if key.startswith("leases/")]


def test_never_two_hold_one_lease(archive_url: str, tmp_path: Path) -> None:
    """More of it: `python -m tests.storage.leasing`."""
    with Archive.open(archive_url, state=tmp_path / "begins"):
        pass
    found = let_quarrel(archive_url, tmp_path, 8, random.randrange(10**6), 5)
    assert found.both == []
    assert found.taken > 3
    assert "Traceback" not in found.words
    assert found.last < 4 * (SHORT["SECONDS"] + SHORT["MARGIN"])
