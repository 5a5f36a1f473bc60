"""The configuration file: where it is found, what counts before it, and what is said of a wrong one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import config
from crawler.config.model import Bucket, File, Proxy
from crawler.config.section import Section
from crawler.config.settings import SETTINGS
from crawler.config.starter import STARTER
from crawler.coverage_settings import CoverageSection, DeadlineRule
from crawler.errors import ConfigError
from crawler.exits import Exit
from crawler.schedule.settings import JobSection, ScheduleSection
from crawler.watch.settings import Channel, WatchSection
from tests.cli.made import archive, gongkai, report

VARIABLES = [variable for setting in SETTINGS for variable in setting.variables]


@pytest.fixture(autouse=True)
def nothing_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder, and an environment without any setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    for variable in (config.VARIABLE, *VARIABLES):
        monkeypatch.delenv(variable, raising=False)
    config.forget()
    yield
    config.forget()


def written(text: str, path: str = "gongkai.toml") -> Path:
    file = Path(path).absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def wrong(text: str) -> tuple[str, ...]:
    """What is said of such a file, its own name left away."""
    file = written(text)
    with pytest.raises(ConfigError) as raised:
        config.load(file)
    return tuple(problem.removeprefix(f"{file}: ") for problem in raised.value.problems)


# ------------------------------------------------------------------ which file


def test_without_a_file_nothing_is_set() -> None:
    before = dict(os.environ)
    assert config.load().path is None
    assert dict(os.environ) == before


def test_the_nearest_file_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    own = written("", "own/gongkai/gongkai.toml")
    assert config.load().path == own
    here = written("")
    config.forget()
    assert config.load().path == here
    named = written("", "elsewhere/other.toml")
    config.forget()
    monkeypatch.setenv("GONGKAI_CONFIG", str(named))
    assert config.load().path == named
    typed = written("", "typed.toml")
    assert config.load(Path("typed.toml")).path == typed
    assert config.load().path == typed
    assert os.environ["GONGKAI_CONFIG"] == str(typed)
    config.forget()
    assert os.environ["GONGKAI_CONFIG"] == str(named)


# ------------------------------------------------------------------ what counts before what


def test_the_environment_counts_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written('archive = "far"\ncontact = "a@example.org"\n[s3]\nendpoint = "http://127.0.0.1:1"\n')
    monkeypatch.setenv("GONGKAI_CONTACT", "b@example.org")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
    config.load()
    assert os.environ["GONGKAI_ARCHIVE"] == str(tmp_path / "far")
    assert os.environ["GONGKAI_CONTACT"] == "b@example.org"
    assert "AWS_ENDPOINT_URL_S3" not in os.environ


def test_an_option_counts_before_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"))
    written('archive = "nowhere"\n')
    assert gongkai("show", "bjxch", "2024").exit_code == Exit.ARCHIVE
    assert "甲局" in gongkai("show", "bjxch", "2024", "--archive", url).stdout
    assert "甲局" in gongkai("--config", os.devnull, "show", "bjxch", "2024").stdout
    assert "GONGKAI_ARCHIVE" not in os.environ


def test_paths_are_meant_from_the_files_own_place(tmp_path: Path) -> None:
    file = written('site_files = ["mine", "/abs/two.toml"]\nstate = "~/state"\n', "etc/gongkai.toml")
    config.load(file)
    assert os.environ["GONGKAI_SITES"] == f"{tmp_path}/etc/mine{os.pathsep}/abs/two.toml"
    assert os.environ["GONGKAI_STATE"] == str(Path.home() / "state")


def test_buckets_and_lists_are_put_as_they_are_read() -> None:
    config.load(written('archive = "s3://b/p"\n[proxy]\nnone = ["localhost", ".example.org"]\n'))
    assert os.environ["GONGKAI_ARCHIVE"] == "s3://b/p"
    assert os.environ["no_proxy"] == "localhost,.example.org"


# ------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('archiv = "x"', "archiv: no such key. Did you mean archive?"),
        ('Archive = "x"', "Archive: no such key. Did you mean archive?"),
        ('[s3]\nstorage-class = "x"', "[s3] storage-class: no such key. Did you mean storage_class?"),
        ("contact = 4", 'contact: should be a text in quotes, as in "…", not 4.'),
        ('site_files = "a"', 'site_files: should be a list, as in ["…", "…"], not "a".'),
        (
            'site_files = ["a", 3]',
            'site_files, 2. of the list: should be a text in quotes, as in "…", not 3.',
        ),
        ('log = "xml"', "log: should be 'text' or 'json', not \"xml\"."),
        ('s3 = "x"', 's3: should be a table of its own, under a line like [table], not "x".'),
        ('archive = ""', "archive: should be one line of text that is not empty."),
        ('archive = "s3:/b/p"', 'archive: is no bucket\'s address: write it like "s3://bucket/prefix".'),
        (
            'site_files = ["~nosuchuser/x"]',
            "site_files, 1. of the list: names the folder of a user who does not exist: ~nosuchuser.",
        ),
        (
            '[s3]\nregion = "x"\narchive = "s3://b"',
            "[s3] archive: belongs to the top of the file. Write it above the first line with a [table].",
        ),
        (
            "archive = “s3://b”",
            'is no TOML: Invalid value (at line 1, column 11). Texts stand between straight quotes: "…".',
        ),
        (
            'archive = "C:\\data"',
            "is no TOML: Unescaped '\\' in a string (at line 1, column 16)."
            " Write / between folders, or \\\\ for each \\.",
        ),
        ('archive = "s3://"', 'archive: names no bucket: write it like "s3://bucket/prefix".'),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(text: str, said: str) -> None:
    assert wrong(text) == (said,)


def test_all_that_is_wrong_is_told() -> None:
    assert len(wrong('contact = 1\nlog = 2\n[s3]\nlock = "x"\n')) == 3
    assert gongkai("sites").stderr.endswith("not 1. (2 more: type gongkai config)\n")
    assert gongkai("sites").exit_code == Exit.USAGE
    told = gongkai("config")
    assert told.stderr.count("\n") == 3
    assert told.exit_code == Exit.USAGE


def test_help_is_given_whatever_the_file_says() -> None:
    written("contact = 1\n")
    assert gongkai("crawl", "--help").exit_code == Exit.OK


def test_a_key_in_the_file_is_refused_and_not_repeated() -> None:
    for text in ('[s3]\nsecret_access_key = "hush"', 'AWS_SECRET_ACCESS_KEY = "hush"', 'token = "hush"'):
        (said,) = wrong(text)
        assert "AWS_ACCESS_KEY_ID" in said
        assert "hush" not in said
    for name in ("AWS_SECRET_ACCESS_KEY", "SOME_TOKEN"):
        (said,) = config.mistakes(written(f'[crawl]\n{name} = "hush"'))
        assert "secrets do not belong" in said
        assert "hush" not in said
    for text in ('[s3]\nendpoint = "//u:hush@h"', '[proxy]\nhttp = "hush"', 'archive = "s3://u:hush@b/p"'):
        (said,) = wrong(text)
        assert "hush" not in said


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"a = ", "is no TOML: "), (b'a = "\xd6\xd0"', "is not UTF-8."), (b"a = 1\na = 2", "is no TOML: ")],
)
def test_what_cannot_be_read_is_said(data: bytes, says: str) -> None:
    Path("gongkai.toml").write_bytes(data)
    assert says in gongkai("sites").stderr
    assert gongkai("sites").exit_code == Exit.USAGE


def test_a_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none.toml: there is no such file." in gongkai("--config", "none.toml", "sites").stderr
    monkeypatch.setenv("GONGKAI_CONFIG", "none.toml")
    assert "none.toml: there is no such file." in gongkai("sites").stderr
    Path("gongkai.toml").mkdir()
    assert "cannot be read: Is a directory." in gongkai("--config", "gongkai.toml", "sites").stderr


# ------------------------------------------------------------------ tables of others


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[crawl]\nDOWNLOAD_DELY = 5", "[crawl] DOWNLOAD_DELY: no such key. Did you mean DOWNLOAD_DELAY?"),
        ("[crawl]\ndownload_delay = 5", "[crawl] download_delay: no such key. Did you mean DOWNLOAD_DELAY?"),
        (
            '[crawl]\nDOWNLOAD_DELAY = "5"',
            "[crawl] DOWNLOAD_DELAY: should be a number without quotes, for example 1.",
        ),
        (
            "[crawl]\nROBOTSTXT_OBEY = 1",
            "[crawl] ROBOTSTXT_OBEY: should be true or false, without quotes.",
        ),
        (
            '[crawl]\nGONGKAI_ARCHIVE = "x"',
            "[crawl] GONGKAI_ARCHIVE: has a key of its own. Write archive instead.",
        ),
        ("[schedule]\nparalel = 1", "[schedule] paralel: no such key. Did you mean parallel?"),
        ("schedule = 1", "schedule: should be a table of its own, under a line like [table], not 1."),
        (
            "[schedule]\nsites = 3",
            """[schedule] sites: should be a list, as in ["…", "…"] or 'all' or 'archive', not 3.""",
        ),
    ],
)
def test_the_tables_of_others_are_checked_by_config(text: str, said: str) -> None:
    file = written(text)
    assert gongkai("config").stderr == f"gongkai: {file}: {said}\n"
    assert config.mistakes(file) == [f"{file}: {said}"]


def test_scrapy_says_what_is_wrong_in_a_sentence() -> None:
    """And takes what is right: `[crawl]` counts below -s."""
    root = Path(__file__).parents[2]
    for text, code, says in (
        ("contact = 4", 2, "contact: should be a text"),
        ("[crawl]\nDOWNLOAD_DELY = 4", 2, "Did you mean DOWNLOAD_DELAY?"),
    ):
        environment = {**os.environ, "GONGKAI_CONFIG": str(written(text))}
        words = [sys.executable, "-m", "scrapy", "crawl", "nosuch"]
        done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True)
        assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (code, True, False)


def test_a_crawl_takes_scrapy_settings_from_the_file() -> None:
    from crawler.run import _settings

    config.load(written('[crawl]\nDOWNLOAD_DELAY = 7\nLOG_LEVEL = "INFO"\nGONGKAI_READERS = 2'))
    settings = _settings("./archive", {"GONGKAI_READERS": "3"})
    assert settings.getint("DOWNLOAD_DELAY") == 7
    assert settings["LOG_LEVEL"] == "INFO"
    assert settings.getint("GONGKAI_READERS") == 3


# ------------------------------------------------------------------ gongkai config


def test_each_setting_is_shown_with_who_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    file = written('contact = "a@example.org"\n[schedule]\nparallel = 2\n[crawl]\nDOWNLOAD_DELAY = 7\n')
    monkeypatch.setenv("GONGKAI_SPOOL_LIMIT", "1 GiB")
    shown = json.loads(gongkai("config", "--json").stdout)
    values = {one["key"]: (one["value"], one["origin"]) for one in shown["values"]}
    assert shown["file"] == str(file)
    assert values["archive"] == ("./archive", "default")
    assert values["contact"] == ("a@example.org", "file")
    assert values["spool_limit"] == ("1 GiB", "environment, GONGKAI_SPOOL_LIMIT")
    assert values["schedule.parallel"] == (2, "file")
    assert values["schedule.sites"] == ("archive", "default")
    assert values["crawl.DOWNLOAD_DELAY"] == (7, "file")
    text = gongkai("config").stdout
    assert all(setting.key in text for setting in SETTINGS)


def test_an_option_says_so_itself() -> None:
    shown = json.loads(gongkai("--log", "text", "config", "--json").stdout)
    assert [one["origin"] for one in shown["values"] if one["key"] == "log"] == ["option"]
    shown = json.loads(gongkai("config", "--json").stdout)
    assert [one["origin"] for one in shown["values"] if one["key"] == "log"] == ["default"]


def test_a_channel_whose_address_is_none_is_a_mistake() -> None:
    written('[watch.channels.us]\nkind = "slack"\nurl = "http://[hush"\n')
    shown = gongkai("config")
    assert shown.exit_code == 2
    assert "[watch.channels.us] url: should be a whole address" in shown.stderr
    assert "hush" not in shown.stderr


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    written(
        '[proxy]\nhttp = "http://user:hush-proxy@127.0.0.1:1"\n'
        '[watch.channels.us]\nkind = "slack"\nurl = "https://hooks.example.org/hush/hook"\n'
        '[watch.channels.them]\nkind = "dingtalk"\nurl_env = "A_HOOK"\nsecret_env = "A_KEY"\n'
        '[crawl.DEFAULT_REQUEST_HEADERS]\nCookie = "hush"\n'
    )
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-key")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hush-id")
    monkeypatch.setenv("https_proxy", "http://user:hush@127.0.0.1:1")
    for words in (["config"], ["config", "--json"]):
        shown = gongkai(*words)
        assert "hush" not in shown.stdout + shown.stderr
        assert "https://hooks.example.org/***" in shown.stdout
        assert "A_KEY" in shown.stdout


def test_a_file_to_begin_with_is_written_once() -> None:
    assert gongkai("config", "--write").exit_code == Exit.OK
    first = Path("gongkai.toml").read_text("utf-8")
    assert config.mistakes(Path("gongkai.toml").absolute()) == []
    refused = gongkai("config", "--write")
    assert refused.exit_code == Exit.USAGE
    assert "there is one already" in refused.stderr
    assert Path("gongkai.toml").read_text("utf-8") == first
    assert gongkai("config", "--write", "no/where.toml").exit_code == Exit.USAGE
    assert gongkai("config", "--write", "other.toml").exit_code == Exit.OK
    assert gongkai("--config", "another.toml", "config", "--write").exit_code == Exit.OK
    assert Path("another.toml").read_text("utf-8") == Path("other.toml").read_text("utf-8") == first


def test_every_key_of_the_first_file_is_right_as_it_stands() -> None:
    """Its comments taken for keys: each is known, and each key of the top is there."""
    lines = STARTER.read_text("utf-8").splitlines()
    keys = [line.removeprefix("#") for line in lines if re.match(r"#?(\w+ = |\[)", line)]
    keys.remove('archive = "archive"')
    file = written("\n".join(keys))
    assert config.mistakes(file) == []
    found = config.load(file).variables
    assert set(found) == {setting.variable for setting in SETTINGS}


@pytest.mark.parametrize(
    "model",
    [File, Bucket, Proxy, ScheduleSection, JobSection, CoverageSection, DeadlineRule, WatchSection, Channel],
)
def test_the_first_file_shows_every_key(model: type[Section]) -> None:
    shown = set(re.findall(r"\w+", STARTER.read_text("utf-8")))
    assert set(model.model_fields) <= shown
