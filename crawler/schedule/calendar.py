"""When reports are looked for: often while they are due, seldom when nothing is expected. Pure: no clock.

Departments publish until 31 January, governments until 31 March (State Council decree 711, article 49); until
the report year 2018 all of them until 31 March (decree 492, article 31). Whether a report was late can only
be said of a page that was looked for around these days, so a site has its turn

- daily from 10 January to 14 February and from 17 March to 14 April,
- weekly on the other days of January to May,
- monthly from June to December,

by the days of Asia/Shanghai, in the night from 01:00 to 06:00. Which day of the week or month and which
minute follows from a digest of the site's key (`stagger`), so that sites are spread and each keeps its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""Days and hours are those of the offices that publish, wherever the machine stands."""

Rhythm = Literal["daily", "weekly", "monthly"]

DAILY = (((1, 10), (2, 14)), ((3, 17), (4, 14)))
"""First and last (month, day) of the weeks around the deadlines."""
WEEKLY_UNTIL = 5
"""The last month of the weekly turns."""

OPENS = time(1)
MINUTES = 300
"""The night's minutes from `OPENS` on in which turns begin."""

_DAY = timedelta(days=1)


def rhythm(day: date) -> Rhythm:
    """How often sites are looked at around that day."""
    if any(first <= (day.month, day.day) <= last for first, last in DAILY):
        return "daily"
    return "weekly" if day.month <= WEEKLY_UNTIL else "monthly"


@dataclass(frozen=True, slots=True)
class ReportCalendar:
    """The turns of one site, one a day at most."""

    minute: int
    """Which of the night's `MINUTES`."""
    draw: int
    """A number of the site's own that chooses its day of the week and of the month."""

    @property
    def text(self) -> str:
        """What tells one plan from another; not the minute, which moves where sites come and go."""
        return "calendar reports"

    def next(self, after: datetime) -> datetime:
        """The first turn after that moment, in UTC."""
        day = _local(after).date()
        while not self._has_turn(day) or self._at(day) <= after:
            day += _DAY
        return self._at(day)

    def latest(self, since: datetime, done: datetime | None, now: datetime) -> datetime | None:
        """The last turn in (since, now] on a later day than that of the turn `done`; None: there is none."""
        day = _local(now).date()
        if self._at(day) > now:
            day -= _DAY
        over = _local(done).date() if done is not None else date.min
        # Two turns are at most 37 days apart: further back nothing is made up that a later one does not.
        for _ in range(38):
            if self._at(day) <= since or day <= over:
                return None
            if self._has_turn(day):
                return self._at(day)
            day -= _DAY
        return None

    def counts_from(self, due: datetime) -> datetime:
        """From when on a crawl counts for the turn at `due`: the beginning of its day.

        Machines that know of other sites have other minutes; none is to repeat what another did that night.
        """
        return datetime.combine(_local(due).date(), time(), ZONE).astimezone(UTC)

    def _has_turn(self, day: date) -> bool:
        match rhythm(day):
            case "daily":
                return True
            case "weekly":
                return day.weekday() == self.draw % 7
            case "monthly":
                return day.day == 1 + self.draw // 7 % 28

    def _at(self, day: date) -> datetime:
        opens = datetime.combine(day, OPENS, ZONE).astimezone(UTC)
        return opens + timedelta(minutes=self.minute)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)
