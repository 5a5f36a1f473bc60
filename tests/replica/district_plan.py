"""What a played district publishes: its bodies, their reports, the look-alikes, and the columns they lie in.

A district is a tree of `Column`s with `Item`s in them; how the tree is cut is the layout (cms-families 16),
which addresses and markup it gets is the family's business. Knows no HTTP and no markup. Names are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Literal

from tests.made.truth import Truth, make, with_cell

Group = Literal["qzf", "bm", "jd"]
Form = Literal["html", "pdf", "html+pdf"]
Kind = Literal["portal", "annual", "year", "group", "directory", "body", "other"]

GROUPS: dict[Group, str] = {"qzf": "区政府", "bm": "政府工作部门", "jd": "街道办事处和乡镇"}
_OFFICES = (
    ("fgw", "发展和改革局"),
    ("jyj", "教育局"),
    ("kjj", "科学技术局"),
    ("mzj", "民政局"),
    ("sfj", "司法局"),
    ("czj", "财政局"),
    ("rsj", "人力资源和社会保障局"),
    ("zjj", "住房和城乡建设局"),
    ("jtj", "交通运输局"),
    ("slj", "水利局"),
    ("nyj", "农业农村局"),
    ("swj", "商务局"),
    ("wlj", "文化和旅游局"),
    ("wjj", "卫生健康委员会"),
    ("yjj", "应急管理局"),
    ("sjj", "审计局"),
    ("scj", "市场监督管理局"),
    ("tjj", "统计局"),
    ("ybj", "医疗保障局"),
    ("xzf", "行政审批服务局"),
)
_TOWNS = (
    ("jzjd", "甲字街道办事处"),
    ("yzjd", "乙字街道办事处"),
    ("bzz", "丙字镇人民政府"),
    ("dzz", "丁字镇人民政府"),
    ("wzx", "戊字乡人民政府"),
    ("jizx", "己字乡人民政府"),
)


@dataclass(frozen=True, slots=True)
class Body:
    """One publishing body. `short` is its name without the district's."""

    index: int
    slug: str
    short: str
    name: str
    group: Group


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a list: a report, or something that looks like one (`year` None)."""

    number: int
    """The site's own number for the article."""
    title: str
    """What the list says, in full."""
    day: date
    body: Body
    year: int | None = None
    form: Form = "html"
    quirk: Literal["", "soft-404", "robots", "corrected"] = ""
    address: str = ""
    """Absolute, where the row leads off the site."""

    @property
    def reachable(self) -> bool:
        """A polite crawl gets it."""
        return self.quirk not in ("soft-404", "robots")


@dataclass(frozen=True, slots=True)
class Column:
    """A list, a menu, or both. `slugs` are readable path segments from the root, `number` is unique."""

    slugs: tuple[str, ...]
    name: str
    kind: Kind
    number: int
    items: tuple[Item, ...] = ()
    children: tuple[Column, ...] = ()
    year: int | None = None
    body: Body | None = None
    is_report: bool = False
    """The column's page is the report itself (cms-families 16.4)."""

    def walk(self) -> Iterator[Column]:
        """This column and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Slugs:
    """How a family spells the segments of its columns' paths."""

    portal: str = "zfxxgk"
    annual: str = "zfxxgknb"
    year: str = "{year}nb"
    group: str = "{group}"
    directory: str = "bmxxgk"
    own: str = "zfxxgknb"
    """A body's own annual column."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a district calls its columns."""

    portal: str = "政府信息公开"
    annual: str = "政府信息公开年报"
    own: str = "政府信息公开年报"
    """A body's own annual column."""
    directory: str = "部门和乡镇街道信息公开目录"
    year: str = "{year}年"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a district is, apart from addresses and markup."""

    place: str
    host: str
    layout: tuple[str, ...]
    years: tuple[int, ...]
    offices: int
    towns: int
    slugs: Slugs
    names: Names
    pdf_share: int
    """Every so-manieth report is a PDF; 0: none."""
    decoys: bool
    absent: bool
    """One report missing, one gone (soft 404), one behind robots.txt if there is one."""
    robots: bool


def bodies(shape: Shape) -> tuple[Body, ...]:
    """The district's government, its offices, its streets and towns."""
    chosen: list[tuple[str, str, Group]] = [("qzf", "人民政府", "qzf")]
    chosen += [(slug, name, "bm") for slug, name in _OFFICES[: shape.offices]]
    chosen += [(slug, name, "jd") for slug, name in _TOWNS[: shape.towns]]
    return tuple(
        Body(index, slug, name, shape.place + name, group) for index, (slug, name, group) in enumerate(chosen)
    )


def reports(shape: Shape) -> tuple[tuple[Item, ...], tuple[tuple[Body, int], ...]]:
    """Every report on the site, in the order of publication, and (body, year) of those that are missing."""
    there, missing = [], []
    known = bodies(shape)
    years = shape.years[-1:] if "page-is-report" in shape.layout else shape.years
    for year in years:
        for body in known:
            newest = year == years[-1]
            if shape.absent and body.index == len(known) - 1 and newest:
                missing.append((body, year))
                continue
            quirk: Literal["", "soft-404", "robots", "corrected"] = ""
            if body.index == 1 and newest:
                quirk = "corrected"
            elif shape.absent and newest and body.index == 2:
                quirk = "soft-404"
            elif shape.absent and newest and body.index == 3 and shape.robots:
                quirk = "robots"
            pdf = shape.pdf_share and not quirk and (body.index + year) % shape.pdf_share == 0
            form: Form = ("html+pdf" if body.index % 4 == 0 else "pdf") if pdf else "html"
            number = 400_000 + (year - 2000) * 1000 + body.index
            title = list_title(body, year)
            there.append(Item(number, title, published(body, year), body, year, form, quirk))
    return tuple(there), tuple(missing)


def look_alikes(shape: Shape, year: int, body: Body) -> tuple[Item, ...]:
    """Rows of an annual list that are no annual report on information disclosure, or not on this site."""
    name, place = body.name, shape.place
    titles = (
        f"{name}{year}年法治政府建设年度报告",
        f"{year}年政府网站工作年度报表",
        f"{name}政府信息公开指南（{year}年版）",
        f"图解：{name}{year}年政府信息公开工作年度报告",
        f"{name}{year}年度部门决算公开",
        f"关于做好{year}年政府信息公开工作年度报告编制发布工作的通知",
        f"{place}{year}年政务公开工作要点",
        f"{name}{year}年政府信息公开工作年度报告（转载）",
    )
    mirror = f"http://{shape.host}.mirror.example/{year}/{body.slug}.html"
    return tuple(
        Item(
            700_000 + (year - 2000) * 1000 + body.index * 10 + at,
            title,
            date(year + 1, 2, 11) - timedelta(days=9 * at),
            body,
            address=mirror if at == len(titles) - 1 else "",
        )
        for at, title in enumerate(titles)
    )


def list_title(body: Body, year: int) -> str:
    """The title as a list gives it: the shapes of cms-families 16.7 and variations 6, rotating."""
    name = body.name
    short = name if body.group == "qzf" else body.short
    shapes = (
        f"{name}{year}年政府信息公开工作年度报告",
        f"{name}{year}年度政府信息公开工作年度报告",
        f"{year}年{name}政府信息公开工作年度报告",
        f"{name}政府信息公开工作{year}年度报告",
        f"{name}{year}年政府信息公开年度报告",
        f"{name}{year}年政府信息公开年报",
        f"{short}{year}年度政府信息公开年度工作报告",
        f"{name}{year}年信息公开年报",
        f"{name}{year}年政务信息公开年度报告",
        f"{name}{year}年政府信息公开工作的年度报告",
        f"{name}{year} 年政府信息公开工作年度报告",
        f"{name}{year}年信息公开工作年度报告",
    )
    return shapes[(body.index * 5 + year) % len(shapes)]


def grow(shape: Shape) -> Column:
    """The disclosure portal with everything below it, in the district's layout."""
    return _Grower(shape).portal()


class _Grower:
    """Numbers the columns as it makes them."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.reports, _ = reports(shape)
        self._count = 0

    def portal(self) -> Column:
        slugs, layout = self.shape.slugs, self.shape.layout
        root = (slugs.portal,)
        children = [
            self.column((*root, "zfxxgkzn"), "政府信息公开指南", "other"),
            self.column((*root, "zfxxgkzd"), "政府信息公开制度", "other"),
            self.column((*root, "fdzdgknr"), "法定主动公开内容", "other"),
            self.annual((*root, slugs.annual)),
            self.column((*root, "ysqgk"), "依申请公开", "other"),
        ]
        if "per-body" in layout:
            children.insert(3, self.directory((*root, slugs.directory)))
        return self.column(root, self.shape.names.portal, "portal", children=tuple(children))

    def column(
        self,
        slugs: tuple[str, ...],
        name: str,
        kind: Kind,
        *,
        items: tuple[Item, ...] = (),
        children: tuple[Column, ...] = (),
        year: int | None = None,
        body: Body | None = None,
        is_report: bool = False,
    ) -> Column:
        self._count += 1
        number = 12_000 + self._count * 7
        return Column(slugs, name, kind, number, items, children, year, body, is_report)

    def annual(self, slugs: tuple[str, ...]) -> Column:
        layout, name = self.shape.layout, self.shape.names.annual
        if "year-group" in layout:
            years = tuple(self.year(slugs, year) for year in reversed(self.shape.years))
            return self.column(slugs, name, "annual", children=years)
        if "page-is-report" in layout:
            pages = tuple(self.page_is_report(slugs, item) for item in self.reports)
            return self.column(slugs, name, "annual", children=pages)
        if "per-body" in layout:
            own = tuple(item for item in self.reports if item.body.group == "qzf")
            return self.column(slugs, name, "annual", items=self.own_rows(own))
        return self.column(slugs, name, "annual", items=self.mixed())

    def mixed(self) -> tuple[Item, ...]:
        """Everything in one list, look-alikes between, newest first."""
        rows = list(self.reports)
        if self.shape.decoys:
            for at, year in enumerate(self.shape.years):
                rows += look_alikes(self.shape, year, bodies(self.shape)[at + 1])
        return tuple(sorted(rows, key=lambda item: (item.day, item.number), reverse=True))

    def year(self, root: tuple[str, ...], year: int) -> Column:
        slugs = (*root, self.shape.slugs.year.format(year=year))
        groups = tuple(self.group(slugs, year, group) for group in GROUPS)
        name = self.shape.names.year.format(year=year)
        return self.column(slugs, name, "year", children=groups, year=year)

    def group(self, root: tuple[str, ...], year: int, group: Group) -> Column:
        rows = [item for item in self.reports if item.year == year and item.body.group == group]
        rows = [self.named_by_body(item) for item in rows]
        if self.shape.decoys and group == "bm":
            rows[2:2] = look_alikes(self.shape, year, bodies(self.shape)[1])[:6]
        slugs = (*root, self.shape.slugs.group.format(group=group, year=year))
        return self.column(slugs, GROUPS[group], "group", items=tuple(rows), year=year)

    def named_by_body(self, item: Item) -> Item:
        """Some groups' rows say the body only (鄂州): the column says the rest."""
        only = item.year == self.shape.years[0] and item.body.group == "jd"
        return replace(item, title=item.body.name) if only else item

    def directory(self, slugs: tuple[str, ...]) -> Column:
        found = tuple(self.body(slugs, body) for body in bodies(self.shape) if body.group != "qzf")
        return self.column(slugs, self.shape.names.directory, "directory", children=found)

    def body(self, root: tuple[str, ...], body: Body) -> Column:
        slugs = (*root, body.slug)
        own = tuple(item for item in self.reports if item.body == body)
        children = (
            self.column((*slugs, "zn"), "政府信息公开指南", "other", body=body),
            self.column((*slugs, "jgzn"), "机构职能", "other", body=body),
            self.column(
                (*slugs, self.shape.slugs.own),
                self.shape.names.own,
                "annual",
                items=self.own_rows(own),
                body=body,
            ),
        )
        return self.column(slugs, body.name, "body", children=children, body=body)

    def own_rows(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """Rows of one body's own column, newest first; some say the year only."""
        rows = [
            replace(item, title=f"{item.year}年度报告" if item.body.index % 6 == 5 else f"{item.year}年")
            if item.body.index % 3 == 2
            else item
            for item in items
        ]
        return tuple(sorted(rows, key=lambda item: item.day, reverse=True))

    def page_is_report(self, root: tuple[str, ...], item: Item) -> Column:
        slugs = (*root, item.body.slug)
        return self.column(
            slugs, item.body.name, "annual", items=(item,), year=item.year, body=item.body, is_report=True
        )


def published(body: Body, year: int) -> date:
    """Early in the year after; a few bodies after the end of January."""
    return date(year + 1, 1, 6) + timedelta(days=(body.index * 5 + year) % 30)


def noon(day: date) -> datetime:
    """A moment on that day by Beijing's clock."""
    return datetime(day.year, day.month, day.day, 12, 0, 0, tzinfo=timezone(timedelta(hours=8)))


def truth_of(seed: int, shape: Shape, item: Item, *, corrected: bool) -> Truth:
    """What the report says; `corrected` tells whether the one with a misprint has been put right."""
    assert item.year is not None
    truth = _base(seed, shape.host, item.body, item.year, shape.years[0])
    if item.quirk != "corrected" or corrected:
        return truth
    wrong = int(truth.requests["granted"]["natural_person"] or 0) + 9
    return replace(
        with_cell(truth, "requests.granted.natural_person", wrong),
        errors=("requests.granted.natural_person",),
        findings=truth.findings | {"requests-row-total", "requests-result-total"},
    )


@cache
def _base(seed: int, host: str, body: Body, year: int, first: int) -> Truth:
    """The consistent truth under a misprint; it follows on from the year before, back to the `first`."""
    truth = make(
        f"{seed}/{host}/{body.slug}/{year}",
        organization=body.name,
        year=year,
        previous=_base(seed, host, body, year - 1, first) if year > first else None,
        title_shape=(body.index + year) % 5,
        busy=(0.05, 0.3, 0.1, 0.6)[body.index % 4],
    )
    return replace(truth, published=published(body, year))
