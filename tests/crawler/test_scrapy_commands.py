"""Scrapy's own commands work in the checkout, and its settings leak nothing and open nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from crawler import settings as ours
from crawler.spiders.report import ReportSpider
from tests.replica import Replica

ROOT = Path(__file__).resolve().parents[2]


def scrapy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One Scrapy command in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings() -> Settings:
    """The project's settings, as Scrapy loads them."""
    made = Settings()
    made.setmodule(ours, priority="project")
    return made


def test_list_names_the_sites() -> None:
    assert "bjxch" in scrapy("list").stdout.split()


def test_settings_can_be_asked_for() -> None:
    assert scrapy("settings", "--get", "ROBOTSTXT_OBEY").stdout.strip() == "True"


def test_shell_works_without_an_archive(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>ok</title>")
    done = scrapy("shell", "--nolog", "-c", "settings['BOT_NAME']", GONGKAI_ARCHIVE=str(tmp_path / "none"))
    assert "gongkai" in done.stdout, done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("verb", ["shell", "fetch"])
def test_looking_at_a_page_gets_it_whole_and_keeps_nothing(
    verb: str, tmp_path: Path, shared_replica: Replica
) -> None:
    """With an archive that knows the page, a crawl would ask for it conditionally and get no body."""
    environment = shared_replica.environment() | {
        "GONGKAI_ARCHIVE": str(tmp_path / "archive"),
        "GONGKAI_STATE": str(tmp_path / "state"),
    }
    url = "https://www.bjxch.gov.cn/zt/xxgkzl/gknb.html"
    crawled = scrapy("crawl", "bjxch", "-a", "years=2008", "-s", "DOWNLOAD_DELAY=0", **environment)
    assert crawled.returncode == 0, crawled.stderr
    before = sorted(tmp_path.rglob("*"))
    code = ("-c", "response.text") if verb == "shell" else ()
    done = scrapy(verb, "--nolog", url, *code, **environment)
    assert "</html>" in done.stdout, done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bjxhc"], "bjxch"),  # what may have been meant
        (["bjxch", "-a", "years=abc"], "years=abc"),
        (["bjxch", "-a", "years=1999"], "1999"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence(arguments: list[str], words: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    done = scrapy("crawl", *arguments, "-s", f"GONGKAI_ARCHIVE={archive}")
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not archive.exists()


def test_secrets_in_the_environment_stay_out_of_the_log(tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9"
    secret = "wJalrXUtnFEMIsecret"
    done = scrapy(
        "crawl",
        "bjxch",
        "-s",
        f"GONGKAI_ARCHIVE={tmp_path / 'archive'}",
        "-s",
        "LOG_LEVEL=DEBUG",
        AWS_SECRET_ACCESS_KEY=secret,
        AWS_ACCESS_KEY_ID=secret,
        GONGKAI_STATE=str(tmp_path / "state"),
        http_proxy=closed,
        https_proxy=f"http://user:{secret}@127.0.0.1:9",
    )
    assert "Overridden settings" in done.stderr
    assert secret not in done.stderr + done.stdout
    files = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert files
    assert not [f for f in files if secret.encode() in f.read_bytes()]


def test_every_site_has_a_spider_that_can_be_started() -> None:
    loader = get_spider_loader(settings())
    for name in loader.list():
        spider = loader.load(name)()
        assert isinstance(spider, ReportSpider)
        assert spider.name == name
        assert spider.site.key == name


def test_nothing_listens() -> None:
    for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "HTTPCACHE_ENABLED"):
        assert not settings().getbool(name)


def test_every_departure_from_scrapys_default_gives_its_reason() -> None:
    lines = (ROOT / "crawler" / "settings.py").read_text(encoding="utf-8").splitlines()
    names = [name for name in vars(ours) if name.isupper()]
    for name in names:
        at = next(i for i, line in enumerate(lines) if line.startswith((f"{name} ", f"{name}:")))
        assert any("#" in line for line in lines[at : at + 14]), name
