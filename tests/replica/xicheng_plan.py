"""What each invented body of the played Xicheng site publishes for each year, and what is odd about it.

Names are invented: the three department numbers known of the real site (150, 155, 197) carry invented
names here too. Knows no HTTP and no markup.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache

from tests.made.html import STYLES, Style
from tests.made.pdf import PDF_STYLES
from tests.made.truth import Table, Truth, make, with_blank_zeros, with_cell, with_errors

HOST = "www.bjxch.gov.cn"
YEARS = (2020, 2023, 2024)
"""Editions 2019 and 2021; 2023 and 2024 follow on each other, 2020 stands alone."""


@dataclass(frozen=True, slots=True)
class Body:
    """One publishing body and the site's number for it."""

    department: int
    name: str


_OFFICES = (
    (146, "政府办公室"),
    (147, "教育委员会"),
    (148, "科技和信息化局"),
    (149, "民政局"),
    (150, "发展和改革委员会"),
    (151, "司法局"),
    (152, "财政局"),
    (153, "人力资源和社会保障局"),
    (154, "住房和城市建设委员会"),
    (155, "政务服务管理局"),
    (156, "商务局"),
    (157, "文化和旅游局"),
    (158, "卫生健康委员会"),
    (159, "审计局"),
    (160, "市场监督管理局"),
    (161, "体育局"),
    (162, "统计局"),
    (163, "医疗保障局"),
    (164, "城市管理委员会"),
    (165, "退役军人事务局"),
    (166, "应急管理局"),
    (167, "房屋管理局"),
    (168, "园林绿化局"),
)
_STREETS = (
    (189, "甲字街道"),
    (190, "乙字街道"),
    (191, "丙字街道"),
    (192, "丁字街道"),
    (193, "戊字街道"),
    (194, "己字街道"),
    (195, "庚字街道"),
    (196, "辛字街道"),
    (197, "示例金街街道"),
    (198, "壬字街道"),
    (199, "癸字街道"),
)
BODIES: tuple[Body, ...] = (
    *(Body(number, f"北京市西城区虚构{name}") for number, name in _OFFICES),
    Body(171, "虚构科技园区样本园管理委员会（北京市西城区虚构科学技术委员会）"),
    *(Body(number, f"北京市西城区虚构{name}办事处") for number, name in _STREETS),
)

QUIRKS: dict[tuple[int, int], str] = {
    (163, 2020): "missing",  # neither listed nor there: a plain 404
    (162, 2024): "soft-404",  # listed; the page says in a 200 that it does not exist
    (156, 2024): "robots",  # listed at an address that robots.txt forbids
    (164, 2024): "errors",  # sums that do not add up in print
    (198, 2023): "errors",
    (165, 2023): "blank",  # zeros left blank, HTML
    (193, 2024): "blank",
    (199, 2024): "blank-pdf",  # the same in a PDF
    (167, 2023): "hybrid",  # 表二 of edition 2021, 表三 of edition 2019
    (168, 2024): "annotated",  # 22（其中修订6件）
    (161, 2023): "gb18030",  # no charset in the header, none in a meta
    (152, 2024): "bad-links",  # links to private addresses and to a mirror outside .gov.cn
    (150, 2020): "moved",  # the list still gives an older address, which answers 301
    (147, 2020): "older-path",
    (155, 2020): "older-path",
    (189, 2020): "older-path",
    (157, 2024): "gzip",  # compressed whatever the client accepts
    (158, 2023): "no-validators",
    (158, 2024): "no-validators",
    (197, 2020): "no-validators",
    (159, 2024): "both",  # the whole report in HTML and as a PDF attachment
    (154, 2024): "corrected",  # a misprint until `Replica.correct` puts it right in place
    (194, 2024): "carry-over",  # does not follow on from the year before
}


@dataclass(frozen=True, slots=True)
class Item:
    """One report on the site. Paths begin with `/`; `listed` is the list's address for it."""

    body: Body
    year: int
    form: str
    quirk: str
    style: Style
    pdf_style: str
    listed: str
    path: str
    attachment: str

    @property
    def reachable(self) -> bool:
        """A polite crawl gets it."""
        return self.quirk not in ("soft-404", "robots")


def item(body: Body, year: int) -> Item | None:
    """What the body publishes for the year; None: nothing."""
    number = body.department
    quirk = QUIRKS.get((number, year), "")
    if quirk == "missing":
        return None
    names = sorted(set(STYLES) - {"gb18030", "gb18030-undeclared", "untitled"})
    style = STYLES["gb18030-undeclared" if quirk == "gb18030" else names[(number * 3 + year) % len(names)]]
    path = f"/zt/xxgkzl/gknbxq/pnidpv{number}pntypepvnbpnnfpv{year}.html"
    older = f"/zt/xxgkzl/gknbxqx/pnidpv{8391 * 100 + number}.html"
    if quirk == "older-path":
        path = older
    if quirk == "robots":
        path = path.replace("/gknbxq/", "/gknbcg/")
    if quirk:
        form = {"both": "html+pdf", "blank-pdf": "pdf"}.get(quirk, "html")
    else:
        form = "pdf" if (number + year) % 5 in (0, 2) else "html"
    day = published(body, year)
    return Item(
        body=body,
        year=year,
        form=form,
        quirk=quirk,
        style=style,
        pdf_style=sorted(PDF_STYLES)[(number + year) % len(PDF_STYLES)],
        listed=older if quirk == "moved" else path,
        path=path,
        attachment=f"/upload/{day.year}/{day:%m%d}/P{day:%Y%m%d}{number * 7919 + year:012d}.pdf",
    )


def published(body: Body, year: int) -> date:
    """Early in the year after; a few bodies after the end of January."""
    return date(year + 1, 1, 6) + timedelta(days=(body.department * 5 + year) % 31)


def report(seed: int, of: Item, *, corrected: bool) -> Truth:
    """What the report says; `corrected` tells whether the one with a misprint has been put right."""
    truth = _base(seed, of.body, of.year)
    if of.quirk == "errors":
        return with_errors(truth)
    if of.quirk in ("blank", "blank-pdf"):
        return with_blank_zeros(truth, "requests", "review")
    if of.quirk == "annotated":
        path = "active_disclosure.normative_documents.in_force"
        return replace(
            with_cell(truth, path, 22, "22（其中修订6件）"), findings=truth.findings | {"cell-annotated"}
        )
    if of.quirk == "corrected" and not corrected:
        wrong = int(truth.requests["granted"]["natural_person"] or 0) + 9
        return replace(
            with_cell(truth, "requests.granted.natural_person", wrong),
            errors=("requests.granted.natural_person",),
            findings=truth.findings | {"requests-row-total", "requests-result-total"},
        )
    return truth


def across_years(before: Truth, after: Truth) -> list[str]:
    """Codes of the identities between two years' reports that do not hold; blanks prove nothing."""
    codes = set()
    for column, carried in after.requests["carried_in"].items():
        left = before.requests["carried_forward"][column]
        if None not in (left, carried) and left != carried:
            codes.add("carry-over")
    for row in ("rules", "normative_documents"):
        then, now = _rolled(before.active_disclosure, row), _rolled(after.active_disclosure, row)
        if then is not None and now is not None and then[2] + now[0] - now[1] != now[2]:
            codes.add("in-force-roll")
    return sorted(codes)


def noon(day: date) -> datetime:
    """A moment on that day by Beijing's clock."""
    return datetime(day.year, day.month, day.day, 12, 0, 0, tzinfo=timezone(timedelta(hours=8)))


@cache
def _base(seed: int, body: Body, year: int) -> Truth:
    """The consistent truth under every oddity."""
    quirk = QUIRKS.get((body.department, year))
    follows = year == 2024 and quirk != "carry-over"
    truth = make(
        f"{seed}/{body.department}/{year}",
        organization=body.name,
        year=year,
        editions={"requests": "2019"} if quirk == "hybrid" else None,
        previous=_base(seed, body, 2023) if follows else None,
        title_shape=0 if body.department % 4 or "（" in body.name else body.department // 4 % 5,
        busy=0.9
        if quirk in ("errors", "carry-over", "corrected", "hybrid")
        else (0.02, 0.08, 0.3, 0.6)[body.department % 4],
    )
    return replace(truth, published=published(body, year))


def _rolled(table: Table, row: str) -> tuple[int, int, int] | None:
    cells = table.get(row, {})
    numbers = [cells.get(key) for key in ("issued", "repealed", "in_force")]
    if any(number is None for number in numbers):
        return None
    issued, repealed, in_force = (int(number or 0) for number in numbers)
    return issued, repealed, in_force
