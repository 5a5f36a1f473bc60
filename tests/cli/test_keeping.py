"""`gongkai copy` and `gongkai archive check`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.exits import Exit
from storage.archive import Archive
from storage.keys import digest, raw_key
from tests.storage.made import body, make_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with two captures, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    make_archive("archive")
    return tmp_path / "archive"


def test_a_copy_says_what_it_did_and_a_dry_run_what_it_would_do(archive: Path) -> None:
    dry = CliRunner().invoke(main, ["copy", "archive", "copy", "--dry-run"])
    assert (dry.exit_code, dry.stdout) == (Exit.OK, "")
    assert "copy: 4 objects would be copied, 0 there already" in dry.stderr
    assert not Path("copy").exists()
    done = CliRunner().invoke(main, ["copy", "archive", "copy", "--json"])
    assert done.exit_code == Exit.OK
    assert (json.loads(done.stdout)["copied"], json.loads(done.stdout)["faults"]) == (4, [])
    again = CliRunner().invoke(main, ["copy", "archive", "copy"])
    assert "copy: 0 objects copied, 4 there already" in again.stderr


def test_a_damaged_body_is_named_and_the_exit_code_says_so(archive: Path) -> None:
    key = raw_key(digest(body(1)))
    (archive / key).chmod(0o644)
    (archive / key).write_bytes(b"rot")
    done = CliRunner().invoke(main, ["copy", "archive", "copy"])
    assert done.exit_code == Exit.INCOMPLETE
    assert f"{key} is not what its key or kind says" in done.stderr
    assert "3 objects copied, 0 there already, 1 damaged" in done.stderr


@pytest.mark.parametrize(
    ("source", "target", "code", "words"),
    [
        ("archive", "archive/raw", Exit.USAGE, "lie in one another"),
        ("archive", "./archive", Exit.USAGE, "lie in one another"),
        ("nowhere", "copy", Exit.ARCHIVE, "There is no archive at"),
        ("archive", "other", Exit.ARCHIVE, "is another archive"),
    ],
)
def test_what_is_refused(source: str, target: str, code: Exit, words: str, archive: Path) -> None:
    with Archive.open("other") as other:
        other.put_report("xuxian", 2025, "虚县虚构局", {"year": 2025})
    done = CliRunner().invoke(main, ["copy", source, target])
    assert done.exit_code == code
    assert words in done.stderr
    assert not Path("copy").exists()
    assert "Traceback" not in done.stderr


def test_a_store_is_checked(archive: Path) -> None:
    done = CliRunner().invoke(main, ["archive", "check", "--archive", "archive"])
    assert done.exit_code == Exit.OK
    assert "round-trip  ok       objects of 0 bytes to 2 MB came back as they were" in done.stdout
    assert "archive is fit for an archive" in done.stderr
    done = CliRunner().invoke(main, ["archive", "check", "--archive", "archive", "--json"])
    assert json.loads(done.stdout)["fit"] is True
