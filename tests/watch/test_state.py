"""What becomes of alerts: raised once, told once to each channel, over when they have passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.watch.alert import Alert, alert_of
from crawler.watch.state import News, State, Verdict, delivery, evaluate, fold, news, stamp
from tests.watch.made import NOW, ago

DAY = timedelta(days=1)
GONE = Alert("host-gone", "a", "h", ago(days=1), "甲", "a", {"runs": ["r"]})
CHANGED = Alert("table-changed", "a", "x", ago(days=1), "乙", "b")


class Story:
    """Evaluations and deliveries one after the other, told by records only."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.now = NOW

    @property
    def state(self) -> State:
        return fold(self.records)

    def see(self, *alerts: Alert, after: timedelta = DAY, unsure: Iterable[str] = ()) -> dict[str, Any]:
        self.now += after
        verdict = Verdict({alert.key: alert for alert in alerts}, frozenset(unsure))
        noted = evaluate(self.state, verdict, self.now, DAY)
        self._note({"kind": "evaluation", **noted})
        return noted

    def tell(self, channel: str = "ops", remind: timedelta | None = None) -> News:
        found = news(self.state.alerts.values(), channel, self.now, remind)
        self.now += timedelta(seconds=1)
        self._note(delivery(channel, found))
        return found

    def _note(self, record: dict[str, Any]) -> None:
        self.records.append(record | {"noted": stamp(self.now)})


def test_a_digest_noted_while_the_state_was_written_counts() -> None:
    earlier = {"kind": "digest", "channel": "ops", "to": stamp(NOW), "noted": stamp(NOW)}
    written = {"kind": "evaluation", "state": State().to_json(), "noted": stamp(NOW + DAY)}
    assert fold([earlier, written]).digests == {"ops": NOW}


def test_an_alert_is_told_once_and_then_its_end() -> None:
    story = Story()
    assert [one["key"] for one in story.see(GONE)["raised"]] == [GONE.key]
    assert [known.alert for known in story.tell().raised] == [GONE]
    for _ in range(5):
        assert story.see(GONE) == {}
        assert not story.tell()
    assert story.see() == {"passing": [GONE.key]}
    assert not story.tell()
    assert story.see() == {"ended": [{"key": GONE.key, "end": "resolved"}]}
    assert [known.alert for known in story.tell().resolved] == [GONE]
    assert story.state.open == []
    assert not story.tell()


def test_what_comes_and_goes_is_told_once() -> None:
    story = Story()
    told = 0
    for seen in ([GONE], []) * 10:
        story.see(*seen)
        found = story.tell()
        told += len(found.open) + len(found.resolved)
    assert told == 1


def test_a_day_is_a_day_though_the_clock_was_a_little_early() -> None:
    story = Story()
    story.see(GONE)
    story.see()
    assert story.see(after=DAY - timedelta(minutes=5))["ended"] == [{"key": GONE.key, "end": "resolved"}]


def test_without_settling_a_state_is_over_at_once() -> None:
    story = Story()
    story.see(GONE)
    verdict = Verdict()
    assert evaluate(story.state, verdict, story.now, timedelta()) == {
        "ended": [{"key": GONE.key, "end": "resolved"}]
    }


@pytest.mark.parametrize("about", [GONE.key, "host-gone:a:*", "host-gone:*"])
def test_an_alert_of_which_nothing_is_known_stays_open(about: str) -> None:
    story = Story()
    story.see(GONE)
    for _ in range(9):
        assert story.see(unsure=[about]) == {}
    assert [known.alert.key for known in story.state.open] == [GONE.key]


def test_an_event_ends_untold() -> None:
    story = Story()
    story.see(CHANGED)
    story.tell()
    story.now += timedelta(days=40)
    assert story.see()["ended"] == [{"key": CHANGED.key, "end": "expired"}]
    assert not story.tell()


def test_a_late_body_that_turns_out_to_be_in_time_is_resolved() -> None:
    late = Alert("late-body", "a", "局 2025", ago(days=1), "丙", "c")
    story = Story()
    story.see(late)
    story.tell()
    story.see()
    story.see()
    assert [known.alert.key for known in story.tell().resolved] == [late.key]


def test_only_another_mark_is_news() -> None:
    story = Story()
    story.see(GONE)
    story.tell()
    reworded = replace(GONE, message_en="a, since longer", since=ago(days=0))
    assert story.see(reworded) == {}
    worse = replace(reworded, mark="2")
    assert [one["mark"] for one in story.see(worse)["changed"]] == ["2"]
    (known,) = story.tell().changed
    assert known.alert.mark == "2"
    assert known.alert.since == GONE.since
    assert not story.tell()


def test_what_comes_back_after_its_end_is_new() -> None:
    story = Story()
    story.see(GONE)
    story.tell()
    story.see()
    story.see()
    story.tell()
    story.see(GONE)
    assert [known.alert for known in story.tell().raised] == [GONE]


def test_a_channel_that_failed_is_told_later_and_not_of_what_is_over() -> None:
    story = Story()
    story.see(GONE, CHANGED)
    story.tell("well")
    story.see(CHANGED)
    story.see(CHANGED)
    assert [known.alert.code for known in story.tell("failed").open] == ["table-changed"]
    assert [known.alert.code for known in story.tell("well").resolved] == ["host-gone"]
    assert not story.tell("failed")


def test_reminders_are_of_states_and_only_on_demand() -> None:
    story = Story()
    story.see(GONE, CHANGED)
    story.tell()
    story.now += timedelta(days=8)
    assert not news(story.state.alerts.values(), "ops", story.now, None)
    (known,) = story.tell(remind=timedelta(days=7)).reminded
    assert known.alert == GONE
    assert not story.tell(remind=timedelta(days=7))


def test_two_machines_that_raise_the_same_raise_one() -> None:
    story = Story()
    noted = story.see(GONE)
    story._note({"kind": "evaluation", **noted})
    story.tell()
    assert len(story.state.open) == 1
    assert not story.tell()


def test_a_fold_can_begin_at_a_state_that_was_written_down() -> None:
    story = Story()
    story.see(GONE, CHANGED)
    story.tell()
    story.see(CHANGED)
    story._note({"kind": "digest", "channel": "mail", "to": stamp(story.now)})
    whole = story.state
    story._note({"kind": "evaluation", "state": whole.to_json()})
    assert fold(story.records[-1:]).alerts == fold(story.records).alerts == whole.alerts
    assert fold(story.records[-1:]).digests == whole.digests == {"mail": story.now}


def test_alerts_that_ended_long_ago_are_forgotten() -> None:
    story = Story()
    story.see(GONE)
    story.see()
    story.see()
    story.see(after=timedelta(days=31))
    assert story.state.alerts == {}


def test_an_alert_survives_its_record() -> None:
    assert alert_of(GONE.to_json()) == GONE


def test_an_alert_that_only_a_newer_version_knows_is_not_ended() -> None:
    story = Story()
    story.see(replace(GONE, code="something-newer"))
    assert story.see() == {}
    assert not story.tell(remind=DAY).resolved


def test_records_of_another_kind_are_passed_over() -> None:
    moment = datetime(2026, 1, 1).astimezone()
    assert fold([{"kind": "something newer", "noted": stamp(moment)}]).alerts == {}
