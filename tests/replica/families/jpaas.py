"""Hanweb jpaas (cms-families 4): column pages without rows, which a unit of the API has as HTML in JSON.

Pages go by `paramJson` alone: a bare pageNo, page or currentPage changes nothing.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any, ClassVar
from urllib.parse import quote

from tests.replica.calls import bare, json_page, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


class Jpaas(District):
    """What both have."""

    family = "jpaas"
    tag: ClassVar[str] = ""
    """tagId of the unit that lists a column."""

    def article_path(self, column: Column, item: Item) -> str:
        """Reports of the first year have kept their addresses of the older system."""
        day = item.day
        if item.year == self.years[0]:
            return f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{item.number}.html"
        folder = self.column_path(column).rpartition("/")[0]
        return f"{folder}/art/{day.year}/art_{self.token(item.number)}.html"

    def unit_query(self, column: Column) -> dict[str, str]:
        """What the page's script says of its unit."""
        return {
            "parseType": "bulidstatic",
            "webId": self.token("web"),
            "tplSetId": self.token("tpl"),
            "pageType": "column",
            "tagId": self.tag,
            "editType": "null",
            "pageId": self.token("column", column.number),
        }

    def page_path(self, column: Column, number: int) -> str:
        """The unit's address for that page, as the site's own script asks for it."""
        page = json.dumps({"pageNo": number, "pageSize": str(self.page_size)}, separators=(",", ":"))
        return with_query(UNIT, **self.unit_query(column), paramJson=page)

    def listing(self, column: Column, number: int) -> str:
        told = ",".join(f"'{name}':'{value}'" for name, value in self.unit_query(column).items())
        return (
            f'<div class="list" id="{self.tag}"><script id="{self.token("unit", column.number)}" '
            'src="/cms_files/default/script/AuthorizedRead/unitbuild.js?v=4.3.0" '
            f'url="{UNIT}" queryData="{{{told}}}"></script></div>'
        )

    def api(self, asked: Asked) -> Page | None:
        if bare(asked) != UNIT:
            return None
        known = query(asked)
        for column in self.columns.values():
            if all(known.get(name) == value for name, value in self.unit_query(column).items()):
                return json_page(self.unit(column, known.get("paramJson", "")))
        return json_page({"success": False, "code": "500", "message": "unit not found", "data": None})

    def unit(self, column: Column, parameters: str) -> dict[str, Any]:
        """The unit's answer."""
        try:
            said = json.loads(parameters)
        except ValueError:
            said = {}
        number = max(1, whole(said.get("pageNo"), 1))
        size = min(max(1, whole(said.get("pageSize"), self.page_size)), 100)
        items = column.items[(number - 1) * size : number * size]
        rows = self.rows(column, items) if items else ""
        html = (
            f'<div id="{self.tag}"><div class="page-content">{rows}</div><div class="pagination" '
            f'rows="{size}" count="{len(column.items)}" pageNo="{number}"></div></div>'
        )
        return {"success": True, "code": "200", "message": None, "data": {"html": html}, "traceId": None}

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        pages = range(1, self.page_count(column) + 1) if column.items else ()
        paths = (self.column_path(column), *(self.page_path(column, number) for number in pages))
        return tuple(self.asked(path) for path in paths)


class Readable(Jpaas):
    """Readable column paths; files come through the gateway, by a token."""

    place = "虚构卯区"
    host = "www.xugou-mao.gov.cn"
    code = "3299040001"
    layout = ("mixed",)
    tag = "分页列表"

    def column_path(self, column: Column) -> str:
        return f"/{'/'.join(column.slugs)}/index.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        name = quote(f"{item.body.name}年度报告.pdf")
        token = self.token("download", item.number, length=40)
        return (
            "/api-gateway/jpaas-web-server/front/document/file-download"
            f"?fileUrl={self.token(item.number)}&fileName={name}&token={token}"
        )


class Numbered(Jpaas):
    """Numbered columns, rows linked without a scheme, columns by year and group."""

    place = "虚构辰区"
    host = "www.xugou-chen.gov.cn"
    code = "3399050001"
    layout = ("year-group",)
    tag = "zw"

    def column_path(self, column: Column) -> str:
        return f"/col/col{column.number}/index.html"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "".join(
            f'<li class="cf border-line"><a class="fl" target="_blank" '
            f'href="{escape(self.linked(column, item))}" '
            f'title="{escape(item.title)}"><i></i>{escape(self.cut(item.title))}</a><b>{item.day}</b></li>'
            for item in items
        )
        return f'<ul class="ajax-ul">{lines}</ul>'

    def linked(self, column: Column, item: Item) -> str:
        """A row's address, without its scheme where it is this site's."""
        address = self.href(column, item)
        return address if "://" in address else f"//{self.host}{address}"
