"""What a cell is: from a body's reports, what lists name besides, and crawls, to one state. Pure.

The worst that can happen here is that a body is called late or missing that was not: wherever that cannot be
excluded the cell says `undated` or `unknown`, and a note says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.coverage.facts import Document, Found, Look, Loose
from pipelines.coverage.looking import Column, Peer, Question, first_absence, why_not
from pipelines.coverage.model import (
    BodyEntry,
    Cell,
    Deadline,
    Kind,
    Note,
    NoteCode,
    State,
    day_in_china,
)
from pipelines.coverage.punctual import Judged, Relaunches, judge_time

_KEPT = 3
"""A year of which a site that was first crawled long after holds fewer reports than this share of its usual
number (one in so many) is not kept there any more."""


_GROUP = 3
"""So many bodies of a kind do not all stop publishing at once: their column has moved."""


@dataclass(slots=True)
class Row:
    """A body before its cells are judged."""

    name: str
    kind: Kind
    mine: Callable[[str], bool]
    names: tuple[str, ...] = ()
    entry: BodyEntry | None = None
    reports: dict[int, list[Found]] = field(default_factory=dict)
    """By the year that the report itself states."""
    named: dict[int, list[Found]] = field(default_factory=dict)
    """Reports of other bodies or years that the lists call this body's, by the year that the lists state."""
    loose: dict[int, list[Loose]] = field(default_factory=dict)

    @property
    def known(self) -> list[int]:
        """Report years of which something of the body is known, in order."""
        return sorted({*self.reports, *self.named, *self.loose})

    @property
    def documents(self) -> list[Document]:
        """Every document of its reports on this site."""
        return [d for found in self.reports.values() for r in found if r.site is None for d in r.documents]


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same for all cells of a site."""

    looks: Sequence[Look]
    relaunches: Relaunches
    adrift: Sequence[Loose]
    """What lists name, and nobody knows whose it is or of which year."""
    per_year: Mapping[int, int]
    """Report year -> bodies that have a report."""
    per_kind: Mapping[tuple[Kind, int], int]
    """Kind and report year -> bodies of which something of the year is known."""
    was_named: Callable[[str, str], bool]
    """Whether a list of that run named that address."""
    troubled: Mapping[str, datetime]
    """When a crawl first could not have a page that a list named, by its address."""
    mentioned: Callable[[str, Row, int], str | None]
    """What a list of that run says of the body and year, though nothing of it was taken for a report."""
    successors: Callable[[Row, int], str | None]
    """Another body that may stand for this one in that year."""
    peers: Callable[[Row, int], Sequence[Sequence[Peer]]]
    """Other bodies' reports of the year."""
    today: date
    patience: int


def judge(row: Row, year: int, due: Deadline, site: Site) -> Cell:
    """The cell of that body and year."""
    asked = Question(
        year=year,
        due=due.day,
        column=Column.of(row.documents),
        mine=row.mine,
        loose=site.adrift,
        peers=site.peers(row, year),
        patience=site.patience,
    )
    found = row.reports.get(year, [])
    if found:
        return _published(row, year, due, site, asked, found)
    if year in row.named:
        return _named_otherwise(row, year, due, site, asked)
    if year in row.loose:
        return _not_had(year, due, row.loose[year])
    return _nothing(row, year, due, site, asked)


# ------------------------------------------------------------------ something is there


def _published(
    row: Row, year: int, due: Deadline, site: Site, asked: Question, found: Sequence[Found]
) -> Cell:
    judged = [(report, _time(row, report, due, site, asked)) for report in found]
    order = ("on-time", "undated", "late")
    report, best = min(judged, key=lambda pair: (order.index(pair[1].punctuality), pair[0].first))
    notes = list(best.notes)
    state: State = best.punctuality
    if not any(one.legible for one in found):
        state = "unread"
        notes.append(Note("not-read", "a document is there, of which nothing but its name could be read"))
    if any(one.changed for one in found):
        state = "changed"
    gone = [one.withdrawn for one in found]
    if all(gone):
        state = "changed"
        since = day_in_china(max(moment for moment in gone if moment is not None))
        notes.append(Note("withdrawn", f"since {since.isoformat()} its addresses say that it does not exist"))
    if not _owes(row.entry, year):
        notes.append(Note("outside-span", "the registry says that the body owes no report for this year"))
    if report.site is not None:
        notes.append(Note("other-site", f"found on the site {report.site}"))
    absent = next((note for note in best.notes if note.code == "at-least"), None)
    return Cell(
        year=year,
        state=state,
        deadline=due,
        punctuality=best.punctuality,
        published=best.published,
        claims=tuple(dict.fromkeys(c for one in found for d in one.documents for c in d.claims)),
        first_seen=min(one.first for one in found),
        late_days=best.late_days,
        looked=_absent(row, report, site, asked) if absent else None,
        names=tuple(dict.fromkeys(one.organization for one in found)),
        urls=tuple(dict.fromkeys(d.url for one in found for d in one.documents if not d.attachment))
        or tuple(dict.fromkeys(d.url for one in found for d in one.documents)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _time(row: Row, report: Found, due: Deadline, site: Site, asked: Question) -> Judged:
    absent = _absent(row, report, site, asked)
    judged = judge_time(report, due, site.relaunches, absent, _perhaps_other_year(row, report))
    if judged.punctuality == "late" and absent is None and (found := _named_before(row, report, site, due)):
        day, url = found
        message = f"a list named {url} as this report by {day.isoformat()}; it could not be had or read"
        notes = [note for note in judged.notes if note.code != "stated-only"]
        return Judged("undated", judged.published, None, (*notes, Note("perhaps-listed", message)))
    return judged


def _absent(row: Row, report: Found, site: Site, asked: Question) -> datetime | None:
    """When a crawl first proved that the report was not there though it was due."""
    if report.site is not None:
        return None
    vain = _named_in_vain(row, report, site)
    look = first_absence(
        [look for look in site.looks if not any(look.met(url) for _, url in vain)],
        asked,
        report.documents,
        min((moment for moment, _ in vain), default=report.first),
        lambda run, url: site.was_named(run, url) or site.mentioned(run, row, report.year) is not None,
    )
    return look.started if look is not None else None


def _named_in_vain(row: Row, report: Found, site: Site) -> list[tuple[datetime, str]]:
    """Each address that a list called this report and where it was not found, with when that was first:
    it may have stood there unread."""
    year = report.year
    moments = [(one.since, one.url) for one in row.loose.get(year, ())]
    moments += [
        (document.first, document.url) for one in row.named.get(year, ()) for document in one.documents
    ]
    moments += [(document.missed, document.url) for document in report.documents]
    moments += [(site.troubled.get(document.url), document.url) for document in report.documents]
    return [
        (moment, url)
        for moment, url in moments
        if moment is not None and date(year, 12, 1) <= day_in_china(moment) < day_in_china(report.first)
    ]


def _named_before(row: Row, report: Found, site: Site, due: Deadline) -> tuple[date, str] | None:
    """By when, and where, the report may have stood already, as lists and what stood there say."""
    found = [(day_in_china(moment), url) for moment, url in _named_in_vain(row, report, site)]
    days = [(day, one.url) for one in row.loose.get(report.year, ()) for day in one.days]
    named = (d for one in row.named.get(report.year, ()) for d in one.documents)
    days += [(claim.day, d.url) for d in named for claim in d.claims]
    found += [(day, url) for day, url in days if date(report.year, 12, 1) <= day <= due.day]
    return min(found, default=None)


def _perhaps_other_year(row: Row, report: Found) -> str | None:
    """Why a report may be another year's: it came when the next year's was due, which nobody has seen."""
    following = report.year + 1
    if following in row.reports or following in row.named:
        return None
    days = [claim.day for document in report.documents for claim in document.claims]
    days.append(day_in_china(report.first))
    if min(days) > date(report.year + 1, 12, 31):
        return f"it came when the report of {following} was due, and there is no other report of that year"
    return None


def _named_otherwise(row: Row, year: int, due: Deadline, site: Site, asked: Question) -> Cell:
    """A list calls a page this body's report of the year, and the page says something else."""
    cell = _published(row, year, due, site, asked, row.named[year])
    report = row.named[year][0]
    code: NoteCode = "published-as" if report.year == year else "year-doubtful"
    message = f"the list calls it this one; the document says {report.organization}, {report.year}"
    state: State = "undated" if cell.state == "late" else cell.state
    punctuality = "undated" if cell.punctuality == "late" else cell.punctuality
    return Cell(
        year=year,
        state=state,
        deadline=due,
        punctuality=punctuality,
        published=cell.published,
        claims=cell.claims,
        first_seen=cell.first_seen,
        names=cell.names,
        urls=cell.urls,
        notes=(Note(code, message), *cell.notes),
    )


def _not_had(year: int, due: Deadline, loose: Sequence[Loose]) -> Cell:
    """A list names the report, and it could not be had or read."""
    order = ("not-read", "not-a-report", "blocked", "refused", "not-served")
    one = min(loose, key=lambda each: (order.index(each.trouble), each.url))
    return Cell(
        year=year,
        state="blocked" if one.trouble in ("blocked", "refused") else "unread",
        deadline=due,
        urls=tuple(dict.fromkeys(each.url for each in loose)),
        notes=(Note(one.trouble, f"the list names it: {one.reason}"),),
    )


# ------------------------------------------------------------------ nothing is there


def _nothing(row: Row, year: int, due: Deadline, site: Site, asked: Question) -> Cell:
    def cell(state: State, *notes: Note, look: Look | None = None) -> Cell:
        return Cell(year, state, due, notes=notes, looked=look.started if look is not None else None)

    if not _owes(row.entry, year):
        return cell("did-not-exist")
    if site.today <= due.day:
        return cell("not-yet-due")
    reasons = [why_not(look, asked) for look in site.looks]
    proof = next((at for at in reversed(range(len(reasons))) if reasons[at] is None), None)
    if proof is None:
        last = reasons[-1] if reasons else None
        return cell("unknown", last or Note("not-crawled", "the archive has no crawl of this site"))
    look = site.looks[proof]
    if (said := site.mentioned(look.run, row, year)) is not None:
        return cell(
            "unknown", Note("perhaps-listed", f"a list says “{said}”, which led to no report"), look=look
        )
    doubts = (_doubt_of_being(row, year, site, due), _whole_year(row, year, site), _not_kept(year, site, due))
    if doubt := next((doubt for doubt in doubts if doubt is not None), None):
        return cell("unknown", doubt, look=look)
    notes = []
    if row.known and year > row.known[-1]:
        notes.append(
            Note("may-have-ended", "no report of a later year is known: say in the registry if it ended")
        )
    return cell("missing", *notes, look=look)


def _owes(entry: BodyEntry | None, year: int) -> bool:
    """Whether the body owes a report for the year, as far as the registry knows."""
    if entry is None:
        return True
    return (entry.first or year) <= year <= (entry.last or year)


def _doubt_of_being(row: Row, year: int, site: Site, due: Deadline) -> Note | None:
    """Why the body may not have been there, or may have published under another name."""
    if (other := site.successors(row, year)) is not None:
        return Note("perhaps-renamed", f"{other} may stand for it in this year: say so in the registry")
    moved = _moved_from(row, year)
    if moved is not None:
        return moved
    known, entry = row.known, row.entry or BodyEntry()
    if entry.first is not None:  # then it owes this year's: see _owes
        return None
    if not known or year < known[0]:
        return Note("before-first", "no report of an earlier year is known: it may not have existed yet")
    if year > known[-1] and entry.last is None and not (year == known[-1] + 1 and _watched(site, due)):
        return Note(
            "after-last", f"no report since {known[-1]} is known: it may have ended, or have another name"
        )
    return None


def _moved_from(row: Row, year: int) -> Note | None:
    """A report of the year before that came when this year's was due, or one of the year after that came
    before that year was over: its title may be wrong."""
    for report in row.reports.get(year + 1, []):
        days = [claim.day for document in report.documents for claim in document.claims]
        early = min((day_in_china(report.first), *days))
        if date(year + 1, 1, 1) <= early < date(year + 1, 12, 1):
            return Note(
                "perhaps-other-year",
                f"a report that calls itself {year + 1}'s is of {early.isoformat()}: it may be this one",
            )
    for report in row.reports.get(year - 1, []):
        for document in report.documents:
            late = [c.day for c in document.claims if date(year + 1, 1, 1) <= c.day <= date(year + 1, 12, 31)]
            if late:
                return Note(
                    "perhaps-other-year",
                    f"a report that calls itself {year - 1}'s was published on {late[0].isoformat()} "
                    f"({document.url}): it may be this one",
                )
    return None


def _whole_year(row: Row, year: int, site: Site) -> Note | None:
    """Why the whole year's reports may stand at another place: nobody has one, or nobody of the kind."""
    if not any(number for (_, at), number in site.per_kind.items() if at == year):
        who = "body of this site"
    elif not site.per_kind.get((row.kind, year)) and site.per_kind.get((row.kind, year - 1), 0) >= _GROUP:
        who = f"{row.kind} of this site"
    else:
        return None
    message = f"no {who} has one: the site may list this year elsewhere; `gongkai probe` its home page to see"
    return Note("whole-year", message)


def _not_kept(year: int, site: Site, due: Deadline) -> Note | None:
    """Why the report may have been there and be gone: a site that was first crawled long after."""
    if _watched(site, due):
        return None
    usual = sorted(site.per_year.values())
    middle = usual[len(usual) // 2] if usual else 0
    if site.per_year.get(year, 0) * _KEPT < middle:
        return Note(
            "year-not-kept",
            f"the site holds {site.per_year.get(year, 0)} reports of this year and usually {middle}: "
            "it may have taken them away",
        )
    return None


def _watched(site: Site, due: Deadline) -> bool:
    """Whether crawls of the site began before the next year's report was due."""
    next_due = due.day.replace(year=due.day.year + 1)
    return bool(site.looks) and day_in_china(site.looks[0].started) <= next_due
