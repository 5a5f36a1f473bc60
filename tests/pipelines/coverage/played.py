"""A site's years, told in a few lines: what its lists named when, and what stood where; and its coverage."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.coverage.deadlines import DEFAULT, Deadlines
from pipelines.coverage.model import Body, BodyEntry, Cell, Coverage
from pipelines.coverage.survey import survey
from pipelines.errors import UnreadableDocument
from pipelines.publish import publish
from pipelines.report.model import Finding, Report, Section, Source
from pipelines.report.stored import reading_json
from storage.archive import Archive
from storage.journal import Capture, Role

SITE = "xugou"
PLACE = "虚构省虚构县"
HOST = "https://www.xugou.gov.cn"
LIST = HOST + "/nb/index.html"
HAN = "零一二三四五六"


@dataclass(frozen=True)
class Page:
    """A report's page, as it stands at a time."""

    body: str
    year: int
    says: str | None = None
    """The day in its metadata."""
    listed: str | None = None
    """The day in the list."""
    url: str = ""
    parent: str = LIST
    title: str | None = None
    """The list's title; without one, as usual."""
    told: str | None = None
    """The body that the document names, where the list names another."""
    told_year: int | None = None
    words: str = "正文"
    """Its text; a form feed begins the next numbered part."""
    status: int = 200
    flags: tuple[str, ...] = ()
    is_report: bool = True
    legible: bool = True
    damaged: bool = False
    modified: str | None = None
    noise: str = ""
    calendar: bool = False
    """Whether that day stands on the page in a line of its own, and not in its metadata."""
    role: Role = "report"

    @property
    def address(self) -> str:
        """Where it stands."""
        if self.url:
            return self.url if "://" in self.url else HOST + self.url
        return f"{HOST}/nb/{zlib.crc32(f'{self.body}{self.year}'.encode()):010d}.html"

    def bytes(self) -> bytes:
        """What the server sends."""
        said = {
            "organization": self.told or self.body,
            "year": self.told_year or self.year,
            "published": self.says,
            "words": self.words,
            "is_report": self.is_report,
            "legible": self.legible,
        }
        day = "<p>{}</p>" if self.calendar else '<meta name="PubDate" content="{} 10:00">'
        meta = day.format(self.says) if self.says else ""
        damaged = "DAMAGED" if self.damaged else ""
        return (
            f"<html>{meta}<!--{json.dumps(said, ensure_ascii=False)}-->{damaged}{self.noise}</html>".encode()
        )

    def hints(self) -> dict[str, str | int]:
        """What the list says of it."""
        title = self.title or f"{self.body}{self.year}年政府信息公开工作年度报告"
        hints: dict[str, str | int] = {"title": title, "parent": self.parent}
        if self.title is None:
            hints |= {"organization": self.body, "year": self.year}
        return hints | ({"published": self.listed} if self.listed else {})


class PageReader:
    """Reads what `Page` wrote."""

    def read(self, body: bytes) -> dict[str, Any]:
        """The reading's JSON, as the worker would give it."""
        found = re.search(rb"<!--(.*?)-->", body)
        if found is None or b"DAMAGED" in body:
            raise UnreadableDocument("the document is damaged")
        said = json.loads(found[1])
        findings = () if said["is_report"] else (Finding("not-a-report", "error", "", "a letter"),)
        return reading_json(
            [
                Report(
                    organization=said["organization"],
                    year=said["year"],
                    published=date.fromisoformat(said["published"]) if said["published"] else None,
                    sections=tuple(
                        Section(number, f"{HAN[number]}、总体情况", words)
                        for number, words in enumerate(said["words"].split("\f"), 1)
                        if said["legible"]
                    ),
                    findings=findings,
                    sources=(Source("0" * 64, "text/html"),),
                    parser="page",
                )
            ]
        )


@dataclass
class Played:
    """One site and its archive."""

    folder: Path
    pages: dict[str, Page] = field(default_factory=dict)
    """What the lists name at present, by address."""
    words: str = ""
    """What else stands on the lists."""
    charset: str = "utf-8"
    """Of the lists."""

    def put(self, *pages: Page) -> None:
        """These pages stand there from now on."""
        self.pages |= {page.address: page for page in pages}

    def take(self, *pages: Page) -> None:
        """These are gone, from the lists too."""
        for page in pages:
            del self.pages[page.address]

    def years(self, body: str, *years: int, **fields: Any) -> None:
        """Reports of these years, each dated 15 January of the year after."""
        self.put(*(Page(body, year, says=f"{year + 1}-01-15", **fields) for year in years))

    def crawl(
        self,
        day: str,
        *,
        hour: int = 10,
        years: Iterable[int] | None = None,
        failing: Mapping[str, str] | None = None,
        lists: tuple[str, ...] = (),
        without: Iterable[Page] = (),
        record: Mapping[str, Any] | None = None,
        site: str = SITE,
    ) -> None:
        """A crawl at that hour in China. `failing`: address -> state of report pages that had no answer.

        `without`: pages that the crawl did not recognise on the list though they stand on it. `lists`: lists
        that it read besides those that name its pages. `record`: what its record says otherwise; `...` for
        nothing.
        """
        now = datetime.fromisoformat(f"{day}T{hour:02d}:00:00+08:00").astimezone(UTC)
        failing, wanted = dict(failing or {}), None if years is None else sorted(years)
        left = {page.address for page in without}
        met = [
            p for p in self.pages.values() if (wanted is None or p.year in wanted) and p.address not in left
        ]
        parents = {page.parent for page in self.pages.values() if page.role == "report"} | set(lists)
        states: dict[str, list[Any]] = {
            "captured": [],
            "failed": [],
            "blocked": [],
            "absent": [],
            "refused": [],
        }
        with Archive.open(str(self.folder / "archive"), state=self.folder / "state") as archive:
            run = archive.start_run(site, now)
            for parent in sorted(parents):
                named = "".join(f'<a href="{p.address}">' for p in self.pages.values() if p.parent == parent)
                shown = f"<html>{day} {named}{self.words}</html>".encode(self.charset)
                run.record(self._capture(now, parent, "list", site), shown)
                states["captured"].append(parent)
            for page in sorted(met, key=lambda page: page.role, reverse=True):  # attachments come last
                now += timedelta(seconds=1)
                state = failing.get(page.address)
                task = {"url": page.address, "role": page.role, "title": page.hints()["title"]}
                if state is not None:
                    reason = "though the site links to it" if state == "absent" else "no answer"
                    states[state].append(task | {"reason": reason})
                    continue
                capture = replace(
                    self._capture(now, page.address, page.role, site),
                    status=page.status,
                    flags=page.flags,
                    hints=page.hints(),
                    headers=(("Last-Modified", page.modified),) if page.modified else (),
                )
                run.record(capture, page.bytes())
                if "blocked" in page.flags:
                    states["blocked"].append(task | {"reason": "the server refuses"})
                elif page.status in (404, 410) or {"soft-404", "login"} & set(page.flags):
                    states["absent"].append(task | {"reason": "404, though the site links to it"})
                else:
                    states["captured"].append(page.address)
            offered = [
                {"url": p, "family": "trs", "reports": sum(m.parent == p for m in self.pages.values())}
                for p in sorted(parents)
            ]
            reports = len([url for url in states["captured"] if url not in parents])
            told = {
                "ended": "finished",
                "complete": True,
                "years": wanted,
                "lists": offered,
                "reports": reports,
            }
            whole = {**told, **states, **(record or {})}
            run.finish({name: value for name, value in whole.items() if value is not ...})
            if site != SITE:
                publish(archive, site, PageReader())

    def crawl_elsewhere(self, day: str, *pages: Page) -> None:
        """A crawl of another site of the archive, `other`, on which these pages stand."""
        now = datetime.fromisoformat(f"{day}T10:00:00+08:00").astimezone(UTC)
        with Archive.open(str(self.folder / "archive"), state=self.folder / "state") as archive:
            run = archive.start_run("other", now)
            for page in pages:
                capture = replace(self._capture(now, page.address, "report", "other"), hints=page.hints())
                run.record(capture, page.bytes())
            run.finish({"ended": "finished"})
            publish(archive, "other", PageReader())

    def _capture(self, now: datetime, url: str, role: Role, site: str) -> Capture:
        return Capture(
            site=site, run="", url=url, final_url=url, status=200, requested=now, received=now, role=role,
            media_type="text/html",
        )  # fmt: skip

    def survey(
        self,
        today: str,
        bodies: Mapping[str, BodyEntry] | None = None,
        deadlines: Deadlines = DEFAULT,
        *,
        publishing: bool = True,
        **more: Any,
    ) -> Coverage:
        """Its coverage on that day, after everything was published."""
        with Archive.open(str(self.folder / "archive"), state=self.folder / "state") as archive:
            if publishing and archive.dirty(SITE):
                publish(archive, SITE, PageReader())
                archive.mark_clean(SITE)
            return survey(
                archive, SITE, bodies or {}, deadlines, date.fromisoformat(today), place=PLACE, **more
            )

    def body(self, today: str, name: str, **more: Any) -> Body:
        """The row of a body, by one of its names."""
        found = [b for b in self.survey(today, **more).bodies if name == b.name or name in b.names]
        assert len(found) == 1, f"{name}: {len(found)} rows"
        return found[0]

    def cell(self, today: str, name: str, year: int, **more: Any) -> Cell:
        """One cell."""
        cell = self.body(today, name, **more).cell(year)
        assert cell is not None
        return cell
