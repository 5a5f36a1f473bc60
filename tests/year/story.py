"""What happens in the played year: which bodies publish when, and what becomes of their reports.

Four counties and the year 2025, in which the reports about 2024 are due. Everything follows from the tables
at the end; names and numbers are invented. Knows no HTTP, and nothing of what Gongkai makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.made.truth import Truth, make, with_cell, with_errors

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE_HOUR = time(10, 0)
"""When things happen on their day: after the night's crawls."""
YEAR = 2024
"""The report year that is due in the story; two years before it are there from the beginning."""
YEARS = (YEAR - 2, YEAR - 1, YEAR)

EditKind = Literal["tables", "prose", "markup", "attachment", "withdrawn", "returned"]
TroubleKind = Literal["outage", "block", "empty-list", "gone"]
CELL = "active_disclosure.licensing.decisions"
"""The cell that corrections change: no identity has it."""
ADDED = "本段为虚构的补充说明，发布之后加入。"
"""What corrections add to the prose."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that is done to a published report on a day."""

    day: date
    kind: EditKind


@dataclass(frozen=True, slots=True)
class Body:
    """A publishing body of a county; `name` is whole."""

    name: str
    kind: Literal["department", "government", "township"] = "department"
    published: date | None = None
    """When the report about `YEAR` appears; None: it never does."""
    claims: date | None = None
    """The date that its page states, where that is another."""
    edits: tuple[Edit, ...] = ()
    """Of the report about `YEAR`."""
    since: int = YEARS[0]
    """Its first report year."""
    restless: bool = False
    """Its page differs on every visit: a counter, today's date, a token."""
    attached: bool = False
    """Its report is a PDF behind a page."""
    unrelated: bool = False
    """Its report about `YEAR` does not take up what the one before carried forward."""
    errors: bool = False
    """The sums of its report about `YEAR` do not add up in print."""
    fenced: bool = False
    """Its report's page about `YEAR` answers 403."""
    broken: bool = False
    """The file of its report about `YEAR` is damaged and cannot be read."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong with a whole site from one day to another (exclusive)."""

    kind: TroubleKind
    first: date
    end: date


@dataclass(frozen=True, slots=True)
class Damage:
    """A bit of a body in the archive flips; the monthly verification finds it, and the operator mends it."""

    county: str
    """Whose oldest report it is of."""
    day: date
    found: date
    mended: date


@dataclass(frozen=True, slots=True)
class County:
    """One site of the story."""

    key: str
    place: str
    host: str
    bodies: tuple[Body, ...]
    troubles: tuple[Trouble, ...] = ()
    moves: date | None = None
    """When it is at `new_host` from one hour to the next, under other addresses."""
    told: date | None = None
    """When the operator has heard of that and has changed the site's entry."""
    new_host: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One body's report about one year."""

    county: County
    body: Body
    year: int

    @property
    def number(self) -> int:
        """The article's number, by which its address is made."""
        place = [county.key for county in COUNTIES].index(self.county.key)
        return 1_000_000 + place * 10_000 + self.county.bodies.index(self.body) * 100 + self.year % 100

    @property
    def day(self) -> date | None:
        """When it appears."""
        if self.year == YEAR:
            return self.body.published
        return date(self.year + 1, 3 if self.body.kind != "department" else 1, 15)

    @property
    def states(self) -> date:
        """The date that its page states."""
        assert self.day is not None
        return (self.body.claims if self.year == YEAR else None) or self.day

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What is done to it, in the order of time."""
        return self.body.edits if self.year == YEAR else ()

    def is_out(self, now: datetime) -> bool:
        """Whether it can be had at that moment."""
        if self.day is None or now < moment(self.day):
            return False
        last = [edit.kind for edit in self.done(now) if edit.kind in ("withdrawn", "returned")][-1:]
        return last != ["withdrawn"]

    def done(self, now: datetime) -> list[Edit]:
        """What has been done to it by then."""
        return [edit for edit in self.edits if moment(edit.day) <= now]

    def truth(self, kinds: Set[EditKind] = frozenset()) -> Truth:
        """What it says after edits of these kinds."""
        truth = _original(self.county.place, self.body, self.year)
        if kinds & {"tables", "attachment"}:
            truth = with_cell(truth, CELL, int(truth.cells()[CELL] or 0) + 7)
        if "prose" in kinds:
            truth = replace(truth, prose=truth.prose | {1: (*truth.prose[1], ADDED)})
        return replace(truth, published=self.states)


def moment(day: date) -> datetime:
    """When on a day its events happen."""
    return datetime.combine(day, OFFICE_HOUR, ZONE)


def reports(county: County) -> Iterator[Report]:
    """Every report that the county's bodies owe, published or not."""
    for body in county.bodies:
        yield from (Report(county, body, year) for year in YEARS if year >= body.since)


def troubles(county: County, now: datetime) -> set[TroubleKind]:
    """What is wrong with the site at that moment."""
    return {t.kind for t in county.troubles if moment(t.first) <= now < moment(t.end)}


def moved(county: County, now: datetime) -> bool:
    """Whether the site is at its new host."""
    return county.moves is not None and now >= moment(county.moves)


def turning_points() -> list[datetime]:
    """Every moment at which anything changes in the played web or in its entries, in order."""
    days: set[date] = set()
    for county in COUNTIES:
        days |= {day for day in (county.moves, county.told) if day is not None}
        days |= {day for trouble in county.troubles for day in (trouble.first, trouble.end)}
        for report in reports(county):
            days |= {edit.day for edit in report.edits} | ({report.day} if report.day else set())
    return [moment(day) for day in sorted(days)]


@cache
def _original(place: str, body: Body, year: int) -> Truth:
    unrelated = body.unrelated and year == YEAR
    options: dict[str, Any] = {"organization": body.name, "year": year, "title_shape": 0}
    options["busy"] = 0.9 if unrelated else 0.3
    if year > body.since and not unrelated:
        options["previous"] = _original(place, body, year - 1)
    truth = make(f"{place}/{body.name}/{year}", **options)
    return with_errors(truth) if body.errors and year == YEAR else truth


def _d(month: int, day: int) -> date:
    return date(YEAR + 1, month, day)


def _edit(month: int, day: int, kind: EditKind) -> Edit:
    return Edit(_d(month, day), kind)


DEADLINES: dict[str, Callable[[int], date]] = {
    "department": lambda year: date(year + 1, 1, 31),
    "government": lambda year: date(year + 1, 3, 31),
    "township": lambda year: date(year + 1, 3, 31),
}
"""Report year -> the last day in time, by kind of body (State Council decree 711, article 49)."""

JIA, YI, BING, DING = "虚构甲县", "虚构乙县", "虚构丙县", "虚构丁县"
COUNTIES = (
    County(
        "nianjia",
        JIA,
        "www.nian-jia.gov.cn",
        (
            Body(f"{JIA}人民政府", "government", _d(3, 20)),
            Body(f"{JIA}教育局", errors=True, published=_d(1, 20), edits=(_edit(5, 12, "tables"),)),
            Body(f"{JIA}财政局", errors=True, published=_d(1, 24), edits=(_edit(4, 14, "prose"),)),
            Body(f"{JIA}水利局", published=_d(2, 18)),
            Body(f"{JIA}司法局"),
            Body(
                f"{JIA}民政局",
                errors=True,
                published=_d(1, 22),
                edits=(_edit(6, 10, "withdrawn"), _edit(9, 15, "returned")),
            ),
            Body(f"{JIA}统计局", published=_d(1, 26), restless=True),
            Body(f"{JIA}审计局", published=_d(1, 23), attached=True, edits=(_edit(7, 8, "attachment"),)),
            Body(f"{JIA}商务局", errors=True, published=_d(1, 21), edits=(_edit(8, 11, "markup"),)),
            Body(f"{JIA}应急管理局", errors=True, published=_d(1, 17), since=YEAR),
            Body(f"{JIA}丙字镇人民政府", "township", _d(2, 20)),
        ),
    ),
    County(
        "nianyi",
        YI,
        "www.nian-yi.gov.cn",
        (
            Body(f"{YI}人民政府", "government", _d(4, 9)),
            Body(f"{YI}教育局", published=_d(1, 30), edits=(_edit(2, 14, "tables"),)),
            Body(f"{YI}财政局", published=_d(2, 17), claims=_d(1, 31)),
            Body(f"{YI}水利局", published=_d(1, 15), unrelated=True),
            Body(f"{YI}司法局", published=_d(1, 16), broken=True, attached=True),
            Body(f"{YI}民政局", published=_d(1, 16), fenced=True),
        ),
        troubles=(
            Trouble("outage", _d(1, 27), _d(2, 4)),
            Trouble("block", _d(3, 10), _d(3, 17)),
            Trouble("empty-list", _d(10, 20), _d(11, 24)),
        ),
    ),
    County(
        "nianbing",
        BING,
        "www.nian-bing.gov.cn",
        (
            Body(f"{BING}人民政府", "government", _d(3, 5)),
            Body(f"{BING}教育局", published=_d(1, 13)),
            Body(f"{BING}财政局", published=_d(1, 14)),
        ),
        troubles=(Trouble("gone", _d(6, 2), date(YEAR + 2, 12, 31)),),
        moves=_d(6, 2),
        told=_d(7, 21),
        new_host="xxgk.nian-bing.gov.cn",
    ),
    County(
        "nianding",
        DING,
        "www.nian-ding.gov.cn",
        (
            Body(f"{DING}教育局", published=_d(4, 15), errors=True),
            Body(f"{DING}财政局", published=_d(4, 15), errors=True),
        ),
    ),
)

DAMAGE = Damage("nianding", _d(6, 1), _d(6, 2), _d(6, 13))
PAUSE = Trouble("outage", _d(8, 15), _d(9, 4))
"""Both machines are off; at the end of it somebody looks, and then starts them again."""
START = datetime.combine(_d(1, 6), time(12, 0), ZONE)


def _noons(*days: tuple[int, int]) -> tuple[datetime, ...]:
    return tuple(datetime.combine(_d(month, day), time(12, 0), ZONE) for month, day in days)


LEAPS = _noons(
    (1, 10), (1, 18), (1, 28), (1, 29), (1, 30), (2, 5), (2, 6), (2, 19), (2, 22), (3, 13), (3, 15), (3, 18),
    (3, 23), (4, 5), (4, 7), (4, 11), (4, 17), (4, 19), (5, 16), (5, 22), (5, 30), (6, 3), (6, 5), (6, 30),
    (7, 5), (7, 20), (7, 30), (8, 3), (8, 12), (9, 6), (9, 30), (10, 2), (10, 19), (10, 30), (11, 3),
    (11, 23), (11, 30), (12, 3), (12, 30), (12, 31),
)  # fmt: skip
"""What a year takes where not every day is played: the days around those on which something happens, each
state looked at before it may be over."""
WINTER = _noons((1, 10), (1, 28), (1, 29), (1, 30), (2, 6), (2, 19), (2, 21))
"""The same for a few weeks of two sites."""
