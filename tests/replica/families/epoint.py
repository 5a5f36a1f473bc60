"""Epoint EWB (cms-families 12): the site's id in a script file, the rows for JSON POSTed with it."""

from __future__ import annotations

import json
from typing import Any

from tests.replica.calls import bare, fragment, json_body, json_page, whole
from tests.replica.district import District
from tests.replica.district_plan import Column, Item
from tests.replica.site import Asked, Page

SCRIPT = "/js/webBuilderCommon.js"
LIST = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"


class Epoint(District):
    """`pageIndex` counts from 0; the page itself shows a template with nothing filled in."""

    family = "epoint"
    place = "虚构火区"
    host = "www.xugou-huo.gov.cn"
    code = "3299160001"
    layout = ("mixed",)
    page_size = 20

    def category(self, column: Column) -> str:
        """The column's number: three digits for each level."""
        return "003" if column.kind == "portal" else f"003{column.number % 1000:03d}"

    def column_path(self, column: Column) -> str:
        return f"/dynamic/zwgk/govInfoPub.html?categorynum={self.category(column)}"

    def article_path(self, column: Column, item: Item) -> str:
        return f"/zwgk/003/{self.category(column)}/{item.day:%Y%m%d}/{self.uuid(item.number)}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        return f"/uploadfile/{self.uuid('file', item.number)}/{item.day:%Y%m%d}{item.number}.pdf"

    def uuid(self, *parts: object) -> str:
        """An id of the system's."""
        text = self.token("uuid", *parts)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def site_scripts(self) -> str:
        return f'<script src="{SCRIPT}"></script>\n<script src="/js/ajaxReq.js"></script>\n'

    def listing(self, column: Column, number: int) -> str:
        return (
            '<div class="ewb-list"><ul id="infolist"><? for (var i = 0; i < data.length; i++) { ?>\n'
            "<li><a href='<?=el.link?>' title='<?=el.realtitle?>'><?=el.title?></a>"
            "<span><?=el.infodate?></span></li><? } ?>\n</ul><div id='pager'></div></div>\n"
            "<script>/* EWB-FRONT */ "
            "getGovInfoList(Util.getUrlParams('deptcode'), Util.getUrlParams('categorynum'), 0, "
            f"{self.page_size});</script>"
        )

    def api(self, asked: Asked) -> Page | None:
        if bare(asked) == SCRIPT:
            info = {"projectName": "/EWB-FRONT", "siteGuid": self.uuid("site")}
            text = f"var siteInfo = {json.dumps(info)};\nfunction checkJson(value) {{ return value; }}\n"
            return fragment(text, "application/javascript")
        if bare(asked) != LIST or asked.method != "POST":
            return None
        said = json_body(asked)
        said = said.get("params", said)
        column = next(
            (at for at in self.columns.values() if self.category(at) == said.get("categorynum")), None
        )
        if column is None or said.get("siteGuid") != self.uuid("site"):
            return json_page({"custom": {"total": 0, "data": []}, "status": {"code": 0}})
        return json_page({"custom": self.answered(column, said), "status": {"code": 1, "text": "ok"}})

    def answered(self, column: Column, said: dict[str, Any]) -> dict[str, Any]:
        """One page of a category."""
        size = min(whole(said.get("pageSize"), self.page_size), 50)
        at = whole(said.get("pageIndex"), 0) * size
        data = [
            {
                "infoid": self.uuid(item.number),
                "infourl": self.href(column, item),
                "title": self.cut(item.title),
                "realtitle": item.title,
                "infodate": item.day.isoformat(),
                "deptname": item.body.name,
            }
            for item in column.items[at : at + size]
        ]
        return {"total": len(column.items), "data": data}

    def posted(self, column: Column, index: int) -> Asked:
        """The request for the rows from `index` times the page's size on."""
        said = {
            "deptcode": "",
            "categorynum": self.category(column),
            "siteGuid": self.uuid("site"),
            "pageIndex": index,
            "pageSize": self.page_size,
        }
        return self.asked(LIST, "POST", json.dumps(said).encode())

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        """The page, the script with the site's id (once), and the rows."""
        first = self.asked(self.column_path(column))
        if not column.items:
            return (first,)
        count = self.page_count(column)
        return (first, self.asked(SCRIPT), *(self.posted(column, index) for index in range(count)))
