"""UCAP-type lists: static pages that may drift, and lists in JSON."""

from __future__ import annotations

import json

from crawler.cms import FAMILIES
from tests.crawler.cms.pages import answer, header, page

FAMILY = FAMILIES["ucap"]
HOST = "http://www.xugou-u.gov.cn"
COLUMN = f"{HOST}/xugou/xxgknb/list.shtml"
CHANNEL = "0123456789abcdef0123456789abcdef"
META = f'<meta name="channelid" content="{CHANNEL}">'


def hexed(number: int) -> str:
    return f"{number:032x}"


def row(path: str) -> str:
    title = "虚构局2023年政府信息公开年报"
    return f'<li><a href="{path}" title="{title}">虚构局…</a><span>2024-01-12</span></li>'


def listed(*paths: str, total: int = 2, size: int = 20) -> str:
    results = [
        {
            "title": "虚构局<em>2023</em>年政府信息公开年报&nbsp;",
            "url": path,
            "publishedTimeStr": "2024-01-12 10:00:00",
        }
        for path in paths
    ]
    return json.dumps({"data": {"total": total, "page": 1, "rows": size, "results": results}})


def test_rows_of_every_dialect() -> None:
    paths = [
        f"/xugou/xxgknb/202401/{hexed(1)}.shtml",
        "/xugou/c112289c/202602/c01_1108994.shtml",
        f"/xugou/gknb/2020/3/9/{hexed(2)}.shtml",
        "/xugou/c100/c200/content.shtml",
    ]
    entries = list(FAMILY.entries(page("".join(map(row, paths)) + row("/xugou/list.shtml"), COLUMN)))
    assert [entry.url for entry in entries] == [HOST + path for path in paths]
    assert entries[0].published == "2024-01-12"


def test_second_page_is_probed_with_either_offset() -> None:
    body = row(f"/xugou/xxgknb/202401/{hexed(1)}.shtml") + "<script>var pageCount = 3;</script>"
    found = [following.url for following in FAMILY.next_pages(page(body, COLUMN))]
    assert found == [f"{HOST}/xugou/xxgknb/list_1.shtml", f"{HOST}/xugou/xxgknb/list_2.shtml"]
    assert not FAMILY.next_pages(page(row(f"/xugou/xxgknb/202401/{hexed(1)}.shtml"), COLUMN))


def test_an_empty_pager_or_many_rows_are_reason_to_probe() -> None:
    one = row(f"/xugou/xxgknb/202401/{hexed(1)}.shtml")
    many = "".join(row(f"/xugou/xxgknb/202401/{hexed(n)}.shtml") for n in range(10))
    for body in (one + '<div id="pagination" class="pages"></div>', many):
        found = [following.url for following in FAMILY.next_pages(page(body, COLUMN))]
        assert found == [f"{HOST}/xugou/xxgknb/list_1.shtml", f"{HOST}/xugou/xxgknb/list_2.shtml"]
        (third,) = FAMILY.next_pages(page(body, found[1]))
        assert third.url == f"{HOST}/xugou/xxgknb/list_3.shtml"
    assert not FAMILY.next_pages(page(one, COLUMN))


def test_rows_of_other_bodies_on_a_deep_page_are_left_out() -> None:
    own, other = f"/xugou/xxgknb/202401/{hexed(1)}.shtml", f"/xugou/tjj/202401/{hexed(2)}.shtml"
    deep = page(row(own) + row(other), f"{HOST}/xugou/xxgknb/list_7.shtml")
    assert [entry.url for entry in FAMILY.entries(deep)] == [HOST + own]
    first = page(row(own) + row(other), COLUMN)
    assert len(list(FAMILY.entries(first))) == 2


def test_opaque_columns_list_articles_of_their_neighbours() -> None:
    neighbour, stranger = f"/xugou/c106168/202302/{hexed(1)}.shtml", f"/bieren/c1/202302/{hexed(2)}.shtml"
    deep = page(row(neighbour) + row(stranger), f"{HOST}/xugou/c106127/list_3.shtml")
    assert [entry.url for entry in FAMILY.entries(deep)] == [HOST + neighbour]


def test_a_shell_asks_for_the_list_that_its_script_names() -> None:
    for call in ("common/search", "searchList"):
        shell = page(f"<head>{META}</head><script>$.get('/{call}/{CHANNEL}')</script>", COLUMN)
        (part,) = FAMILY.parts(shell)
        assert part.url.startswith(f"{HOST}/{call}/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=20")
        assert header(part, "Referer") == COLUMN
        assert not FAMILY.next_pages(shell)


def test_a_shell_that_names_none_offers_both() -> None:
    shell = page(f"<head>{META}</head><ul id='list'></ul>", COLUMN)
    assert not list(FAMILY.parts(shell))
    assert [found.url.split("/")[-2] for found in FAMILY.next_pages(shell)] == ["search", "searchList"]


def test_rows_in_json_and_their_pages() -> None:
    (part,) = FAMILY.parts(page(f"<script>'/common/search/{CHANNEL}'</script>", COLUMN))
    path = f"/xugou/xxgknb/202401/{hexed(1)}.shtml"
    at = answer(listed(path, path, total=21), part)
    (entry,) = FAMILY.entries(at)
    assert (entry.url, entry.title) == (HOST + path, "虚构局2023年政府信息公开年报")
    assert entry.published == "2024-01-12"
    (second,) = FAMILY.next_pages(at)
    assert second.url.endswith("&page=2")
    assert not FAMILY.next_pages(answer(listed(path, total=21), second))


def test_broken_answers_are_no_rows() -> None:
    (part,) = FAMILY.parts(page(f"<script>'/searchList/{CHANNEL}'</script>", COLUMN))
    for body in ("", "{", '{"data":[]}', '{"data":{"results":{}}}', "<html>", '{"data":{"results":[1]}}'):
        assert not list(FAMILY.entries(answer(body, part)))
        assert not FAMILY.next_pages(answer(body, part))


def test_recognition_says_why() -> None:
    assert FAMILY.recognise(f"{HOST}/xugou/xxgknb/202401/{hexed(1)}.shtml", "")
    assert FAMILY.recognise(f"{HOST}/xugou/c106127/list.shtml", "")
    assert "channelid" in (FAMILY.recognise(COLUMN, META) or "")
    assert FAMILY.recognise(f"{HOST}/xxfb/c100226/202601/t20260108_201108.shtml", "<div>") is None
