"""`gongkai changes` and `gongkai diff`: what they print of an archive in which documents changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from pipelines.history import changes as told_by
from pipelines.history import finding
from pipelines.history.opening import Shows
from tests.made import html
from tests.made.truth import make, with_cell
from tests.pipelines.history.told import HOST, SITE, Here, Told

TRUTH = make(1, year=2024, organization="北京市西城区虚构局")
PAGE = html.page(TRUTH)
OTHER = html.page(with_cell(TRUTH, "requests.received.total", 99))
URL = f"{HOST}/a.html"


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


@pytest.fixture
def run(told: Told, elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line on an archive where a page was counted, corrected and taken down."""

    def here(workers: int = 1) -> Shows:
        return Here()

    monkeypatch.setattr(told_by, "Shows", here)
    monkeypatch.setattr(finding, "Shows", here)
    told.crawl(("/a.html", PAGE), ("/b.html", html.page(make(2, year=2024))))
    told.crawl(("/a.html", PAGE.replace(b"<p", b"<p id='7'", 1)), ("/b.html", None))
    told.crawl(("/a.html", OTHER), ("/b.html", None))
    told.crawl(("/a.html", None), (told.answer("/b.html", status=404), b""))

    def command(verb: str, *words: str) -> Result:
        archive = str(told.folder / "archive")
        return CliRunner().invoke(main, [verb, *words, "--archive", archive], catch_exceptions=False)

    return command


def listed(result: Result) -> list[dict[str, Any]]:
    data = json.loads(result.stdout)
    assert data["schema"] == "gongkai.changes/1"
    found: list[dict[str, Any]] = data["changes"]
    return found


def test_changes_are_listed_without_noise(run: Any) -> None:
    result = run("changes")
    assert result.exit_code == Exit.OK
    lines = result.stdout.splitlines()
    assert "2025-02-03 11:00  tables" in lines[0]
    assert "2024 北京市西城区虚构局" in lines[0]
    assert f"requests.received.total: {TRUTH.requests['received']['total']} → 99" in lines[2]
    assert "withdrawn" in lines[3]
    assert "one run found it gone" in result.stdout
    assert "the server answers 404" in result.stdout
    assert "noise" not in result.stdout
    assert "2 changes: 1 tables, 1 withdrawn; 1 visit more differed" in result.stderr


def test_changes_as_json_can_be_chosen_by_kind_day_and_site(run: Any) -> None:
    assert [one["kind"] for one in listed(run("changes", "--json", "--all"))] == [
        "noise",
        "tables",
        "withdrawn",
    ]
    (change,) = listed(run("changes", SITE, "--json", "--kind", "tables"))
    assert change["cells"] == [
        {
            "path": "requests.received.total",
            "before": TRUTH.requests["received"]["total"],
            "after": 99,
        }
    ]
    assert change["at"] == "2025-02-03T03:00:02Z"
    assert [one["kind"] for one in listed(run("changes", "--json", "--since", "2025-02-04"))] == ["withdrawn"]
    assert listed(run("changes", "--json", "--since", "2026-01-01")) == []


def test_a_site_that_the_archive_does_not_have_is_named(run: Any) -> None:
    assert run("changes", "bjdch").exit_code == Exit.NOT_FOUND
    assert run("changes", "nowhere").exit_code == Exit.USAGE


def test_one_change_is_shown_by_the_beginning_of_its_id(run: Any) -> None:
    (change,) = listed(run("changes", "--json", "--kind", "tables"))
    result = run("diff", change["id"][:6])
    assert result.exit_code == Exit.OK
    assert change["before"] in result.stdout
    assert change["after"] in result.stdout
    assert result.stdout.splitlines()[-3].split()[0] == "requests.received.total"
    assert json.loads(run("diff", change["id"], "--json").stdout) == change


def test_the_newest_change_of_an_address_is_shown_or_that_of_a_day(run: Any) -> None:
    assert run("diff", URL).stdout.startswith("tables")
    assert run("diff", URL, "--at", "2025-02-03").stdout.startswith("tables")
    assert run("diff", URL, "--at", "2025-02-02").stdout.startswith("noise")
    early = run("diff", URL, "--at", "2025-02-01")
    assert early.exit_code == Exit.NOT_FOUND
    assert "2025-02-02" in early.stderr


def test_both_bodies_are_written_as_they_were_received(run: Any, tmp_path: Path) -> None:
    result = run("diff", URL, "--out", str(tmp_path / "out"))
    assert result.exit_code == Exit.OK
    bodies = {path.name.split("-")[0]: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert bodies == {"before": PAGE.replace(b"<p", b"<p id='7'", 1), "after": OTHER}


def test_a_folder_that_cannot_be_written_to_is_named(run: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    result = run("diff", URL, "--out", str(tmp_path / "file" / "out"))
    assert result.exit_code == Exit.USAGE
    assert "name a folder" in result.stderr


def test_markup_is_printed_as_a_unified_diff(run: Any) -> None:
    lines = run("diff", URL, "--markup").stdout.splitlines()
    assert lines[0].startswith(f"--- {URL}")
    assert "+99" in lines
    assert any(line.startswith("-<p id='7'") for line in lines)


@pytest.mark.parametrize("which", ["zz", "ffffffffffff", f"{HOST}/none.html"])
def test_what_is_not_there_is_said(run: Any, which: str) -> None:
    result = run("diff", which)
    assert result.exit_code == Exit.NOT_FOUND
    assert "gongkai changes" in result.stderr


def test_a_body_that_is_lost_cannot_be_written(run: Any, told: Told, tmp_path: Path) -> None:
    (change,) = listed(run("changes", "--json", "--kind", "tables"))
    (told.folder / "archive" / "raw" / change["before"][:2] / change["before"]).unlink()
    result = run("diff", URL, "--out", str(tmp_path / "out"))
    assert result.exit_code == Exit.ARCHIVE
    assert change["before"] in result.stderr
    assert run("diff", URL).stdout.startswith("unread")


def test_an_id_holds_whatever_is_captured_later(run: Any, told: Told) -> None:
    before = {one["id"] for one in listed(run("changes", "--json"))}
    told.now = datetime(2025, 3, 1, tzinfo=UTC)
    told.crawl(("/a.html", PAGE), ("/b.html", html.page(make(2, year=2024))))
    after = {one["id"] for one in listed(run("changes", "--json"))}
    assert before < after
