"""Shanghai: lists in HTML under the day of the year, and from the districts' services."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.cms import ListPage
from crawler.cms.shanghai import Shanghai
from tests.crawler.cms.lists import HOST, page
from tests.crawler.cms.pages import answer, header

FAMILY = Shanghai()
COLUMN = f"{HOST}/zhengwu/zfxxgknb/index.html"
ARTICLE = "/zhengwu/zfxxgknb-qfbzfxxgk/2026/21/201302.html"
TITLE = "虚构甲办2025年政府信息公开工作年度报告"
SCRIPT = """<div id="list"></div><script>var channelId = "37";
$.ajax({ url: "/front/api/data/affair", type: "post", contentType: "application/json", data: JSON.stringify({
  channelList: [%s], pageNo: pageNo, pageSize: 20, orderFields: ["display_date"], orderTypes: ["desc"] }) });
</script>"""


def told(number: int, pages: int, count: int, **row: Any) -> str:
    rows = [{"id": 1, "title": TITLE, "url": ARTICLE, "display_date": "2026-01-21 09:00:00"} | row]
    data = {"list": rows, "pageNo": number, "totalPage": pages, "totalCount": count}
    return json.dumps({"code": 200, "data": data})


def first() -> ListPage:
    (part,) = FAMILY.parts(page(SCRIPT % '"37"', COLUMN))
    return part


def test_rows_in_html() -> None:
    at = page(f'<li><a href="{ARTICLE}" title="{TITLE}">虚构甲办…</a><span>2026-01-21</span></li>', COLUMN)
    assert [(e.url, e.title, e.published) for e in FAMILY.entries(at)] == [
        (HOST + ARTICLE, TITLE, "2026-01-21")
    ]


@pytest.mark.parametrize("channels", ['"37"', "37", "channelId"])
def test_the_service_is_asked_as_the_script_does(channels: str) -> None:
    (part,) = FAMILY.parts(page(SCRIPT % channels, COLUMN))
    assert (part.url, part.method) == (f"{HOST}/front/api/data/affair", "POST")
    assert header(part, "Referer") == COLUMN
    assert json.loads(part.body or "") == {
        "channelList": ["37"],
        "pageNo": 1,
        "pageSize": 20,
        "orderFields": ["display_date"],
        "orderTypes": ["desc"],
    }


def test_rows_and_pages_of_the_service() -> None:
    at = answer(told(1, 3, 45), first())
    assert [(e.url, e.title, e.published) for e in FAMILY.entries(at)] == [
        (HOST + ARTICLE, TITLE, "2026-01-21")
    ]
    (second,) = FAMILY.next_pages(at)
    assert json.loads(second.body or "")["pageNo"] == 2
    assert json.loads(second.body or "")["channelList"] == ["37"]
    (third,) = FAMILY.next_pages(answer(told(2, 3, 45), second))
    assert not FAMILY.next_pages(answer(told(3, 3, 45), third))


def test_a_capped_total_is_no_end() -> None:
    asked = first()
    assert FAMILY.next_pages(answer(told(1, 1, 10_000), asked))
    assert not FAMILY.next_pages(answer(told(1, 1, 10_000).replace("[{", '[], "x": [{'), asked))


@pytest.mark.parametrize("body", ["", "{", "null", "[]", '{"data": []}', '{"data": {"list": "x"}}', "<html>"])
def test_broken_answers_give_nothing(body: str) -> None:
    at = answer(body, first())
    assert not list(FAMILY.entries(at))
    assert not FAMILY.next_pages(at)


def test_rows_of_yangpu() -> None:
    uuid = "75464988-77bf-4668-8a50-aa92301d6db9"
    asked = ListPage(f"{HOST}/yp-zwgk/zwgk/home/listNew?ouCode=1")
    body = json.dumps({"data": [{"id": uuid, "title": TITLE}]})
    details = f"{HOST}/yp-zwgk/zwgk/buffersInformation/details?id={uuid}"
    assert [entry.url for entry in FAMILY.entries(answer(body, asked))] == [details]
    row = f'<li><a href="/yp-zwgk/zwgk/buffersInformation/details?id={uuid}">{TITLE}</a></li>'
    assert [entry.url for entry in FAMILY.entries(page(row, asked.url))] == [details]


def test_recognised_by_address_script_and_links() -> None:
    assert FAMILY.recognise(HOST + ARTICLE, "")
    assert FAMILY.recognise(f"{HOST}/yp-zwgk/zwgk/home/listNew?ouCode=1", "")
    assert FAMILY.recognise(f"{HOST}/nw12344/20240329/d7775c906c0b402a93cbebf4e979c002.html", "")
    assert FAMILY.recognise(COLUMN, SCRIPT % 37)
    assert FAMILY.recognise(COLUMN, f'<a href="{ARTICLE}">')
    assert FAMILY.recognise(COLUMN, '<a href="/2023/nb.html">') is None
