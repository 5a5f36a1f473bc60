"""Whether a site is still as its entry says: its seeds and directories, asked with few requests. Pure.

A column is as it should be while it lists annual reports, or leads on to columns that do. This module must
not fetch; what is wrong it says, what to do about it too.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from crawler.cms import FAMILIES, ListPage
from crawler.columns import survey
from crawler.probing.looks import is_article, key_of

if TYPE_CHECKING:
    from crawler.columns import Survey
    from crawler.probing.asking import Answer
    from crawler.sites import Site

BUDGET = 8
"""Requests for each site, robots.txt included."""
Condition = Literal["ok", "drifted", "blocked", "forbidden", "unreachable", "unknown"]
"""`unknown`: the requests did not last."""
WORST: tuple[Condition, ...] = ("blocked", "drifted", "unreachable", "forbidden", "unknown", "ok")
"""What is said of a site whose addresses fare differently."""


@dataclass(slots=True)
class Address:
    """A seed or directory of the entry, and how it fared."""

    url: str
    page: ListPage
    condition: Condition = "unknown"
    why: str = "the requests did not last for it"
    family: str | None = None
    """The family that recognised its pages."""
    ways: deque[ListPage] = field(default_factory=deque)
    """Where it leads on, while no report was seen."""


class Check:
    """What to ask for to see whether an entry still holds. A `Plan`."""

    def __init__(self, site: Site, budget: int = BUDGET) -> None:
        self.site = site
        self.hosts = site.hosts
        self.budget = budget
        self.requests = 0
        self.addresses = [
            *(Address(url, ListPage(url, annual=True)) for url in site.seeds),
            *(Address(url, ListPage(url, kind="directory")) for url in site.directories),
        ]
        self._waiting: deque[tuple[Address, ListPage]] = deque((a, a.page) for a in self.addresses)
        self._asked: dict[str, Address] = {}

    # -------------------------------------------------------------- the plan

    def next(self) -> ListPage | None:
        """Each address of the entry, then where those lead on that showed no report yet, in turn."""
        if self.requests >= self.budget or self.condition == "blocked":
            return None
        while self._waiting:
            address, page = self._waiting.popleft()
            if key_of(page) not in self._asked:
                self._asked[key_of(page)] = address
                return page
        for address in self.addresses:
            if address.ways and address.condition == "unknown":
                self._waiting.append((address, address.ways.popleft()))
        if self._waiting:
            return self.next()
        for address in self.addresses:
            if address.condition == "unknown":
                address.condition, address.why = "drifted", "leads to no annual report any more"
        return None

    def answered(self, asked: ListPage, answer: Answer) -> None:
        """Takes note of an answer."""
        address = self._asked[key_of(asked)]
        first = asked == address.page
        if answer.page is not None:
            found = survey(answer.page, asked, FAMILIES[self.site.family], FAMILIES.values())
            self._read(address, found, answer.url, first=first)
        elif answer.state == "blocked":
            address.condition, address.why = "blocked", answer.why
        elif first:
            self._lost(address, answer)
        elif not address.ways and address.condition == "unknown" and answer.state != "spent":
            address.condition, address.why = "drifted", f"what it leads to cannot be had: {answer.why}"

    # -------------------------------------------------------------- the verdict

    @property
    def condition(self) -> Condition:
        """How the site fared as a whole."""
        seen = {address.condition for address in self.addresses}
        return next(condition for condition in WORST if condition in seen)

    @property
    def advice(self) -> str:
        """What to do about it; empty where nothing is to be done."""
        if self.condition == "drifted":
            start = f"https://{self.site.hosts[0]}/"
            return f"gongkai probe {start} --write"
        if self.condition in ("blocked", "unreachable"):
            return "try again another day; blocks are respected, not worked around"
        if self.condition == "unknown":
            return f"gongkai sites check {self.site.key} --budget {self.budget * 3}"
        return ""

    def _read(self, address: Address, found: Survey, url: str, *, first: bool) -> None:
        if found.why is not None:
            address.family = found.family.name
        if found.reports and (found.annual or address.page.kind == "column"):
            address.condition, address.why = "ok", f"lists {len(found.reports)} annual reports"
        elif found.is_report or (first and is_article(url, found.family)):
            address.condition, address.why = "ok", "is there"
        else:
            further = () if found.entries else found.next_pages
            address.ways.extendleft(reversed((*_some(found, address.page), *found.parts, *further)))
            address.why = "reports were not reached with so few requests"
            if not address.ways:
                address.condition = "drifted"
                address.why = f"lists no annual report any more ({len(found.entries)} rows)"
        self._compare(address, url, first=first)

    def _compare(self, address: Address, url: str, *, first: bool) -> None:
        """A page that is there, but elsewhere or on another system, has drifted all the same."""
        if first and key_of(replace(address.page, url=url)) != key_of(address.page):
            fragment = urlsplit(address.url).fragment
            if not fragment or key_of(ListPage(f"{url}#{fragment}")) != key_of(ListPage(address.url)):
                address.condition, address.why = "drifted", f"has moved to {url}"
        elif (
            address.condition == "ok"
            and address.family not in (None, self.site.family)
            and not self._still(self.site.family)
        ):
            address.condition = "drifted"
            address.why += f", but its pages are of the family {address.family} now"

    def _still(self, family: str) -> bool:
        return any(address.family == family for address in self.addresses)

    def _lost(self, address: Address, answer: Answer) -> None:
        conditions: dict[str, Condition] = {
            "absent": "drifted",
            "document": "ok",
            "forbidden": "forbidden",
            "unreachable": "unreachable",
        }
        address.condition = conditions.get(answer.state, "unknown")
        address.why = "is a document" if answer.state == "document" else answer.why


def _some(found: Survey, top: ListPage) -> tuple[ListPage, ...]:
    """Some of the columns that a page leads to: of a directory's bodies those in the middle, for its first
    and last links are often menus'."""
    if top.kind == "directory" and (bodies := [page for page in found.columns if page.kind == "body"]):
        middle = len(bodies) // 2
        return (*bodies[middle : middle + 2], *bodies[:1])
    return found.columns[:3]
