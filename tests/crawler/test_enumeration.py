"""Made-up addresses: known departments for all years, unknown ids for one, and more where one answered."""

from __future__ import annotations

from pathlib import Path

from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.sites import Site
from crawler.spider_loader import spider_class
from crawler.spiders.report import ReportSpider

SITE = Site(
    key="xuxian",
    name="虚构县",
    code="000000",
    family="xicheng",
    hosts=("www.xuxian.example",),
    seeds=("https://www.xuxian.example/zt/xxgkzl/gknb.html",),
    departments={"155": "虚构县虚构局"},
    sweep=(154, 156),
    source=Path(),
)


def spider(**arguments: str) -> ReportSpider:
    made = spider_class(SITE)(**arguments)
    made.latest = 2025
    return made


def address(department: int, year: int) -> str:
    return f"https://www.xuxian.example/zt/xxgkzl/gknbxq/pnidpv{department}pntypepvnbpnnfpv{year}.html"


def test_known_departments_for_all_years_and_unknown_ids_for_the_latest() -> None:
    asked = [request.url for request in spider().made_up()]
    assert asked[:2] == [address(155, 2025), address(155, 2024)]
    assert asked[-3:] == [address(155, 2008), address(154, 2025), address(156, 2025)]
    assert len(asked) == 18 + 2


def test_an_id_that_answered_is_asked_for_its_other_years_once() -> None:
    made = spider(years="2023,2024,2025")
    list(made.made_up())
    page = HtmlResponse(address(156, 2025), body=b"<html></html>", request=Request(address(156, 2025)))
    assert [r.url for r in made.from_report(page, page.url, {}, listed=False)] == [
        address(156, 2024),
        address(156, 2023),
    ]
    assert list(made.from_report(page, page.url, {}, listed=False)) == []


def test_without_the_latest_year_nothing_is_swept() -> None:
    assert [request.url for request in spider(years="2023").made_up()] == [address(155, 2023)]


def test_nothing_is_made_up_where_a_list_could_not_be_had() -> None:
    made = spider()
    made.lists_lost = 1
    assert list(made.afterwards()) == []
    assert list(spider().afterwards()) != []
