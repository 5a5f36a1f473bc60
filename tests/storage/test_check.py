"""A store is probed before it is relied on: sound ones pass, each kind of bad one is refused by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import s3_settings
from storage.archive import Archive, state_folder
from storage.check import Checked, check
from storage.copying import copy
from storage.errors import ArchiveUnusable, Damaged
from storage.keys import digest, new_run, raw_key
from storage.probes import PROBES
from storage.probes_s3 import FOR_S3, sending
from storage.s3 import S3Store
from storage.s3_settings import Settings
from storage.store import Store, open_store
from tests.servers.lying_s3 import LIES, LyingS3
from tests.storage.made import NOW, WatchedStore, body, capture

FOR_A_FOLDER = {"round-trip", "many", "listing", "names", "replace", "race", "remove"}


def verdicts(found: Checked) -> dict[str, str]:
    return {probe.name: probe.verdict for probe in found.probes}


LIMITED = {"s3": {"conditions", "lock"}, "ceph": {"checksums", "lock"}}
"""What each server is known to lack: Swift lets several writers win, Ceph 16 knows Content-MD5 only."""


def test_a_sound_store_passes_and_is_left_as_it_was(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found = check(store, tmp_path / "state", NOW)
    assert found.unfit == []
    assert set(verdicts(found)) == (set(PROBES) if store.url.startswith("s3:") else FOR_A_FOLDER)
    limited = {name for name, verdict in verdicts(found).items() if verdict == "limited"}
    kind = str(request.node.callspec.params["store_url"]).removesuffix("_tls")
    known = LIMITED.get(kind, set())
    assert known - {"conditions"} <= limited <= known  # a race may have one winner by chance
    assert sorted(store.list()) == ["archive.json", "store.json"]
    written = json.loads(store.get("store.json"))
    assert written == found.to_json()
    assert written["fit"] is True


def use(server: LyingS3, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return "s3://bucket/archive"


def test_the_lying_server_passes_while_it_is_honest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingS3() as server:
        url = use(server, monkeypatch)
        found = check(open_store(url), tmp_path, NOW)
        assert {name for name, verdict in verdicts(found).items() if verdict != "ok"} == {"lock"}
        assert sorted(server.objects) == ["archive/archive.json", "archive/store.json"]


@pytest.mark.parametrize(
    ("lacking", "probe", "setting"),
    [
        ("sha256", "sending", "sha256"),
        ("conditions", "conditions", "conditions"),
        ("condition", "conditions", "conditions"),
        ("parts", "multipart", "parts"),
    ],
)
def test_what_a_store_does_not_know_is_not_asked_of_it(
    lacking: str, probe: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_settings, "LARGE", 100_000)
    with LyingS3() as server:
        url = use(server, monkeypatch)
        server.lacks = {lacking}
        found = check(open_store(url), tmp_path, NOW)
        assert found.unfit == []
        assert verdicts(found)[probe] == "limited"
        assert [name for name, used in found.settings.items() if not used] == [setting]
        store = open_store(url)
        for data in (b"small", b"large" * 50_000):
            key = raw_key(digest(data))
            store.put(key, data)
            store.put(key, data)
            assert store.get(key) == data
            with pytest.raises(Damaged):
                store.put(key, b"other bytes")
            assert store.get(key) == data


@pytest.mark.parametrize(
    ("found", "settings"),
    [
        (None, Settings()),
        (["sha256"], Settings()),
        ({"sha256": "no", "other": False}, Settings()),
        ({"sha256": False, "parts": False}, Settings(sha256=False, parts=False)),
    ],
)
def test_settings_are_read_as_far_as_they_are_understood(found: object, settings: Settings) -> None:
    assert Settings.from_json(found) == settings
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"settings": 1}'])
def test_a_store_whose_notes_are_garbled_is_used_as_one_that_nobody_checked(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LyingS3() as server:
        url = use(server, monkeypatch)
        server.objects["archive/store.json"] = text
        store = open_store(url)
        store.put("raw/x", b"x")
        assert isinstance(store, S3Store)
        assert store.settings == Settings()


def test_what_the_death_of_a_server_left_out_of_the_listing_is_put_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with LyingS3() as server:
        store = open_store(use(server, monkeypatch))
        store.put("raw/x", b"x")
        server.unlisted = {"archive/raw/x"}
        assert list(store.list()) == []
        store.put("raw/x", b"x")
        assert list(store.list()) == ["raw/x"]


WORDS = {
    "drops": ("many", "does not have it"),
    "garbles": ("round-trip", "hands out other bytes"),
    "truncates": ("round-trip", "hands out fewer bytes"),
    "unchecked": ("checksums", "what is garbled on its way would be kept"),
    "keeps-refused": ("checksums", "keeps them nevertheless"),
    "lists-late": ("listing", "a listing right after the puts lacks"),
    "skips": ("paging", "a listing in pages lacks"),
    "plus": ("names", "it lists odd keys otherwise"),
    "stale": ("replace", "the bytes that were there before"),
    "torn": ("race", "bytes that none of them sent"),
    "ranges": ("ranges", "hands out other bytes"),
    "parts": ("multipart", "hands out fewer bytes"),
    "lock": ("lock", "a locked object could be deleted"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_found_and_the_store_refused(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, words = WORDS[lie]
    with LyingS3(lie) as server:
        url = use(server, monkeypatch)
        store = open_store(url)
        found = check(store, state_folder(url, tmp_path), NOW)
        assert probe in {one.name for one in found.unfit}
        assert any(words in one.message for one in found.unfit)
        assert server.objects == {} or lie == "lists-late"
        with (
            pytest.raises(ArchiveUnusable, match="would lose or garble data"),
            Archive(WatchedStore(store), "x", state_folder(url, tmp_path)) as archive,
        ):
            archive.start_run("xuxian", NOW)


def crawl(url: str, state: Path) -> None:
    with Archive.open(url, state=state) as archive:
        run = archive.start_run("xuxian", datetime.now(UTC))
        run.record(capture(1), body(1))
        run.finish({})


def test_an_archive_in_a_store_that_turned_bad_is_read_and_no_more_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    with LyingS3() as server:
        url = use(server, monkeypatch)
        crawl(url, here)
        server.lie = "truncates"
        assert check(open_store(url), state_folder(url, here), NOW).unfit
        server.lie = ""
        for state in (here, elsewhere):
            with pytest.raises(ArchiveUnusable, match=r"round-trip|fewer bytes"):
                crawl(url, state)
            with Archive.open(url, state=state) as archive:
                assert len(list(archive.captures("xuxian"))) == 1
        later = NOW + timedelta(hours=1)
        assert not check(open_store(url), state_folder(url, elsewhere), later).unfit
        crawl(url, here)  # the newest check counts, by whomever


def test_what_a_killed_check_left_goes_with_the_next_and_is_no_archive(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive"))
    old, young = new_run(NOW - timedelta(days=2)), new_run(NOW - timedelta(minutes=2))
    for run in (old, young):
        store.put(f"check/{run}/many/001", b"x")
    assert not check(store, tmp_path / "state", NOW).unfit
    assert list(store.list("check/")) == [f"check/{young}/many/001"]
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state"):
        pass


def test_in_a_folder_no_empty_folders_are_left(tmp_path: Path) -> None:
    check(open_store(str(tmp_path / "archive")), tmp_path / "state", NOW)
    assert sorted(path.name for path in (tmp_path / "archive").iterdir()) == ["archive.json", "store.json"]


def test_a_place_that_holds_other_things_is_not_checked(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_text("x")
    with pytest.raises(ArchiveUnusable, match="holds other things"):
        check(open_store(str(tmp_path / "photos")), tmp_path / "state", NOW)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["1.jpg"]


def test_nothing_is_copied_into_a_store_known_to_be_bad(tmp_path: Path) -> None:
    crawl(str(tmp_path / "source"), tmp_path / "state")
    target = open_store(str(tmp_path / "target"))
    bad = {"fit": False, "checked": "2026", "probes": [{"verdict": "unfit", "message": "it forgets"}]}
    target.put("store.json", json.dumps(bad).encode())
    with pytest.raises(ArchiveUnusable, match="it forgets"):
        copy(open_store(str(tmp_path / "source")), target, tmp_path / "copying", step=lambda *_: None)
    assert list(target.list()) == ["store.json"]


def test_every_probe_has_its_line() -> None:
    assert {probe.__name__ for probe in (sending, *FOR_S3)} | FOR_A_FOLDER == set(PROBES)
    assert set(WORDS) == set(LIES)
    document = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")
    assert all(f"\n| `{name}` | {wish} |\n" in document for name, wish in PROBES.items())
