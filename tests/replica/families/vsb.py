"""VSB (博达): `/info/<column>/<id>.htm`; page numbers count down (cms-families 7)."""

from __future__ import annotations

from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Names, Slugs


class Vsb(District):
    """Page 1 is `<column>.htm`; with 4 pages page 2 is `<column>/3.htm` and the last is `<column>/1.htm`."""

    family = "vsb"
    place = "虚构庚县"
    host = "www.xugou-geng.gov.cn"
    code = "6299070001"
    names = Names(portal="信息公开", annual="年度报告")
    home_path = "/index.htm"
    layout = ("mixed",)
    slugs = Slugs(portal="zwgk", annual="zfxxgknb")
    offices = 14

    def column_path(self, column: Column) -> str:
        return f"/{'/'.join(column.slugs)}.htm"

    def page_path(self, column: Column, number: int) -> str:
        return f"/{'/'.join(column.slugs)}/{self.page_count(column) - number + 1}.htm"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/info/{column.number}/{item.number + 300_000}.htm"

    def attachment_path(self, column: Column, item: Item) -> str:
        """Without an extension: the type is in the header only."""
        return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&wbfileid={item.number}7"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        """Links are relative to the page's depth: one deeper from page 2 on."""
        up = "../" * (len(column.slugs) - (items == self.page_items(column, 1)))
        lines = "".join(
            f'<li id="line_u8_{at}"><a href="{escape(item.address or up + self.href(column, item)[1:])}" '
            f'title="{escape(item.title)}">{escape(self.cut(item.title))}</a>'
            f"<span>{item.day:%Y/%m/%d}</span></li>\n"
            for at, item in enumerate(items)
        )
        clicks = ",".join(f"'dynclicks_u8_{item.number}'" for item in items)
        script = f'<script>_showDynClickBatch([{clicks}],[1],"wbnews", 1632666717)</script>'
        return f'<ul class="list-gl">\n{lines}</ul>{script}'

    def pager(self, column: Column, number: int, count: int) -> str:
        name = column.slugs[-1]

        def href(page: int) -> str:
            if page == 1:
                return f"../{name}.htm" if number > 1 else f"{name}.htm"
            file = f"{count - page + 1}.htm"
            return file if number > 1 else f"{name}/{file}"

        numbers = "".join(
            f'<span class="p_no_d">{page}</span>'
            if page == number
            else f'<span class="p_no"><a href="{href(page)}">{page}</a></span>'
            for page in range(1, count + 1)
        )
        if number < count:
            end = (
                f'<span class="p_next p_fun"><a href="{href(number + 1)}">下页</a></span>'
                f'<span class="p_last p_fun"><a href="{href(count)}">尾页</a></span>'
            )
        else:
            end = '<span class="p_next_d p_fun_d">下页</span><span class="p_last_d p_fun_d">尾页</span>'
        return (
            '<div class="pb_sys_common pb_sys_normal pb_sys_style1"><span class="p_pages">'
            f'{numbers}{end}</span> <span class="p_t">{number}/{count}</span></div>'
        )

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        clicks = f'<script>_showDynClicks("wbnews", 1632666717, {item.number})</script>'
        text = f'<div id="vsb_content_2"><div class="v_news_content">{content}</div></div>'
        return f"<p>浏览次数：{clicks}</p>{text}"
