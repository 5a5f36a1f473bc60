"""Lonsun / 龙讯 (cms-families 8): a column for each organ, `type=3` its annual reports, behind a menu.

The two districts differ in how a list goes on: `&pageIndex=N` on the column's address, or, where that
changes nothing, a fragment of HTML that the page's script asks for.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import ClassVar

from tests.replica.calls import bare, fragment, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_pages import Link
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

LABEL = "/site/label/8888"
_TYPES = {"zn": 1, "jgzn": 2}
"""What else an organ's menu leads to."""


class Lonsun(District):
    """What both have."""

    family = "lonsun"
    layout = ("per-body",)
    offices = 8
    towns = 3
    root: ClassVar[str] = ""
    """What comes before `/public/` in an address (黄冈)."""

    def organ(self, column: Column) -> int:
        """The number of the organ whose column it is; the government's for all others."""
        return 6_600_000 + (column.body.index if column.body else 0) * 11

    def column_path(self, column: Column) -> str:
        path = f"{self.root}/public/column/{self.organ(column)}"
        if column.kind == "annual":
            return with_query(path, type=3, action="list", nav=3, catId=column.number + 6_700_000)
        if column.kind == "body":
            return with_query(path, type=4, action="list", nav=3)
        if column.body is not None:
            return with_query(path, type=_TYPES[column.slugs[-1]], action="list")
        return f"/{'/'.join(column.slugs)}/index.html"

    def site_metas(self) -> tuple[Link, ...]:
        return (("SiteId", self.site_id),)

    @property
    def site_id(self) -> str:
        """The site's number."""
        return str(int(self.token("site", length=6), 16))

    def submenu(self, column: Column) -> str:
        below = "".join(
            f'<li><a href="{escape(self.column_path(child))}" class="organ">{child.name}</a></li>'
            for child in column.children
        )
        return f'<div class="gk_menu"><ul>{below}</ul></div>' if below else ""

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        name = f'<a class="columnName" href="{escape(self.column_path(column))}">[{column.name}]</a>'
        lines = "\n".join(
            f'<li>{name}<a class="title" href="{escape(self.href(column, item))}" target="_blank" '
            f'title="{escape(item.title)}">{escape(self.cut(item.title))}</a>'
            f'<span class="date">{item.day}</span></li>'
            for item in items
        )
        return f'<div class="gk_list"><ul>\n{lines}\n</ul></div>'

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        index = (
            f"<tr><th>索 引 号：</th><td>{self.token(item.number, length=12)}</td>"
            "<th>组配分类：</th><td>年报</td></tr>"
            f'<tr><th>文　　号：</th><td id="_fileNum">无</td><th>发布日期：</th><td>{item.day}</td></tr>'
        )
        return (
            f'<table class="table_suoyin">{index}</table>\n<div class="wzcon j-fontContent">{content}</div>'
        )


class Indexed(Lonsun):
    """`&pageIndex=N` works; the towns' reports have the address of a year (霍山)."""

    place = "虚构亥县"
    host = "www.xugou-hai.gov.cn"
    code = "3499120001"
    years = (2020, 2021, 2022, 2023, 2024)
    page_size = 3
    beyond = "last"

    def page_path(self, column: Column, number: int) -> str:
        return f"{self.column_path(column)}&pageIndex={number}"

    def article_path(self, column: Column, item: Item) -> str:
        organ = self.organ(column)
        if item.body.group == "jd" and item.year is not None:
            return with_query(f"/public/column/{organ}", type=3, action="detail", nav=3, title=item.year)
        return f"/public/{organ}/{item.number}.html"

    def pager(self, column: Column, number: int, count: int) -> str:
        links = "".join(
            f'<a href="{escape(self.page_path(column, other))}"{" class=cur" if other == number else ""}>'
            f"{other}</a>"
            for other in range(1, count + 1)
        )
        return f'<div class="page">{links}<span>共{count}页</span></div>' if count > 1 else ""

    def api(self, asked: Asked) -> Page | None:
        """The first page has a number, too."""
        if asked.path.endswith("&pageIndex=1"):
            return self.respond(asked.path.removesuffix("&pageIndex=1"))
        return None


class Labelled(Lonsun):
    """pageIndex on the column's address is ignored: further rows come from the label, for its script only.

    All of it lies below `/zwgk`.
    """

    place = "虚构金区"
    host = "www.xugou-jin.gov.cn"
    code = "3499130001"
    page_size = 2
    root = "/zwgk"
    template = "/c1/xxgk/publicInfoList_newest2020"

    def article_path(self, column: Column, item: Item) -> str:
        return f"{self.root}/public/content/{item.number}"

    def parameters(self, column: Column) -> dict[str, str]:
        """What the label has to be told."""
        return {
            "labelName": "publicInfoList",
            "siteId": self.site_id,
            "pageSize": str(self.page_size),
            "action": "list",
            "isDate": "true",
            "dateFormat": "yyyy-MM-dd",
            "length": "50",
            "organId": str(self.organ(column)),
            "type": "3",
            "catId": str(column.number + 6_700_000),
            "cId": "",
            "result": "暂无相关信息",
            "file": self.template,
        }

    def page_path(self, column: Column, number: int) -> str:
        return with_query(
            self.root + LABEL,
            IsAjax=1,
            dataType="html",
            **self.parameters(column),
            pageIndex=number,
            _="0.5184",
        )

    def pager(self, column: Column, number: int, count: int) -> str:
        told = ", ".join(f'{name}: "{value}"' for name, value in self.parameters(column).items())
        return (
            '<div id="page_public_info"></div>\n<script>\n$(function () {\n'
            f"  Ls.pagination('#page_public_info', {{pageCount:{count},total:{len(column.items)},"
            "pageIndex:1}, function (pageIndex) {\n"
            f'    $.ajax({{url: "{self.root}{LABEL}?IsAjax=1&dataType=html", '
            f"data: {{{told}, pageIndex: pageIndex}}, "
            "success: function (html) { $('.gk_list').html(html); }});\n  });\n});\n</script>"
        )

    def api(self, asked: Asked) -> Page | None:
        known = query(asked)
        if bare(asked).startswith(f"{self.root}/public/column/") and "pageIndex" in known:
            del known["pageIndex"]
            return self.respond(with_query(bare(asked), **known))
        if bare(asked) != self.root + LABEL:
            return None
        if asked.headers.get("x-requested-with") != "XMLHttpRequest" or "referer" not in asked.headers:
            return Page(b"<h1>404</h1>", status=404)
        for column in self.columns.values():
            if column.kind == "annual" and self._is_asked(column, known):
                return fragment(self._labelled(column, known))
        return fragment("<p>暂无相关信息</p>")

    def _is_asked(self, column: Column, known: dict[str, str]) -> bool:
        told = self.parameters(column)
        return all(
            known.get(name) == told[name]
            for name in ("labelName", "siteId", "organId", "type", "catId", "file")
        )

    def _labelled(self, column: Column, known: dict[str, str]) -> str:
        size = min(whole(known.get("pageSize"), self.page_size), 50)
        at = (max(1, whole(known.get("pageIndex"), 1)) - 1) * size
        items = column.items[at : at + size]
        return self.rows(column, items) if items else "<p>暂无相关信息</p>"

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        first = self.column_path(column)
        headers = {"x-requested-with": "XMLHttpRequest", "referer": self.url(first)}
        more = (self.page_path(column, number) for number in range(2, self.page_count(column) + 1))
        return (self.asked(first), *(replace(self.asked(path), headers=headers) for path in more))
