"""What a probe asks next and what it concludes, page by page, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from crawler.errors import SettingError
from crawler.probing.asking import Answer
from crawler.probing.check import Check
from crawler.probing.entries import register, written
from crawler.probing.found import Finding, entry_for, finding
from crawler.probing.naming import code_of_site, key_of_site, name_of_site
from crawler.probing.plan import Search
from crawler.sites import Site, load_sites

HOST = "https://www.xugou-a.gov.cn"
REPORTS = "".join(
    f'<li><a href="/zfxxgk/zfxxgknb/202{y + 1}01/t202{y + 1}0112_{n}.html">'
    f"虚构{name}202{y}年政府信息公开工作年度报告</a><span>202{y + 1}-01-12</span></li>"
    for y in (3, 4)
    for n, name in enumerate(("县人民政府", "县教育局", "县财政局", "县民政局"))
)


def page(body: str, title: str = "虚构县人民政府门户网站", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def links(*pairs: tuple[str, str]) -> str:
    return "".join(f'<p><a href="{address}">{text}</a></p>' for address, text in pairs)


class Web:
    """Pages by address, and what a search asked of them, in order."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = {f"{HOST}{path}" if path.startswith("/") else path: text for path, text in pages.items()}
        self.asked: list[str] = []

    def carry_out(self, plan: Search | Check) -> None:
        """Answers until the plan has no more questions; robots.txt is the first request."""
        plan.requests = 1
        while (asked := plan.next()) is not None:
            self.asked.append(asked.url)
            plan.requests += 1
            text = self.pages.get(asked.url)
            if text == "blocked":
                plan.answered(asked, Answer(asked.url, "blocked", why="the site blocks the request"))
            elif text is None:
                plan.answered(asked, Answer(asked.url, "absent", why="there is no such page (status 404)"))
            else:
                response = HtmlResponse(asked.url, body=text.encode(), encoding="utf-8")
                plan.answered(asked, Answer(asked.url, "page", response))

    def probe(self, start: str = "/", budget: int = 40) -> Finding:
        search = Search(f"{HOST}{start}" if start.startswith("/") else start, budget)
        self.carry_out(search)
        return finding(search)


COLUMN = page(f"<ul>{REPORTS}</ul>", "政府信息公开年报")


def test_menus_are_followed_best_first() -> None:
    home = links(("/zwgk/", "政务公开"), ("/zfxxgk/", "政府信息公开"), ("/xw/", "新闻"), ("/fw/", "办事服务"))
    portal = links(("/zfxxgk/zn/", "政府信息公开指南"), ("/zfxxgk/zfxxgknb/", "政府信息公开年报"))
    web = Web({"/": page(home), "/zfxxgk/": page(portal), "/zfxxgk/zfxxgknb/": COLUMN})
    found = web.probe()
    assert web.asked == [f"{HOST}/", f"{HOST}/zfxxgk/", f"{HOST}/zfxxgk/zfxxgknb/"]
    (column,) = found.columns
    assert (column.url, column.kind, column.reports) == (f"{HOST}/zfxxgk/zfxxgknb/", "column", 8)
    assert column.family == "trs"
    assert found.years == (2023, 2024)
    assert found.requests == 4
    assert found.portal == f"{HOST}/zfxxgk/"


def test_a_column_named_by_meta_tags_only_is_found_from_inside_the_site() -> None:
    meta = '<meta NAME="ColumnName" content="政府信息公开年报">'
    body = links(("/", "首页")) + f"<ul>{REPORTS.replace('/zfxxgk/zfxxgknb/', '/a/b/')}</ul>"
    web = Web({"/a/b/": page(body, head=meta)})
    assert [column.url for column in web.probe("/a/b/").columns] == [f"{HOST}/a/b/"]


def test_year_folders_are_no_seeds_and_show_which_years_there_are() -> None:
    nav = links(*((f"/zfxxgk/zfxxgknb/{year}nb/", f"{year}年") for year in (2024, 2023, 2022)))
    folder = page(nav + f"<ul>{REPORTS.replace('zfxxgknb/', 'zfxxgknb/2024nb/')}</ul>", "2024年")
    web = Web({"/zfxxgk/zfxxgknb/": page(nav, "政府信息公开年报"), "/zfxxgk/zfxxgknb/2024nb/": folder})
    found = web.probe("/zfxxgk/zfxxgknb/")
    assert [column.url for column in found.columns] == [f"{HOST}/zfxxgk/zfxxgknb/"]
    assert {2023, 2024} <= set(found.years)


def test_several_top_columns_are_all_kept() -> None:
    def rows(*names: str) -> str:
        return "".join(
            f'<li><a href="202401/t20240112_{n}.html">虚构县{name}2023年政府信息公开工作年度报告</a></li>'
            for n, name in enumerate(names)
        )

    home = links(
        ("/zf/nb/", "县政府信息公开年报"), ("/bm/nb/", "部门信息公开年报"), ("/xz/nb/", "乡镇信息公开年报")
    )
    web = Web(
        {
            "/": page(home),
            "/zf/nb/": page(rows("人民政府"), "政府信息公开年报"),
            "/bm/nb/": page(rows("教育局", "财政局", "民政局"), "部门信息公开年报"),
            "/xz/nb/": page(rows("甲镇人民政府", "乙镇人民政府"), "乡镇信息公开年报"),
        }
    )
    found = {column.url for column in web.probe().columns}
    assert found == {f"{HOST}/zf/nb/", f"{HOST}/bm/nb/", f"{HOST}/xz/nb/"}


def test_bodies_with_columns_of_their_own_are_a_directory_of_which_two_are_looked_at() -> None:
    bodies = ("教育局", "财政局", "民政局", "司法局", "统计局")
    pages = {
        "/": page(links(("/bmxxgk/", "部门信息公开目录"))),
        "/bmxxgk/": page(links(*((f"/bmxxgk/b{n}/", f"虚构县{name}") for n, name in enumerate(bodies)))),
    }
    for n, name in enumerate(bodies):
        pages[f"/bmxxgk/b{n}/"] = page(links((f"/bmxxgk/b{n}/gknb/", "政府信息公开年报")), f"虚构县{name}")
        row = f'<li><a href="202401/t20240112_{n}.html">虚构县{name}2023年政府信息公开工作年度报告</a></li>'
        pages[f"/bmxxgk/b{n}/gknb/"] = page(row, "政府信息公开年报")
    web = Web(pages)
    (column,) = web.probe().columns
    assert (column.url, column.kind) == (f"{HOST}/bmxxgk/", "directory")
    assert len(column.parts) == len(bodies)
    assert sum("gknb" in url for url in web.asked) == 2


def test_a_report_leads_back_to_its_column() -> None:
    crumbs = links(("/", "首页"), ("/zfxxgk/zfxxgknb/", "政府信息公开年报"))
    report = page(crumbs + "<p>虚构的正文</p>", "虚构县教育局2023年政府信息公开工作年度报告")
    web = Web({"/zfxxgk/zfxxgknb/202401/t20240112_1.html": report, "/zfxxgk/zfxxgknb/": COLUMN})
    found = web.probe("/zfxxgk/zfxxgknb/202401/t20240112_1.html")
    assert [column.url for column in found.columns] == [f"{HOST}/zfxxgk/zfxxgknb/"]


def test_known_paths_are_the_last_resort() -> None:
    web = Web({"/": page(links(("/xw/", "新闻"))), "/zfxxgk/zfxxgknb/": COLUMN})
    found = web.probe()
    assert found.columns[0].url == f"{HOST}/zfxxgk/zfxxgknb/"
    assert found.requests < 12


def test_a_column_of_all_kinds_of_things_is_taken_where_nothing_says_annual_reports() -> None:
    others = "".join(
        f'<li><a href="/zwgk/wj/202401/t20240101_{n}.html">虚构通知{n}</a></li>' for n in range(9)
    )
    body = f"<ul>{others}{REPORTS.replace('/zfxxgk/zfxxgknb/', '/zwgk/wj/')}</ul>"
    web = Web({"/": page(links(("/zwgk/", "政务公开"))), "/zwgk/": page(body, "法定主动公开内容")})
    found = web.probe()
    assert [(column.url, column.kind) for column in found.columns] == [(f"{HOST}/zwgk/", "mixed")]
    assert any("no column says" in said for said in entry_for(found, "2026-01-31", None, (), {}).unverified)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("法治政府建设年度报告", "/fzzf/"),
        ("政府网站工作年度报表", "/wznb/"),
        ("站内搜索：年报", "/search?q=年报"),
    ],
)
def test_look_alikes_are_not_taken_for_a_column(text: str, address: str) -> None:
    rows = "<li><a href='/x/202401/t20240112_7.html'>虚构县2023年法治政府建设年度报告</a></li>"
    web = Web({"/": page(links((address, text))), address: page(rows, text)})
    found = web.probe()
    assert found.result == "nothing"
    assert not found.columns


def test_others_sites_are_not_followed_and_said() -> None:
    other = "https://www.xugou-b.gov.cn/zfxxgk/zfxxgknb/"
    mirror = "https://www.xugou-jingxiang.example/zfxxgknb/"
    web = Web({"/": page(links((other, "市政府信息公开年报"), (mirror, "政府信息公开年报")))})
    found = web.probe()
    assert {other, mirror} <= {url for url, _ in found.rejected}
    assert not {other, mirror}.intersection(web.asked)


def test_a_column_of_another_government_is_a_source_where_it_names_this_place() -> None:
    city = "https://www.xugou-shi.gov.cn/zfxxgknb/xugouxian/"
    other = "https://www.xugou-shi.gov.cn/zfxxgknb/"
    menu = links(
        (other, "市政府信息公开年报"),
        (city, "虚构县政府信息公开年报（市级平台）"),
        ("/nb/", "政府信息公开年报"),
    )
    web = Web({"/": page(menu), "/nb/": COLUMN, city: COLUMN.replace("/zfxxgk/zfxxgknb/", city)})
    found = web.probe()
    assert {column.url for column in found.columns} == {f"{HOST}/nb/", city}
    assert other in dict(found.rejected)
    assert "www.xugou-shi.gov.cn" in entry_for(found, "2026-01-31", None, (), {}).hosts


def test_a_disclosure_host_of_the_same_owner_is_followed() -> None:
    there = "https://xxgk.xugou-a.gov.cn/zfxxgknb/"
    web = Web({"/": page(links((there, "政府信息公开年报"))), there: COLUMN})
    found = web.probe()
    assert [column.url for column in found.columns] == [there]
    entry = entry_for(found, "2026-01-31", None, (), {})
    assert entry.hosts == ("www.xugou-a.gov.cn", "xxgk.xugou-a.gov.cn")
    assert entry.key == "xugou-a"


def test_the_budget_is_kept_and_what_was_left_is_said() -> None:
    home = links(*((f"/a{n}/", f"虚构{name}信息公开年报") for n, name in enumerate("甲乙丙丁")))
    found = Web({"/": page(home)}).probe(budget=4)
    assert found.requests == 4
    assert found.result == "nothing"
    assert "budget" in found.why
    assert [look.at.url for look in found.left] == [f"{HOST}/a2/", f"{HOST}/a3/"]


def test_who_blocks_is_not_asked_again() -> None:
    web = Web({"/": "blocked"})
    found = web.probe()
    assert found.result == "blocked"
    assert web.asked == [f"{HOST}/"]


def test_a_missing_start_leads_to_the_home_page() -> None:
    web = Web({"/": page(links(("/nb/", "政府信息公开年报"))), "/nb/": COLUMN})
    assert web.probe("/gone/").columns[0].url == f"{HOST}/nb/"


# ------------------------------------------------------------------ whose site it is


@pytest.mark.parametrize(
    ("head", "title", "name"),
    [
        ('<meta name="sitename" content="虚构县人民政府">', "首页", "虚构县"),
        ("", "虚构市虚构区人民政府门户网站", "虚构市虚构区"),
        ("", "政府信息公开年报-虚构县教育局", "虚构县教育局"),
        ("", "首页", None),
    ],
)
def test_the_name_comes_from_meta_or_title(head: str, title: str, name: str | None) -> None:
    assert name_of_site(HtmlResponse(HOST, body=page("", title, head).encode(), encoding="utf-8")) == name


def test_the_code_comes_from_meta_or_footer() -> None:
    for head, body in (
        ('<meta name="SiteIDCode" content="1101020001">', ""),
        ("", "<p>网站标识码：1101020001</p>"),
    ):
        response = HtmlResponse(HOST, body=page(body, head=head).encode(), encoding="utf-8")
        assert code_of_site(response) == "110102"


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("www.bjxch.gov.cn", "bjxch-2"),
        ("gaj.xugou.gov.cn", "gaj-xugou"),
        ("zwgk.xugou.gov.cn", "xugou"),
        ("12345.gov.cn", "site-12345"),
        ("10.1.2.3:8080", "site-10-1-2-3"),
    ],
)
def test_a_key_is_made_of_the_host(host: str, key: str) -> None:
    assert key_of_site(host, {"bjxch"}) == key


# ------------------------------------------------------------------ the entry


FILE = """# 我的网站
[other]  # stays
name = "虚构乙县"
family = "trs"
hosts = ["www.xugou-b.gov.cn"]
seeds = ["https://www.xugou-b.gov.cn/nb/"]

[xugou-a]
name = "旧名"
# why this is so
recheck_days = 5
family = "generic"
hosts = ["www.xugou-a.gov.cn"]
seeds = ["https://www.xugou-a.gov.cn/old/"]
unverified = ["all of it"]
"""


def test_an_entry_is_updated_where_it_stands_and_all_else_stays() -> None:
    site = Site(
        "xugou-a", "虚构县", "trs", ("www.xugou-a.gov.cn",), seeds=(f"{HOST}/nb/",), recheck_days=5,
        known_years=(2023, 2024), probed="2026-01-31",
    )  # fmt: skip
    made, entry = written(FILE, site, Path("own.toml"))
    assert made.startswith(FILE[: FILE.index("[xugou-a]")])
    assert "# why this is so\nrecheck_days = 5" in made
    assert "unverified" not in made
    assert "旧名" not in made
    assert entry.startswith("[xugou-a]")
    assert written(made, site, Path("own.toml"))[0] == made


def test_another_sites_key_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GONGKAI_SITES", "")
    found = Web({"/": page(links(("/nb/", "政府信息公开年报"))), "/nb/": COLUMN}).probe()
    with pytest.raises(SettingError, match="西城区"):
        register(found, {"key": "bjxch"})
    assert not list(tmp_path.rglob("*.toml"))
    done = register(found, {"key": "mine", "name": "我的县"})
    assert load_sites()["mine"].seeds == (f"{HOST}/nb/",)
    assert done.read
    assert register(found, {}).site.key == "mine"


def test_a_new_entry_says_only_what_does_not_go_without_saying() -> None:
    site = Site(
        "xugou-c", "虚构丙县", "trs", ("www.xugou-c.gov.cn",), seeds=("https://www.xugou-c.gov.cn/nb/",)
    )
    _, entry = written("", site, Path("own.toml"))
    assert [line.split(" = ")[0] for line in entry.splitlines()[1:]] == ["name", "family", "hosts", "seeds"]


# ------------------------------------------------------------------ checks


def checked(pages: dict[str, str], **entry: tuple[str, ...]) -> Check:
    check = Check(Site("xugou-a", "虚构县", "trs", ("www.xugou-a.gov.cn",), **entry))  # type: ignore[arg-type]
    Web(pages).carry_out(check)
    return check


def test_a_seed_that_lists_reports_is_ok() -> None:
    check = checked({"/nb/": COLUMN}, seeds=(f"{HOST}/nb/",))
    assert (check.condition, check.requests, check.advice) == ("ok", 2, "")


@pytest.mark.parametrize("text", [None, page("<ul><li>虚构</li></ul>", "政府信息公开年报")])
def test_a_seed_that_is_gone_or_empty_has_drifted(text: str | None) -> None:
    check = checked({"/nb/": text} if text else {}, seeds=(f"{HOST}/nb/",))
    assert check.condition == "drifted"
    assert check.advice == f"gongkai probe {HOST}/ --write"


def test_a_seed_on_another_system_has_drifted() -> None:
    rows = "".join(
        f'<li><a href="/info/1017/{n}.htm">虚构{n}局2023年政府信息公开工作年度报告</a></li>'
        for n in range(1000, 1005)
    )
    check = checked({"/nb.htm": page(rows, "政府信息公开年报")}, seeds=(f"{HOST}/nb.htm",))
    assert check.condition == "drifted"
    assert "vsb" in check.addresses[0].why


def test_a_blocked_site_is_said_to_be_and_left() -> None:
    check = checked({"/a/": "blocked", "/b/": COLUMN}, seeds=(f"{HOST}/a/", f"{HOST}/b/"))
    assert check.condition == "blocked"
    assert check.requests == 2
