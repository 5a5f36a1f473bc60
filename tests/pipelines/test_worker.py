"""Reading in another process: it answers, it can be stopped, and it outlives what it reads."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pipelines import worker
from pipelines.errors import PipelineError, ReadTimeout, UnreadableDocument, WorkerDied
from pipelines.report.read import read_all
from pipelines.report.stored import reading_from_json, reading_json
from pipelines.worker import MIB, Reader
from tests.made.archives import zipped

PAGE = "<html><body><p>虚构局2024年政府信息公开工作年度报告</p></body></html>".encode()
ENDLESS = b"<table><tr><td>" + PAGE * 400_000
"""Keeps a worker for a quarter of a minute on a quick machine."""


def test_a_reading_is_that_of_the_reader_itself() -> None:
    with Reader() as reader:
        assert reader.read(PAGE) == reading_json(read_all(PAGE))


def test_what_cannot_be_opened_says_so_and_the_next_is_read() -> None:
    with Reader() as reader:
        with pytest.raises(UnreadableDocument):
            reader.read(b"")
        assert reader.read(PAGE)["schema"]


def test_a_body_over_the_limit_is_not_read() -> None:
    with Reader(max_body=MIB) as reader, pytest.raises(UnreadableDocument, match="2 MiB"):
        reader.read(bytes(2 * MIB))


def test_a_reading_that_takes_too_long_is_stopped() -> None:
    with Reader(seconds=0.01) as reader, pytest.raises(ReadTimeout):
        reader.read(PAGE * 40_000)


def test_a_reading_that_takes_too_much_memory_ends_with_a_reason() -> None:
    with Reader(memory=400 * MIB) as reader:
        with pytest.raises((WorkerDied, UnreadableDocument)):
            reader.read(b"<table><tr><td>" + PAGE * 500_000)
        assert reader.read(PAGE)["schema"]


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    reader = Reader()
    reader.read(PAGE)
    assert reader._pool is not None
    pending = reader.submit(ENDLESS)
    reader.close()
    with pytest.raises(PipelineError):
        pending.result(timeout=5)


def test_each_file_of_an_archive_has_a_time_and_a_process_of_its_own() -> None:
    """The first takes too long, the second ends nothing by that."""
    with Reader(seconds=4) as reader:
        slow, sound = reading_from_json(reader.read(zipped({"slow.html": ENDLESS, "sound.html": PAGE})))
    assert [finding.message for finding in slow.findings] == ["slow.html: reading took longer than 4 seconds"]
    assert sound.sources[0].member == "sound.html"
    assert sound.organization == "虚构局"


def test_files_that_hang_do_not_keep_the_reader_for_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_SLOW_FILES", 1)
    files = {"sound.html": PAGE, "slow.html": ENDLESS, "behind.html": PAGE, "last.html": PAGE}
    with Reader(seconds=4) as reader:
        sound, *others = reading_from_json(reader.read(zipped(files)))
    assert sound.organization == "虚构局"
    assert [(one.sources[0].member, one.findings[0].code) for one in others] == [
        (name, "member-unread") for name in list(files)[1:]
    ]


def test_an_archive_that_closing_cuts_short_has_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """pebble may trip over its own pipe while it sends the last file: that file was not unreadable."""
    sending: Future[Any] = Future()
    under_way = Event()
    reader = Reader()
    reader.read(PAGE)
    pool = reader._pool
    assert pool is not None
    schedule = pool.schedule

    def send(task: Any, **how: Any) -> Any:
        if task is not worker._read_member:
            return schedule(task, **how)
        under_way.set()
        return sending

    monkeypatch.setattr(pool, "schedule", send)
    pending = reader.submit(zipped({"a.html": PAGE}))
    assert under_way.wait(timeout=30)
    monkeypatch.setattr(reader, "_pool", None)
    sending.set_exception(TypeError("the pipe is closed"))
    with pytest.raises(WorkerDied):
        pending.result(timeout=5)
    monkeypatch.undo()
    reader.close()


def test_who_gives_up_waiting_does_no_harm_to_the_end() -> None:
    reader = Reader()
    reader.read(PAGE)
    pending = reader.submit(ENDLESS)
    pending.cancel()
    reader.close()
    with pytest.raises(WorkerDied):
        pending.result(timeout=5)


def test_a_machine_that_allows_less_memory_is_no_reason_to_read_nothing() -> None:
    """As under `ulimit -v`: the hard limit is lower than what a reader may have."""
    allow = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
    use = "from pipelines.worker import Reader; reader = Reader(); print(len(reader.read(b'<p>1</p>'))); "
    done = subprocess.run(
        [sys.executable, "-c", f"if __name__ == '__main__':\n {allow}{use}reader.close()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr


@pytest.mark.parametrize("words", ["out of memory?", "OpenCV(4.10): error: std::bad_alloc"])
def test_a_library_without_memory_is_no_bug_of_the_reader(words: str) -> None:
    with pytest.raises(MemoryError), worker._in_words():
        raise RuntimeError(words)


def test_an_archive_reads_as_the_reader_itself_reads_it() -> None:
    body = zipped({"一.html": PAGE, "二.pdf": b"%PDF-1.7 cut", "三.bin": bytes(99)})
    with Reader(workers=2) as reader:
        assert reader.read(body) == reading_json(read_all(body))
