"""Walking a column: what is new, when a walk ends, which candidate is the next page, what is one address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scrapy import Request

from crawler import walk as walking
from crawler.cms import FAMILIES
from pipelines.addresses import canonical
from tests.crawler.web import COLUMN, HOST, Answer, Web, pager, rows


def lists(web: Web) -> list[str]:
    return [url for url in web.asked if "/t2025" not in url]


def test_a_declared_list_is_read_to_its_end_and_no_further() -> None:
    web = Web(
        {
            COLUMN: rows(1, 2) + pager(3, 0),
            f"{COLUMN}index_1.html": rows(3, 4) + pager(3, 1),
            f"{COLUMN}index_2.html": rows(5) + pager(3, 2),
        }
    )
    spider = web.crawl()
    assert lists(web) == [f"/zwgk/zfxxgknb/{page}" for page in ("", "index_1.html", "index_2.html")]
    assert len([url for url in web.asked if "/t2025" in url]) == 5
    assert len(web.asked) == len(set(web.asked))
    assert spider.record.count("captured") == 3


def test_the_next_candidate_is_taken_where_the_first_shows_nothing_new() -> None:
    """A site that counts from one: its index_1.html is its first page once more."""
    web = Web(
        {
            COLUMN: rows(1, 2) + pager(3, 0),
            f"{COLUMN}index_1.html": rows(1, 2) + pager(3, 0),
            f"{COLUMN}index_2.html": rows(3) + pager(3, 1),
            f"{COLUMN}index_3.html": rows(4) + pager(3, 2),
        }
    )
    web.crawl()
    assert {f"/zwgk/zfxxgknb/202501/t20250120_{n}.html" for n in (3, 4)} <= set(web.asked)


def test_what_one_column_learned_the_others_need_not_try() -> None:
    names = ("a", "b", "c")
    top = "<ul>" + "".join(f'<li><a href="./2024{n}/">2024年</a></li>' for n in names) + "</ul>"

    def answer(request: Request) -> Answer | None:
        path = request.url.removeprefix(COLUMN)
        folder, _, file = path.partition("/")
        article = f"{COLUMN}{folder}/202501/t20250120_{{}}{ord(folder[-1:] or ' ')}.html"
        pages = {"": 1, "index_2.html": 2, "index_3.html": 3}
        if not path:
            return top
        if file not in pages:
            return None
        row = f'<a href="{article.format(pages[file])}">虚构局2024年政府信息公开年报</a>'
        return row + pager(3, pages[file] - 1)

    web = Web(answer)
    web.crawl()
    wrong = [url for url in web.asked if url.endswith("index_1.html")]
    assert len(wrong) == 1, web.asked
    assert len([url for url in web.asked if "/t2025" in url]) == 9


def test_pages_without_end_end() -> None:
    def answer(request: Request) -> Answer | None:
        number = int(request.url.partition("page=")[2] or 1)
        link = f'<a href="{COLUMN}?page={number + 1}">下一页</a>'
        return rows(number * 10, title="关于放假的通知{}") + link

    web = Web(answer)
    web.crawl()
    assert walking.FRUITLESS <= len(web.asked) <= walking.FRUITLESS + 1


def test_a_page_that_repeats_itself_ends_the_walk_whatever_its_address() -> None:
    def answer(request: Request) -> Answer | None:
        session = len(request.url)
        return rows(1, 2) + f'<a href="{request.url.partition(";")[0]};jsessionid={session:032x}">下一页</a>'

    web = Web(answer)
    web.crawl(seeds=(f"{COLUMN}index.html",))
    assert len(lists(web)) <= 2


def test_rows_that_leave_the_column_end_the_walk() -> None:
    """UCAP: deep pages drift into other bodies' columns (cms-families 5)."""
    foreign = f'<a href="{HOST}/xwzx/tzgg/202501/t20250120_99.html">关于放假的通知</a>'
    web = Web(
        {
            COLUMN: rows(1, 2) + pager(9, 0),
            f"{COLUMN}index_1.html": rows(3) + pager(9, 1),
            f"{COLUMN}index_2.html": foreign + pager(9, 2),
            f"{COLUMN}index_3.html": foreign.replace("_99", "_98") + pager(9, 3),
        }
    )
    web.crawl()
    assert "/zwgk/zfxxgknb/index_3.html" not in web.asked


def test_the_sites_lists_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.spiders.lists.MAX_LISTS", 20)

    def answer(request: Request) -> Answer | None:
        deeper = "".join(f'<li><a href="./{year}/">{year}年</a></li>' for year in range(2010, 2025))
        return f"<ul>{deeper}</ul>"

    web = Web(answer)
    spider = web.crawl()
    assert len(web.asked) == 20
    assert ["lists end after" in why for why in spider.record.gaps.values()] == [True]


def test_frames_in_frames_end() -> None:
    def answer(request: Request) -> Answer | None:
        number = len(request.url.split("/f"))
        return f'<iframe src="{request.url.removesuffix("/")}/f{number}/" height="500"></iframe>'

    web = Web(answer)
    web.crawl()
    assert len(web.asked) == walking.MAX_SHELLS


def test_a_column_that_is_itself_the_report_is_archived_as_one_with_its_files() -> None:
    parts = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "行政复议情况")
    text = "".join(
        f"<h2>{part}</h2>" + "<p>虚构局全年公开信息若干条，均已按时答复。</p>" * 15 for part in parts
    )
    web = Web({COLUMN: text + '<p>附件：<a href="./P020250120.pdf">附表.pdf</a></p>'})
    spider = web.crawl()
    assert web.roles["/zwgk/zfxxgknb/"] == "report"
    assert "/zwgk/zfxxgknb/P020250120.pdf" in web.asked
    assert spider.record.reports == 1


def test_a_folders_year_leaves_out_only_what_it_cannot_hold() -> None:
    years = "".join(f'<li><a href="./{year}nb/">{year}年</a></li>' for year in (2022, 2023, 2024, 2025))
    row = '<a href="./202401/t20240120_1.html">虚构教育局</a>'
    web = Web({COLUMN: f"<ul>{years}</ul>", f"{COLUMN}2024nb/": row})
    web.crawl(years="2023")
    asked = lists(web)
    assert {f"/zwgk/zfxxgknb/{year}nb/" for year in (2023, 2024)} <= set(asked)
    assert not [url for url in asked if "2022nb" in url or "2025nb" in url]
    assert "/zwgk/zfxxgknb/2024nb/202401/t20240120_1.html" in web.asked


def test_a_folders_year_is_no_hint_and_a_bodys_column_is() -> None:
    hints: dict[str, Any] = {}

    def answer(request: Request) -> Answer | None:
        if "/t2024" in request.url:
            hints.update(request.cb_kwargs["hints"])
        at = request.url.removeprefix(COLUMN)
        links = {
            "": '<ul><li><a href="./2024nb/">2024年</a></li></ul>',
            "2024nb/": '<ul><li><a href="./jyj/">虚构教育局</a></li></ul>',
            "2024nb/jyj/": '<ul><li><a href="./202401/t20240120_1.html">年度报告</a></li></ul>',
        }
        links["2024nb/jyj/"] = links["2024nb/jyj/"].replace("年度报告", "政府信息公开工作年度报告")
        return links.get(at)

    Web(answer).crawl()
    assert hints["organization"] == "虚构教育局"
    assert "year" not in hints


def test_posts_to_one_address_are_kept_apart() -> None:
    """Epoint: a script says where the service is, which answers pages in JSON (cms-families 12)."""
    guid = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"
    posted: list[dict[str, Any]] = []

    def answer(request: Request) -> Answer | None:
        if request.url.endswith("webBuilderCommon.js"):
            return f'var siteInfo = {{"projectName": "/EWB-FRONT", "siteGuid": "{guid}"}};'
        if request.method == "POST":
            asked = json.loads(request.body)
            posted.append(asked)
            first = int(asked.get("pageIndex", 0)) * 2
            data = [
                {"infourl": f"/zwgk/003/20250120/{'a' * 7}{n}-aaaa-aaaa-aaaa-aaaaaaaaaaaa.html",
                 "realtitle": f"虚构{n}局2024年政府信息公开工作年度报告"}
                for n in range(first, min(first + 2, 5))
            ]  # fmt: skip
            return json.dumps({"custom": {"total": 5, "data": data}})
        if "govInfoPub" in request.url:
            return '<script src="/js/webBuilderCommon.js"></script><div id="govinfolist">EWB-FRONT</div>'
        return None

    web = Web(answer)
    spider = web.crawl("epoint", seeds=(f"{HOST}/zwgk/govInfoPub.html?categorynum=003",))
    tasks = [asked for asked in spider.record.tasks if " POST " in asked]
    assert len(tasks) == len({json.dumps(body, sort_keys=True) for body in posted}) > 1
    assert all(spider.record.tasks[asked].state == "captured" for asked in tasks)


def test_a_call_is_made_once_whichever_page_makes_it() -> None:
    """gkmlpt: a body's index and its annual page load the same category (cms-families 6)."""
    config = {"SID": "175", "TREE": [{"id": 2629, "name": "政府信息公开年报", "post_count": 1}]}
    tree = f"<script>window._CONFIG = {json.dumps(config)}; SID: '175'</script>"
    pages = {
        f"{HOST}/gkmlpt/annualreport": tree,
        f"{HOST}/gkmlpt/annualreport#2629": tree,
        f"{HOST}/gkmlpt/index": tree,
    }
    web = Web(lambda request: pages.get(request.url, '{"articles": []}'))
    web.crawl("gkmlpt", seeds=tuple(pages))
    calls = [asked for asked in web.asked if "/api/all/2629" in asked]
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.gov.cn/x;jsessionid=AB12?p=1", "http://a.gov.cn/x?p=1", True),
        ("http://a.gov.cn/x?p=1&_t=17", "http://a.gov.cn/x?p=1", True),
        ("http://a.gov.cn/x?p=1&t=1768123456", "http://a.gov.cn/x?p=1", True),
        ("http://a.gov.cn/x?random=0.123", "http://a.gov.cn/x", True),
        ("http://a.gov.cn/x?sid=0f3a9c7d5e1b2a4c6d8e", "http://a.gov.cn/x", True),
        ("http://a.gov.cn/x?sid=175", "http://a.gov.cn/x?sid=176", False),
        ("http://a.gov.cn/x?t=1", "http://a.gov.cn/x?t=2", False),
        ("http://a.gov.cn/x?page=1", "http://a.gov.cn/x?page=2", False),
        ("https://a.gov.cn/x/index.html", "http://A.gov.cn/x/", True),
        ("http://a.gov.cn/x#1", "http://a.gov.cn/x#2", False),
        ("http://a.gov.cn/x?p=%E5%B9%B4", "http://a.gov.cn/x?p=%E6%9C%88", False),
    ],
)
def test_what_only_tells_visits_apart_is_no_other_address(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same


def test_every_family_can_be_walked_from_an_empty_page() -> None:
    for family in FAMILIES:
        web = Web({COLUMN: "<html><body></body></html>"})
        web.crawl(family)
        assert web.asked[0] == "/zwgk/zfxxgknb/"
        assert len(web.asked) <= 3, (family, web.asked)


def test_a_column_that_is_left_before_its_end_is_a_gap() -> None:
    def answer(request: Request) -> Answer | None:
        number = int(request.url.partition("page=")[2] or 1)
        return (
            rows(number * 10, title="关于放假的通知{}") + f'<a href="{COLUMN}?page={number + 1}">下一页</a>'
        )

    spider = Web(answer).crawl()
    ((url, why),) = spider.record.gaps.items()
    assert url.startswith(COLUMN)
    assert f"{walking.FRUITLESS} pages in a row" in why
    assert not spider.record.complete("finished")


def test_a_column_of_the_entry_that_is_gone_or_empty_is_a_gap() -> None:
    pages = {COLUMN: rows(1), f"{COLUMN}empty/": "<p>暂无内容</p>"}
    pages |= {f"{COLUMN}202501/t20250120_1.html": "<p>虚构</p>"}
    spider = Web(pages).crawl(seeds=(COLUMN, f"{COLUMN}empty/", f"{COLUMN}gone/"))
    assert {url: "is gone" in why for url, why in spider.record.gaps.items()} == {
        f"{COLUMN}empty/": False,
        f"{COLUMN}gone/": True,
    }
    assert spider.record.reports == 1
    assert not spider.record.complete("finished")
