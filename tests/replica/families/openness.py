"""The Openness/XxgkAnnualReport platform of Anhui (cms-families 9): reports by organisation and year."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item


class Openness(District):
    """`/OpennessAnnualReport/year/show/<organisation>/<year>.html`, and two others beside it (东至)."""

    family = "openness"
    place = "虚构木县"
    host = "www.xugou-mu.gov.cn"
    code = "3499140001"
    layout = ("per-body",)
    page_size = 2
    encoding = "gb18030"
    charset = "gb2312"

    def organisation(self, column: Column) -> int:
        """The number of the body whose column it is; the government's for all others."""
        return 11_300 + (column.body.index if column.body else 0)

    def column_path(self, column: Column) -> str:
        if column.kind == "annual":
            return f"/XxgkContent/showList/{self.organisation(column)}/0/page_1.html"
        if column.body is not None:
            return f"/XxgkContent/{column.slugs[-1]}/{self.organisation(column)}.html"
        return f"/Openness/{column.slugs[-1]}.html"

    def page_path(self, column: Column, number: int) -> str:
        return self.column_path(column).replace("page_1.html", f"page_{number}.html")

    def article_path(self, column: Column, item: Item) -> str:
        if item.year is None:
            return f"/XxgkContent/show/{item.number}.html"
        if item.body.group == "jd":
            return f"/XxgkAnnualReport/show/{item.number}.html"
        if item.body.index % 5 == 4:
            return f"/openness/OpennessAnnualReport/show/{item.number}.html"
        return f"/OpennessAnnualReport/year/show/{self.organisation(column)}/{item.year}.html"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "\n".join(
            f'<tr><td><a href="{escape(self.href(column, item))}" title="{escape(item.title)}">'
            f"{escape(self.cut(item.title))}</a></td><td>{item.day:%Y/%m/%d}</td></tr>"
            for item in items
        )
        return f'<table class="is-list">\n{lines}\n</table>'

    def pager(self, column: Column, number: int, count: int) -> str:
        links = "".join(
            f'<a href="{self.page_path(column, other)}">{word}</a>'
            for word, other in (("首页", 1), ("上一页", number - 1), ("下一页", number + 1), ("末页", count))
            if 1 <= other <= count and other != number
        )
        return f'<div class="pagination">{links}<span>{number}/{count}</span></div>'
