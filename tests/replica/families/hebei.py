"""Hebei: `/columns/<uuid>/YYYYMM/DD/<uuid>.html`; the path's date is that of an import (cms-families 14)."""

from __future__ import annotations

from html import escape
from uuid import UUID

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Names, Slugs


class Hebei(District):
    """Columns and articles are uuids; nothing in an address says what it is."""

    family = "hebei"
    place = "虚构癸区"
    host = "www.xugou-gui.gov.cn"
    code = "1399100001"
    names = Names(portal="政府信息公开", annual="信息公开年度报告")
    direct = True
    layout = ("mixed", "meta-refresh")
    slugs = Slugs()
    offices = 9
    towns = 3

    def column_path(self, column: Column) -> str:
        return f"/columns/{self._uuid('column', column.number)}/index.html"

    def page_path(self, column: Column, number: int) -> str:
        return f"/columns/{self._uuid('column', column.number)}/index_{number}.html"

    def article_path(self, column: Column, item: Item) -> str:
        day = "202308/21" if item.year == self.years[0] else f"{item.day:%Y%m/%d}"
        return f"/columns/{self._uuid('column', column.number)}/{day}/{self._uuid('doc', item.number)}.html"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        """Titles are cut off, and no attribute has them whole."""
        lines = "\n".join(
            f'<li><a href="{self.href(column, item)}">{escape(self.cut(item.title))}</a>'
            f"<em>{item.day:%m-%d}</em></li>"
            for item in items
        )
        return f'<ul class="list">\n{lines}\n</ul>'

    def pager(self, column: Column, number: int, count: int) -> str:
        following = self.page_path(column, number + 1).rsplit("/", 1)[1] if number < count else "#"
        return f'<div class="pagination"><span>{number}/{count}</span> <a href="{following}">下页</a></div>'

    def _uuid(self, *parts: object) -> UUID:
        return UUID(self.token(*parts), version=4)
