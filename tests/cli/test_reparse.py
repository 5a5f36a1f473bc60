"""`gongkai reparse`: an archive read again, what that changes, and that nothing moves unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from pipelines.report.read import PARSER_VERSION
from storage.archive import Archive
from storage.keys import parse_key
from tests.made.html import page
from tests.made.pdf import pdf
from tests.made.truth import Truth, make
from tests.pipelines.folding import SITE, Desk

ONE: Truth = make("reparse/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
TWO: Truth = make("reparse/2", organization="北京市西城区虚构二局", year=2024, busy=0.5)
CELL = "requests.received.total"


class Shop:
    """An archive whose readings an older parser made, and wrong: one total is off by one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GONGKAI_STATE", str(folder / "state"))
        self.desk = Desk(folder)
        self.url = str(folder / "archive")
        self.monkeypatch = monkeypatch

    def crawl(self, *documents: tuple[str, bytes]) -> list[str]:
        """Captures of these documents, nothing read yet; gives their digests."""
        return self.desk.crawl(*documents)

    def run(self, *words: str) -> Result:
        """`gongkai reparse` on this archive."""
        return CliRunner().invoke(main, ["reparse", *words, "--archive", self.url, "--jobs", "1"])

    def data(self, *words: str) -> dict[str, Any]:
        """What it prints as JSON."""
        result = self.run("--json", *words)
        data: dict[str, Any] = json.loads(result.stdout_bytes)
        return data | {"exit": result.exit_code}

    def spoil(self, digest: str) -> None:
        """Makes the stored reading of a body say something else, as an older parser's would."""
        with Archive.open(self.url) as archive:
            reading = archive.parse(PARSER_VERSION, digest)
            assert reading is not None
            reading["documents"][0]["requests"]["received"]["total"] += 1
            archive.put_parse(PARSER_VERSION, digest, reading)

    def forget(self, digest: str) -> None:
        """Takes a reading away, as if an older parser had made it under its own version."""
        (Path(self.url) / parse_key(PARSER_VERSION, digest)).unlink()

    def total(self) -> Any:
        """一、本年新收, 总计, as published."""
        return self.desk.reports()[ONE.year, ONE.organization]["requests"]["received"]["total"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path, monkeypatch)


def right() -> Any:
    return ONE.requests["received"]["total"]


def test_what_changes_is_shown_cell_by_cell_and_moves_only_when_asked(shop: Shop) -> None:
    [one, _] = shop.crawl(("/a.html", page(ONE)), ("/b.html", page(TWO)))
    assert shop.run(SITE, "--publish").exit_code == Exit.OK
    shop.spoil(one)
    shop.desk.publish()
    assert shop.total() == right() + 1
    shop.forget(one)
    before = shop.desk.files()

    dry = shop.data(SITE)
    (site,) = dry["sites"]
    assert (site["read"], site["published"], site["unchanged"], dry["exit"]) == (1, False, 1, 0)
    (moved,) = site["reports"]
    assert (moved["year"], moved["organization"], moved["change"]) == (2024, ONE.organization, "changed")
    assert moved["cells"] == [{"path": CELL, "before": right() + 1, "after": right()}]
    assert shop.desk.files() == before

    told = shop.run(SITE, "--publish")
    assert f"{right() + 1} → {right()}" in told.stdout
    assert CELL in told.stdout
    assert "1 changed, 0 new, 0 gone" in told.stderr
    assert shop.total() == right()
    assert shop.data(SITE)["sites"][0]["reports"] == []


def test_new_and_gone_reports_are_named(shop: Shop) -> None:
    [one] = shop.crawl(("/a.html", page(ONE)))
    new = shop.data()["sites"][0]["reports"]
    assert [(report["organization"], report["change"]) for report in new] == [(ONE.organization, "new")]
    assert shop.desk.reports() == {}
    shop.run("--publish")
    with Archive.open(shop.url) as archive:
        reading = archive.parse(PARSER_VERSION, one)
        assert reading is not None
        reading["documents"][0]["organization"] = "北京市西城区虚构三局"
        archive.put_parse(PARSER_VERSION, one, reading)
    kinds = {report["organization"]: report["change"] for report in shop.data()["sites"][0]["reports"]}
    assert kinds == {"北京市西城区虚构三局": "new", ONE.organization: "gone"}


def test_what_has_a_reading_is_not_read_again_unless_all_is(shop: Shop) -> None:
    [one] = shop.crawl(("/a.html", page(ONE)))
    assert shop.data()["sites"][0]["read"] == 1
    shop.spoil(one)
    assert shop.data()["sites"][0]["read"] == 0
    (site,) = shop.data("--all", "--publish")["sites"]
    assert site["read"] == 1
    assert shop.total() == right()


def test_what_was_left_unread_for_want_of_a_program_is_tried_again(shop: Shop) -> None:
    [one] = shop.crawl(("/a.html", page(ONE)))
    shop.run("--publish")
    with Archive.open(shop.url) as archive:
        reading = archive.parse(PARSER_VERSION, one)
        assert reading is not None
        wanting = {"code": "needs-converter", "severity": "warning", "where": "", "message": "no LibreOffice"}
        reading["documents"][0]["findings"].append(wanting)
        archive.put_parse(PARSER_VERSION, one, reading)
    assert shop.data("--publish")["sites"][0]["read"] == 1
    assert shop.total() == right()


def test_one_bad_document_does_not_stop_it(shop: Shop) -> None:
    shop.crawl(("/bad.pdf", pdf(TWO)[:3000]), ("/a.html", page(ONE)))
    result = shop.run("--publish")
    assert result.exit_code == Exit.INCOMPLETE
    assert "not read: https://www.bjxch.gov.cn/bad.pdf: the PDF is damaged" in result.stderr
    assert shop.total() == right()
    assert [left["url"][-8:] for left in shop.data()["sites"][0]["unread"]] == ["/bad.pdf"]


def test_an_interrupted_reparse_goes_on_where_it_stopped(shop: Shop) -> None:
    shop.crawl(("/a.html", page(ONE)), ("/b.html", page(TWO)))
    kept: list[str] = []

    def interrupted(archive: Archive, version: str, sha256: str, reading: dict[str, Any]) -> None:
        if kept:
            raise KeyboardInterrupt
        kept.append(sha256)
        put(archive, version, sha256, reading)

    put = Archive.put_parse
    with shop.monkeypatch.context() as patched:
        patched.setattr(Archive, "put_parse", interrupted)
        shop.run()
    assert shop.data()["sites"][0]["read"] == 1


def correction(folder: Path, digest: str, read: object, value: object) -> str:
    file = folder / "mine.toml"
    file.write_text(
        f'[[correction]]\nsha256 = "{digest}"\ncell = "{CELL}"\nread = {read}\nvalue = {value}\n'
        'by = "李四"\nwhy = "seen"\ndate = 2026-01-31\n',
        encoding="utf-8",
    )
    return str(file)


def test_stale_and_foreign_corrections_are_named(shop: Shop, tmp_path: Path) -> None:
    [one] = shop.crawl(("/a.html", page(ONE)))
    shop.monkeypatch.setenv("GONGKAI_CORRECTIONS", correction(tmp_path, one, right() + 3, right() + 5))
    data = shop.data("--publish")
    (stale,) = data["sites"][0]["stale_corrections"]
    assert (stale["where"], stale["severity"], stale["organization"]) == (CELL, "warning", ONE.organization)
    assert data["unused_corrections"] == []
    assert shop.total() == right() + 5
    assert f"now it reads {right()}" in shop.run().stderr  # said again, though nothing moves any more
    shop.monkeypatch.setenv("GONGKAI_CORRECTIONS", correction(tmp_path, "ab" * 32, 1, 2))
    assert shop.data()["unused_corrections"][0]["sha256"] == "ab" * 32
    assert (
        f"mine.toml: correction 1 corrects {CELL} of {'ab' * 32}: the archive holds no" in shop.run().stderr
    )


def test_a_correction_of_a_member_that_is_not_there_is_named(shop: Shop, tmp_path: Path) -> None:
    [one] = shop.crawl(("/a.html", page(ONE)))
    file = Path(correction(tmp_path, one, right(), right() + 5))
    file.write_text(file.read_text("utf-8").replace("cell =", 'member = "a.docx"\ncell ='), "utf-8")
    shop.monkeypatch.setenv("GONGKAI_CORRECTIONS", str(file))
    (unused,) = shop.data("--publish")["unused_corrections"]
    assert unused["reason"] == "that file was not read, or has no such member or part"
    assert shop.total() == right()


def test_a_site_that_is_being_crawled_is_left_alone(shop: Shop) -> None:
    shop.crawl(("/a.html", page(ONE)))
    with Archive.open(shop.url) as archive, archive.held(SITE):
        result = shop.run(SITE)
    assert result.exit_code == Exit.BUSY
    assert "Another process is crawling bjxch" in result.stderr
    assert shop.run(SITE).exit_code == Exit.OK


@pytest.mark.parametrize(("site", "code"), [("bjxch", Exit.NOT_FOUND), ("nowhere", Exit.USAGE)])
def test_a_site_that_the_archive_lacks_is_a_sentence(shop: Shop, site: str, code: Exit) -> None:
    Archive.open(shop.url).close()
    assert shop.run(site).exit_code == Exit.NOT_FOUND
    with Archive.open(shop.url) as archive:
        run = archive.start_run("other", shop.desk.now)
        run.record(shop.desk.capture("/a.html", b"x"), b"x")
        run.finish({})
    result = shop.run(site)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr
