"""The registry's verbs without a network: the list, its search, what is typed wrongly, and the documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crawler.cms import FAMILIES
from crawler.exits import Exit
from crawler.sites import CHECKS
from crawler.views.sites import years
from tests.cli.made import gongkai

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the user's own sites."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("GONGKAI_SITES", raising=False)


def test_the_list_goes_by_province_in_the_order_of_codes() -> None:
    lines = gongkai("sites").stdout.splitlines()
    beijing, jiangsu = (
        next(n for n, line in enumerate(lines) if word in line.split()) for word in ("北京市", "江苏省")
    )
    xicheng = next(n for n, line in enumerate(lines) if line.split()[:1] == ["bjxch"])
    assert beijing < xicheng < jiangsu
    assert "sites" in lines[-1]


@pytest.mark.parametrize("word", ["西城", "110102", "BJXCH", "xicheng", "www.bjxch"])
def test_the_list_can_be_searched_by_whatever_is_known(word: str) -> None:
    found = json.loads(gongkai("sites", "--search", word, "--json").stdout)
    assert [site["key"] for site in found] == ["bjxch"]
    assert found[0]["province"] == "北京市"


def test_a_search_for_a_province_gives_its_sites() -> None:
    found = json.loads(gongkai("sites", "--search", "北京", "--json").stdout)
    assert len(found) > 3
    assert {site["code"][:2] for site in found} == {"11"}


def test_years_are_drawn_together() -> None:
    assert years([2024, 2019, 2021, 2022, 2023]) == "2019, 2021–2024"
    assert years([]) == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sites", "check"), "--all"),
        (("sites", "check", "bjxch", "--all"), "not both"),
        (("sites", "check", "bjxcg"), "Did you mean bjxch?"),
        (("probe", "ftp://www.bjxch.gov.cn/"), "no web address"),
        (("probe", "bjxch"), "no web address"),
        (("probe", "www.bjxch.gov.cn", "--write", "https://www.bjxch.gov.cn/"), "behind the address"),
        (("probe", "www.bjxch.gov.cn", "-s", "LOG_LEVEL=LOUD"), "LOG_LEVEL"),
    ],
)
def test_what_is_typed_wrongly_is_said_before_anything_is_asked(words: tuple[str, ...], says: str) -> None:
    result = gongkai(*words)
    assert result.exit_code == Exit.USAGE
    assert says in result.stderr
    assert result.stdout == ""


def test_the_documents_have_every_family_and_every_key_of_an_entry() -> None:
    text = (ROOT / "docs" / "adding-a-site.md").read_text("utf-8")
    table = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text.partition("## Known families")[2], re.M))
    assert table == {name: family.title for name, family in FAMILIES.items()}
    for key in CHECKS:
        assert re.search(rf"^    {key} = |`{key}`", text, re.M), f"no word of {key}"


def test_brackets_in_what_pages_say_are_words(tmp_path: Path) -> None:
    own = tmp_path / "config" / "gongkai" / "sites" / "own.toml"
    own.parent.mkdir(parents=True)
    host = "www.xugou-kuo.gov.cn"
    own.write_text(
        f'[xugou-kuo]\nname = "虚构[/]区[red]甲[bold] :x:"\nfamily = "generic"\nhosts = ["{host}"]\n'
        f'seeds = ["https://{host}/nb/"]\n',
        "utf-8",
    )
    found = gongkai("sites", "--search", "xugou-kuo")
    assert found.exit_code == Exit.OK, found.output
    assert "虚构[/]区[red]甲[bold] :x:" in found.stdout
