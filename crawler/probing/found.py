"""What a probe found: which columns are the site's, what is in them, and the entry that follows. Pure.

A crawl starts at an entry's seeds and goes where `columns.py` leads; so of the annual columns that were seen
those are seeds that others are not reached from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from crawler.exits import Exit
from crawler.probing.looks import Look, is_article, key_of
from crawler.probing.naming import key_of_site
from crawler.sites import FIRST_REPORT_YEAR, Site

if TYPE_CHECKING:
    from crawler.cms import Entry, Family
    from crawler.links import Judgement
    from crawler.probing.plan import Search

Kind = Literal["column", "directory", "mixed"]
"""An annual column, a page of bodies each with one of its own, or a column of all kinds of things."""
Result = Literal["found", "nothing", "blocked", "forbidden", "unreachable", "absent"]
TITLES = 3
"""First titles that are shown of a column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A place that a crawl of the site starts from."""

    url: str
    kind: Kind
    name: str | None
    family: str
    why: str
    """Why it is taken for the family's."""
    chosen: str
    """Why it is taken for a column of annual reports."""
    reports: int
    """Reports seen in what was looked at; not all that there are."""
    bodies: tuple[str, ...]
    years: tuple[int, ...]
    titles: tuple[str, ...]
    parts: tuple[str, ...]
    """Names of the columns or bodies that it leads to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """All that a probe has to say."""

    start: str
    result: Result
    why: str
    """In a sentence, where nothing was found."""
    name: str | None
    code: str | None
    portal: str | None
    """The page from which the first column is linked."""
    columns: tuple[Column, ...]
    looks: tuple[Look, ...]
    left: tuple[Look, ...]
    """Pages that promise annual reports, and for which the budget did not last."""
    rejected: tuple[tuple[str, str], ...]
    requests: int
    budget: int

    @property
    def exit(self) -> Exit:
        """What the process says of it."""
        if self.result == "found":
            return Exit.OK
        return Exit.NOT_FOUND if self.result in ("nothing", "absent") else Exit.NETWORK

    @property
    def years(self) -> tuple[int, ...]:
        """Report years seen."""
        return tuple(sorted({year for column in self.columns for year in column.years}))

    @property
    def bodies(self) -> tuple[str, ...]:
        """Bodies seen."""
        return tuple(dict.fromkeys(body for column in self.columns for body in column.bodies))


def finding(search: Search) -> Finding:
    """What the search came to."""
    chosen = choose(search)
    columns = tuple(_column(look, kind, search) for look, kind in chosen)
    result, why = _nothing(search) if not columns else ("found", "")
    parent = chosen[0][0].parent if chosen else None
    return Finding(
        start=search.start,
        result=result,
        why=why,
        name=search.name,
        code=search.code,
        portal=parent.url if parent is not None else None,
        columns=columns,
        looks=tuple(search.looks),
        left=tuple(search.left),
        rejected=tuple(search.rejected.items()),
        requests=search.requests,
        budget=search.budget,
    )


# ------------------------------------------------------------------ which columns


def choose(search: Search) -> list[tuple[Look, Kind]]:
    """The fewest places from which all columns with reports are reached that were seen."""
    ways = _Ways(search.looks)
    holders = {id(look) for look in search.looks if look.holds}
    usable = [look for look in search.looks if look.survey is not None and look.at.method == "GET"]
    annual = [look for look in usable if look.survey is not None and look.survey.annual and not _single(look)]
    chosen: list[tuple[Look, Kind]] = []
    rounds: tuple[tuple[Kind, list[Look]], ...] = (
        ("column", [look for look in annual if not look.below_a_body]),
        ("directory", [look for look in usable if look.directory is not None]),
        ("column", annual),
    )
    for kind, candidates in rounds:
        while holders:
            best = max(candidates, key=lambda look: _rank(look, ways, holders), default=None)
            if best is None or not ways.below(best) & holders:
                break
            chosen.append((best, kind))
            holders -= ways.below(best)
    if not chosen:
        mixed = [
            look for look in usable if look.survey is not None and look.survey.reports and not _home(look)
        ]
        mixed.sort(key=lambda look: -len(look.survey.reports) if look.survey is not None else 0)
        chosen += [(look, "mixed") for look in mixed[:1]]
    return chosen


class _Ways:
    """Which looks a crawl reaches from which."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks: dict[str, Look] = {}
        for look in looks:
            self.looks.setdefault(key_of(look.at), look)
            self.looks.setdefault(key_of(replace(look.at, url=look.url)), look)
        self._below: dict[int, set[int]] = {}
        self.breadth: dict[int, int] = {}

    def below(self, look: Look) -> set[int]:
        """The `id`s of what is reached from `look`, itself included."""
        if id(look) not in self._below:
            seen, leads, waiting = {id(look)}, set(), [look]
            while waiting:
                for key in _leads(waiting.pop()):
                    leads.add(key)
                    found = self.looks.get(key)
                    if found is not None and id(found) not in seen:
                        seen.add(id(found))
                        waiting.append(found)
            self._below[id(look)], self.breadth[id(look)] = seen, len(leads)
        return self._below[id(look)]


def _leads(look: Look) -> set[str]:
    offered = look.directory or look.survey
    if offered is None:
        return set()
    further = () if offered.entries else offered.next_pages
    return {key_of(page) for page in (*offered.columns, *offered.parts, *further)}


def _rank(look: Look, ways: _Ways, holders: set[int]) -> tuple[int, ...]:
    covered = len(ways.below(look) & holders)
    year = look.at.year is not None
    article = look.survey is not None and is_article(look.url, look.survey.family)
    path = urlsplit(look.url).path
    return (
        covered,
        not article,
        ways.breadth[id(look)],
        look.role != "part",
        not year,
        -path.count("/"),
        -len(path),
    )


def _single(look: Look) -> bool:
    """Whether it is one report's own page, and no column."""
    return look.role == "report" or (look.survey is not None and look.survey.is_report and not look.is_report)


def _home(look: Look) -> bool:
    return urlsplit(look.url).path.count("/") <= 1 and not urlsplit(look.url).query


# ------------------------------------------------------------------ what is in them


def _column(look: Look, kind: Kind, search: Search) -> Column:
    offered = (look.directory if kind == "directory" else None) or look.survey
    assert offered is not None
    ways = _Ways(search.looks)
    below = [other for other in search.looks if id(other) in ways.below(look)]
    if kind == "mixed":
        below = [look]
    told = [pair for other in below if other.survey is not None for pair in other.survey.reports]
    family, why = _family(below)
    leads = look.bodies if kind == "directory" else offered.columns
    return Column(
        url=_address(look),
        kind=kind,
        name=offered.name,
        family=family.name,
        why=why,
        chosen=_chosen(look, kind),
        reports=len({entry.url for entry, _ in told}) + sum(other.is_report for other in below),
        bodies=_bodies(told, below),
        years=_years(told, below),
        titles=tuple(dict.fromkeys(entry.title for entry, _ in told if entry.title))[:TITLES],
        parts=tuple(dict.fromkeys(page.title for page in leads if page.title)),
    )


def _chosen(look: Look, kind: str) -> str:
    found = look.survey
    assert found is not None
    if kind == "directory":
        return f"it names {len(look.bodies)} bodies, and those looked at have annual columns"
    if kind == "mixed":
        return (
            f"{len(found.reports)} of its {len(found.entries)} rows are annual reports; no column says 年报"
        )
    return f"{look.why}; {look.verdict}"


def _family(looks: Iterable[Look]) -> tuple[Family, str]:
    """The family that most of the pages with reports are of."""
    read = [look.survey for look in looks if look.survey is not None]
    telling = [found for found in read if found.why and found.reports] or [
        found for found in read if found.why
    ]
    if not telling:
        return read[0].family, "no family recognises it"
    name = Counter(found.family.name for found in telling).most_common(1)[0][0]
    found = next(found for found in telling if found.family.name == name)
    return found.family, found.why or ""


def _bodies(told: Iterable[tuple[Entry, Judgement]], looks: Iterable[Look]) -> tuple[str, ...]:
    names = [judged.organization or entry.organization for entry, judged in told]
    names += [look.at.organization for look in looks if look.holds]
    return tuple(dict.fromkeys(name for name in names if name))


def _years(told: Iterable[tuple[Entry, Judgement]], looks: Sequence[Look]) -> tuple[int, ...]:
    """The years that titles say, and those of year folders: as addresses say them, or as a folder that was
    looked at shows (2024nb may hold the reports of 2023)."""
    years = {entry.year or judged.year for entry, judged in told}
    folders = [page for look in looks if look.survey is not None for page in look.survey.columns if page.year]
    years |= {page.year for page in folders if page.certain}
    shifts = {
        (entry.year or judged.year or 0) - look.at.year
        for look in looks
        if look.at.year is not None and look.survey is not None
        for entry, judged in look.survey.reports
    }
    if len(shifts) == 1 and (shift := shifts.pop()) in (0, -1):
        years |= {page.year + shift for page in folders if page.year}
    return tuple(sorted(year for year in years if year is not None and FIRST_REPORT_YEAR <= year <= 2100))


def _address(look: Look) -> str:
    """The address to start from: where redirects ended, with the fragment that was asked for."""
    _, mark, fragment = look.at.url.partition("#")
    return look.url.partition("#")[0] + mark + fragment


# ------------------------------------------------------------------ nothing


def _nothing(search: Search) -> tuple[Result, str]:
    """Why there is no column, by what the site answered."""
    states = Counter(look.state for look in search.looks)
    first = search.looks[0] if search.looks else None
    pages = states["page"]
    for state in ("blocked", "forbidden", "unreachable"):
        asked = [look for look in search.looks if look.state == state]
        if asked and (not pages or state == "blocked"):
            return state, f"{asked[0].url or asked[0].at.url}: {asked[0].verdict}"
    if not pages and first is not None:
        return "absent", f"{first.at.url}: {first.verdict}"
    spent = search.requests >= search.budget
    words = f"none of the {pages} pages looked at is a column of annual reports"
    return "nothing", f"{words}, and the budget of {search.budget} requests is spent" if spent else words


# ------------------------------------------------------------------ the entry


def entry_for(
    found: Finding, today: str, known: Site | None, taken: Iterable[str], given: Mapping[str, str | None]
) -> Site:
    """The registry entry that a finding makes; what a person gave (`name`, `code`, `key`) comes first.

    `known` is an entry of the same host: its key and what a probe cannot find out are kept. `taken` are the
    keys of others.
    """
    first = found.columns[0]
    host = urlsplit(first.url).netloc
    start = urlsplit(found.looks[0].url).netloc if found.looks else host
    hosts = dict.fromkeys(
        (*(known.hosts if known else ()), start, *(urlsplit(c.url).netloc for c in found.columns))
    )
    name = given.get("name") or (known.name if known else None) or found.name
    code = given.get("code") or (known.code if known else None) or found.code
    families = Counter({c.family: 0 for c in found.columns})
    for column in found.columns:
        families[column.family] += column.reports + 1
    fresh = Site(
        key=given.get("key") or (known.key if known else key_of_site(start, set(taken))),
        name=name or start,
        family=families.most_common(1)[0][0],
        hosts=tuple(hosts),
    )
    return replace(
        known or fresh,
        key=fresh.key,
        name=fresh.name,
        family=fresh.family,
        hosts=fresh.hosts,
        code=code,
        seeds=tuple(column.url for column in found.columns if column.kind != "directory"),
        directories=tuple(column.url for column in found.columns if column.kind == "directory"),
        known_years=tuple(sorted({*(known.known_years if known else ()), *found.years})),
        probed=today,
        unverified=tuple(_unverified(found, name, code)),
    )


def _unverified(found: Finding, name: str | None, code: str | None) -> Iterable[str]:
    if not name:
        yield "the name: no page says whose site it is"
    if not code:
        yield "the division code: no page has a 网站标识码"
    for column in found.columns:
        if column.kind == "directory":
            yield f"{column.url}: the annual columns of all but the first of its {len(column.parts)} bodies"
        if column.kind == "mixed":
            yield f"{column.url}: reports were seen in it among other things; no column says 年报"
        if column.why == "no family recognises it":
            yield f"{column.url}: its CMS; no family recognises it"
    if found.left:
        words = ", ".join(look.at.url for look in found.left[:3])
        yield f"not looked at for want of requests ({len(found.left)}): {words}"
