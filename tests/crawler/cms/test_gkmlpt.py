"""gkmlpt: a tree of categories, lists in JSON, and the post_ columns beside it."""

from __future__ import annotations

import json

from scrapy import Request

from crawler.cms import FAMILIES
from tests.crawler.cms.pages import answer, page

FAMILY = FAMILIES["gkmlpt"]
HOST = "http://www.xugou-g.gov.cn"
BASE = f"{HOST}/xgjyj/gkmlpt"
TREE = [
    {
        "id": 2600,
        "name": "政府信息公开",
        "post_count": 0,
        "children": [
            {"id": 2629, "name": "政府信息公开年报", "post_count": 7, "children": [], "jump_url": ""},
            {"id": 2630, "name": "空栏目", "post_count": 0, "children": []},
            {"id": 2631, "name": "公开年度报告", "jump_url": "/xgjyj/gkmlpt/annualreport#2632"},
            {"id": 2633, "name": "区级年报", "jump_url": "/zwgk/zfxxgknb/index.html"},
        ],
    },
]
SHELL = f"<script>window._CONFIG = {{ SID: '175', TREE: {json.dumps(TREE)}, HOST: 'x' }};</script>"


def listed(*articles: dict[str, object], **more: object) -> str:
    return json.dumps({"articles": articles, **more})


def article(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "title": "虚构局2023年政府信息公开工作年度报告",
        "url": f"{BASE}/content/8/{number}/post_{number}.html",
        "publisher": "虚构局",
        **more,
    }


def test_the_fragment_of_a_seed_says_the_category() -> None:
    asked = Request(f"{BASE}/annualreport#2629")
    (part,) = FAMILY.parts(page(SHELL, f"{BASE}/annualreport", request=asked))
    assert part.url == f"{BASE}/api/all/2629?page=1&sid=175"


def test_without_a_fragment_the_tree_says_it() -> None:
    found = [part.url for part in FAMILY.parts(page(SHELL, f"{BASE}/annualreport"))]
    urls = [f"{BASE}/api/all/{n}?page=1&sid=175" for n in (2629, 2632)]
    assert found == [*urls, f"{HOST}/zwgk/zfxxgknb/index.html"]


def test_categories_of_the_tree_are_columns() -> None:
    link = '<a href="/xgjyj/gkmlpt/index#2700">其他</a><a href="/zwgk/index.html">政务公开</a>'
    columns = {c.url: c.title for c in FAMILY.columns(page(SHELL + link, f"{BASE}/index"))}
    assert columns[f"{BASE}/api/all/2629?page=1&sid=175"] == "政府信息公开年报"
    assert columns[f"{BASE}/api/all/2632?page=1&sid=175"] == "公开年度报告"
    assert columns[f"{BASE}/api/all/2700?page=1&sid=175"] == "其他"
    assert columns[f"{HOST}/zwgk/index.html"] == "政务公开"
    assert f"{BASE}/api/all/2630?page=1&sid=175" not in columns


def test_another_bodys_category_is_not_asked_for_with_this_ones_number() -> None:
    link = '<a href="/gkmlpt/annualreport#12028">区政府信息公开年报</a>'
    found = {c.title: c.url for c in FAMILY.columns(page(SHELL + link, f"{BASE}/annualreport"))}
    assert found["区政府信息公开年报"] == f"{HOST}/gkmlpt/annualreport"


def test_rows_once_each_whatever_their_dates_look_like() -> None:
    (part, *_) = FAMILY.parts(page(SHELL, f"{BASE}/annualreport"))
    unix = article(1, create_time=1705017600)  # midnight of 12 January 2024 in China
    text = article(2, created_at="2024-01-12 09:00:00", url="", post_url="/zwgk/content/post_2.html")
    entries = list(FAMILY.entries(answer(listed(unix, text, article(1, id=99)), part)))
    assert [e.url for e in entries] == [f"{BASE}/content/8/1/post_1.html", f"{HOST}/zwgk/content/post_2.html"]
    assert [e.published for e in entries] == ["2024-01-12", "2024-01-12"]
    assert entries[0].organization == "虚构局"


def test_pages_until_the_declared_count() -> None:
    (part, *_) = FAMILY.parts(page(SHELL, f"{BASE}/annualreport"))
    two = (article(1), article(2))
    assert not FAMILY.next_pages(answer(listed(*two, total=2, classify={"post_count": 9}), part))
    (second,) = FAMILY.next_pages(answer(listed(*two, classify={"post_count": 4}), part))
    assert second.url == f"{BASE}/api/all/2629?page=2&sid=175"
    assert not FAMILY.next_pages(answer(listed(*two, total=4), second))
    assert not FAMILY.next_pages(answer(listed(total=4), part))


def test_post_columns_are_static_and_count_from_one() -> None:
    url = f"{HOST}/zwgk/zfxxgk/zfxxgknb/bm/mb2021/index.html"
    body = """<ul><li><a href="content/post_8040242.html" title="虚构局2021年政府信息公开年报">虚构…</a>
    <span>2022-01-30</span></li></ul><script>var pageCount = 3;</script>"""
    (entry,) = FAMILY.entries(page(body, url))
    assert entry.url == url.replace("index", "content/post_8040242")
    assert entry.published == "2022-01-30"
    assert FAMILY.next_pages(page(body, url))[0].url.endswith("/index_2.html")


def test_broken_pages_are_no_rows() -> None:
    (part, *_) = FAMILY.parts(page(SHELL, f"{BASE}/annualreport"))
    for body in ("", "{", "[]", '{"articles":{}}', '{"articles":[{"url":3}]}', "<html>"):
        assert not list(FAMILY.entries(answer(body, part)))
        assert not list(FAMILY.columns(answer(body, part)))
    assert not list(FAMILY.parts(page("<script>SID: 1, TREE: [{</script>", f"{BASE}/annualreport")))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(f"{BASE}/index", "")
    assert FAMILY.recognise(f"{HOST}/zwgk/content/post_1.html", "")
    assert FAMILY.recognise(f"{HOST}/", SHELL)
    assert FAMILY.recognise(f"{HOST}/", "<a href='/xgjyj/gkmlpt/index'>")
    assert FAMILY.recognise(f"{HOST}/", "<a href='/content/x.html'>") is None
