"""The identities: broken ones found where they break, blanks unknown, nothing repaired."""

from __future__ import annotations

import pytest

from pipelines.report import checks, form
from pipelines.report.model import Finding, Report, Row, Table
from tests.made.truth import Truth, make, with_errors

COLUMNS = (
    "natural_person", "business", "research_institution", "public_interest_organization", "legal_service",
    "other_organization", "total",
)  # fmt: skip


def row(*values: int | None) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


def report(truth: Truth) -> Report:
    return Report(active_disclosure=truth.active_disclosure, requests=truth.requests, review=truth.review)


def errors(findings: list[Finding] | tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(f.code, f.where) for f in findings if f.severity == "error"}


@pytest.mark.parametrize("seed", range(6))
def test_a_consistent_report_has_no_finding(seed: int) -> None:
    assert checks.check(report(make(seed))) == ()


def test_each_identity_is_found_broken_where_it_breaks() -> None:
    found = errors(checks.check(report(with_errors(make(3)))))
    assert ("requests-row-total", "requests.received.*") in found
    assert ("requests-balance", "requests.*.total") in found
    assert ("requests-result-total", "requests.*.natural_person") in found
    assert {code for code, _ in found} >= {"review-total"}


def test_a_blank_is_unknown_and_a_part_above_its_total_is_an_error() -> None:
    short: Table = {"received": row(3, None, 0, 0, 0, 0, 5)}
    (finding,) = checks.requests_row_total(short)
    assert (finding.code, finding.severity) == ("not-assessable", "info")
    over: Table = {"received": row(6, None, 0, 0, 0, 0, 5)}
    assert errors(checks.requests_row_total(over)) == {("requests-row-total", "requests.received.*")}
    whole: Table = {"received": row(5, None, None, None, None, None, 5)}
    assert checks.requests_row_total(whole) == []


def test_nothing_is_said_of_empty_rows() -> None:
    assert checks.requests_row_total({"received": row(*[None] * 7)}) == []


def test_the_balance_counts_a_blank_as_room() -> None:
    table: Table = {
        "received": row(5, 0, 0, 0, 0, 0, 5),
        "carried_in": row(None, 0, 0, 0, 0, 0, 1),
        "total_processed": row(6, 0, 0, 0, 0, 0, 6),
        "carried_forward": row(0, 0, 0, 0, 0, 0, 1),
    }
    found = checks.requests_balance(table)
    assert [(f.code, f.where) for f in found] == [
        ("not-assessable", "requests.*.natural_person"),
        ("requests-balance", "requests.*.total"),
    ]
    assert "requests.carried_in.total" in found[1].evidence


def test_a_finding_names_the_cells_that_it_rests_on() -> None:
    review: Table = {"reconsideration": {"upheld": 10, "corrected": 1, "other": 0, "pending": 0, "total": 0}}
    (finding,) = checks.review_total(review)
    assert finding.evidence == tuple(
        f"review.reconsideration.{c}" for c in ("upheld", "corrected", "other", "pending", "total")
    )


def test_a_row_that_sums_up_the_rows_of_the_other_edition_is_not_added_twice() -> None:
    zero = row(*[0] * 7)
    table: Table = dict.fromkeys(form.expected_rows("requests", "2021"), zero)
    table |= {"other": row(3, 0, 0, 0, 0, 0, 3), "other_fee_overdue": row(1, 0, 0, 0, 0, 0, 1)}
    table |= {"other_other": row(2, 0, 0, 0, 0, 0, 2), "total_processed": row(3, 0, 0, 0, 0, 0, 3)}
    assert checks.requests_result_total(table) == []
    table["total_processed"] = row(6, 0, 0, 0, 0, 0, 6)
    assert ("requests-result-total", "requests.*.total") in errors(checks.requests_result_total(table))
    table["other"] = row(4, 0, 0, 0, 0, 0, 4)  # no sum of the others: a row of its own
    table["total_processed"] = row(7, 0, 0, 0, 0, 0, 7)
    assert checks.requests_result_total(table) == []
