"""Epoint EWB: a shell, a script with the site's key, and rows in JSON."""

from __future__ import annotations

import json

from scrapy import Request

from crawler.cms import FAMILIES, ListPage
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["epoint"]
HOST = "http://www.xugou-e.gov.cn"
COLUMN = f"{HOST}/dynamic/zwgk/govInfoPub.html?categorynum=003001&deptcode=XG01"
SHELL = """<script src="/js/webBuilderCommon.js"></script>
<ul><li><a href="<?=el.link?>"><?=el.title?></a></li></ul>"""
COMMON = 'var siteInfo = {"projectName":"/EWB-FRONT","siteGuid":"7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"};'
UUID = "5a9b1c2d-0000-4000-8000-0123456789ab"


def first() -> ListPage:
    (script,) = FAMILY.parts(page(SHELL, COLUMN))
    (asked,) = FAMILY.parts(answer(COMMON, script))
    return asked


def listed(count: int, total: int | None = None) -> str:
    rows = [
        {
            "infourl": f"/zwgk/003001/20240112/{n:08x}{UUID[8:]}.html",
            "title": "虚构局2023年政府…",
            "realtitle": "虚构局2023年政府信息公开年报",
            "infodate": "2024-01-12",
        }
        for n in range(count)
    ]
    return json.dumps({"custom": {"data": rows, **({} if total is None else {"total": total})}})


def test_a_shell_loads_the_script_that_has_the_key() -> None:
    (script,) = FAMILY.parts(page(SHELL, COLUMN))
    assert script.url == f"{HOST}/js/webBuilderCommon.js"
    assert header(script, "Referer") == COLUMN


def test_the_script_leads_to_the_rows_of_the_page_that_loaded_it() -> None:
    asked = first()
    assert (asked.url, asked.method) == (f"{HOST}/EWB-FRONT/rest/lightfrontaction/getgovinfolist", "POST")
    assert json.loads(asked.body or "") == {
        "deptcode": "XG01",
        "categorynum": "003001",
        "siteGuid": "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a",
        "pageIndex": 0,
        "pageSize": 50,
    }
    assert header(asked, "Referer") == COLUMN
    assert "json" in (header(asked, "Content-Type") or "")


def test_a_page_that_was_linked_to_asks_for_itself() -> None:
    linked = Request(COLUMN, headers={"Referer": COLUMN.replace("003001", "003")})
    (script,) = FAMILY.parts(page(SHELL, COLUMN, request=linked))
    assert header(script, "Referer") == COLUMN


def test_rows_have_their_whole_title() -> None:
    (entry,) = FAMILY.entries(answer(listed(1), first()))
    assert entry.url == f"{HOST}/zwgk/003001/20240112/00000000{UUID[8:]}.html"
    assert (entry.title, entry.published) == ("虚构局2023年政府信息公开年报", "2024-01-12")


def test_pages_are_counted_from_nought_or_from_one() -> None:
    zeroth = answer(listed(50, 70), first())
    following = FAMILY.next_pages(zeroth)
    assert [json.loads(found.body or "")["pageIndex"] for found in following] == [1, 2]
    assert not FAMILY.next_pages(answer(listed(20, 70), following[0]))
    (third,) = FAMILY.next_pages(answer(listed(50), following[1]))
    assert json.loads(third.body or "")["pageIndex"] == 3
    (strict,) = FAMILY.next_pages(answer(listed(0), first()))
    assert json.loads(strict.body or "")["pageIndex"] == 1
    assert not FAMILY.next_pages(answer(listed(7, 7), first()))


def test_template_placeholders_are_no_rows() -> None:
    assert not list(FAMILY.entries(page(SHELL, COLUMN)))


def test_broken_answers_are_no_rows() -> None:
    for body in ("", "{", "[]", '{"custom":3}', '{"custom":"{"}', '{"custom":{"data":[{"infourl":null}]}}'):
        assert not list(FAMILY.entries(answer(body, first())))
    (script,) = FAMILY.parts(page(SHELL, COLUMN))
    assert not list(FAMILY.parts(answer("var siteInfo = {", script)))
    assert not list(FAMILY.parts(page(COMMON, script.url)))
    assert not FAMILY.next_pages(page(listed(50), first().url))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(COLUMN, "")
    assert FAMILY.recognise(f"{HOST}/", SHELL)
    assert FAMILY.recognise(f"{HOST}/", "<a href='/zwgk/'>") is None
