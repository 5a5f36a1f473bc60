"""What is told of a site whose documents change, go and come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipelines.history.model import Change
from pipelines.report.changes import Change as Cell
from tests.made import html
from tests.made.truth import make, with_cell
from tests.pipelines.history.told import BEGIN, HOST, Told

TRUTH = make(1)
PAGE = html.page(TRUTH)
TOTAL = int(TRUTH.requests["received"]["total"] or 0)
OTHER = html.page(with_cell(TRUTH, "requests.received.total", TOTAL + 1))


def kinds(found: list[Change]) -> list[str]:
    return [change.kind for change in found]


def test_what_is_seen_for_the_first_time_or_again_has_not_changed(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", None))
    told.crawl(("/a.html", PAGE))
    assert told.changes() == []


def test_a_digit_in_a_table_is_told_cell_by_cell(told: Told) -> None:
    (old,) = told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", None))
    (new,) = told.crawl(("/a.html", OTHER))
    (change,) = told.changes()
    assert change.kind == "tables"
    assert change.cells == (Cell("requests.received.total", TOTAL, TOTAL + 1),)
    assert (change.before, change.after, change.url) == (old, new, f"{HOST}/a.html")
    assert change.prose == ()
    assert change.last_seen < change.at
    assert change.last_seen.date() == (BEGIN + timedelta(days=1)).date()
    assert change.year == 2024


def test_a_word_of_prose_is_told_with_its_paragraph(told: Told) -> None:
    first, *rest = TRUTH.prose[1]
    changed = replace(
        TRUTH, prose=TRUTH.prose | {1: (first.replace("示例", "样例", 1) + "另有一事。", *rest)}
    )
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", html.page(changed)))
    (change,) = told.changes()
    assert change.kind == "prose"
    assert change.cells == ()
    (passage,) = change.prose
    assert passage.before == (first,)
    assert passage.after == (changed.prose[1][0],)


def test_a_page_that_is_gone_is_withdrawn_until_it_returns(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", status=404), b"gone"))
    told.crawl((told.answer("/a.html", flags=("soft-404",)), b"gone"))
    (gone,) = told.changes()
    assert (gone.kind, gone.confirmed, gone.until, gone.after) == ("withdrawn", 2, None, None)
    told.crawl(("/a.html", PAGE))
    again, back = told.changes()
    assert (again.id, again.until) == (gone.id, back.at)
    assert back.kind == "returned"


def test_a_page_that_no_list_names_any_more_is_withdrawn(told: Told) -> None:
    told.crawl(("/a.html", PAGE), ("/b.html", PAGE))
    told.crawl(("/b.html", None))
    (gone,) = told.changes()
    assert (gone.kind, gone.url, gone.confirmed) == ("withdrawn", f"{HOST}/a.html", 1)
    assert "no list" in gone.note
    told.crawl(("/a.html", None), ("/b.html", None))
    assert kinds(told.changes()) == ["withdrawn", "returned"]


def test_a_run_of_some_years_or_one_that_failed_says_nothing_of_what_it_did_not_name(told: Told) -> None:
    told.crawl(("/a.html", PAGE), ("/b.html", PAGE))
    told.crawl(("/b.html", None), years=[2024])
    told.crawl(("/b.html", None), complete=False)
    told.crawl(("/b.html", None), resting=[f"{HOST}/a.html"])
    assert told.changes() == []


def test_a_block_or_an_error_is_no_withdrawal(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", flags=("blocked",)), b"no"))
    told.crawl((told.answer("/a.html", status=503), b"no"))
    told.crawl((told.answer("/a.html", status=404, flags=("blocked",)), b"no"))
    assert told.changes() == []
