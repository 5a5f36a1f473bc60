"""Which alerts the year must raise, and when they must be over: by the story and the server's log alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.year.stage import Visit, address, column, file_address
from tests.year.story import COUNTIES, DAMAGE, DEADLINES, PAUSE, YEAR, County, Report, moment, reports
from tests.year.truth import PATIENCE, first_sound

LONG = timedelta(days=3)
"""What one crawl has shown is told when it has lasted so long, or a second one shows it (docs/watch.md)."""
APART = timedelta(hours=6)
"""So far apart two crawls are two witnesses."""
MARGIN = timedelta(hours=2)
"""What is due by a leap is done within so long by the clock."""
FAR = datetime(9999, 1, 1, tzinfo=UTC)
SUMS = ("requests-balance", "requests-row-total", "requests-result-total", "review-total", "prose-figure")
"""What is found in a report whose sums do not add up, and whose prose has them right."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that must be raised between two moments, and be over before another."""

    code: str
    site: str
    about: str
    """What its subject must hold."""
    after: datetime
    before: datetime
    over: datetime | None = None
    """By when it must have ended; None: that is not looked at."""
    must: bool = True
    """False: it may be raised."""


class Watched:
    """When somebody looked: the daily watch runs at each leap, perhaps before that leap's crawls."""

    def __init__(self, leaps: Sequence[datetime]) -> None:
        self._leaps = sorted(leaps)

    def by(self, at: datetime, times: int = 1) -> datetime:
        """The moment by which what is so since `at` has been looked at so many times."""
        later = [leap for leap in self._leaps if leap + MARGIN >= at]
        return later[times] + MARGIN if times < len(later) else FAR

    def gaps(self) -> Iterator[tuple[datetime, datetime]]:
        """Leaps of more than a day."""
        return ((a, b) for a, b in pairwise(self._leaps) if b - a > timedelta(days=1))


def alerts(visits: Sequence[Visit], now: datetime, leaps: Sequence[datetime]) -> list[Raised]:
    """What must be raised by that moment, where time passed by these leaps."""
    watched = Watched(leaps)
    found = [alert for county in COUNTIES for alert in _of_county(county, visits, watched)]
    found += _of_the_house(watched)
    return [_until(alert, now) for alert in found if alert.after < now]


def _until(alert: Raised, now: datetime) -> Raised:
    return alert if alert.over is None or alert.over <= now else replace(alert, over=None)


def _of_county(county: County, visits: Sequence[Visit], watched: Watched) -> Iterator[Raised]:
    newest = [report for report in reports(county) if report.year == YEAR]
    yield from _troubles(county, visits, watched)
    for report in newest:
        yield from _edits(report, visits, watched)
        seen = _seen(report, visits)
        about = f"{report.body.name} {YEAR}"
        if report.body.unrelated and seen is not None:
            yield Raised("carry-over-broken", county.key, about, seen, watched.by(seen))
        yield from _late(report, newest, visits, watched)
    wrong = [report for report in newest if report.body.errors]
    whole = [seen for report in newest if (seen := _seen(report, visits)) is not None]
    if len(wrong) >= 5 and len(whole) >= 10:  # below that shares of two years are not compared
        tenth = sorted(whole)[9]
        yield from (
            Raised("findings-jump", county.key, f"{code} {YEAR}", tenth, watched.by(tenth)) for code in SUMS
        )


def _late(
    report: Report, newest: Sequence[Report], visits: Sequence[Visit], watched: Watched
) -> Iterator[Raised]:
    """A body that a crawl after its deadline did not find; where that is every body, the site."""
    county, deadline = report.county, DEADLINES[report.body.kind](YEAR)
    due = moment(deadline + PATIENCE) + timedelta(hours=14)
    out = moment(report.day) if report.day is not None else None
    looked = first_sound(visits, column(county), due)
    if looked is None:
        return
    if out is not None and looked >= out:  # nobody looked in time, but its page says when it appeared
        if report.states > deadline and (seen := _seen(report, visits)) is not None:
            yield Raised("late-body", county.key, f"{report.body.name} {YEAR}", seen, watched.by(seen))
        return
    others = [moment(other.day) for other in newest if other.day is not None]
    first = min(others, default=None)
    if first is not None and first <= looked:
        yield Raised("late-body", county.key, f"{report.body.name} {YEAR}", looked, watched.by(looked))
        return
    back = first_sound(visits, column(county), first) if first is not None else None
    if report is newest[0]:
        over = None if back is None else watched.by(back, 3)
        yield Raised("no-reports", county.key, str(YEAR), looked, watched.by(looked), over)
    if back is not None:
        yield Raised("late-body", county.key, f"{report.body.name} {YEAR}", back, watched.by(back))


def _edits(report: Report, visits: Sequence[Visit], watched: Watched) -> Iterator[Raised]:
    about, site = f"{report.body.name} {YEAR}", report.county.key
    for edit in report.edits:
        url = file_address(report) if edit.kind == "attachment" else address(report)
        if edit.kind in ("tables", "attachment"):
            if (seen := first_sound(visits, url, moment(edit.day))) is not None:
                yield Raised("table-changed", site, about, seen, watched.by(seen))
        elif edit.kind == "withdrawn":
            url = column(report.county)
            if (seen := first_sound(visits, url, moment(edit.day))) is not None:
                yield Raised("withdrawn", site, about, seen, watched.by(seen + LONG))


def _troubles(county: County, visits: Sequence[Visit], watched: Watched) -> Iterator[Raised]:
    for trouble in county.troubles:
        first, end = moment(trouble.first), moment(trouble.end)
        tried = [visit.at for visit in visits if county.host in visit.url and first <= visit.at < end]
        if not tried:
            continue
        told = next((at for at in tried if at - tried[0] >= APART), tried[0] + LONG)
        told = min(told, tried[0] + LONG)
        urls = [column(county), *([column(county, new=True)] if county.new_host else [])]
        backs = [at for url in urls if (at := first_sound(visits, url, end if url == urls[0] else first))]
        over = watched.by(min(backs), 3) if backs else None
        match trouble.kind:
            case "outage" | "gone":
                yield Raised("host-gone", county.key, county.host, tried[0], watched.by(told), over)
            case "block":
                # An alert is dated by the beginning of its evaluation, which may wait for the crawl's end.
                begun = tried[0] - timedelta(minutes=1)
                yield Raised("blocked", county.key, county.host, begun, watched.by(tried[0]), over)
            case "empty-list":
                yield Raised("list-empty", county.key, column(county), tried[0], watched.by(told), over)
                yield Raised("no-reports", county.key, "", tried[0], watched.by(told), over)


def _of_the_house(watched: Watched) -> Iterator[Raised]:
    """What happens to the archive and to the schedulers.

    Who leaps over days finds jobs overdue, and the watch may be the first of them.
    """
    found, mended = moment(DAMAGE.found), moment(DAMAGE.mended)
    yield Raised("damage", "", "", found - timedelta(hours=6), watched.by(found), watched.by(mended, 3))
    yield Raised("scheduler-behind", "", "", moment(PAUSE.first), watched.by(moment(PAUSE.end)))
    for before, leap in watched.gaps():  # of a machine's jobs, and of sites that nobody crawled meanwhile
        yield from [Raised("scheduler-behind", "", "", before, leap + MARGIN, must=False)] * 2


def _seen(report: Report, visits: Sequence[Visit]) -> datetime | None:
    return None if report.day is None else first_sound(visits, address(report), moment(report.day))
