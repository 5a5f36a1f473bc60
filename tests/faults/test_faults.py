"""Each fault on the way to a real S3 server, a sample of `python -m tests.faults`: no promise is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import botocore.auth
import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable, StorageError
from storage.keys import digest
from storage.store import open_store
from tests.faults.checking import Timeless, check
from tests.faults.recording import exchange, record
from tests.faults.rounds import Plan, Recordings, undisturbed
from tests.servers.fixtures import use_server
from tests.servers.messages import Asked
from tests.servers.proxy import FAULTS, Proxy, at_random
from tests.servers.swift_server import Swift
from tests.storage.made import NOW, body, capture

COUNT = 12


@pytest.fixture
def proxied(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], tuple[Proxy, str]]]:
    """Puts a proxy in front of the server, over TLS or not; gives it and the address of an empty place."""
    monkeypatch.setattr("storage.uploads._PAUSES", lambda _: 0.05)
    made: list[Proxy] = []

    def put(tls: bool) -> tuple[Proxy, str]:
        made.append(Proxy(swift.url, certificate=swift.certificate if tls else None, stall=0.5))
        made[-1].open()
        url = use_server(swift, monkeypatch, tls=tls)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", made[-1].url)
        return made[-1], url

    yield put
    for proxy in made:
        proxy.shut()


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Timeless:
    """What an archive has after one pass without incident."""
    return undisturbed(tmp_path_factory.mktemp("undisturbed"), COUNT, passes=1)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_acknowledged_gets_there(
    fault: str, proxied: Callable[[bool], tuple[Proxy, str]], tmp_path: Path, expected: Timeless
) -> None:
    proxy, url = proxied(list(FAULTS).index(fault) % 2 == 0)
    acknowledged: list[int] = []
    with Archive.open(url, state=tmp_path) as archive:
        proxy.play = at_random(1, 0.3, (fault,), spared=14)
        with suppress(StorageError):
            record(archive, 1, COUNT, acknowledged.append)
    assert proxy.played[fault]
    proxy.play = lambda _: ""
    proxy.open()  # where a refusal has shut the door for a moment
    with Archive.open(url, state=tmp_path) as archive:
        archive.recover(NOW)
    assert len(acknowledged) == COUNT
    made = (exchange(number, 1)[0] for number in acknowledged)
    store = open_store(url)
    has = check(store, tmp_path, {(one.url, one.received.isoformat()) for one in made})
    store.close()
    assert has.timeless() == expected


def test_killed_again_and_again_while_all_of_it_happens(
    swift: Swift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_server(swift, monkeypatch)
    plan = Plan(seed=5, share=0.2, kill=0.7, outage=0.3, forget=0.3, attempts=3, within=60)
    one = Recordings(plan, swift, tmp_path, tls=True, count=20)
    assert one.play().timeless() == undisturbed(tmp_path / "undisturbed", 20)
    assert one.played


@pytest.mark.parametrize("fault", ["empty-200", "portal", "short-down", "redirected", "no-bucket"])
def test_what_is_no_listing_does_not_say_that_nothing_is_there(
    fault: str, proxied: Callable[[bool], tuple[Proxy, str]]
) -> None:
    proxy, url = proxied(False)
    store = open_store(url)
    store.put("raw/x", b"x")
    proxy.play = lambda _: fault
    with pytest.raises(ArchiveUnusable):
        list(store.list("raw/"))
    store.close()


def test_one_garbled_reading_of_a_body_that_was_confirmed_loses_nothing(
    proxied: Callable[[bool], tuple[Proxy, str]], tmp_path: Path
) -> None:
    proxy, url = proxied(False)
    with Archive.open(url, state=tmp_path / "one") as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.finish({})

    def play(asked: Asked) -> str:
        garbled = asked.method == "GET" and "/raw/" in asked.target and not proxy.played["flip-down"]
        return "flip-down" if garbled else ""

    proxy.play = play
    with Archive.open(url, state=tmp_path / "another") as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(2, status=304, sha256=digest(body(1))), None)
        run.finish({})
        assert proxy.played["flip-down"] == 1
        assert [found.url for found in archive.captures("xuxian")] == [capture(1).url, capture(2).url]


def test_a_clock_that_is_wrong_is_named(
    swift: Swift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = use_server(swift, monkeypatch)
    late = datetime.now(UTC) + timedelta(hours=2)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: late)
    with pytest.raises(ArchiveUnusable, match="this machine's clock is wrong"):
        Archive.open(url, state=tmp_path)


def test_a_bucket_that_vanishes_and_comes_back(
    swift: Swift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.uploads._PAUSES", lambda _: 0.05)
    use_server(swift, monkeypatch)
    client = boto3.client("s3")
    client.create_bucket(Bucket="vanishing")
    with Archive.open("s3://vanishing/archive", state=tmp_path) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.flush(20)
        kept = {key: archive.store.get(key) for key in archive.store.list()}
        for key in kept:
            archive.store.remove(key)
        client.delete_bucket(Bucket="vanishing")
        run.record(capture(2), body(2))
        with pytest.raises(ArchiveUnusable, match="there is no bucket vanishing"):
            run.flush(1)
        client.create_bucket(Bucket="vanishing")
        for key, data in kept.items():
            archive.store.put(key, data)
        run.finish({})
        check(
            archive.store, tmp_path, {(one.url, one.received.isoformat()) for one in (capture(1), capture(2))}
        )
    client.close()


def test_the_server_is_killed_and_started_again(
    swift: Swift, proxied: Callable[[bool], tuple[Proxy, str]], tmp_path: Path
) -> None:
    proxy, url = proxied(True)
    with Archive.open(url, state=tmp_path) as archive:
        run = archive.start_run("xuxian", NOW)
        for number in range(30):
            run.record(capture(number), body(number))
            if number == 10:
                run.commit()
                swift.stop()
        proxy.upstream = swift.start().url
        run.finish({})
        made = {(capture(number).url, capture(number).received.isoformat()) for number in range(30)}
        check(archive.store, tmp_path, made)
