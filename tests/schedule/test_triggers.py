"""The moments that cron expressions and the calendar of these reports mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.schedule.calendar import MINUTES, ZONE, ReportCalendar, rhythm
from crawler.schedule.stagger import calendars
from crawler.schedule.triggers import Cron, NewParser

DAY = timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


# ------------------------------------------------------------------ cron


@pytest.mark.parametrize(
    ("cron", "weekdays"),
    [
        ("0 3 * * 0", {6}),
        ("0 3 * * 7", {6}),
        ("0 3 * * 1-5", {0, 1, 2, 3, 4}),
        ("0 3 * * 5-7", {4, 5, 6}),
        ("0 3 * * mon,wed", {0, 2}),
        ("0 3 * * MON-FRI", {0, 1, 2, 3, 4}),
    ],
)
def test_weekdays_are_those_of_cron(cron: str, weekdays: set[int]) -> None:
    """APScheduler 3 counts from Monday, cron from Sunday."""
    trigger, moment, met = Cron(cron), datetime(2026, 1, 1, tzinfo=UTC), set()
    for _ in range(14):
        following = trigger.next(moment)
        assert following is not None
        moment = following
        met.add(moment.weekday())
    assert met == weekdays


def test_moments_are_those_of_the_offices_that_publish() -> None:
    fire = Cron("20 3 * * *").next(datetime(2026, 1, 1, tzinfo=UTC))
    assert fire is not None
    assert fire.astimezone(UTC) == datetime(2026, 1, 1, 19, 20, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["* * * * *", "20 3 * * *", "0 0 1 1 *", "0 0 29 2 *"])
def test_the_latest_moment_is_found_however_long_ago(cron: str) -> None:
    now = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)
    found = Cron(cron).latest(LONG_AGO, None, now)
    assert found is not None
    assert found <= now
    following = Cron(cron).next(found)
    assert following is not None
    assert following > now


def test_a_moment_met_already_is_not_met_again() -> None:
    fire = local(2026, 1, 2, 3, 20)
    assert Cron("20 3 * * *").latest(fire - timedelta(seconds=1), None, fire) == fire
    assert Cron("20 3 * * *").latest(fire, None, fire + timedelta(hours=23)) is None
    assert Cron("20 3 * * *").latest(LONG_AGO, fire, fire + timedelta(hours=23)) is None


# ------------------------------------------------------------------ the calendar of these reports


@pytest.mark.parametrize(
    ("day", "how"),
    [
        ((1, 1), "weekly"),
        ((1, 9), "weekly"),
        ((1, 10), "daily"),
        ((1, 31), "daily"),
        ((2, 14), "daily"),
        ((2, 15), "weekly"),
        ((3, 17), "daily"),
        ((3, 31), "daily"),
        ((4, 14), "daily"),
        ((4, 15), "weekly"),
        ((5, 31), "weekly"),
        ((6, 1), "monthly"),
        ((12, 31), "monthly"),
    ],
)
def test_the_weeks_around_the_deadlines_are_daily(day: tuple[int, int], how: str) -> None:
    assert rhythm(date(2026, *day)) == how


def turns(calendar: ReportCalendar, year: int) -> list[datetime]:
    found, moment = [], local(year, 1, 1)
    while (moment := calendar.next(moment)) < local(year + 1, 1, 1):
        found.append(moment.astimezone(ZONE))
    return found


@pytest.mark.parametrize("year", [2024, 2025, 2026])
@pytest.mark.parametrize("draw", [0, 3, 6, 7 * 27, 7 * 27 + 5])
def test_a_year_of_turns(year: int, draw: int) -> None:
    calendar = ReportCalendar(minute=299, draw=draw)
    found = turns(calendar, year)
    assert all((turn.hour, turn.minute) == (5, 59) for turn in found)
    count = {how: sum(rhythm(turn.date()) == how for turn in found) for how in ("daily", "weekly", "monthly")}
    assert count["daily"] == 36 + 29
    assert 11 <= count["weekly"] <= 14
    assert count["monthly"] == 7
    for before, after in pairwise(found):
        assert timedelta(hours=23) < after - before <= 37 * DAY
        if rhythm(before.date()) == rhythm(after.date()) == "weekly" and after - before < 20 * DAY:
            assert (after - before) % (7 * DAY) == timedelta()


def test_missed_turns_of_the_calendar_are_one_turn() -> None:
    calendar = ReportCalendar(minute=140, draw=3)
    done = local(2026, 1, 11, 3, 20)
    assert calendar.latest(LONG_AGO, done, local(2026, 1, 18, 12)) == local(2026, 1, 18, 3, 20)
    assert calendar.latest(LONG_AGO, done, local(2026, 1, 18, 3, 19)) == local(2026, 1, 17, 3, 20)
    assert calendar.latest(LONG_AGO, local(2026, 1, 18, 3, 20), local(2026, 1, 18, 12)) is None
    assert calendar.latest(local(2026, 1, 18, 3, 20), None, local(2026, 1, 18, 12)) is None


def test_a_site_whose_minute_moves_has_no_second_turn_that_night() -> None:
    done = ReportCalendar(minute=140, draw=3).latest(LONG_AGO, None, local(2026, 1, 18, 3, 20))
    moved = ReportCalendar(minute=142, draw=3)
    assert done is not None
    assert moved.latest(LONG_AGO, done, local(2026, 1, 18, 12)) is None
    assert moved.latest(LONG_AGO, done, local(2026, 1, 19, 3, 22)) == local(2026, 1, 19, 3, 22)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_turn_is_found_from_both_sides(month: int) -> None:
    for draw in range(0, 196, 13):
        calendar = ReportCalendar(minute=7, draw=draw)
        moment = calendar.next(local(2026, month, 1))
        assert calendar.latest(LONG_AGO, None, moment) == moment
        earlier = calendar.latest(LONG_AGO, None, moment - timedelta(seconds=1))
        assert earlier is not None
        assert calendar.next(earlier) == moment


def test_what_was_crawled_in_the_same_night_counts() -> None:
    calendar = ReportCalendar(minute=140, draw=3)
    assert calendar.counts_from(local(2026, 1, 18, 3, 20)) == local(2026, 1, 18)
    assert Cron("20 3 * * *").counts_from(local(2026, 1, 18, 3, 20)) == local(2026, 1, 18, 3, 20)


# ------------------------------------------------------------------ spread


def test_no_minute_is_crowded_and_every_hour_is_used() -> None:
    placed = calendars(f"site{number}" for number in range(1000))
    by_minute = [sum(one.minute == minute for one in placed.values()) for minute in range(MINUTES)]
    assert max(by_minute) <= 4
    assert min(sum(by_minute[start : start + 60]) for start in range(0, MINUTES, 60)) > 150
    by_day = [sum(1 + one.draw // 7 % 28 == day for one in placed.values()) for day in range(1, 29)]
    assert max(by_day) < 70
    by_weekday = [sum(one.draw % 7 == day for one in placed.values()) for day in range(7)]
    assert max(by_weekday) < 200


def test_sites_keep_their_places_when_others_come() -> None:
    few = calendars(f"site{number}" for number in range(100))
    more = calendars(f"site{number}" for number in range(101))
    assert len({one.minute for one in few.values()}) == 100
    assert all(few[site].draw == more[site].draw for site in few)
    assert sum(few[site].minute != more[site].minute for site in few) <= 5


# ------------------------------------------------------------------ a newer parser


def test_a_parser_version_is_due_once() -> None:
    met = local(2026, 1, 1)
    trigger = NewParser("gongkai 1.0")
    assert trigger.latest(met, None, met) == met
    assert trigger.latest(met, met, met + DAY) is None
    assert trigger.latest(met + DAY, met, met + DAY) == met + DAY
    assert trigger.next(met) is None
