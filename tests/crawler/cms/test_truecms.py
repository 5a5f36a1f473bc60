"""TrueCMS: rows inside JSONP, windows of rows negotiated, first rows inside the page."""

from __future__ import annotations

import html
import json

import pytest

from crawler.cms import FAMILIES
from crawler.cms.answers import query
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["truecms"]
HOST = "http://www.xugou-t.gov.cn"
COLUMN = f"{HOST}/xgx/xxgknb/xxgknb.html"
UUID = "5a9b1c2d-0000-4000-8000-0123456789ab"
CALL = "/truecms/messageController/getMessage.do"
SCRIPT = f"<script>jpage({{proxyUrl:'{CALL}',columnId:'{UUID}',perPage:15}})</script>"


def path(number: int) -> str:
    return f"/xgx/xxgknb/content/{number:08x}-0000-4000-8000-0123456789ab.html"


def record(number: int) -> str:
    link = f'<a href="{path(number)}" title="虚构局年报">虚…</a>'
    return f"<record><![CDATA[<li>{link}<span>2024-01-12</span></li>]]></record>"


def answered(*numbers: int, total: int | None = None) -> str:
    said = "" if total is None else f"<totalrecord>{total}</totalrecord>"
    store = f"<datastore>{said}<recordset>{''.join(map(record, numbers))}</recordset></datastore>"
    return f"cb({json.dumps({'success': True, 'result': store})});"


def test_a_shell_offers_windows_of_several_sizes() -> None:
    found = FAMILY.next_pages(page(SCRIPT, COLUMN))
    assert [query(f.url)["perpage"] for f in found] == ["50", "20", "10"]
    assert found[0].url == (f"{HOST}{CALL}?startrecord=1&endrecord=50&perpage=50&columnId={UUID}&callback=cb")
    assert header(found[0], "Referer") == COLUMN


def test_rows_in_an_answer_and_the_next_window() -> None:
    *_, ten = FAMILY.next_pages(page(SCRIPT, COLUMN))
    full = answer(answered(*range(10)), ten)
    entries = list(FAMILY.entries(full))
    assert len(entries) == 10
    assert (entries[0].title, entries[0].published) == ("虚构局年报", "2024-01-12")
    (following,) = FAMILY.next_pages(full)
    asked = query(following.url)
    assert (asked["startrecord"], asked["endrecord"], asked["perpage"]) == ("11", "20", "10")
    assert header(following, "Referer") == COLUMN
    assert not FAMILY.next_pages(answer(answered(11), following))
    twice = answer(answered(*range(9), 1), ten)
    assert len(list(FAMILY.entries(twice))) == 9
    assert len(FAMILY.next_pages(twice)) == 1
    assert not FAMILY.next_pages(answer(answered(*range(10), total=10), ten))


@pytest.mark.parametrize("kept", ["records", "rows", "escaped", "script"])
def test_first_rows_inside_the_page(kept: str) -> None:
    raw = {
        "records": f"<div id='initData' style='display:none'>{record(1)}{record(2)}</div>",
        "rows": f'<ul id="initData"><a href="{path(1)}">一</a><br><a href="{path(2)}">二</a></ul>',
        "escaped": f"<textarea id=initData>{html.escape(record(1) + record(2))}</textarea>",
        "script": f'<script type="text/xml" id="initData">{record(1)}{record(2)}</script>',
    }[kept]
    at = page(raw + SCRIPT, COLUMN)
    assert [entry.url for entry in FAMILY.entries(at)] == [HOST + path(1), HOST + path(2)]
    assert query(FAMILY.next_pages(at)[0].url)["startrecord"] == "3"


def test_first_rows_that_are_all_have_no_next_page() -> None:
    script = SCRIPT.replace("perPage:15", "perPage:15,totalRecord:1")
    assert not FAMILY.next_pages(page(f"<div id='initData'>{record(1)}</div>{script}", COLUMN))


def test_broken_answers_are_no_rows() -> None:
    (first, *_) = FAMILY.next_pages(page(SCRIPT, COLUMN))
    for body in ("", "cb(", "cb({)", "cb({})", 'cb({"result":[1]})', 'cb({"result":""})', "<html>"):
        assert not list(FAMILY.entries(answer(body, first)))
        assert not FAMILY.next_pages(answer(body, first))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(COLUMN, SCRIPT)
    assert FAMILY.recognise(f"{HOST}/TrueCMS/messageController/getMessage.do?startrecord=1", "")
    assert FAMILY.recognise(COLUMN, "<div id='initData'>") is None
