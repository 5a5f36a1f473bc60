"""Two archives with servers and credentials of their own: copied, compared, mended from one another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from storage.archive import Archive
from storage.keys import digest, raw_key
from storage.store import Store, open_store
from tests.servers.fixtures import swift
from tests.servers.swift_server import Swift
from tests.storage.made import body, make_archive

__all__ = ["swift"]

BODY = raw_key(digest(body(1)))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with two captures, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    make_archive("archive")
    return tmp_path


# ---------------------------------------------------------------------- side by side


def compared(*words: str) -> dict[str, Any]:
    done = run("verify", "--archive", "archive", "--against", *words, "--json")
    data: dict[str, Any] = json.loads(done.stdout_bytes)
    return data | {"exit": done.exit_code}


def write(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def test_a_copy_holds_the_same(folder: Path) -> None:
    assert run("copy", "archive", "copy").exit_code == Exit.OK
    before = sorted(path for path in folder.rglob("*") if path.is_file())
    done = run("verify", "--archive", "archive", "--against", "copy")
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    assert "5 objects; copy holds the same as archive" in done.stderr
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == before


def test_what_one_lacks_is_named_with_what_to_type(folder: Path) -> None:
    run("copy", "archive", "copy")
    (folder / "copy" / BODY).unlink()
    (folder / "copy" / "一 view.txt").write_text("foreign")
    done = run("verify", "--archive", "archive", "--against", "copy")
    assert done.exit_code == Exit.INCOMPLETE
    assert done.stdout.splitlines() == [f"only-here        {BODY}", "only-there       一 view.txt"]
    assert "only-here: gongkai copy archive copy" in done.stderr
    assert "6 objects; 1 only-here, 1 only-there (here: archive, there: copy)" in done.stderr


def test_damage_on_either_side_is_worse_than_lagging_behind(folder: Path) -> None:
    run("copy", "archive", "copy")
    write(folder / "archive" / BODY, b"rot")
    data = compared("copy")
    assert (data["exit"], data["counts"]) == (Exit.DAMAGED, {"damaged-here": 1})
    assert data["differences"] == [{"code": "damaged-here", "key": BODY}]
    assert (data["here"], data["there"], data["keys"]) == ("archive", "copy", 5)


def test_a_disk_that_does_not_hand_out_an_object_is_named(folder: Path) -> None:
    run("copy", "archive", "copy")
    (folder / "copy" / BODY).unlink()
    (folder / "copy" / BODY).symlink_to("/proc/self/mem")  # reading it is an EIO
    assert compared("copy")["counts"] == {"unreadable-there": 1}


def test_another_archive_is_compared_and_said_to_be_another(folder: Path) -> None:
    Archive.open("other").close()
    done = run("verify", "--archive", "archive", "--against", "other")
    assert done.exit_code == Exit.INCOMPLETE
    assert "other is not a copy of archive" in done.stderr
    assert "differs          archive.json" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--against", "archive"], Exit.USAGE),
        (["--against", "nothing"], Exit.ARCHIVE),
        (["--against", "copy", "--repair"], Exit.USAGE),
        (["--against", "copy", "bjxch"], Exit.USAGE),
        (["--against-profile", "other"], Exit.USAGE),
        (["--repair", "--from-profile", "other"], Exit.USAGE),
        (["--against", "copy", "--against-profile", "other"], Exit.ARCHIVE),
    ],
)
def test_what_is_refused(words: list[str], code: Exit, folder: Path) -> None:
    done = run("verify", "--archive", "archive", *words)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.stderr
    assert not (folder / "nothing").exists()


# ---------------------------------------------------------------------- two servers

CONFIG = """
[profile one]
region = us-east-1
endpoint_url = {one}
s3 =
  addressing_style = path
[profile two]
region = us-east-1
services = there
ca_bundle = {authorities}
[services there]
s3 =
  endpoint_url = {two}
"""
KEYS = """
[one]
aws_access_key_id = test:tester
aws_secret_access_key = testing
[two]
aws_access_key_id = test:tester
aws_secret_access_key = testing
[stranger]
aws_access_key_id = test:stranger
aws_secret_access_key = what-it-was-not
"""


@pytest.fixture(scope="module")
def second(swift: Swift, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """Another Swift; that there is one here is known by the first."""
    server = Swift(tmp_path_factory.mktemp("second"))
    yield server.start()
    server.stop()


@pytest.fixture
def place(swift: Swift, second: Swift, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address that is a place on both servers. The AWS variables lead to neither, with a wrong key."""
    config, keys = folder / "config", folder / "credentials"
    config.write_text(
        CONFIG.format(one=swift.url, two=second.tls_url, authorities=second.ca_file), encoding="utf-8"
    )
    keys.write_text(KEYS, encoding="utf-8")
    for name, value in swift.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test:nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing-at-all")
    monkeypatch.setenv("AWS_REGION", "mars-1")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return swift.new_place()


def opened(place: str, profile: str) -> Store:
    return open_store(place, profile=profile)


def test_each_end_is_reached_with_its_own_profile(place: str) -> None:
    ends = ["--from-profile", "one", "--to-profile", "two"]
    done = run("copy", "archive", place, "--to-profile", "one")
    assert done.exit_code == Exit.OK, done.stderr
    done = run("copy", place, place, *ends)  # the same bucket's name on another server is another place
    assert done.exit_code == Exit.OK, done.stderr
    assert "4 objects copied" in done.stderr
    assert list(opened(place, "one").list()) == list(opened(place, "two").list())
    alike = compared(place, "--against-profile", "two")
    assert (alike["exit"], alike["counts"]) == (Exit.OK, {})


def test_what_was_read_back_on_one_server_says_nothing_of_the_other(place: str) -> None:
    assert run("copy", "archive", place, "--to-profile", "one").exit_code == Exit.OK
    there = opened(place, "two")
    there.replace(BODY, b"rot")
    there.replace("archive.json", opened(place, "one").get("archive.json"))
    done = run("copy", "archive", place, "--to-profile", "two", "--json")
    assert (json.loads(done.stdout_bytes)["replaced"], there.get(BODY)) == (1, body(1))


def test_a_repair_takes_from_the_other_server(place: str, folder: Path) -> None:
    assert run("copy", "archive", place, "--to-profile", "two").exit_code == Exit.OK
    (folder / "archive" / BODY).unlink()
    words = ("verify", "--archive", "archive", "--repair", "--from", place, "--from-profile")
    lost = run(*words, "one")
    assert lost.exit_code == Exit.ARCHIVE
    done = run(*words, "two")
    assert done.exit_code == Exit.OK, done.output
    assert (folder / "archive" / BODY).read_bytes() == body(1)


@pytest.mark.parametrize(
    ("profile", "words"),
    [("nobodys", "nobodys"), ("stranger", "could not be reached")],
)
def test_a_profile_that_does_not_work_is_a_sentence(profile: str, words: str, place: str) -> None:
    """The stranger says no endpoint: the variables' is asked, where nobody is."""
    done = run("copy", "archive", place, "--to-profile", profile)
    assert done.exit_code == Exit.ARCHIVE
    assert words in done.stderr
    assert "what-it-was-not" not in done.output


def test_one_place_under_two_profiles_is_still_one(place: str) -> None:
    for one, other in (("one", "one"), ("two", "two")):
        done = run("copy", place, f"{place}/deeper", "--from-profile", one, "--to-profile", other)
        assert done.exit_code == Exit.USAGE
        assert "lie in one another" in done.stderr


def test_an_address_with_a_secret_is_refused_and_not_repeated(folder: Path) -> None:
    for secret in ("s3://key:t0ps3cret@bucket/x", "https://u:t0ps3cret@host/x"):
        for words in (
            ["copy", "archive", secret],
            ["verify", "--archive", "archive", "--against", secret],
            ["show", "bjxch", "2024", "--archive", secret],
        ):
            done = run(*words)
            assert done.exit_code == Exit.ARCHIVE
            assert "t0ps3cret" not in done.output
            assert "holds no credentials" in done.stderr
