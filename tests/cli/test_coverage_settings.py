"""`[coverage]` of the configuration file, and `bodies` of the registry: what is taken and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from crawler.config import forget, load
from crawler.errors import ConfigError, SiteFileError
from crawler.probing.entries import written
from crawler.sites import load_sites
from crawler.views.sites import sites_json
from pipelines.coverage.deadlines import DEFAULT, deadline
from pipelines.coverage.model import BodyEntry

ENTRY = """[xugou]
name = "虚构省虚构县"
family = "trs"
hosts = ["www.xugou.gov.cn"]
seeds = ["https://www.xugou.gov.cn/nb/"]
"""


@pytest.fixture(autouse=True)
def _forgetting() -> Iterator[None]:
    """No test leaves a configuration to the next."""
    yield
    forget()


def configured(folder: Path, text: str) -> Path:
    file = folder / "gongkai.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_decrees_deadlines_hold() -> None:
    assert load().coverage.rules() == DEFAULT


def test_a_kind_s_deadline_is_set_from_a_year_on(tmp_path: Path) -> None:
    text = "[coverage]\npatience = 0\n[coverage.deadlines.township]\nmonth = 1\nday = 25\nsince = 2021\n"
    section = load(configured(tmp_path, text)).coverage
    assert section.patience == 0
    days = [deadline(section.rules(), "township", year).day.isoformat() for year in (2018, 2020, 2021)]
    assert days == ["2019-03-31", "2021-03-31", "2022-01-25"]
    assert deadline(section.rules(), "department", 2021).day.isoformat() == "2022-01-31"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[coverage]\npatiense = 3", "patience"),
        ("[coverage]\npatience = -1", "patience"),
        ("[coverage]\npatience = '3'", "patience"),
        ("[coverage.deadlines.villages]\nmonth = 1\nday = 1", "write one of department"),
        ("[coverage.deadlines.township]\nmonth = 2\nday = 30", "has no day 30"),
        ("[coverage.deadlines.township]\nmonth = 2\nday = 29", "has no day 29"),
        ("[coverage.deadlines.township]\nmonth = 13\nday = 1", "month"),
        ("[coverage.deadlines.township]\nday = 1", "month"),
        ("[coverage.deadlines.township]\nmonth = 1\nday = 1\nsince = 1999", "since"),
        ("[coverage.deadlines.township]\nmonth = 1\nday = 1\narticle = ''", "article"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = configured(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        _ = load(file).coverage
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def registered(folder: Path, bodies: str) -> str:
    file = folder / "own.toml"
    file.write_text(ENTRY + bodies, encoding="utf-8")
    return str(file)


def test_bodies_are_corrected_in_the_registry(tmp_path: Path) -> None:
    bodies = (
        '[xugou.bodies."虚构县甲局"]\nkind = "township"\nalso = ["虚构县乙局"]\nfrom = 2019\nuntil = 2023\n'
        '[xugou.bodies."虚构县丙局"]\nignore = true\n'
    )
    site = load_sites(registered(tmp_path, bodies))["xugou"]
    assert site.bodies == {
        "虚构县甲局": BodyEntry("township", ("虚构县乙局",), 2019, 2023),
        "虚构县丙局": BodyEntry(ignore=True),
    }
    assert sites_json([site])[0]["bodies"]["虚构县甲局"]["also"] == ("虚构县乙局",)


@pytest.mark.parametrize(
    ("bodies", "said"),
    [
        ('[xugou.bodies."甲局"]\nform = 2019', "Did you mean from?"),
        ('[xugou.bodies."甲局"]\nkind = "city"', "should be one of department"),
        ('[xugou.bodies."甲局"]\nfrom = "2019"', "should be a report year"),
        ('[xugou.bodies."甲局"]\nfrom = 2024\nuntil = 2019', "exchange them"),
        ('[xugou.bodies."甲局"]\nalso = "乙局"', "should be a list of texts"),
        ('[xugou.bodies."甲局"]\nignore = 1', "should be true or false"),
        ('[xugou.bodies]\n"甲局" = 2019', "should be tables"),
    ],
)
def test_a_wrong_body_is_named(tmp_path: Path, bodies: str, said: str) -> None:
    named = registered(tmp_path, bodies)
    with pytest.raises(SiteFileError) as refused:
        load_sites(named)
    assert "[xugou] bodies" in str(refused.value)
    assert said in str(refused.value)


def test_a_probe_leaves_bodies_as_they_stand(tmp_path: Path) -> None:
    text = ENTRY + '\n[xugou.bodies."虚构县甲局"]  # 2023年合并\nuntil = 2023\n'
    site = load_sites(registered(tmp_path, text.removeprefix(ENTRY)))["xugou"]
    made, _ = written(text, site, tmp_path / "own.toml")
    assert tomlkit.parse(made).unwrap() == tomlkit.parse(text).unwrap()
    assert "# 2023年合并" in made
