"""Lists that scripts ask for: what each played system honours and what it ignores (cms-families 3 to 12)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.replica import Replica
from tests.replica.calls import embedded, query, with_query
from tests.replica.client import fetch
from tests.replica.district import District
from tests.replica.district_plan import Column
from tests.replica.families import all_districts
from tests.replica.families.epoint import LIST, SCRIPT, Epoint
from tests.replica.families.gkmlpt import Organisations, Platform, Posts
from tests.replica.families.hanweb import ByGroup, ByPage, ByRecords, Hanweb
from tests.replica.families.hanweb_xxgk import ANNUAL, SEARCH, Parameters, Search, Yearly
from tests.replica.families.jpaas import UNIT, Jpaas, Numbered, Readable
from tests.replica.families.lonsun import LABEL, Indexed, Labelled
from tests.replica.families.openness import Openness
from tests.replica.families.truecms import MESSAGES, Messages, Switched
from tests.replica.families.ucap import OTHER, Aggregated, Channel, Listed, Static
from tests.replica.site import Asked


def body(district: District, asked: Asked | str) -> str:
    """What a request, or a GET of a path, answers."""
    page = district.answer(asked if isinstance(asked, Asked) else district.asked(asked))
    assert page is not None
    return page.body.decode(district.encoding)


def numbers(district: District, column: Column, text: str) -> list[int]:
    """The column's items that a text links, by their place in the column."""
    plain = text.replace("\\/", "/").replace("&amp;", "&")
    return [at for at, item in enumerate(column.items) if district.href(column, item) in plain]


def longest(district: District) -> Column:
    """The annual list with the most rows."""
    return max(district.annual_columns(), key=lambda column: len(column.items))


@pytest.mark.parametrize("kind", [*all_districts()], ids=lambda kind: kind.host)
def test_families_named_here_are_the_projects(kind: type[District]) -> None:
    """A misspelt name would make a district that no entry can be compared with."""
    names = "gkmlpt jpaas hanweb hanweb_xxgk truecms epoint lonsun openness ucap vsb huilan shandong hebei"
    assert kind.family in {*names.split(), "xicheng", "shanghai", "trs", "query", "generic"}


@pytest.mark.parametrize(
    "kind", [ByPage, ByRecords, ByGroup, *(Readable, Numbered, Search, Aggregated, Listed)]
)
def test_the_rows_come_once_and_whole(kind: type[District]) -> None:
    district = kind(1)
    column = longest(district)
    assert len(column.items) > district.page_size
    found = [
        at
        for asked in district.list_requests(column)
        for at in numbers(district, column, body(district, asked))
    ]
    assert sorted(found) == list(range(len(column.items)))


@pytest.mark.parametrize("kind", [ByPage, ByRecords, ByGroup])
def test_a_hanweb_column_has_its_rows_in_a_script_only(kind: type[Hanweb]) -> None:
    district = kind(1)
    column = longest(district)
    text = body(district, district.column_path(column))
    assert len(numbers(district, column, text)) == district.page_size
    assert not numbers(district, column, re.sub(r"<script.*?</script>", "", text, flags=re.S))
    assert text.count("<datastore>") == (2 if column == district.annual else 1)


def test_one_hanweb_proxy_honours_the_page_alone() -> None:
    district = ByPage(1)
    column = longest(district)
    second = district.page_path(column, 2)
    assert numbers(district, column, body(district, second)) == list(range(15, 30))
    moved = f"{second}&startrecord=46&endrecord=60"
    assert body(district, moved) == body(district, second)
    many = body(district, second.replace("page=2", "page=1") + "&perpage=5000")
    assert numbers(district, column, many) == list(range(len(column.items)))


def test_another_wants_records_posted_and_ignores_the_page() -> None:
    district = ByRecords(1)
    column = longest(district)
    parameters = urlencode(district.parameters(column)).encode()
    first = numbers(district, column, body(district, district.column_path(column)))
    by_page = district.asked(f"{district.proxy}?page=2&{parameters.decode()}")
    assert numbers(district, column, body(district, by_page)) == first
    (_, posted) = district.list_requests(column)
    assert (posted.method, posted.body) == ("POST", parameters)
    assert numbers(district, column, body(district, posted)) == list(range(15, len(column.items)))
    gotten = replace(posted, method="GET", path=f"{posted.path}&{parameters.decode()}", body=b"")
    assert numbers(district, column, body(district, gotten)) == first


def test_a_third_says_where_the_next_group_is() -> None:
    district = ByGroup(1)
    column = longest(district)
    found, at = [], district.column_path(column)
    while at:
        text = body(district, at)
        unit = text[text.rindex("<datastore>") :]
        found += numbers(district, column, unit)
        (following,) = re.findall(r'<nextgroup><!\[CDATA\[<a href="([^"]*)"></a>', unit)
        at = following.replace("./", "/module/web/jpage/")
    assert found == list(range(len(column.items)))


@pytest.mark.parametrize("kind", [Readable, Numbered])
def test_a_unit_is_paged_by_its_parameters_alone(kind: type[Jpaas]) -> None:
    district = kind(1)
    column = longest(district)
    page = body(district, district.column_path(column))
    assert not numbers(district, column, page)
    (told,) = re.findall(r'queryData="(.*?)"', page)
    unit = with_query(UNIT, **json.loads(told.replace("'", '"')))
    first = body(district, unit)
    for ignored in ("pageNo=2", "page=2", "currentPage=2"):
        assert body(district, f"{unit}&{ignored}") == first
    second = json.loads(body(district, district.page_path(column, 2)))["data"]["html"]
    assert numbers(district, column, second) == list(range(15, min(30, len(column.items))))
    assert f'count="{len(column.items)}"' in second
    beyond = json.loads(body(district, district.page_path(column, 9)))["data"]["html"]
    assert "<a" not in beyond
    assert json.loads(body(district, UNIT))["success"] is False


def test_the_disclosure_modules_search_knows_the_area_only() -> None:
    district = Search(1)
    column = district.annual
    assert not numbers(district, column, body(district, district.column_path(column)))
    all_pages = [body(district, district.posted(number)) for number in range(1, 9)]
    assert any(district.href(district.news, item) in "".join(all_pages) for item in district.news.items)
    other = replace(district.posted(1), body=b"area=elsewhere&currpage=1")
    assert "<a" not in body(district, other)
    assert "<a" not in body(district, with_query(SEARCH, area=district.area))


def test_annual_reports_of_an_area_have_a_page_for_each_year() -> None:
    district = Yearly(1)
    menu = body(district, with_query(ANNUAL, area=district.area)).replace("&amp;", "&")
    for year in district.annual.children:
        path = with_query(ANNUAL, area=district.area, fbtime=year.year)
        assert path in menu
        assert numbers(district, year, body(district, path)) == list(range(len(year.items)))


def test_annual_reports_have_an_address_of_area_and_year() -> None:
    district = Parameters(1)
    found = {(name, year): entry["listed"] for (name, year), entry in district.truth().items()}
    assert all(f"{ANNUAL}?area=XG339920" in address for address in found.values())
    assert len(set(found.values())) == len(found)
    assert all(address.endswith(f"fbtime={year}") for (_, year), address in found.items())
    assert district.respond(with_query(ANNUAL, area="XG33992001", fbtime=2011)) is None
    assert "module/xxgk/tree.jsp" in body(district, district.column_path(district.portal))


def test_a_static_list_drifts_into_another_organisation() -> None:
    district = Static(1)
    column = district.annual
    count = district.page_count(column)
    first = body(district, district.column_path(column))
    assert body(district, district.page_path(column, 1)) == first
    assert numbers(district, column, body(district, district.page_path(column, 2))) == list(range(15, 30))
    drifted = body(district, district.page_path(column, count + 1))
    assert not numbers(district, column, drifted)
    assert OTHER in drifted
    assert "政府信息公开工作年度报告" in drifted
    assert district.respond(district.page_path(column, count + district.drift + 1)) is None


@pytest.mark.parametrize("kind", [Aggregated, Listed])
def test_a_channels_list_has_the_whole_text(kind: type[Channel]) -> None:
    district = kind(1)
    column = longest(district)
    page = body(district, district.column_path(column))
    assert f'<meta name="channelid" content="{district.channel(column)}"/>' in page
    assert not numbers(district, column, page)
    data = json.loads(body(district, district.page_path(column, 2)))["data"]
    assert (data["total"], data["page"], len(data["results"])) == (
        len(column.items),
        2,
        min(15, len(column.items) - 15),
    )
    assert any("总体情况" in result["contentHtml"] for result in data["results"])
    assert district.respond(f"{district.search}/{district.channel(column)}") is None


def test_the_platforms_api_wants_its_sid() -> None:
    district = Platform(1)
    column = district.annual
    page = body(district, "/gkmlpt/annualreport")
    assert f"SID: '{district.list_requests(column)[1].path.rpartition('sid=')[2]}'" in page
    assert not numbers(district, column, page)
    path = district.page_path(column, 2)
    answer = json.loads(body(district, path))
    assert answer["classify"]["post_count"] == len(column.items)
    assert [one["title"] for one in answer["articles"]] == [item.title for item in column.items[20:40]]
    assert "articles" not in json.loads(body(district, path.partition("&")[0]))


def test_each_organisation_has_a_platform_of_its_own() -> None:
    district = Organisations(1)
    columns = [column for column in district.annual_columns() if column.kind == "annual"]
    assert len({district.sid(column) for column in columns}) == len(columns) == 12
    for column in columns:
        page, rows = (body(district, asked) for asked in district.list_requests(column))
        assert f"SID: '{district.sid(column)}'" in page
        assert f'"id": {column.number}, "name": "政府信息公开年报"' in page
        assert numbers(district, column, rows) == list(range(len(column.items)))
    other = district.page_path(columns[1], 1).replace(district.sid(columns[1]), district.sid(columns[2]))
    assert "articles" not in json.loads(body(district, other))


def test_a_platforms_text_is_json_inside_of_its_page() -> None:
    district = Platform(1)
    entries = [entry for entry in district.truth().values() if entry["form"] == "html"]
    texts = [body(district, entry["url"].removeprefix(f"http://{district.host}")) for entry in entries]
    inside = [text for text in texts if "\\u003Cp" in text]
    assert 0 < len(inside) < len(texts)
    (detail,) = re.findall(r"window\._CONFIG = \{DETAIL: (\{.*\})\};</script>", inside[0])
    assert "<table" in json.loads(detail)["content"]
    assert json.loads(embedded("</script>")) == "</script>"


def test_posts_go_on_with_the_second_page() -> None:
    district = Posts(1)
    column = longest(district)
    second = district.column_path(column).replace("index.html", "index_2.html")
    assert numbers(district, column, body(district, second)) == list(range(15, len(column.items)))
    assert district.respond(second.replace("_2", "_1")) is None


def test_an_organs_list_goes_on_by_index() -> None:
    district = Indexed(1)
    column = longest(district)
    first = district.column_path(column)
    assert "type=3" in first
    assert body(district, f"{first}&pageIndex=1") == body(district, first)
    assert numbers(district, column, body(district, f"{first}&pageIndex=2")) == [3, 4]


def test_another_organs_list_goes_on_by_its_label() -> None:
    district = Labelled(1)
    column = longest(district)
    first = district.column_path(column)
    page = body(district, first)
    assert body(district, f"{first}&pageIndex=2") == page
    (_, label) = district.list_requests(column)
    assert numbers(district, column, body(district, label)) == [2]
    known = query(label)
    assert all(f'{name}: "{known[name]}"' in page for name in ("siteId", "organId", "catId", "file"))
    for missing in ("referer", "x-requested-with"):
        bare = {name: value for name, value in label.headers.items() if name != missing}
        answer = district.answer(replace(label, headers=bare))
        assert answer is not None
        assert answer.status == 404
    assert "<a" not in body(district, replace(label, path=f"{district.root}{LABEL}?IsAjax=1"))


def test_reports_by_organisation_and_year_follow_from_numbers() -> None:
    district = Openness(1)
    listed = [entry["listed"] for entry in district.truth().values()]
    shapes = {re.sub(r"\d+", "N", address.partition(".cn")[2]) for address in listed}
    assert shapes == {
        "/OpennessAnnualReport/year/show/N/N.html",
        "/XxgkAnnualReport/show/N.html",
        "/openness/OpennessAnnualReport/show/N.html",
    }


def test_messages_are_for_who_comes_from_the_page() -> None:
    district = Messages(1)
    column = district.annual
    (page, second, *_) = district.list_requests(column)
    assert not numbers(district, column, body(district, page))
    text = body(district, second)
    assert text.startswith("cb({")
    assert numbers(district, column, json.loads(text[3:-1])["result"]) == list(range(20))
    stranger = district.answer(replace(second, headers={}))
    assert stranger is not None
    assert stranger.status == 404
    greedy = with_query(
        MESSAGES, startrecord=1, endrecord=50, perpage=50, columnId=district.uuid(column.number)
    )
    assert json.loads(body(district, replace(second, path=greedy)))["result"] == ""


def test_where_messages_are_switched_off_the_page_has_them() -> None:
    district = Switched(1)
    column = longest(district)
    (page,) = district.list_requests(column)
    assert numbers(district, column, body(district, page)) == list(range(len(column.items)))
    assert district.respond(f"{MESSAGES}?columnId={district.uuid(column.number)}") is None


def test_a_government_information_list_is_posted_for() -> None:
    district = Epoint(1)
    column = district.annual
    assert not numbers(district, column, body(district, district.column_path(column)))
    (info,) = re.findall(r"var siteInfo = (\{.*?\});", body(district, SCRIPT))
    said = {"categorynum": district.category(column), "siteGuid": json.loads(info)["siteGuid"]}
    for index, expected in ((0, range(20)), (1, range(20, 40)), (9, range(0))):
        posted = json.dumps({"params": said | {"pageIndex": index, "pageSize": 20}}).encode()
        answer = json.loads(body(district, district.asked(LIST, "POST", posted)))
        assert [row["realtitle"] for row in answer["custom"]["data"]] == [
            column.items[at].title for at in expected
        ]
    unknown = json.dumps(said | {"siteGuid": "x"}).encode()
    assert json.loads(body(district, district.asked(LIST, "POST", unknown)))["custom"]["data"] == []


def test_posted_lists_and_files_by_query_go_over_the_wire() -> None:
    kinds: list[type[District]] = [Epoint, ByRecords]
    with Replica(sites=[*kinds]) as replica:
        epoint, hanweb = Epoint(1), ByRecords(1)
        posted = epoint.posted(epoint.annual, 1)
        answer = fetch(replica, epoint.url(posted.path), method="POST", body=posted.body)
        assert json.loads(answer.content)["custom"]["total"] == len(epoint.annual.items)
        entry = next(entry for entry in hanweb.truth().values() if entry["attachments"])
        file = fetch(replica, entry["attachments"][0])
        assert file.headers["content-type"] == "application/pdf"
        assert file.content.startswith(b"%PDF-")
