"""What every store promises, on a folder, on S3 and on S3 over TLS."""

from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from storage import s3_settings
from storage.errors import BadKey, Damaged, NotFound
from storage.store import Store, address, open_store

KEY = "raw/ab/" + "ab" * 32


def test_what_was_put_is_got_and_listed(store: Store) -> None:
    every_byte = bytes(range(256)) * 300
    store.put(KEY, every_byte)
    assert store.get(KEY) == every_byte
    assert store.exists(KEY)
    assert list(store.list()) == [KEY]


def test_an_empty_body_and_one_of_some_megabytes(store: Store) -> None:
    large = random.Random(1).randbytes(5_000_000)
    store.put("raw/empty", b"")
    store.put("raw/large", large)
    assert store.get("raw/empty") == b""
    assert store.get("raw/large") == large


def test_a_body_that_is_sent_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_settings, "LARGE", 6_000_000)
    monkeypatch.setattr(s3_settings, "PART", 5 * 1024 * 1024)
    large = random.Random(2).randbytes(11_000_000)
    store.put("raw/large", large)
    store.put("raw/large", large)
    with pytest.raises(Damaged):
        store.put("raw/large", large[:-1] + b"x")
    assert store.get("raw/large") == large
    store.replace("raw/large", large[::-1])
    assert store.get("raw/large") == large[::-1]


def test_another_opening_of_the_same_address_sees_it(store: Store, store_url: str) -> None:
    store.put(KEY, b"one")
    assert open_store(store_url).get(KEY) == b"one"
    assert open_store(store_url).url == store.url


def test_the_same_bytes_may_be_put_again(store: Store) -> None:
    store.put(KEY, b"one")
    store.put(KEY, b"one")
    assert store.get(KEY) == b"one"


def test_other_bytes_are_refused_and_what_was_there_stays(store: Store) -> None:
    store.put(KEY, b"one")
    with pytest.raises(Damaged, match=KEY[-20:]):
        store.put(KEY, b"two")
    assert store.get(KEY) == b"one"


def test_replace_puts_other_bytes_in_place(store: Store) -> None:
    store.replace("reports/xuxian/2025/x.json", b"one")
    store.replace("reports/xuxian/2025/x.json", b"two")
    assert store.get("reports/xuxian/2025/x.json") == b"two"
    assert list(store.list()) == ["reports/xuxian/2025/x.json"]


def test_a_place_says_when_something_was_put_last(store: Store) -> None:
    """Leases compare these times with each other, and with no machine's clock."""
    store.replace("leases/one/a", b"1")
    store.replace("leases/one/b", b"2")
    first, second = store.modified("leases/one/a"), store.modified("leases/one/b")
    assert timedelta() <= second - first < timedelta(seconds=30)
    sleep(1.1)  # S3 has seconds
    store.replace("leases/one/a", b"1")
    assert store.modified("leases/one/a") > second
    with pytest.raises(NotFound):
        store.modified("leases/one/c")


def test_what_is_not_there_is_not_found(store: Store) -> None:
    store.put("raw/ab/x", b"one")
    for key in (KEY, "raw/ab", "raw/ab/x/y", "raw"):
        assert not store.exists(key)
        with pytest.raises(NotFound):
            store.get(key)


def test_what_was_removed_is_gone_and_removing_nothing_is_fine(store: Store) -> None:
    store.replace(KEY, b"one")
    store.remove(KEY)
    store.remove(KEY)
    assert not store.exists(KEY)
    assert list(store.list()) == []


def test_keys_are_listed_by_prefix_in_order_of_their_bytes(store: Store) -> None:
    keys = ["a/b/c", "a-b", "a.b/c", "a/b.c", "a/bc/d", "a/b", "b/a", "a/b-1/x"]
    keys.remove("a/b")  # a folder cannot hold a file and a folder of one name; the layout needs neither
    for key in keys:
        store.put(key, key.encode())
    assert list(store.list()) == sorted(keys)
    assert list(store.list("a/b")) == ["a/b-1/x", "a/b.c", "a/b/c", "a/bc/d"]
    assert list(store.list("a/b/")) == ["a/b/c"]
    assert list(store.list("a/b-")) == ["a/b-1/x"]
    assert list(store.list("c/")) == []


@pytest.mark.parametrize(
    "key", ["../x", "/etc/x", "raw/../../x", "raw//x", "raw/.x", "", "raw/信息", "a" * 101, "a\0b"]
)
def test_keys_that_are_none_are_refused(store: Store, key: str) -> None:
    for asking in (store.get, store.exists, store.remove):
        with pytest.raises(BadKey):
            asking(key)
    for putting in (store.put, store.replace):
        with pytest.raises(BadKey):
            putting(key, b"x")


def test_many_threads_may_put_the_same_and_different_keys(store: Store) -> None:
    bodies = {f"raw/{n % 3}/{n}": bytes([n]) * 1000 for n in range(12)}
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda item: store.put(*item), [*bodies.items()] * 2))
    assert {key: store.get(key) for key in store.list()} == bodies


def test_an_address_has_one_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    uri = (tmp_path / "我的 archive").resolve().as_uri()
    assert {address("我的 archive"), address("./我的 archive/"), address(uri)} == {uri}
    assert open_store("./我的 archive").url == uri
    assert address("s3://bucket/a/b/") == "s3://bucket/a/b"
    assert address("s3://bucket/") == "s3://bucket"


def test_a_folder_that_goes_away_is_made_again(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put("raw/ab/x", b"one")
    shutil.rmtree(tmp_path / "raw")
    store.put("raw/ab/x", b"one")
    assert store.get("raw/ab/x") == b"one"
