"""Late is said with proof only: of what the archive observed, or of a day that nothing speaks against."""

from __future__ import annotations

import pytest

from pipelines.coverage.deadlines import Rule
from tests.pipelines.coverage.played import HOST, Page, Played

BODY = "虚构县财政局"


def test_a_page_dated_by_the_deadline_is_on_time(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.punctuality, cell.late_days) == ("on-time", "on-time", None)
    assert cell.published is not None
    assert cell.published.source == "metadata"
    assert cell.deadline.day.isoformat() == "2025-01-31"
    assert "711" in cell.deadline.article


def test_a_page_dated_after_the_deadline_is_late_by_so_many_days(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-02-03", listed="2025-02-03"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.late_days) == ("late", 3)


def test_the_list_s_day_counts_where_the_page_has_none(site: Played) -> None:
    site.put(Page(BODY, 2024, listed="2025-02-03"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "late"
    assert cell.published is not None
    assert cell.published.source == "list"


def test_what_was_seen_by_the_deadline_is_on_time_whatever_the_page_says(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-03-01"))
    site.crawl("2025-01-31", hour=23)
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_the_day_is_the_one_in_china(site: Played) -> None:
    # 1 February 07:00 in China is 31 January in UTC
    site.put(Page(BODY, 2024))
    site.crawl("2025-02-01", hour=7)
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_first_seen_after_the_deadline_is_no_proof_of_lateness(site: Played) -> None:
    site.put(Page(BODY, 2024))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.late_days) == ("undated", None)


def test_not_there_in_a_crawl_after_the_deadline_and_there_later_is_late(site: Played) -> None:
    site.put(*(Page("虚构县司法局", 2024, says="2025-01-20"),))
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024))
    site.crawl("2025-02-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.late_days) == ("late", 10)
    assert cell.says("at-least")
    assert cell.looked is not None


def test_a_backdated_page_is_late_and_its_day_doubtful(site: Played) -> None:
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-01-31", listed="2025-01-31"))
    site.crawl("2025-02-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "late"
    assert cell.says("date-doubtful")
    assert cell.says("at-least")


def test_too_soon_after_the_deadline_a_crawl_proves_nothing(site: Played) -> None:
    site.crawl("2025-02-01")
    site.crawl("2025-02-03")
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


@pytest.mark.parametrize(
    "record",
    [
        {"ended": "shutdown"},
        {"ended": "crashed"},
        {"gaps": [{"url": HOST + "/nb/2.html", "reason": "left"}]},
        {"failed": [{"url": HOST + "/nb/2.html", "role": "list", "reason": "503"}]},
        {"blocked": [{"url": HOST + "/nb/2.html", "role": "list", "reason": "403"}]},
        {"bugs": 1},
        {"lists": []},
        {"reports": 2},
    ],
    ids=str,
)  # fmt: skip
def test_a_crawl_that_was_not_whole_proves_no_absence(site: Played, record: dict[str, object]) -> None:
    site.crawl("2025-01-20")
    site.crawl("2025-02-10", record=record)
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_crawl_for_other_years_proves_no_absence(site: Played) -> None:
    site.crawl("2025-02-10", years=[2022, 2023])
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_record_that_does_not_say_its_years_proves_nothing_of_years_it_met_nothing_of(site: Played) -> None:
    site.crawl("2025-02-10", record={"years": ...})
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_page_that_failed_then_may_have_been_this_one(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-01-31")
    site.put(page)
    site.crawl("2025-02-10", failing={page.address: "failed"})
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_page_of_which_nobody_knows_what_it_is_may_have_been_this_one(site: Played) -> None:
    other = Page("", 0, url="/nb/unknown.html", title="政府信息公开工作年度报告")
    site.put(other)
    site.crawl("2025-02-10", failing={other.address: "failed"})
    site.take(other)
    site.put(Page(BODY, 2024, says="2025-01-31"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_column_that_an_earlier_crawl_did_not_read_proves_no_absence(site: Played) -> None:
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-01-31", parent=HOST + "/towns/index.html"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_what_stood_on_the_list_and_was_not_recognised_was_there(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-01-31")
    site.put(page)
    site.crawl("2025-02-10", without=[page])
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_page_and_list_that_disagree_about_the_deadline_leave_it_open(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-03-05", listed="2025-01-28"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "undated"
    assert cell.says("dates-disagree")
    assert {(c.day.isoformat(), c.source) for c in cell.claims} == {
        ("2025-03-05", "metadata"), ("2025-01-28", "list"),
    }  # fmt: skip


def test_a_line_with_the_day_of_the_visit_may_be_a_calendar(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-06-01", calendar=True))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "undated"
    assert cell.says("visit-day")


def test_the_day_of_the_visit_counts_where_the_list_states_it_too(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-06-01", listed="2025-06-01", calendar=True))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "late"


def test_days_that_reports_of_several_years_share_are_a_new_website_s(site: Played) -> None:
    site.put(*(Page(BODY, year, says="2025-05-06") for year in (2021, 2022, 2023, 2024)))
    site.crawl("2025-06-01")
    row = site.body("2025-06-02", BODY)
    assert [row.cell(year).state for year in (2021, 2022, 2023, 2024)] == ["undated"] * 4  # type: ignore[union-attr]
    newest = row.cell(2024)
    assert newest is not None
    assert newest.says("relaunch-date")


def test_a_move_that_took_a_week_is_one_move(site: Played) -> None:
    site.put(Page("虚构县民政局", 2021, says="2025-05-02"), Page("虚构县教育局", 2022, says="2025-05-09"))
    site.put(Page(BODY, 2024, says="2025-05-06"))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_many_late_reports_of_one_year_on_one_day_are_late(site: Played) -> None:
    bodies = [f"虚构县{name}局" for name in ("民政", "教育", "水利", "财政")]
    site.put(*(Page(body, 2024, says="2025-02-05") for body in bodies))
    site.crawl("2025-06-01")
    assert {site.cell("2025-06-02", body, 2024).state for body in bodies} == {"late"}


def test_a_day_more_than_a_year_late_proves_nothing_alone(site: Played) -> None:
    site.put(Page(BODY, 2020, says="2023-08-01"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2020)
    assert cell.state == "undated"
    assert cell.says("date-implausible")


def test_a_day_before_the_year_is_over_cannot_be(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2024-05-01"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "undated"
    assert cell.says("date-implausible")
    assert cell.published is None


def test_a_day_after_the_archive_had_it_cannot_be(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-03-30"))
    site.crawl("2025-02-02")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "undated"
    assert cell.says("date-implausible")


def test_an_address_with_an_earlier_day_makes_a_late_day_doubtful(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-04-01", url="/nb/202501/t20250122_9.html"))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_a_file_that_is_older_than_its_late_day_makes_it_doubtful(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-04-01", modified="Wed, 22 Jan 2025 01:00:00 GMT"))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_a_second_printing_makes_nothing_late(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20"), Page(BODY, 2024, says="2025-04-01", url="/zt/again.html"))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_title_of_the_wrong_year_makes_nobody_late(site: Played) -> None:
    # the report of 2023 calls itself 2022's, and there is no other of either year
    site.put(Page(BODY, 2022, says="2024-01-20"), Page(BODY, 2021, says="2022-01-20"))
    site.crawl("2025-06-01")
    row = site.body("2025-06-02", BODY)
    assert row.cell(2022).state == "undated"  # type: ignore[union-attr]
    assert row.cell(2023).state == "unknown"  # type: ignore[union-attr]
    assert row.cell(2023).says("perhaps-other-year")  # type: ignore[union-attr]


def test_a_wrong_year_seen_as_it_happened_makes_nobody_late(site: Played) -> None:
    site.put(Page(BODY, 2021, says="2022-01-20"))
    site.crawl("2023-02-20")
    site.put(Page(BODY, 2022, says="2024-01-20"))
    site.crawl("2024-02-20")
    row = site.body("2024-06-02", BODY)
    assert [row.cell(year).state for year in (2022, 2023)] == ["undated", "unknown"]  # type: ignore[union-attr]


def test_the_government_has_until_the_end_of_march(site: Played) -> None:
    site.put(Page("虚构县人民政府", 2024, says="2025-03-20"))
    site.put(Page("虚构县人民政府办公室", 2024, says="2025-03-20"))
    site.crawl("2025-06-01")
    assert site.cell("2025-06-02", "虚构县人民政府", 2024).state == "on-time"
    office = site.cell("2025-06-02", "虚构县人民政府办公室", 2024)
    assert (office.state, office.late_days) == ("late", 48)


def test_reports_up_to_2018_were_due_by_the_end_of_march(site: Played) -> None:
    site.put(Page(BODY, 2018, says="2019-03-31"), Page(BODY, 2019, says="2020-03-31"))
    site.crawl("2025-06-01")
    row = site.body("2025-06-02", BODY)
    before, after = row.cell(2018), row.cell(2019)
    assert before is not None
    assert before.state == "on-time"
    assert "492" in before.deadline.article
    assert after is not None
    assert after.state == "late"
    assert after.late_days == 60


def test_deadlines_are_settings(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-01-20"))
    site.crawl("2025-06-01")
    strict = {"department": (Rule(2008, 1, 15, "省里的规定"),)}
    rules = dict.fromkeys(("department", "government", "township", "institution"), strict["department"])
    cell = site.cell("2025-06-02", BODY, 2024, deadlines=rules)
    assert (cell.state, cell.late_days, cell.deadline.article) == ("late", 5, "省里的规定")


def test_as_of_an_earlier_day_later_captures_are_not_there(site: Played) -> None:
    site.put(Page(BODY, 2023, says="2024-01-15"))
    site.years("虚构县司法局", 2024)
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-02-20"))
    site.crawl("2025-02-25")
    assert site.cell("2025-02-12", BODY, 2024).state == "missing"
    assert site.cell("2025-02-26", BODY, 2024).state == "late"


def test_an_attachment_s_day_is_not_the_page_s(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-01-20", legible=False)
    site.put(page, Page(BODY, 2024, says="2025-02-20", url="/a.html", parent=page.address, role="attachment"))
    site.crawl("2025-06-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "on-time"
    assert [claim.day.isoformat() for claim in cell.claims] == ["2025-01-20"]


def test_an_address_that_held_something_in_time_makes_a_late_day_doubtful(site: Played) -> None:
    site.put(Page(BODY, 2024, is_report=False))
    site.crawl("2025-01-25")
    site.put(Page(BODY, 2024, says="2025-02-20"))
    site.crawl("2025-03-01")
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_a_lateness_that_only_the_site_states_is_told_as_such(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-02-20"))
    site.crawl("2025-03-01")
    assert site.cell("2025-06-02", BODY, 2024).says("stated-only")


def test_a_lateness_that_was_observed_needs_no_such_note(site: Played) -> None:
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-02-20"))
    site.crawl("2025-03-01")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.late_days, cell.notes) == ("late", 20, ())


def test_a_report_that_was_there_before_its_year_was_over_may_be_the_year_before_s(site: Played) -> None:
    site.put(Page(BODY, 2025, says="2025-01-20"))
    site.crawl("2025-02-10")
    cell = site.cell("2026-06-02", BODY, 2025)
    assert cell.state == "undated"
    assert cell.says("perhaps-other-year")


def test_a_title_with_the_year_of_publication_stands_in_for_the_year_before(site: Played) -> None:
    site.years(BODY, 2021, 2022, 2023)
    site.put(Page(BODY, 2025, says="2025-01-20"))
    site.years("虚构县司法局", 2024)
    site.crawl("2025-02-10")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert cell.state == "unknown"
    assert cell.says("perhaps-other-year")


@pytest.mark.parametrize(
    "old",
    [
        Page(BODY, 2024, says="2025-01-20", url="/nb/old.html", damaged=True),
        Page(BODY, 2024, says="2025-01-20", url="/nb/old.html", is_report=False),
        Page(BODY, 2024, says="2025-01-20", url="/nb/old.html", status=500),
        Page(BODY, 2024, says="2025-01-20", url="/nb/old.html", told="虚构县财务局"),
    ],
    ids=["damaged", "not-a-report", "error", "another-name"],
)  # fmt: skip
def test_a_page_that_a_list_called_it_in_time_may_have_been_it(site: Played, old: Page) -> None:
    site.put(old)
    site.crawl("2025-01-25")
    site.take(old)
    site.crawl("2025-02-15")
    site.put(Page(BODY, 2024, says="2025-02-18"))
    site.crawl("2025-02-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.says("perhaps-listed")) == ("undated", True)


def test_an_unreadable_page_that_was_replaced_before_anybody_looked_in_time(site: Played) -> None:
    old = Page(BODY, 2024, url="/nb/old.html", damaged=True)
    site.put(old)
    site.crawl("2025-02-10")
    site.take(old)
    site.put(Page(BODY, 2024, says="2025-02-18"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "undated"


def test_an_unreadable_page_that_came_late_itself_excuses_nobody(site: Played) -> None:
    site.crawl("2025-02-10")
    old = Page(BODY, 2024, url="/nb/old.html", damaged=True)
    site.put(old)
    site.crawl("2025-02-14")
    site.take(old)
    site.put(Page(BODY, 2024, says="2025-02-18"))
    site.crawl("2025-02-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.late_days) == ("late", 18)


def test_a_page_that_had_no_answer_in_time_and_bears_a_later_day_is_undated(site: Played) -> None:
    page = Page(BODY, 2024, says="2025-02-18")
    site.put(page)
    site.crawl("2025-01-25", failing={page.address: "failed"})
    site.crawl("2025-02-20")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.says("perhaps-listed")) == ("undated", True)


def test_an_address_that_a_list_writes_with_entities_was_named(site: Played) -> None:
    site.words = '<a href="/nb/show.php?cat=12&amp;id=4567">年报</a>'
    site.crawl("2025-02-10")
    site.words = ""
    site.put(Page(BODY, 2024, says="2025-01-20", url="/nb/show.php?cat=12&id=4567"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_a_title_without_an_address_was_named(site: Played) -> None:
    site.words = f'{{"id": 4567, "title": "{BODY}2024年政府信息公开工作年度报告"}}'
    site.crawl("2025-02-10")
    site.put(Page(BODY, 2024, says="2025-01-20", url="/art/2025/1/20/art_12_4567.html"))
    site.crawl("2025-02-20")
    assert site.cell("2025-06-02", BODY, 2024).state == "on-time"


def test_metadata_that_bear_the_day_of_each_visit_prove_nobody_late(site: Played) -> None:
    site.put(Page(BODY, 2024, says="2025-03-01"))
    site.crawl("2025-03-01")
    assert site.cell("2025-03-02", BODY, 2024).state == "late"
    site.put(Page(BODY, 2024, says="2025-03-05"))
    site.crawl("2025-03-05")
    cell = site.cell("2025-06-02", BODY, 2024)
    assert (cell.state, cell.says("visit-day")) == ("undated", True)
