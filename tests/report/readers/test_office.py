"""DOC, RTF and ODT through LibreOffice: every cell as in the document, and no process that stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.errors import ReadTimeout, UnreadableDocument
from pipelines.report.readers import office
from pipelines.report.readers.sniff import DOC, ODT, RTF
from pipelines.report.stored import reading_from_json
from pipelines.worker import Reader
from tests.made import converters
from tests.made.html import page
from tests.made.truth import make

TRUTH = make("office/1", organization="北京市西城区虚构局", year=2024, busy=0.4)
TEXT = b"{\\rtf1\\ansi hello}"
KINDS = {
    "doc": DOC,
    "rtf": RTF,
    "odt": ODT,
}


@pytest.mark.parametrize("target", KINDS)
def test_a_text_of_another_program_is_read_in_a_worker(target: str) -> None:
    """In a worker, for LibreOffice does not start under the worker's limit of address space."""
    try:
        (body,) = converters.libreoffice([page(TRUTH)], "html", target)
    except converters.ConverterMissing:
        pytest.skip("LibreOffice is not installed")
    with Reader() as reader:
        (report,) = reading_from_json(reader.read(body))
    data, expected = report.to_json(), TRUTH.to_json() | {"published": None}
    assert {key: data[key] for key in expected} == expected
    assert report.sources[0].media_type == KINDS[target]
    assert " with LibreOffice " in report.parser


def test_a_damaged_text_is_not_taken_for_plain_text() -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    with pytest.raises(UnreadableDocument, match="damaged or encrypted"):
        office.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "收到123件".encode() * 200, DOC)


def test_without_libreoffice_the_finding_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    (finding,) = office.read(TEXT, RTF).findings
    assert finding.code == "needs-converter"
    assert "libreoffice-writer-nogui" in finding.message


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice that forks, as the real one does, and never answers; the file names all processes."""
    pids, temporary = tmp_path / "pids", tmp_path / "tmp"
    temporary.mkdir()
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nsleep 300 & echo $! $$ $PPID > {pids}.new; mv {pids}.new {pids}; wait\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return pids


def ended(pids: Path) -> bool:
    """Whether all its processes end within ten seconds and leave no file."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        there = [pid for pid in pids.read_text().split() if Path(f"/proc/{pid}").exists()]
        if not there and not list((pids.parent / "tmp").iterdir()):
            return True
        time.sleep(0.05)
    return False


def test_a_conversion_that_takes_too_long_is_ended_with_all_its_processes(
    hanging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "SECONDS", 1.0)
    with pytest.raises(UnreadableDocument, match="took longer"):
        office.read(TEXT, RTF)
    assert ended(hanging)


def test_a_worker_that_is_killed_takes_its_conversion_along(hanging: Path) -> None:
    with Reader(seconds=3) as reader, pytest.raises(ReadTimeout):
        reader.read(TEXT)
    assert ended(hanging)


def test_a_guard_that_is_told_to_end_takes_its_conversion_along(hanging: Path) -> None:
    """As when a service is stopped: every process is sent SIGTERM."""
    with ThreadPoolExecutor() as threads:
        reading = threads.submit(office.read, TEXT, RTF)
        while not hanging.exists():
            time.sleep(0.05)
        os.kill(int(hanging.read_text().split()[-1]), signal.SIGTERM)
        with pytest.raises(UnreadableDocument):
            reading.result(timeout=10)
    assert ended(hanging)
