"""What one list page offers: its column, rows that are reports, and where it leads on from there.

Pure: a page and what is known of the way there in, a `Survey` out. It puts the CMS family's reading of the
markup and `links.py`'s reading of the words together (layouts: cms-families 16). It must not fetch, and
knows no CMS.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import belongs, is_below, linked
from crawler.attachments import attachments
from crawler.cms.model import Entry, Kind, ListPage
from crawler.cms.rows import Node, path_of, root_of
from crawler.links import ColumnJudgement, Judgement, annual_path, judge, judge_column

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.cms import Family

SKELETON = (
    "总体情况",
    "主动公开政府信息",
    "收到和处理政府信息公开申请",
    "行政复议",
    "存在的主要问题",
    "其他需要报告的事项",
    "依申请公开",
    "收费",
)
"""Headings of reports since 2019 and before (cms-families 16, 8)."""
HEADINGS = 4
"""So many of them make a page a report: a list's titles have one or two."""
LONG = 800
"""Characters of text; the shortest report has several thousand, a column's menus fewer."""
CRUMBS = re.compile(r"当前(的)?位置|您(的|所在的?)?位置|所在位置")
INDEX = re.compile(r"(^|/)((index|list|default|common_list|xxgk_list)\.\w+)?$", re.IGNORECASE)
"""How the address of a static column ends."""
PAGER = re.compile(r"\d{1,3}|.{0,2}(首|上一?|下一?|尾|末|前一|后一)页.{0,2}|[<>«»‹›]+")
BLOCKS = ("ul", "ol", "dl", "table", "div")
ROUNDS = 3
ALIKE = 0.8
"""The share of a block's links that name years, groups or bodies, where it is the column's own menu."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a page offers. Every `ListPage` in it knows what the way there said."""

    family: Family
    """Which reads this page: the site's own, or the one that recognises it."""
    why: str | None
    """By what the family was recognised."""
    name: str | None
    """What the page calls its column."""
    annual: bool
    """Whether the column holds annual reports, by its own name, by the way there or by its path."""
    entries: tuple[Entry, ...]
    """All rows, reports or not."""
    reports: tuple[tuple[Entry, Judgement], ...]
    """Rows that are annual reports, as far as title and column tell."""
    links: tuple[tuple[ListPage, ColumnJudgement], ...]
    """All links that are no rows, with what they seem to lead to."""
    columns: tuple[ListPage, ...]
    """Those worth following from here."""
    parts: tuple[ListPage, ...]
    """What the page itself loads to show its rows."""
    next_pages: tuple[ListPage, ...]
    """Where the list goes on: candidates, best first."""
    is_report: bool
    """The page is itself a report: a column that is overwritten each year."""


def survey(
    page: TextResponse,
    at: ListPage,
    preferred: Family,
    families: Iterable[Family] = (),
    hosts: Collection[str] = (),
) -> Survey:
    """What `page` offers, which was asked for as `at`.

    `preferred` is the site's family; where it does not recognise the page the first of `families` that
    does reads it, and where none does, `preferred`. Columns on another domain than the page's are left
    alone, unless `hosts`, which the site's entry names, has theirs.
    """
    family, why = _family_of(page, preferred, families)
    name = name_of(page)
    annual = at.annual or _is_annual(name or "", page.url)
    is_report = at.kind == "column" and reads_as_report(page)
    others = tuple(family.columns(page))
    entries = tuple(_rows(page, family, others if annual else ()))
    here, rows = replace(at, annual=annual, title=at.title or name), {entry.url for entry in entries}
    links = tuple((link, judge_column(link.title or "", link.url)) for link in others if link.url not in rows)
    reports = tuple(_reports(entries, family, annual=annual, beside=is_report))
    return Survey(
        family=family,
        why=why,
        name=name,
        annual=annual,
        entries=entries,
        reports=reports,
        links=links,
        columns=tuple(_columns(page, here, links, hosts, bare=not reports)),
        parts=tuple(_on(here, part) for part in family.parts(page)),
        next_pages=tuple(_on(here, following) for following in family.next_pages(page)),
        is_report=is_report,
    )


# ------------------------------------------------------------------ the page


def name_of(page: TextResponse) -> str | None:
    """What the page calls its column: the meta tag ColumnName, else breadcrumb, else title."""
    if not is_markup(page):
        return None
    for meta in page.xpath("//meta[@name and @content]"):
        if meta.attrib["name"].lower() == "columnname" and (name := meta.attrib["content"].strip()):
            return name
    for crumbs in page.xpath("//*[contains(text(), '位置')]")[:3]:
        holder = crumbs if len(crumbs.xpath(".//a")) > 1 else crumbs.xpath("..")[0]
        text = " ".join(holder.xpath("string()").get("").split())
        if CRUMBS.search(text) and len(text) < 200:
            words = [word.strip() for word in re.split(r"[>›»＞/]+|[-—]{1,2}", text) if word.strip()]
            if len(words) > 1 and words[-1] not in ("列表", "正文"):
                return words[-1]
    title = " ".join(page.xpath("string(//title)").get("").split())
    return re.split(r"[-_|—–]", title)[0].strip() or None


def is_markup(page: TextResponse) -> bool:
    """Whether the page is HTML or XML, and no JSON or script."""
    return page.text[:200].lstrip("\ufeff \t\r\n").startswith("<")


def reads_as_report(page: TextResponse) -> bool:
    """Whether the page's text has the parts of an annual report."""
    if not is_markup(page) or sum(heading in page.text for heading in SKELETON) < HEADINGS:
        return False
    # Sentences, not links: a column's rows may name the parts of the form, too.
    pieces = page.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::a)]").getall()
    text = "".join("".join(pieces).split())
    return len(text) >= LONG and sum(heading in text for heading in SKELETON) >= HEADINGS


def _family_of(
    page: TextResponse, preferred: Family, families: Iterable[Family]
) -> tuple[Family, str | None]:
    if not is_markup(page):
        families = ()  # an answer to a call that the family made
    for family in (preferred, *(other for other in families if other is not preferred)):
        if why := family.recognise(page.url, page.text):
            return family, why
    return preferred, None


def _is_annual(name: str, url: str) -> bool:
    return annual_path(url) is not None or judge_column(name).kind == "annual"


# ------------------------------------------------------------------ rows


def _rows(page: TextResponse, family: Family, others: Iterable[ListPage]) -> Iterator[Entry]:
    """The family's rows, and documents that the list links to without a page around them; of the `others`,
    which the family takes for columns, those whose title leaves no doubt."""
    seen = set()
    for entry in family.entries(page):
        if entry.url not in seen:
            seen.add(entry.url)
            yield entry
    for link in others:
        if link.url not in seen and not link.annual and _is_one_report(link, page.url):
            seen.add(link.url)
            yield Entry(link.url, title=link.title)
    if is_markup(page):
        for url, text in attachments(page):
            if url not in seen and judge(text).verdict == "report":
                seen.add(url)
                yield Entry(url, title=text)


def _is_one_report(link: ListPage, page: str) -> bool:
    """Whether a link says whose report of which year it is, and has no column's address.

    A row of an unknown shape would be asked for at each crawl if it were taken for a column, and the
    page after the first would show nothing new.
    """
    judged = judge(link.title or "")
    if judged.verdict != "report" or judged.organization is None or judged.year is None:
        return False
    there, here = urlsplit(link.url), urlsplit(page)
    if not there.query:
        return not INDEX.search(there.path)
    names, own = ({name for name, _ in parse_qsl(parts.query)} for parts in (there, here))
    return there.path != here.path or names != own


def report_in(entry: Entry, family: Family, *, annual: bool = False) -> tuple[Entry, Judgement] | None:
    """The entry, with the year that its address says, if it is an annual report; None if it is not.

    Title or address say it, or, in a column of such reports (`annual`), the column does.
    """
    judged, addressed = judge(entry.title or "", column=annual or None), family.report(entry.url)
    if judged.verdict == "other" or (judged.verdict == "unclear" and addressed is None):
        return None
    if addressed is not None and entry.year is None:
        entry = replace(entry, year=addressed.year)
    return entry, judged


def _reports(
    entries: Iterable[Entry], family: Family, *, annual: bool, beside: bool
) -> Iterator[tuple[Entry, Judgement]]:
    """The rows that are reports. `beside` a report all kinds of things stand: there a title has to say
    itself what it is, or at least a year."""
    for entry in entries:
        found = report_in(entry, family, annual=annual)
        if found is not None and (not beside or found[1].year is not None or report_in(entry, family)):
            yield found


# ------------------------------------------------------------------ columns


def _columns(
    page: TextResponse,
    here: ListPage,
    links: Iterable[tuple[ListPage, ColumnJudgement]],
    hosts: Collection[str],
    *,
    bare: bool,
) -> Iterator[ListPage]:
    """The links worth following from a page that was asked for as `here`, with what the way said; `bare`:
    it lists no reports itself."""
    links = [(link, judged) for link, judged in links if belongs(link.url, page.url, hosts)]
    loose = {"year", "group"} if bare else {"year"}
    menus = _menus(page, links, loose) if here.annual and here.kind == "column" else frozenset()
    if here.kind == "body" and (found := _portal(page.url, links)) is not None:
        yield _below(here, *found, "portal")
    for link, judged in links:
        if link.annual:  # the family knows
            yield _below(here, link, judged, "column")
        elif here.kind == "directory":
            if judged.kind == "annual":
                yield _below(here, link, judged, "column")
            elif judged.organization and (urlsplit(link.url).path.strip("/") or is_below(link.url, page.url)):
                yield _below(here, link, judged, "body")
        elif here.kind in ("body", "portal"):
            if judged.kind == "annual":
                yield _below(here, link, judged, "column")
        elif _is_sub_column(page.url, here, link, judged, menus):
            yield _below(here, link, judged, "column")


def _portal(
    url: str, links: Iterable[tuple[ListPage, ColumnJudgement]]
) -> tuple[ListPage, ColumnJudgement] | None:
    """Where a body's page that names no annual column itself says that its disclosure is, on its own host."""
    links = list(links)
    if any(judged.kind == "annual" for _, judged in links):
        return None
    host = urlsplit(url).netloc
    portals = [
        found for found in links if found[1].kind == "portal" and urlsplit(found[0].url).netloc == host
    ]
    return max(portals, key=lambda found: found[1].score, default=None)


def _is_sub_column(
    url: str, here: ListPage, link: ListPage, judged: ColumnJudgement, menus: frozenset[str]
) -> bool:
    """Whether a link in a column leads to a part of it: a year, a group of bodies, a body."""
    if PAGER.fullmatch(link.title or "") or _goes_round(link.url):
        return False
    nested = _nested(link.url, url)
    if judged.kind in ("annual", "year", "group", "body"):
        if nested or (here.annual and judged.kind == "annual"):
            return True
        return here.annual and (link.url in menus or (judged.kind == "year" and _alike(link.url, url)))
    # Deep in an annual column folders have all kinds of names; what is no folder is no column.
    return nested and annual_path(link.url) is not None and bool(INDEX.search(urlsplit(link.url).path))


def _menus(
    page: TextResponse, links: Iterable[tuple[ListPage, ColumnJudgement]], loose: Collection[str]
) -> frozenset[str]:
    """Addresses in blocks that name years, groups or bodies and little else, and look like this page's; a
    block of nothing but `loose` kinds needs less likeness."""
    top = root_of(page) if is_markup(page) else None
    if top is None:
        return frozenset()
    kinds = {link.url: judged.kind for link, judged in links}
    blocks: dict[Node, list[str]] = {}
    for anchor in top.iter("a"):
        block = next(anchor.iterancestors(*BLOCKS), None)
        if block is not None and "href" in anchor.attrib:
            blocks.setdefault(block, []).append(linked(page, anchor.attrib["href"]).partition("#")[0])
    found: set[str] = set()
    for urls in blocks.values():
        told = [url for url in urls if kinds.get(url) in ("year", "group", "body")]
        if len(urls) > 1 and len(told) >= ALIKE * len(urls):
            # Menus of bodies are on every page of a site.
            like = _beside if all(kinds[url] in loose for url in told) else _alike
            found.update(url for url in told if like(url, page.url))
    return frozenset(found)


def _below(here: ListPage, link: ListPage, judged: ColumnJudgement, kind: Kind) -> ListPage:
    """`link` with what the way to it says, this page's own included."""
    told = link.year is not None or judged.year is not None
    inherited = here.organization if here.kind != "directory" else None
    return replace(
        link,
        kind=kind,
        annual=kind == "column" and (link.annual or here.annual or judged.kind == "annual"),
        year=link.year or judged.year or here.year,
        certain=link.year is not None if told else here.certain,
        organization=link.organization or judged.organization or inherited,
    )


def _on(here: ListPage, page: ListPage) -> ListPage:
    """Another page or a part of the same list."""
    return replace(
        page,
        title=page.title or here.title,
        kind=here.kind,
        annual=here.annual,
        year=page.year or here.year,
        certain=here.certain,
        organization=page.organization or here.organization,
    )


# ------------------------------------------------------------------ addresses


def _nested(url: str, column: str) -> bool:
    """Whether `url` lies below the column: in its folder, or in the annual one that the column is in."""
    if urlsplit(url).netloc != urlsplit(column).netloc:
        return False
    path, folder = urlsplit(url).path, _folder(column)
    return folder.count("/") > 1 and path.startswith(folder) and path_of(url) != path_of(column)


def _folder(url: str) -> str:
    """The folder that a column fills, with slashes around: up to the segment that says 年报, if one does."""
    path = urlsplit(url).path
    if (segment := annual_path(url)) is not None:
        at = path.lower().find(f"/{segment}/")
        if at >= 0:
            return path[: at + len(segment) + 2]
    folder, _, file = path.rpartition("/")
    stem, dot, _ = file.rpartition(".")
    # VSB: what lies in the folder ndbg/ is listed by ndbg.htm beside it.
    return f"{folder}/" if not dot or INDEX.search(f"/{file}") else f"{folder}/{stem}/"


def _alike(url: str, other: str) -> bool:
    """Whether two addresses differ in their numbers and identifiers only: /col/col12/, /col/col345/."""
    one, two = (re.sub(r"[0-9a-f]{16,}|\d+", "0", path_of(found)) for found in (url, other))
    return one == two and urlsplit(url).netloc == urlsplit(other).netloc and path_of(url) != path_of(other)


def _beside(url: str, other: str) -> bool:
    """Whether two addresses are as deep below the same first folder of one host: /col/nb/, /col/nb24/."""
    one, two = (urlsplit(found).path.split("/") for found in (url, other))
    if urlsplit(url).netloc != urlsplit(other).netloc or path_of(url) == path_of(other):
        return False
    return len(one) == len(two) > 3 and one[:2] == two[:2] and one[-1] == two[-1]


def _goes_round(url: str) -> bool:
    """Whether an address has a folder thrice: a relative link on a page that is served at any depth."""
    folders = urlsplit(url).path.split("/")[:-1]
    return any(folders.count(folder) >= ROUNDS for folder in set(folders) - {""})
