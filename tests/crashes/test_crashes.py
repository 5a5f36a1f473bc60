"""A sample of the crash matrix; `python -m tests.crashes` does all of it by hand, see docs/archive.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.crashes.__main__ import NOT_HERE
from tests.crashes.power import Disk
from tests.crashes.tracing import Call

SAMPLE = {
    "killed in a folder": "kill half --step 90",
    "killed on the second visit": "kill --visit 1 --step 150",
    "killed while uploads run": "kill --on remote --step 120",
    "killed with the archive on S3": "kill --on s3 --step 150",
    "killed, and again": "twice --step 170",
    "a crawl that is killed": "kill --crawl --step 150",
    "a disk that is full or fails": "ENOSPC ENOSPC+ EIO --step 150",
    "power cuts": "power --step 190",
    "power cuts while uploads run": "power --on remote --step 190",
}


@pytest.mark.parametrize("options", SAMPLE.values(), ids=SAMPLE.keys())
def test_nothing_is_lost_or_wrong_after(options: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.crashes", *options.split()],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    if ended.returncode == NOT_HERE:
        pytest.skip(ended.stderr.strip())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " points (" in ended.stdout


def call(name: str, path: Path, **fields: object) -> Call:
    made = Call(0, name, path)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def happen(disk: Disk, *calls: Call) -> None:
    for one in calls:
        disk.begin(one)
        disk.end(one)


def test_a_power_cut_leaves_what_was_synced_and_nothing_else(tmp_path: Path) -> None:
    disk, chance, name = Disk(tmp_path), Random(1), tmp_path / "file"
    happen(disk, call("openat", name, size=0o100, inode=7))
    happen(disk, call("write", name, inode=7, offset=0, data=b"kept"))
    assert disk.image("least", chance, ledger=True) == ()
    assert disk.image("names", chance, ledger=True) == (("file", b""),)
    happen(disk, call("fsync", name, inode=7))
    assert disk.image("least", chance, ledger=True) == ()
    happen(disk, call("fsync", tmp_path))
    happen(disk, call("write", name, inode=7, offset=4, data=b", lost"))
    assert disk.image("least", chance, ledger=True) == (("file", b"kept"),)
    assert disk.image("bytes", chance, ledger=True) == (("file", b"kept, lost"),)


def test_an_fsync_vouches_for_what_was_written_before_it_began(tmp_path: Path) -> None:
    disk, name = Disk(tmp_path), tmp_path / "file"
    happen(disk, call("openat", name, size=0o100, inode=7), call("fsync", tmp_path))
    sync = call("fsync", name, inode=7)
    disk.begin(sync)
    happen(disk, call("write", name, inode=7, offset=0, data=b"late"))
    disk.end(sync)
    assert disk.image("least", Random(1), ledger=True) == (("file", b""),)


def test_a_name_taken_away_comes_back_unless_its_folder_was_synced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    disk = Disk(tmp_path)
    happen(disk, call("unlink", tmp_path / "file"))
    assert disk.image("least", Random(1), ledger=True) == (("file", b"old"),)
    happen(disk, call("fsync", tmp_path))
    assert disk.image("least", Random(1), ledger=True) == ()
