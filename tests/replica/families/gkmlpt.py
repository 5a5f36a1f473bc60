"""Guangdong (cms-families 6): the gkmlpt platform with its API, and ordinary columns of `post_` pages."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.replica.calls import bare, embedded, json_page, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Slugs, noon
from tests.replica.site import Asked, Page


class Gkmlpt(District):
    """The platform: rows come from the API, most texts are JSON inside of their page.

    Each organisation may have a sub-site of its own (`base`), with its own SID.
    """

    family = "gkmlpt"
    page_size = 20

    def base(self, column: Column) -> str:
        """Where the sub-site begins that the column is on."""
        return ""

    def sid(self, column: Column) -> str:
        """The sub-site's id, which its API has to be told."""
        return str(200_000 + int(self.token("sid", self.base(column), length=3), 16))

    def platform(self, column: Column) -> bool:
        """Is the column's page one of the platform's?"""
        return column.kind in ("portal", "body", "annual")

    def column_path(self, column: Column) -> str:
        if column.kind in ("portal", "body"):
            return f"{self.base(column)}/gkmlpt/index"
        if column.kind == "annual":
            return f"{self.base(column)}/gkmlpt/annualreport#{column.number}"
        return f"/{'/'.join(column.slugs)}/index.html"

    def page_path(self, column: Column, number: int) -> str:
        address = f"{self.base(column)}/gkmlpt/api/all/{column.number}"
        return with_query(address, page=number, sid=self.sid(column))

    def article_path(self, column: Column, item: Item) -> str:
        folder = str(item.number)[:2]
        return f"{self.base(column)}/gkmlpt/content/{folder[0]}/{folder}/post_{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        return _attachment_path(item)

    def attachment_href(self, column: Column, item: Item) -> str:
        return self.url(self.attachment_path(column, item))

    def submenu(self, column: Column) -> str:
        """The platform's own menu is drawn from TREE; links are there, too, for who runs no script."""
        if not self.platform(column):
            return super().submenu(column)
        return self.config(column) + super().submenu(column)

    def config(self, column: Column) -> str:
        """What the platform's script needs to know."""
        path = self.base(column)
        return (
            f"<script>window._CONFIG = {{SID: '{self.sid(column)}', TREE: {embedded(self.tree(column))}, "
            f"BASE: '{path}/gkmlpt'}};</script>\n"
        )

    def tree(self, column: Column) -> list[dict[str, Any]]:
        """The categories of the column's sub-site, as each of its pages has them."""
        root = self.portal
        if self.base(column):
            root = next(at for at in self.way(column) if at.kind == "body")
        return [
            {
                "id": child.number,
                "name": child.name,
                "jump_url": self.column_path(child) if child.kind == "annual" else "",
                "post_count": len(child.items),
                "children": [],
            }
            for child in root.children
            if child.kind != "directory"
        ]

    def listing(self, column: Column, number: int) -> str:
        """The news have rows in their page; the platform's columns have none."""
        if self.platform(column):
            return '<div id="app"></div><script src="/gkmlpt/static/js/app.js"></script>'
        return self.rows(column, column.items)

    def page_count(self, column: Column) -> int:
        return super().page_count(column) if self.platform(column) else 1

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        """As a JSON string for two of three, which a script puts into the page; else as HTML."""
        if item.number % 3 == 0:
            return f'<div class="article-content">{content}</div>'
        marked = content.replace("<a href=", '<a class="nfw-cms-attachment" href=')
        detail = {"id": item.number, "title": item.title, "content": marked}
        return f'<div id="app"></div><script>window._CONFIG = {{DETAIL: {embedded(detail)}}};</script>'

    def api(self, asked: Asked) -> Page | None:
        path, known = bare(asked), query(asked)
        for column in self.columns.values():
            if column.kind == "annual" and path == self.column_path(column).partition("#")[0]:
                return self.respond(self.column_path(column))
        before, _, number = path.rpartition("/")
        if not before.endswith("/gkmlpt/api/all"):
            return None
        found = self.columns.get(whole(number, 0))
        if found is None or known.get("sid") != self.sid(found):
            return json_page({"error": "not found"})
        items = self.page_items(found, max(1, whole(known.get("page"), 1)))
        classify = {"id": found.number, "name": found.name, "post_count": len(found.items)}
        articles = [self.told(found, item) for item in items]
        return json_page({"classify": classify, "articles": articles}, ascii=True)

    def told(self, column: Column, item: Item) -> dict[str, Any]:
        """One article as the API has it."""
        address = self.href(column, item)
        files = []
        if "pdf" in item.form and item.reachable:
            files = [{"name": f"{item.title}.pdf", "url": self.url(self.attachment_path(column, item))}]
        return {
            "id": item.number,
            "title": item.title,
            "url": address if "://" in address else self.url(address),
            "post_url": "",
            "create_time": int(noon(item.day).timestamp()),
            "date": f"{item.day} 12:00:00",
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


class Platform(Gkmlpt):
    """One category has the whole district's reports."""

    place = "虚构酉区"
    host = "www.xugou-you.gov.cn"
    code = "4499100001"
    layout = ("mixed",)


class Organisations(Gkmlpt):
    """Each organisation has its sub-site: `/<organisation>/gkmlpt/annualreport#<category>`."""

    place = "虚构土区"
    host = "www.xugou-tu.gov.cn"
    code = "4499170001"
    layout = ("per-body",)
    offices = 8
    towns = 3

    def base(self, column: Column) -> str:
        return f"/{column.body.slug}" if column.body else ""


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
        return _attachment_path(item)

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


def _attachment_path(item: Item) -> str:
    number = str(item.number)
    return f"/attachment/{number[0]}/{number[:4]}/{number}/{item.number * 8 + 1}.pdf"
