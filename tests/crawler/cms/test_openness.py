"""Openness / XxgkAnnualReport: reports known by their address, enumerable by body and year."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.cms import FAMILIES, Entry
from crawler.sites import Site
from tests.crawler.cms.pages import page

FAMILY = FAMILIES["openness"]
HOST = "https://www.xugou-o.gov.cn"
LIST = f"{HOST}/XxgkContent/showList/790/0/page_1.html"
YEARLY = f"{HOST}/OpennessAnnualReport/year/show/341/2022.html"


@pytest.mark.parametrize(
    ("path", "year"),
    [
        ("/OpennessAnnualReport/show/3300.html", None),
        ("/openness/OpennessAnnualReport/show/3300.html", None),
        ("/OpennessAnnualReport/year/show/341/2022.html", 2022),
        ("/XxgkAnnualReport/show/6477.html", None),
        ("/Xxgknb/show/616527.html?type=1", None),
    ],
)
def test_reports_are_known_by_their_address(path: str, year: int | None) -> None:
    assert FAMILY.report(HOST + path) == Entry(HOST + path, year=year)
    (entry,) = FAMILY.entries(page(f'<li><a href="{path}">虚构局</a><span>2023-01-09</span></li>', LIST))
    assert (entry.title, entry.year, entry.published) == ("虚构局", year, "2023-01-09")


def test_other_content_is_a_row_and_no_report() -> None:
    path = "/OpennessContent/show/12.html"
    assert FAMILY.report(HOST + path) is None
    assert len(list(FAMILY.entries(page(f'<li><a href="{path}">通知</a></li>', LIST)))) == 1
    assert FAMILY.report(LIST) is None


def test_next_page_of_a_list() -> None:
    row = '<li><a href="/XxgkAnnualReport/show/1.html">虚构局年报</a></li>'
    (linked,) = FAMILY.next_pages(page(row + '<a href="page_2.html">下一页</a>', LIST))
    (counted,) = FAMILY.next_pages(page(row + "<script>totalPage = 3</script>", LIST))
    assert linked.url == counted.url == LIST.replace("page_1", "page_2")
    assert not FAMILY.next_pages(page(row, LIST))


def test_reports_can_be_enumerated() -> None:
    for below in ("", "/openness"):
        seed = f"{HOST}{below}/OpennessAnnualReport/show/1.html"
        site = Site("xgo", "虚构县", "openness", ("www.xugou-o.gov.cn",), (seed,), source=Path())
        (entry,) = FAMILY.enumerated(site, {"341": "虚构局"}, [2022])
        url = YEARLY.replace("gov.cn/", f"gov.cn{below}/")
        assert entry == Entry(url, organization="虚构局", year=2022, listed=False)
    assert FAMILY.department(YEARLY) == "341"
    assert FAMILY.department(LIST) is None


def test_recognition_says_why() -> None:
    assert "XxgkContent" in (FAMILY.recognise(LIST, "") or "")
    assert FAMILY.recognise(f"{HOST}/", '<a href="/Xxgknb/show/1.html">')
    assert FAMILY.recognise(f"{HOST}/xxgknb/index.html", "<a href='/xxgknb2/'>") is None
