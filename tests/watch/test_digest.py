"""The digest: in words, and sent once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crawler.watch.alert import Alert
from crawler.watch.digest import Altered, Digest, Missing, Published, Runs, SiteDigest, digest_of
from crawler.watch.digest_text import digest_message
from crawler.watch.digesting import REACH, Sent, send_digest
from crawler.watch.facts import Facts
from crawler.watch.settings import Channel, WatchSection
from crawler.watch.state import State
from crawler.watch.watching import read_state, watch
from pipelines.coverage.model import Body, Cell, Coverage, Deadline
from storage.archive import Archive
from tests.watch.made import NOW, ago, dead, run, site
from tests.watch.services import Answer, Service, service

WEEK = timedelta(days=7)


def published(number: int, late: int | None = None) -> Published:
    return Published(f"第{number:02}局", 2025, date(2026, 2, 5), late, f"https://x.gov.cn/{number}")


def made(**said: Any) -> Digest:
    busy = SiteDigest(
        "bjxch",
        "北京市西城区",
        published=(*map(published, range(12)), published(12, 5)),
        missing=(Missing("统计局", 2025, date(2026, 1, 31)),),
        altered=(Altered("0a1b2c", "tables", "财政局 2024", date(2026, 2, 6), 3),),
        runs=Runs(7, 6, 30, 2, "20260209T000000Z-0a1b2c"),
        findings={"requests-balance": 2},
    )
    fresh = SiteDigest("new", "某区", begun=True, published=(published(1, 300),), runs=Runs(1, 1, 9, 0, "r"))
    alert = Alert("host-gone", "bjxch", "h", NOW, "某网站无法访问。", "A site is gone.")
    usual: dict[str, Any] = {"sites": (busy, fresh), "raised": (alert,), "resolved": (), "open": (alert,)}
    return Digest("./archive", NOW - WEEK, NOW, **usual | said)


def test_a_week_in_chinese() -> None:
    said = digest_message(made(), "zh")
    assert said.title == "[Gongkai] 周报 2026-02-03 – 2026-02-10"
    for line in (
        "· 网站 2 个；抓取 8 次，其中完整 7 次。",
        "· 新公开年报 14 份，其中逾期 1 份；目前逾期未公开 1 份。",
        "· 某网站无法访问。",
        "· 北京市西城区（bjxch）：13 份",
        "    第12局 2025，2026-02-05 公开，逾期 5 天",
        "    ……另有 3 份",
        "· 某区（new）：1 份（首次抓取）",
        "    统计局 2025，期限 2026-01-31",
        "    2026-02-06 改动表格：财政局 2024，3 个数字（gongkai diff 0a1b2c）",
        "· requests-balance：2",
        "· 北京市西城区（bjxch）：7 次中 1 次（gongkai runs 20260209T000000Z-0a1b2c）",
    ):
        assert line in said.lines, line


def test_a_week_in_english() -> None:
    said = digest_message(made(), "en")
    assert said.title == "[Gongkai] Weekly digest 2026-02-03 – 2026-02-10"
    for line in (
        "· New reports: 14, late: 1. Overdue now: 1.",
        "· A site is gone.",
        "    第12局 2025, published 2026-02-05, 5 days late",
        "    ... and 3 more",
        "· 某区 (new): 1 (first crawl)",
        "    2026-02-06 tables changed: 财政局 2024, 3 figures (gongkai diff 0a1b2c)",
    ):
        assert line in said.lines, line


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_quiet_week_is_short(language: Any) -> None:
    quiet = SiteDigest("bjxch", "北京市西城区", runs=Runs(7, 7))
    said = digest_message(made(sites=(quiet,), raised=(), open=()), language)
    assert sum(line.startswith("■") for line in said.lines) == 1
    assert not any(
        line.strip() == "" and after.strip() == ""
        for line, after in zip(said.lines, said.lines[1:], strict=False)
    )


def test_a_busy_year_has_limits() -> None:
    alert = made().open[0]
    sites = [
        SiteDigest(
            f"s{n}", "某区", missing=tuple(Missing(f"{m}局", 2025, date(2026, 1, 31)) for m in range(99))
        )
        for n in range(3)
    ]
    said = digest_message(made(sites=tuple(sites), open=(alert,) * 500), "zh")
    assert len(said.lines) < 70
    assert "    ……另有 89 份：gongkai coverage s0" in said.lines
    assert "· ……另有 490 条：gongkai watch" in said.lines


def test_machines_get_all_of_it() -> None:
    found = json.loads(json.dumps(digest_message(made(), "zh").data))
    assert found["schema"] == "gongkai.digest/1"
    assert found["sites"][0]["published"][12]["late_days"] == 5
    assert found["sites"][0]["missing"][0]["deadline"] == "2026-01-31"


# ------------------------------------------------------------------ sending


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        yield archive


@pytest.fixture
def played() -> Iterator[Service]:
    with service() as found:
        yield found


def sent(archive: Archive, section: WatchSection, days: float = 0) -> Sent:
    now = NOW + timedelta(days=days)
    return send_digest(
        archive, section, lambda since: replace(made(), since=since, until=now), now, WEEK, pause=0.001
    )


def section(played: Service, **more: Any) -> WatchSection:
    quiet = Channel.model_validate({"kind": "webhook", "url": played.url, "digest": False})
    ops = Channel.model_validate({"kind": "webhook", "url": played.url, **more})
    return WatchSection(channels={"ops": ops, "quiet": quiet})


def test_a_digest_is_sent_once_a_week_and_by_one_machine(
    opened: Archive, played: Service, tmp_path: Path
) -> None:
    assert sent(opened, section(played)).sent == ["ops"]
    with Archive.open(opened.url, state=tmp_path / "other machine") as other:
        assert sent(other, section(played), 0.01).had == {"ops": NOW}
    assert sent(opened, section(played), 7).sent == ["ops"]
    assert len(played.asked) == 2
    assert played.asked[0].body["title"].startswith("[Gongkai] 周报")


def test_a_digest_that_was_not_taken_is_sent_again(opened: Archive, played: Service) -> None:
    played.answers(Answer(404, "gone"))
    assert list(sent(opened, section(played)).failed) == ["ops"]
    played.answers(Answer())
    assert sent(opened, section(played, language="en"), 0.1).sent == ["ops"]
    assert "Weekly digest" in played.asked[-1].body["title"]


def test_a_digest_begins_where_the_last_one_ended(opened: Archive, played: Service) -> None:
    sent(opened, section(played))
    sent(opened, section(played), 7.01)
    sent(opened, section(played), 27)
    second, third = (asked.body for asked in played.asked[1:])
    assert datetime.fromisoformat(second["since"]) == NOW
    assert (second["before"], "截至" in second["text"]) == (None, False)
    assert second["title"].startswith("[Gongkai] 周报")
    assert datetime.fromisoformat(third["since"]) == NOW + timedelta(days=7.01)
    assert "上次发出的简报截至 2026-02-17，此后有简报未能发出。本期从那时起。" in third["text"]


def test_a_digest_reaches_back_two_months(opened: Archive, played: Service) -> None:
    sent(opened, section(played, language="en"))
    now = NOW + timedelta(days=100)
    assert sent(opened, section(played, language="en"), 100).gaps == {"ops": (NOW, now - REACH)}
    text = played.asked[1].body["text"]
    assert (
        "some were missed since. This one begins on 2026-03-22: for the time before, gongkai digest" in text
    )


def test_alerts_of_long_ago_are_in_a_long_digest(opened: Archive) -> None:
    gone, well = site(run(2), dead(1), dead(0.1)), site(run(1))
    for day in (*range(3), *range(3, 120, 3)):
        now = NOW + timedelta(days=day)
        gather = partial(Facts, now=now, sites=(gone if day == 0 else well,), machine="here")
        watch(opened, WatchSection(), gather, now)
    until = NOW + timedelta(days=119)

    def alerts(since: datetime) -> tuple[int, int]:
        found = digest_of(opened, {}, (), read_state(opened, until, since), since, until)
        return sum(one.code == "host-gone" for one in found.raised), sum(
            one.code == "host-gone" for one in found.resolved
        )

    assert alerts(NOW - timedelta(days=1)) == (1, 1)
    assert alerts(NOW + timedelta(days=1)) == (0, 1)
    assert alerts(NOW + timedelta(days=60)) == (0, 0)


def test_what_a_young_site_publishes_is_news(monkeypatch: pytest.MonkeyPatch, opened: Archive) -> None:
    """Its first run was six hours before the last digest: what has come since is not of the first crawl."""

    def late(body: str, days: float) -> Body:
        cell = Cell(
            2025, "late", Deadline(date(2026, 1, 31), "x"), "late", first_seen=ago(days=days), late_days=3
        )
        return Body(body, "department", (cell,))

    def digest(*bodies: Body) -> SiteDigest:
        covered = Coverage("example", "某区", date(2026, 2, 10), (2025,), bodies)
        monkeypatch.setattr("crawler.watch.digest.coverage_of", lambda *_, **__: covered)
        monkeypatch.setattr("crawler.watch.digest.changes", lambda *_: ())
        monkeypatch.setattr(Archive, "sites", lambda self: ["example"])
        monkeypatch.setattr(Archive, "runs", lambda self, key: iter([{"run": run(7.25).run}]))
        monkeypatch.setattr(Archive, "reports", lambda self, key, year: ())
        return digest_of(opened, {}, (), State(), NOW - WEEK, NOW).sites[0]

    both = digest(late("甲局", 6.9), late("乙局", 2))
    assert not both.begun
    assert [one.body for one in both.late] == ["乙局"]
    only = digest(late("甲局", 6.9))
    assert only.begun
    assert (len(only.published), only.late) == (1, ())


def test_days_are_those_of_china() -> None:
    assert made().days == (date(2026, 2, 3), date(2026, 2, 10))
    assert ago(days=7) == made().since
