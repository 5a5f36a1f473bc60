"""`gongkai parse --evidence-image`: what a reading looks like over its document; and `--corrections`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from crawler.cli import main
from crawler.exits import Exit
from tests.made.html import page
from tests.made.pdf import pdf
from tests.made.truth import Truth, make

TRUTH: Truth = make("cli/2", organization="北京市西城区虚构局", year=2024, busy=0.5)
CELL = "requests.received.total"


@pytest.fixture(scope="module")
def body() -> bytes:
    return pdf(TRUTH)


def parse(*words: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["parse", *map(str, words)], input=stdin)


def test_pages_of_a_pdf_are_written_as_pictures_and_named_on_stderr(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "report.pdf").write_bytes(body)
    result = parse("--evidence-image", tmp_path / "report.pdf", "--out", tmp_path / "new" / "folder")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    start = f"report-{hashlib.sha256(body).hexdigest()[:12]}-p"
    assert names == [f"{start}{number:02d}.png" for number in range(1, len(names) + 1)]
    for name in names:
        Image.open(tmp_path / "new" / "folder" / name).verify()
        assert f"wrote {tmp_path / 'new' / 'folder' / name}" in result.stderr


def test_documents_of_one_name_do_not_collide(tmp_path: Path) -> None:
    for year in (2023, 2024):
        other = page(make("cli/3", organization="北京市西城区虚构局", year=year))
        assert parse("--evidence-image", "-", "--out", tmp_path, stdin=other).exit_code == 0
    assert len(list(tmp_path.glob("stdin-*.html"))) == 2


def test_tables_are_printed_beside_the_pictures_where_they_are_asked_for(tmp_path: Path) -> None:
    result = parse("--evidence-image", "--table", "-", "--out", tmp_path, stdin=page(TRUTH))
    assert "表三" in result.stdout
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("words", [["--evidence-image", "-"], ["-", "--out", "somewhere"]])
def test_the_option_and_its_folder_go_together(words: list[str]) -> None:
    result = parse(*words, stdin=page(TRUTH))
    assert result.exit_code == Exit.USAGE
    assert "--evidence-image and --out go together" in result.stderr


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = parse("--evidence-image", "-", "--out", tmp_path / "file", stdin=page(TRUTH))
    assert result.exit_code == Exit.USAGE
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def corrections(folder: Path, body: bytes, value: int) -> Path:
    read = TRUTH.requests["received"]["total"]
    file = folder / "mine.toml"
    file.write_text(
        f'[[correction]]\nsha256 = "{hashlib.sha256(body).hexdigest()}"\ncell = "{CELL}"\n'
        f'read = {read}\nvalue = {value}\nby = "李四"\nwhy = "seen"\ndate = 2026-01-31\n',
        encoding="utf-8",
    )
    return file


def test_corrections_of_a_file_are_applied_and_marked(tmp_path: Path, body: bytes) -> None:
    file = corrections(tmp_path, body, 7)
    data = json.loads(parse("--corrections", file, "-", stdin=body).stdout_bytes)
    assert data["requests"]["received"]["total"] == 7
    assert data["evidence"][CELL]["kind"] == "corrected"
    assert "requests-row-total" in [finding["code"] for finding in data["findings"]]
    assert json.loads(parse("-", stdin=body).stdout_bytes)["evidence"][CELL]["kind"] == "number"


def test_corrections_that_the_environment_names_are_applied(
    tmp_path: Path, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_CORRECTIONS", str(corrections(tmp_path, body, 7)))
    assert json.loads(parse("-", stdin=body).stdout_bytes)["requests"]["received"]["total"] == 7


def test_a_wrong_corrections_file_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[[correction]]\n")
    result = parse("--corrections", file, "-", stdin=page(TRUTH))
    assert result.exit_code == Exit.USAGE
    assert f"{file}: correction 1: sha256: missing" in result.stderr


def test_corrected_cells_are_blue_on_the_page(tmp_path: Path, body: bytes) -> None:
    """The legend of exactly the page that holds the cell has the colour of corrections."""
    parse(
        "--evidence-image",
        "-",
        "--out",
        tmp_path,
        "--corrections",
        corrections(tmp_path, body, 7),
        stdin=body,
    )
    blue = (0x09, 0x69, 0xDA)
    pages = sorted(tmp_path.glob("*.png"))
    cell = json.loads(parse("-", stdin=body).stdout_bytes)["evidence"][CELL]
    with_blue = [number for number, path in enumerate(pages, 1) if blue in _colours(path)]
    assert with_blue == [cell["page"]]


def _colours(path: Path) -> set[object]:
    with Image.open(path) as picture:
        return {colour for _, colour in picture.getcolors(1 << 24) or ()}
