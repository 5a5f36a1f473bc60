"""By when a report is due, by kind of body and report year, and which article says so. Pure values.

中华人民共和国政府信息公开条例, decree 711 of the State Council (in force since 15 May 2019), Article 49:
departments of governments at county level and above publish by 31 January, the office in charge of a local
government's disclosure publishes that government's own report by 31 March, each of the year before.
Decree 492 (in force since 1 May 2008), Article 31: every administrative body by 31 March.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.coverage.model import KINDS, Deadline, Kind

DECREE_711 = "政府信息公开条例（国务院令第711号）第四十九条"
DECREE_492 = "政府信息公开条例（国务院令第492号）第三十一条"
NO_ARTICLE = "no article names them"
PATIENCE = 3
"""Days after a deadline before a crawl's word counts: pages reach a website's visitors some time after they
were published, through caches and nightly builds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A deadline from one report year on: a day of the year after it."""

    since: int
    """The first report year that it is about."""
    month: int
    day: int
    article: str


Deadlines = Mapping[Kind, tuple[Rule, ...]]
"""The rules for each kind of body, in any order; the newest that has begun counts."""

_OLD = Rule(2008, 3, 31, DECREE_492)
DEFAULT: Deadlines = {
    "department": (_OLD, Rule(2019, 1, 31, f"{DECREE_711}第一款")),
    "government": (_OLD, Rule(2019, 3, 31, f"{DECREE_711}第二款")),
    "township": (_OLD, Rule(2019, 3, 31, NO_ARTICLE)),
    "institution": (_OLD, Rule(2019, 3, 31, NO_ARTICLE)),
}
"""Decree 711's Article 49 names neither townships and subdistrict offices nor institutions."""

assert set(DEFAULT) == set(KINDS)


def deadline(deadlines: Deadlines, kind: Kind, year: int) -> Deadline:
    """When the report of that year is due.

    Years before the oldest rule have the oldest one's day.
    """
    rules = sorted(deadlines[kind], key=lambda rule: rule.since)
    rule = next((rule for rule in reversed(rules) if rule.since <= year), rules[0])
    return Deadline(date(year + 1, rule.month, rule.day), rule.article)
