"""SIGKILL anywhere: what was acknowledged is kept, nothing names what is not there, the next run goes on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.journal import read_segment
from storage.keys import digest, run_and_digest
from storage.store import open_store
from tests.storage import crashing
from tests.storage.made import NOW, body, capture

FEW = [1, 2, 5, 12]
Contents = tuple[set[str], set[bytes]]


def crash(url: str, state: Path, call: str, count: int) -> list[str]:
    """Crawl in a process that dies there; what it acknowledged, and "done" if it did not die."""
    arguments = [sys.executable, "-m", "tests.storage.crashing", url, str(state), call, str(count)]
    ended = subprocess.run(
        arguments, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False
    )
    assert ended.returncode in (0, -9), ended.stderr
    assert (ended.returncode == 0) == ended.stdout.endswith("done\n")
    return ended.stdout.splitlines()


def contents(url: str) -> Contents:
    """What the archive holds apart from run names: bodies and captures. Checks that all of it is sound."""
    store = open_store(url)
    bodies = {key.rpartition("/")[2] for key in store.list("raw/")}
    assert all(digest(store.get(f"raw/{sha[:2]}/{sha}")) == sha for sha in bodies)
    captures = []
    segments = list(store.list("captures/"))
    for key in segments:
        data = store.get(key)
        assert digest(data) == run_and_digest(key)[1]
        captures += [found for _, found in read_segment(data)]
    assert all(found.sha256 is None or found.sha256 in bodies for found in captures)
    return bodies, {replace(found, run="").to_line() for found in captures}


def check_after(url: str, state: Path, acknowledged: list[str], undisturbed: Contents) -> None:
    """Recover, look, recover again, crawl again."""
    with Archive.open(url, state=state) as archive:
        archive.recover(NOW)
        kept = [(found.run, found.url) for found in archive.captures("xuxian")]
        assert set(acknowledged) - {"done"} <= {url for _, url in kept}
        assert len(kept) == len(set(kept))
        contents(url)
        before = list(archive.store.list())
        assert archive.recover(NOW).total == 0
        assert list(archive.store.list()) == before
        crashing.crawl(archive)
        assert contents(url) == undisturbed
        records = list(archive.runs("xuxian"))
        segments = [key for record in records for key in record["segments"]]
        assert sorted(segments) == list(archive.store.list("captures/"))
        assert all(record["ended"] == "finished" or record["lost"] == [] for record in records)
    assert list(state.rglob("*.part")) == []


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What a crawl leaves that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with Archive.open(str(folder / "archive"), state=folder / "state") as archive:
        crashing.crawl(archive)
    return contents(str(folder / "archive"))


@pytest.mark.parametrize("count", FEW)
@pytest.mark.parametrize("call", [*crashing.CALLS, "put+", "os.link+", "os.fsync+", "os.write+"])
def test_killed_in_a_folder(call: str, count: int, tmp_path: Path, undisturbed: Contents) -> None:
    url, state = str(tmp_path / "archive"), tmp_path / "state"
    check_after(url, state, crash(url, state, call, count), undisturbed)


@pytest.mark.parametrize(("call", "count"), [("put+", 3), ("put", 7), ("os.fsync", 4)])
def test_killed_with_the_archive_on_s3(
    call: str, count: int, s3_archive_url: str, tmp_path: Path, undisturbed: Contents
) -> None:
    state = tmp_path / "state"
    check_after(s3_archive_url, state, crash(s3_archive_url, state, call, count), undisturbed)


def test_killed_again_and_again(tmp_path: Path) -> None:
    url, state = str(tmp_path / "archive"), tmp_path / "state"
    acknowledged: set[str] = set()
    for count in range(3, 20, 4):
        acknowledged.update(crash(url, state, "put", count))
    with Archive.open(url, state=state) as archive:
        archive.recover(NOW)
        kept = {found.url for found in archive.captures("xuxian")}
        ends = [record["ended"] for record in archive.runs("xuxian")]
    assert acknowledged - {"done"} <= kept
    assert "crashed" in ends


def test_a_recovery_that_is_killed_is_recovered(tmp_path: Path, undisturbed: Contents) -> None:
    url, state = str(tmp_path / "archive"), tmp_path / "state"
    acknowledged = crash(url, state, "put", 9)
    # The next crawl recovers first, and dies in it: it puts the journal segment, then the run record.
    for call, count in (("put+", 2), ("put", 3), ("put+", 3)):
        acknowledged += crash(url, state, call, count)
    check_after(url, state, list(dict.fromkeys(acknowledged)), undisturbed)


def test_the_record_of_a_crashed_run_says_so(tmp_path: Path) -> None:
    url, state = str(tmp_path / "archive"), tmp_path / "state"
    crash(url, state, "put", 7)
    with Archive.open(url, state=state) as archive:
        saved = archive.recover(NOW).total
        [record] = archive.runs("xuxian")
    assert saved > 0
    assert (record["ended"], record["recovered"]) == ("crashed", "2026-02-03T04:05:06+00:00")
    assert record["captures"] >= saved


def test_a_torn_spool_gives_what_is_whole(archive: Archive, state: Path) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    run.record(capture(2), body(2))
    run.abandon()
    [part] = state.rglob("*.part")
    part.write_bytes(part.read_bytes()[:-10])
    assert archive.recover(NOW).total == 1
    assert [found.url for found in archive.captures("xuxian")] == [capture(1).url]


def test_a_run_that_lives_is_left_alone(archive: Archive, archive_url: str, state: Path) -> None:
    run = archive.start_run("xuxian", NOW)
    run.record(capture(1), body(1))
    with Archive.open(archive_url, state=state) as other:
        assert other.recover(NOW).total == 0
    run.finish({})
    assert [record["ended"] for record in archive.runs("xuxian")] == ["finished"]


def test_a_capture_whose_body_is_gone_is_named_and_not_kept(tmp_path: Path) -> None:
    url, state = tmp_path / "archive", tmp_path / "state"
    with Archive.open(str(url), state=state) as archive:
        run = archive.start_run("xuxian", NOW)
        run.record(capture(1), body(1))
        run.abandon()
        (url / "raw" / digest(body(1))[:2] / digest(body(1))).unlink()
    with Archive.open(str(url), state=state) as archive:
        assert archive.recover(NOW).total == 0
        [record] = archive.runs("xuxian")
        assert record["lost"] == [{"url": capture(1).url, "sha256": digest(body(1))}]
        assert list(archive.captures("xuxian")) == []
