"""Rules over what was published: each in which it fires, does not, and resolves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from crawler.watch.facts import Cell, Changed, Tally
from tests.watch.made import NOW, ago, cell, codes, raised, run, site, unsure

BODIES = [f"某区第{n}局" for n in range(20)]


def of_year(*states: str, before: str = "on-time", **said: Any) -> list[Cell]:
    """The bodies' cells of 2025 in these states (the last one for the rest), and all of 2024 in one."""
    full = [*states, *([states[-1]] * len(BODIES))]
    cells = [cell(body, state, **said) for body, state in zip(BODIES, full, strict=False)]
    return cells + [cell(body, before, year=2024, deadline=date(2025, 1, 31)) for body in BODIES]


# ------------------------------------------------------------------ late-body


def test_a_body_that_did_not_publish_in_time_and_its_late_report() -> None:
    missing = of_year("missing", "on-time")
    (alert,) = raised(site(run(), cells=missing))
    assert (alert.code, alert.subject, alert.mark) == ("late-body", f"{BODIES[0]} 2025", "missing")
    assert "2026-01-31" in alert.message_zh
    there = cell(BODIES[0], "late", published=date(2026, 2, 9), late_days=9, first_seen=ago(days=0.2))
    (later,) = raised(site(run(), cells=[there, *missing[1:]]))
    assert later.key == alert.key
    assert later.mark == "late"
    assert "9 days late" in later.message_en
    assert "逾期 9 天" in later.message_zh


def test_a_report_that_turns_out_to_be_in_time_is_no_alert() -> None:
    assert codes(site(run(), cells=of_year("on-time"))) == []
    assert not any("late-body" in about for about in unsure(site(run(), cells=of_year("on-time"))))


def test_what_is_not_due_or_not_known_is_no_alert_and_resolves_none() -> None:
    early = of_year("not-yet-due", deadline=date(2026, 3, 31))
    assert codes(site(run(), cells=early)) == []
    unknown = site(run(), cells=of_year("unknown", "on-time"))
    assert codes(unknown) == []
    assert f"late-body:example:{BODIES[0]} 2025" in unsure(unknown)


def test_old_deadlines_are_no_news() -> None:
    cells = of_year("missing", "on-time")
    assert codes(site(run(), cells=cells), now=NOW + timedelta(days=111)) == []


def test_a_body_that_may_have_ended_is_said_to() -> None:
    cells = of_year("missing", "on-time")
    (alert,) = raised(
        site(run(), cells=[replace(cells[0], doubts=frozenset({"may-have-ended"})), *cells[1:]])
    )
    assert "may have ended" in alert.message_en


def test_what_was_late_before_the_first_run_is_no_news() -> None:
    there = cell(BODIES[0], "late", late_days=2, first_seen=ago(days=3))
    assert codes(site(run(), cells=[there], begun=3.01)) == []
    assert codes(site(run(), cells=[there], begun=30)) == ["late-body"]


def test_a_report_that_has_changed_since_was_late_all_the_same() -> None:
    there = cell(BODIES[0], "changed", punctuality="late", late_days=2, first_seen=ago(days=3))
    assert codes(site(run(), cells=[there])) == ["late-body"]


# ------------------------------------------------------------------ no-reports, fewer-bodies


def test_no_report_of_a_year_at_all_is_one_alert() -> None:
    (alert,) = raised(site(run(), cells=of_year("missing")))
    assert (alert.code, alert.subject) == ("no-reports", "2025")
    assert "20 bodies" in alert.message_en
    some = raised(site(run(), cells=of_year("on-time", "missing")))
    assert {alert.code for alert in some} == {"late-body"}


def test_a_year_that_nobody_published_of_is_told_though_no_single_body_is_called_late() -> None:
    cells = of_year("unknown", doubts=frozenset({"whole-year"}))
    assert codes(site(run(), cells=cells)) == ["no-reports"]


def test_no_report_where_there_was_none_before_is_no_alert_of_the_year() -> None:
    assert "no-reports" not in codes(site(run(), cells=of_year("missing", before="missing")))


def test_no_report_is_no_alert_while_nobody_has_looked() -> None:
    assert codes(site(run(), cells=of_year("unknown"))) == []


def test_fewer_bodies_than_last_year_a_fortnight_after_the_deadline() -> None:
    cells = of_year("missing", "missing", "unknown", "on-time")
    later = NOW + timedelta(days=5)
    assert "fewer-bodies" not in codes(site(run(), cells=cells))
    assert "fewer-bodies:example:2025" in unsure(site(run(), cells=cells))
    (alert,) = [one for one in raised(site(run(), cells=cells), now=later) if one.code == "fewer-bodies"]
    assert alert.evidence["lacking"] == BODIES[:3]
    assert alert.evidence["bodies"] == 17
    caught_up = of_year("late", "late", "late", "on-time", first_seen=ago(days=1))
    assert "fewer-bodies" not in codes(site(run(), cells=caught_up), now=later)


def test_a_body_or_two_less_are_not_fewer_and_bodies_that_ended_do_not_count() -> None:
    later = NOW + timedelta(days=5)
    assert "fewer-bodies" not in codes(site(run(), cells=of_year("missing", "missing", "on-time")), now=later)
    ended = of_year(*["did-not-exist"] * 5, "on-time")
    assert codes(site(run(), cells=ended), now=later) == []


# ------------------------------------------------------------------ changes


def changed(kind: str = "tables", days: float = 1, **said: Any) -> Changed:
    usual: dict[str, Any] = {"cells": 3 if kind == "tables" else 0, "body": BODIES[0], "year": 2024}
    return Changed("0a1b2c3d4e5f", kind, ago(days=days), "https://www.example.gov.cn/1", **usual | said)


def test_a_table_that_was_changed_after_publication() -> None:
    (alert,) = raised(site(run(), changes=[changed()]))
    assert alert.code == "table-changed"
    assert "3 figures" in alert.message_en
    assert "gongkai diff 0a1b2c3d4e5f" in alert.message_zh
    assert codes(site(run(), changes=[changed(cells=0)])) == []
    assert codes(site(run(), changes=[changed("attachment", cells=2)])) == ["table-changed"]
    assert codes(site(run(), changes=[changed(days=31)])) == []


def test_a_report_that_was_withdrawn_and_came_back() -> None:
    assert codes(site(run(), changes=[changed("withdrawn")])) == []
    assert codes(site(run(), changes=[changed("withdrawn", confirmed=2)])) == ["withdrawn"]
    assert codes(site(run(), changes=[changed("withdrawn", days=4)])) == ["withdrawn"]
    assert codes(site(run(), changes=[changed("withdrawn", confirmed=2, back=True)])) == []


def test_a_change_of_which_nothing_is_known_is_named_by_its_address() -> None:
    (alert,) = raised(site(run(), changes=[changed(body="", year=None)]))
    assert "https://www.example.gov.cn/1" in alert.message_zh


# ------------------------------------------------------------------ figures


def tallies(count: int, code: str = "requests-balance", before: int = 0) -> dict[int, Tally]:
    return {
        2024: Tally(20, {code: tuple(BODIES[:before])}),
        2025: Tally(20, {code: tuple(BODIES[:count])}),
    }


def test_a_new_report_whose_carry_over_is_broken() -> None:
    new = of_year("on-time", first_seen=ago(days=2))
    broken = {2025: Tally(20, {"carry-over": (BODIES[0],)})}
    (alert,) = raised(site(run(), cells=new, tallies=broken))
    assert (alert.code, alert.subject) == ("carry-over-broken", f"{BODIES[0]} 2025")
    assert codes(site(run(), cells=new, tallies={2025: Tally(20, {})})) == []
    assert codes(site(run(), cells=new, tallies={2024: Tally(20, {"carry-over": (BODIES[0],)})})) == []


def test_the_first_report_of_the_next_year_ends_nothing() -> None:
    new = of_year("on-time", first_seen=ago(days=40))
    found = tallies(8, before=1)
    found[2025] = replace(found[2025], findings={**found[2025].findings, "carry-over": (BODIES[0],)})
    both = ["carry-over-broken", "findings-jump"]
    assert codes(site(run(), cells=new, tallies=found)) == both
    assert codes(site(run(), cells=new, tallies=found | {2026: Tally(1, {})})) == both


def test_what_the_first_run_found_is_no_news() -> None:
    new = of_year("on-time", first_seen=ago(days=2))
    broken = {2025: Tally(20, {"carry-over": (BODIES[0],)})}
    assert codes(site(run(), cells=new, tallies=broken, begun=2.1)) == []
    assert codes(site(run(), cells=new, tallies=tallies(15), begun=2.1)) == []


def test_a_finding_that_is_suddenly_frequent() -> None:
    new = of_year("on-time", first_seen=ago(days=2))
    (alert,) = raised(site(run(), cells=new, tallies=tallies(8, before=1)))
    assert (alert.code, alert.subject) == ("findings-jump", "requests-balance 2025")
    assert "8 of 20" in alert.message_en
    assert codes(site(run(), cells=new, tallies=tallies(8, before=6))) == []
    assert codes(site(run(), cells=new, tallies=tallies(4))) == []
    few = {2024: Tally(3, {}), 2025: Tally(9, {"requests-balance": tuple(BODIES[:8])})}
    assert codes(site(run(), cells=new, tallies=few)) == []
