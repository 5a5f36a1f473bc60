"""Rules over run records: each in which it fires, does not, and resolves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.watch.facts import run_seen
from tests.watch.made import HOST, NOW, ago, codes, dead, raised, run, site, unsure

LIST = "https://www.example.gov.cn/gknb/"
BLOCKED: dict[str, Any] = {
    "blocked": {HOST: 5},
    "requests": {HOST: {"200": 2, "403": 5}},
    "found": 2,
    "reports": 1,
}


def test_a_site_that_is_well_raises_nothing() -> None:
    assert codes(site(run(2), run(1), run())) == []


def test_the_first_run_of_a_new_archive_raises_nothing() -> None:
    assert codes(site(run())) == []
    assert codes(site()) == []


def test_a_host_that_is_gone_twice_is_told_and_once_is_not() -> None:
    assert codes(site(run(2), dead(0.1))) == []
    (alert,) = raised(site(run(2), dead(1), dead(0.1)))
    assert (alert.code, alert.subject) == ("host-gone", HOST)
    assert alert.since == ago(days=1)
    assert "refuses connections" in alert.message_en
    assert "某市某区" in alert.message_zh


def test_runs_right_after_each_other_are_one_witness() -> None:
    assert codes(site(run(2), dead(0.12), dead(0.1))) == []


def test_a_host_that_was_gone_once_and_not_asked_again_for_days_is_told() -> None:
    assert codes(site(run(30), dead(4))) == ["host-gone"]


def test_a_host_that_never_answered_is_not_gone_but_the_run_failed() -> None:
    assert codes(site(dead(2), dead(1))) == ["run-failed"]


def test_a_host_that_answers_again_is_no_alert_any_more() -> None:
    well = site(run(3), dead(2), dead(1), run())
    assert codes(well) == []
    assert not any("host-gone" in about for about in unsure(well))


def test_one_more_bad_run_keeps_an_alert_open_that_would_not_be_raised() -> None:
    key = f"host-gone:example:{HOST}"
    assert codes(site(run(2), dead(0.1)), open_keys=[key]) == ["host-gone"]


def test_a_host_whose_robots_txt_cannot_be_had_is_gone_though_nothing_was_asked() -> None:
    silent = [replace(dead(days), requests={}) for days in (1, 0.1)]
    assert codes(site(run(2), *silent)) == ["host-gone"]
    assert codes(site(run(2), *silent, run(0.05))) == []


def test_a_run_that_crashed_says_nothing_about_hosts() -> None:
    crashed = replace(run(), ended="crashed", requests={})
    assert "host-gone:example:*" in unsure(site(run(3), dead(2), dead(1), crashed))


def test_a_site_that_is_gone_has_no_empty_lists_or_failed_runs_beside() -> None:
    assert codes(site(run(9), dead(2), dead(1))) == ["host-gone"]


def test_a_block_is_told_at_once_and_only_while_it_lasts() -> None:
    (alert,) = raised(site(run(1), run(**BLOCKED)))
    assert (alert.code, alert.subject) == ("blocked", HOST)
    assert codes(site(run(1), run(0.5, **BLOCKED), run())) == []


def test_single_forbidden_pages_are_no_block() -> None:
    assert codes(site(run(blocked={HOST: 2}))) == []
    assert codes(site(run(blocked={HOST: 4}, requests={HOST: {"200": 90, "403": 4}}))) == []


def test_runs_that_crash_are_told_when_they_go_on() -> None:
    first, second = (replace(run(days), ended="crashed") for days in (1, 0.1))
    assert codes(site(run(2), first)) == []
    assert codes(site(run(2), first, second)) == ["run-failed"]
    assert codes(site(run(2), first, second, run(0.05))) == []


def test_runs_that_the_archive_ended_are_told_when_they_go_on() -> None:
    for ended in ("spool-full", "archive-failed", "archive-damaged"):
        assert codes(site(run(2), run(ended=ended))) == []
        assert codes(site(run(2), run(1, ended=ended), run(ended=ended))) == ["run-failed"]
    assert codes(site(run(2), run(1, ended="taken-over"), run(ended="taken-over"))) == []
    assert codes(site(run(2), run(1, unpublished=True), run(unpublished=True))) == ["run-failed"]


def test_what_was_lost_is_told_at_once() -> None:
    (alert,) = raised(site(run(1), run(lost=2)))
    assert "lost 2 files" in alert.message_en
    seen = run_seen({"run": run().run, "lost": [{}], "garbled": ["x"], "unpublished": True})
    assert (seen.lost, seen.unpublished) == (2, True)


def test_a_bug_is_told_at_once() -> None:
    (alert,) = raised(site(run(1), run(bugs=1)))
    assert alert.code == "run-failed"
    assert "bug" in alert.message_en


def test_a_run_that_was_stopped_is_no_failure() -> None:
    stopped = [run(days, ended="shutdown", found=0, reports=0) for days in (1, 0.1)]
    assert codes(site(run(2), *stopped)) == []


def test_no_reports_where_there_were_some() -> None:
    none = [run(days, found=3, reports=0, lists={}) for days in (1, 0.1)]
    assert codes(site(run(2), none[0])) == []
    assert codes(site(run(2), *none)) == ["no-reports"]
    assert codes(site(*none)) == []
    assert codes(site(run(2), *none, run(0.05))) == []


def test_a_run_about_one_year_is_no_witness_that_there_are_no_reports() -> None:
    none = [run(days, found=3, reports=0, whole=False, lists={}) for days in (1, 0.1)]
    assert codes(site(run(2), *none)) == []
    assert run_seen({"run": none[0].run, "years": [2026]}).whole is False
    assert run_seen({"run": none[0].run, "years": None}).whole is True


def test_a_list_that_is_suddenly_empty() -> None:
    empty = [run(days, lists={LIST: 0, LIST + "b": 3}) for days in (1, 0.1)]
    full = run(2, lists={LIST: 10, LIST + "b": 3})
    assert codes(site(full, empty[0])) == []
    (alert,) = raised(site(full, *empty))
    assert (alert.code, alert.subject) == ("list-empty", LIST)
    assert "10" in alert.message_en
    assert codes(site(full, *empty, replace(full, started=NOW))) == []
    assert codes(site(*empty)) == []


def test_a_list_whose_reports_stand_in_another_one_now_is_no_alert() -> None:
    moved = [run(days, lists={LIST: 0, LIST + "b": 13}) for days in (1, 0.1)]
    assert codes(site(run(2, lists={LIST: 10, LIST + "b": 3}), *moved)) == []


def test_a_site_whose_lists_are_all_empty_is_one_alert() -> None:
    many = {f"{LIST}{n}": 3 for n in range(9)}
    empty = [run(days, lists=dict.fromkeys(many, 0)) for days in (1, 0.1)]
    (alert,) = raised(site(run(2, lists=many), *empty))
    assert alert.subject == ""
    assert alert.evidence["lists"] == 9


def test_what_an_older_record_lacks_is_nothing() -> None:
    seen = run_seen({"run": "20260101T000000Z-0a1b2c", "ended": "finished"})
    assert (seen.reports, seen.requests, seen.lists) == (0, {}, {})


OTHER = "fgw.example.gov.cn"


@pytest.mark.parametrize("part", [{"whole": False}, {"ended": "shutdown"}])
def test_a_run_of_a_part_ends_nothing_that_it_did_not_look_at(part: dict[str, Any]) -> None:
    gone = [run(d, requests={HOST: {"200": 20}, OTHER: {"error": 3}}) for d in (3, 2)]
    well = run(4, requests={HOST: {"200": 20}, OTHER: {"200": 3}})
    assert codes(site(well, *gone, run(1, **part))) == ["host-gone"]
    assert codes(site(well, *gone, run(1))) == []
    assert codes(site(well, *gone, run(1), run(0.5, **part))) == []
    blocks = run(3, blocked={OTHER: 5}, requests={HOST: {"200": 20}, OTHER: {"403": 5}})
    (alert,) = raised(site(well, blocks, run(1, **part)))
    assert (alert.code, alert.evidence["blocked"]) == ("blocked", 5)
    assert codes(site(well, blocks, run(1))) == []


def test_hosts_and_reasons_are_those_of_the_addresses() -> None:
    record = {
        "run": "20260101T000000Z-0a1b2c",
        "failed": [{"url": "https://a.gov.cn/list POST {}", "reason": "a is unknown"}],
        "blocked": [{"url": "https://b.gov.cn/1", "reason": "no"}, {"url": "https://b.gov.cn/2"}],
    }
    seen = run_seen(record)
    assert seen.blocked == {"b.gov.cn": 2}
    assert seen.reasons == {"": "a is unknown", "a.gov.cn": "a is unknown", "b.gov.cn": "no"}
