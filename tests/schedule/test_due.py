"""What is due, whatever the clock and the plan do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.schedule.triggers import Cron, NewParser
from tests.schedule.desk import DAY, DUE, EVE, Desk, turn


def test_a_new_job_waits_for_its_first_turn_and_then_runs_once(desk: Desk) -> None:
    desk.tick(EVE)
    assert desk.crawls == []
    desk.tick(DUE)
    desk.tick(DUE + timedelta(hours=1))
    assert desk.crawls == ["crawl bjxch"]
    last = desk.last()
    assert (last.state, last.exit_code, last.slot.due) == ("done", 0, DUE)


def test_each_job_has_a_log_file(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    log = desk.last().log
    assert log == str(desk.folder / "logs" / "2026-01-02" / "040000-bjxch-daily.log")
    assert Path(log).read_text() == "crawling bjxch\n"


def test_where_no_log_can_be_written_the_job_runs_all_the_same(desk: Desk) -> None:
    (desk.folder / "logs").write_text("a file where the folder should be")
    desk.tick(EVE)
    desk.tick(DUE)
    assert desk.last().exit_code == 0
    assert any("cannot be written" in line for line in desk.said)


# ------------------------------------------------------------------ what is due


def test_turns_missed_while_the_scheduler_was_down_are_made_up_once(desk: Desk) -> None:
    desk.tick(EVE)
    desk.restart()
    desk.tick(DUE + 9 * DAY)
    desk.tick(DUE + 9 * DAY + timedelta(hours=1))
    assert desk.crawls == ["crawl bjxch"]
    desk.tick(DUE + 10 * DAY)
    assert desk.crawls == ["crawl bjxch"] * 2


def test_a_machine_that_slept_for_a_week_makes_it_up_once(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE + 7 * DAY + timedelta(hours=3))
    assert desk.crawls == ["crawl bjxch"] * 2
    assert desk.last().slot.due == DUE + 7 * DAY


def test_a_job_added_or_changed_today_makes_up_nothing(desk: Desk) -> None:
    desk.tick(EVE)
    desk.plan = replace(desk.plan, turns=(turn(trigger=Cron("0 5 * * *")),))
    desk.restart()
    desk.tick(EVE + 3 * DAY)
    assert desk.crawls == []


def test_a_clock_that_goes_back_repeats_nothing_and_hides_nothing(desk: Desk) -> None:
    desk.tick(EVE)
    desk.tick(DUE)
    desk.tick(DUE - timedelta(minutes=30))
    desk.tick(DUE + timedelta(minutes=1))
    assert desk.crawls == ["crawl bjxch"]
    assert "the clock went back" in desk.said[-1]
    desk.tick(DUE + DAY)
    assert desk.crawls == ["crawl bjxch"] * 2


@pytest.mark.parametrize("restarted", [False, True])
def test_what_a_clock_wrote_that_ran_years_ahead_hides_no_turn(desk: Desk, restarted: bool) -> None:
    desk.tick(EVE)
    desk.tick(DUE + 4 * 365 * DAY)
    assert desk.crawls == ["crawl bjxch"]
    if restarted:
        desk.restart()
    desk.tick(DUE - timedelta(hours=1))
    desk.tick(DUE)
    assert desk.crawls == ["crawl bjxch"] * 2


def test_a_clock_that_is_not_set_yet_is_not_believed(desk: Desk) -> None:
    desk.tick(datetime(1970, 1, 1, tzinfo=UTC))
    desk.tick(EVE)
    assert desk.crawls == []
    desk.tick(DUE)
    assert desk.crawls == ["crawl bjxch"]


def test_a_new_parser_reads_again_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn("again", trigger=NewParser("1.0"), kind="reparse"))
    desk.tick(EVE)
    desk.restart()
    desk.tick(EVE + DAY)
    assert desk.crawls == ["reparse bjxch --publish --jobs 1"]
    desk.plan = replace(desk.plan, turns=(turn("again", trigger=NewParser("1.1"), kind="reparse"),))
    desk.restart()
    desk.tick(EVE + 2 * DAY)
    desk.tick(EVE + 3 * DAY)
    assert len(desk.crawls) == 2


def test_another_plan_counts_from_the_next_beat(desk: Desk) -> None:
    desk.tick(EVE)
    desk.scheduler.plan = replace(desk.plan, turns=(*desk.plan.turns, turn(site="bjdch")))
    desk.tick(EVE + timedelta(hours=1))
    desk.tick(DUE)
    assert sorted(desk.crawls) == ["crawl bjdch", "crawl bjxch"]
