"""Missing is said only where a crawl that could have seen the report did not, and the body was there."""

from __future__ import annotations

import json

import pytest

from pipelines.coverage.model import BodyEntry
from tests.pipelines.coverage.played import HOST, LIST, Page, Played

BODY = "虚构县财政局"
DAY = "2025-06-02"


@pytest.fixture
def body(site: Played) -> Played:
    """The site with a body that published for 2020 to 2023, and others that publish for 2024, too."""
    site.years(BODY, *range(2020, 2024))
    site.years("虚构县司法局", 2024)
    return site


def test_what_a_whole_crawl_after_the_deadline_did_not_find_is_missing(body: Played) -> None:
    body.crawl("2025-01-20")
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == "missing"
    assert cell.looked is not None
    assert cell.says("may-have-ended")
    assert not cell.has_report


def test_the_first_crawl_ever_may_find_out_about_the_newest_year(body: Played) -> None:
    body.crawl("2025-02-10")
    assert body.cell(DAY, BODY, 2024).state == "missing"


def test_before_the_deadline_nothing_is_due(body: Played) -> None:
    body.crawl("2025-01-20")
    assert body.cell("2025-01-31", BODY, 2024).state == "not-yet-due"


def test_after_the_deadline_and_before_the_next_crawl_nobody_knows(body: Played) -> None:
    body.crawl("2025-01-20")
    cell = body.cell("2025-02-01", BODY, 2024)
    assert cell.state == "unknown"
    assert cell.says("not-crawled")


def test_a_crawl_right_after_the_deadline_is_too_soon(body: Played) -> None:
    body.crawl("2025-02-02")
    cell = body.cell("2025-02-03", BODY, 2024)
    assert cell.state == "unknown"
    assert cell.says("too-soon")
    assert body.cell("2025-02-03", BODY, 2024, patience=0).state == "missing"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"ended": "shutdown"}, "crawl-incomplete"),
        ({"gaps": [{"url": LIST, "reason": "left"}]}, "crawl-incomplete"),
        ({"failed": [{"url": LIST, "role": "list", "reason": "503"}]}, "crawl-incomplete"),
        ({"bugs": 1}, "crawl-incomplete"),
        ({"years": [2023]}, "years-not-asked"),
        ({"lists": [{"url": LIST, "family": "trs", "reports": 0}], "captured": [LIST]}, "column-not-seen"),
    ],
    ids=str,
)
def test_a_crawl_that_was_not_whole_calls_nobody_missing(
    body: Played, record: dict[str, object], code: str
) -> None:
    body.crawl("2025-02-10", record=record)
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == "unknown"
    assert [note.code for note in cell.notes] == [code]


def test_a_run_that_read_no_list_is_no_look_at_them(body: Played) -> None:
    body.crawl("2025-02-10")
    body.crawl("2025-02-20", record={"lists": []})
    looked = body.survey(DAY).looked
    assert looked is not None
    assert looked.date().isoformat() == "2025-02-10"


def test_an_older_whole_crawl_counts_where_the_newest_was_not(body: Played) -> None:
    body.crawl("2025-02-10")
    body.crawl("2025-02-20", record={"ended": "shutdown"})
    assert body.cell(DAY, BODY, 2024).state == "missing"


def test_a_list_that_was_empty_for_a_day_calls_nobody_missing(body: Played) -> None:
    body.crawl("2025-01-20")
    pages = dict(body.pages)
    body.pages = {address: page for address, page in pages.items() if page.year < 2021}
    body.crawl("2025-02-10")
    assert body.cell(DAY, "虚构县审计局", 2024).state == "unknown"
    body.pages = pages
    body.crawl("2025-02-11")
    assert body.cell(DAY, "虚构县审计局", 2024).state == "missing"


def test_a_site_that_took_old_years_away_is_looked_at_again_after_some_crawls(body: Played) -> None:
    body.crawl("2025-01-20")
    body.pages = {address: page for address, page in body.pages.items() if page.year > 2021}
    for day in ("2025-02-10", "2025-02-11", "2025-02-12", "2025-02-13"):
        body.crawl(day)
    assert body.cell(DAY, BODY, 2024).state == "missing"


@pytest.mark.parametrize(
    ("state", "shown"),
    [("blocked", "blocked"), ("refused", "blocked"), ("failed", "unread"), ("absent", "unread")],
)
def test_what_a_list_names_and_nobody_answers_for_is_not_missing(
    body: Played, state: str, shown: str
) -> None:
    page = Page(BODY, 2024)
    body.put(page)
    body.crawl("2025-02-10", failing={page.address: state})
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == shown
    assert cell.urls == (page.address,)
    assert cell.notes


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (Page(BODY, 2024, status=403, flags=("blocked",)), "blocked"),
        (Page(BODY, 2024, status=404), "unread"),
        (Page(BODY, 2024, flags=("soft-404",)), "unread"),
        (Page(BODY, 2024, flags=("login",)), "unread"),
        (Page(BODY, 2024, flags=("truncated",)), "unread"),
        (Page(BODY, 2024, damaged=True), "unread"),
        (Page(BODY, 2024, is_report=False), "unread"),
        (Page(BODY, 2024, legible=False, says="2025-01-20"), "unread"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_there_and_not_to_be_read_is_not_missing(body: Played, page: Page, shown: str) -> None:
    body.put(page)
    body.crawl("2025-02-10")
    assert body.cell(DAY, BODY, 2024).state == shown


def test_an_unreadable_report_was_in_time_all_the_same(body: Played) -> None:
    body.put(Page(BODY, 2024, legible=False, says="2025-01-20"))
    body.crawl("2025-02-10")
    assert body.cell(DAY, BODY, 2024).punctuality == "on-time"


def test_a_page_that_is_blocked_later_keeps_what_was_seen(body: Played) -> None:
    body.put(Page(BODY, 2024, says="2025-01-20"))
    body.crawl("2025-02-10")
    body.put(Page(BODY, 2024, status=403, flags=("blocked",)))
    body.crawl("2025-02-20")
    assert body.cell(DAY, BODY, 2024).state == "on-time"


def test_captured_and_not_published_yet_is_not_missing(body: Played) -> None:
    body.crawl("2025-01-20")
    body.survey("2025-01-21")
    body.put(Page(BODY, 2024, says="2025-01-20"))
    body.crawl("2025-02-10")
    assert body.survey(DAY, publishing=False).bodies
    cell = body.cell(DAY, BODY, 2024, publishing=False)
    assert cell.state == "unread"


def test_a_page_that_names_no_year_may_be_the_report(body: Played) -> None:
    body.put(
        Page(BODY, 0, told_year=0, title=f"{BODY}政府信息公开工作年度报告", is_report=False, url="/nb/x.html")
    )
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == "unknown"
    assert cell.says("crawl-incomplete")


def test_a_page_of_the_year_that_names_nobody_may_be_the_report(body: Played) -> None:
    body.put(Page("", 2024, title="2024年政府信息公开工作年度报告", is_report=False, url="/nb/y.html"))
    body.crawl("2025-02-10")
    assert body.cell(DAY, BODY, 2024).state == "unknown"


def test_a_body_whose_column_the_crawl_did_not_meet_is_not_missing(body: Played) -> None:
    elsewhere = HOST + "/czj/nb/index.html"
    body.years("虚构县水利局", *range(2020, 2024), parent=elsewhere)
    body.crawl("2025-01-20")
    for page in [page for page in body.pages.values() if page.parent == elsewhere]:
        body.take(page)
    body.years("虚构县司法局", 2008, 2009, 2010, 2011)  # as many reports as before
    body.crawl("2025-02-10")
    cell = body.cell(DAY, "虚构县水利局", 2024)
    assert cell.state == "unknown"
    assert cell.says("column-not-seen")


def test_years_before_the_first_report_are_unknown(body: Played) -> None:
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2019)
    assert cell.state == "unknown"
    assert cell.says("before-first")


def test_a_gap_between_two_reports_is_missing(body: Played) -> None:
    body.take(Page(BODY, 2021))
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2021)
    assert cell.state == "missing"
    assert not cell.notes


def test_a_year_of_which_the_site_keeps_next_to_nothing_is_unknown(site: Played) -> None:
    bodies = [f"虚构县{name}局" for name in ("民政", "教育", "水利", "财政")]
    for name in bodies:
        site.years(name, 2018, 2020, 2021, 2022, 2023)
    site.take(Page("虚构县司法局", 2019))
    site.crawl("2025-02-10")
    cell = site.cell(DAY, "虚构县民政局", 2019)
    assert cell.state == "unknown"
    assert cell.says("year-not-kept")


def test_a_year_in_which_nobody_published_may_be_listed_elsewhere(site: Played) -> None:
    site.crawl("2024-12-01")
    site.crawl("2025-02-10")
    last = [body.cells[-1] for body in site.survey(DAY).bodies]
    assert {cell.state for cell in last} == {"unknown"}
    assert all(cell.says("whole-year") for cell in last)


def test_a_kind_of_which_nobody_published_may_have_a_column_elsewhere(body: Played) -> None:
    towns = [f"虚构县{letter}字镇人民政府" for letter in "甲乙丙"]
    for town in towns:
        body.years(town, *range(2019, 2024))
    body.crawl("2025-04-10")
    assert body.cell(DAY, BODY, 2024).state == "missing"
    assert {body.cell(DAY, town, 2024).state for town in towns} == {"unknown"}
    body.put(Page(towns[0], 2024))
    body.crawl("2025-04-20")
    assert [body.cell(DAY, town, 2024).state for town in towns] == ["late", "missing", "missing"]


def test_a_body_that_ended_long_ago_is_unknown_since(site: Played) -> None:
    site.years("虚构县工商行政管理局", 2019, 2020)
    site.crawl("2025-02-10")
    row = site.body(DAY, "虚构县工商行政管理局")
    assert [cell.state for cell in row.cells[-4:]] == ["unknown"] * 4
    assert row.cells[-1].says("after-last")


def test_two_years_after_the_last_report_nobody_knows_whether_there_is_a_body(body: Played) -> None:
    body.crawl("2025-02-10")
    body.years("虚构县司法局", 2025)
    body.crawl("2026-02-10")
    row = body.body("2026-06-02", BODY)
    assert [cell.state for cell in row.cells[-2:]] == ["missing", "unknown"]


def test_the_registry_s_word_makes_it_missing(body: Played) -> None:
    body.crawl("2025-02-10")
    body.years("虚构县司法局", 2025)
    body.crawl("2026-02-10")
    bodies = {BODY: BodyEntry(first=2020)}
    row = body.body("2026-06-02", BODY, bodies=bodies)
    assert [(cell.year, cell.state) for cell in row.cells if not cell.has_report] == [
        (2019, "did-not-exist"), (2024, "missing"), (2025, "missing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "entry", [BodyEntry(kind="department"), BodyEntry(last=2026), BodyEntry(also=("财政所",))]
)
def test_what_says_nothing_of_a_body_s_beginning_makes_nothing_before_it_missing(
    body: Played, entry: BodyEntry
) -> None:
    body.crawl("2025-02-10")
    assert body.cell(DAY, BODY, 2019, bodies={BODY: entry}).says("before-first")


def test_a_kind_says_nothing_of_a_body_s_end(body: Played) -> None:
    body.crawl("2025-02-10")
    body.years("虚构县司法局", 2025)
    body.crawl("2026-02-10")
    for entry, state in ((BodyEntry(kind="department"), "unknown"), (BodyEntry(last=2026), "missing")):
        assert body.cell("2026-06-02", BODY, 2025, bodies={BODY: entry}).state == state


def test_the_registry_ends_a_body(body: Played) -> None:
    body.crawl("2025-02-10")
    row = body.body(DAY, BODY, bodies={BODY: BodyEntry(last=2023)})
    assert row.cells[-1].state == "did-not-exist"


def test_a_body_that_only_the_registry_knows_is_missing_where_lists_were_read(body: Played) -> None:
    # its reports may stand anywhere: no crawl proves that they are not there
    body.crawl("2025-02-10")
    cell = body.cell(
        DAY, "虚构县统计局", 2024, bodies={"虚构县统计局": BodyEntry(kind="department", first=2019)}
    )
    assert cell.state == "unknown"
    assert cell.says("column-not-seen")


def test_a_report_on_another_site_of_the_archive_is_not_missing(body: Played) -> None:
    body.crawl("2025-02-10")
    body.crawl_elsewhere("2025-02-11", Page(BODY, 2024, says="2025-01-25"))
    assert body.cell(DAY, BODY, 2024).state == "missing"
    cell = body.cell(DAY, BODY, 2024, elsewhere=["other"])
    assert cell.state == "on-time"
    assert cell.says("other-site")


def test_a_year_s_column_that_is_gone_for_a_day_calls_nobody_missing(body: Played) -> None:
    column = HOST + "/nb/2024/index.html"
    new = [Page(f"虚构县{duty}局", 2024, parent=column) for duty in ("司法", "民政", "教育")]
    body.years("虚构县民政局", *range(2019, 2024))
    body.years("虚构县教育局", *range(2019, 2024))
    body.take(Page("虚构县司法局", 2024))
    body.put(*new)
    body.crawl("2025-01-20")
    body.take(*new)
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == "unknown"
    assert cell.says("crawl-incomplete")
    body.put(*new)
    body.crawl("2025-02-11")
    assert body.cell(DAY, BODY, 2024).state == "missing"


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("虚构县财政局2024年政务公开工作情况的报告", "unknown"),
        ("财政局2024年度信息公开年报（图文）", "unknown"),
        ("虚构县财政局二〇二四年政府信息公开年度报告", "unknown"),
        ("财政局2024政府信息公开年报", "unknown"),
        ("虚构县财政局24年政府信息公开年报", "unknown"),
        ("虚构县财政局政府信息公开年报（2024）", "unknown"),
        ("虚构县财政局2024-01-15发布2023年政府信息公开年报", "missing"),
        ("虚构县财政局2023年政府信息公开年报", "missing"),
        ("虚构县财政局2024年1月15日发布2023年政府信息公开年报", "missing"),
        ("虚构县财政局2024年部门预算", "missing"),
        ("虚构县财政局国库支付中心2024年政府信息公开年报", "missing"),
    ],
)
def test_a_title_that_was_not_taken_for_a_report_may_be_it(body: Played, title: str, state: str) -> None:
    body.years("虚构县财政局国库支付中心", *range(2020, 2025))
    body.words = f'<a href="/x/1.html" title="{title}">{title}</a>'
    body.crawl("2025-02-10")
    cell = body.cell(DAY, BODY, 2024)
    assert cell.state == state
    assert cell.says("perhaps-listed") is (state == "unknown")


def test_titles_in_json_and_gbk_are_read(body: Played) -> None:
    body.years("虚构县司法局", 2024)
    for charset in ("json", "gb18030"):
        title = "虚构县财政局2024年政务公开工作情况的报告"
        body.words = json.dumps({"title": title}) if charset == "json" else f"<a>{title}</a>"
        body.charset = "utf-8" if charset == "json" else charset
        body.crawl("2025-02-10" if charset == "json" else "2025-02-11")
        assert body.cell(DAY, BODY, 2024).state == "unknown"


def test_a_list_that_robots_txt_forbids_may_name_it(body: Played) -> None:
    body.years("虚构县司法局", 2024)
    page = {"url": HOST + "/nb/index_2.html", "role": "list", "reason": "robots.txt forbids it"}
    body.crawl("2025-02-10", record={"refused": [page]})
    cell = body.cell(DAY, BODY, 2024)
    assert (cell.state, cell.says("crawl-incomplete")) == ("unknown", True)
    away = page | {"url": "https://elsewhere.gov.cn/nb/index.html"}
    body.crawl("2025-02-11", record={"refused": [away]})
    assert body.cell(DAY, BODY, 2024).state == "missing"


def test_a_crawl_that_went_on_after_the_day_proves_nothing_as_of_that_day(body: Played) -> None:
    body.years("虚构县司法局", 2024)
    body.crawl("2025-02-10", hour=23, record={"stopped": "2025-02-10T16:30:00+00:00"})
    assert body.cell("2025-02-10", BODY, 2024).state == "unknown"
    assert body.cell("2025-02-11", BODY, 2024).state == "missing"


def test_a_body_s_name_may_stand_in_the_cell_before_the_title(body: Played) -> None:
    for name, state in (("虚构县民政局", "missing"), (BODY, "unknown")):
        body.words = f"<tr><td>{name}</td><td>2024年政府信息公开年报</td></tr>"
        body.crawl("2025-02-10" if state == "missing" else "2025-02-11")
        assert body.cell(DAY, BODY, 2024).state == state
