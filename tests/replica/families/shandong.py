"""Shandong's gongkai platform: `/gongkai/site_…/channel_…/doc_<24 hex>.html` (cms-families 13)."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Names, Slugs


class Shandong(District):
    """One `site_` for each body, channels with ids of two dialects, documents with a time in their ids."""

    family = "shandong"
    place = "虚构壬区"
    host = "www.xugou-ren.gov.cn"
    code = "3799090001"
    names = Names(own="政府信息公开工作年度报告", directory="部门镇办信息公开")
    layout = ("per-body",)
    slugs = Slugs(directory="bmml")
    offices = 9
    towns = 4

    def column_path(self, column: Column) -> str:
        if column.kind in ("portal", "directory"):
            return f"/gongkai/{column.slugs[-1]}.html"
        site = f"site_xgq{column.body.slug if column.body else 'zf'}"
        if column.kind == "body":
            return f"/gongkai/{site}/index.html"
        first = self.token("channel", column.number, length=24)
        if column.number % 2:
            return f"/gongkai/{site}/channel_{first}/"
        return f"/gongkai/{site}/channel_c_{first}_{self.token('c', column.number, length=24)}/"

    def article_path(self, column: Column, item: Item) -> str:
        folder = self.column_path(column).rsplit("/", 1)[0]
        return f"{folder}/doc_{_seconds(item):08x}{self.token(item.number, length=16)}.html"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        lines = "".join(
            f'<tr><td class="bt"><a href="{escape(self.href(column, item))}" '
            f'title="{escape(item.title)}">{escape(self.cut(item.title))}</a></td>'
            f"<td>{item.day:%Y-%m-%d}</td></tr>"
            for item in items
        )
        return f'<table class="list"><tr><th>标题</th><th>发文日期</th></tr>{lines}</table>'

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        table = (
            f'<table class="index"><tr><td>标题</td><td>{escape(item.title)}</td></tr>'
            f"<tr><td>发文日期</td><td>{item.day.isoformat()}</td><td>发布机构</td><td>{item.body.name}</td></tr>"
            "<tr><td>文号</td><td></td><td>索引号</td><td>113701990000000000/2024-00001</td></tr></table>"
        )
        return f'{table}<div class="article_content">{content}</div>'


def _seconds(item: Item) -> int:
    """Seconds since 1970 at the start of the article's day."""
    return (item.day.toordinal() - 719_163) * 86_400
