"""TRS WCM (拓尔思): `<column>/YYYYMM/tYYYYMMDD_<id>.html`, page numbers in scripts (cms-families 2)."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_pages import Link
from tests.replica.district_plan import Column, Item, Names, Slugs

SCRIPT = '<script type="text/javascript">'


class Trs(District):
    """What all TRS sites have in common: addresses, files beside articles, the editor's containers."""

    family = "trs"
    extension = "html"

    def page_path(self, column: Column, number: int) -> str:
        return f"{self.column_path(column)}index_{number - 1}.{self.extension}"

    def article_path(self, column: Column, item: Item) -> str:
        name = f"{item.day:%Y%m}/t{item.day:%Y%m%d}_{item.number + 3_000_000}.{self.extension}"
        return self.column_path(column) + name

    def attachment_path(self, column: Column, item: Item) -> str:
        folder = self.article_path(column, item).rsplit("/", 1)[0]
        digits = int(self.token(item.number), 16) % 10**12
        return f"{folder}/P0{item.day:%Y%m%d}{digits:012d}.pdf"

    def attachment_href(self, column: Column, item: Item) -> str:
        return "./" + self.attachment_path(column, item).rsplit("/", 1)[1]

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        """The editor of two generations."""
        if item.number % 2:
            return f"<div class=TRS_Editor><div class=Custom_UnionStyle>{content}</div></div>"
        return f'<div class="view TRS_UEDITOR trs_paper_default trs_editor_view">{content}</div>'

    def relative(self, column: Column, item: Item) -> str:
        """A row's link as TRS writes it: `./202402/t….html`."""
        address = self.href(column, item)
        here = self.column_path(column)
        return "./" + address.removeprefix(here) if address.startswith(here) else address


class ByYearAndGroup(Trs):
    """Year × group folders; `createPageHTML`, counted from 0; rows that are commented out."""

    place = "虚构丁区"
    host = "www.xugou-ding.gov.cn"
    code = "1199040001"
    names = Names(annual="政府信息公开工作年度报告", year="{year}年度")
    scheme = "https"
    layout = ("year-group",)
    slugs = Slugs(portal="zfxxgkzl", year="{year}nb", group="{group}{year}")
    offices = 18
    towns = 6
    page_size = 10
    beyond = "stub"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = []
        for item in items:
            link = f'<a href="{escape(self.relative(column, item))}" target="_blank"'
            row = f'<li>{link} title="{escape(item.title)}">{escape(self.cut(item.title))}</a>'
            row += f'<b class="u_time">{item.day.isoformat()}</b></li>'
            lines.append(row)
        old = f'<li><a href="./201901/t20190101_1.html">{column.name}样本行</a><em>2019-01-01</em></li>'
        lines.insert(1, f"<!-- {old} -->")
        lines.append(f"<!--{lines[0]}-->")
        return f'<ul class="u_list">\n{chr(10).join(lines)}\n</ul>'

    def page_title(self, item: Item, title: str) -> str:
        """Some pages' titles are no sentence (密云)."""
        if item.body.group == "jd" and item.year:
            return f"{item.body.short}_{item.year}年_{self.skin.name}"
        return super().page_title(item, title)

    def pager(self, column: Column, number: int, count: int) -> str:
        call = f'createPageHTML({count}, {number - 1}, "index", "html");'
        return f'<div class="page">{SCRIPT}{call}</script></div>'


class ByBody(Trs):
    """A column for each body, every node with a number of its own (重庆); rows written by script (武汉);
    `countPage`, page 2 is `index_2` (昆明). The portal's root is a script's redirect."""

    place = "虚构冬区"
    host = "www.xugou-dong.gov.cn"
    code = "5099050001"
    names = Names(own="年报", directory="各部门政务公开")
    layout = ("per-body", "script-redirect")
    years = (2019, 2020, 2021, 2022, 2023, 2024)
    offices = 8
    towns = 3
    page_size = 4
    extension = "shtml"
    slugs = Slugs(portal="zwgk", annual="zfxxgknb", directory="bmjz", own="zfxxgknb")

    def column_path(self, column: Column) -> str:
        return "".join(f"/{at.slugs[-1]}_{97_000 + at.number}" for at in self.way(column)) + "/"

    def page_path(self, column: Column, number: int) -> str:
        return f"{self.column_path(column)}index_{number}.shtml"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = []
        for item in items:
            lines.append(
                f'{SCRIPT}\nvar url = "{self.relative(column, item)}";\nvar title = "{item.title}";\n'
                f'var FILENUM = "";\nvar pubdate = "{item.day.isoformat()}";\n'
                'if (FILENUM != "") { title = title + "（" + FILENUM + "）"; }\n'
                'document.writeln("<li><a href=\'" + url + "\' title=\'" + title + "\'>" + title + '
                '"</a><span>" + pubdate + "</span></li>");\n</script>'
            )
        return f'<ul class="article-list">\n{chr(10).join(lines)}\n</ul>'

    def pager(self, column: Column, number: int, count: int) -> str:
        return f"""<div class="pages">{SCRIPT}
var currentPage = {number};//所在页
var prevPage = currentPage-1;
var nextPage = currentPage+1;
var countPage = {count};//共多少页
if (countPage > 1 && currentPage != countPage) {{
  document.write("<a href=\\"index" + "_" + nextPage + "." + "shtml\\">下一页</a>&nbsp;");
}} else {{ document.write("下一页&nbsp;"); }}
</script></div>"""


class Mixed(Trs):
    """One column with everything in it; the pager's call is 重庆's and gives records, pages, page (北京);
    articles carry no date (广西). A parent portal has some of the reports again."""

    place = "虚构己区"
    host = "www.xugou-ji.gov.cn"
    parent_host = "www.xugou-jishi.gov.cn"
    code = "4599060001"
    layout = ("mixed", "parent-portal")
    slugs = Slugs(annual="zfxxgkndbg_2954")
    offices = 10
    towns = 3
    extension = "shtml"
    validators = False
    beyond = "home"

    def article_path(self, column: Column, item: Item) -> str:
        return f"{self.column_path(column)}t{item.number + 15_000_000}.shtml"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        cells = "".join(
            f'<tr><td><a href="{escape(self.relative(column, item))}" title="{escape(item.title)}">'
            f"{escape(self.cut(item.title))}</a></td><td>{item.day.isoformat()}</td></tr>"
            for item in items
        )
        return f'<table class="more-list"><tbody>{cells}</tbody></table>'

    def pager(self, column: Column, number: int, count: int) -> str:
        call = f'createPage({len(column.items)}, {count}, {number - 1}, "index", "shtml");'
        return f'<div class="fenye">{SCRIPT}{call}</script></div>'

    def column_metas(self, column: Column) -> tuple[Link, ...]:
        return (*super().column_metas(column), ("ColumnDescription", f"{self.place}{column.name}"))


class AllOnOne(Trs):
    """The first page holds every row and shows them in slices by script, with placeholders between
    (北京): the pager's numbers lead nowhere.
    """

    place = "虚构西乡区"
    host = "www.xugou-xixiang.gov.cn"
    code = "1199150001"
    layout = ("year-group", "meta-refresh")
    slugs = Slugs(portal="gongkai", year="nb_{year}n", group="{group}")
    offices = 18
    towns = 4
    years = (2023, 2024)

    def page_count(self, column: Column) -> int:
        return 1

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        return column.items

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = []
        for item in items:
            link = f'<a href="{escape(self.relative(column, item))}" title="{escape(item.title)}">'
            lines.append(
                f'<li data-flag="1">{link}{escape(self.cut(item.title))}</a><span>{item.day}</span></li>'
            )
            lines.append('<li data-flag=""><a href="" title=""></a><span></span></li>')
        return f'<ul class="default_news">\n{chr(10).join(lines)}\n</ul>'

    def pager(self, column: Column, number: int, count: int) -> str:
        shown = -(-len(column.items) // self.page_size)
        call = f'createPageHTML({len(column.items)}, {shown}, 0, "index", "html", {self.page_size});'
        return f'<div class="page">{SCRIPT}{call}</script></div>'
