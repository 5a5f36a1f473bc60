"""Damaged and hostile files: reading ends within its limits, and no figure turns up where it never stood.

A few of each kind, through a real worker process; `python -m tests.report.damage` does as many as one likes.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from pipelines.errors import ReadTimeout, UnreadableDocument, WorkerDied
from pipelines.worker import Reader
from tests.made.bombs import BOMBS
from tests.report.damage import FORMATS, trials

SECONDS = 20.0
SLOW = ("million-cells-docx", "million-cells-html", "million-cells-text", "one-long-line", "pdf-in-itself")
"""Bombs that would take longer than a test should: they are given a moment."""
TRIALS = {"pdf": 24, "ofd": 24}
"""How many damaged files of a format; of the others 48."""


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(seconds=SECONDS) as made:
        yield made


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_read_or_refused_and_nothing_is_invented(kind: str, reader: Reader) -> None:
    made = list(trials(kind, range(TRIALS.get(kind, 48)), reader))
    assert [(t.mutation, t.number, t.outcome, t.silent) for t in made if t.bad] == []
    assert "read" in {t.outcome for t in made}


@pytest.mark.parametrize("name", sorted(set(BOMBS) - set(SLOW)))
def test_a_bomb_ends_within_the_limits(name: str, reader: Reader) -> None:
    ends(reader, BOMBS[name]())
    assert reader.read("虚构县某局2023年政府信息公开工作年度报告".encode())["documents"]


def test_slow_bombs_are_stopped() -> None:
    with Reader(seconds=1.5) as reader:
        for name in SLOW:
            ends(reader, BOMBS[name]())


def ends(reader: Reader, body: bytes) -> None:
    """With a reading that tells nothing of this machine, or with a known error, in time."""
    start = time.monotonic()
    try:
        text = json.dumps(reader.read(body))
    except (UnreadableDocument, WorkerDied, ReadTimeout) as error:
        text = str(error)
    assert time.monotonic() - start < reader.seconds + 10
    assert socket.gethostname() not in text
