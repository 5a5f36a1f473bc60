"""`[coverage]` of the configuration file: by when reports are due, and how long a crawl waits after that."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from crawler.config.section import Section
from pipelines.coverage.deadlines import DEFAULT, PATIENCE, Deadlines, Rule
from pipelines.coverage.model import KINDS, Kind


class DeadlineRule(Section):
    """`[coverage.deadlines.KIND]`: until when a kind of body publishes, from a report year on."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    since: Annotated[int, Field(ge=2008, le=2100)] = 2019
    """The first report year that it is about; earlier ones keep the default's rules."""
    article: Annotated[str, Field(min_length=1)] = "set by [coverage.deadlines]"
    """What prescribes it, in words that may be printed beside it."""

    @model_validator(mode="after")
    def _is_a_day(self) -> DeadlineRule:
        try:
            date(2001, self.month, self.day)  # no leap year: the day is there every year
        except ValueError:
            raise ValueError(
                f"day: month {self.month} has no day {self.day}; write one that every year has"
            ) from None
        return self


class CoverageSection(Section):
    """The table, checked."""

    patience: Annotated[int, Field(ge=0, le=60)] = PATIENCE
    """Days after a deadline before a crawl that did not find a report proves anything."""
    deadlines: dict[str, DeadlineRule] = Field(default_factory=dict)
    """By kind of body: department, government, township, institution."""

    @field_validator("deadlines")
    @classmethod
    def _known_kinds(cls, deadlines: dict[str, DeadlineRule]) -> dict[str, DeadlineRule]:
        for kind in deadlines:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is no kind of body: write one of {', '.join(KINDS)}")
        return deadlines

    def rules(self) -> Deadlines:
        """The deadlines in force: the defaults, with the file's own in place of what they overlap."""
        return {kind: self._of(kind) for kind in KINDS}

    def _of(self, kind: Kind) -> tuple[Rule, ...]:
        own = self.deadlines.get(kind)
        if own is None:
            return DEFAULT[kind]
        kept = tuple(rule for rule in DEFAULT[kind] if rule.since < own.since)
        return (*kept, Rule(own.since, own.month, own.day, own.article))
