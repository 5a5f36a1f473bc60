"""`gongkai rebuild`: what is derived comes again from what was captured, byte for byte."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from storage.archive import Archive
from tests.made.html import page
from tests.made.pdf import pdf
from tests.made.truth import Truth, make
from tests.pipelines.folding import SITE, Desk

ONE: Truth = make("rebuild/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
TWO: Truth = make("rebuild/2", organization="北京市西城区虚构二局", year=2023, busy=0.5)


class Shop:
    """An archive of two published reports, and what `gongkai rebuild` makes of it."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder)
        self.root = folder / "archive"
        self.one, self.two = self.desk.crawl(("/a.html", page(ONE)), ("/b.html", page(TWO)))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["rebuild", *words, "--archive", str(self.root), "--jobs", "1"])

    def data(self, *words: str) -> dict[str, Any]:
        result = self.run("--json", *words)
        (site,) = json.loads(result.stdout_bytes)["sites"]
        return dict(site) | {"exit": result.exit_code}

    def files(self) -> dict[str, bytes]:
        """All that the archive holds, by key."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)): path.read_bytes() for path in files}

    def keys(self, kind: str) -> list[str]:
        return sorted(key for key in self.files() if key.startswith(f"{kind}/"))

    def write(self, key: str, data: bytes) -> None:
        path = self.root / key
        path.unlink(missing_ok=True)
        path.write_bytes(data)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    shop = Shop(tmp_path)
    assert shop.run().exit_code == Exit.OK
    return shop


def test_what_is_derived_comes_again_byte_for_byte(shop: Shop, tmp_path: Path) -> None:
    before = shop.files()
    assert len(shop.keys("reports")) == len(shop.keys("parses")) == 2
    for derived in (shop.root / "reports", shop.root / "parses", tmp_path / "state"):
        shutil.rmtree(derived)
    done = shop.run()
    assert done.exit_code == Exit.OK, done.output
    assert done.stdout.splitlines() == [
        f"new     {SITE} 2023 {TWO.organization}",
        f"new     {SITE} 2024 {ONE.organization}",
    ]
    assert f"{SITE}: 2 captures indexed, 2 documents read, 0 reports as they were, 2 new" in done.stderr
    assert shop.files() == before


def test_an_index_that_is_wrong_is_made_right(shop: Shop, tmp_path: Path) -> None:
    """As after a bug or a bad disk: sound as a file, and not what the journal says."""
    before = shop.files()
    (ledger,) = (tmp_path / "state").rglob("ledger.sqlite")
    with closing(sqlite3.connect(ledger)) as file, file:
        file.execute("DELETE FROM captures WHERE number = 0")
    assert shop.data()["captures"] == 2
    assert shop.files() == before
    with Archive.open(str(shop.root)) as archive:
        assert len(list(archive.captures(SITE))) == 2
        assert not archive.dirty(SITE)


def test_a_rebuild_of_what_is_right_moves_nothing(shop: Shop) -> None:
    before = {path: path.stat().st_mtime_ns for path in shop.root.rglob("*")}
    done = shop.run(SITE)
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    assert "2 captures indexed, 2 reports as they were" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in shop.root.rglob("*")} == before


def test_a_report_that_says_something_else_is_made_right_and_named(shop: Shop) -> None:
    before, key = shop.files(), shop.keys("reports")[1]
    report = json.loads(before[key])
    right = report["requests"]["received"]["total"]
    report["requests"]["received"]["total"] = right + 1
    shop.write(key, json.dumps(report).encode())
    site = shop.data()
    (moved,) = site["reports"]
    assert moved["cells"] == [{"path": "requests.received.total", "before": right + 1, "after": right}]
    assert (site["exit"], site["read"], site["unchanged"]) == (Exit.OK, 0, 1)
    assert shop.files() == before


def test_what_lies_among_the_reports_and_is_none_is_taken_away_and_kept(shop: Shop) -> None:
    before, (key, other) = shop.files(), shop.keys("reports")
    stray = f"{key.rpartition('/')[0]}/nobody-0a1b2c3d.json"
    shop.write(key, b"{")
    shop.write(stray, before[other])
    site = shop.data()
    reasons = {one["key"]: one["reason"] for one in site["put_aside"]}
    assert set(reasons) == {key, stray}
    assert "it is no report" in reasons[key]
    assert reasons[stray] == f"it is the report that belongs under {other}"
    assert shop.keys("reports") == [key, other]
    assert [one["change"] for one in site["reports"]] == ["new"]
    kept = {
        one["quarantined"]: data for one, data in zip(site["put_aside"], (b"{", before[other]), strict=True)
    }
    assert shop.files() == before | kept


def test_a_reading_that_lacked_a_program_stays_as_it_is(shop: Shop) -> None:
    """Another machine may have less: a rebuild must not turn its archive into what this one can read."""
    key = next(key for key in shop.keys("parses") if shop.one in key)
    reading = json.loads(shop.files()[key])
    wanting = {"code": "needs-ocr", "severity": "warning", "where": "", "message": "no recognition"}
    reading["documents"][0]["findings"].append(wanting)
    with Archive.open(str(shop.root)) as archive:
        archive.put_parse(key.split("/")[1], shop.one, reading)
    assert shop.data()["read"] == 0


def test_a_document_that_cannot_be_read_is_named_and_keeps_no_other(shop: Shop) -> None:
    shop.desk.crawl(("/bad.pdf", pdf(TWO)[:3000]))
    done = shop.run()
    assert done.exit_code == Exit.INCOMPLETE
    assert "not read: https://www.bjxch.gov.cn/bad.pdf: the PDF is damaged" in done.stderr
    assert len(shop.keys("reports")) == 2


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_holes_in_the_journal_move_no_report(harm: str, shop: Shop, tmp_path: Path) -> None:
    shop.desk.crawl(("/a.html", page(make("rebuild/3", organization=ONE.organization, year=2024))))
    assert shop.data()["reports"][0]["change"] == "changed"
    published = shop.desk.files()
    hole = shop.keys("captures")[1]
    data = shop.files()[hole]
    if harm == "gone":
        (shop.root / hole).unlink()
    else:
        shop.write(hole, data[:-9])
    shutil.rmtree(tmp_path / "state")
    done = shop.run()
    assert done.exit_code == Exit.DAMAGED
    assert f"damaged or gone: {hole}" in done.stderr
    assert f"gongkai verify {SITE} --repair --from" in done.stderr
    assert shop.desk.files() == published
    assert shop.data()["journal_holes"] == [hole]
    shop.write(hole, data)
    assert shop.run().exit_code == Exit.OK
    assert shop.desk.files() == published


def test_what_a_dead_run_left_is_brought_in_before(shop: Shop) -> None:
    body = page(make("rebuild/4", organization="北京市西城区虚构四局", year=2024))
    with Archive.open(str(shop.root)) as archive:
        archive.start_run(SITE, shop.desk.now).record(shop.desk.capture("/d.html", body), body)
    done = shop.run()
    assert f"{SITE}: 1 capture brought in from the spool" in done.stderr
    assert f"{SITE}: 3 captures indexed, 1 documents read, 2 reports as they were, 1 new" in done.stderr


def test_a_site_that_is_being_crawled_is_left_alone(shop: Shop) -> None:
    with Archive.open(str(shop.root)) as archive, archive.held(SITE):
        done = shop.run()
    assert done.exit_code == Exit.BUSY
    assert "Another process is crawling bjxch" in done.stderr


def test_what_is_not_there_is_a_sentence(shop: Shop, tmp_path: Path) -> None:
    assert shop.run("nowhere").exit_code == Exit.USAGE
    assert shop.run("bengbu").exit_code == Exit.NOT_FOUND
    none = CliRunner().invoke(main, ["rebuild", "--archive", str(tmp_path / "nothing")])
    assert none.exit_code == Exit.ARCHIVE
    assert not (tmp_path / "nothing").exists()
