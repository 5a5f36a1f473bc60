"""Sites of no family: numbered pages (延安), lists in a frame (常州), pages that are the report (益阳)."""

from __future__ import annotations

import re

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Slugs
from tests.replica.site import Asked, Page


class Numbered(District):
    """`<column>/1.html`, `2.html`, …: the page's number is the file's name (cms-families 2, Yan'an)."""

    family = "generic"
    place = "虚构甲县"
    host = "www.xugou-jia.gov.cn"
    code = "6199010001"
    layout = ("mixed",)
    robots = "html"

    def column_path(self, column: Column) -> str:
        return f"/{'/'.join(column.slugs)}/1.html"

    def page_path(self, column: Column, number: int) -> str:
        return f"/{'/'.join(column.slugs)}/{number}.html"

    def article_path(self, column: Column, item: Item) -> str:
        """19 digits that begin like a date and are none (临潼)."""
        return f"/{'/'.join(column.slugs)}/2017{int(self.token(item.number), 16) % 10**15:015d}.html"

    def pager(self, column: Column, number: int, count: int) -> str:
        links = [
            f'<a href="{self.page_path(column, other)}">{other}</a>'
            if other != number
            else f"<span>{other}</span>"
            for other in range(1, count + 1)
        ]
        return f'<div class="pages">共{count}页 {" ".join(links)}</div>'


class Framed(District):
    """Column pages are shells; their lists sit in same-host frames (cms-families 0.8, 常州)."""

    family = "generic"
    place = "虚构乙区"
    host = "www.xugou-yi.gov.cn"
    code = "3299020001"
    encoding = "gb18030"
    charset = None
    layout = ("mixed", "iframe", "meta-refresh")
    slugs = Slugs(portal="xxgk", annual="xxgknb")
    decoys = True
    gone_as = "home"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/html/{item.day:%Y-%m-%d}/article_{item.day:%Y%m%d}{item.number}.html"


class PageIsReport(District):
    """Each body's column page is its report, overwritten yearly (cms-families 16.4, 大通湖)."""

    family = "generic"
    place = "虚构丙区"
    host = "www.xugou-bing.gov.cn"
    code = "4399030001"
    layout = ("page-is-report", "script-redirect")
    years = (2024,)

    def column_path(self, column: Column) -> str:
        return "/" + "/".join(str(at.number) for at in self.way(column)) + "/index.htm"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/{column.number}/content_{item.number}.html"


class Endless(District):
    """Traps: pages without end that repeat the last rows, a session id in each link to them, a calendar of
    years beside the list. A crawl of it ends by itself, a few requests beyond the floor.
    """

    family = "generic"
    place = "虚构环县"
    host = "www.xugou-huan.gov.cn"
    code = "6199140001"
    offices = 10
    towns = 3
    beyond = "last"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/contents/{column.number}/{item.number}.html"

    def pager(self, column: Column, number: int, count: int) -> str:
        """The next page always, whatever the page."""
        session = self.token("session", number).upper()
        following = f"{self.page_path(column, number + 1)};jsessionid={session}"
        return f'<div class="page"><a href="{following}">下一页</a></div>'

    def listing(self, column: Column, number: int) -> str:
        years = "".join(f'<a href="/rili/{year}-01.html">{year}年</a>' for year in self.years)
        return f'<div class="rili">{years}</div>{super().listing(column, number)}'

    def api(self, asked: Asked) -> Page | None:
        """Session ids are no part of a page's name, and there is a page for every number."""
        path = asked.path.split(";jsessionid=")[0]
        if found := re.fullmatch(r"(/.+/)index_(\d+)\.html", path):
            for column in self.annual_columns():
                if self.column_path(column) == found[1]:
                    return self._column(column, max(1, int(found[2])))
        return None if path == asked.path else self.respond(path)

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        return super().page_items(column, min(number, self.page_count(column)))


class OwnHost(District):
    """Disclosure has a host of its own, `xxgk.…` (会昌); the government's home page leads there."""

    family = "generic"
    place = "虚构南县"
    host = "xxgk.xugou-nan.gov.cn"
    front_host = "www.xugou-nan.gov.cn"
    code = "3699160001"
    layout = ("year-group",)
    slugs = Slugs(portal="zwgk", annual="xxgknb", year="{year}", group="{group}nb")
    offices = 18
    towns = 5
    page_size = 12

    def article_path(self, column: Column, item: Item) -> str:
        return f"{self.column_path(column)}{item.day:%Y-%m-%d}/{item.number}.html"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "".join(
            f'<li><span class="time">[{item.day:%Y-%m-%d}]</span><a href="{self.href(column, item)}" '
            f'title="{item.title}">{item.title}</a></li>\n'
            for item in items
        )
        return f'<div id="in_list"><ul>\n{lines}</ul></div>'
