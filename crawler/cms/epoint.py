"""Epoint (新点) EWB: a shell whose script asks for a category's rows in JSON, by a key from another script.

From cms-families 12: `siteInfo` {projectName, siteGuid} in `/js/webBuilderCommon.js`, the POST to
`getgovinfolist` with its fields, `custom.data[]`, and templates `<?=el.link?>` that are no rows. From public
crawlers: `govInfoPub.html?categorynum=&deptcode=`, `infodate` and `total`, and that pages are counted from 0
on some sites and from 1 on others, so that 0 is asked for first and after it 1 or 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cms import answers, pager, rows
from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage

if TYPE_CHECKING:
    from scrapy.http import TextResponse

ARTICLE = re.compile(
    r"/\d{8}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.html|[?&]infoid=[0-9a-f-]{36}", re.IGNORECASE
)
SETTING = r"""\b{}["']?\s*[:=]\s*["']([^"']+)["']"""
LIST = "/rest/lightfrontaction/getgovinfolist"
PAGE_SIZE = 50


class Epoint(Family):
    """`govInfoPub.html?categorynum=<number>&deptcode=<body>`: the address says what to ask for."""

    name = "epoint"
    title = "Epoint EWB (新点)"
    articles = ARTICLE

    def recognise(self, url: str, text: str) -> str | None:
        if LIST in url or "webBuilderCommon.js" in url:
            return "the address is EWB's list in JSON, or the script that has its key"
        if "govInfoPub" in urlsplit(url).path:
            return "the address is a govInfoPub page"
        if "EWB-FRONT" in text or "webBuilderCommon.js" in text:
            return "the page names EWB-FRONT or webBuilderCommon.js"
        return None

    def entries(self, page: TextResponse) -> Iterable[Entry]:
        return _listed(page) if LIST in page.url else rows.entries(page, self.articles)

    def columns(self, page: TextResponse) -> Iterable[ListPage]:
        return () if _of_script(page) else rows.columns(page, self.articles)

    def parts(self, page: TextResponse) -> Iterable[ListPage]:
        if "webBuilderCommon.js" in page.url:
            yield from _first(page)
        elif not _of_script(page):
            yield from rows.frames(page)
            spelt = answers.address_with(page.text, "webBuilderCommon.js")
            if "categorynum" in answers.query(page.url) and not any(True for _ in self.entries(page)):
                yield answers.call(page, spelt or "/js/webBuilderCommon.js")

    def next_pages(self, page: TextResponse) -> Sequence[ListPage]:
        if not _of_script(page):
            return pager.following(page) or pager.files(page, pager.count(page))
        asked = answers.decoded(answers.posted(page))
        number = answers.number(answers.inside(asked, "pageIndex"))
        if not isinstance(asked, dict) or number is None:
            return []
        custom = answers.inside(answers.data(page), "custom")
        held = len(answers.objects(answers.inside(custom, "data")))
        total = answers.number(answers.inside(custom, "total"))
        if number == 0:
            following = [] if total is not None and total <= held else [1, 2] if held else [1]
        else:
            following = [number + 1] if held >= PAGE_SIZE else []
        return [answers.call(page, page.url, json_body=asked | {"pageIndex": n}) for n in following]


def _of_script(page: TextResponse) -> bool:
    return LIST in page.url or "webBuilderCommon.js" in page.url


def _first(script: TextResponse) -> Iterator[ListPage]:
    """The first page of rows, for the page that loaded the script with the site's key."""
    name = re.search(SETTING.format("projectName"), script.text)
    guid = re.search(SETTING.format("siteGuid"), script.text)
    asked = answers.query(answers.shown_on(script))
    if name and guid and "categorynum" in asked:
        body = {
            "deptcode": asked.get("deptcode", ""),
            "categorynum": asked["categorynum"],
            "siteGuid": guid[1],
            "pageIndex": 0,
            "pageSize": PAGE_SIZE,
        }
        yield answers.call(script, f"/{name[1].strip('/')}{LIST}", json_body=body)


def _listed(page: TextResponse) -> Iterator[Entry]:
    """The rows of an answer, each address once."""
    seen: set[str] = set()
    for info in answers.objects(answers.inside(answers.data(page), "custom", "data")):
        url = rows.address(page, str(info.get("infourl") or ""))
        if url and url not in seen:
            seen.add(url)
            title = answers.words(info.get("realtitle")) or answers.words(info.get("title"))
            yield Entry(url, title, published=answers.day(info.get("infodate")))
