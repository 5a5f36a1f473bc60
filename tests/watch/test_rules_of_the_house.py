"""Rules over the archive and this machine: damage, and a scheduler that is behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crawler.watch.alert import Alert
from crawler.watch.facts import Facts, Overdue
from crawler.watch.rules import judge
from crawler.watch.rules.house import on_audits
from tests.watch.made import NOW, ago, raised, run, site, unsure

FINDING = {"code": "body-missing", "level": "damage", "key": "raw/aa/aa", "message": "gone"}
NOTICE = {"code": "body-unreferenced", "level": "notice", "key": "raw/bb/bb", "message": "fine"}


def audit(*findings: dict[str, Any], repaired: tuple[str, ...] = (), **scope: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {"sites": [], "sample": None, "since": None, "budget": None}
    return {
        "ended": "2026-02-01T00:00:00+00:00",
        "scope": whole | scope,
        "findings": list(findings),
        "repaired": [{"key": key} for key in repaired],
    }


def damage(*audits: dict[str, Any]) -> list[Alert]:
    return [outcome for outcome in on_audits(audits) if isinstance(outcome, Alert)]


def test_damage_is_told_until_a_verification_shows_it_mended() -> None:
    assert damage() == []
    assert damage(audit(NOTICE)) == []
    (alert,) = damage(audit(FINDING))
    assert (alert.code, alert.severity) == ("damage", "critical")
    assert "raw/aa/aa" in alert.message_en
    assert damage(audit(FINDING), audit()) == []


def test_a_verification_of_something_else_shows_nothing() -> None:
    assert damage(audit(FINDING), audit(sites=["other"]))


def test_a_verification_of_a_part_shows_what_it_looks_at() -> None:
    garbled = FINDING | {"code": "body-damaged"}
    assert damage(audit(garbled), audit(budget=100))
    assert damage(audit(FINDING), audit(budget=100)) == []
    assert damage(audit(garbled), audit()) == []


def test_what_was_repaired_is_no_damage() -> None:
    assert damage(audit(FINDING, repaired=("raw/aa/aa",))) == []
    garbled = FINDING | {"code": "body-damaged"}
    assert damage(audit(garbled), audit(budget=1, repaired=("raw/aa/aa",))) == []


def test_more_damage_of_a_new_kind_is_news() -> None:
    first, second = damage(audit(FINDING)), damage(audit(FINDING, FINDING | {"code": "run-missing"}))
    assert first[0].key == second[0].key
    assert first[0].mark != second[0].mark


def behind(*late: Overdue, open_keys: tuple[str, ...] = ()) -> tuple[list[Alert], set[str]]:
    verdict = judge(Facts(now=NOW, machine="here", overdue=late), open_keys, (), {"there"})
    return list(verdict.alerts.values()), set(verdict.unsure)


def test_jobs_that_are_overdue_on_this_machine() -> None:
    (alert,), _ = behind(Overdue("crawl bjxch", ago(days=2)), Overdue("verify", ago(days=1)))
    assert (alert.code, alert.subject, alert.since) == ("scheduler-behind", "here", ago(days=2))
    assert "overdue: 2" in alert.message_en
    assert behind(open_keys=(alert.key,)) == ([], set())


def test_another_machine_is_not_this_ones_affair() -> None:
    there = "scheduler-behind::there"
    assert behind(open_keys=(there,)) == ([], {there})


def test_a_machine_that_looks_no_more_leaves_nothing_open() -> None:
    keys = (
        "scheduler-behind::",
        "scheduler-behind::here",
        "scheduler-behind::there",
        "scheduler-behind::old",
    )
    verdict = judge(Facts(now=NOW, machine="here"), keys, (), {"there"})
    assert verdict.retired == {"scheduler-behind::old"}
    assert verdict.unsure == {"scheduler-behind::there"}


def test_a_site_that_cannot_be_looked_at_is_told_and_keeps_its_alerts() -> None:
    blind = replace(site(run()), trouble="Damaged: reports/x is not JSON")
    (alert,) = raised(blind)
    assert (alert.code, alert.site) == ("blind", "example")
    assert "is not JSON" in alert.message_en
    assert {"late-body:example:*", "withdrawn:example:*"} <= unsure(blind)
    assert raised(site(run())) == []


def test_sites_that_nobody_crawls_any_more() -> None:
    (alert,) = raised(site(run(80), run(50)))
    assert (alert.code, alert.subject) == ("scheduler-behind", "")
    assert alert.evidence["sites"] == ["example"]
    assert raised(site(run(80), run(40))) == []
    assert raised(site(run(80))) == []
    assert unsure(site(run(80))) == set()
