"""`gongkai probe` and `gongkai sites check` as a person starts them, against played districts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.exits import Exit
from tests.crawler.crawling import FAST, ROOT
from tests.replica import Replica
from tests.replica.district import District
from tests.replica.families.generic import Framed
from tests.replica.families.gkmlpt import Platform
from tests.replica.families.jpaas import Numbered
from tests.replica.families.trs import ByBody, ByYearAndGroup
from tests.replica.site import Site

DISTRICTS = (Framed, Platform, Numbered, ByBody, ByYearAndGroup)


class Desk:
    """Where a person types: a folder of settings, an empty one to work in, and the played web."""

    def __init__(self, replica: Replica, folder: Path) -> None:
        self.replica = replica
        self.folder = folder
        self.config = folder / "config"
        own = {
            "XDG_CONFIG_HOME": str(self.config),
            "GONGKAI_STATE": str(folder / "state"),
            "GONGKAI_SITES": "",
        }
        self.environment = os.environ | replica.environment() | own | {"PYTHONPATH": str(ROOT)}

    def type(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs `gongkai` in the empty folder, politeness off."""
        done = subprocess.run(
            [sys.executable, "-m", "crawler.cli", *words, *FAST],
            cwd=self.folder, env=self.environment | environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def entries(self) -> dict[str, dict[str, Any]]:
        """What stands in the person's own site files."""
        files = sorted((self.config / "gongkai" / "sites").glob("*.toml"))
        return {key: table for file in files for key, table in tomllib.loads(file.read_text("utf-8")).items()}

    @property
    def requests(self) -> int:
        """Requests that the servers saw."""
        return sum(request.method != "CONNECT" for request in self.replica.log)


@contextmanager
def desk(folder: Path, *sites: type[Site]) -> Iterator[Desk]:
    with Replica(sites=list(sites)) as replica:
        yield Desk(replica, folder)


def home(district: type[District]) -> str:
    return f"{district.scheme}://{district.host}/"


@pytest.mark.parametrize("district", DISTRICTS, ids=lambda district: f"{district.family}-{district.host}")
def test_from_the_home_page_to_an_entry_that_a_check_finds_sound(
    district: type[District], tmp_path: Path
) -> None:
    with desk(tmp_path, district) as at:
        done = at.type("probe", home(district), "--write")
        assert done.returncode == Exit.OK, done.stdout + done.stderr
        said = int(done.stdout.split(" requests of at most")[0].splitlines()[-1])
        assert said == at.requests <= 15
        ((key, entry),) = at.entries().items()
        assert entry["name"] == district.place
        assert entry["code"] == district.code[:6]
        assert entry["family"] == district.family
        assert district.host in entry["hosts"]
        assert bool(entry.get("directories")) == ("per-body" in district.layout)
        assert set(entry["known_years"]) <= {*district.years, 2021}
        assert f"gongkai crawl {key}" in done.stdout
        at.replica.clear_log()
        checked = at.type("sites", "check", key, "--json")
        assert checked.returncode == Exit.OK, checked.stdout
        (site,) = json.loads(checked.stdout)
        assert site["condition"] == "ok"
        assert site["requests"] == at.requests <= 8
        assert {path.name for path in tmp_path.iterdir()} <= {"config", "state"}  # no archive


def test_nothing_is_written_unless_asked_for_and_json_says_all_that_was_looked_at(tmp_path: Path) -> None:
    with desk(tmp_path, Framed) as at:
        done = at.type("probe", home(Framed), "--json")
        found = json.loads(done.stdout)
        assert at.entries() == {}
    assert found["result"] == "found"
    assert [column["url"] for column in found["columns"]] == ["http://www.xugou-yi.gov.cn/xxgk/xxgknb/"]
    assert found["looked_at"][0]["url"] == home(Framed)
    assert all(look["why"] and look["verdict"] for look in found["looked_at"])


def test_the_budget_is_never_overdrawn(tmp_path: Path) -> None:
    with desk(tmp_path, ByYearAndGroup) as at:
        done = at.type("probe", home(ByYearAndGroup), "--budget", "3", "--json")
        assert at.requests == 3
        found = json.loads(done.stdout)
    assert done.returncode == Exit.NOT_FOUND
    assert found["requests"] == 3
    assert "budget" in found["why"]


@pytest.mark.parametrize(
    ("path", "mode", "result", "code"),
    [
        ("*", "412", "blocked", Exit.NETWORK),
        ("/robots.txt", "503", "unreachable", Exit.NETWORK),
        ("*", "404", "absent", Exit.NOT_FOUND),
    ],
)
def test_what_stands_in_the_way_is_said(
    path: str, mode: str, result: str, code: Exit, tmp_path: Path
) -> None:
    with desk(tmp_path, Framed) as at:
        at.replica.fail(path, mode, host=Framed.host)
        done = at.type("probe", home(Framed), "--write", "--json")
        assert at.entries() == {}
    assert json.loads(done.stdout)["result"] == result, done.stdout
    assert done.returncode == code


def test_an_entry_of_the_same_host_is_updated_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        f'# 我的\n[framed]\nname = "我的县"\nfamily = "trs"\nhosts = ["{Framed.host}"]\n'
        f'seeds = ["http://{Framed.host}/old/"]\nrecheck_days = 7  # quick\n',
        encoding="utf-8",
    )
    with desk(tmp_path, Framed) as at:
        drifted = at.type("sites", "check", "framed", GONGKAI_SITES=str(file))
        assert drifted.returncode == Exit.INCOMPLETE
        assert f"gongkai probe https://{Framed.host}/ --write" in drifted.stdout
        at.type("probe", home(Framed), "--write", GONGKAI_SITES=str(file))
        assert at.entries() == {}
    text = file.read_text("utf-8")
    entry = tomllib.loads(text)["framed"]
    assert text.startswith("# 我的\n[framed]\n")
    assert "recheck_days = 7  # quick" in text
    assert entry["name"] == "我的县"
    assert entry["seeds"] == [f"http://{Framed.host}/xxgk/xxgknb/"]
    assert entry["family"] == "generic"


def test_a_file_that_is_named_is_written_and_the_next_command_names_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "sites.toml"
    with desk(tmp_path, Framed) as at:
        done = at.type("probe", home(Framed), "--key", "abc", "--name", "某县", "--write", str(file))
    assert tomllib.loads(file.read_text("utf-8"))["abc"]["name"] == "某县"
    assert f"GONGKAI_SITES={file} gongkai crawl abc" in done.stdout


def test_a_shipped_entry_is_stood_in_for(replica: Replica, tmp_path: Path) -> None:
    at = Desk(replica, tmp_path)
    done = at.type("probe", "www.bjxch.gov.cn", "--write")
    assert done.returncode == Exit.OK, done.stdout + done.stderr
    entry = at.entries()["bjxch"]
    assert entry["seeds"] == ["https://www.bjxch.gov.cn/zt/xxgkzl/gknb.html"]
    assert entry["departments"]["150"] == "北京市西城区发展和改革委员会"
    assert "stands in for" in done.stdout
