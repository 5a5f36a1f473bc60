"""Guangdong (cms-families 6): the gkmlpt platform with its API, and ordinary columns of `post_` pages."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from tests.replica.calls import bare, embedded, json_page, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Slugs, noon
from tests.replica.site import Asked, Page

SID = "200175"


class Platform(District):
    """`/gkmlpt/annualreport#<category>`: the rows come from the API, the text is JSON inside of the page."""

    family = "gkmlpt"
    place = "虚构酉区"
    host = "www.xugou-you.gov.cn"
    code = "4499100001"
    layout = ("mixed",)
    page_size = 20

    def column_path(self, column: Column) -> str:
        if column.kind == "portal":
            return "/gkmlpt/index"
        if column.kind == "annual":
            return f"/gkmlpt/annualreport#{column.number}"
        return f"/zwgk/{column.slugs[-1]}/index.html"

    def page_path(self, column: Column, number: int) -> str:
        return with_query(f"/gkmlpt/api/all/{column.number}", page=number, sid=SID)

    def article_path(self, column: Column, item: Item) -> str:
        folder = str(item.number)[:2]
        return f"/gkmlpt/content/{folder[0]}/{folder}/post_{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        number = str(item.number)
        return f"/attachment/{number[0]}/{number[:4]}/{number}/{item.number * 8 + 1}.pdf"

    def attachment_href(self, column: Column, item: Item) -> str:
        return self.url(self.attachment_path(column, item))

    def listing(self, column: Column, number: int) -> str:
        """The news have rows in their page; the platform's columns have none."""
        if column.kind == "annual":
            return '<div id="app"></div><script src="/gkmlpt/static/js/app.js"></script>'
        return self.rows(column, column.items)

    def page_count(self, column: Column) -> int:
        return super().page_count(column) if column.kind == "annual" else 1

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        return super().page_items(column, number) if column.kind == "annual" else column.items

    def site_scripts(self) -> str:
        tree = embedded(self.tree())
        return f"<script>window._CONFIG = {{SID: '{SID}', TREE: {tree}, BASE: '/gkmlpt'}};</script>\n"

    def tree(self) -> list[dict[str, Any]]:
        """The platform's categories, as each of its pages has them."""
        return [
            {
                "id": child.number,
                "name": child.name,
                "jump_url": self.column_path(child) if child.kind == "annual" else "",
                "post_count": len(child.items),
                "children": [],
            }
            for child in self.portal.children
        ]

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        """As a JSON string for two of three, which a script puts into the page; else as HTML."""
        if item.number % 3 == 0:
            return f'<div class="article-content">{content}</div>'
        marked = content.replace("<a href=", '<a class="nfw-cms-attachment" href=')
        detail = {"id": item.number, "title": item.title, "content": marked}
        return f'<div id="app"></div><script>window._CONFIG.DETAIL = {embedded(detail)};</script>'

    def api(self, asked: Asked) -> Page | None:
        path = bare(asked)
        if path == "/gkmlpt/annualreport":
            return self.respond(self.column_path(self.annual))
        if not path.startswith("/gkmlpt/api/all/"):
            return None
        column = self.columns.get(whole(path.rpartition("/")[2], 0))
        known = query(asked)
        if column is None or known.get("sid") != SID:
            return json_page({"error": "not found"})
        items = self.page_items(column, max(1, whole(known.get("page"), 1)))
        classify = {"id": column.number, "name": column.name, "post_count": len(column.items)}
        return json_page(
            {"classify": classify, "articles": [self.told(column, item) for item in items]}, ascii=True
        )

    def told(self, column: Column, item: Item) -> dict[str, Any]:
        """One article as the API has it."""
        address = self.href(column, item)
        files = []
        if "pdf" in item.form and item.reachable:
            path = self.attachment_path(*self.places[item.number])
            files = [{"name": f"{item.title}.pdf", "url": self.url(path)}]
        return {
            "id": item.number,
            "title": item.title,
            "url": address if "://" in address else self.url(address),
            "post_url": "",
            "create_time": int(noon(item.day).timestamp()),
            "date": datetime.strftime(noon(item.day), "%Y-%m-%d %H:%M:%S"),
            "publisher": item.body.name,
            "identifier": f"{self.code}/{item.day.year}-{item.number}",
            "document_number": "",
            "abstract": "",
            "attachment": files,
            "is_expired": 0,
            "is_abolished": 0,
        }

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        numbers = range(1, self.page_count(column) + 1) if column.items else ()
        first = self.column_path(column).partition("#")[0]
        return tuple(self.asked(path) for path in (first, *(self.page_path(column, n) for n in numbers)))


class Posts(District):
    """Ordinary columns by year and group: `content/post_<id>.html`, the second page is `index_2.html`."""

    family = "gkmlpt"
    place = "虚构戌区"
    host = "www.xugou-xu.gov.cn"
    code = "4499110001"
    layout = ("year-group",)
    slugs = Slugs(portal="zwgk", annual="zfxxgknb", year="{year}n", group="{group}{year}")
    beyond = "last"

    def column_path(self, column: Column) -> str:
        return "/" + "/".join(column.slugs) + "/index.html"

    def page_path(self, column: Column, number: int) -> str:
        return self.column_path(column).replace("index.html", f"index_{number}.html")

    def article_path(self, column: Column, item: Item) -> str:
        return f"/{'/'.join(column.slugs)}/content/post_{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        number = str(item.number)
        return f"/attachment/{number[0]}/{number[:4]}/{number}/{item.number * 8 + 1}.pdf"

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        return f'<div class="article-content">{content}</div>'

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        """Absolute addresses, and the date before the link."""
        lines = "\n".join(
            f'<li><span class="time">{item.day}</span><a href="{escape(self.linked(column, item))}" '
            f'title="{escape(item.title)}">{escape(self.cut(item.title))}</a></li>'
            for item in items
        )
        return f'<ul class="news_list">\n{lines}\n</ul>'

    def linked(self, column: Column, item: Item) -> str:
        """A row's address, absolute."""
        address = self.href(column, item)
        return address if "://" in address else self.url(address)

    def pager(self, column: Column, number: int, count: int) -> str:
        last = f'<a class="last" href="{self.page_path(column, count)}">尾页</a>' if count > 1 else ""
        following = (
            f'<a class="next" href="{self.page_path(column, number + 1)}">下一页</a>'
            if number < count
            else ""
        )
        return f'<div class="page"><span>{number}</span>{following}{last}</div>'
