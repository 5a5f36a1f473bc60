"""Coverage of one site: which bodies there are, and what became of each one's report of each year.

The fold over what the archive holds, with the registry's corrections. No clock: the day is told, and what was
captured after it counts as not there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from pipelines.coverage.deadlines import DEFAULT, PATIENCE, Deadlines, deadline
from pipelines.coverage.facts import Found, Look, Loose
from pipelines.coverage.gather import addresses_of, looks_of, loose_of, report_elsewhere, reports_of
from pipelines.coverage.judge import Row, Site, judge
from pipelines.coverage.lists import ListsOf
from pipelines.coverage.looking import Peer
from pipelines.coverage.model import KINDS, Body, BodyEntry, Coverage, Kind, end_of_day
from pipelines.coverage.names import GOVERNMENT, duties, key, kind_of, related
from pipelines.coverage.punctual import Relaunches
from storage.archive import Archive

FIRST_YEAR = 2008
"""Decree 492 took effect on 1 May 2008: no report is about an earlier year."""


def survey(
    archive: Archive,
    site: str,
    bodies: Mapping[str, BodyEntry] | None = None,
    deadlines: Deadlines = DEFAULT,
    today: date | None = None,
    *,
    place: str = "",
    years: tuple[int, int] | None = None,
    elsewhere: Collection[str] = (),
    patience: int = PATIENCE,
) -> Coverage:
    """Bodies × years of the site as of the end of `today`, a day in China.

    `bodies`: the registry's corrections by name. `place`: the site's place (北京市西城区), which names may
    say or leave out. `years`: the first and last report year wanted, else from the first that is known to the
    last that has ended. `elsewhere`: other sites of the archive that may hold its bodies' reports.
    `patience`: days after a deadline before a crawl's word counts.

    Raises:
        ValueError: without `today`.
        StorageError: where the archive cannot be read.
    """
    if today is None:
        raise ValueError("survey() takes the day as of which it speaks")
    corrected = dict(bodies or {})
    until = end_of_day(today)
    known = addresses_of(archive.captures(site), until)
    reports = list(reports_of(archive, site, known, until))
    loose = list(loose_of(known, reports))
    looks = looks_of(archive.runs(site), known, until)
    loose = _with_troubled(loose, looks, reports)
    rows = _Rows(place, corrected)
    rows.add(reports, loose)
    wanted = _years(rows.all(), years, today)
    lists = ListsOf(archive, site)
    asked = Site(
        looks=looks,
        relaunches=Relaunches.of(reports),
        adrift=rows.adrift,
        per_year=Counter(year for row in rows.all() for year in row.reports),
        per_kind=Counter((row.kind, year) for row in rows.all() for year in row.known),
        was_named=lists.named,
        troubled=_first_troubled(looks),
        mentioned=partial(_mentioned, lists, rows.all(), place),
        successors=partial(_successor, rows.all(), place, _common(rows.all(), place)),
        peers=partial(_peers, _peers_by_kind(rows.all())),
        today=today,
        patience=patience,
    )
    judged = []
    for row in rows.all():
        cells = []
        for year in wanted:
            due = deadline(deadlines, row.kind, year)
            cell = judge(row, year, due, asked)
            if cell.state == "missing" and (
                found := report_elsewhere(archive, elsewhere, row.names, year, until)
            ):
                row.reports[year] = [found]
                cell = judge(row, year, due, asked)
            cells.append(cell)
        judged.append(Body(row.name, row.kind, tuple(cells), row.names, row.entry))
    order = ("government", "department", "institution", "township")
    whole = [look.started for look in looks if look.finished and look.years is None]
    return Coverage(
        site=site,
        place=place,
        today=today,
        years=wanted,
        bodies=tuple(sorted(judged, key=lambda body: (order.index(body.kind), body.name))),
        looked=max(whole, default=None),
        ignored=rows.ignored,
    )


def _with_troubled(loose: list[Loose], looks: Sequence[Look], reports: Iterable[Found]) -> list[Loose]:
    """What is left over, with pages that were never answered and that only run records know of."""
    known = {one.url for one in loose} | {d.url for report in reports for d in report.documents}
    newest = {one.url: one for look in looks for one in look.troubled}
    first = _first_troubled(looks)
    rest = (replace(newest[url], since=first[url]) for url in sorted(newest) if url not in known)
    return [*loose, *rest]


def _first_troubled(looks: Sequence[Look]) -> dict[str, datetime]:
    """When a crawl first could not have a page that a list named, by its address."""
    return {one.url: look.started for look in reversed(looks) for one in look.troubled}


class _Rows:
    """The bodies, each with all that is known of it."""

    def __init__(self, place: str, corrected: Mapping[str, BodyEntry]) -> None:
        self._place = place
        self._aliases = {
            key(name, place): key(canonical, place)
            for canonical, entry in corrected.items()
            for name in (canonical, *entry.also)
        }
        self._entries = {key(name, place): (name, entry) for name, entry in corrected.items()}
        self._rows: dict[str, Row] = {}
        self._names: dict[str, dict[str, int]] = defaultdict(dict)
        """Key -> name -> the newest year in which it was used."""
        self.adrift: list[Loose] = []
        for known, (name, entry) in self._entries.items():
            if not entry.ignore:
                self._row(known, name, 0)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Names that the registry leaves out."""
        return tuple(sorted(name for name, entry in self._entries.values() if entry.ignore))

    def all(self) -> list[Row]:
        """Every body, named as in its newest report, or as the registry names it."""
        for known, row in self._rows.items():
            names = self._names[known]
            newest = max(names, key=lambda name: (names[name], len(name), name))
            row.name = self._entries[known][0] if known in self._entries else newest
            row.names = tuple(sorted(names))
            entry = self._entries[known][1] if known in self._entries else None
            row.entry = entry
            row.kind = (entry.kind if entry else None) or kind_of(row.name, self._place)
        return list(self._rows.values())

    def add(self, reports: Sequence[Found], loose: Sequence[Loose]) -> None:
        """Puts reports, what lists call them, and what became no report, to their bodies."""
        for report in reports:
            if (row := self._of(report.organization, report.year)) is not None:
                row.reports.setdefault(report.year, []).append(report)
        for report in reports:
            self._add_as_listed(report)
        for one in loose:
            row = self._of(one.organization, one.year or 0) if one.organization else None
            if row is not None and one.year is not None:
                row.loose.setdefault(one.year, []).append(one)
            elif one.organization is None or row is not None:
                self.adrift.append(one)

    def _add_as_listed(self, report: Found) -> None:
        """To bodies and years that only the lists name for it; a body must be known by more than that."""
        for organization, year in report.said:
            known = self._key(organization or report.organization)
            year = year or report.year
            row = self._rows.get(known)
            if row is not None and report not in row.reports.get(year, []):
                row.named.setdefault(year, []).append(report)

    def _of(self, name: str, year: int) -> Row | None:
        """The body of that name; None where the registry leaves it out."""
        known = self._key(name)
        if known in self._entries and self._entries[known][1].ignore:
            return None
        return self._row(known, name, year)

    def _row(self, known: str, name: str, year: int) -> Row:
        names = self._names[known]
        names[name] = max(names.get(name, 0), year)
        if known not in self._rows:
            self._rows[known] = Row(name, "department", partial(self._is, known))
        return self._rows[known]

    def _is(self, known: str, name: str) -> bool:
        return self._key(name) == known

    def _key(self, name: str) -> str:
        known = key(name, self._place)
        return self._aliases.get(known, known)


def _years(rows: Sequence[Row], wanted: tuple[int, int] | None, today: date) -> tuple[int, ...]:
    """The report years of the table."""
    last = today.year - 1
    known = [year for row in rows for year in row.known if FIRST_YEAR <= year <= last]
    first, last = wanted or (min(known, default=last), last)
    return tuple(range(max(first, FIRST_YEAR), last + 1))


def _peers_by_kind(rows: Sequence[Row]) -> dict[tuple[Kind, int], list[tuple[str, Peer]]]:
    """The reports of each kind and year that are there, each with whose it is."""
    peers: dict[tuple[Kind, int], list[tuple[str, Peer]]] = defaultdict(list)
    for row in rows:
        for year, reports in row.reports.items():
            mine = [report for report in reports if report.site is None and report.withdrawn is None]
            if mine:
                urls = frozenset(document.url for report in mine for document in report.documents)
                peers[row.kind, year].append((row.name, Peer(min(report.first for report in mine), urls)))
    return peers


def _peers(
    known: Mapping[tuple[Kind, int], Sequence[tuple[str, Peer]]], row: Row, year: int
) -> tuple[list[Peer], list[Peer]]:
    """Other bodies' reports of the year: those of the row's kind, and all."""
    alike = [peer for name, peer in known.get((row.kind, year), ()) if name != row.name]
    everybody = [peer for kind in KINDS for name, peer in known.get((kind, year), ()) if name != row.name]
    return alike, everybody


def _mentioned(lists: ListsOf, rows: Sequence[Row], place: str, run: str, row: Row, year: int) -> str | None:
    """What a list of that run says of the body and year."""
    mine = key(row.name, place)
    names = {*row.names, *([mine] if len(mine) > 2 and mine != GOVERNMENT else [])}
    others = {
        name
        for other in rows
        if other is not row
        for name in (*other.names, key(other.name, place))
        if any(one != name and one in name for one in names)
    }
    return lists.mentioned(run, names, others, year)


def _successor(rows: Sequence[Row], place: str, common: frozenset[str], row: Row, year: int) -> str | None:
    """Another body that may have published this one's report of the year, or have taken its duties over.

    One that has a report of the year, none of any year in which this one has one, and a name that may be its.
    """
    mine = set(row.reports) | set(row.named)
    for other in sorted(rows, key=lambda each: each.name):
        theirs = set(other.known)
        if other is row or year not in theirs or mine & theirs:
            continue
        if any(related(one, two, place, common) for one in row.names for two in other.names):
            return other.name
    return None


def _common(rows: Sequence[Row], place: str) -> frozenset[str]:
    """Pairs of letters that many bodies of the site have in their names: they name no duty."""
    counts = Counter(pair for row in rows for pair in duties(row.name, place))
    return frozenset(pair for pair, number in counts.items() if number > max(3, len(rows) // 10))
