"""TRS: addresses, pagers that scripts build, rows that scripts write."""

from __future__ import annotations

import pytest

from crawler.cms.trs import Trs
from tests.crawler.cms.lists import COLUMN, listed, page

FAMILY = Trs()


def following(body: str, url: str = COLUMN, referer: str | None = None) -> list[str]:
    found = FAMILY.next_pages(page(body, url, referer=referer))
    return [listing.url.removeprefix(COLUMN) for listing in found]


def test_recognised_by_address_script_and_links() -> None:
    assert FAMILY.recognise(f"{COLUMN}202401/t20240120_12.html", "")
    assert FAMILY.recognise(COLUMN, "<script>createPageHTML(3, 0, 'index', 'html')</script>")
    assert FAMILY.recognise(COLUMN, '<a href="./202401/t20240120_12.shtml">')
    assert FAMILY.recognise(COLUMN, '<a href="/list.html">') is None


@pytest.mark.parametrize(
    ("address", "is_article"),
    [
        ("/a/202401/t20240120_12.html", True),
        ("/a/202401/t20240120_12.shtml?ddtab=true", True),
        ("/a/201707/t20170721_13.htm", True),
        ("/zfxxgk/nb_2021/t15609267.shtml", True),
        ("/nb_17198/20200617/t0035_1372757.html", True),
        ("/XXGK/XXGKNB/ZLJB/202201/T20220124_744624.HTML", True),
        ("/a/202401/P020240120574502592380.pdf", False),
        ("/zfxxgk/t2021/", False),
        ("/zfxxgk/index_1.html", False),
    ],
)
def test_articles_by_their_address(address: str, is_article: bool) -> None:
    assert bool(FAMILY.articles.search(address)) is is_article


def test_rows_drop_what_is_commented_out_or_a_placeholder() -> None:
    body = f"""{listed(2)}<ul class="default_news"><li><a href="" title="">&nbsp;</a><span></span></li>
    <!--<li><a href="./202401/t20240120_1.html">旧行</a></li>--></ul>"""
    entries = list(FAMILY.entries(page(body)))
    assert [entry.url for entry in entries] == [f"{COLUMN}202401/t20240120_{n}.html" for n in (1000, 1001)]
    assert entries[0].title == "虚构0局2023年政府信息公开工作年度报告"
    assert entries[0].published == "2024-01-20"


def test_rows_that_a_script_writes() -> None:
    row = """<li><script>
    var url = './202401/t20240120_{0}.shtml'; var FILENUM = '';
    var title = "虚构{0}局2023年政府信息公开工作年度报告";
    if (FILENUM != '') {{ document.writeln('<b>' + FILENUM + '</b>'); }}
    document.writeln('<a href="' + url + '" title="' + title + '">' + title.substring(0, 9) + '</a>');
    document.writeln("<span>2024-01-20<\\/span>");
    </script></li>"""
    entries = list(FAMILY.entries(page("<ul>" + row.format(1) + row.format(2) + "</ul>")))
    assert [(entry.url, entry.title, entry.published) for entry in entries] == [
        (f"{COLUMN}202401/t20240120_{n}.shtml", f"虚构{n}局2023年政府信息公开工作年度报告", "2024-01-20")
        for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("script", "pages"),
    [
        ('createPageHTML(3, 0, "index", "html");', ["index_1.html", "index_2.html"]),
        ("createPageHTML(45, 3, 0, 'index', 'shtml', 20);", ["index_1.shtml", "index_2.shtml"]),
        ('createPage(3,0,"index","htm")', ["index_1.htm", "index_2.htm"]),
        ("createPageHTML('page-div', 3, 1, 'list', 'shtml', 45);", ["list_2.shtml", "list_1.shtml"]),
        (
            'var countPage = 3; var currentPage = 0; createPageHTML(countPage, currentPage, "index", "html")',
            ["index_1.html", "index_2.html"],
        ),
        ("var currentPage = 0; var countPage = 3//共多少页", ["index_1.html", "index_2.html"]),
        ('createPageHTML(1, 0, "index", "html");', []),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {}", []),
        ("", []),
    ],
)
def test_the_second_page_as_the_script_has_it(script: str, pages: list[str]) -> None:
    assert following(f"{listed(3)}<script>{script}</script>") == pages


def test_the_files_ending_is_the_scripts_or_the_rows() -> None:
    script = """<script>var currentPage = 1; var nextPage = currentPage + 1; var countPage = 2;
    document.write("<a href=\\"index" + "_" + nextPage + "." + "shtml\\">下一页</a>");</script>"""
    assert following(listed(3) + script) == ["index_2.shtml", "index_1.shtml"]
    rows = listed(3, "./202401/t20240120_{}.htm") + "<a href='/'>首页</a><a href='/a.html'>导航</a>"
    assert following(rows + "<script>var countPage = 2;</script>") == ["index_1.htm", "index_2.htm"]
    assert (
        following(rows + "<script>var countPage = 2;</script>", f"{COLUMN}index.shtml")[0] == "index_1.shtml"
    )


@pytest.mark.parametrize(
    ("url", "script", "referer", "pages"),
    [
        ("index_1.html", 'createPageHTML(3, 1, "index", "html")', "", ["index_2.html"]),
        ("index_2.html", 'createPageHTML(3, 2, "index", "html")', "index_1.html", []),
        ("index_1.html", 'createPageHTML(2, 1, "index", "html")', "", []),
        ("index_2.shtml", 'createPageHTML(3, 2, "index", "shtml")', "", ["index_3.shtml"]),
        ("index_2.shtml", 'createPageHTML(3, 1, "index", "shtml")', None, ["index_3.shtml"]),
        ("index_3.shtml", 'createPageHTML(3, 2, "index", "shtml")', "index_2.shtml", []),
        ("list_3.shtml", "createPageHTML('page-div', 3, 3, 'list', 'shtml')", None, []),
    ],
)
def test_later_pages_until_the_last(url: str, script: str, referer: str | None, pages: list[str]) -> None:
    """Where the second page was _1 the last is one less than the count; Referer says where it began."""
    led = None if referer is None else COLUMN + referer
    assert following(f"{listed(3)}<script>{script}</script>", COLUMN + url, led) == pages


def test_columns_counted_in_their_own_name() -> None:
    script = "<script>var countPage = 3;</script>"
    url = f"{COLUMN}column-index-1.shtml"
    assert following(listed(3) + script, url) == ["column-index-2.shtml"]
    assert following(listed(3) + script, f"{COLUMN}column-index-3.shtml") == []
    assert following(listed(3) + script, f"{COLUMN}1.html") == ["2.html"]


def test_a_pager_that_only_slices_what_is_here_has_no_pages() -> None:
    assert following(listed(45) + "<script>createPageHTML(45, 3, 0, 'index', 'html')</script>") == []


def test_a_link_to_the_next_page_goes_before_scripts() -> None:
    body = listed(3) + '<a href="index_1.html">下一页</a><script>createPageHTML(9,0,"list","html")</script>'
    assert following(body) == ["index_1.html"]
