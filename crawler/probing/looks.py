"""Pages that a probe looked at, and what they turned out to be. Pure; it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

from crawler.cms import ListPage, rows
from crawler.columns import Survey
from crawler.links import annual_path, judge
from pipelines.addresses import canonical

if TYPE_CHECKING:
    from crawler.cms import Family
    from crawler.probing.asking import State

Role = Literal["start", "link", "column", "part", "body", "report", "guess"]
"""Why a page is looked at: a link that promises; part of an annual column; what a page loads; a body of a
directory; a report, for the way back to its column; an address that nothing links to."""


@dataclass(slots=True)
class Look:
    """One page that was asked for, and what it was."""

    at: ListPage
    role: Role
    score: int
    why: str
    """Why it was asked for."""
    parent: Look | None
    url: str = ""
    """Where it was in the end."""
    state: State = "page"
    verdict: str = ""
    survey: Survey | None = None
    directory: Survey | None = None
    """What it offers as a directory of bodies, where it names enough of them."""
    bodies: tuple[ListPage, ...] = ()
    """Those of them, or of their annual columns, that no earlier page named."""

    @property
    def below_a_body(self) -> bool:
        """Whether the way here led through a body of a directory."""
        return self.role == "body" or (self.parent is not None and self.parent.below_a_body)

    @property
    def holds(self) -> bool:
        """Whether reports were seen right here, in a place that is for them."""
        offered = self.survey
        if offered is None or not offered.annual:
            return False
        return bool(offered.reports) or self.is_report

    @property
    def is_report(self) -> bool:
        """Whether this is a column that is itself the report, and not one report's own page."""
        offered = self.survey
        return offered is not None and offered.is_report and not is_article(self.url, offered.family)


def verdict(look: Look) -> str:
    """What a page turned out to be, in words."""
    found = look.survey
    assert found is not None
    name = f"{found.name}: " if found.name else ""
    if look.is_report and found.annual:
        return f"{name}is itself an annual report"
    if found.annual and found.reports:
        return f"{name}annual reports, {len(found.reports)} of {len(found.entries)} rows"
    if found.annual and (found.columns or found.parts):
        return (
            f"{name}says annual reports, lists them further on ({len(found.columns) + len(found.parts)} ways)"
        )
    if found.annual:
        return f"{name}says annual reports, but lists none ({len(found.entries)} rows)"
    if look.directory is not None:
        return f"{name}names {len(look.bodies)} bodies"
    if look.at.kind == "body":
        return f"{name}a body's page, {len(found.columns)} annual columns"
    if found.reports:
        return f"{name}{len(found.reports)} annual reports among {len(found.entries)} rows"
    return f"{name}no annual reports"


def bodies_of(offered: Survey) -> list[ListPage]:
    """The bodies, or the annual columns of bodies, that a directory names."""
    return [column for column in offered.columns if column.kind == "body" or column.annual]


def depth(look: Look) -> int:
    """How many links away from where the person started."""
    return 0 if look.parent is None else 1 + depth(look.parent)


def key_of(page: ListPage) -> str:
    """What makes two questions the same one; of a bare script, the page that it stands on, too."""
    bare = page.method == "GET" and "?" not in page.url
    asker = dict(page.headers).get("Referer", "") if bare else ""
    return f"{page.method} {canonical(page.url)} {page.body or ''} {asker}"


def folder_of_column(url: str) -> str | None:
    """The folder that says 年报 in an address; None where there is none, or nothing below it."""
    segment = annual_path(url)
    path = urlsplit(url).path
    at = path.lower().find(f"/{segment}/") if segment else -1
    if at < 0:
        return None
    top = path[: at + len(segment or "") + 2]
    return urljoin(url, top) if "/" in path[len(top) :] else None


def names_a_report(link: ListPage) -> bool:
    """Whether a link's words name one report, and not a column of them. Some families' columns have
    addresses like articles' (cms-families 11)."""
    judged = judge(link.title or "")
    return judged.verdict != "other" and (judged.year is not None or judged.organization is not None)


def is_article(url: str, family: Family) -> bool:
    """Whether the family takes an address for an article's."""
    return bool(family.articles.search(rows.path_of(url)))
