"""`District`: a played district or county, whole: home page, menus, portal, annual columns, reports, decoys.

Every address is served by what `Family` says of it (see there for what a family overrides); this module
owns which addresses there are, what their pages hold, and the truth about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, cached_property, partial
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.made import html as made_html
from tests.made.html import STYLES, Style
from tests.made.pdf import PDF_STYLES, pdf
from tests.made.truth import Truth
from tests.replica import district_pages as pages
from tests.replica import district_parent as parent
from tests.replica.district_plan import Column, Item, Shape, noon, reports, truth_of
from tests.replica.family import Family
from tests.replica.site import Asked, Correction, Key, Page
from tests.replica.xicheng_plan import across_years

_STYLES = sorted(set(STYLES) - {"gb18030", "gb18030-undeclared", "untitled"})
_CORRECTED = datetime.fromisoformat("2025-06-30T16:20:00+08:00")


class District(Family):
    """One government's site."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._corrected = False
        self._made: dict[str, Page] = {}

    def respond(self, path: str) -> Page | None:
        return self.answer(Asked(path, host=self.host))

    def answer(self, asked: Asked) -> Page | None:
        if asked.host == self.host and (page := self.api(asked)) is not None:
            return page
        if asked.method == "POST":
            return Page(b"405 Method Not Allowed\n", "text/plain", status=405)
        for key in (asked.host + _normal(asked.path), asked.host + asked.path.split("?")[0]):
            if key not in self._made and key in self._routes:
                self._made[key] = self._routes[key]()
            if key in self._made:
                return self._made[key]
        if asked.path.startswith("/rili/") and asked.path[6:13].replace("-", "").isdigit():
            return self.page(pages.calendar(self.skin, asked.path[6:13]))
        gate = f"/gate/big5/{self.host}"
        return self.respond(asked.path.removeprefix(gate)) if asked.path.startswith(gate) else None

    def truth(self) -> dict[Key, dict[str, Any]]:
        """As `Replica.truth` says, with `also`: where a parent portal has the same report."""
        known = {(item.body, item.year): item for item in self._reports}
        found: dict[Key, dict[str, Any]] = {}
        for item in self._reports:
            if not item.reachable:
                continue
            column, _ = self.places[item.number]
            truth, before = self.report(item), known.get((item.body, (item.year or 0) - 1))
            address = self.url(self.href(column, item))
            follows = before is not None and before.reachable
            found[truth.organization, truth.year] = truth.to_json() | {
                "host": self.host,
                "department": item.body.index,
                "form": item.form,
                "listed": address,
                "url": address,
                "attachments": [self.url(self.attachment_path(column, item))] if "pdf" in item.form else [],
                "findings": sorted(truth.findings),
                "findings_across_years": across_years(self.report(before), truth)
                if before is not None and follows
                else [],
                "also": [f"{self.scheme}://{self.parent_host}{parent.copy_path(item)}"]
                if item in self._copied
                else [],
            }
        return found

    def absent(self) -> dict[Key, str]:
        gone = {(item.body.name, item.year or 0): item.quirk for item in self._reports if not item.reachable}
        return gone | {(body.name, year): "missing" for body, year in reports(self.shape)[1]}

    def decoys_by_address(self) -> dict[str, str]:
        """Absolute address -> title of what is linked somewhere and is no report."""
        found = {
            item.address or self.url(self.href(column, item)): item.title
            for column in self.columns.values()
            for item in column.items
            if item.year is None
        }
        return found | {
            self.url(f"/gate/big5/{self.host}/"): "繁體版",
            self.url("/rili/2026-01.html"): "公开日历",
            "http://www.xugou-jingxiang.example/": "虚构镜像",
        }

    def floor(self) -> int:
        """How many requests a perfect crawl from the annual columns (or the directory of bodies) needs.

        Lists, report pages (a listed soft 404 too: nobody knows before), attachments; with a parent portal
        also its list and copies. robots.txt, one for each host, is not counted.
        """
        lists = sum(self._list_cost(column) for column in self.annual_columns())
        articles = {item.number for item in self._reports if item.quirk != "robots"}
        files = sum(item.reachable and "pdf" in item.form for item in self._reports)
        copies = 1 + len(self._copied) if self.parent_host else 0
        return lists + len(articles) + files + copies

    def annual_columns(self) -> Iterator[Column]:
        """Every list that leads to reports, from the annual columns and the directory down."""
        for top in self.portal.children:
            if top.kind in ("annual", "directory"):
                yield from (column for column in top.walk() if column.kind != "other")

    def correct(self) -> Correction | None:
        if self._corrected:
            return None
        item = next(item for item in self._reports if item.quirk == "corrected")
        was = self.report(item).cells()
        self._corrected = True
        self._made.clear()
        now = self.report(item).cells()
        changes = {path: (was[path], now[path]) for path in now if was[path] != now[path]}
        address = self.url(self.href(*self.places[item.number]))
        return Correction(address, item.body.name, item.year or 0, changes)

    def report(self, item: Item) -> Truth:
        """What the report says now."""
        return truth_of(self.seed, self.shape, item, corrected=self._corrected)

    # Pages

    @cached_property
    def _reports(self) -> tuple[Item, ...]:
        return reports(self.shape)[0]

    @cached_property
    def _copied(self) -> tuple[Item, ...]:
        """What the parent portal publishes again: half of the newest year's sound HTML reports."""
        if not self.parent_host:
            return ()
        newest = (item for item in self._reports if item.year == self.years[-1])
        return tuple(item for item in newest if item.form == "html" and not item.quirk)[::2]

    def _list_cost(self, column: Column) -> int:
        return 0 if column.is_report else len(self.list_requests(column))

    @cached_property
    def _routes(self) -> dict[str, Callable[[], Page]]:
        routes: dict[str, Callable[[], Page]] = {}

        def add(path: str, make: Callable[[], Page], host: str = self.host) -> None:
            routes[host + _normal(path)] = make

        for path, title in _OTHER_PAGES.items():
            add(path, partial(self._plain, title))
        add(self.home_path, self._home)
        if self.home_path != "/":
            add("/", lambda: Page(status=302, location=self.url(self.home_path), content_type=None))
        add("/zwgk/", self._overview)
        if "script-redirect" in self.layout:
            add(self.entrance, lambda: self.page(pages.script_redirect(self.column_path(self.portal))))
        if "meta-refresh" in self.layout:
            add(self.entrance, lambda: self.page(pages.meta_refresh(self.column_path(self.portal))))
        for column in self.columns.values():
            for path, make in self._column_routes(column):
                add(path, make)
        for column, item in self.places.values():
            add(self.located(column, item), partial(self._article, column, item))
            if "pdf" in item.form and item.reachable:
                add(self.attachment_path(column, item), partial(self._attachment, item))
        if self.robots != "none":
            add("/robots.txt", self._robots)
        if self.front_host:
            add("/", self._front, self.front_host)
        if self.parent_host:
            add("/", self._parent_list, self.parent_host)
            add(parent.COLUMN, self._parent_list, self.parent_host)
            for item in self._copied:
                add(parent.copy_path(item), partial(self._copy, item), self.parent_host)
        return routes

    def _column_routes(self, column: Column) -> Iterator[tuple[str, Callable[[], Page]]]:
        first = self.column_path(column)
        if column.is_report:
            (item,) = column.items
            yield first, partial(self._article, column, item)
            return
        count = self.page_count(column)
        framed = self.framed_list(column)
        for path in (first, *self.aliases(column)):
            yield path, partial(self._shell if framed else self._column, column, 1)
        if framed:
            yield self.frame_path(column), partial(self._frame_list, column, 1)
        for number in range(2, count + 1):
            yield (
                self.page_path(column, number),
                partial(self._frame_list if framed else self._column, column, number),
            )
        if self.beyond != "404" and column.items:
            for number in range(count + 1, count + 4):
                yield self.page_path(column, number), partial(self._beyond, column)

    def _home(self) -> Page:
        portal = (self.entrance, self.names.portal)
        disclosure = [("/zwgk/", "政务公开"), *(() if self.pictures else (portal,))]
        if self.direct:
            disclosure.append((self.column_path(self.annual), self.annual.name))
        banner = pages.picture(portal) if self.pictures else ""
        news = [(self.href(self.news, item), item.title) for item in self.news.items]
        friends = [
            ("http://www.xugou-zhengfu.gov.cn/", "虚构省人民政府"),
            ("http://www.xugou-jingxiang.example/", "虚构镜像"),
        ]
        return self.page(pages.home(self.skin, disclosure, news, friends, banner))

    def _front(self) -> Page:
        """The home page's links as another host has them."""
        inner = self._home().body.decode(self.encoding)
        return self.page(inner.replace('href="/', f'href="{self.url("/")}'))

    def _overview(self) -> Page:
        found = [
            *(() if self.pictures else ((self.entrance, self.names.portal),)),
            ("/zwgk/ghjh.html", "规划计划"),
            ("/zwgk/czyjs.html", "财政预决算"),
            ("/zwgk/fzzf.html", "法治政府建设年度报告"),
            (self.column_path(self.news), "新闻中心"),
        ]
        return self.page(pages.plain(self.skin, "政务公开", f"<ul>{pages.links(found)}</ul>"))

    def _plain(self, title: str) -> Page:
        return self.page(pages.plain(self.skin, title))

    def _robots(self) -> Page:
        if self.robots == "html":
            return self._plain("您访问的页面走丢了")
        hidden = (place for place in self.places.values() if place[1].quirk == "robots")
        forbidden = [self.located(column, item) for column, item in hidden]
        lines = "".join(f"Disallow: {path}\n" for path in ("/admin/", *forbidden))
        return Page(f"User-agent: *\n{lines}".encode(), "text/plain")

    def _column(self, column: Column, number: int) -> Page:
        content = self.submenu(column)
        if column.items:
            content += self.listing(column, number)
        return self._column_page(column, content)

    def _column_page(self, column: Column, content: str) -> Page:
        side = [(self.column_path(child), self.label(child)) for child in self.portal.children]
        if column.number == self.annual.number and self.parent_host:
            address = f"{self.scheme}://{self.parent_host}{parent.COLUMN}"
            content = f'<p><a href="{address}">{self.place}政府信息公开年报（市级平台）</a></p>{content}'
        body = (
            f'<div class="position">{self._breadcrumb(column)}</div>\n'
            f'<div class="side"><ul>{pages.links(side)}</ul></div>\n'
            f'<div class="main"><h2>{escape(column.name)}</h2>\n{content}\n</div>'
        )
        return self.framed(f"{column.name}-{self.skin.name}", body, self.column_metas(column))

    def _breadcrumb(self, column: Column) -> str:
        steps = [(self.home_path, "首页")] + [(self.column_path(at), at.name) for at in self.way(column)]
        return "当前位置：" + " &gt; ".join(
            f'<a href="{escape(to)}">{escape(name)}</a>' for to, name in steps
        )

    def _shell(self, column: Column, number: int) -> Page:
        """A column whose list is in a same-host frame, among frames that hold none (cms-families 0.8)."""
        frames = "".join(
            f'<iframe src="{source}" width="100%" height="{height}" frameborder="0"></iframe>\n'
            for source, height in (
                ("/login.html", 30),
                (self.frame_path(column), 800),
                ("/tj/visitcount.html", 0),
            )
        )
        return self._column_page(column, self.submenu(column) + frames)

    def _frame_list(self, column: Column, number: int) -> Page:
        meta = f'<meta charset="{self.charset}"/>' if self.charset else ""
        return self.page(
            f"<html><head>{meta}<title></title></head><body>{self.listing(column, number)}</body></html>\n"
        )

    def _beyond(self, column: Column) -> Page:
        if self.beyond == "home":
            return Page(status=302, location=self.url("/"), content_type=None)
        if self.beyond == "stub":
            return self.page(pages.stub())
        return self._column(column, self.page_count(column))

    def _article(self, column: Column, item: Item) -> Page:
        if item.quirk == "soft-404":
            if self.gone_as == "home":
                return Page(status=302, location=self.url("/"), content_type=None)
            return self.page(pages.gone(self.charset))
        if item.year is None:
            text = f"<p>虚构的样本文章：{escape(item.title)}。</p>"
            return self._article_page(column, item, item.title, text)
        truth = self.report(item)
        content = "" if item.form == "pdf" else made_html.article(truth, _style(item))
        if "pdf" in item.form:
            address = escape(self.attachment_href(column, item))
            content += f'<p>附件：<a href="{address}">{escape(truth.title)}.pdf</a></p>'
        return self._article_page(column, item, truth.title, content)

    def _article_page(self, column: Column, item: Item, title: str, content: str) -> Page:
        source = f"<span>发布时间：{item.day.isoformat()}</span> <span>来源：{escape(item.body.name)}</span>"
        body = (
            f'<div class="position">{self._breadcrumb(column)} &gt; 正文</div>\n<div class="detail">'
            f'<h1>{escape(title)}</h1>\n<div class="info">{source}</div>\n'
            f"{self.article_frame(column, item, content)}\n{self._around(column, item)}</div>"
        )
        changed = self._corrected and item.quirk == "corrected"
        metas = self.article_metas(column, item, title)
        text = pages.frame(self.skin, self.page_title(item, title), body, metas)
        return self.page(text, _CORRECTED if changed else noon(item.day))

    def _around(self, column: Column, item: Item) -> str:
        """Links to the articles before and after in the list."""
        same = [other for other in column.items if not other.address]
        at = next(i for i, other in enumerate(same) if other.number == item.number)
        found = [
            (self.href(column, same[i]), f"{word}：{same[i].title}")
            for word, i in (("上一篇", at - 1), ("下一篇", at + 1))
            if 0 <= i < len(same)
        ]
        return f'<ul class="around">{pages.links(found)}</ul>' if found else ""

    def _attachment(self, item: Item) -> Page:
        style = sorted(PDF_STYLES)[(item.number + self.seed) % len(PDF_STYLES)]
        return Page(
            _pdf(self.seed, self.shape, item, style),
            "application/pdf",
            modified=noon(item.day),
            compressed="never",
        )

    def _parent_list(self) -> Page:
        rows = [(parent.copy_path(item), self.report(item).title) for item in self._copied]
        return self.page(parent.list_page(self._parent_skin, self.place, rows))

    def _copy(self, item: Item) -> Page:
        truth = self.report(item)
        article = made_html.article(truth, _style(item))
        return self.page(parent.copy_page(self._parent_skin, item, truth.title, article))

    @property
    def _parent_skin(self) -> pages.Skin:
        return parent.skin_of(self.parent_host, self.code, self.charset)


_OTHER_PAGES = {
    "/bsfw/gr.html": "个人办事",
    "/bsfw/fr.html": "法人办事",
    "/hdjl/qzxx.html": "区长信箱",
    "/login.html": "登录",
    "/wza.html": "无障碍说明",
    "/wzdt.html": "网站地图",
    "/search": "站内搜索",
    "/tj/visitcount.html": "访问量",
    "/zwgk/ghjh.html": "规划计划",
    "/zwgk/czyjs.html": "财政预决算",
    "/zwgk/fzzf.html": "法治政府建设年度报告",
}
"""What menus lead to."""


def _normal(path: str) -> str:
    """Path and query with the query's parts in one order and empty ones left out."""
    bare, _, query = path.partition("?")
    parts = sorted(parse_qsl(query))
    return f"{bare}?{urlencode(parts)}" if parts else bare


def _style(item: Item) -> Style:
    """How a report's HTML is marked up."""
    return STYLES[_STYLES[item.number * 3 % len(_STYLES)]]


@cache
def _pdf(seed: int, shape: Shape, item: Item, style: str) -> bytes:
    """A report's file, made once for all replicas of a process."""
    return pdf(truth_of(seed, shape, item, corrected=True), PDF_STYLES[style])
