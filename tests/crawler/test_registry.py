"""Registry files: what is shipped is sound, and what a person writes wrongly is named with its remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.errors import SiteFileError, UnknownSite
from crawler.sites import find_site, load_sites, own_folder

ENTRY = """
[xuxian]
name = "虚构县"
code = "000000"
family = "xicheng"
hosts = ["www.xuxian.example"]
seeds = ["https://www.xuxian.example/zt/xxgkzl/gknb.html"]
"""


def written(tmp_path: Path, text: str, name: str = "own.toml") -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_shipped_entries_are_sound() -> None:
    sites = load_sites("")
    assert sites["bjxch"].name == "北京市西城区"
    assert sites["bjxch"].departments is not None
    assert set(sites["bjxch"].departments) >= {"150", "155", "197"}
    assert sites["bjxch"].unverified


def test_a_users_files_and_folders_join_and_win(tmp_path: Path) -> None:
    written(tmp_path, ENTRY)
    other = written(tmp_path, ENTRY.replace("xuxian]", "bjxch]"), "other.txt")
    sites = load_sites(os.pathsep.join([str(tmp_path), other]))
    assert sites["xuxian"].hosts == ("www.xuxian.example",)
    assert sites["bjxch"].name == "虚构县"


def test_a_users_own_folder_is_always_read_and_what_is_named_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GONGKAI_SITES", "")
    own_folder().mkdir(parents=True)
    written(own_folder(), ENTRY.replace("xuxian]", "bjxch]"))
    assert load_sites()["bjxch"].name == "虚构县"
    other = written(tmp_path, ENTRY.replace("xuxian]", "bjxch]").replace("虚构县", "虚构乙县"), "other.toml")
    assert load_sites(other)["bjxch"].name == "虚构乙县"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("code =", "kode ="), ["[xuxian]", "kode", "code"]),
        (('"000000"', "110102"), ["[xuxian]", "code", "quotes"]),
        (('"xicheng"', '"nosuch"'), ["[xuxian]", "family", "'nosuch'", "xicheng"]),
        (('["www.xuxian.example"]', '["https://www.xuxian.example"]'), ["[xuxian]", "hosts", "https://"]),
        (('["www.xuxian.example"]', '["www.other.example"]'), ["[xuxian]", "seeds", "hosts"]),
        (('"https://www.', '"www.'), ["[xuxian]", "seeds", "whole address"]),
        (("[xuxian]", "[Xu_xian]"), ["[Xu_xian]", "small letters"]),
        (("[xuxian]", ""), ["outside a table"]),
        (("[xuxian]", "[xuxian"), ["TOML"]),
        (("[xuxian]", "[xuxian]\nfirst_year = 1999"), ["[xuxian]", "first_year", "2008"]),
        (("[xuxian]", "[xuxian]\nsweep = [9, 3]"), ["[xuxian]", "sweep"]),
        (("[xuxian]", "[xuxian]\ndepartments = {1 = 2}"), ["[xuxian]", "departments"]),
    ],
)
def test_a_wrong_entry_is_named_with_its_remedy(
    tmp_path: Path, change: tuple[str, str], words: list[str]
) -> None:
    file = written(tmp_path, ENTRY.replace(*change))
    with pytest.raises(SiteFileError) as caught:
        load_sites(file)
    for word in [file, *words]:
        assert word in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match=r"nowhere\.toml: no such file"):
        load_sites(str(tmp_path / "nowhere.toml"))


def test_two_files_of_a_user_may_not_share_a_key(tmp_path: Path) -> None:
    files = [written(tmp_path, ENTRY, name) for name in ("a.toml", "b.toml")]
    with pytest.raises(SiteFileError, match=r"a\.toml"):
        load_sites(os.pathsep.join(files))


def test_an_unknown_site_gets_the_closest_names() -> None:
    with pytest.raises(UnknownSite, match="Did you mean bjxch"):
        find_site("bjxhc", load_sites(""))
