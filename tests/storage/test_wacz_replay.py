"""Others' tools take a WACZ file: py-wacz and warcio find it sound, pywb replays it to a real browser."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.export.selection import select
from storage.export.wacz import write_wacz
from tests.servers.webarchive import Replay, tool
from tests.storage import exported
from tests.storage.exported import COPY, CUT, MOVED, PAGE, PDF, SITE


@pytest.fixture(scope="module")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wacz")
    with exported.fill(folder) as archive:
        write_wacz(select(archive, SITE), folder / "site.wacz")
    return folder / "site.wacz"


@pytest.fixture(scope="module")
def replay(wacz: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    with Replay(tmp_path_factory.mktemp("pywb"), wacz) as running:
        yield running


def test_py_wacz_finds_it_valid(wacz: Path) -> None:
    done = tool("wacz", "validate", "-f", wacz)
    assert done.returncode == 0
    assert "the passed WACZ is valid" in done.stdout
    assert "Version detected as 1.1.1" in done.stdout


def test_py_wacz_finds_a_changed_one_invalid(wacz: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.wacz"
    with zipfile.ZipFile(wacz) as whole, zipfile.ZipFile(changed, "w") as other:
        for name in whole.namelist():
            data = whole.read(name)
            other.writestr(name, data.replace(b"published", b"publisher") if "pages" in name else data)
    done = tool("wacz", "validate", "-f", changed)
    assert "the passed WACZ is valid" not in done.stdout


def test_warcio_finds_every_digest_right(wacz: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wacz) as package:
        package.extract("archive/data.warc.gz", tmp_path)
    done = tool("warcio", "check", tmp_path / "archive" / "data.warc.gz")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_browser_opens_a_report_and_its_attachment(replay: Replay) -> None:
    page = replay.look(PAGE)
    assert f"<h1>{exported.TITLE}</h1>" in page
    assert 'href="2025.pdf"' in page
    # By a script in the browser: headless Chromium's PDF viewer never comes to an end.
    assert replay.fetch(PDF) == (200, exported.PDF_BODY)


def test_a_browser_sees_a_body_that_another_address_sent_first(replay: Replay) -> None:
    assert exported.TITLE in replay.look(COPY)


def test_a_browser_is_led_on_by_a_rebuilt_redirect(replay: Replay) -> None:
    assert exported.TITLE in replay.look(MOVED)


def test_a_body_that_broke_off_is_shown_as_far_as_it_came(replay: Replay) -> None:
    assert replay.fetch(CUT) == (200, b"<p>cut")
