"""What two years' reports of one body must say alike."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report.model import Finding, Report
from pipelines.report.years import with_previous_year

OTHER = Finding("row-missing", "warning", "requests.granted", "not printed")


def report(year: int, carried_in: int | None, carried_forward: int | None, **rules: int | None) -> Report:
    return Report(
        organization="虚构局",
        year=year,
        requests={"carried_in": {"total": carried_in}, "carried_forward": {"total": carried_forward}},
        active_disclosure={"rules": dict(rules)},
        findings=(OTHER,),
    )


def codes(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in report.findings if finding is not OTHER]


def test_years_that_follow_on_are_no_finding() -> None:
    before = report(2023, 0, 4, issued=1, repealed=0, in_force=9)
    after = report(2024, 4, 0, issued=2, repealed=1, in_force=10)
    assert with_previous_year(after, before) == after


def test_what_was_not_carried_in_as_it_was_carried_forward_is_found() -> None:
    found = with_previous_year(report(2024, 3, 0), report(2023, 0, 4))
    assert codes(found) == [("carry-over", "requests.carried_in.total")]
    assert found.findings[-1].message == "2023 carried 4 forward, 2024 carried 3 in."
    assert found.findings[0] is OTHER


def test_rules_in_force_that_do_not_roll_on_are_found() -> None:
    found = with_previous_year(
        report(2024, None, None, issued=2, repealed=1, in_force=9),
        report(2023, None, None, issued=0, repealed=0, in_force=9),
    )
    assert codes(found) == [("in-force-roll", "active_disclosure.rules.in_force")]


def test_blanks_prove_nothing() -> None:
    before = report(2023, None, None, issued=None, repealed=None, in_force=None)
    after = report(2024, 4, 0, issued=2, repealed=1, in_force=10)
    assert with_previous_year(after, before) == after
    assert with_previous_year(before, after) == before


def test_findings_of_an_earlier_comparison_are_replaced() -> None:
    found = with_previous_year(report(2024, 3, 0), report(2023, 0, 4))
    assert with_previous_year(found, report(2023, 0, 4)) == found
    assert codes(with_previous_year(found, report(2023, 0, 3))) == []
    assert codes(with_previous_year(found, None)) == []


def test_one_bodys_figures_and_an_areas_are_not_compared() -> None:
    before, after = report(2023, 0, 4), report(2024, 3, 0)
    area = replace(before, scope="area")
    assert codes(with_previous_year(replace(after, scope="body"), area)) == []
    assert codes(with_previous_year(replace(after, scope="area"), area)) != []
    assert codes(with_previous_year(after, area)) != []
