"""TrueCMS (cms-families 12): rows as XML in JSONP, for who comes from the column's page, 20 at a time."""

from __future__ import annotations

import json
from typing import ClassVar

from tests.replica.calls import bare, datastore, fragment, query, whole, with_query
from tests.replica.district import District
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

MESSAGES = "/truecms/messageController/getMessage.do"


class TrueCms(District):
    """What both have."""

    family = "truecms"

    def column_path(self, column: Column) -> str:
        return f"/{'/'.join(column.slugs)}/{column.slugs[-1]}.html"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/{'/'.join(column.slugs)}/content/{self.uuid(item.number)}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        return f"/upfiles/{item.day:%Y%m}/{self.token(item.number)}.pdf"

    def uuid(self, number: int) -> str:
        """An id of the system's."""
        text = self.token("uuid", number)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def record(self, column: Column, item: Item) -> str:
        """One row."""
        return (
            f'<li class="change"><span style="float:left;"><a href="{self.href(column, item)}" '
            f'target="_blank" title="{item.title}">{self.cut(item.title)}</a></span>{item.day}</li>'
        )


class Messages(TrueCms):
    """Without a Referer of this site the list is a 404; more than 20 records at once are refused."""

    place = "虚构水区"
    host = "www.xugou-shui.gov.cn"
    code = "3299150001"
    layout = ("mixed",)
    page_size = 20
    most: ClassVar[int] = 20
    """Records that one request may ask for."""

    def page_path(self, column: Column, number: int) -> str:
        return with_query(
            MESSAGES,
            startrecord=(number - 1) * self.page_size + 1,
            endrecord=number * self.page_size,
            perpage=self.page_size,
            columnId=self.uuid(column.number),
            callback="cb",
        )

    def listing(self, column: Column, number: int) -> str:
        return (
            '<div id="page"></div>\n<script>$("#page").jpage({themeName:\'default\','
            f"totalRecord:{len(column.items)},dataBefore:'<ul id=\"content\">',dataAfter:'</ul>',"
            f"proxyUrl:'{self.url(MESSAGES)}',perPage:{self.page_size},groupSize:1,barPosition:'bottom',"
            f"ajaxParam:{{columnId:'{self.uuid(column.number)}'}}}});</script>"
        )

    def api(self, asked: Asked) -> Page | None:
        if bare(asked) != MESSAGES:
            return None
        if self.host not in asked.headers.get("referer", ""):
            return Page(b"<h1>404</h1>", status=404)
        known = query(asked)
        first = max(1, whole(known.get("startrecord"), 1))
        last = whole(known.get("endrecord"), first + 9)
        size = max(whole(known.get("perpage"), 10), last - first + 1)
        column = next(
            (at for at in self.columns.values() if self.uuid(at.number) == known.get("columnId")), None
        )
        items = column.items[first - 1 : last] if column is not None and size <= self.most else ()
        lines = [self.record(column, item) for item in items if column is not None]
        total = len(column.items) if column is not None else 0
        result = datastore(lines, total=total, per_page=size) if items else ""
        text = json.dumps({"result": result}, ensure_ascii=False)
        if "callback" in known:
            text = f"{known['callback']}({text})"
        return fragment(text, "text/javascript;charset=UTF-8")

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        first = self.column_path(column)
        numbers = range(1, self.page_count(column) + 1) if column.items else ()
        more = (self.asked(self.page_path(column, number), referer=self.url(first)) for number in numbers)
        return (self.asked(first), *more)


class Switched(TrueCms):
    """The service is switched off: a list has its first 60 rows in its page, in a hidden element."""

    place = "虚构风县"
    host = "www.xugou-feng.gov.cn"
    code = "3299180001"
    layout = ("year-group",)

    def page_count(self, column: Column) -> int:
        assert len(column.items) <= 60
        return 1

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        return column.items

    def listing(self, column: Column, number: int) -> str:
        lines = "\n".join(self.record(column, item) for item in column.items)
        return (
            f'<div id="initData" style="display:none"><ul class="xxgk-list-con">\n{lines}\n</ul></div>\n'
            f"<div id=\"page\"></div><script>$('#page').jpage({{proxyUrl:'{MESSAGES}',perPage:20,"
            f"totalRecord:{len(column.items)},dataStore:$('#initData li'),"
            f"ajaxParam:{{columnId:'{self.uuid(column.number)}'}}}});</script>"
        )
