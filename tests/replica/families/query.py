"""Sites whose addresses are queries: ASP.NET with `page=`, PHP with `cur_page` (cms-families 15)."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Names, Slugs


class AspNet(District):
    """`InfoPublic.aspx?cid=…&pid=…&page=N&kw=`; annual reports have a template of their own (资阳)."""

    family = "query"
    place = "虚构夏县"
    host = "www.xugou-xia.gov.cn"
    code = "5399120001"
    names = Names(portal="信息公开", annual="政府信息公开工作年报")
    home_path = "/Default.aspx"
    layout = ("mixed",)
    slugs = Slugs()
    offices = 14
    towns = 4
    validators = False
    beyond = "last"

    def column_path(self, column: Column) -> str:
        return f"/InfoPublic.aspx?cid={column.number}&pid=971"

    def page_path(self, column: Column, number: int) -> str:
        return f"/InfoPublic.aspx?cid={column.number}&pid=971&page={number}&kw="

    def aliases(self, column: Column) -> tuple[str, ...]:
        return (self.page_path(column, 1),)

    def article_path(self, column: Column, item: Item) -> str:
        if item.year is None:
            return f"/PublicDetail.aspx?id={item.number}"
        return f"/year_details.aspx?dept={item.body.index + 30}&id={item.number - 300_000}"

    def attachment_path(self, column: Column, item: Item) -> str:
        return f"/UploadFiles/{item.day:%Y}/{item.day:%Y%m%d}{item.number}.pdf"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "".join(
            f'<tr><td align="center">{at}</td><td><a href="{self._link(column, item)}" '
            f'title="{escape(item.title)}">{escape(self.cut(item.title))}</a></td>'
            f"<td>{item.day:%Y/%m/%d}</td></tr>\n"
            for at, item in enumerate(items, start=1)
        )
        return (
            '<form method="post" id="form1"><input type="hidden" name="__VIEWSTATE" value="/wEPDwUKLTk5" />'
            f'<table id="GridView1">{lines}</table></form>'
        )

    def _link(self, column: Column, item: Item) -> str:
        return escape(item.address or self.href(column, item).lstrip("/"))

    def pager(self, column: Column, number: int, count: int) -> str:
        pages = (
            (1, "首页"),
            (max(1, number - 1), "上一页"),
            (min(count, number + 1), "下一页"),
            (count, "尾页"),
        )
        links = " ".join(
            f'<a href="{escape(self.page_path(column, page)).lstrip("/")}">{word}</a>' for page, word in pages
        )
        return f'<div class="pager">第{number}页/共{count}页 {links}</div>'


class Php(District):
    """`list.php?…&cur_page=N`; GBK, no title attributes, nothing that says 下一页."""

    family = "query"
    place = "虚构秋区"
    host = "www.xugou-qiu.gov.cn"
    code = "5199130001"
    names = Names(annual="政府信息公开年度报告", year="{year}")
    pictures = True
    layout = ("year-group",)
    slugs = Slugs()
    offices = 17
    towns = 6
    page_size = 10
    encoding = "gb18030"
    charset = "gb2312"
    robots = "none"
    shown = 60

    def column_path(self, column: Column) -> str:
        return f"/info/list.php?node_id=GKxgq&cat_id={column.number}"

    def page_path(self, column: Column, number: int) -> str:
        return f"{self.column_path(column)}&cur_page={number}"

    def aliases(self, column: Column) -> tuple[str, ...]:
        return (self.page_path(column, 1),)

    def article_path(self, column: Column, item: Item) -> str:
        return f"/show.php?id={item.number - 300_000}"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "".join(
            f'<dd><a href="{escape(self.href(column, item))}" target="_blank">{escape(item.title)}</a>'
            f" [{item.day:%Y-%m-%d}]</dd>\n"
            for item in items
        )
        return f'<dl class="list">{lines}</dl>'

    def pager(self, column: Column, number: int, count: int) -> str:
        """Numbers only; nothing says 下一页."""
        links = " ".join(
            f'<a href="{escape(self.page_path(column, page))}">{page}</a>'
            if page != number
            else f"<b>{page}</b>"
            for page in range(1, count + 1)
        )
        return f'<div class="pages">{links}</div>'
