"""Hanweb / 大汉 classic JCMS (cms-families 3): rows in CDATA inside of a script, more from `dataproxy.jsp`.

The three districts differ in what the proxy honours: `page` from 1 on, startrecord and endrecord POSTed, or
the address in the `nextgroup` element, whose `page` counts groups from 0.
"""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote, urlencode

from tests.replica.calls import bare, datastore, form, fragment, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page


class Hanweb(District):
    """What all three have."""

    family = "hanweb"
    proxy: ClassVar[str] = "/module/web/jpage/dataproxy.jsp"
    per_page: ClassVar[int] = 15
    """Rows that a reader sees at once; `page_size` of them come with one request."""

    def column_path(self, column: Column) -> str:
        return f"/col/col{column.number}/index.html"

    def article_path(self, column: Column, item: Item) -> str:
        day = item.day
        return f"/art/{day.year}/{day.month}/{day.day}/art_{column.number}_{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        name = f"{self.token(item.number)}.pdf"
        return with_query("/module/download/downfile.jsp", classid=0, filename=name)

    def listing(self, column: Column, number: int) -> str:
        """This column's unit; the annual column has one of the news beside it."""
        units = [self.unit(column)]
        if column.number == self.annual.number:
            units.insert(0, self.unit(self.news))
        return "\n".join(units)

    def unit(self, column: Column) -> str:
        """One list: its first rows as XML inside of a script, and the script that draws them."""
        return (
            f'<div id="{self.unit_id(column)}"><script type="text/xml">{self.group(column, 1)}</script></div>'
            f"\n<script>{self.drawing(column)}</script>"
        )

    def drawing(self, column: Column) -> str:
        """The call of jquery.jpage."""
        parameters = ",".join(
            f"{name}:{value if value.isdigit() else repr(value)}"
            for name, value in self.parameters(column).items()
        )
        return (
            f"$(function(){{$('#{self.unit_id(column)}').jpage({{themeName:'default',showMode:'full',"
            f"totalRecord:{len(column.items)},openCookies:false,dataBefore:'<ul>',dataAfter:'</ul>',"
            f"groupSize:{self.page_size // self.per_page},proxyUrl:'{self.proxy}',perPage:{self.per_page},"
            f"barPosition:'bottom',ajaxParam:{{{parameters}}}}});}});"
        )

    def group(self, column: Column, number: int) -> str:
        """The rows of one request."""
        lines = [self.record(column, item) for item in self.page_items(column, number)]
        return datastore(lines, total=len(column.items), per_page=self.per_page)

    def record(self, column: Column, item: Item) -> str:
        """One row; its date is broken by a newline."""
        return (
            f"<li><a href='{self.href(column, item)}' title='{item.title}' target=\"_blank\">"
            f"{self.cut(item.title)}</a><span>{item.day:%Y-%m}-\n{item.day:%d}</span></li>"
        )

    def unit_id(self, column: Column) -> str:
        """The unit's number."""
        return str(4_000_000 + column.number * 3)

    def parameters(self, column: Column) -> dict[str, str]:
        """What the proxy has to be told of the unit."""
        return {
            "col": "1",
            "appid": "1",
            "webid": "39",
            "path": "/",
            "columnid": str(column.number),
            "sourceContentType": "1",
            "unitid": self.unit_id(column),
            "webname": self.skin.name,
            "permissiontype": "0",
        }

    def api(self, asked: Asked) -> Page | None:
        if bare(asked) != self.proxy:
            return None
        known = query(asked) | form(asked)
        column = self.columns.get(whole(known.get("columnid"), 0))
        if column is None or known.get("unitid") != self.unit_id(column):
            return fragment(datastore((), total=0, per_page=self.per_page), "text/xml;charset=UTF-8")
        return fragment(self.proxied(column, asked), "text/xml;charset=UTF-8")

    def proxied(self, column: Column, asked: Asked) -> str:
        """What the proxy answers."""
        raise NotImplementedError


class ByPage(Hanweb):
    """The proxy honours `page` and `perpage` (at most 300) only; startrecord changes nothing."""

    place = "虚构子区"
    host = "www.xugou-zi.gov.cn"
    code = "3399010001"
    layout = ("mixed",)

    def page_path(self, column: Column, number: int) -> str:
        return f"{self.proxy}?page={number}&{urlencode(self.parameters(column))}"

    def proxied(self, column: Column, asked: Asked) -> str:
        known = query(asked) | form(asked)
        size = min(whole(known.get("perpage"), self.page_size), 300)
        at = (max(1, whole(known.get("page"), 1)) - 1) * size
        lines = [self.record(column, item) for item in column.items[at : at + size]]
        return datastore(lines, total=len(column.items), per_page=size)


class ByRecords(Hanweb):
    """An older proxy that ignores `page`: startrecord and endrecord in the address, the rest POSTed."""

    place = "虚构丑县"
    host = "www.xugou-chou.gov.cn"
    code = "3699020001"
    layout = ("year-group",)
    proxy = "/module/jpage/dataproxy.jsp"
    per_page = 5
    gone_as = "home"

    def attachment_path(self, column: Column, item: Item) -> str:
        """The parameters in another order, and the file's name told."""
        shown = quote(f"{item.body.name}年度报告.pdf")
        name = f"{self.token(item.number)}.pdf"
        return f"/module/download/downfile.jsp?showname={shown}&filename={name}&classid=0"

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        return f'<div class="main-txt"><div class="artile_zw">{content}</div></div>'

    def proxied(self, column: Column, asked: Asked) -> str:
        known = query(asked) | form(asked)
        if asked.method != "POST" or "startrecord" not in known:
            return self.group(column, 1)
        first = max(1, whole(known["startrecord"], 1))
        last = whole(known.get("endrecord"), first + self.page_size - 1)
        lines = [self.record(column, item) for item in column.items[first - 1 : last]]
        return datastore(lines, total=len(column.items), per_page=self.per_page)

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        found = [self.asked(self.column_path(column))]
        for number in range(2, self.page_count(column) + 1):
            last = min(number * self.page_size, len(column.items))
            path = with_query(
                self.proxy,
                startrecord=(number - 1) * self.page_size + 1,
                endrecord=last,
                perpage=self.per_page,
            )
            found.append(self.asked(path, "POST", urlencode(self.parameters(column)).encode()))
        return tuple(found)


class ByGroup(Hanweb):
    """Each answer says in `nextgroup` where the next is; its parameters have an encoding of their own."""

    place = "虚构寅旗"
    host = "www.xugou-yin.gov.cn"
    code = "1599030001"
    layout = ("mixed", "script-redirect")
    page_size = 20
    per_page = 10

    def page_path(self, column: Column, number: int) -> str:
        webname = quote(quote(self.skin.name))
        return (
            f"{self.proxy}?page={number - 1}&appid=1&appid=1&webid=110&path=/&columnid={column.number}"
            f"&unitid={self.unit_id(column)}&webname={webname}&permissiontype=0"
        )

    def drawing(self, column: Column) -> str:
        """Drawn by a script file, which tells nothing."""
        return f"drawUnit('{self.unit_id(column)}', {self.per_page});"

    def record(self, column: Column, item: Item) -> str:
        """A table's row."""
        return (
            f"<tr><td width='15'>·</td><td><a href='{self.href(column, item)}' title='{item.title}'"
            f" target='_blank'>{self.cut(item.title)}</a></td><td>[{item.day}]</td></tr>"
        )

    def group(self, column: Column, number: int) -> str:
        lines = [self.record(column, item) for item in self.page_items(column, number)]
        more = self.page_path(column, number + 1) if number < self.page_count(column) else ""
        if number > 1:
            more = more.replace("/module/web/jpage/", "./")
        return datastore(lines, total=len(column.items), per_page=self.per_page, next_group=more)

    def proxied(self, column: Column, asked: Asked) -> str:
        return self.group(column, whole(query(asked).get("page"), 0) + 1)
