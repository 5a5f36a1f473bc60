"""UCAP-type sites (cms-families 5): static lists named after a template, and lists as JSON by channel id."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any, ClassVar

from tests.made import html as made_html
from tests.replica import district_pages as pages
from tests.replica.calls import bare, json_page, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_pages import Link
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

OTHER = "/kfq/tzgg"
"""Another organisation's column on the same host."""


class Static(District):
    """`list.shtml`, `list_N.shtml`: no pager says where they end, and after the end another's rows follow.

    `list_1.shtml` is the first page again; beyond the last one, pages of another organisation's notices
    come for a while (沭阳).
    """

    family = "ucap"
    place = "虚构未县"
    host = "www.xugou-wei.gov.cn"
    code = "3299080001"
    layout = ("mixed",)
    drift = 3
    """So many pages of the other organisation's."""

    def column_path(self, column: Column) -> str:
        return f"/weixian/{'/'.join(column.slugs[-2:])}/list.shtml"

    def page_path(self, column: Column, number: int) -> str:
        return self.column_path(column).replace("list.shtml", f"list_{number}.shtml")

    def article_path(self, column: Column, item: Item) -> str:
        folder = self.column_path(column).rpartition("/")[0]
        return f"{folder}/{item.day:%Y%m}/{self.token(item.number)}.shtml"

    def attachment_path(self, column: Column, item: Item) -> str:
        """Beside the article, in a folder of its name."""
        article = self.article_path(column, item).removesuffix(".shtml")
        return f"{article}/files/{self.token('file', item.number)}.pdf"

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        return f'<div class="article"><UCAPCONTENT>{content}</UCAPCONTENT></div>'

    def pager(self, column: Column, number: int, count: int) -> str:
        """Drawn by a script file, which tells nothing."""
        return '<div id="pagination" class="pages"></div><script src="/js/pagination.js"></script>'

    def api(self, asked: Asked) -> Page | None:
        path = bare(asked)
        if path.startswith(OTHER):
            return self.page(pages.plain(self.skin, "开发区通知公告"))
        for column in self.columns.values():
            stem = self.column_path(column).removesuffix(".shtml") + "_"
            if not column.items or not path.startswith(stem):
                continue
            number = whole(path[len(stem) :].removesuffix(".shtml"), 0)
            if number == 1:
                return self.respond(self.column_path(column))
            past = number - self.page_count(column)
            return self.drifted(column, past) if 0 < past <= self.drift else None
        return None

    def drifted(self, column: Column, past: int) -> Page:
        """What comes after the last page: the same frame, and rows of another organisation."""
        titles = [f"关于{past}号地块{at}标段虚构工程的公告" for at in range(self.page_size - 1)]
        titles.insert(3, f"{self.place}虚构开发区{self.years[0]}年政府信息公开工作年度报告")
        rows = pages.links(
            (f"{OTHER}/202{past}0{past}/{self.token('drift', past, at)}.shtml", title)
            for at, title in enumerate(titles)
        )
        body = f'<div class="main"><h2>{column.name}</h2><ul class="list">{rows}</ul></div>'
        return self.framed(f"{column.name}-{self.skin.name}", body, self.column_metas(column))

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        """Without a pager nobody knows the end before having been there."""
        found = super().list_requests(column)
        return (*found, self.asked(self.page_path(column, self.page_count(column) + 1)))


class Channel(District):
    """Column pages without rows; an address with their channelid has them, with each article's whole text."""

    family = "ucap"
    search: ClassVar[str] = "/common/search"

    def column_path(self, column: Column) -> str:
        return f"/shenqu/c{100_000 + column.number}/common_list.shtml"

    def channel(self, column: Column) -> str:
        """The column's channel id."""
        return self.token("channel", column.number)

    def page_path(self, column: Column, number: int) -> str:
        return with_query(
            f"{self.search}/{self.channel(column)}",
            page=number,
            _pageSize=self.page_size,
            _isAgg="true",
            _isJson="true",
            _template="index",
        )

    def article_path(self, column: Column, item: Item) -> str:
        return f"/shenqu/c{100_000 + column.number}/{item.day:%Y%m}/c01_{item.number}.shtml"

    def attachment_path(self, column: Column, item: Item) -> str:
        return f"/shenqu/c{100_000 + column.number}/{item.day:%Y%m}/{item.number}/files/{item.number}.pdf"

    def column_metas(self, column: Column) -> tuple[Link, ...]:
        return (*super().column_metas(column), ("channelid", self.channel(column)))

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        return f'<div id="UCAP-CONTENT" class="TRS_UEDITOR">{content}</div>'

    def listing(self, column: Column, number: int) -> str:
        return (
            '<div class="list"><ul id="list"></ul><div id="page"></div></div>\n<script>'
            f'var channelId = "{self.channel(column)}";\nfunction load(page) {{ $.getJSON("{self.search}/" '
            f'+ channelId, {{_pageSize: {self.page_size}, _isAgg: true, _isJson: true, _template: "index", '
            "page: page}, draw); }\nload(1);</script>"
        )

    def api(self, asked: Asked) -> Page | None:
        before, _, channel = bare(asked).rpartition("/")
        if before != self.search:
            return None
        known = query(asked)
        for column in self.columns.values():
            if self.channel(column) == channel and known.get("_isJson") == "true":
                size = min(whole(known.get("_pageSize"), self.page_size), 50)
                said = {"data": self.answered(column, max(1, whole(known.get("page"), 1)), size)}
                return replace(json_page(said), tagged=True)  # as long as all its articles
        return None

    def answered(self, column: Column, number: int, size: int) -> dict[str, Any]:
        """One page of a channel."""
        items = column.items[(number - 1) * size : number * size]
        results = [self.result(column, item) for item in items]
        return {"total": len(column.items), "page": number, "rows": size, "results": results}

    def result(self, column: Column, item: Item) -> dict[str, Any]:
        """One article as the list has it."""
        html = f"<p>虚构的样本文章：{escape(item.title)}。</p>"
        if item.year is not None and item.reachable and item.form != "pdf":
            html = made_html.article(self.report(item))
        files = []
        if "pdf" in item.form and item.reachable:
            files = [
                {"fileName": "年度报告.pdf", "filePath": self.attachment_path(*self.places[item.number])}
            ]
        return {
            "title": item.title,
            "subTitle": "",
            "url": self.href(column, item),
            "content": "",
            "contentHtml": html,
            "memo": "",
            "publishedTimeStr": f"{item.day} 12:00:00",
            "channelName": column.name,
            "manuscriptId": self.token("manuscript", item.number),
            "resList": files,
            "domainMetaList": [{"resultList": [{"key": "source", "value": item.body.name}]}],
        }

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        numbers = range(1, self.page_count(column) + 1) if column.items else ()
        paths = (self.column_path(column), *(self.page_path(column, number) for number in numbers))
        return tuple(self.asked(path) for path in paths)


class Aggregated(Channel):
    """As `/common/search/<channelid>`."""

    place = "虚构申区"
    host = "www.xugou-shen.gov.cn"
    code = "2399090001"
    layout = ("mixed",)


class Listed(Channel):
    """As `/searchList/<channelid>`, columns by year and group; no robots.txt."""

    place = "虚构雨区"
    host = "www.xugou-yu.gov.cn"
    code = "4399190001"
    layout = ("year-group",)
    search = "/searchList"
    robots = "none"
