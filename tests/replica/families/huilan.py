"""Huilan eportal (慧兰): articles are folders, pages are named in `tagname` attributes (cms-families 11)."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Names, Slugs


class Huilan(District):
    """Numbers for every level; the pager has no `href`, and its prefix is not the module's id."""

    family = "huilan"
    place = "虚构辛区"
    host = "www.xugou-xin.gov.cn"
    code = "1199080001"
    names = Names(portal="政府信息公开专栏", annual="信息公开年报", year="{year}年度报告")
    home_path = "/xgqrmzf/index.html"
    layout = ("year-group",)
    slugs = Slugs(portal="zfxxgk")
    offices = 16
    page_size = 10
    charset = None
    content_type = "text/html; charset=utf-8"

    def column_path(self, column: Column) -> str:
        way = self.way(column)
        return "/xgqrmzf/zwfw/zfxxgk/" + "/".join(str(at.number + 2_215_000) for at in way) + "/index.html"

    def page_path(self, column: Column, number: int) -> str:
        folder = self.column_path(column).rsplit("/", 1)[0]
        return f"{folder}/{self.token('module', column.number)[:8]}-{number}.html"

    def article_path(self, column: Column, item: Item) -> str:
        """Older articles have short numbers, newer ones 19 digits that begin with a date."""
        folder = self.column_path(column).rsplit("/", 1)[0]
        if item.year == self.years[0]:
            return f"{folder}/{item.number + 2_000_000}/index.html"
        digits = int(self.token(item.number), 16) % 10**11
        return f"{folder}/{item.day:%Y%m%d}{digits:011d}/index.shtml"

    def attachment_path(self, column: Column, item: Item) -> str:
        return self.article_path(column, item).rsplit("/", 1)[0] + f"/{item.day:%Y%m%d}{item.number}.pdf"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        return "\n".join(
            '<table cellspacing="0"><tbody><tr><td width="15"></td><td height="22" align="left">'
            f'<font class="newslist_style"><a href="{escape(self.href(column, item))}" onclick="void(0)" '
            f'target="_blank" title="{escape(item.title)}" istitle="true">{escape(self.cut(item.title))}</a>'
            f'</font><span class="hui12">{item.day.isoformat()}</span></td></tr></tbody></table>'
            for item in items
        )

    def pager(self, column: Column, number: int, count: int) -> str:
        links = "".join(
            f'<a style="cursor:pointer" onclick="queryArticleByCondition(this,\'{path}\')" '
            f'tagname="{path}" class="pagingNormal">{word}</a>'
            for word, page in (("下一页", number + 1), ("尾页", count))
            if number < count
            for path in [self.page_path(column, page)]
        )
        module = self.token("module", column.number)
        return (
            f'<div><a tagname="[HOMEPAGE]" class="">首页</a>{links} 总记录数:{len(column.items)},'
            f'每页显示{self.page_size}条记录,当前页: <font color="red">{number}</font> /{count}</div>'
            f'<input type="hidden" name="article_paging_list_hidden" moduleid="{module}" '
            f'modulekey="{module}" totalpage="{count}"/>'
        )

    def listing(self, column: Column, number: int) -> str:
        return f'<div style="height:480px" opentype="page">{super().listing(column, number)}</div>'

    def site_scripts(self) -> str:
        return '<script src="/eportal/uiFramework/js/eprotal.js" id="eprotalCurrentPageId"></script>\n'
