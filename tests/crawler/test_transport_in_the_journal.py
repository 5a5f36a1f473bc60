"""What the transport did is in the archive: a block's evidence, the way to a host, a login, a dead host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from crawler.exits import Exit
from tests.crawler.crawling import FAST, ROOT, Crawl
from tests.servers.web import Play, Reply, Seen, Tls, Web

HOST = "www.xugou-a.gov.cn"
SEEDS = [f"https://{HOST}/{name}/" for name in "abcdef"]
ENTRY = f"""
[xugou]
name = "虚构县"
family = "xicheng"
hosts = ["{HOST}"]
seeds = {SEEDS!r}
"""

SOON = ("-s", "DOWNLOAD_DELAY=0.05")
"""Enough for an answer to be judged before the next request goes out."""


class Crawled:
    """A crawl of the invented county's six lists, as a person starts it."""

    def __init__(self, web: Web, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        entry = folder / "own.toml"
        entry.write_text(ENTRY, encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        own = {"GONGKAI_SITES": str(entry), "GONGKAI_STATE": str(folder / "state")}
        called = "from crawler.cli import main; main()"
        archive = folder / "archive"
        self.done = subprocess.run(
            [sys.executable, "-c", called, "crawl", "xugou", "--archive", str(archive), *FAST, *SOON],
            cwd=ROOT,
            env=clean | web.environment() | own,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in self.done.stderr
        kept = Crawl.__new__(Crawl)
        kept.archive = str(archive)
        self.keys = kept.objects("raw/")
        self.lines = [line for line in kept.captures() if line["role"] != "robots"]
        self.record: dict[str, Any] = kept.runs()[-1]


def crawl(folder: Path, play: Play, tls: dict[str, Tls] | None = None) -> tuple[Crawled, Web]:
    """A crawl of such a web."""
    with Web(play, tls) as web:
        return Crawled(web, folder), web


def no_robots(seen: Seen) -> Reply | None:
    return Reply("", 404) if seen.url.endswith("/robots.txt") else None


def test_a_host_without_https_is_archived_with_the_way_there(tmp_path: Path) -> None:
    def play(seen: Seen) -> Reply:
        unchanged = seen.headers.get("if-none-match") == '"1"'
        return no_robots(seen) or (Reply("", 304) if unchanged else Reply(headers={"ETag": '"1"'}))

    first, _ = crawl(tmp_path, play, {HOST: "broken"})
    assert [(line["url"], line["final_url"]) for line in first.lines] == [
        (seed, seed.replace("https", "http")) for seed in SEEDS
    ]
    assert {tuple(line["flags"]) for line in first.lines} == {("plain-http",)}
    assert first.record["counts"]["captured"] == 6
    second, web = crawl(tmp_path, play, {HOST: "broken"})
    assert second.record["counts"]["unchanged"] == 6  # validators belong to the address that answered
    assert len(web.tunnels) == 2
    assert len(web.asked()) == 6


def test_a_blocks_evidence_is_kept_and_the_record_names_it(tmp_path: Path) -> None:
    def play(seen: Seen) -> Reply:
        return no_robots(seen) or Reply("", 302, {"Location": seen.url, "Set-Cookie": "n=1; path=/"})

    done, web = crawl(tmp_path, play)
    assert {(line["status"], *line["flags"]) for line in done.lines} == {(302, "blocked")}
    assert ["Set-Cookie", "n=1; path=/"] in done.lines[0]["headers"]
    assert done.record["counts"]["blocked"] == 6
    assert len(done.lines) == 3  # then the host was left, queued requests included
    assert "left alone" in str(done.record["blocked"])
    assert len(web.asked()) == 7  # each once, and three with the cookie
    assert done.done.returncode == Exit.NETWORK


def test_a_host_that_wants_an_hour_is_left_and_the_record_says_until_when(tmp_path: Path) -> None:
    def play(seen: Seen) -> Reply:
        return no_robots(seen) or Reply("<html>维护中</html>", 503, {"Retry-After": "3600"})

    done, web = crawl(tmp_path, play)
    assert done.record["counts"]["blocked"] == 6
    assert "asks to be left alone until 20" in str(done.record["blocked"])
    assert "asks to be left alone until 20" in done.done.stderr
    assert len(done.keys) == 2  # of robots.txt and of the answer
    assert len(web.asked()) == 1


def test_a_login_is_an_absent_page(tmp_path: Path) -> None:
    def play(seen: Seen) -> Reply:
        page = "<title>登录</title><form><input type=password></form>"
        return no_robots(seen) or (Reply(page) if "/a/" in seen.url else Reply())

    done, _ = crawl(tmp_path, play)
    assert done.lines[0]["flags"] == ["login"]
    (absent,) = done.record["absent"]
    assert absent["url"] == SEEDS[0]
    assert "login" in absent["reason"]


def test_a_dead_host_is_named_with_its_reason(tmp_path: Path) -> None:
    done, web = crawl(tmp_path, lambda seen: Reply("", 502), {HOST: "refused"})
    assert done.lines == []
    assert done.done.returncode == Exit.NETWORK
    assert done.record["counts"]["failed"] == 6
    assert len(web.seen) + len(web.tunnels) < 10
