"""Finding a site's annual-report columns: which link next, and what the answer was. Pure.

Best first: links are taken in the order in which `links.judge_column` thinks them promising, from any page of
the site. Well-known paths come last. A page that says 年报 counts only once reports were seen in it or below
it; a page that names many bodies, once the annual column of one of them was. `found.py` makes a finding of
what was looked at. This module must not fetch, and knows no CMS.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.addresses import refusal, same_domain
from crawler.cms import FAMILIES, ListPage, rows
from crawler.columns import Survey, survey
from crawler.links import ColumnJudgement, judge_column
from crawler.probing.looks import (
    Look,
    Role,
    bodies_of,
    depth,
    folder_of_column,
    is_article,
    key_of,
    names_a_report,
    verdict,
)
from crawler.probing.naming import code_of_site, name_of_site

if TYPE_CHECKING:
    from scrapy.http import TextResponse

    from crawler.cms import Family
    from crawler.probing.asking import Answer

BUDGET = 40
"""Requests, robots.txt included, unless the person says otherwise."""
KNOWN_PATHS = (
    "/zfxxgk/", "/zwgk/zfxxgk/", "/xxgk/", "/gkmlpt/index", "/zwgk/", "/zfxxgk/zfxxgknb/",
    "/zwgk/zfxxgk/zfxxgknb/",
    "/xxgk/zfxxgknb/", "/zfxxgknb/", "/zwgk/zfxxgknb/", "/xxgk/xxgknb/", "/public/", "/zfxxgkzl/", "/xxgkzl/",
)  # fmt: skip
"""Where portals and columns often lie (cms-families 2 to 13); tried when no link leads on."""
DISCLOSURE_HOSTS = re.compile(r"^(public|zfxxgk|xxgk|zwgk|gk|data|gov|xxgkw?|zyk)\d*\.")
"""First labels of hosts that hold nothing but a site's disclosure (cms-families 0.8)."""
NO_COLUMN = re.compile(r"search|sousuo|login|rss|javascript", re.IGNORECASE)
"""Addresses that answer with whatever is asked for: a search for 年报 is no column."""
OF_BODIES = re.compile(r"部门|单位|机关|乡镇|街道|镇街|街镇|委办局")
"""What links to directories of bodies say; where the government's own column was found they come next."""
NO_ARTICLE = re.compile(r"(?!)")
FEW_BODIES = 3
"""A page that names fewer is no directory; columns in which fewer were seen may not be all there is."""
MANY_COLUMNS = 5
"""Annual columns linked from one page: from so many on it is taken for a directory of them."""
SAMPLES = 2
"""Bodies of a directory that are looked at."""
GROUPS = 4
"""Parts of a found column that are looked at to tell what is in it."""
EXPLORED = 15
"""Pages without 年报 in their link that are still looked at once something was found."""

BELOW = 200
"""Score of what lies below an annual column, ten more for each step: down to its reports first."""
ANNUAL = 60
"""Score from which a link says 年报 by word or path (`links.py`)."""


class Search:
    """What to ask a site for, one thing at a time, until its annual columns are found. A `Plan`."""

    def __init__(self, url: str, budget: int = BUDGET, tell: Callable[[Look], None] | None = None) -> None:
        self.start = url
        self.budget = budget
        self.requests = 0
        self.hosts: tuple[str, ...] = (urlsplit(url).netloc,)
        self.looks: list[Look] = []
        self.rejected: dict[str, str] = {}
        """Promising addresses that are not asked for, each with the reason."""
        self.family: Family = list(FAMILIES.values())[-1]
        """Reads what no family recognises: the last that was recognised here; at first the last resort."""
        self.name: str | None = None
        """Whose site it is, once a page said it."""
        self.code: str | None = None
        self._tell = tell
        self._queue: list[tuple[int, int, Look]] = []
        self._asked: dict[str, Look] = {}
        self._order = 0
        self._explored = 0
        self._named: set[str] = set()
        """Bodies that earlier pages linked to: what every menu has makes no page a directory."""
        self._push(ListPage(url), "start", 100, "you named it", None)

    # -------------------------------------------------------------- the plan

    def next(self) -> ListPage | None:
        """The most promising page that nobody has looked at; None when nothing is worth a request."""
        while self._queue and self.requests < self.budget:
            _, _, look = self._queue[0]
            if look.score < self._worth():
                return None
            heapq.heappop(self._queue)
            if key_of(look.at) in self._asked or self._needless(look):
                continue
            self._explored += look.score < ANNUAL and self.found
            self._asked[key_of(look.at)] = look
            return look.at
        return None

    def answered(self, asked: ListPage, answer: Answer) -> None:
        """Takes note of an answer, and of where it leads."""
        look = self._asked[key_of(asked)]
        look.url, look.state, look.verdict = answer.url, answer.state, answer.why
        self.looks.append(look)
        if answer.page is not None:
            self._read(look, answer.page)
        if look.role == "start":
            self._begin(look)
        if self._tell is not None:
            self._tell(look)

    @property
    def found(self) -> bool:
        """Whether reports were seen in a place that is for them."""
        return any(look.holds for look in self.looks)

    @property
    def left(self) -> list[Look]:
        """Pages that promise annual reports and were not looked at, best first."""
        waiting = [look for _, _, look in sorted(self._queue, key=lambda item: item[:2])]
        return [
            look
            for look in waiting
            if look.score >= ANNUAL and key_of(look.at) not in self._asked and not self._needless(look)
        ]

    # -------------------------------------------------------------- reading a page

    def _read(self, look: Look, page: TextResponse) -> None:
        before = self._asked.setdefault(key_of(replace(look.at, url=look.url)), look)
        if before is not look and before.survey is not None:
            look.verdict = f"leads to {look.url}, which was looked at"
            return
        self.name = self.name or name_of_site(page)
        self.code = self.code or code_of_site(page)
        above = look.parent.survey if look.parent is not None and look.role in ("part", "column") else None
        preferred = above.family if above is not None else self.family
        look.survey = found = survey(page, look.at, preferred, FAMILIES.values())
        if found.why is not None:
            self.family = found.family
        if look.role != "report" and not found.annual and not found.is_report:
            offered = survey(page, replace(look.at, kind="directory"), self.family, FAMILIES.values())
            fresh = [body for body in bodies_of(offered) if key_of(body) not in self._named]
            if len(fresh) >= FEW_BODIES:
                look.directory = offered
                look.bodies = tuple(fresh)
            self._named.update(key_of(body) for body in fresh)
        look.verdict = verdict(look)
        calls = found.parts if found.entries else (*found.parts, *found.next_pages)
        for place, part in enumerate(calls):
            score = min(look.score, ANNUAL - 2) + 1
            if found.annual or look.role == "body":
                score = BELOW + 10 * depth(look) - place
            self._push(part, "part", score if look.role != "start" else 20, "loaded by the page", look)
        if found.annual and look.role != "report":
            self._follow_column(look, found)
        self._follow_links(look, page, found)
        self._follow_reports(look, found)

    def _follow_column(self, look: Look, found: Survey) -> None:
        """The parts of an annual column: until reports were seen, then a few to tell what there is."""
        newest = sorted(found.columns, key=lambda column: -(column.year or 0))
        for place, column in enumerate(newest):
            score = BELOW + 10 * depth(look) + max(9 - place, 1)
            self._push(column, "column", score, f"{column.title} in the column", look)
        top = folder_of_column(look.url)
        known = look.parent is not None and look.parent.survey is not None and look.parent.survey.annual
        if top is not None and not known and not look.below_a_body and self._own(top):
            self._push(
                ListPage(top), "guess", ANNUAL + 5, f"the folder above {urlsplit(look.url).path}", look
            )

    def _follow_links(self, look: Look, page: TextResponse, found: Survey) -> None:
        """Links that promise annual reports, portals and groups of bodies; then bodies of a directory."""
        links = list(self._links(page, found))
        columns = {link.url for link in found.columns} if found.annual else set()
        annual = [
            (link, judged) for link, judged in links if judged.score >= ANNUAL and link.url not in columns
        ]
        many = len(annual) >= MANY_COLUMNS and look.directory is not None and look.role != "body"
        for place, (link, judged) in enumerate(annual):
            why = f"{link.title or link.url}: {judged.why}"
            score = 95 if look.role == "body" else judged.score
            if many and place >= SAMPLES:
                score = ANNUAL - 2  # only while the others have not shown enough
            role: Role = "body" if many else "link"
            self._push(replace(link, annual=judged.kind == "annual"), role, score, why, look)
        if look.role in ("body", "report") or look.holds:
            return
        for link, judged in links:
            if judged.kind in ("portal", "group") and judged.score <= ANNUAL:
                of_bodies = OF_BODIES.search(link.title or "") is not None
                score = (58 if of_bodies else min(judged.score, ANNUAL - 1)) - 2 * depth(look)
                self._push(link, "link", score, f"{link.title or link.url}: {judged.why}", look)
        for place, body in enumerate(look.bodies[:SAMPLES]):
            score = 40 if look.role == "start" else 57  # a home page's are often links to other sites
            self._push(
                body, "body", score - place, f"{body.title}, one of the bodies that the page names", look
            )

    def _follow_reports(self, look: Look, found: Survey) -> None:
        """From reports that stand elsewhere the way back: the folder in their address, their breadcrumb."""
        if found.annual or look.role == "report":
            return
        for place, (entry, _) in enumerate(found.reports[:SAMPLES]):
            if not self._own(entry.url):
                continue
            if (top := folder_of_column(entry.url)) is not None:
                self._push(ListPage(top), "guess", 80, f"the folder of {entry.title}", look)
            self._push(
                ListPage(entry.url, entry.title), "report", 52 - place, f"{entry.title}: its breadcrumb", look
            )

    def _links(self, page: TextResponse, found: Survey) -> Iterator[tuple[ListPage, ColumnJudgement]]:
        """All links of the page but its rows, judged; those that the family knows first."""
        seen: set[str] = set()
        shown = {entry.url for entry in found.entries}
        others = ((link, judge_column(link.title or "", link.url)) for link in rows.columns(page, NO_ARTICLE))
        for link, judged in (*found.links, *others):
            if link.url in seen or judged.score == 0:
                continue
            if (link.url in shown or is_article(link.url, found.family)) and names_a_report(link):
                continue
            if NO_COLUMN.search(rows.path_of(link.url)):
                continue
            seen.add(link.url)
            if self._own(link.url) or self._of_this_place(link, judged):
                yield link, judged
            elif judged.score >= 50:
                self.rejected.setdefault(link.url, f"{link.title}: {self._foreign(link.url)}")

    # -------------------------------------------------------------- the queue

    def _begin(self, look: Look) -> None:
        """After the first answer: the home page and known paths, for when no link leads on."""
        if look.state in ("blocked", "spent", "unreachable"):
            return
        self.hosts = tuple(dict.fromkeys((*self.hosts, urlsplit(look.url or look.at.url).netloc)))
        home = urljoin(look.url or self.start, "/")
        self._push(ListPage(home), "guess", 55, "the home page", look)
        for place, path in enumerate(KNOWN_PATHS):
            self._push(
                ListPage(urljoin(home, path)), "guess", 15 - place, "a path that many sites have", look
            )

    def _push(self, page: ListPage, role: Role, score: int, why: str, parent: Look | None) -> None:
        self._order += 1
        look = Look(page, role, max(score, 1), why, parent)
        heapq.heappush(self._queue, (-look.score, self._order, look))

    def _worth(self) -> int:
        """The score that a page needs to be worth a request, by what is known already."""
        if any(look.state == "blocked" for look in self.looks[-2:]):
            return 101  # whoever blocks has said enough
        if not self.found:
            return 1
        seen = {
            judged.organization or entry.organization
            for look in self.looks
            if look.holds and look.survey is not None
            for entry, judged in look.survey.reports
        } - {None}
        return ANNUAL if len(seen) >= FEW_BODIES or self._explored >= EXPLORED else 20

    def _needless(self, look: Look) -> bool:
        """Whether nothing new is to be expected: its column is known to hold reports, and was sampled."""
        if look.parent is None:
            return False
        if look.role == "column":
            siblings = (
                other for other in self.looks if other.parent is look.parent and other.role == "column"
            )
            held = sum(self.yields(other) for other in siblings)
            names_a_year = look.at.year != look.parent.at.year
            return look.parent.holds or held >= (1 if names_a_year else GROUPS)
        if look.role == "part":
            return self.yields(look.parent)
        if look.role == "guess" and look.score == ANNUAL + 5:
            return any(other.holds and other.url == look.at.url for other in self.looks)
        return False

    def yields(self, look: Look) -> bool:
        """Whether reports were seen in the page or on a way down from it."""
        return look.holds or any(other.parent is look and self.yields(other) for other in self.looks)

    # -------------------------------------------------------------- hosts

    def _own(self, url: str) -> bool:
        return not self._foreign(url)

    def _of_this_place(self, link: ListPage, judged: ColumnJudgement) -> bool:
        """Whether another government's column says that it holds this place's reports (cms-families 16.6)."""
        place = re.split(r"(?<=[省市州盟])(?=.{2})", self.name or "")[-1]  # the last part: 虚构己区
        named = bool(place) and place in (link.title or "")
        return named and judged.kind == "annual" and refusal(link.url, self.hosts) is None

    def _foreign(self, url: str) -> str:
        """Why an address is not this site's business, or an empty text."""
        if reason := refusal(url, self.hosts):
            return reason
        host = urlsplit(url).netloc
        if host in self.hosts:
            return ""
        if not any(same_domain(url, f"//{own}/") for own in self.hosts):
            return f"{host} is somebody else's site"
        whole = any(own.startswith("www.") or own.count(".") == 2 for own in self.hosts)
        return "" if whole or DISCLOSURE_HOSTS.match(host) else f"{host} is the site of another body"
