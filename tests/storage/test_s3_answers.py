"""What is believed of answers on the way to a bucket: proxies answer by themselves, and bits flip."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from storage import s3_settings
from storage.errors import ArchiveUnusable, NotFound
from storage.s3 import S3Store
from storage.s3_tags import Tags
from storage.store import open_store
from tests.servers.fixtures import use_server
from tests.servers.messages import Asked
from tests.servers.proxy import Proxy
from tests.servers.swift_server import Swift

KEY = "raw/ab/" + "ab" * 32
REPORT = "reports/xuxian/2025/x.json"


@pytest.fixture
def proxy(swift: Swift, s3_archive_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy on the way to the server, honest until it is told otherwise."""
    with Proxy(swift.url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", running.url)
        yield running


@pytest.fixture
def proxied(proxy: Proxy, s3_archive_url: str) -> S3Store:
    """A store behind it that holds one body."""
    store = open_store(s3_archive_url)
    assert isinstance(store, S3Store)
    store.put(KEY, b"body")
    return store


def once(fault: str, method: str) -> Callable[[Asked], str]:
    """Plays the fault with the first request of that method."""
    left = [fault]
    return lambda asked: left.pop() if left and asked.method == method else ""


@pytest.mark.parametrize("fault", ["empty-200", "portal", "redirected"])
def test_the_answer_of_a_proxy_is_not_the_store_s(fault: str, proxy: Proxy, proxied: S3Store) -> None:
    proxy.play = lambda _: fault
    for asking in (
        lambda: list(proxied.list()),
        lambda: proxied.exists(KEY),
        lambda: proxied.get(KEY),
        lambda: proxied.remove(REPORT),
        lambda: proxied.put(KEY, b"body"),
        lambda: proxied.replace(REPORT, b"{}"),
    ):
        with pytest.raises(ArchiveUnusable):
            asking()
    proxy.play = lambda _: ""
    assert list(proxied.list()) == [KEY]


def test_a_404_without_a_word_of_s3_is_no_missing_object(
    monkeypatch: pytest.MonkeyPatch, swift: Swift
) -> None:
    url = use_server(swift, monkeypatch)
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{elsewhere.server_address[1]}")
        with pytest.raises(ArchiveUnusable, match="404"):
            open_store(url).get(KEY)
        elsewhere.shutdown()


@pytest.mark.parametrize("fault", ["flip-down", "short-down", "cut-down", "wrong-etag"])
def test_what_was_garbled_on_its_way_here_is_asked_for_again(
    fault: str, proxy: Proxy, proxied: S3Store
) -> None:
    proxy.play = once(fault, "GET")
    assert proxied.get(KEY) == b"body"
    proxy.play = once(fault, "GET")
    proxied.put(KEY, b"body")
    assert proxy.played[fault] == 2


def test_what_was_removed_in_the_words_of_a_proxy_only_is_still_there(proxy: Proxy, proxied: S3Store) -> None:
    proxy.play = lambda asked: "empty-200" if asked.method == "DELETE" else ""
    with pytest.raises(ArchiveUnusable, match="Is a proxy answering"):
        proxied.remove(KEY)


@pytest.mark.parametrize(
    "page",
    [
        {"IsTruncated": True, "Contents": [{"Key": "a/archive/x"}]},
        {"IsTruncated": False, "Contents": [{"Key": "elsewhere/x"}]},
        {"Contents": [{"Key": "a/archive/x"}]},
    ],
)
def test_a_page_of_a_listing_that_cannot_be_is_no_listing(
    page: dict[str, object], s3_archive_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = S3Store("bucket", "a/archive")
    monkeypatch.setattr(store, "_client", type("Client", (), {"list_objects_v2": lambda *_, **__: page})())
    with pytest.raises(ArchiveUnusable, match="Is a proxy answering"):
        list(store.list())


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A body of three parts."""
    monkeypatch.setattr(s3_settings, "LARGE", 6_000_000)
    monkeypatch.setattr(s3_settings, "PART", 5 * 1024 * 1024)
    return random.Random(3).randbytes(11_000_000)


def uploads(store: S3Store) -> int:
    """How many objects there are parts of that were never joined."""
    return len(store.ask("list_multipart_uploads", Prefix=store.prefix).fields.get("Uploads", ()))


def test_parts_of_an_object_that_could_not_be_put_are_taken_away(
    proxy: Proxy, proxied: S3Store, in_parts: bytes
) -> None:
    proxy.play = lambda asked: "expired" if "partNumber=2" in asked.target else ""
    with pytest.raises(ArchiveUnusable, match="credentials"):
        proxied.put("raw/large", in_parts)
    assert not proxied.exists("raw/large")
    assert uploads(proxied) == 0


@pytest.mark.parametrize("fault", ["lost-answer", "error-after"])
def test_an_object_is_joined_though_the_answer_is_lost(
    fault: str, proxy: Proxy, proxied: S3Store, in_parts: bytes
) -> None:
    left = [fault]
    proxy.play = lambda asked: (
        left.pop() if left and asked.method == "POST" and "uploadId=" in asked.target else ""
    )
    proxied.put("raw/large", in_parts)
    assert not left
    assert proxied.get("raw/large") == in_parts


def test_parts_that_a_killed_process_left_are_taken_away_by_a_later_one(
    ceph_archive_url: str, in_parts: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = S3Store(*ceph_archive_url.removeprefix("s3://").split("/", 1))
    left.ask("create_multipart_upload", "raw/left")
    for age, there in ((timedelta(days=1), 1), (timedelta(seconds=-60), 0)):
        monkeypatch.setattr("storage.s3._ABANDONED", age)
        store = open_store(ceph_archive_url)
        store.put("raw/large", in_parts)
        store.remove("raw/large")
        assert uploads(left) == there


def test_tags_that_are_no_md5_are_found_out_by_reading() -> None:
    tags, before = Tags(), list[str]()
    tag = "0123456789abcdef" * 2
    assert [tags.plausible(b"x", tag, before) for _ in range(3)] == [False, False, False]
    assert tags.plausible(b"y", tag, [])  # a store of such tags
    assert Tags().plausible(b"x", tag + "-2", [])  # of an object sent in parts


def test_tags_that_were_right_once_go_on_being_looked_at() -> None:
    tags, before = Tags(), list[str]()
    assert tags.plausible(b"x", "9dd4e461268c8034f5c8564e155c67a6", [])
    for _ in range(3):
        assert not tags.plausible(b"garbled", "9dd4e461268c8034f5c8564e155c67a6", before)
    assert not tags.plausible(b"garbled", "9dd4e461268c8034f5c8564e155c67a6", [])


def test_an_endpoint_that_is_no_address_is_not_repeated(
    s3_archive_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http//user:hush@127.0.0.1:1")
    with pytest.raises(ArchiveUnusable, match="is no address") as refusal:
        open_store(s3_archive_url)
    assert "hush" not in str(refusal.value)


def test_no_request_is_logged(s3_archive_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(NotFound):
        open_store(s3_archive_url).get(KEY)
    assert "Authorization" not in caplog.text
    assert not [one for one in caplog.records if one.name.startswith("boto") and one.levelno < logging.INFO]
