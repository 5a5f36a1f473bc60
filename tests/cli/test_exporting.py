"""`gongkai wacz` and `gongkai bag`, as typed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from tests.storage import exported


@pytest.fixture(autouse=True)
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive of `exported`, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    exported.fill(tmp_path).close()


def gongkai(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_wacz_file_is_written_and_counted() -> None:
    done = gongkai("wacz", exported.SITE, "-o", "a.wacz")
    assert (done.exit_code, done.stdout) == (Exit.OK, "")
    assert done.stderr == "gongkai: a.wacz: 12 exchanges, 8 bodies, 3 report pages\n"
    assert Path("a.wacz").is_file()
    year = gongkai("wacz", exported.SITE, "--year", "2025", "-o", "b.wacz")
    assert year.stderr == "gongkai: b.wacz: 5 exchanges, 3 bodies, 1 report pages\n"


def test_a_bag_is_made_and_brought_up_to_date() -> None:
    first = gongkai("bag", "-o", "bag")
    assert (first.exit_code, first.stdout) == (Exit.OK, "")
    objects = len([path for path in Path("archive").rglob("*") if path.is_file()])
    assert f"bag: {objects} objects," in first.stderr
    assert f"{objects} of them new" in first.stderr
    again = gongkai("bag", exported.SITE, "-o", "bag")
    assert "2 of them new" in again.stderr, "archive.json and the report can change"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("wacz", "nosite", "-o", "a.wacz"), Exit.NOT_FOUND, "no captures of nosite"),
        (("wacz", exported.SITE, "--year", "2012", "-o", "a.wacz"), Exit.NOT_FOUND, "about 2012"),
        (("wacz", "No Site", "-o", "a.wacz"), Exit.USAGE, "cannot be the name of a site"),
        (("wacz", exported.SITE, "-o", "no/folder/a.wacz"), Exit.ARCHIVE, "no/folder/a.wacz"),
        (("wacz", exported.SITE, "-o", "a.wacz", "--archive", "none"), Exit.ARCHIVE, "There is no archive"),
        (("bag", "nosite", "-o", "bag"), Exit.NOT_FOUND, "no captures of nosite"),
        (("bag", "-o", "archive"), Exit.ARCHIVE, "is there and is no bag"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(words: tuple[str, ...], code: Exit, says: str) -> None:
    before = sorted(Path().rglob("*"))
    done = gongkai(*words)
    assert done.exit_code == code
    assert done.stderr.startswith("gongkai: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path for path in sorted(Path().rglob("*")) if "state" not in path.parts] == [
        path for path in before if "state" not in path.parts
    ]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("storage.export.wa", "warcio"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "warcio", None)
    done = gongkai("wacz", exported.SITE, "-o", "a.wacz")
    assert done.exit_code == Exit.USAGE
    assert "pip install 'gongkai[export]'" in done.stderr
