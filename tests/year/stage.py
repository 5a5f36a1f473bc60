"""The story as websites: list and report pages as they are at the clock's moment, served by the replica.

Owns the markup and the addresses. What is published when is `story.py`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from tests.made.html import Style, article
from tests.made.pdf import PdfStyle, pdf
from tests.replica.district_pages import Link, Skin, frame
from tests.replica.site import Asked, Page, Site
from tests.year.story import COUNTIES, YEAR, ZONE, County, EditKind, Report, moment, moved, reports, troubles

COLUMN = "/zfxxgk/zfxxgknb/"
ROBOTS = b"User-agent: *\nDisallow: /admin/\n"


def address(report: Report, *, new: bool = False) -> str:
    """Where the report's page is, at the county's first host or its `new` one."""
    county = report.county
    path = f"/zwgk/art_{report.number}.html" if new else f"{COLUMN}{report.year}/t2025_{report.number}.html"
    return f"http://{county.new_host if new else county.host}{path}"


def file_address(report: Report) -> str:
    """Where its PDF is, if it has one."""
    return f"http://{report.county.host}/upload/{report.number}.pdf"


def column(county: County, *, new: bool = False) -> str:
    """Where the list is."""
    return f"http://{county.new_host if new else county.host}{COLUMN}"


def entry(county: County, *, new: bool = False) -> str:
    """The county's table in a site file, before and after the operator has heard that it has moved."""
    host = county.new_host if new else county.host
    founded = "".join(
        f'[{county.key}.bodies."{body.name}"]\nfrom = {body.since}\n'
        for body in county.bodies
        if body.since == YEAR
    )
    return (
        f'[{county.key}]\nname = "{county.place}"\nfamily = "generic"\nhosts = ["{host}"]\n'
        f'seeds = ["{column(county, new=new)}"]\n{founded}'
    )


class Visit(NamedTuple):
    """One request, by the story's clock; `sound` says whether the page came whole."""

    at: datetime
    url: str
    sound: bool


class Stage(Site):
    """All counties of the story at the moment that `clock` gives."""

    hosts: ClassVar[tuple[str, ...]] = tuple(
        host for county in COUNTIES for host in (county.host, county.new_host) if host
    )
    clock: Callable[[], datetime]
    visits: ClassVar[list[Visit]]
    """Every request for a page, in order."""

    def respond(self, path: str) -> Page | None:
        raise NotImplementedError("the stage answers by host")

    def answer(self, asked: Asked) -> Page | None:
        now = self.clock()
        page = self._answer(asked, now)
        county = next(c for c in COUNTIES if asked.host in (c.host, c.new_host))
        away = asked.host == county.host and unreachable(county, now)
        sound = page is not None and page.status == 200 and not away
        self.visits.append(Visit(now, f"http://{asked.host}{asked.path}", sound))
        return page

    def _answer(self, asked: Asked, now: datetime) -> Page | None:
        county = next(c for c in COUNTIES if asked.host in (c.host, c.new_host))
        new = asked.host == county.new_host
        if new and not moved(county, now):
            return None
        if asked.path == "/robots.txt":
            return Page(ROBOTS, "text/plain")
        if "block" in troubles(county, now):
            return Page("<html><title>403</title>虚构的防火墙</html>".encode(), status=403)
        if asked.path in (COLUMN, "/"):
            return self._list(county, now, new)
        url = f"http://{asked.host}{asked.path}"
        for report in reports(county):
            if report.is_out(now):
                if url == address(report, new=new):
                    return self._page(report, now, new)
                if report.body.attached and url == file_address(report):
                    return _file(report, now)
        return None

    def _list(self, county: County, now: datetime, new: bool) -> Page:
        shown = [] if "empty-list" in troubles(county, now) else [r for r in reports(county) if r.is_out(now)]
        shown.sort(key=lambda report: (report.states, report.number), reverse=True)
        rows = "\n".join(
            f'<li><a href="{urlsplit(address(r, new=new)).path}" title="{_title(r)}">{_title(r)}</a>'
            f"<span>{r.states.isoformat()}</span></li>"
            for r in shown
        )
        content = f'<h2>政府信息公开年报</h2>\n<ul class="list">\n{rows}\n</ul>'
        return _framed(county, new, f"政府信息公开年报-{county.place}人民政府", content)

    def _page(self, report: Report, now: datetime, new: bool) -> Page:
        body = report.body
        if body.fenced and report.year == YEAR:
            return Page(b"<html><title>403</title><h1>403 Forbidden</h1></html>", status=403)
        done = _done(report, now)
        if body.attached:
            path = urlsplit(file_address(report)).path
            content = f'<p>附件：<a href="{path}">{_title(report)}.pdf</a></p>'
        else:
            content = article(report.truth(done), Style(labels="spans" if "markup" in done else "plain"))
        if body.restless:
            content = _restless(now, len(self.visits)) + content
        dated = report.states.isoformat()
        content = (
            f"<h1>{_title(report)}</h1>\n<p><span>发布时间：{dated}</span> <span>来源：{body.name}</span></p>"
            f'\n<div class="article">{content}</div>'
        )
        metas = (("ArticleTitle", _title(report)), ("PubDate", f"{dated} 09:00"))
        page = _framed(report.county, new, f"{_title(report)}-{report.county.place}", content, metas)
        return Page(page.body, page.content_type, tagged=not body.restless)


def unreachable(county: County, now: datetime) -> bool:
    """Whether the county's first host takes no connection at that moment."""
    return bool(troubles(county, now) & {"outage", "gone"})


def _restless(now: datetime, visits: int) -> str:
    """What differs on every visit."""
    local = now.astimezone(ZONE)
    token = hashlib.sha256(str(visits).encode()).hexdigest()
    return (
        f"<div>今天是{local.year}年{local.month}月{local.day}日 浏览次数：{4000 + 13 * visits}</div>"
        f'<form><input type="hidden" name="csrf" value="{token}"/></form>'
        f'<a href="/hdjl/;jsessionid={token[:32].upper()}">互动交流</a>'
    )


def _done(report: Report, now: datetime) -> frozenset[EditKind]:
    return frozenset(edit.kind for edit in report.done(now))


def _title(report: Report) -> str:
    return f"{report.body.name}{report.year}年政府信息公开工作年度报告"


def _file(report: Report, now: datetime) -> Page:
    made = pdf(report.truth(_done(report, now)), PdfStyle(requests_break=None))
    if report.body.broken and report.year == YEAR:
        made = made[:300]
    done = [moment(edit.day) for edit in report.done(now)]
    assert report.day is not None
    return Page(made, "application/pdf", modified=max([moment(report.day), *done]))


def _framed(county: County, new: bool, title: str, content: str, metas: tuple[Link, ...] = ()) -> Page:
    host = county.new_host if new else county.host
    skin = Skin(county.place, host, "6199990001", "utf-8", (("/", "首页"), (COLUMN, "政府信息公开年报")))
    way = f'当前位置：<a href="/">首页</a> &gt; <a href="{COLUMN}">政府信息公开年报</a>'
    body = f'<div class="position">{way}</div>\n<div class="main">{content}</div>'
    return Page(frame(skin, escape(title), body, metas).encode(), "text/html; charset=utf-8")
