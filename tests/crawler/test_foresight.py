"""A dry run asks for lists only, and says what a crawl would ask for, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.exits import Exit
from storage.archive import Archive
from storage.journal import Capture, Role
from tests.crawler.web import COLUMN, HOST, Web, rows

NOW = datetime.now(UTC)
PAGES = {COLUMN: rows(1, 2, 3, title="虚构{}局2022年政府信息公开工作年度报告")}


def url(number: int) -> str:
    return f"{COLUMN}202501/t20250120_{number}.html"


def known(address: str, role: Role, days: int, **hints: str | int) -> Capture:
    when = NOW - timedelta(days=days)
    return Capture("xulian", "", address, address, 200, when, when, role, hints=dict(hints))


def test_without_an_archive_all_is_new_and_no_report_is_asked_for(tmp_path: Path) -> None:
    web = Web(PAGES)
    web.archive = str(tmp_path / "archive")
    spider = web.crawl(dry="1")
    assert web.asked == ["/zwgk/zfxxgknb/"]
    assert [(d.url, d.year, d.organization, d.why) for d in spider.would_fetch] == [
        (url(1), 2022, "虚构乙局", "new"),
        (url(2), 2022, "虚构丙局", "new"),
        (url(3), 2022, "虚构丁局", "new"),
    ]
    assert spider.record.exit("finished") is Exit.OK
    assert not Path(web.archive).exists()


def test_what_rests_is_left_out_and_a_known_file_that_is_due_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    title = "虚构{}局2022年政府信息公开工作年度报告"
    file = f"{HOST}/upload/1.pdf"
    web = Web(PAGES)
    web.archive = str(tmp_path / "archive")
    with Archive.open(web.archive) as archive:
        run = archive.start_run("xulian", NOW)
        for number, place, days in ((1, "乙", 3), (2, "丙", 90)):
            told: dict[str, str | int] = {
                "title": title.format(place),
                "organization": f"虚构{place}局",
                "year": 2022,
            }
            run.record(known(url(number), "report", days, **told), b"<html>%d</html>" % number)
        run.record(known(file, "attachment", 90, title="附件", year=2022, parent=url(1)), b"%PDF-1")
        run.finish({})
    before = sorted(Path(web.archive).rglob("*"))
    spider = web.crawl(dry="1")
    assert {(d.role, d.url, d.why) for d in spider.would_fetch} == {
        ("attachment", file, "due"),
        ("report", url(2), "due"),
        ("report", url(3), "new"),
    }
    assert spider.record.count("resting") == 1
    assert sorted(Path(web.archive).rglob("*")) == before
    assert len(web.crawl(dry="1", recheck="1").would_fetch) == 4
