"""Shanghai's district sites: day-of-year addresses, the list is a POST (cms-families 12, 普陀)."""

from __future__ import annotations

import json
import math
from html import escape

from tests.replica.district import District
from tests.replica.district_plan import Column, Item, Slugs
from tests.replica.site import Asked, Page

API = "/front/api/data/affair"


class Putuo(District):
    """`/zhengwu/zfxxgknb-<body>zfxxgk/YYYY/DDD/<id>.html`; rows come from `POST /front/api/data/affair`."""

    family = "shanghai"
    place = "虚构春区"
    host = "www.xugou-chun.gov.cn"
    code = "3199110001"
    scheme = "https"
    layout = ("mixed",)
    slugs = Slugs(portal="zhengwu", annual="zfxxgknb")
    offices = 12
    towns = 5

    def column_path(self, column: Column) -> str:
        return f"/{'-'.join(column.slugs)}/index.html"

    def article_path(self, column: Column, item: Item) -> str:
        area = f"{column.slugs[-1]}-{item.body.slug}zfxxgk"
        return f"/zhengwu/{area}/{item.day:%Y}/{item.day.timetuple().tm_yday}/{item.number - 200_000}.html"

    def listing(self, column: Column, number: int) -> str:
        asked = json.dumps(self._wanted(column, 1), ensure_ascii=False)
        return (
            '<div id="list"><ul v-cloak><li v-for="item in list"><a :href="item.url">{{item.title}}</a>'
            '<span>{{item.display_date}}</span></li></ul></div><div id="pagination"></div>\n'
            f'<script>var channelId = "{column.number}";\nvar params = {asked};\n'
            f'$.ajax({{url: "{API}", type: "POST", contentType: "application/json", '
            "data: JSON.stringify(params), success: show});</script>"
        )

    def api(self, asked: Asked) -> Page | None:
        if asked.path != API:
            return None
        try:
            wanted = json.loads(asked.body)
            column = self.columns[int(wanted["channelList"][0])]
            number, size = int(wanted["pageNo"]), int(wanted["pageSize"])
        except (ValueError, KeyError, TypeError, IndexError):
            return self._json({"code": 500, "message": "参数错误", "data": None})
        rows = column.items[(number - 1) * size : number * size]
        data = {
            "list": [self._row(column, item) for item in rows],
            "pageNo": number if rows else 0,
            "pageSize": size,
            "totalPage": math.ceil(len(column.items) / size) if rows else 0,
            "totalCount": len(column.items) if rows else 0,
        }
        return self._json({"code": 200, "message": "success", "data": data})

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        posts = [self._post(column, number) for number in range(1, self.page_count(column) + 1)]
        return (self.asked(self.column_path(column)), *(posts if column.items else ()))

    def _post(self, column: Column, number: int) -> Asked:
        body = json.dumps(self._wanted(column, number)).encode()
        return self.asked(API, "POST", body, **{"content-type": "application/json"})

    def _wanted(self, column: Column, number: int) -> dict[str, object]:
        return {
            "channelList": [str(column.number)],
            "pageNo": number,
            "pageSize": self.page_size,
            "orderFields": ["display_date"],
            "orderTypes": ["desc"],
            "docFlag": "",
        }

    def _row(self, column: Column, item: Item) -> dict[str, object]:
        address = item.address or self.url(self.href(column, item))
        return {
            "id": item.number,
            "title": escape(item.title),
            "url": address,
            "display_date": f"{item.day.year}年{item.day:%m月%d日}",
            "doc_flag": "0",
        }

    def _json(self, value: object) -> Page:
        text = json.dumps(value, ensure_ascii=False)
        return Page(text.encode(), "application/json;charset=UTF-8", tagged=False)

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        return f'<div class="Article_content" id="ivs_content">{content}</div>'
