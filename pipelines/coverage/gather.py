"""From the archive to facts: one pass over a site's captures, its published reports, its run records.

Reads of bodies and readings only what a date's source or a change needs. Everything is as of the end of a
day: what was captured later is as good as not there. It must not judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipelines.coverage.dates import address_days, claims_of, http_date
from pipelines.coverage.differing import differ
from pipelines.coverage.facts import Address, Document, Found, Look, Loose, Trouble, bare
from pipelines.coverage.looking import ENOUGH
from pipelines.coverage.model import Claim, day_in_china
from pipelines.report.model import TABLES
from pipelines.report.titles import parse_title
from pipelines.shelf import Shelf
from pipelines.versions import UNFIT, hints_of
from storage.archive import Archive
from storage.journal import Capture
from storage.keys import run_started
from storage.listing import in_threads

_REFUSED_LIST = ("failed", "blocked")
_SPOKEN = 6
"""Letters of a name that says whose it is: 虚构县财政局, not 财政局."""
_THREADS = 8
"""Reports looked at at once: a store far away takes its time for each body."""
_UNPUBLISHED = (
    "what stands there was not read as an annual report, or names nobody, or is not published yet: "
    "gongkai rebuild publishes"
)
_USUAL = 3
"""Crawls before it that tell how many reports a crawl should meet."""


def addresses_of(captures: Iterable[Capture], until: datetime) -> dict[str, Address]:
    """What was ever said about each address of a report or attachment before that moment."""
    known: dict[str, Address] = {}
    for capture in captures:
        if capture.role not in ("report", "attachment") or capture.received >= until:
            continue
        address = known.get(capture.url)
        if address is None:
            address = known[capture.url] = Address(capture.url, capture.role)
        _add(address, capture)
    return known


def _add(address: Address, capture: Capture) -> None:
    said = hints_of(capture.hints)
    address.role, address.last = capture.role, capture.received
    address.asked = address.asked or capture.received
    address.organization = address.organization or said.organization
    address.year = address.year or said.year
    address.title = address.title or said.title
    if said.published is not None:
        address.days[said.published] = None
    if parent := capture.hints.get("parent"):
        address.parents[str(parent)] = None
    address.trouble, address.reason = _trouble(capture)
    if capture.sound:
        address.first = address.first or capture.received
        address.gone = None
        modified = http_date(capture.header("last-modified"))
        if modified is not None:
            address.modified = min(address.modified or modified, modified)
    elif capture.status in (404, 410) or {"soft-404", "login"} & set(capture.flags):
        address.gone = address.gone or capture.received
    else:
        address.missed = address.missed or capture.received


def _trouble(capture: Capture) -> tuple[Trouble | None, str]:
    flag = next((flag for flag in capture.flags if flag in UNFIT), None)
    if flag is None and capture.status in (200, 304) and capture.sha256 is not None:
        return None, ""
    if flag is None:
        return "not-served", f"the server answers {capture.status}"
    if flag == "blocked":
        return "blocked", UNFIT[flag]
    return ("not-read" if flag in ("truncated", "too-large") else "not-served"), UNFIT[flag]


# ------------------------------------------------------------------ published reports


def reports_of(archive: Archive, site: str, known: Mapping[str, Address], until: datetime) -> Iterator[Found]:
    """The site's published reports, as far as they were captured before that moment, in order."""

    def find(data: Mapping[str, Any]) -> Found | None:
        return _found(archive, site, data, known, until, other=False)

    found = in_threads(find, Shelf(archive, site).all(), _THREADS)
    yield from sorted(
        (one for one in found if one is not None), key=lambda report: (report.year, report.organization)
    )


def _found(
    archive: Archive,
    site: str,
    data: Mapping[str, Any],
    known: Mapping[str, Address],
    until: datetime,
    *,
    other: bool,
) -> Found | None:
    firsts: dict[str, datetime] = {}
    sources = [s for s in data["sources"] if s.get("url") and s.get("captured")]
    sources = [s for s in sources if datetime.fromisoformat(s["captured"]) < until]
    for source in sources:
        first = datetime.fromisoformat(source["captured"])
        firsts[source["url"]] = min(firsts.get(source["url"], first), first)
    if not firsts:
        return None
    stated = claims_of(archive, data, sources, known)
    documents = tuple(
        _document(url, first, known.get(url), stated.get(url, ())) for url, first in sorted(firsts.items())
    )
    mine = (data["organization"], data["year"])
    said = {
        (address.organization, address.year)
        for url in firsts
        if (address := known.get(url)) is not None and address.role == "report"
    }
    return Found(
        organization=data["organization"],
        year=data["year"],
        documents=documents,
        said=tuple(sorted((pair for pair in said if pair != mine and any(pair)), key=str)),
        legible=_legible(data),
        changed=differ(archive, data, sources),
        withdrawn=_withdrawn(firsts, known),
        site=site if other else None,
    )


def _document(url: str, first: datetime, address: Address | None, stated: tuple[Claim, ...]) -> Document:
    hinted = list(address_days(url))
    if address is not None and address.modified is not None:
        hinted.append(day_in_china(address.modified))
    if address is not None and address.first is not None and address.first < first:
        hinted.append(day_in_china(address.first))
    listed = () if address is None else tuple(Claim(day, "list", url) for day in address.days)
    return Document(
        url=url,
        first=first,
        claims=tuple(dict.fromkeys((*stated, *listed))),
        hinted=tuple(hinted),
        parents=() if address is None else tuple(address.parents),
        attachment=address is not None and address.role == "attachment",
        missed=None if address is None else address.missed,
    )


def _legible(data: Mapping[str, Any]) -> bool:
    """Whether anything but a title was read of the report."""
    return any(data.get(part) for part in (*TABLES, "statistics", "sections"))


def _withdrawn(urls: Iterable[str], known: Mapping[str, Address]) -> datetime | None:
    """Since when every page of a report says that it does not exist."""
    pages = [a for url in urls if (a := known.get(url)) is not None and a.role == "report"]
    gone = [address.gone for address in pages if address.gone is not None]
    return max(gone) if gone and len(gone) == len(pages) else None


# ------------------------------------------------------------------ what became no report


def loose_of(known: Mapping[str, Address], published: Iterable[Found]) -> Iterator[Loose]:
    """Report pages that lists name and that no published report was read from.

    An attachment is its page's affair.
    """
    used = {document.url for found in published for document in found.documents}
    for address in known.values():
        if address.role != "report" or address.url in used:
            continue
        if address.trouble == "not-served" and not address.parents:
            continue  # an address that was made up, or is known of old: no list names it
        trouble: Trouble = address.trouble or "not-a-report"
        reason = address.reason or _UNPUBLISHED
        organization, year = named(address.title, address.organization, address.year)
        yield Loose(
            address.url, organization, year, trouble, reason, tuple(address.parents), address.asked,
            tuple(address.days),
        )  # fmt: skip


def named(
    title: str | None, organization: str | None = None, year: int | None = None
) -> tuple[str | None, int | None]:
    """Body and year of a list entry: as the list says them, else as its title does."""
    parsed = parse_title(title) if title and (organization is None or year is None) else None
    if parsed is not None:
        organization, year = organization or parsed.organization, year or parsed.year
    if year is None and title and (printed := set(re.findall(r"(?<!\d)20[0-4]\d(?=年)", title))):
        year = int(printed.pop()) if len(printed) == 1 else None
    return organization, year


# ------------------------------------------------------------------ crawls


def looks_of(
    records: Iterable[Mapping[str, Any]], known: Mapping[str, Address], until: datetime
) -> list[Look]:
    """The crawls that began before that moment, oldest first, each with what it can prove."""
    looks = sorted(
        (look for record in records if (look := _look(record, known, until)).started < until),
        key=lambda look: (look.started, look.run),
    )
    usual: list[int] = []
    for at, look in enumerate(looks):
        if look.years is None and look.finished:
            if look.reports < ENOUGH * max(usual[-_USUAL:], default=0):
                looks[at] = replace(look, finished=False)
            usual.append(look.reports)
    return looks


def _look(record: Mapping[str, Any], known: Mapping[str, Address], until: datetime) -> Look:
    answered = frozenset(
        url for state in ("captured", "unchanged", "resting") for url in record.get(state) or ()
    )
    text, stopped = record.get("started"), record.get("stopped")
    started = datetime.fromisoformat(text) if text else run_started(str(record["run"]))
    over = stopped is None or datetime.fromisoformat(stopped) < until  # else what it met is not all known
    return Look(
        run=str(record.get("run", "")),
        started=started,
        finished=over and _finished(record),
        years=_years(record, answered, known),
        touched=frozenset(bare(url) for url in answered),
        troubled=tuple(replace(one, since=started) for one in _troubled(record, known)),
        closed=tuple(bare(t["url"]) for t in record.get("refused") or () if t.get("role") == "list"),
        offering=_offering(record, answered, known),
        reports=int(record.get("reports") or 0),
    )


def _finished(record: Mapping[str, Any]) -> bool:
    """Whether every list that the crawl found was read to its end, and nothing of it stumbled."""
    if "lists" in record and not record["lists"]:
        return False  # no crawl of the lists
    if record.get("ended") != "finished" or record.get("gaps") or record.get("bugs") or record.get("lost"):
        return False
    return not any(t.get("role") == "list" for state in _REFUSED_LIST for t in record.get(state) or ())


def _years(
    record: Mapping[str, Any], touched: frozenset[str], known: Mapping[str, Address]
) -> frozenset[int] | None:
    """The years that a crawl asked for.

    Of a record that does not say, those of which it had something: it may have been asked for no other.
    """
    if "years" in record:
        return frozenset(record["years"]) if record["years"] else None
    return frozenset(a.year for url in touched if (a := known.get(url)) is not None and a.year is not None)


def _offering(
    record: Mapping[str, Any], answered: frozenset[str], known: Mapping[str, Address]
) -> frozenset[str]:
    """The lists that named reports."""
    if "lists" in record:
        return frozenset(bare(listed["url"]) for listed in record["lists"] or () if listed.get("reports"))
    met = (known[url] for url in answered if url in known)
    return frozenset(bare(parent) for address in met for parent in address.parents)


def _troubled(record: Mapping[str, Any], known: Mapping[str, Address]) -> Iterator[Loose]:
    for state in ("failed", "blocked", "refused", "absent"):
        for task in record.get(state) or ():
            if task.get("role") != "report":
                continue
            reason = str(task.get("reason", ""))
            if state == "absent" and "though the site links to it" not in reason:
                continue  # an address that was made up
            address = known.get(task["url"])
            title = task.get("title") or (address.title if address else None)
            organization, year = named(
                title, address.organization if address else None, address.year if address else None
            )
            trouble: Trouble = "not-served"
            if state == "blocked":
                trouble = "blocked"
            elif state == "refused":
                trouble = "refused"
            parents = tuple(address.parents) if address else ()
            yield Loose(task["url"], organization, year, trouble, reason, parents)


def report_elsewhere(
    archive: Archive, sites: Iterable[str], names: Iterable[str], year: int, until: datetime
) -> Found | None:
    """A body's report of the year on another site of the archive: bodies publish on each other's sites.

    Only names long enough to say their place are the same body's on two sites.
    """
    spoken = [name for name in names if len(name) >= _SPOKEN]
    for site in sites:
        for name in spoken:
            data = Shelf(archive, site).get((year, name))
            if data is not None and (found := _found(archive, site, data, {}, until, other=True)):
                return found
    return None
