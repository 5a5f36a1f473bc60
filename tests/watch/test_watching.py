"""`gongkai watch` as its user meets it, on real archives and with real channels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.watch.alert import Alert
from crawler.watch.facts import Facts, Overdue, SiteFacts
from crawler.watch.settings import Channel, WatchSection
from crawler.watch.watching import Watched, read_state, watch
from storage.archive import Archive
from tests.watch.made import NOW, dead, run, site
from tests.watch.services import Answer, Service, service

TOKEN = "0123456789abcdef"


@pytest.fixture
def played() -> Iterator[Service]:
    with service(f"/hook/{TOKEN}") as found:
        yield found


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        yield archive


def settings(url: str, **more: Any) -> WatchSection:
    return WatchSection(channels={"ops": Channel.model_validate({"kind": "webhook", "url": url})}, **more)


def evaluate(archive: Archive, section: WatchSection, now: datetime, *sites: SiteFacts) -> Watched:
    return watch(archive, section, lambda: Facts(now=now, sites=sites, machine="here"), now, pause=0.001)


GONE = site(run(2), dead(1), dead(0.1))
WELL = site(run(3), dead(2), dead(1), run())
DAY = timedelta(days=1)


def test_an_alert_is_noted_told_once_and_resolved(opened: Archive, played: Service) -> None:
    section = settings(played.url)
    for day in range(4):
        evaluate(opened, section, NOW + day * DAY, GONE)
    assert [asked.body["title"] for asked in played.asked] == ["[Gongkai] 新增 1 条：主机无法访问"]
    for day in range(4, 8):
        evaluate(opened, section, NOW + day * DAY, WELL)
    assert [asked.body["title"] for asked in played.asked[1:]] == ["[Gongkai] 1 条已恢复：主机无法访问"]
    assert read_state(opened, NOW + 8 * DAY).open == []


def test_a_channel_that_fails_keeps_its_alerts_for_the_next_time(opened: Archive, played: Service) -> None:
    section = settings(played.url)
    played.answers(Answer(500, f"no {TOKEN}"))
    first = evaluate(opened, section, NOW, GONE)
    assert list(first.failed) == ["ops"]
    assert TOKEN not in json.dumps(first.to_json())
    played.answers(Answer())
    second = evaluate(opened, section, NOW + DAY, GONE)
    assert second.told == {"ops": 1}
    assert second.noted == {}


def test_another_machine_knows_what_this_one_told(opened: Archive, played: Service, tmp_path: Path) -> None:
    section = settings(played.url)
    evaluate(opened, section, NOW, GONE)
    with Archive.open(opened.url, state=tmp_path / "other machine") as other:
        evaluate(other, section, NOW + timedelta(minutes=5), GONE)
    assert len(played.asked) == 1


def test_a_machine_whose_clock_is_behind_tells_once(opened: Archive, played: Service) -> None:
    evaluate(opened, WatchSection(), NOW, GONE)
    for minutes in (5, 10):
        evaluate(opened, settings(played.url), NOW - timedelta(minutes=60 - minutes), GONE)
    assert len(played.asked) == 1


def test_the_state_is_summed_up_now_and_then(opened: Archive, played: Service) -> None:
    section = settings(played.url)
    for day in range(0, 130, 10):
        evaluate(opened, section, NOW + day * DAY, GONE)
    records = list(opened.alert_records(None))
    assert 4 <= sum("state" in record for record in records) <= 6
    assert len(played.asked) == 2  # the second: nobody crawls the site any more
    assert len(read_state(opened, NOW + 130 * DAY).open) == 2


def test_an_evaluation_without_news_writes_no_more_than_once_a_day(opened: Archive) -> None:
    for hour in range(49):
        evaluate(opened, WatchSection(), NOW + timedelta(hours=hour), WELL)
    assert len(list(opened.alert_records(None))) == 3


def test_what_only_a_retired_machine_could_see_ends_untold(opened: Archive, played: Service) -> None:
    def look(machine: str, day: float, *late: Overdue) -> list[str]:
        now = NOW + day * DAY
        facts = Facts(now=now, machine=machine, overdue=late)
        watch(opened, settings(played.url), lambda: facts, now, pause=0.001)
        return [known.alert.subject for known in read_state(opened, now).open]

    late = Overdue("crawl bjxch", NOW - DAY)
    assert look("old", 0, late) == ["old"]
    for day in range(5, 35, 5):
        assert look("new", day) == ["old"]
    assert look("old", 35, late) == ["old"]
    for day in range(40, 71, 5):
        assert look("new", day) == ["old"]
    assert look("new", 70.1) == []
    assert len(played.asked) == 1
    assert look("old", 71, late) == ["old"]
    assert len(played.asked) == 2


def test_channels_hear_what_they_asked_for(opened: Archive, played: Service, tmp_path: Path) -> None:
    def kept(name: str, **more: Any) -> Channel:
        return Channel.model_validate({"kind": "file", "path": tmp_path / name, **more})

    section = WatchSection(
        channels={
            "all": kept("all", language="en"),
            "grave": kept("grave", severity="critical"),
            "others": kept("others", sites=("other",)),
            "blocks": kept("blocks", codes=("blocked",)),
            "quiet": kept("quiet", alerts=False),
            "gone": kept("gone", codes=("host-gone",), resolved=False),
        }
    )
    watched = evaluate(opened, section, NOW, GONE)
    assert watched.told == {"all": 1, "gone": 1}
    for day in (1, 2, 3):
        evaluate(opened, section, NOW + day * DAY, WELL)
    assert len((tmp_path / "all").read_text("utf-8").splitlines()) == 2
    assert len((tmp_path / "gone").read_text("utf-8").splitlines()) == 1
    assert "1 resolved" in (tmp_path / "all").read_text("utf-8")


def test_an_alert_whose_code_is_muted_ends_untold(opened: Archive, played: Service) -> None:
    evaluate(opened, settings(played.url), NOW, GONE)
    for day in (1, 2, 3):
        section = settings(played.url, mute=("host-gone",))
        watched = evaluate(opened, section, NOW + day * DAY, GONE)
    assert watched.state.open == []
    assert len(played.asked) == 1


def test_muted_codes_raise_nothing(opened: Archive, played: Service) -> None:
    assert evaluate(opened, settings(played.url, mute=("host-gone",)), NOW, GONE).state.open == []


# ------------------------------------------------------------------ the verb


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    Archive.open("archive").close()
    return tmp_path


def gongkai(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gongkai")


def raise_by_hand(when: datetime) -> None:
    # Of a site that is not looked at: it stays as it is.
    alert = Alert("host-gone", "elsewhere", "h", when, "无法访问。", "Gone.")
    with Archive.open("archive") as archive:
        archive.put_alerts({"kind": "evaluation", "raised": [alert.to_json()]}, when)


def test_a_new_archive_has_no_alerts(here: Path) -> None:
    found = gongkai("watch", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["open"] == []
    assert "0 open alerts" in found.stderr


def test_open_alerts_are_shown(here: Path) -> None:
    raise_by_hand(datetime.now(UTC) - timedelta(hours=1))
    english, chinese = gongkai("watch", "--dry-run"), gongkai("watch", "--dry-run", "--language", "zh")
    assert "warning" in english.stdout
    assert "Gone." in english.stdout
    assert "无法访问。" in chinese.stdout


def test_a_dry_run_writes_and_tells_nothing(here: Path, played: Service) -> None:
    (here / "gongkai.toml").write_text(f'[watch.channels.ops]\nkind = "webhook"\nurl = "{played.url}"\n')
    raise_by_hand(datetime.now(UTC) - timedelta(hours=1))
    before = sorted((here / "archive" / "alerts").rglob("*.json"))
    found = gongkai("watch", "--dry-run")
    assert found.exit_code == 0
    assert sorted((here / "archive" / "alerts").rglob("*.json")) == before
    assert played.asked == []


def test_a_channel_that_fails_is_named_and_ends_with_5(here: Path, played: Service) -> None:
    (here / "gongkai.toml").write_text(f'[watch.channels.ops]\nkind = "slack"\nurl = "{played.url}"\n')
    raise_by_hand(datetime.now(UTC) - timedelta(hours=1))
    played.answers(Answer(404, "no_service"))
    found = gongkai("watch")
    assert found.exit_code == 5
    assert "channel ops: 127.0.0.1 answers 404: no_service" in found.stderr
    assert TOKEN not in found.output
    played.answers(Answer())
    again = gongkai("watch")
    assert again.exit_code == 0
    assert "ops told of 1" in again.stderr


def test_only_one_machine_looks_or_sends_at_a_time(here: Path) -> None:
    with Archive.open("archive", state=here / "other machine") as other:
        for verb, lease in (("watch", "_watch"), ("digest", "_digest")):
            with other.lease(lease, verb):
                found = gongkai(verb, *(["--send"] if verb == "digest" else []))
                assert found.exit_code == 8, found.output
                assert "nother machine" in found.stderr
    assert list((here / "archive").rglob("alerts/**/*.json")) == []


def test_a_crash_before_it_is_noted_that_a_channel_was_told_tells_twice(
    opened: Archive, played: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    section, put = settings(played.url), opened.put_alerts

    def killed(record: dict[str, Any], now: datetime) -> str:
        if record["kind"] == "delivery":
            raise KeyboardInterrupt
        return put(record, now)

    monkeypatch.setattr(opened, "put_alerts", killed)
    with pytest.raises(KeyboardInterrupt):
        evaluate(opened, section, NOW, GONE)
    monkeypatch.undo()
    assert evaluate(opened, section, NOW + DAY, GONE).told == {"ops": 1}
    assert len(played.asked) == 2


def test_a_digest_from_the_command_line(here: Path, played: Service) -> None:
    assert "[Gongkai] 周报" in gongkai("digest").stdout
    assert "Daily digest" in gongkai("digest", "--days", "1", "--language", "en").stdout
    assert json.loads(gongkai("digest", "--json").stdout)["schema"] == "gongkai.digest/1"
    assert gongkai("digest", "--days", "1", "--since", "2026-01-01").exit_code == 2
    assert gongkai("digest", "--since", "2999-01-01").exit_code == 2
    assert gongkai("digest", "--since", "0001-01-01").exit_code == 2
    assert "no channel" in gongkai("digest", "--send").stderr
    (here / "gongkai.toml").write_text(f'[watch.channels.ops]\nkind = "webhook"\nurl = "{played.url}"\n')
    played.answers(Answer(404, f"no {TOKEN}"))
    failed = gongkai("digest", "--send")
    assert failed.exit_code == 5
    assert TOKEN not in failed.output
    played.answers(Answer())
    assert "sent to ops" in gongkai("digest", "--send").stderr
    assert "has had a digest" in gongkai("digest", "--send").stderr
    assert len(played.asked) == 2


def test_trying_a_channel(here: Path, played: Service) -> None:
    config = here / "gongkai.toml"
    config.write_text(f'[watch.channels.ops]\nkind = "feishu"\nurl = "{played.url}"\nlanguage = "en"\n')
    played.answers(Answer(200, '{"code": 0}'))
    assert gongkai("watch", "--test", "ops").exit_code == 0
    assert "if you read it, the channel works" in played.asked[0].body["content"]["text"]
    played.answers(Answer(200, '{"code": 19021, "msg": "sign match fail"}'))
    failed = gongkai("watch", "--test", "ops")
    assert failed.exit_code == 5
    assert "sign match fail" in failed.stderr
    unknown = gongkai("watch", "--test", "op")
    assert unknown.exit_code == 2
    assert "(ops)" in unknown.stderr


MAIL = 'kind = "email"\nhost = "h"\nsender = "a@b"\n'


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('kind = "feishu"', "needs its address"),
        ('kind = "fax"', "should be"),
        ('kind = "file"', "needs path"),
        (MAIL, "needs to"),
        (MAIL + 'to = ["b@c"]\nuser = "u"', "password_env"),
        (MAIL + 'to = ["b@c"]\nuser = "u"\npassword_env = "P"\ntls = "none"', "in the clear"),
        ('kind = "slack"\nurl_env = "https://hooks.slack.com/secret"', "name of an environment variable"),
        ('kind = "slack"\nurl = "secret"', "whole address"),
        ('kind = "slack"\nurl_env = "U"\npath = "x"', 'path goes with kind = "file"'),
        ('kind = "slack"\nurl_env = "U"\ncodes = ["late"]', "no code of an alert"),
        ('kind = "email"\npassword = "secret"', "secret"),
    ],
)
def test_what_is_wrong_about_a_channel_is_said_with_its_place(here: Path, table: str, words: str) -> None:
    (here / "gongkai.toml").write_text(f"[watch.channels.ops]\n{table}\n")
    found = gongkai("watch")
    assert found.exit_code == 2
    assert "gongkai.toml" in found.stderr
    assert words in found.stderr
    assert "/secret" not in found.stderr
    assert '"secret"' not in found.stderr
