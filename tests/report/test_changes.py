"""What changed between two states of a report: values, the emptiness of cells, findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.report.changes import Change, changes
from pipelines.report.model import Evidence, Finding, Place, Report, Statistic
from tests.cli.made import report

NAME = (2024, "北京市西城区虚构局")
BLANK, UNREADABLE = "requests.carried_in.natural_person", "requests.carried_in.business"


def moved(before: Report, after: Report) -> tuple[Change, ...]:
    done = changes(NAME, before.to_json(), after.to_json())
    assert (done.year, done.organization, done.kind) == (*NAME, "changed")
    return done.cells


def with_cell(row: str, column: str, value: int | None) -> Report:
    made = report()
    assert made.requests is not None
    table = {key: dict(cells) for key, cells in made.requests.items()}
    table[row][column] = value
    return replace(made, requests=table)


def test_a_cell_is_named_before_and_after() -> None:
    assert moved(report(), with_cell("received", "total", 7)) == (Change("requests.received.total", 0, 7),)


def test_blank_unreadable_and_missing_are_three_things() -> None:
    assert moved(report(), with_cell("carried_in", "business", 4)) == (Change(UNREADABLE, "unreadable", 4),)
    made = report()
    read_blank = replace(made, evidence=made.evidence | {UNREADABLE: Evidence("", "blank", Place())})
    assert moved(made, read_blank) == (Change(UNREADABLE, "unreadable", "blank"),)
    assert made.requests is not None
    without = replace(made, requests={k: v for k, v in made.requests.items() if k != "carried_in"})
    assert Change(BLANK, "blank", "missing") in moved(made, without)
    assert Change(BLANK, "missing", "blank") in moved(without, made)


def test_a_table_that_is_found_brings_its_cells_and_its_edition() -> None:
    made = report()
    without = replace(made, review=None, editions=made.editions | {"review": None})
    found = moved(without, made)
    assert Change("editions.review", None, "2021") in found
    assert Change("review.reconsideration.total", "missing", 0) in found
    assert len(found) == 16


def test_words_and_statistics_count_too() -> None:
    made = replace(report(), statistics=(Statistic("主动公开", "条", 3, None),))
    other = replace(
        made,
        title="另一个题目",
        period=(date(2024, 1, 1), date(2024, 12, 31)),
        statistics=(Statistic("主动公开", "条", 4, None),),
    )
    assert [change.path for change in moved(made, other)] == ["title", "period", "statistics.0.value"]


def test_findings_are_gained_and_lost() -> None:
    old, new, both = (
        Finding("requests-balance", "error", f"requests.*.{column}", "…") for column in ("a", "b", "c")
    )
    done = changes(NAME, report(findings=[old, both]).to_json(), report(findings=[both, new]).to_json())
    assert [finding["where"] for finding in done.gained] == ["requests.*.b"]
    assert [finding["where"] for finding in done.lost] == ["requests.*.a"]
    assert done.cells == ()


def test_a_new_report_and_one_that_goes() -> None:
    made: dict[str, Any] = report(findings=[Finding("cell-annotated", "warning", BLANK, "…")]).to_json()
    new, gone = changes(NAME, None, made), changes(NAME, made, None)
    assert (new.kind, len(new.gained), new.lost) == ("new", 1, ())
    assert (gone.kind, gone.gained, len(gone.lost)) == ("gone", (), 1)
    assert gone.to_json()["findings_lost"][0]["code"] == "cell-annotated"
