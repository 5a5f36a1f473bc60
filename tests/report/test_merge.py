"""Several documents of one report: which of them speaks for a value, and what is said where they differ."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.report.checks import check
from pipelines.report.merge import merge
from pipelines.report.model import Evidence, Finding, Number, Place, Report, Row, Section, Source, Table

BASE = datetime(2025, 2, 1, 8, tzinfo=UTC)
PAGE = Source("aa" * 32, "text/html", "https://x.gov.cn/report.html", BASE)
FILE = Source("bb" * 32, "application/pdf", "https://x.gov.cn/report.pdf", BASE + timedelta(minutes=1))

COLUMNS = (
    "natural_person",
    "business",
    "research_institution",
    "public_interest_organization",
    "legal_service",
    "other_organization",
)


def row(*values: Number | None) -> Row:
    """A row of 表三 with its right total."""
    cells: Row = dict(zip(COLUMNS, (*values, *[0] * (6 - len(values))), strict=True))
    return cells | {"total": sum(value for value in cells.values() if value is not None)}


def rules(issued: int | None = 1, repealed: int | None = 0, in_force: int | None = 9) -> Table:
    return {"rules": {"issued": issued, "repealed": repealed, "in_force": in_force}}


def report(
    *,
    active_disclosure: Table | None = None,
    requests: Table | None = None,
    review: Table | None = None,
    unreadable: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    sections: tuple[Section, ...] = (),
    title: str | None = None,
) -> Report:
    """A report whose evidence says what its values say, from a document that does not know its own digest."""
    made = Report(
        organization="虚构局",
        year=2024,
        title=title,
        editions={
            "active_disclosure": "2021" if active_disclosure else None,
            "requests": "2021" if requests else None,
            "review": "2021" if review else None,
        },
        active_disclosure=active_disclosure,
        requests=requests,
        review=review,
        findings=findings,
        sections=sections,
        parser="gongkai 0",
    )
    evidence = {}
    for name, table in (
        ("active_disclosure", active_disclosure),
        ("requests", requests),
        ("review", review),
    ):
        for key, cells in (table or {}).items():
            for column, value in cells.items():
                path = f"{name}.{key}.{column}"
                kind = "unreadable" if path in unreadable else "blank" if value is None else "number"
                evidence[path] = Evidence(str(value), kind, Place(row=1), "decoded")  # type: ignore[arg-type]
    return replace(made, evidence=evidence)


def codes(merged: Report) -> list[str]:
    """Its findings; the tables here are so short that many an identity cannot be assessed."""
    return [finding.code for finding in merged.findings if finding.code != "not-assessable"]


def test_one_document_is_its_report() -> None:
    merged = merge([(PAGE, report(active_disclosure=rules(), title="题"))])
    assert merged.active_disclosure == rules()
    assert merged.title == "题"
    assert merged.sources == (PAGE,)
    assert merged.evidence["active_disclosure.rules.issued"].document == PAGE.sha256


def test_the_most_complete_document_gives_the_values() -> None:
    page = report(active_disclosure=rules())
    file = report(active_disclosure=rules(), requests={"received": row(3)})
    merged = merge([(PAGE, page), (FILE, file)])
    assert {evidence.document for evidence in merged.evidence.values()} == {FILE.sha256}
    assert merged.sources == (PAGE, FILE)


def test_a_page_wins_over_a_pdf_that_says_the_same() -> None:
    both = report(active_disclosure=rules())
    merged = merge([(FILE, both), (PAGE, both)])
    assert {evidence.document for evidence in merged.evidence.values()} == {PAGE.sha256}
    assert codes(merged) == []


def test_a_table_that_the_best_lacks_comes_from_another_with_its_findings() -> None:
    missing = Finding("table-missing", "error", "review", "no 表四")
    annotated = Finding("cell-annotated", "info", "review.reconsideration.upheld", "2（其中…）")
    elsewhere = Finding("cell-annotated", "info", "active_disclosure.rules.issued", "1（其中…）")
    blocks: Table = {"reconsideration": {"upheld": 2, "corrected": 0, "other": 0, "pending": 0, "total": 2}}
    page = report(active_disclosure=rules(), requests={"received": row(3)}, findings=(missing,))
    file = report(active_disclosure=rules(), review=blocks, findings=(annotated, elsewhere))
    merged = merge([(PAGE, page), (FILE, file)])
    assert merged.review == blocks
    assert merged.editions["review"] == "2021"
    assert merged.evidence["review.reconsideration.total"].document == FILE.sha256
    assert merged.evidence["active_disclosure.rules.issued"].document == PAGE.sha256
    assert missing not in merged.findings
    assert annotated in merged.findings
    assert elsewhere not in merged.findings


def test_an_unreadable_cell_is_filled_and_its_finding_goes() -> None:
    path = "active_disclosure.rules.in_force"
    unreadable = Finding("cell-unreadable", "warning", path, "digits run together")
    page = report(
        active_disclosure=rules(in_force=None),
        requests={"received": row(3)},
        unreadable=(path,),
        findings=(unreadable,),
    )
    merged = merge([(PAGE, page), (FILE, report(active_disclosure=rules()))])
    assert merged.active_disclosure == rules()
    assert merged.evidence[path].document == FILE.sha256
    assert codes(merged) == []


def test_a_missing_row_is_filled_at_its_place_on_the_form() -> None:
    missing = Finding("row-missing", "warning", "requests.carried_in", "not printed")
    page = report(
        active_disclosure=rules(),
        requests={"received": row(3), "granted": row(3)},
        findings=(missing,),
    )
    file = report(requests={"received": row(3), "carried_in": row(1), "granted": row(3)})
    merged = merge([(PAGE, page), (FILE, file)])
    assert merged.requests is not None
    assert list(merged.requests) == ["received", "carried_in", "granted"]
    assert missing not in merged.findings


def test_a_printed_blank_is_never_filled() -> None:
    page = report(active_disclosure=rules(issued=None), requests={"received": row(3)})
    merged = merge([(PAGE, page), (FILE, report(active_disclosure=rules(issued=0)))])
    assert merged.active_disclosure == rules(issued=None)
    assert merged.evidence["active_disclosure.rules.issued"].kind == "blank"
    (finding,) = (f for f in merged.findings if f.code == "sources-differ")
    assert finding.where == "active_disclosure.rules.issued"
    assert "blank in the text/html document" in finding.message
    assert "0 in the application/pdf document" in finding.message


def test_where_documents_differ_both_values_are_named_and_none_is_mixed() -> None:
    page = report(active_disclosure=rules(in_force=9), requests={"received": row(3)})
    file = report(
        active_disclosure=rules(in_force=8) | {"normative_documents": {"issued": 5}},
    )
    merged = merge([(PAGE, page), (FILE, file)])
    assert merged.active_disclosure == rules(in_force=9)
    (finding,) = (f for f in merged.findings if f.code == "sources-differ")
    assert (finding.severity, finding.where) == ("warning", "active_disclosure.rules.in_force")
    assert finding.message.startswith(f"9 in the text/html document {PAGE.sha256[:12]} at {PAGE.url}")
    assert f"8 in the application/pdf document {FILE.sha256[:12]} at {FILE.url}" in finding.message


def test_documents_about_different_things_are_one_finding_for_the_table() -> None:
    page = report(active_disclosure=rules(), requests={"received": row(3), "carried_in": row(4)})
    file = report(requests={"received": row(1, 1, 1, 1, 1, 1), "carried_in": row(2, 2, 2, 2, 2, 2)})
    merged = merge([(PAGE, page), (FILE, file)])
    (finding,) = (f for f in merged.findings if f.code == "sources-differ")
    assert finding.where == "requests"
    assert len(finding.evidence) == 14
    assert finding.message.startswith("14 cells")


def test_the_arithmetic_is_checked_on_the_merged_values() -> None:
    """Neither document proves anything alone; together they do not add up."""
    path = "requests.received.total"
    page = report(requests={"received": row(3) | {"total": None}}, unreadable=(path,))
    merged = merge([(PAGE, page), (FILE, report(requests={"received": {"total": 4}}))])
    assert merged.requests == {"received": row(3) | {"total": 4}}
    assert "requests-row-total" in codes(merged)


def test_the_arithmetic_of_a_document_is_not_found_twice() -> None:
    alone = report(requests={"received": row(3) | {"total": 4}})
    checked = alone.with_findings(*check(alone))
    assert codes(merge([(PAGE, checked)])) == codes(checked)


def test_a_superseded_version_is_listed_and_contributes_nothing() -> None:
    old = replace(PAGE, superseded=BASE + timedelta(days=9))
    new = replace(PAGE, sha256="cc" * 32, captured=BASE + timedelta(days=9))
    before = report(active_disclosure=rules(in_force=7), requests={"received": row(3)})
    merged = merge([(old, before), (new, report(active_disclosure=rules()))])
    assert merged.active_disclosure == rules()
    assert merged.requests is None
    assert merged.sources == (old, new)
    assert "sources-differ" not in codes(merged)


def test_a_body_still_current_at_another_address_speaks() -> None:
    gone = replace(PAGE, superseded=BASE + timedelta(days=9))
    copy = replace(PAGE, url="https://x.gov.cn/copy.html", captured=BASE + timedelta(days=1))
    text = report(active_disclosure=rules())
    merged = merge([(gone, text), (copy, text)])
    assert merged.active_disclosure == rules()
    assert "no-current-source" not in codes(merged)
    assert merged.sources == (copy, gone)


def test_when_every_version_was_replaced_the_last_one_speaks_and_the_finding_says_so() -> None:
    first = replace(PAGE, superseded=BASE + timedelta(days=1))
    second = replace(
        PAGE, sha256="cc" * 32, captured=BASE + timedelta(days=1), superseded=BASE + timedelta(days=2)
    )
    merged = merge(
        [(first, report(active_disclosure=rules(5))), (second, report(active_disclosure=rules(6)))]
    )
    assert merged.active_disclosure == rules(6)
    assert codes(merged) == ["no-current-source"]


def test_what_stands_outside_the_tables_comes_from_the_best_that_has_it() -> None:
    section = Section(1, "一、总体情况", "……")
    page = report(sections=(section,), title="页面的标题")
    file = report(active_disclosure=rules())
    merged = merge([(PAGE, page), (FILE, file)])
    assert merged.sections == (section,)
    assert merged.title == "页面的标题"


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_the_documents_is_no_matter(seed: int) -> None:
    copy = replace(PAGE, url="https://x.gov.cn/copy.html")
    old = replace(FILE, sha256="dd" * 32, superseded=BASE + timedelta(days=3))
    text = replace(FILE, sha256="ee" * 32, media_type="text/plain", url="https://x.gov.cn/report.txt")
    page = report(active_disclosure=rules(), requests={"received": row(3)})
    readings = [
        (PAGE, page),
        (copy, replace(page, title="另一个题")),
        (FILE, report(active_disclosure=rules(in_force=8), requests={"carried_in": row(2)})),
        (old, report(requests={"received": row(9)})),
        (text, report(requests={"carried_in": row(5)}, review={"reconsideration": {"total": 0}})),
    ]
    expected = merge(readings).to_json()
    random.Random(seed).shuffle(readings)
    assert merge(readings).to_json() == expected


def test_which_address_answered_first_is_no_matter() -> None:
    twin = replace(PAGE, sha256="00" * 32, url="https://x.gov.cn/twin.html")
    both = report(active_disclosure=rules())
    late, early = BASE + timedelta(minutes=9), BASE - timedelta(minutes=9)
    chosen = {
        merge([(PAGE, both), (replace(twin, captured=moment), both)])
        .evidence["active_disclosure.rules.issued"]
        .document
        for moment in (late, early)
    }
    assert chosen == {PAGE.sha256}


def test_merging_the_same_reading_twice_changes_nothing() -> None:
    page = report(active_disclosure=rules())
    assert merge([(PAGE, page), (PAGE, page)]) == merge([(PAGE, page)])


def test_readings_of_different_reports_are_refused() -> None:
    with pytest.raises(ValueError, match="one organization and year"):
        merge([(PAGE, report()), (FILE, replace(report(), year=2023))])
    with pytest.raises(ValueError, match="at least one"):
        merge([])
