"""Whether a published report was in time: what was observed first, then what the site states. Pure.

Nobody is called late without proof. Proof is a crawl that read the list in time and did not find the report
there, or a day of publication after the deadline that nothing speaks against. A doubt makes it `undated`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines.coverage.facts import Document, Found
from pipelines.coverage.model import Claim, Deadline, Note, NoteCode, Punctuality, day_in_china

NEAR = timedelta(days=7)
"""Within so many days of each other reports of several years were put on a new website, not published."""


_STATED_ONLY = "rests on the site's own date alone: a report that was put up anew bears a new one"


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a report was in time, and why."""

    punctuality: Punctuality
    published: Claim | None
    late_days: int | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Relaunches:
    """Days on which a site was filled with old reports: what they date says nothing."""

    days: tuple[tuple[date, int, str], ...]
    """Of each claim that comes after the year in which its report was due: day, report year and body."""

    @classmethod
    def of(cls, reports: Sequence[Found]) -> Relaunches:
        """Those that the claims of a site's reports betray."""
        return cls(
            tuple(
                (claim.day, report.year, report.organization)
                for report in reports
                for claim in {c.day: c for d in report.documents for c in d.claims}.values()
                if claim.day > date(report.year + 1, 12, 31)
            )
        )

    def near(self, day: date, year: int, organization: str) -> bool:
        """Whether old reports of other years were dated at about that day too: two, or one
        of the same body."""
        others = [(other, body) for at, other, body in self.days if other != year and abs(at - day) <= NEAR]
        return len(others) >= 2 or any(body == organization for _, body in others)


def judge_time(
    report: Found,
    deadline: Deadline,
    relaunches: Relaunches,
    absent: datetime | None,
    other_year: str | None,
) -> Judged:
    """Whether the report was in time.

    `absent`: the beginning of the first crawl after the deadline that proves that it was not there yet.
    `other_year`: why the report may be another year's, if it may.
    """
    if day_in_china(report.first) < date(report.year, 12, 1):
        message = f"it was there before {report.year} was over: its title may name the year of publication"
        return Judged("undated", None, None, (Note("perhaps-other-year", message),))
    if day_in_china(report.first) <= deadline.day:
        return Judged("on-time", _first(_credible(report)), None, ())
    verdict, claim, notes = _by_claims(report, deadline, relaunches)
    if verdict == "late" and other_year is not None:
        verdict, notes = "undated", (*notes, Note("perhaps-other-year", other_year))
    if absent is None:
        if verdict != "late" or claim is None:
            return Judged(verdict, claim, None, notes)
        notes = (*notes, Note("stated-only", _STATED_ONLY))
        return Judged(verdict, claim, (claim.day - deadline.day).days, notes)
    if other_year is not None:
        return Judged("undated", claim, None, (*notes, Note("perhaps-other-year", other_year)))
    return _observed(deadline, claim, absent, notes)


def _observed(deadline: Deadline, claim: Claim | None, absent: datetime, notes: tuple[Note, ...]) -> Judged:
    """Late, for a crawl after the deadline did not find it, whatever is stated."""
    looked = day_in_china(absent)
    if claim is not None and claim.day >= looked:
        return Judged("late", claim, (claim.day - deadline.day).days, notes)
    if claim is not None:
        message = (
            f"{claim.day.isoformat()} is stated, but a complete crawl of {looked.isoformat()} read the list "
            "and did not find it there"
        )
        notes = (*notes, Note("date-doubtful", message))
    days = (looked - deadline.day).days
    notes = (*notes, Note("at-least", f"it was not there on {looked.isoformat()}"))
    return Judged("late", claim, days, notes)


def _by_claims(
    report: Found, deadline: Deadline, relaunches: Relaunches
) -> tuple[Punctuality, Claim | None, tuple[Note, ...]]:
    """What the stated days say: each page for itself, the best of them counts."""
    notes: dict[Note, None] = {}
    verdicts: list[tuple[Punctuality, Claim | None]] = []
    for document in report.documents:
        verdicts.append(_of_document(document, report, deadline, relaunches, notes))
    stated = [pair for pair in verdicts if pair[1] is not None]
    for wanted in ("on-time", "undated", "late"):
        fitting = [pair for pair in stated if pair[0] == wanted]
        if fitting:
            verdict, claim = min(fitting, key=lambda pair: pair[1].day if pair[1] else date.max)
            kept = () if verdict == "on-time" else tuple(notes)
            return verdict, claim, kept
    return "undated", None, tuple(notes)


def _of_document(
    document: Document,
    report: Found,
    deadline: Deadline,
    relaunches: Relaunches,
    notes: dict[Note, None],
) -> tuple[Punctuality, Claim | None]:
    """What one address states."""

    def note(code: NoteCode, message: str) -> None:
        notes[Note(code, message)] = None

    credible = _credible_of(document, report.year)
    for claim in document.claims:
        if claim not in credible:
            note("date-implausible", f"{_says(claim)}, which cannot be")
    if not credible:
        return "undated", None
    before = [claim for claim in credible if claim.day <= deadline.day]
    after = [claim for claim in credible if claim.day > deadline.day]
    first = min(credible, key=lambda claim: claim.day)
    if before and after:
        note("dates-disagree", f"{_says(before[0])}; {_says(after[0])}")
        return "undated", first
    if before:
        return "on-time", first
    if first.day > date(report.year + 1, 12, 31):
        note("date-implausible", f"{_says(first)}, more than a year late: perhaps a new website's day")
        return "undated", first
    if relaunches.near(first.day, report.year, report.organization):
        note("relaunch-date", f"{_says(first)}, as reports of other years do: perhaps a new website's day")
        return "undated", first
    visited = abs(first.day - day_in_china(document.first)) <= timedelta(days=1)
    told = {claim.source for claim in credible}
    restamped = any(claim.day > first.day for claim in document.claims if claim not in credible)
    if visited and (told == {"page"} or (restamped and "list" not in told)):
        note("visit-day", f"{_says(first)}, when it was first fetched: perhaps the page's calendar")
        return "undated", first
    early = [day for day in document.hinted if date(report.year + 1, 1, 1) <= day <= deadline.day]
    if early:
        note(
            "dates-disagree",
            f"{_says(first)}; its address or the file's date say {min(early).isoformat()}",
        )
        return "undated", first
    return "late", first


def _credible(report: Found) -> list[Claim]:
    return [claim for document in report.documents for claim in _credible_of(document, report.year)]


def _credible_of(document: Document, year: int) -> list[Claim]:
    """Days that can be: after the year is nearly over, and not after the archive had the report."""
    seen = day_in_china(document.first)
    return [claim for claim in document.claims if date(year, 12, 1) <= claim.day <= seen + timedelta(days=1)]


def _first(claims: Sequence[Claim]) -> Claim | None:
    return min(claims, key=lambda claim: claim.day, default=None)


def _says(claim: Claim) -> str:
    what = {
        "metadata": "the page's metadata say",
        "page": "the page says",
        "document": "the document says",
        "list": "the list says",
    }
    return f"{what[claim.source]} {claim.day.isoformat()}"
