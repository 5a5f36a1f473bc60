"""`gongkai coverage`: the table, JSON, CSV and pictures, from a crawl of the replica."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.coverage import parse_span
from crawler.errors import OutputError, SettingError
from crawler.views import coverage_picture
from crawler.views.coverage import KIND_NAMES, SIGNS
from crawler.views.coverage_csv import BOM, COLUMNS, coverage_csv
from crawler.views.coverage_picture import COLOURS, draw
from pipelines.coverage.model import KINDS, STATES
from tests.pipelines.coverage.made import coverage
from tests.pipelines.coverage.played import Page, Played


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive of 西城区 in which one body is late, and one published for one year only."""
    folder = tmp_path_factory.mktemp("coverage")
    site = Played(folder)
    site.years("北京市西城区虚构司法局", 2022, 2023, 2024)
    site.years("北京市西城区虚构审计局", 2022, 2023)
    site.put(Page("=cmd()局", 2024, says="2025-02-05"))
    site.put(Page("北京市西城区虚构司法局", 2012, says="2013-03-05"))
    site.crawl("2025-02-10", site="bjxch")
    return str(folder / "archive")


def run(archive: str, *words: str) -> Result:
    return CliRunner(env={"GONGKAI_STATE": str(Path(archive).parent / "state")}).invoke(
        main, ["coverage", *words, "--archive", archive, "--today", "2025-03-01"], catch_exceptions=False
    )


def test_the_table_has_a_line_for_each_body_and_a_legend(archive: str) -> None:
    done = run(archive, "bjxch")
    assert done.exit_code == 0
    assert "北京市西城区虚构审计局" in done.stdout
    assert "✗ missing" in done.stdout
    assert "2024 北京市西城区虚构审计局 missing: may-have-ended" in done.stdout
    assert "迟 5" in done.stdout
    assert "--years 2012-2024" in done.stderr, "the table shows the last years only, and says so"


def test_json_is_whole(archive: str) -> None:
    (found,) = json.loads(run(archive, "--all", "--json").stdout)
    assert found["schema"] == "gongkai.coverage/1"
    assert found["years"] == list(range(2012, 2025))
    row = next(body for body in found["bodies"] if body["name"] == "北京市西城区虚构审计局")
    cell = row["cells"][-1]
    assert (cell["state"], cell["looked"], cell["deadline"]) == (
        "missing",
        "2025-02-10T02:00:00Z",
        "2025-01-31",
    )
    assert found["counts"]["2024"]["missing"] == 1


def test_csv_is_for_spreadsheets(archive: str) -> None:
    done = run(archive, "bjxch", "--csv", "--years", "2024")
    assert done.stdout_bytes.startswith(BOM.encode()), "spreadsheets take it for GBK otherwise"
    lines = list(csv.DictReader(io.StringIO(done.stdout_bytes.decode("utf-8-sig"), newline="")))
    assert list(lines[0]) == list(COLUMNS)
    assert {(line["body"], line["state"], line["late_days"]) for line in lines} == {
        ("北京市西城区虚构司法局", "on-time", ""),
        ("北京市西城区虚构审计局", "missing", ""),
        ("'=cmd()局", "late", "5"),
    }, "a name that would be a formula is a text"


def test_every_cell_of_csv_has_its_article() -> None:
    table = coverage_csv([coverage(5)])
    lines = list(csv.DictReader(io.StringIO(table.removeprefix(BOM))))
    assert len(lines) == 30
    assert all(line["article"] and line["deadline"] for line in lines)


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_picture_is_drawn_and_is_the_same_each_time(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"one{ending}", tmp_path / f"two{ending}"
    draw(coverage(3), first)
    draw(coverage(3), second)
    assert first.read_bytes() == second.read_bytes()
    if ending == ".svg":
        assert ElementTree.parse(first).getroot().tag.endswith("svg")
    else:
        assert first.read_bytes().startswith(b"\x89PNG")


def test_many_bodies_stand_in_panels_with_headings() -> None:
    panels = list(coverage_picture._panels(coverage(80), "zh"))
    assert [len(panel) for panel in panels] == [42, 42]
    assert all(panel[0].body is None and panel[-1].body is not None for panel in panels)
    assert sum(line.body is not None for panel in panels for line in panel) == 80


def test_several_sites_make_several_pictures(archive: str, tmp_path: Path) -> None:
    done = run(archive, "--all", "--picture", str(tmp_path / "one.svg"))
    assert done.exit_code == 0
    assert f"wrote {tmp_path / 'one.svg'}" in done.stderr


@pytest.mark.parametrize(
    ("name", "said"), [("picture.jpg", ".png or .svg"), ("nowhere/picture.png", "cannot be written")]
)
def test_a_picture_that_cannot_be_made_is_a_sentence(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        draw(coverage(1), tmp_path / name)


def test_without_a_chinese_font_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from matplotlib import font_manager

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["/usr/share/fonts/DejaVuSans.ttf"])
    with pytest.raises(OutputError, match="apt install fonts-noto-cjk"):
        draw(coverage(1), tmp_path / "one.png")


def test_every_state_has_a_sign_and_a_colour_and_every_kind_a_name() -> None:
    assert set(SIGNS) == set(COLOURS) == set(STATES)
    assert set(KIND_NAMES) == set(KINDS)
    assert len({sign for sign, *_ in SIGNS.values()}) == len(STATES)


def test_a_site_without_captures_is_named(archive: str) -> None:
    done = run(archive, "bjdch")
    assert done.exit_code == 9
    assert "no captures of bjdch" in done.stderr


@pytest.mark.parametrize("words", [(), ("bjxch", "--all"), ("bjxch", "--json", "--csv")])
def test_what_contradicts_itself_is_refused(archive: str, words: tuple[str, ...]) -> None:
    assert run(archive, *words).exit_code == 2


@pytest.mark.parametrize(
    ("text", "span"), [("2019-2024", (2019, 2024)), ("2024", (2024, 2024)), (None, None)]
)
def test_years_are_a_span(text: str | None, span: tuple[int, int] | None) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["2024-2019", "1999", "19-24", "2019,2020", "all"])
def test_other_years_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="two report years"):
        parse_span(text)


def test_the_registry_and_the_settings_correct_it(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(archive).parent, tmp_path / "copy")
    own = tmp_path / "own.toml"
    own.write_text(
        '[bjxch]\nname = "北京市西城区"\nfamily = "xicheng"\nhosts = ["www.bjxch.gov.cn"]\n'
        'seeds = ["https://www.bjxch.gov.cn/zt/xxgkzl/gknb.html"]\n'
        '[bjxch.bodies."北京市西城区虚构审计局"]\nuntil = 2023\n'
        '[bjxch.bodies."=cmd()局"]\nkind = "township"\n',
        encoding="utf-8",
    )
    config = tmp_path / "gongkai.toml"
    config.write_text(
        '[coverage.deadlines.department]\nmonth = 1\nday = 10\nsince = 2024\narticle = "区里的规定"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("GONGKAI_SITES", str(own))
    words = ["--config", str(config), "coverage", "bjxch", "--json", "--today", "2025-03-01"]
    words += ["--archive", str(tmp_path / "copy" / "archive")]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    (found,) = json.loads(done.stdout)
    newest = {body["name"]: body["cells"][-1] for body in found["bodies"]}
    assert newest["北京市西城区虚构审计局"]["state"] == "did-not-exist"
    assert newest["=cmd()局"]["state"] == "on-time"
    late = newest["北京市西城区虚构司法局"]
    assert (late["state"], late["late_days"], late["article"]) == ("late", 5, "区里的规定")


def test_a_site_that_left_the_registry_is_told_all_the_same(tmp_path: Path) -> None:
    site = Played(tmp_path)
    site.years("虚构县司法局", 2024)
    site.crawl("2025-02-10")
    site.survey("2025-02-11")
    done = run(str(tmp_path / "archive"), "--all", "--json")
    (found,) = json.loads(done.stdout)
    assert [cell["state"] for body in found["bodies"] for cell in body["cells"]] == ["on-time"]


def test_a_site_that_nobody_knows_is_named(archive: str) -> None:
    done = run(archive, "bjxhc")
    assert done.exit_code == 2
    assert "bjxch" in done.stderr
