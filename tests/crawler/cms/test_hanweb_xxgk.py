"""Hanweb's disclosure module: a tree, a search of the whole district, a page for each body and year."""

from __future__ import annotations

from pathlib import Path

from crawler.cms import FAMILIES, Entry
from crawler.cms.answers import query
from crawler.sites import Site
from tests.crawler.cms.pages import answer, page

FAMILY = FAMILIES["hanweb_xxgk"]
HOST = "http://www.xugou-x.gov.cn"
COLUMN = f"{HOST}/col/col1229/index.html"
TREE = "/module/xxgk/tree.jsp?divid=div12&area=001008003012002"
REPORT = "/module/xxgk/xxgkAnnualReport.jsp?area=001008003012002&fbtime=2023"
SHELL = f"<script>$('#tree').load('{TREE}')</script>"


def row(path: str) -> str:
    return f"""<tr class="tr_main_value_odd"><td>
    <a href="{path}" title="虚构局2023年政府信息公开年报">虚构…</a></td>
    <td>虚构局</td><td>2024-01-12</td></tr>"""


def results(*paths: str, pages: int = 1) -> str:
    return f"<table>{''.join(map(row, paths))}</table><div>共{pages}页</div>"


def test_the_search_takes_its_area_from_the_tree() -> None:
    (part,) = FAMILY.parts(page(SHELL, COLUMN))
    assert part.method == "POST"
    assert part.url == f"{HOST}/module/xxgk/search.jsp?area=001008003012002&currpage=1"
    form = query(f"?{part.body}")
    assert (form["area"], form["divid"], form["currpage"]) == ("001008003012002", "div12", "1")
    assert form["vc_title"] == "信息公开"


def test_results_are_of_the_column_where_any_is() -> None:
    (part,) = FAMILY.parts(page(SHELL, COLUMN))
    own, other = "/art/2024/1/12/art_1229_1.html", "/art/2024/1/12/art_77_2.html"
    assert [e.url for e in FAMILY.entries(answer(results(own, other), part))] == [HOST + own]
    (entry,) = FAMILY.entries(answer(results(other), part))
    assert (entry.url, entry.organization, entry.published) == (HOST + other, "虚构局", "2024-01-12")


def test_pages_of_results() -> None:
    (part,) = FAMILY.parts(page(SHELL, COLUMN))
    rows = results("/art/2024/1/12/art_77_2.html", pages=2)
    (second,) = FAMILY.next_pages(answer(rows, part))
    assert second.url.endswith("&currpage=2")
    assert query(f"?{second.body}")["currpage"] == "2"
    assert not FAMILY.next_pages(answer(rows, second))


def test_nothing_found_by_title_is_asked_for_without() -> None:
    (part,) = FAMILY.parts(page(SHELL, COLUMN))
    (whole,) = FAMILY.next_pages(answer(results(), part))
    assert query(f"?{whole.body}")["vc_title"] == ""
    assert not FAMILY.next_pages(answer(results(), whole))


def test_categories_of_the_tree_are_columns() -> None:
    tree = """<script>d.add(1,0,"<a onclick=\\"funclick('A0212','x')\\">信息公开年报(12)</a>");</script>
    <a href="javascript:funclick('B01')">机构概况</a>"""
    annual, other = FAMILY.columns(page(tree, HOST + TREE))
    assert (annual.title, other.title) == ("信息公开年报", "机构概况")
    assert query(f"?{annual.body}")["infotypeId"] == "A0212"
    assert query(f"?{annual.body}")["area"] == "001008003012002"


def test_the_annual_report_page_says_body_and_year() -> None:
    assert FAMILY.report(HOST + REPORT) == Entry(HOST + REPORT, year=2023)
    assert FAMILY.department(HOST + REPORT) == "001008003012002"
    assert FAMILY.report(f"{HOST}/module/xxgk/xxgkAnnualReport.jsp?area=001") is None


def test_a_link_to_it_may_lead_to_a_list() -> None:
    body = f'<li><a href="{REPORT}">虚构局</a></li><a href="{REPORT.partition("&")[0]}">年报</a>'
    for family in (FAMILY, FAMILIES["hanweb"]):
        assert not list(family.entries(page(body, COLUMN)))
        found = [(c.title, c.annual, c.year) for c in family.columns(page(body, COLUMN))]
        assert found == [("虚构局", True, 2023), ("年报", True, None)]


def test_annual_reports_can_be_enumerated() -> None:
    site = Site("xgx", "虚构县", "hanweb_xxgk", ("www.xugou-x.gov.cn",), (COLUMN,), source=Path())
    found = list(FAMILY.enumerated(site, {"001008003012002": "虚构局"}, [2023]))
    assert found == [Entry(HOST + REPORT, organization="虚构局", year=2023, listed=False)]


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(HOST + REPORT, "")
    assert FAMILY.recognise(COLUMN, SHELL)
    assert FAMILY.recognise(COLUMN, SHELL + "dataproxy.jsp") is None
