"""Lonsun: one public page for each body, paged by its address or by a script's call."""

from __future__ import annotations

from pathlib import Path

from crawler.cms import FAMILIES, Entry
from crawler.cms.answers import query
from crawler.sites import Site
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["lonsun"]
HOST = "https://www.xugou-l.gov.cn"
COLUMN = f"{HOST}/public/column/6597861?type=4&action=list&nav=3&catId=7006411"
REPORT = f"{HOST}/public/column/6597861?type=3&action=detail&nav=3&title=2021"
META = '<meta name="SiteId" content="6795621">'


def rows(count: int, first: int = 1) -> str:
    items = "".join(
        f"""<li><a class="columnName" href="/public/column/6597861?type=4&catId=1">[年报]</a>
        <a class="title" href="/public/6597861/{45854200 + n}.html"
        title="虚构局{2000 + n}年信息公开年报">虚构…</a><span>2017-01-12</span></li>"""
        for n in range(first, first + count)
    )
    return f'<ul class="gk_list">{items}</ul>'


def test_rows_are_articles_and_not_their_columns() -> None:
    entries = list(FAMILY.entries(page(rows(2), COLUMN)))
    assert [e.url for e in entries] == [f"{HOST}/public/6597861/4585420{n}.html" for n in (1, 2)]
    assert entries[0].title == "虚构局2001年信息公开年报"


def test_other_articles() -> None:
    paths = ("/public/content/36027577", "/zwgk/3602757.html")
    body = "".join(f'<li><a href="{path}">年报</a></li>' for path in paths)
    assert len(list(FAMILY.entries(page(body, COLUMN)))) == 2


def test_a_report_page_of_a_year_says_so() -> None:
    assert FAMILY.report(REPORT) == Entry(REPORT, year=2021)
    assert FAMILY.department(REPORT) == "6597861"
    assert FAMILY.report(COLUMN) is None
    assert FAMILY.department(COLUMN) is None
    (entry,) = FAMILY.entries(page(f'<li><a href="{REPORT}">2021年</a></li>', COLUMN))
    assert (entry.title, entry.year) == ("2021年", 2021)


def test_reports_can_be_enumerated_below_a_path() -> None:
    for path in ("", "/zwgk"):
        seed = f"{HOST}{path}/public/column/1?type=3&action=list"
        site = Site("xgl", "虚构县", "lonsun", ("www.xugou-l.gov.cn",), (seed,), source=Path())
        (entry,) = FAMILY.enumerated(site, {"6597861": "虚构局"}, [2021])
        assert entry.url == REPORT.replace("/public", f"{path}/public")
        assert (entry.organization, entry.listed) == ("虚构局", False)


def test_next_page_is_asked_of_the_column_then_of_the_label() -> None:
    column, label = FAMILY.next_pages(page(META + rows(15), COLUMN))
    assert column.url == f"{COLUMN}&pageIndex=2"
    told = query(label.url)
    assert label.url.startswith(f"{HOST}/site/label/8888?IsAjax=1&dataType=html&labelName=publicInfoList")
    assert (told["siteId"], told["organId"], told["pageIndex"]) == ("6795621", "6597861", "2")
    assert header(label, "X-Requested-With") == "XMLHttpRequest"
    assert header(label, "Referer") == COLUMN


def test_the_scripts_own_address_is_taken_as_it_stands() -> None:
    spelt = "/site/label/8888?IsAjax=1&labelName=publicInfoList&file=%2Fx%2Flist&pageIndex="
    label, _ = FAMILY.next_pages(page(f"{rows(15)}<script>u='{spelt}'+n</script>", COLUMN))
    assert label.url.startswith(f"{HOST}{spelt}2&dataType=html&siteId=&pageSize=15&action=list")
    assert query(label.url)["organId"] == "6597861"


def test_what_the_script_sends_is_taken_whole() -> None:
    script = """<script>Ls.pagination('#p', {pageCount:2,total:3,pageIndex:1}, function (pageIndex) { $.ajax({
    url: "/zwgk/site/label/8888?IsAjax=1&dataType=html", data: {labelName: "publicInfoList", siteId: "31",
    pageSize: "2", action: "list", organId: "66", type: "3", catId: "67", cId: "", file: "/c1/newest",
    pageIndex: pageIndex}, success: show, type: "get"})</script>"""
    label, column = FAMILY.next_pages(page(rows(2) + script, COLUMN))
    told = query(label.url)
    assert label.url.startswith(f"{HOST}/zwgk/site/label/8888?IsAjax=1&dataType=html&")
    assert (told["pageSize"], told["file"], told["pageIndex"]) == ("2", "/c1/newest", "2")
    assert (told["siteId"], told["organId"], told["type"], told["catId"]) == ("31", "66", "3", "67")
    assert column.url.endswith("&pageIndex=2")
    assert not FAMILY.next_pages(answer(rows(1), label))


def test_a_list_that_is_whole_has_no_next_page() -> None:
    assert not FAMILY.next_pages(page(META + rows(6), COLUMN))
    assert not FAMILY.next_pages(page(rows(15) + "<script>var totalPage = 1;</script>", COLUMN))
    assert not FAMILY.next_pages(page("", COLUMN))


def test_answers_of_the_label_lead_on() -> None:
    _, label = FAMILY.next_pages(page(META + rows(15), COLUMN))
    full = answer(rows(15, 16), label)
    assert len(list(FAMILY.entries(full))) == 15
    (third,) = FAMILY.next_pages(full)
    assert query(third.url)["pageIndex"] == "3"
    assert header(third, "Referer") == COLUMN
    assert not FAMILY.next_pages(answer(rows(3, 31), third))


def test_a_shell_asks_the_label_for_its_first_page() -> None:
    (part,) = FAMILY.parts(page(META + "<script>label('publicInfoList')</script>", COLUMN))
    assert query(part.url)["pageIndex"] == "1"
    assert not list(FAMILY.parts(page(META + rows(1) + "publicInfoList", COLUMN)))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(COLUMN, "")
    assert FAMILY.recognise(f"{HOST}/", META)
    assert FAMILY.recognise(f"{HOST}/", '<a href="/public/column/1?type=2">')
    assert FAMILY.recognise(f"{HOST}/", '<meta name="SiteIDCode" content="1"><meta name="SiteName">') is None
