"""Hanweb's classic lists: records inside scripts, further ones asked for in two dialects."""

from __future__ import annotations

from crawler.cms import FAMILIES
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["hanweb"]
HOST = "http://www.xugou-h.gov.cn"
COLUMN = f"{HOST}/col/col6098/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
QUERY = "appid=1&appid=1&webid=11&path=/&columnid=6098&unitid=38486&webname=%25E8%2599%259A&permissiontype=0"


def record(number: int, title: str = "虚构局政府信息公开年报", column: int = 6098) -> str:
    return f"""<record><![CDATA[
    <li class="clearfix"> <a target="_blank" href="/art/2024/1/9/art_{column}_{number}.html" title="{title}">
    虚构局…</a> <b>2024-
    01-09</b></li>]]></record>"""


def store(*records: str, following: str = "", extra: str = "") -> str:
    group = f'<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>' if following else ""
    return f"<datastore>{extra}{group}<recordset>{''.join(records)}</recordset></datastore>"


def column(*stores: str, script: str = "", url: str = COLUMN) -> str:
    units = "".join(
        f'<div id="{i}"><script type="text/xml">{s}</script></div>{script}' for i, s in enumerate(stores)
    )
    return f"<html><body>{units}</body></html>"


def test_rows_are_unwrapped_from_their_records() -> None:
    body = column(store(record(1, "虚构甲局2023年政府信息公开工作年度报告"), record(2)))
    first, second = FAMILY.entries(page(body, COLUMN))
    assert first.url == f"{HOST}/art/2024/1/9/art_6098_1.html"
    assert first.title == "虚构甲局2023年政府信息公开工作年度报告"
    assert first.published == second.published == "2024-01-09"


def test_table_rows_without_their_table_are_rows() -> None:
    row = """<record><![CDATA[<tr><td>
    <a href='/art/2024/1/9/art_6098_7.html' title='虚构局年报'>虚构局…</a></td>
    <td>[2024-01-09]</td></tr>]]></record>"""
    (entry,) = FAMILY.entries(page(column(store(row)), COLUMN))
    assert (entry.title, entry.published) == ("虚构局年报", "2024-01-09")


def test_another_columns_unit_on_the_page_is_not_listed() -> None:
    other = f"{PROXY}?page=1&webid=11&columnid=77&unitid=9"
    own = f"{PROXY}?page=1&{QUERY}"
    body = column(store(record(5, column=77), following=other), store(record(1), record(2), following=own))
    at = page(body, COLUMN)
    assert [entry.url.rpartition("_")[2] for entry in FAMILY.entries(at)] == ["1.html", "2.html"]
    assert all("columnid=6098" in found.url + (found.body or "") for found in FAMILY.next_pages(at))


def test_units_that_name_no_column_are_told_apart_by_their_articles() -> None:
    body = column(store(record(5, column=77)), store(record(1)))
    assert [e.url.rpartition("_")[2] for e in FAMILY.entries(page(body, COLUMN))] == ["1.html"]


def test_a_column_of_columns_lists_what_its_unit_gathers() -> None:
    body = column(store(record(5, column=77), following=f"{PROXY}?page=1&columnid=77,78&unitid=9"))
    assert [e.url.rpartition("_")[2] for e in FAMILY.entries(page(body, COLUMN))] == ["5.html"]


def test_links_in_html_are_rows_where_there_are_no_records() -> None:
    body = '<li><a href="/art/2024/1/9/art_6098_3.html">虚构局年报</a><span>2024-01-09</span></li>'
    assert [e.published for e in FAMILY.entries(page(body, COLUMN))] == ["2024-01-09"]


def test_next_group_is_asked_for_as_it_stands_then_posted() -> None:
    following = f"{PROXY}?page=1&{QUERY}".replace("&", "&amp;")
    script = "<script>$('#1').jpage({perPage:2,totalRecord:9,proxyUrl:'x'})</script>"
    at = page(
        column(store(record(1), record(2), record(3), record(4), following=following), script=script), COLUMN
    )
    literal, second, counted, posted = FAMILY.next_pages(at)
    assert literal.url == f"{HOST}{PROXY}?page=1&{QUERY}"  # encoded twice, as the site does
    assert second.url == f"{HOST}{PROXY}?page=2&{QUERY}"
    assert counted.url == f"{HOST}{PROXY}?page=3&{QUERY}&perpage=2"
    assert header(literal, "Referer") == COLUMN
    assert posted.url == f"{HOST}{PROXY}?startrecord=5&endrecord=10&perpage=2"
    assert (posted.method, posted.body) == ("POST", QUERY)
    assert header(posted, "X-Requested-With") == "XMLHttpRequest"


def test_a_list_that_is_whole_has_no_next_page() -> None:
    following = f"{PROXY}?page=1&{QUERY}"
    for script in ("{perPage:15,totalRecord:2}", "{perPage:2,totalRecord:2}", "{perPage:15}"):
        body = column(store(record(1), record(2), following=following), script=f"<script>{script}</script>")
        assert not FAMILY.next_pages(page(body, COLUMN)), script


def test_parameters_come_from_the_script_where_no_group_is_named() -> None:
    script = """<script>jpage({proxyUrl:'/module/jpage/dataproxy.jsp',perPage:2,ajaxParam:{"col":1,"appid":1,
    "webid":"3096","path":"/","columnid":"6098","unitid":"4767824","webname":"虚构","permissiontype":0}})</script>"""
    at = page(column(store(record(1), record(2)), script=script), COLUMN)
    counted, posted = FAMILY.next_pages(at)
    assert counted.url.startswith(f"{HOST}/module/jpage/dataproxy.jsp?col=1&appid=1&webid=3096&path=%2F")
    assert counted.url.endswith("&page=2&perpage=2")
    assert posted.body is not None
    assert posted.body.endswith("columnid=6098&unitid=4767824&webname=%E8%99%9A%E6%9E%84&permissiontype=0")


def test_a_shell_without_rows_asks_for_its_first() -> None:
    body = f"<script>load('{PROXY}?{QUERY}')</script>"
    (part,) = FAMILY.parts(page(body, COLUMN))
    assert part.url == f"{HOST}{PROXY}?{QUERY}&page=1"
    empty = answer(store(), part)
    (posted,) = FAMILY.next_pages(empty)
    assert (posted.method, posted.body) == ("POST", QUERY)
    assert posted.url.endswith("?startrecord=1&endrecord=45&perpage=15")


def test_answers_lead_on_in_their_own_dialect() -> None:
    following = f"{PROXY}?page=1&{QUERY}"
    at = page(column(store(record(1), following=following)), COLUMN)
    literal, *_, posted = FAMILY.next_pages(at)

    more = answer(store(record(2), following="./dataproxy.jsp?page=2&columnid=6098&unitid=38486"), literal)
    assert [e.url for e in FAMILY.entries(more)] == [f"{HOST}/art/2024/1/9/art_6098_2.html"]
    (third,) = FAMILY.next_pages(more)
    assert third.url.startswith(f"{HOST}/module/web/jpage/dataproxy.jsp?page=2&columnid=6098")
    assert "webid=11" in third.url
    assert header(third, "Referer") == COLUMN

    counted = answer(store(record(2), extra="<totalrecord>9</totalrecord><totalpage>3</totalpage>"), literal)
    assert [found.url for found in FAMILY.next_pages(counted)] == [f"{HOST}{PROXY}?page=2&{QUERY}"]
    last = answer(store(record(2), extra="<totalpage>1</totalpage>"), literal)
    assert not FAMILY.next_pages(last)

    whole = answer(store(*(record(i) for i in range(45))), posted)
    (again,) = FAMILY.next_pages(whole)
    assert again.url == f"{HOST}{PROXY}?startrecord=47&endrecord=91&perpage=15"
    assert again.body == QUERY
    assert not FAMILY.next_pages(answer(store(record(3)), again))


def test_more_columns_proxy_and_groups_in_the_query() -> None:
    asked = f"/module/web/jpage/morecolumndataproxy.jsp?startrecord=1&endrecord=45&perpage=15&{QUERY}"
    (found,) = FAMILY.next_pages(page(f'<script>var u="{asked}";</script>', COLUMN))
    assert found.method == "GET"
    full = answer(store(*(record(i) for i in range(45))), found)
    (following,) = FAMILY.next_pages(full)
    assert "startrecord=46&endrecord=90&perpage=15" in following.url


def test_broken_answers_are_no_rows() -> None:
    for broken in ("", "<datastore><record><![CDATA[<li><a href=", "{", "<record></record>"):
        at = page(broken, f"{HOST}{PROXY}?page=2&{QUERY}")
        assert not list(FAMILY.entries(at))
        assert not FAMILY.next_pages(at)
        assert not list(FAMILY.parts(at))


def test_recognition_says_why() -> None:
    assert "column" in (FAMILY.recognise(COLUMN, "") or "")
    assert FAMILY.recognise(f"{HOST}/", "<a href='/col/col6098/index.html'>")
    assert FAMILY.recognise(f"{HOST}/x", column(store(record(1))))
    assert FAMILY.recognise(COLUMN, "load('/module/xxgk/tree.jsp?area=001')") is None
    assert FAMILY.recognise(COLUMN, "url='/api-gateway/jpaas-publish-server/'") is None
    assert FAMILY.recognise(f"{HOST}/info/1/2.htm", "<a href='/info/1/3.htm'>") is None
