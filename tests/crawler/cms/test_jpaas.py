"""Hanweb jpaas: units that an API builds, and the one parameter that pages them."""

from __future__ import annotations

import html
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawler.cms import FAMILIES
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["jpaas"]
HOST = "http://www.xugou-j.gov.cn"
COLUMN = f"{HOST}/zfxxgk/zfxxgknb/2022/zjyq/index.html"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY = {"webId": "2758", "pageId": "1229743684", "tplSetId": "kUBgoF", "tagId": "当前栏目列表"}


def script(query: str, url: str = UNIT) -> str:
    source = "/cms_files/default/script/AuthorizedRead/unitbuild.js?v=3.1"
    return f'<div><script src="{source}" webId="2758" url="{url}" queryData="{query}"></script></div>'


def single(values: dict[str, str]) -> str:
    return str(values)


def built(*articles: str, pager: str = "") -> str:
    items = "".join(
        f'<li><a class="bt_link" href="{a}" title="虚构局年报">虚构…</a><span>2023-01-09</span></li>'
        for a in articles
    )
    return json.dumps({"code": "200", "success": True, "data": {"html": f"<ul>{items}</ul>{pager}"}})


@pytest.mark.parametrize("written", [single(QUERY), html.escape(json.dumps(QUERY), quote=True)])
def test_a_shell_says_what_builds_its_list(written: str) -> None:
    (part,) = FAMILY.parts(page(script(written), COLUMN))
    parts = urlsplit(part.url)
    assert (parts.netloc, parts.path) == ("www.xugou-j.gov.cn", UNIT)
    assert dict(parse_qsl(parts.query)) == QUERY | {
        "parseType": "bulidstatic",
        "pageType": "column",
        "editType": "null",
    }
    assert header(part, "Referer") == COLUMN


def test_the_pages_own_spelling_wins() -> None:
    (part,) = FAMILY.parts(page(script(single(QUERY | {"parseType": "buildstatic"})), COLUMN))
    assert "parseType=buildstatic" in part.url


def test_units_that_hold_no_list_and_broken_ones_are_not_asked_for() -> None:
    body = script(single(QUERY | {"tagId": "头部"})) + script("{'pageId") + script("") + script("[1]")
    assert not list(FAMILY.parts(page(body, COLUMN)))


def test_rows_of_a_unit_old_and_new() -> None:
    (part,) = FAMILY.parts(page(script(single(QUERY)), COLUMN))
    new = f"/zfxxgk/art/2023/art_{'a' * 32}.html"
    body = built(new, "//www.xugou-j.gov.cn/art/2019/1/9/art_17_23.html", "/col/col1/index.html")
    entries = list(FAMILY.entries(answer(body, part)))
    assert [entry.url for entry in entries] == [f"{HOST}{new}", f"{HOST}/art/2019/1/9/art_17_23.html"]
    assert entries[0].title == "虚构局年报"
    assert entries[0].published == "2023-01-09"


@pytest.mark.parametrize(
    "pager",
    [
        '<table class="pagination" querydata="{}" count="21" rows="10" pageno="1"></table>',
        '<script>oLayPageRender("#p",{rows:"10",count:"21",pageNo:"1"})</script>',
    ],
)
def test_pages_are_asked_for_in_param_json(pager: str) -> None:
    (part,) = FAMILY.parts(page(script(single(QUERY)), COLUMN))
    body = built(f"/art/2023/art_{'b' * 32}.html", pager=pager)
    (second,) = FAMILY.next_pages(answer(body, part))
    asked = dict(parse_qsl(urlsplit(second.url).query))
    assert json.loads(asked.pop("paramJson")) == {"pageNo": 2, "pageSize": "10"}
    assert asked["tagId"] == "当前栏目列表"
    (third,) = FAMILY.next_pages(answer(body, second))
    assert not FAMILY.next_pages(answer(body, third))


def test_an_empty_or_broken_answer_ends_the_list() -> None:
    (part,) = FAMILY.parts(page(script(single(QUERY)), COLUMN))
    for body in (built(), "", "{", "[]", '{"data":null}', '{"data":{"html":3}}', "<html>challenge</html>"):
        assert not list(FAMILY.entries(answer(body, part)))
        assert not FAMILY.next_pages(answer(body, part))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(f"{HOST}/zfxxgk/art/2023/art_{'a' * 32}.html", "")
    assert "names jpaas" in (FAMILY.recognise(f"{HOST}/col/col1/index.html", script("")) or "")
    assert FAMILY.recognise(f"{HOST}/art/2019/1/9/art_17_23.html", "<html>") is None
