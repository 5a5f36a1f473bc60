"""`gongkai parse`: one document in, JSON or tables out, and what happens to everything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from tests.made.html import page
from tests.made.truth import Truth, make, with_errors

ROOT = Path(__file__).parents[2]
TRUTH: Truth = make("cli/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
TABLES = ("active_disclosure", "requests", "review")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_bytes(page(TRUTH))
    return path


def parse(*words: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["parse", *map(str, words)], input=stdin)


def tables(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in TABLES}


def test_the_json_on_stdout_is_what_the_document_says(document: Path) -> None:
    result = parse(document)
    assert result.exit_code == 0
    data = json.loads(result.stdout_bytes)
    assert tables(data) == tables(TRUTH.to_json())
    assert (data["organization"], data["year"]) == ("北京市西城区虚构局", 2024)
    assert data["sources"][0]["url"] is None


def test_findings_are_said_on_stderr(tmp_path: Path, document: Path) -> None:
    assert parse(document).stderr == "gongkai: 北京市西城区虚构局, 2024: no findings\n"
    wrong = tmp_path / "wrong.html"
    wrong.write_bytes(page(with_errors(TRUTH)))
    said = parse(wrong).stderr
    assert said.startswith("gongkai: 北京市西城区虚构局, 2024: ")
    assert "requests-" in said


def test_the_address_is_recorded_and_no_evidence(document: Path) -> None:
    data = json.loads(parse(document, "--url", "https://x.gov.cn/2019/report.html").stdout_bytes)
    assert data["sources"][0]["url"] == "https://x.gov.cn/2019/report.html"
    data["sources"][0]["url"] = None
    assert data == json.loads(parse(document).stdout_bytes)


def test_a_dash_reads_standard_input(document: Path) -> None:
    assert parse("-", stdin=document.read_bytes()).stdout == parse(document).stdout


def test_a_table_for_people(document: Path) -> None:
    text = parse(document, "--table").stdout
    assert "表三  收到和处理政府信息公开申请情况" in text
    assert str(TRUTH.requests["received"]["total"]) in text


def test_what_is_no_report_prints_its_json_and_exits_3(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("关于报送材料的函\n各有关单位：请于本周五前报送材料。\n", encoding="utf-8")
    result = parse(letter)
    assert result.exit_code == Exit.NOT_A_REPORT
    assert "not-a-report" in [finding["code"] for finding in json.loads(result.stdout_bytes)["findings"]]
    assert result.stderr.startswith("gongkai: not an annual report: ")


def unreadable(result: Result, says: str) -> None:
    assert result.exit_code == Exit.UNREADABLE
    assert result.stdout == ""
    assert result.stderr.startswith("gongkai: ")
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_file_is_unreadable(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    unreadable(parse(empty), "empty.pdf is empty")
    unreadable(parse("-", stdin=b""), "standard input is empty")


def test_a_cut_pdf_is_unreadable(tmp_path: Path) -> None:
    from tests.made.pdf import pdf

    cut = tmp_path / "cut.pdf"
    cut.write_bytes(pdf(TRUTH)[:3000])
    unreadable(parse(cut), "cut.pdf")


def test_an_encrypted_pdf_is_unreadable(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt="secret")
    canvas.drawString(100, 100, "locked")
    canvas.save()
    unreadable(parse(path), "locked.pdf")


def test_a_file_of_200_mb_is_not_even_opened(tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as out:
        out.truncate(200 << 20)
    unreadable(parse(large), "more than 64 are not read")


def test_endless_input_ends() -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [sys.executable, "-m", "crawler.cli", "parse", "-"],
            stdin=endless,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert done.returncode == Exit.UNREADABLE
    assert done.stderr == "gongkai: standard input has more than 64 MiB; no report has\n"


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    unreadable(parse(tmp_path), "is a folder; name one of its files")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    result = parse(tmp_path / "none.pdf")
    assert result.exit_code == Exit.USAGE
    assert "there is no such file" in result.stderr


def test_json_is_utf_8_whatever_the_locale(document: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "parse", str(document)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii:backslashreplace", "PYTHONUTF8": "0", "LC_ALL": "C"},
        capture_output=True,
    )
    assert json.loads(done.stdout.decode("utf-8"))["organization"] == "北京市西城区虚构局"


def test_tables_come_out_in_a_locale_that_lacks_their_signs(document: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "parse", "--table", str(document)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == Exit.OK, done.stderr
    assert "2024" in done.stdout
