"""`gongkai parse` of a file with several documents: one report prints as one, several as a list."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from tests.made.archives import zipped
from tests.made.html import page
from tests.made.truth import make

NAMES = ("北京市西城区虚构局", "北京市西城区示例局")
PAGES = [page(make(f"cli/{name}", organization=name, year=2024, busy=0.3)) for name in NAMES]
LETTER = "关于报送材料的函\n各有关单位：请于本周五前报送材料。\n".encode()


def parse(folder: Path, files: dict[str, bytes], *words: str) -> Result:
    path = folder / "reports.zip"
    path.write_bytes(zipped(files))
    return CliRunner().invoke(main, ["parse", str(path), *words])


def test_several_reports_are_a_list_and_the_rest_is_said(tmp_path: Path) -> None:
    files = {"一.html": PAGES[0], "函.txt": LETTER, "二.html": PAGES[1], "三.pdf": b"%PDF-1.7 cut"}
    result = parse(tmp_path, files)
    assert result.exit_code == Exit.OK
    data = json.loads(result.stdout_bytes)
    assert [report["organization"] for report in data] == list(NAMES)
    assert [report["sources"][0]["member"] for report in data] == ["一.html", "二.html"]
    assert "函.txt: not an annual report: " in result.stderr
    assert "not read: 三.pdf: " in result.stderr
    table = parse(tmp_path, files, "--table").stdout
    assert all(name in table for name in NAMES)


def test_one_report_prints_as_one(tmp_path: Path) -> None:
    data = json.loads(parse(tmp_path, {"一.html": PAGES[0], "函.txt": LETTER}).stdout_bytes)
    assert data["organization"] == NAMES[0]


def test_none_that_is_a_report_exits_3_and_none_that_can_be_read_4(tmp_path: Path) -> None:
    assert parse(tmp_path, {"函.txt": LETTER}).exit_code == Exit.NOT_A_REPORT
    result = parse(tmp_path, {"三.pdf": b"%PDF-1.7 cut"})
    assert result.exit_code == Exit.UNREADABLE
    assert "三.pdf" in result.stderr
