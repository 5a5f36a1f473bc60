"""What one list page offers, from small pages by hand in each of the ways that columns are organised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scrapy.http import HtmlResponse, TextResponse

from crawler.addresses import same_domain
from crawler.cms import FAMILIES, ListPage
from crawler.columns import Survey, name_of, reads_as_report, survey

HOST = "http://www.xugou-biao.gov.cn"
ANNUAL = ListPage(f"{HOST}/zwgk/zfxxgknb/", annual=True)


def page(url: str, body: str, head: str = "") -> HtmlResponse:
    """A page of a played site, with the menus that all its pages have."""
    menu = """<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>
    <li><a href="/xwzx/">新闻中心</a></li><li><a href="/zwgk/jcyjs/">财政预决算</a></li>
    <li><a href="/bm/jyj/">虚构教育局</a></li></ul></div>"""
    text = f"<html><head>{head}</head><body>{menu}{body}</body></html>"
    return HtmlResponse(url if "://" in url else HOST + url, body=text.encode(), encoding="utf-8")


def links(*pairs: tuple[str, str]) -> str:
    return "<ul>" + "".join(f'<li><a href="{url}">{text}</a></li>' for url, text in pairs) + "</ul>"


def trs(path: str, body: str, at: ListPage = ANNUAL, head: str = "") -> Survey:
    url = path if "://" in path else HOST + path
    return survey(page(url, body, head), replace(at, url=url), FAMILIES["trs"])


def urls(columns: tuple[ListPage, ...]) -> list[str]:
    return [column.url.removeprefix(HOST) for column in columns]


def test_years_lead_to_groups_and_groups_to_reports() -> None:
    top = trs("/zwgk/zfxxgknb/", links(("./2024nb/", "2024年"), ("./2023nb/", "2023年度")))
    assert [(c.url, c.year, c.annual) for c in top.columns] == [
        (f"{HOST}/zwgk/zfxxgknb/2024nb/", 2024, True),
        (f"{HOST}/zwgk/zfxxgknb/2023nb/", 2023, True),
    ]
    groups = links(("./qzf/", "区政府"), ("./bm/", "区政府部门"), ("./jd/", "街道办事处"), ("./qt/", "其他"))
    year = trs("/zwgk/zfxxgknb/2024nb/", groups, top.columns[0])
    assert urls(year.columns) == [f"/zwgk/zfxxgknb/2024nb/{group}/" for group in ("qzf", "bm", "jd", "qt")]
    rows = links(("./202501/t20250120_1.html", "虚构教育局"), ("./202501/t20250120_2.html", "工作信息"))
    group = trs("/zwgk/zfxxgknb/2024nb/bm/", rows, year.columns[1])
    ((entry, judged),) = group.reports
    assert (entry.title, judged.organization, entry.year, judged.year) == (
        "虚构教育局",
        "虚构教育局",
        None,
        None,
    )
    assert len(group.entries) == 2


def test_a_folders_year_is_weak_and_a_parameters_is_not() -> None:
    (column,) = trs("/zwgk/zfxxgknb/", links(("./2024n/", "2024年"))).columns
    assert (column.year, column.certain) == (2024, False)
    base = "https://www.bjxch.gov.cn/zt/xxgkzl"
    listed = page(f"{base}/gknb.html", links(("gknb/pnnfpv2023.html", "2023年度")))
    (column,) = survey(listed, ListPage(f"{base}/gknb.html"), FAMILIES["xicheng"]).columns
    assert (column.year, column.certain, column.annual) == (2023, True, True)


def test_menus_lead_nowhere_from_a_column() -> None:
    assert trs("/zwgk/zfxxgknb/", "<p>虚构</p>").columns == ()
    news = trs(
        "/xwzx/", links(("./bm/", "区政府部门"), ("/zwgk/zfxxgknb/", "政府信息公开年报")), ListPage("x")
    )
    assert urls(news.columns) == ["/xwzx/bm/"]


def test_columns_with_numbers_for_names_follow_their_own_menu() -> None:
    menu = links(("/col/col11/index.html", "2023年"), ("/col/col12/index.html", "2022年"))
    groups = links(("/col/col31/index.html", "区政府部门"), ("/col/col32/index.html", "街道办事处"))
    other = links(("/col/col90/index.html", "新闻"), ("/col/col91/index.html", "街道办事处"), ("/x/", "公告"))
    at = ListPage(f"{HOST}/col/col10/index.html", annual=True)
    found = survey(page("/col/col10/index.html", menu + groups + other), at, FAMILIES["hanweb"])
    assert urls(found.columns) == [f"/col/col{n}/index.html" for n in (11, 12, 31, 32)]


def test_a_directory_leads_to_bodies_and_bodies_to_their_annual_columns() -> None:
    at = ListPage(f"{HOST}/xxgk/bmgk/", kind="directory")
    bodies = links(("/jyj/zwgk/", "虚构县教育局"), ("/mzj/zwgk/", "虚构县民政局"), ("/zxft/", "在线访谈"))
    found = trs("/xxgk/bmgk/", bodies, at)
    told = [(c.url.removeprefix(HOST), c.kind, c.organization) for c in found.columns]
    assert ("/jyj/zwgk/", "body", "虚构县教育局") in told
    assert ("/mzj/zwgk/", "body", "虚构县民政局") in told
    assert not [url for url, _, _ in told if url == "/zxft/"]
    (body,) = (c for c in found.columns if c.url.endswith("/jyj/zwgk/"))
    theirs = links(("./zfxxgknb_97478/", "政府信息公开年报"), ("./zcwj/", "政策文件"), ("./jyj/", "虚构局"))
    (column,) = trs("/jyj/zwgk/", theirs, body).columns
    assert (column.url, column.kind, column.annual) == (f"{HOST}/jyj/zwgk/zfxxgknb_97478/", "column", True)
    assert column.organization == "虚构县教育局"


def test_a_bodys_column_lists_years_only() -> None:
    at = ListPage("x", annual=True, organization="虚构县教育局")
    rows = links(("./202301/t20230120_1.html", "2022年"), ("./202401/t20240120_2.html", "2023年度报告"))
    found = trs("/jyj/zfxxgknb/", rows, at)
    assert [judged.year for _, judged in found.reports] == [2022, 2023]
    rows += links(("./index_1.html", "下一页"))
    assert found.next_pages == ()
    (following, *_) = trs("/jyj/zfxxgknb/", rows, at).next_pages
    assert (following.organization, following.annual) == ("虚构县教育局", True)


def test_in_a_mixed_column_titles_say_what_they_are() -> None:
    rows = links(
        ("./202301/t20230120_1.html", "虚构镇2022年政府信息公开工作年度报告"),
        ("./202301/t20230120_2.html", "虚构镇"),
        ("./202301/t20230120_3.html", "关于放假的通知"),
        ("./202301/t20230120_4.html", "虚构镇2022年法治政府建设年度报告"),
    )
    found = trs("/zwgk/qtwj/", rows, ListPage("x"))
    assert not found.annual
    assert [entry.url[-6] for entry, _ in found.reports] == ["1"]
    assert len(found.entries) == 4


def test_documents_in_the_list_itself_are_rows() -> None:
    rows = links(("./P02024.pdf", "虚构局2023年政府信息公开工作年度报告"), ("./P02025.pdf", "申请表"))
    found = trs("/zwgk/zfxxgknb/", rows)
    assert [entry.url for entry, _ in found.reports] == [f"{HOST}/zwgk/zfxxgknb/P02024.pdf"]


def test_links_that_name_body_and_year_are_rows_whatever_their_address() -> None:
    listed = "/index.php?m=content&amp;a=lists&amp;catid=12"
    rows = links(
        ("../../info/63.html", "虚构局2023年政府信息公开工作年度报告"),
        ("/index.php?m=content&amp;a=show&amp;catid=12&amp;id=7", "虚构镇人民政府2023年政府信息公开年报"),
        ("/zwgk/2022/", "虚构局2022年政府信息公开工作年度报告"),
        ("/index.php?m=content&amp;a=lists&amp;catid=13", "虚构局2021年政府信息公开工作年度报告"),
        ("/zwgk/zfxxgknb/x.html", "2020年政府信息公开年报"),
    )
    here = HOST + listed.replace("&amp;", "&")
    found = survey(page(here, rows), ListPage(here, annual=True), FAMILIES["query"])
    assert [entry.url.rpartition("/")[2][-15:] for entry, _ in found.reports] == [
        "63.html",
        "w&catid=12&id=7",
    ]
    assert len(found.columns) == 3
    assert survey(page("/zwgk/", rows), ListPage(f"{HOST}/zwgk/"), FAMILIES["query"]).entries == ()


def test_a_menu_of_years_may_lie_in_folders_of_other_names() -> None:
    years = links(("/col/c2024/index.html", "2024年度"), ("/col/c2023/index.html", "2023年度"))
    bodies = links(("/col/d1/index.html", "虚构教育局"), ("/col/d2/index.html", "虚构财政局"))
    found = trs("/col/b02/index.html", years + bodies)
    assert urls(found.columns) == ["/col/c2024/index.html", "/col/c2023/index.html"]


def test_a_year_without_rows_of_its_own_leads_to_groups_in_folders_of_other_names() -> None:
    groups = links(("/col/d1/index.html", "区政府部门"), ("/col/d2/index.html", "街道办事处"))
    year = replace(ANNUAL, year=2024)
    found = trs("/col/c2024/index.html", groups, year)
    assert urls(found.columns) == ["/col/d1/index.html", "/col/d2/index.html"]
    row = links(("/col/c2024/202501/t20250110_7.html", "虚构局2024年政府信息公开年度报告"))
    assert not trs("/col/c2024/index.html", groups + row, year).columns


def test_relative_links_that_lead_ever_deeper_end() -> None:
    menu = links(("2023/", "2023年"), ("qzf/", "区政府部门"))
    assert len(trs("/zwgk/zfxxgknb/2023/qzf/", menu).columns) == 2
    assert urls(trs("/zwgk/zfxxgknb/2023/2023/", menu).columns) == ["/zwgk/zfxxgknb/2023/2023/qzf/"]


REPORT = "".join(
    f"<h2>{number}、{heading}</h2>" + "<p>虚构局全年公开信息若干条，均已按时答复。</p>" * 12
    for number, heading in enumerate(
        (
            "总体情况",
            "主动公开政府信息情况",
            "收到和处理政府信息公开申请情况",
            "行政复议、行政诉讼情况",
            "存在的主要问题",
        )
    )
)


def test_a_column_page_may_be_the_report_itself() -> None:
    titles = ("虚构教育局", "虚构镇2021年信息公开年报", "2022年", "放假的通知")
    rows = ((f"./202301/t20230101_{n}.html", title) for n, title in enumerate(titles))
    beside = links(*rows)
    found = trs("/zwgk/zfxxgknb/", REPORT + beside)
    assert found.is_report
    assert [entry.title for entry, _ in found.reports] == ["虚构镇2021年信息公开年报", "2022年"]


def test_a_list_of_reports_parts_is_no_report() -> None:
    rows = links(
        *((f"./t20230101_{n}.html", h) for n, h in enumerate(("总体情况", "行政复议", "收费", "依申请公开")))
    )
    assert not reads_as_report(page("/zwgk/zfxxgknb/", rows * 40))
    assert not reads_as_report(page("/x/", "<p>总体情况 行政复议 收费 依申请公开</p>"))


def test_a_body_that_the_family_called_for_is_read_by_it() -> None:
    """JSON of one system may hold addresses of another's shape."""
    text = '{"data":[{"title":"虚构局","url":"/a/202301/t20230120_1.html"}]}'
    answer = TextResponse(f"{HOST}/api/list?page=1", body=text.encode(), encoding="utf-8")
    found = survey(answer, ANNUAL, FAMILIES["jpaas"], FAMILIES.values())
    assert found.family is FAMILIES["jpaas"]
    assert (found.name, found.is_report, found.columns) == (None, False, ())


def test_a_wrong_family_heals_itself() -> None:
    rows = links(("./202301/t20230120_1.html", "虚构教育局"))
    html = page("/zwgk/zfxxgknb/", rows + "<script>createPageHTML(1,0,'index','html');</script>")
    found = survey(html, ANNUAL, FAMILIES["vsb"], FAMILIES.values())
    assert found.family is FAMILIES["trs"]
    assert found.why
    assert len(found.reports) == 1


@pytest.mark.parametrize(
    ("head", "body", "name"),
    [
        ('<meta NAME="columnname" content="政府信息公开年报">', "", "政府信息公开年报"),
        (
            "",
            '<div>当前位置：<a href="/">首页</a> &gt; <a href="/z">政务公开</a> &gt; 年度报告</div>',
            "年度报告",
        ),
        ("<title>年报-虚构县人民政府</title>", "", "年报"),
        ("", "", None),
    ],
)
def test_a_page_says_its_columns_name(head: str, body: str, name: str | None) -> None:
    assert name_of(page("/x/", body, head)) == name


def test_hosts_of_one_domain_are_one_owners() -> None:
    assert same_domain("http://www.xugou-biao.gov.cn/", "https://xxgk.xugou-biao.gov.cn/a")
    assert not same_domain("http://www.xugou-biao.gov.cn/", "http://www.xugou-jing.gov.cn/")
    assert not same_domain("http://a.example/", "http://b.example/")


def test_another_districts_columns_are_not_followed() -> None:
    found = trs("/zwgk/zfxxgknb/", links(("http://www.xugou-ling.gov.cn/zwgk/zfxxgknb/", "政府信息公开年报")))
    assert found.columns == ()


def test_bodies_may_have_hosts_of_their_own_and_their_reports_one_page_further_on() -> None:
    menu = links(
        ("http://jyj.xugou-biao.gov.cn/", "虚构区教育局"),
        ("http://www.xugou-biao.gov.cn/", "虚构区人民政府"),
        ("http://www.xugou-jing.gov.cn/", "虚构市人民政府"),
    )
    found = trs("/bmgk/", menu, ListPage(f"{HOST}/bmgk/", kind="directory"))
    own = [c for c in found.columns if not c.url.startswith(HOST)]
    assert [(c.url, c.kind) for c in own] == [("http://jyj.xugou-biao.gov.cn/", "body")]
    home = links(("/xxgk/", "政府信息公开"), ("/xwzx/", "新闻中心"))
    (portal,) = trs("/jyj/", home, own[0]).columns
    assert (portal.kind, portal.organization) == ("portal", "虚构区教育局")
    (column,) = trs("/xxgk/", links(("/xxgk/gknb/", "政府信息公开年报")) + home, portal).columns
    assert (column.kind, column.organization) == ("column", "虚构区教育局")
