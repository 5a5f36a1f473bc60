"""The command line as a whole: help for everything, exit codes, one sentence for an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import Result

from crawler.cli import main
from crawler.exits import Exit
from tests.cli.made import archive, gongkai, report

pytestmark = pytest.mark.usefixtures("elsewhere")

ROOT = Path(__file__).parents[2]
VERBS = sorted(main.commands)


def refused(result: Result, code: Exit, says: str) -> None:
    """One sentence on stderr, nothing on stdout, the documented exit code, no traceback."""
    assert result.exit_code == code
    assert result.stderr.startswith("gongkai: ")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_has_help(verb: str) -> None:
    command = main.commands[verb]
    assert command.help
    assert command.epilog, "the help says what to type next"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{verb} {parameter.opts[0]} has no help"
        elif isinstance(parameter, click.Argument):
            assert (parameter.metavar or "").strip("[].") in command.help + (parameter.metavar or "")
    result = gongkai(verb, "--help")
    assert result.exit_code == 0
    assert f"gongkai {verb}" in result.stdout


def test_the_first_help_shows_how_to_begin() -> None:
    text = gongkai("--help").stdout
    for verb in VERBS:
        assert verb in text
    assert "gongkai demo " in text
    assert gongkai("-h").stdout == text


def test_the_version_is_that_of_the_package() -> None:
    assert gongkai("--version").stdout == f"gongkai {version('gongkai')}\n"


@pytest.mark.parametrize(
    ("words", "never"),
    [
        (["--help"], ["twisted", "scrapy", "boto3", "pdfplumber", "pypdfium2", "apscheduler", "lxml"]),
        (["parse", "page.html"], ["twisted", "scrapy", "boto3", "apscheduler"]),
        (["sites"], ["twisted", "boto3", "pdfplumber", "pypdfium2"]),
        (["show", "bjxch", "2024"], ["twisted", "scrapy", "boto3", "pdfplumber", "pypdfium2"]),
    ],
)
def test_a_verb_loads_only_what_it_needs(words: list[str], never: list[str]) -> None:
    Path("page.html").write_text("<p>一封信</p>", encoding="utf-8")
    code = (
        "import json, sys\n"
        "from crawler.cli import main\n"
        f"try:\n    main({words!r})\n"
        "except SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(done.stderr.splitlines()[-1])
    assert [name for name in never if name in loaded] == []


def test_what_nobody_foresaw_keeps_its_traceback_and_is_exit_code_1() -> None:
    code = (
        "import crawler.lookup\n"
        "def broken(*_):\n    raise RuntimeError('unforeseen')\n"
        "crawler.lookup.list_reports = broken\n"
        "from crawler.cli import main\nmain(['show', 'bjxch', '2024'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == Exit.BUG
    assert "Traceback" in done.stderr
    assert "unforeseen" in done.stderr


# ------------------------------------------------------------------ sites, crawl


def test_sites_are_listed_as_a_table_and_as_json() -> None:
    assert "北京市西城区" in gongkai("sites").stdout
    (found,) = (site for site in json.loads(gongkai("sites", "--json").stdout) if site["key"] == "bjxch")
    assert found["code"] == "110102"


def test_an_unknown_site_is_answered_with_the_nearest_one() -> None:
    refused(gongkai("crawl", "bjxcg"), Exit.USAGE, "Did you mean bjxch")


def test_a_setting_without_a_value_is_a_usage_error() -> None:
    result = gongkai("crawl", "bjxch", "-s", "LOG_LEVEL")
    assert result.exit_code == Exit.USAGE
    assert "write NAME=VALUE" in result.stderr


def test_a_wrong_site_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_SITES", str(tmp_path / "mine.toml"))
    refused(gongkai("sites"), Exit.USAGE, "mine.toml")


@pytest.mark.parametrize("words", [("crawl", "bjxch"), ("reparse", "bjxch")])
def test_a_wrong_corrections_file_is_named_before_anything_is_done(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GONGKAI_CORRECTIONS", str(tmp_path / "mine.toml"))
    refused(gongkai(*words), Exit.USAGE, "mine.toml: no such file")
    assert not (tmp_path / "archive").exists()


# ------------------------------------------------------------------ show


def test_a_years_bodies_are_listed(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"), report("乙局"), report("乙局", 2023))
    text = gongkai("show", "bjxch", "2024", "--archive", url).stdout
    assert "甲局" in text
    assert "乙局" in text
    data = json.loads(gongkai("show", "bjxch", "2023", "--archive", url, "--json").stdout)
    assert [one["organization"] for one in data] == ["乙局"]


def test_the_archive_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_ARCHIVE", archive(tmp_path, report("甲局")))
    assert "甲局" in gongkai("show", "bjxch", "2024").stdout


@pytest.mark.parametrize("name", ["北京市西城区虚构教育局", "教育", "虚构教"])
def test_a_report_is_found_by_its_bodys_name_or_a_part_of_it(tmp_path: Path, name: str) -> None:
    url = archive(tmp_path, report("北京市西城区虚构教育局"), report("北京市西城区虚构司法局"))
    result = gongkai("show", "bjxch", "2024", name, "--archive", url)
    assert result.exit_code == 0
    assert result.stdout.startswith("北京市西城区虚构教育局2024年")
    data = json.loads(gongkai("show", "bjxch", "2024", name, "--archive", url, "--json").stdout)
    assert data == report("北京市西城区虚构教育局").to_json()


def test_a_whole_name_is_found_though_it_is_part_of_another(tmp_path: Path) -> None:
    url = archive(tmp_path, report("西城区人民政府"), report("西城区人民政府办公室"))
    assert gongkai("show", "bjxch", "2024", "西城区人民政府", "--archive", url).exit_code == 0
    refused(
        gongkai("show", "bjxch", "2024", "人民政府", "--archive", url),
        Exit.USAGE,
        "西城区人民政府, 西城区人民政府办公室. Type more of it.",
    )


def test_what_is_not_there_is_said_with_what_is(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"), report("乙局", 2023))
    refused(gongkai("show", "bjxch", "2020", "--archive", url), Exit.NOT_FOUND, "it has 2023, 2024")
    refused(
        gongkai("show", "bjxch", "2024", "丙局", "--archive", url),
        Exit.NOT_FOUND,
        "`gongkai show bjxch 2024` lists the 1",
    )


def test_a_site_without_reports_is_told_from_one_that_does_not_exist(tmp_path: Path) -> None:
    url = archive(tmp_path)
    refused(gongkai("show", "bjxch", "2024", "--archive", url), Exit.NOT_FOUND, "gongkai crawl bjxch")
    refused(gongkai("show", "nosuch", "2024", "--archive", url), Exit.USAGE, "No site is called 'nosuch'")


def test_an_archive_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    refused(gongkai("show", "bjxch", "2024", "--archive", "none"), Exit.ARCHIVE, "no archive")
    assert not (tmp_path / "none").exists()


def test_a_damaged_report_is_the_archives_fault(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"))
    (path,) = Path(url).rglob("reports/**/*.json")
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("gongkai.report/1", "gongkai.report/9"), "utf-8")
    refused(gongkai("show", "bjxch", "2024", "甲局", "--archive", url), Exit.ARCHIVE, "gongkai.report/9")
