"""Plays www.bjxch.gov.cn: addresses that carry their parameters (`pn<name>pv<value>`).

| address | what |
|---|---|
| `/zt/xxgkzl/gknb.html` | the column: a link for each year |
| `/zt/xxgkzl/gknb/pnnfpv<Y>.html`, `…pnpagepv<N>.html` | all bodies' reports of a year, in pages |
| `/zt/xxgkzl/gknbxq/pnidpv<D>pntypepvnbpnnfpv<Y>.html` | department D's report of year Y |
| `/zt/xxgkzl/gknbxqx/pnidpv<N>.html` | older reports, by article number |
| `/upload/<Y>/<md>/P0….pdf` | attachments |

What each body publishes, and what is odd about it, is `xicheng_plan.py`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from tests.made import html as made_html
from tests.made.pdf import PDF_STYLES, pdf
from tests.made.truth import Truth
from tests.replica.site import Correction, Key, Page, Site
from tests.replica.xicheng_pages import Entry, article_page, column_page, landing_page, list_page, plain_page
from tests.replica.xicheng_plan import (
    BODIES,
    HOST,
    YEARS,
    Item,
    across_years,
    item,
    noon,
    report,
)

PAGE_SIZE = 15
ROBOTS = b"User-agent: *\nDisallow: /admin/\nDisallow: /zt/xxgkzl/gknbcg/\n"
OTHER_PAGES = {
    "/zt/xxgkzl/zn.html": "政府信息公开指南",
    "/zt/xxgkzl/zd.html": "政府信息公开制度",
    "/xxgk/jgzn/qjd/xgjdbsc.html": "虚构街道办事处机构职能",
    "/zt/wza.html": "无障碍说明",
    "/admin/login.html": "登录",
}
"""What the menus lead to."""


class Xicheng(Site):
    """Three years of reports of invented bodies."""

    hosts = (HOST,)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._corrected = False
        self._made: dict[str, Page] = {}
        self._routes: dict[str, Callable[[], Page]] = {
            "/robots.txt": lambda: Page(ROBOTS, content_type="text/plain"),
            "/": partial(self._fixed, column_page(YEARS, home=True)),
            "/zt/xxgkzl/gknb.html": partial(self._fixed, column_page(YEARS, home=False)),
        }
        for path, title in OTHER_PAGES.items():
            self._routes[path] = partial(self._fixed, plain_page(title, "<p>虚构的样本页面。</p>"))
        self._items = [found for body in BODIES for year in YEARS if (found := item(body, year))]
        for found in self._items:
            self._add(found)
        for year in YEARS:
            self._add_lists(year)

    def respond(self, path: str) -> Page | None:
        if path not in self._made and path in self._routes:
            self._made[path] = self._routes[path]()
        return self._made.get(path)

    def truth(self) -> dict[Key, dict[str, Any]]:
        return {
            (truth.organization, found.year): truth.to_json()
            | {
                "host": HOST,
                "department": found.body.department,
                "form": found.form,
                "listed": f"https://{HOST}{found.listed}",
                "url": f"https://{HOST}{found.path}",
                "attachments": [f"https://{HOST}{found.attachment}"] if "pdf" in found.form else [],
                "findings": sorted(truth.findings),
                "findings_across_years": self._across_years(found),
            }
            for found in self._items
            if found.reachable
            for truth in [self._truth(found)]
        }

    def absent(self) -> dict[Key, str]:
        gone = {(found.body.name, found.year): found.quirk for found in self._items if not found.reachable}
        return gone | {
            (body.name, year): "missing" for body in BODIES for year in YEARS if item(body, year) is None
        }

    def correct(self) -> Correction | None:
        if self._corrected:
            return None
        (found,) = (found for found in self._items if found.quirk == "corrected")
        before = self._truth(found)
        self._corrected = True
        self._made.pop(found.path, None)
        after = self._truth(found)
        was, now = before.cells(), after.cells()
        changes = {path: (was[path], now[path]) for path in now if was[path] != now[path]}
        return Correction(f"https://{HOST}{found.path}", after.organization, found.year, changes)

    def _truth(self, found: Item) -> Truth:
        return report(self.seed, found, corrected=self._corrected)

    def _across_years(self, found: Item) -> list[str]:
        before = item(found.body, found.year - 1)
        if before is None or not before.reachable or before.year not in YEARS:
            return []
        return across_years(self._truth(before), self._truth(found))

    def _add(self, found: Item) -> None:
        if found.quirk == "moved":
            target = f"https://{HOST}{found.path}"
            self._routes[found.listed] = lambda: Page(status=301, location=target, content_type=None)
        if found.quirk == "soft-404":
            gone = plain_page("提示信息", "<p>您访问的页面不存在或已被删除。</p>")
            self._routes[found.path] = partial(self._fixed, gone)
            return
        self._routes[found.path] = partial(self._report, found)
        if "pdf" in found.form:
            self._routes[found.attachment] = partial(self._attachment, found)

    def _fixed(self, text: str) -> Page:
        return Page(text.encode(), modified=datetime.fromisoformat("2025-03-03T08:30:00+08:00"))

    def _report(self, found: Item) -> Page:
        truth = self._truth(found)
        before, after = self._neighbours(found)
        if found.form == "pdf":
            text = landing_page(found, truth, before, after)
        else:
            text = article_page(found, truth, made_html.article(truth, found.style), before, after)
        changed = found.quirk == "corrected" and self._corrected
        modified = datetime.fromisoformat("2025-06-30T16:20:00+08:00") if changed else noon(truth.published)
        bare = found.quirk == "no-validators"
        return Page(
            text.encode(found.style.encoding),
            modified=None if bare else modified,
            tagged=not bare,
            compressed="always" if found.quirk == "gzip" else "on-request",
        )

    def _attachment(self, found: Item) -> Page:
        truth = self._truth(found)
        kind = "application/octet-stream" if found.body.department % 7 == 0 else "application/pdf"
        style = PDF_STYLES[found.pdf_style]
        return Page(pdf(truth, style), kind, modified=noon(truth.published), compressed="never")

    def _neighbours(self, found: Item) -> tuple[Entry | None, Entry | None]:
        same = [other for other in self._items if other.year == found.year and other.reachable]
        if found not in same:
            return None, None
        at = same.index(found)
        before = self._entry(same[at - 1]) if at > 0 else None
        after = self._entry(same[at + 1]) if at + 1 < len(same) else None
        return before, after

    def _entry(self, found: Item) -> Entry:
        truth = self._truth(found)
        return Entry(truth.organization, truth.title, found.listed, truth.published.isoformat())

    def _add_lists(self, year: int) -> None:
        decoys = look_alikes(year)
        for decoy in decoys:
            if decoy.path.startswith("/"):
                page = plain_page(decoy.title, f"<p>虚构的{decoy.title}，不是年度报告的样本。</p>")
                self._routes[decoy.path] = partial(self._fixed, page)
        count = sum(found.year == year for found in self._items) + len(decoys)
        pages = math.ceil(count / PAGE_SIZE)
        for number in range(1, pages + 1):
            path = f"/zt/xxgkzl/gknb/pnnfpv{year}" + (f"pnpagepv{number}" if number > 1 else "") + ".html"
            self._routes[path] = partial(self._list, year, number, pages)

    def _list(self, year: int, number: int, pages: int) -> Page:
        reports = [self._entry(found) for found in self._items if found.year == year]
        decoys = look_alikes(year)
        for place, decoy in zip((2, 9, 17, 22, 30), decoys, strict=True):
            reports.insert(place, decoy)
        part = reports[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return self._fixed(list_page(year, part, number, pages))


def look_alikes(year: int) -> list[Entry]:
    """Entries of a year's list that are no annual report on information disclosure, or not on this site."""
    name = BODIES[3].name
    mirror = "http://www.bjxch.gov.cn.mirror.example/zt/xxgkzl/gknbxq"
    own = "/zt/xxgkzl/qtgk"
    made = (
        (f"{name}{year}年法治政府建设年度报告", f"{own}/pnidpv{year}01.html"),
        (f"{name}政府信息公开指南（{year}年版）", f"{own}/pnidpv{year}02.html"),
        (f"{year}年政府网站工作年度报表", f"{own}/pnidpv{year}03.html"),
        (f"图解：{name}{year}年政府信息公开工作年度报告", f"{own}/pnidpv{year}04.html"),
        (f"{name}{year}年政府信息公开工作年度报告（转载）", f"{mirror}/pnidpv{year}05.html"),
    )
    return [Entry(name, title, path, f"{year + 1}-02-11") for title, path in made]
