"""The spool's room: how it is set, and what happens when there is none left."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable, SpoolFull
from storage.local import LocalStore
from storage.room import size_in_bytes
from tests.storage.made import NOW, body, capture, small_disk
from tests.storage.test_uploads import FaultyStore, lines, use


@pytest.mark.parametrize(
    ("text", "size"),
    [("10 GiB", 10 * 2**30), ("500 MB", 500_000_000), ("2GiB", 2**31), ("0.5 kB", 500), (" 7 B ", 7)],
)
def test_a_limit_is_a_size(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "10", "-1 GB", "10 GiB!", "1e3 MB", "10 XB", "١ GB"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(ArchiveUnusable, match="GONGKAI_SPOOL_LIMIT"):
        size_in_bytes(text)


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where this process may mount one."""
    with small_disk(tmp_path / "disk", "2m") as disk:
        yield disk


@pytest.mark.parametrize("whole", [False, True])
def test_a_full_disk_ends_the_run_and_loses_nothing(
    whole: bool, mounted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what is left in reserve the run ends in order; where others took that, too, its captures stay."""
    monkeypatch.setattr("storage.room._SECONDS", 3600.0 if whole else 0.0)  # looks once, and is surprised
    store = use(FaultyStore(LocalStore(tmp_path / "archive")), monkeypatch)
    with Archive.open(store.url, state=mounted) as archive:
        run = archive.start_run("xuxian", NOW)
        store.failing = True
        kept = [run.record(capture(1000), os.urandom(1000))]
        if whole:
            fill(mounted, 200_000)

        def record_until_full() -> None:
            for number in range(1000):
                kept.append(run.record(capture(number), os.urandom(10_000)))

        with pytest.raises(
            SpoolFull, match="No space is left" if whole else "is full but for a small reserve"
        ):
            record_until_full()
        assert len(kept) > 10
        if whole:
            fill(mounted, 0)
        with pytest.raises(SpoolFull) if whole else nullcontext():
            run.leave({"ended": "interrupted"})
        store.failing = False
        (mounted / "other").unlink(missing_ok=True)
        assert archive.recover(NOW).captures == {"xuxian": len(kept)}
        assert [record["ended"] for record in archive.runs("xuxian")] == [
            "crashed" if whole else "interrupted"
        ]
        assert lines(store) == sorted(found.url for found in kept)
        assert archive.spooled() == []


def fill(disk: Path, leaving: int) -> None:
    """Let somebody else take all of the disk but that many bytes."""
    with (disk / "other").open("ab", buffering=0) as other, suppress(OSError):
        while (free := shutil.disk_usage(disk).free) > leaving:
            other.write(bytes(min(4096, free - leaving)))


def test_after_a_failed_fsync_nothing_more_is_acknowledged(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = use(FaultyStore(LocalStore(tmp_path / "archive")), monkeypatch)
    with Archive.open(store.url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        store.failing = True
        run.record(capture(1), body(1))

        def failing(_: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", failing)
            with pytest.raises(ArchiveUnusable, match="The disk failed"):
                run.record(capture(2), body(2))
        with pytest.raises(ArchiveUnusable, match="The disk failed"):
            run.record(capture(3), body(3))
        store.failing = False
        run.finish({})
        assert lines(store) == [capture(1).url]


def test_a_torn_write_hides_nothing_that_comes_after(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = use(FaultyStore(LocalStore(tmp_path / "archive")), monkeypatch)
    with Archive.open(store.url, state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        store.failing = True
        run.record(capture(1), body(1))
        write = os.write

        def torn(file: int, data: bytes) -> int:
            write(file, bytes(data)[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr("os.write", torn)
            with pytest.raises(SpoolFull):
                run.record(capture(2), body(2))
        run.record(capture(3), body(3))
        run.abandon()
        store.failing = False
        assert archive.recover(NOW).total == 2
        assert lines(store) == sorted([capture(1).url, capture(3).url])
