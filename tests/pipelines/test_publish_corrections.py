"""Reviewed corrections in published reports: they survive every reading, and a change of them is folded."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.corrections import Corrections
from pipelines.report.corrected import Reviewed, Said
from tests.pipelines.folding import SITE, Desk, container, document
from tests.pipelines.test_item_pipelines import Visits

NAME = (2024, "北京市西城区虚构局")
CELL = "requests.received.total"


def correction(
    sha256: str, cell: str = CELL, *, read: Said = 3, value: Said = 8, member: str | None = None
) -> Reviewed:
    return Reviewed(sha256, cell, read, value, "李四", "seen", date(2026, 1, 31), member)


def received(report: dict[str, Any]) -> Any:
    return report["requests"]["received"]["total"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_correction_is_published_and_says_whose_it_is(desk: Desk) -> None:
    [digest] = desk.crawl(("/a.html", document()))
    desk.corrections = Corrections([correction(digest)])
    desk.publish()
    report = desk.reports()[NAME]
    assert received(report) == 8
    evidence = report["evidence"][CELL]
    assert (evidence["kind"], evidence["document"]) == ("corrected", digest)
    assert evidence["correction"] == {"read": 3, "by": "李四", "why": "seen"}


def test_it_survives_another_parser_and_the_stored_readings_know_nothing_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [digest] = desk.crawl(("/a.html", document()))
    desk.corrections = Corrections([correction(digest)])
    desk.publish()
    before = desk.files()
    monkeypatch.setattr("pipelines.readings.PARSER_VERSION", "9.9.9")
    desk.publish()
    assert desk.plain.asked == 2
    assert desk.files() == before
    readings = (desk.folder / "archive" / "parses").rglob("*.json")
    assert not any(b"corrected" in path.read_bytes() for path in readings)


def test_without_it_the_report_is_what_it_was(desk: Desk) -> None:
    [digest] = desk.crawl(("/a.html", document()))
    desk.publish()
    before = desk.files()
    desk.corrections = Corrections([correction(digest)])
    assert desk.publish().published == (NAME,)
    desk.corrections = Corrections()
    assert desk.publish().published == (NAME,)
    assert desk.files() == before


def test_a_corrected_year_or_body_moves_the_report_and_no_entry_disputes_it(desk: Desk) -> None:
    [digest] = desk.crawl(("/a.html", document()), year=2024)
    desk.publish()
    desk.corrections = Corrections(
        [
            correction(digest, "year", read=2024, value=2023),
            correction(digest, "organization", read="北京市西城区虚构局", value="北京市西城区虚构二局"),
        ]
    )
    done = desk.publish()
    assert (done.published, done.removed) == (((2023, "北京市西城区虚构二局"),), (NAME,))
    [report] = desk.reports().values()
    assert "year-conflict" not in [finding["code"] for finding in report["findings"]]
    assert report["evidence"]["year"]["correction"]["read"] == 2024


def test_a_file_inside_an_archive_is_corrected_alone(desk: Desk) -> None:
    [digest] = desk.crawl(("/a.zip", container(一=document("甲局"), 二=document("乙局"))))
    desk.corrections = Corrections([correction(digest, member="二")])
    desk.publish()
    assert {name[1]: received(report) for name, report in desk.reports().items()} == {"甲局": 3, "乙局": 8}


def test_the_next_crawl_folds_what_changed_corrections_touch_though_no_document_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Visits(tmp_path, monkeypatch)
    asyncio.run(visits.crawl("/a.html", document()))
    asyncio.run(visits.crawl("/b.html", document("北京市西城区虚构二局")))
    [digest] = {source["sha256"] for source in visits.desk.reports()[NAME]["sources"]}
    file = tmp_path / "mine.toml"
    file.write_text(
        f'[[correction]]\nsha256 = "{digest}"\ncell = "{CELL}"\nread = 3\nvalue = 8\n'
        'by = "李四"\nwhy = "seen"\ndate = 2026-01-31\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("GONGKAI_CORRECTIONS", str(file))
    asyncio.run(visits.crawl("/b.html", None))
    assert received(visits.desk.reports()[NAME]) == 8
    with visits.desk.open() as archive:
        assert archive.corrected_by(SITE) != ""
    monkeypatch.delenv("GONGKAI_CORRECTIONS")
    asyncio.run(visits.crawl("/b.html", None))
    assert received(visits.desk.reports()[NAME]) == 3
