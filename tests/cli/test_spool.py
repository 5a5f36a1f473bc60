"""`gongkai spool` and `gongkai spool drain`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.exits import Exit
from storage.archive import Archive
from tests.cli.made import gongkai
from tests.storage.made import NOW, body, capture

pytestmark = pytest.mark.usefixtures("elsewhere")


def left(site: str, captures: int, *, record: bool = False) -> str:
    """A run that died, or left its record, with so many captures in the spool; its name."""
    with Archive.open("archive") as archive:
        run = archive.start_run(site, NOW)
        for number in range(captures):
            run.record(capture(number), body(number))
        if record:
            run.leave({"ended": "finished", "expected": captures})
        return run.id


def test_nothing_waits() -> None:
    shown = gongkai("spool")
    assert (shown.exit_code, shown.stdout) == (Exit.OK, "")
    assert "nothing waits for ./archive on this machine" in shown.stderr
    assert gongkai("spool", "drain").exit_code == Exit.OK
    assert not Path("archive").exists(), "whoever only looks makes no archive"


def test_what_waits_is_shown_and_then_brought_in() -> None:
    crashed, ended = left("xuxian", 3), left("yixian", 2, record=True)
    shown = gongkai("spool")
    assert "5 captures of 2 sites wait for ./archive" in shown.stderr
    assert shown.stderr.strip().endswith("type: gongkai spool drain")
    assert "was killed" in shown.stdout
    assert "its record waits, too" in shown.stdout
    runs = json.loads(gongkai("spool", "--json").stdout)["runs"]
    assert [(one["site"], one["run"], one["captures"], one["record"]) for one in runs] == [
        ("xuxian", crashed, 3, False),
        ("yixian", ended, 2, True),
    ]
    done = gongkai("spool", "drain")
    assert "xuxian: 3 captures brought in from the spool" in done.stderr
    with Archive.open("archive") as archive:
        assert len(list(archive.captures("xuxian"))) == 3
        assert [record["ended"] for record in archive.runs("xuxian")] == ["crashed"]
        assert [record["ended"] for record in archive.runs("yixian")] == ["finished"]
        assert (archive.dirty("xuxian"), archive.dirty("yixian")) == (0, 0)
    assert "nothing waits" in gongkai("spool").stderr


def test_a_run_that_lives_is_left_alone() -> None:
    with Archive.open("archive") as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        shown = gongkai("spool")
        assert "under way" in shown.stdout
        assert "drain" not in shown.stderr
        done = gongkai("spool", "drain")
        assert done.exit_code == Exit.OK
        assert "a process of this machine is at it" in done.stderr
        run.finish({})


def test_an_archive_that_cannot_be_opened_loses_nothing() -> None:
    left("xuxian", 1)
    Path("archive/archive.json").rename("aside")
    done = gongkai("spool", "drain")
    assert done.exit_code == Exit.ARCHIVE
    assert "1 capture of xuxian waits for ./archive" in done.stderr
    Path("aside").rename("archive/archive.json")
    assert "1 capture brought in" in gongkai("spool", "drain").stderr


def test_reparse_brings_in_what_waits_first() -> None:
    left("xuxian", 3)
    done = gongkai("reparse", "xuxian")
    assert "xuxian: 3 captures brought in from the spool" in done.stderr
    assert "nothing waits" in gongkai("spool").stderr
