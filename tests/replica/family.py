"""`Family`: what a played district says of itself, and all that a CMS family may do in its own way.

A family (one module in `families/`) is a subclass that overrides only what its system does in its own way;
a district is a subclass of that with a place
and a host. What a family may override, in the order in which
one usually needs it:

| method | gives |
|---|---|
| `column_path(column)` | the address of a column's first page |
| `page_path(column, number)` | that of page `number` (from 2 on) |
| `aliases(column)` | further addresses of the first page |
| `article_path(column, item)` | that of a report or look-alike |
| `attachment_path(column, item)` | that of its file |
| `rows(column, items)` | the list's markup |
| `pager(column, number, pages)` | the markup below it |
| `submenu(column)` | links to the columns below |
| `listing(column, number)` | all three, where the system does not just put them one after the other |
| `column_metas(column)`, `article_metas(column, item, truth)` | the metas of cms-families 0.1 |
| `page_title(item, title)` | an article's `<title>` |
| `article_frame(column, item, content)` | the container around a report's text |
| `api(asked)` | answers that are no page: JSON lists, POST; None for anything else |
| `list_requests(column)` | the requests that read a list whole, where they are not just its pages |

Paths begin with `/` and may hold a query, whose order does not matter. `layout` names one of `mixed`,
`year-group`, `per-body`, `page-is-report`, and any of `iframe`, `script-redirect`, `meta-refresh`,
`parent-portal` (cms-families 16).
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from functools import cached_property
from html import escape
from typing import ClassVar, Literal

from tests.replica import district_pages as pages
from tests.replica.district_pages import Link, Skin
from tests.replica.district_plan import Body, Column, Item, Names, Shape, Slugs, bodies, grow, look_alikes
from tests.replica.site import Asked, Page, Site

_UNCHANGED = datetime.fromisoformat("2025-03-03T08:30:00+08:00")


class Family(Site):
    """One government's site. Its class attributes say all that is not markup."""

    place: ClassVar[str] = ""
    host: ClassVar[str] = ""
    front_host: ClassVar[str] = ""
    """Where the home page is, if disclosure has a host (`host`) of its own (cms-families 0.8)."""
    code: ClassVar[str] = ""
    """网站标识码: the division's six digits and four more."""
    family: ClassVar[str] = ""
    """The name in `crawler.cms.FAMILIES` of what is played."""
    scheme: ClassVar[Literal["http", "https"]] = "http"
    layout: ClassVar[tuple[str, ...]] = ("mixed",)
    years: ClassVar[tuple[int, ...]] = (2022, 2023, 2024)
    offices: ClassVar[int] = 12
    towns: ClassVar[int] = 4
    slugs: ClassVar[Slugs] = Slugs()
    names: ClassVar[Names] = Names()
    page_size: ClassVar[int] = 15
    pdf_share: ClassVar[int] = 7
    decoys: ClassVar[bool] = True
    absences: ClassVar[bool] = True
    """One report is missing, one answers a soft 404, robots.txt forbids one."""
    encoding: ClassVar[str] = "utf-8"
    charset: ClassVar[str | None] = "utf-8"
    """As a meta names it."""
    content_type: ClassVar[str] = "text/html"
    validators: ClassVar[bool] = True
    robots: ClassVar[Literal["text", "none", "html"]] = "text"
    beyond: ClassVar[Literal["404", "stub", "last", "home"]] = "404"
    """What a list answers after its last page."""
    gone_as: ClassVar[Literal["page", "home"]] = "page"
    """A soft 404: a short page with status 200, or a redirect to the home page."""
    direct: ClassVar[bool] = False
    """The home page links the annual column itself."""
    home_path: ClassVar[str] = "/"
    """Where the home page is; elsewhere than at `/`, that redirects to it."""
    pictures: ClassVar[bool] = False
    """Only a picture on the home page leads to the portal."""
    shown: ClassVar[int] = 28
    """Longer titles are cut in a list's text; the `title` attribute has them whole."""
    parent_host: ClassVar[str] = ""
    """Of the layout `parent-portal`: who publishes some of the reports again."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.hosts = tuple(host for host in (cls.host, cls.front_host, cls.parent_host) if host)

    @classmethod
    def home_url(cls) -> str:
        """Where a person would begin."""
        return f"{cls.scheme}://{cls.front_host or cls.host}/"

    # What a family overrides

    def column_path(self, column: Column) -> str:
        """The address of the column's first page."""
        return "/" + "/".join(column.slugs) + "/"

    def page_path(self, column: Column, number: int) -> str:
        """The address of page `number` of the column, from 2 on; it also names pages beyond the last."""
        return f"{self.column_path(column)}index_{number}.html"

    def aliases(self, column: Column) -> tuple[str, ...]:
        """Further addresses of the column's first page."""
        first = self.column_path(column)
        return (f"{first}index.html",) if first.endswith("/") else ()

    def article_path(self, column: Column, item: Item) -> str:
        """The address of an article listed in that column."""
        return f"{self.column_path(column)}{item.number}.html"

    def attachment_path(self, column: Column, item: Item) -> str:
        """The address of the article's file."""
        return f"/upload/{item.day:%Y/%m%d}/{self.token(item.number)}.pdf"

    def rows(self, column: Column, items: tuple[Item, ...]) -> str:
        """The markup of a page's rows."""
        lines = "\n".join(
            f'<li><a href="{escape(self.href(column, item))}" title="{escape(item.title)}" target="_blank">'
            f"{escape(self.cut(item.title))}</a><span>{item.day.isoformat()}</span></li>"
            for item in items
        )
        return f'<ul class="list">\n{lines}\n</ul>'

    def pager(self, column: Column, number: int, count: int) -> str:
        """The markup of the pager; nothing where there is one page only."""
        if number >= count:
            return ""
        return f'<div class="page"><a href="{self.page_path(column, number + 1)}">下一页</a></div>'

    def submenu(self, column: Column) -> str:
        """Links to the columns below this one."""
        below = [(self.column_path(child), self.label(child)) for child in column.children]
        return f'<div class="sub"><ul>{pages.links(below)}</ul></div>' if below else ""

    def listing(self, column: Column, number: int) -> str:
        """Rows and pager of one page."""
        return self.rows(column, self.page_items(column, number)) + self.pager(
            column, number, self.page_count(column)
        )

    def column_metas(self, column: Column) -> tuple[Link, ...]:
        """(name, content) of a list page's metas."""
        return (("ColumnName", column.name), ("ColumnType", "政府信息公开"))

    def article_metas(self, column: Column, item: Item, title: str) -> tuple[Link, ...]:
        """(name, content) of an article's metas; `title` is what the article itself says."""
        return (
            ("ArticleTitle", title),
            ("PubDate", f"{item.day.isoformat()} 12:00"),
            ("ContentSource", item.body.name),
            *self.column_metas(column),
        )

    def page_title(self, item: Item, title: str) -> str:
        """What an article's `<title>` says; `title` is its heading."""
        return f"{title}-{self.skin.name}"

    def article_frame(self, column: Column, item: Item, content: str) -> str:
        """The family's container around an article's text."""
        return f'<div class="content" id="zoom">{content}</div>'

    def api(self, asked: Asked) -> Page | None:
        """An answer that is no page of the site; None where the request is for a page."""
        return None

    def list_requests(self, column: Column) -> tuple[Asked, ...]:
        """The fewest requests that read the column's list whole, the column's own page first."""
        paths = [self.column_path(column)]
        if self.framed_list(column):
            paths.append(self.frame_path(column))
        paths += [self.page_path(column, number) for number in range(2, self.page_count(column) + 1)]
        return tuple(self.asked(path) for path in paths)

    def site_metas(self) -> tuple[Link, ...]:
        """Further metas that each page has."""
        return ()

    def site_scripts(self) -> str:
        """Further lines in each page's head."""
        return ""

    def attachment_href(self, column: Column, item: Item) -> str:
        """How the article's text links its file."""
        return self.attachment_path(column, item)

    def frame_path(self, column: Column) -> str:
        """Where the list is, of a column whose page holds it in a frame."""
        return self.column_path(column).rsplit("/", 1)[0] + f"/list{column.number}.html"

    # What a family may use

    @cached_property
    def shape(self) -> Shape:
        """The plan's view of this class."""
        return Shape(
            place=self.place,
            host=self.host,
            layout=self.layout,
            years=self.years,
            offices=self.offices,
            towns=self.towns,
            slugs=self.slugs,
            names=self.names,
            pdf_share=self.pdf_share,
            decoys=self.decoys,
            absent=self.absences,
            robots=self.robots == "text",
        )

    @cached_property
    def portal(self) -> Column:
        """The disclosure portal, with every column below it."""
        return grow(self.shape)

    @cached_property
    def annual(self) -> Column:
        """The annual column at the portal's top."""
        return next(column for column in self.portal.children if column.kind == "annual")

    @cached_property
    def news(self) -> Column:
        """A news list: reports are mentioned here, none is."""
        rows = look_alikes(self.shape, self.years[-1], self.bodies[0])[:3]
        return Column(("xwzx",), "新闻中心", "other", 11_001, rows if self.decoys else ())

    @cached_property
    def columns(self) -> dict[int, Column]:
        """Every column by its number."""
        found = {column.number: column for column in self.portal.walk()}
        return found | {self.news.number: self.news}

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """Who publishes."""
        return bodies(self.shape)

    @cached_property
    def places(self) -> dict[int, tuple[Column, Item]]:
        """Every article by its number: the first column that lists it, and its row there."""
        found: dict[int, tuple[Column, Item]] = {}
        for column in self.columns.values():
            for item in column.items:
                if not item.address:
                    found.setdefault(item.number, (column, item))
        return found

    def way(self, column: Column) -> tuple[Column, ...]:
        """The columns from the portal down to this one."""

        def search(at: Column) -> tuple[Column, ...]:
            if at.number == column.number:
                return (at,)
            for child in at.children:
                if below := search(child):
                    return (at, *below)
            return ()

        return search(self.portal) or (column,)

    def asked(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Asked:
        """A request to this site."""
        return Asked(path, method, body, headers, self.host, self.scheme)

    def framed_list(self, column: Column) -> bool:
        """The column's list is in a frame of its page."""
        return "iframe" in self.layout and column.kind != "other" and bool(column.items)

    def page_count(self, column: Column) -> int:
        """How many pages the column's list has, at least one."""
        return max(1, math.ceil(len(column.items) / self.page_size))

    def page_items(self, column: Column, number: int) -> tuple[Item, ...]:
        """The rows of page `number` (from 1)."""
        return column.items[(number - 1) * self.page_size : number * self.page_size]

    def href(self, column: Column, item: Item) -> str:
        """Where a row leads: the article's path, or an absolute address off the site."""
        return item.address or self.located(*self.places[item.number])

    def located(self, column: Column, item: Item) -> str:
        """An article's path: the column's own, where that is the report."""
        return self.column_path(column) if column.is_report else self.article_path(column, item)

    def label(self, column: Column) -> str:
        """A column's name as a menu has it."""
        return column.name

    def cut(self, title: str) -> str:
        """A title as a narrow list shows it."""
        return title if len(title) <= self.shown else title[: self.shown - 4] + "…"

    def token(self, *parts: object, length: int = 32) -> str:
        """Hex digits that are this site's for these parts, the same each time."""
        text = "/".join((self.host, *map(str, parts)))
        return hashlib.sha256(text.encode()).hexdigest()[:length]

    def url(self, path: str) -> str:
        """The absolute address of a path on this site."""
        return f"{self.scheme}://{self.host}{path}"

    @cached_property
    def entrance(self) -> str:
        """Where menus lead for the portal: itself, or the shell before it."""
        shell = {"script-redirect", "meta-refresh"} & set(self.layout)
        return "/xxgkrk/" if shell else self.column_path(self.portal)

    @cached_property
    def skin(self) -> Skin:
        """What frames this site's pages."""
        portal = () if self.pictures else ((self.entrance, self.names.portal),)
        menu = (
            (self.home_path, "首页"),
            (self.column_path(self.news), "新闻中心"),
            ("/zwgk/", "政务公开"),
            *portal,
            ("/bsfw/gr.html", "办事服务"),
            ("/hdjl/qzxx.html", "互动交流"),
        )
        return Skin(
            self.place, self.host, self.code, self.charset, menu, self.site_metas(), self.site_scripts()
        )

    def page(self, text: str, modified: datetime = _UNCHANGED) -> Page:
        """A page in this site's encoding."""
        body = text.encode(self.encoding)
        return Page(
            body, self.content_type, modified=modified if self.validators else None, tagged=self.validators
        )

    def framed(self, title: str, body: str, metas: tuple[Link, ...] = ()) -> Page:
        """A page with this site's menus around `body`."""
        return self.page(pages.frame(self.skin, title, body, metas))
