"""A played site crawled twice, a report corrected in between: who is told of what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.crawler.crawling import Crawl
from tests.replica import Replica
from tests.watch.services import service


def test_a_report_that_was_corrected_in_place_is_told_once(
    replica: Replica, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl = Crawl(replica, tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", crawl.environment["GONGKAI_STATE"])
    config = tmp_path / "gongkai.toml"

    def gongkai(*words: str) -> str:
        done = CliRunner().invoke(main, ["--config", str(config), *words, "--archive", crawl.archive])
        assert done.exit_code == 0, done.output
        return done.stdout

    with service() as played:
        config.write_text(
            f'[watch]\nlanguage = "en"\n[watch.channels.ops]\nkind = "webhook"\nurl = "{played.url}"\n'
        )
        assert crawl.run("--year", "2024").code == 0
        assert json.loads(gongkai("watch", "--json"))["open"] == []
        assert played.asked == []
        (correction,) = replica.correct()
        assert crawl.run("--year", "2024", "--recheck").code == 0
        (alert,) = json.loads(gongkai("watch", "--json"))["open"]
        gongkai("watch")
        (asked,) = played.asked
        assert "tables changed 1" in gongkai("digest")
        gongkai("digest", "--send")
        gongkai("digest", "--send")
        assert len(played.asked) == 2
    assert alert["code"] == "table-changed"
    assert alert["evidence"]["url"] == correction.url
    assert asked.body["raised"][0]["key"] == alert["key"]
    assert correction.organization in gongkai("diff", alert["evidence"]["change"])
