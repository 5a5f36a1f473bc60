"""Modes of an archive's files: what is written once is nobody's to write, also where a repair wrote it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.copying import copy
from storage.keys import ARCHIVE_KEY, IMMUTABLE
from storage.repair import Repaired, restore
from storage.store import open_store
from tests.storage.made import NOW, body, capture
from tests.storage.verifying import fill, flipped, look


@pytest.fixture(params=[0o022, 0o002, 0o077, 0o000], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(archive: Path, umask: int) -> set[str]:
    """The keys whose mode is not as it should be, and folders that are more open than the umask lets them."""
    wrong = set()
    for path in sorted(archive.rglob("*")):
        key = path.relative_to(archive).as_posix()
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_dir():
            expected = 0o777
        else:
            once = key == ARCHIVE_KEY or key.split("/")[0] in IMMUTABLE
            expected = 0o444 if once else 0o644
        if mode != expected & ~umask:
            wrong.add(f"{key} {mode:o}")
    return wrong


def test_modes_are_the_same_however_a_file_came_to_be(tmp_path: Path, umask: int) -> None:
    state = tmp_path / "state"
    with Archive.open(str(tmp_path / "archive"), state=state) as archive:
        fill(archive)
        archive.put_parse("0.1.0", "ab" * 32, {"schema": "gongkai.reading/1"})
        archive.put_parse("0.1.0", "ab" * 32, {"schema": "gongkai.reading/1", "documents": []})
        archive.put_report("xuxian", 2025, "虚县虚构局", {"year": 2025})
        archive.put_report("xuxian", 2025, "虚县虚构局", {"year": 2025, "title": "x"})
        assert not look(archive.store, state).findings
        assert modes(tmp_path / "archive", umask) == set()

        second = open_store(str(tmp_path / "copy"))
        copy(archive.store, second, tmp_path / "other state", step=lambda *_: None)
        assert modes(tmp_path / "copy", umask) == set()

        kinds = ("raw", "captures", "runs", "audits")
        for kind in kinds:
            key = next(archive.store.list(f"{kind}/"))
            archive.store.replace(key, flipped(archive.store.get(key)))
        archive.store.remove(ARCHIVE_KEY)
        mended = [restore(one, archive.store, second) for one in look(archive.store, state).findings]
        assert sum(isinstance(one, Repaired) for one in mended) == len(kinds) + 1
        assert any(archive.store.list("quarantine/"))
        assert modes(tmp_path / "archive", umask) == set()


def test_a_damaged_body_that_comes_again_is_read_only(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        fill(archive)
        key = next(archive.store.list("raw/"))
        archive.store.replace(key, b"damaged")
    shutil.rmtree(tmp_path / "state")
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        fill(archive)
        assert archive.store.get(key) in {body(n) for n in range(200)}
        assert stat.S_IMODE((tmp_path / "archive" / key).stat().st_mode) & 0o222 == 0


def test_what_only_this_machine_reads_is_closed_to_others(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        parts = list((tmp_path / "state").rglob("*.part"))
        assert parts
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in parts)
