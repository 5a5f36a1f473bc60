"""Hanweb's disclosure module (cms-families 3): `tree.jsp`, `search.jsp` by POST, `xxgkAnnualReport.jsp`.

`search.jsp` answers with all that the district has disclosed, whatever column was asked for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from html import escape
from typing import ClassVar

from tests.replica import district_pages as pages
from tests.replica.calls import bare, form, fragment, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

TREE = "/module/xxgk/tree.jsp"
SEARCH = "/module/xxgk/search.jsp"
ANNUAL = "/module/xxgk/xxgkAnnualReport.jsp"


class Module(District):
    """What both have."""

    family = "hanweb_xxgk"
    area: ClassVar[str] = ""

    def column_path(self, column: Column) -> str:
        return f"/col/col{column.number}/index.html"

    def article_path(self, column: Column, item: Item) -> str:
        day = item.day
        return f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        return with_query(
            "/module/download/downfile.jsp", classid=0, filename=f"{self.token(item.number)}.pdf"
        )

    def tree(self) -> str:
        """The frame with the catalogue's tree, as every page of the module has it."""
        address = escape(with_query(TREE, area=self.area, divid="div11565", standardXxgk=0))
        return f'<iframe id="tree" src="{address}" width="220" height="600" frameborder="0"></iframe>'

    def table(self, column: Column, items: tuple[Item, ...]) -> str:
        """Rows as the module's own pages have them."""
        lines = "\n".join(
            f'<tr><td>{at}</td><td><a href="{escape(self.href(column, item))}" title="{escape(item.title)}">'
            f"{escape(self.cut(item.title))}</a></td><td>{escape(item.body.name)}</td><td>{item.day}</td></tr>"
            for at, item in enumerate(items, 1)
        )
        head = "<tr><th>序号</th><th>标题</th><th>发布机构</th><th>发布日期</th></tr>"
        return f'<table class="xxgk_table">\n{head}\n{lines}\n</table>'

    @cached_property
    def disclosed(self) -> tuple[Item, ...]:
        """All that `search.jsp` knows, newest first."""
        found = {item.number: item for column in self.columns.values() for item in column.items}
        return tuple(sorted(found.values(), key=lambda item: (item.day, item.number), reverse=True))

    def api(self, asked: Asked) -> Page | None:
        known = query(asked) | form(asked)
        if bare(asked) == TREE:
            return self.page(
                "<html><head><title>tree</title><script>var d = new dTree('d');"
                "d.add(0,-1,'信息公开目录');d.add(1,0,'政府信息公开年报','javascript:searchByType(\"A07\")');"
                "document.write(d);</script></head><body></body></html>\n"
            )
        if bare(asked) != SEARCH:
            return None
        if asked.method != "POST" or known.get("area") != self.area:
            return fragment("<div class='zzjg'>没有符合条件的信息</div>")
        return fragment(self.found(max(1, whole(known.get("currpage"), 1))))

    def found(self, number: int) -> str:
        """One page of the search's answer."""
        size = self.page_size
        items = self.disclosed[(number - 1) * size : number * size]
        lines = "\n".join(
            f'<tr class="tr_main_value_{"odd" if at % 2 else "even"}">'
            f"<td>{self.token(item.number, length=8)}</td>"
            f'<td><a class="bt_link" href="{escape(self.href(self.annual, item))}" '
            f'title="{escape(item.title)}" target="_blank">{escape(self.cut(item.title))}</a></td>'
            f"<td>{item.day}</td></tr>"
            for at, item in enumerate(items)
        )
        count = -(-len(self.disclosed) // size)
        more = f'<a href="javascript:goPage({number + 1})">下一页</a>' if number < count else "下一页"
        return (
            f'<table width="100%">\n{lines}\n</table>\n<table width="100%"><tr><td align="right">'
            f"第{number}页&nbsp;&nbsp;共{count}页&nbsp; {more}</td></tr></table>\n"
        )


class Yearly(Module):
    """The annual page of an area and a year lists all bodies' reports."""

    place = "虚构巳区"
    host = "www.xugou-si.gov.cn"
    code = "3399060001"
    layout = ("year-group",)
    area = "XG33990601"

    @cached_property
    def portal(self) -> Column:
        """Years have no groups below them: each year's page lists all bodies."""
        portal = super().portal
        children = tuple(
            replace(child, children=tuple(self.flat(year) for year in child.children))
            if child.kind == "annual"
            else child
            for child in portal.children
        )
        return replace(portal, children=children)

    @staticmethod
    def flat(year: Column) -> Column:
        """A year's column with the rows of its groups."""
        return replace(year, children=(), items=tuple(item for at in year.children for item in at.items))

    def column_path(self, column: Column) -> str:
        if column.kind == "annual":
            return with_query(ANNUAL, area=self.area)
        if column.kind == "year":
            return with_query(ANNUAL, area=self.area, fbtime=column.year)
        return super().column_path(column)

    def page_count(self, column: Column) -> int:
        """A year is one page, however long."""
        return 1

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        return column.items

    def submenu(self, column: Column) -> str:
        below = [(self.column_path(child), f"{child.year}年") for child in column.children]
        tree = self.tree() if column.kind == "portal" else ""
        return f'{tree}<div class="years"><ul>{pages.links(below)}</ul></div>' if below else tree

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        return self.table(column, items)


class Parameters(Module):
    """Each body's report of a year has the address of its area and the year (瓯海)."""

    place = "虚构月区"
    host = "www.xugou-yue.gov.cn"
    code = "3399200001"
    layout = ("per-body",)
    area = "XG33992000"

    def submenu(self, column: Column) -> str:
        return (self.tree() if column.kind == "portal" else "") + super().submenu(column)

    def article_path(self, column: Column, item: Item) -> str:
        if item.year is None:
            return super().article_path(column, item)
        area = f"{self.area[:-2]}{item.body.index:02d}"
        return with_query(ANNUAL, area=area, fbtime=item.year)

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        return self.table(column, items)


class Search(Module):
    """The annual column is a page of the module: its rows come from `search.jsp`, among all others."""

    place = "虚构午县"
    host = "www.xugou-wu.gov.cn"
    code = "2399070001"
    layout = ("mixed",)
    area = "002276772"

    def listing(self, column: Column, number: int) -> str:
        return (
            f'{self.tree()}<div id="div11565"><script>\nfunction search(page) {{ $.post("{SEARCH}", '
            f"{{infotypeId:'A07',jdid:2,divid:'div11565',area:'{self.area}',currpage:page,"
            "sortfield:'compaltedate:0'}, draw); }\n</script></div>"
        )

    def posted(self, number: int) -> Asked:
        """The request for page `number` of the search."""
        body = with_query("", infotypeId="A07", jdid=2, divid="div11565", area=self.area, currpage=number)
        return self.asked(SEARCH, "POST", body[1:].encode())

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        count = -(-len(self.disclosed) // self.page_size) if column.items else 0
        found = tuple(self.posted(number) for number in range(1, count + 1))
        return (self.asked(self.column_path(column)), *found)
