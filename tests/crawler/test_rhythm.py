"""What rests, and why the rest is asked for: by the archive's last word on an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from crawler.rhythm import Answer, Rhythm
from storage.archive import Archive
from storage.errors import ArchiveUnusable
from storage.journal import Capture

NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
URL = "http://www.xugou-jie.gov.cn/zfxxgknb/202301/t20230120_1.html"
TITLE = "虚构局2022年政府信息公开工作年度报告"
KNOWN = Capture(
    site="xujie",
    run="",
    url=URL,
    final_url=URL,
    status=200,
    requested=NOW - timedelta(days=10),
    received=NOW - timedelta(days=10),
    role="report",
    headers=(("ETag", '"1"'),),
    hints={"title": TITLE, "year": 2022, "published": "2023-01-20"},
)


def ask(
    folder: Path,
    *captures: Capture,
    recheck: bool = False,
    days: int = 30,
    hints: dict[str, str | int] | None = None,
) -> Answer:
    """What the rhythm says of the address after these captures; hints as its list has them now."""
    with Archive.open(str(folder / "archive"), state=folder / "state") as archive:
        run = archive.start_run("xujie", NOW)
        for capture in captures:
            run.record(capture, None if capture.status == 304 else b"<html>1</html>")
        run.finish({})
        rhythm = Rhythm("xujie", latest=2025, days=days, recheck=recheck, now=NOW)
        told = captures[-1].hints if captures else {}
        return rhythm.ask(archive, URL, told | (hints or {}))


def test_what_nobody_knows_is_new(tmp_path: Path) -> None:
    assert ask(tmp_path) == Answer(None, "new")
    assert Rhythm("xujie", latest=2025, days=30, recheck=False).ask(None, URL, {}) == Answer(None, "new")


def test_an_older_report_rests_for_its_time_and_not_much_longer(tmp_path: Path) -> None:
    assert ask(tmp_path, KNOWN).rests is not None
    for days, rests in ((29, True), (41, False)):
        old = replace(KNOWN, received=NOW - timedelta(days=days))
        assert (ask(tmp_path / str(days), old).rests is not None) is rests
    assert ask(tmp_path / "other", KNOWN, days=5).why == "due"
    assert ask(tmp_path / "never", replace(KNOWN, received=NOW), days=0) == Answer(None, "due")


def test_not_all_come_due_on_one_day() -> None:
    rhythm = Rhythm("xujie", latest=2025, days=30, recheck=False, now=NOW)
    days = {rhythm.rest(f"{URL}?{number}").days for number in range(100)}
    assert min(days) >= 30
    assert max(days) <= 40
    assert len(days) >= 8
    assert rhythm.rest(URL) == rhythm.rest(URL)


def test_the_two_newest_years_are_asked_for_each_time(tmp_path: Path) -> None:
    for year, why in ((2025, "asked each time"), (2024, "asked each time"), (2023, "due")):
        fresh = replace(KNOWN, received=NOW - timedelta(hours=1), hints={"title": TITLE, "year": year})
        answer = ask(tmp_path / str(year), fresh)
        assert (answer.rests is None, answer.why) == (year > 2023, why)


def test_without_validators_once_a_day(tmp_path: Path) -> None:
    bare = replace(KNOWN, headers=(), hints={"title": TITLE, "year": 2025})
    assert ask(tmp_path / "1", replace(bare, received=NOW - timedelta(hours=1))).rests is not None
    assert ask(tmp_path / "2", replace(bare, received=NOW - timedelta(hours=23))).rests is None


@pytest.mark.parametrize(
    "hint",
    [
        {"title": "虚构局2022年政府信息公开工作年度报告（更正）"},
        {"published": "2023-05-01"},
        {"organization": "虚构局"},
    ],
)
def test_other_words_in_the_list_or_the_entry_make_it_due(hint: dict[str, str | int], tmp_path: Path) -> None:
    assert ask(tmp_path, KNOWN, hints=hint) == Answer(None, "changed")


def test_recheck_lets_nothing_rest(tmp_path: Path) -> None:
    assert ask(tmp_path, KNOWN, recheck=True) == Answer(None, "due")


@pytest.mark.parametrize("spoilt", [{"status": 404}, {"flags": ("soft-404",)}, {"flags": ("blocked",)}])
def test_what_went_wrong_last_time_does_not_rest(spoilt: dict[str, object], tmp_path: Path) -> None:
    later = replace(KNOWN, received=NOW - timedelta(days=1), **spoilt)  # type: ignore[arg-type]
    assert ask(tmp_path, KNOWN, later) == Answer(None, "due")


def test_folder_and_date_tell_an_older_report_where_nothing_else_does(tmp_path: Path) -> None:
    untold = replace(KNOWN, received=NOW - timedelta(hours=30), hints={"title": "虚构局"})
    assert ask(tmp_path / "1", untold).why == "asked each time"
    dated = replace(untold, hints={"title": "虚构局", "published": "2021-02-01"})
    assert ask(tmp_path / "2", dated).rests is not None
    rhythm = Rhythm("xujie", latest=2025, days=30, recheck=False, now=NOW)
    with Archive.open(str(tmp_path / "1" / "archive"), state=tmp_path / "1" / "state") as archive:
        assert rhythm.ask(archive, URL, {"title": "虚构局"}, folder=2022).rests is not None
        assert rhythm.ask(archive, URL, {"title": "虚构局"}, folder=2025).rests is None


@pytest.mark.parametrize(("addresses", "rests"), [(2, True), (3, False)])
def test_one_page_in_place_of_many_does_not_rest(addresses: int, rests: bool, tmp_path: Path) -> None:
    """The first answers of a throttled host: too few, when they came, to be told from pages."""
    urls = [URL.replace("_1.html", f"_{number}.html") for number in range(1, addresses + 1)]
    same = [replace(KNOWN, url=url, final_url=url) for url in urls]
    assert (ask(tmp_path, *same).rests is not None) is rests


def test_what_the_archive_cannot_say_just_now_is_new() -> None:
    away = Mock(last=Mock(side_effect=ArchiveUnusable("a ledger was lost while the store is away")))
    rhythm = Rhythm("xuxian", latest=2024, days=30, recheck=False)
    assert rhythm.ask(away, "https://www.xuxian.gov.cn/1.html", {}) == Answer(None, "new")
