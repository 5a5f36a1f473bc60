"""What a person tells the spider (`scrapy crawl bjxch -a years=2023,2024 -a dry=1`), as values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawler.errors import SettingError
from crawler.sites import FIRST_REPORT_YEAR

if TYPE_CHECKING:
    from crawler.cms import ListPage


class Years:
    """The report years that are asked for; all where nobody said which."""

    def __init__(self, wanted: frozenset[int] | None) -> None:
        self.wanted = wanted

    def __contains__(self, year: int | None) -> bool:
        """Whether reports of that year are asked for; an unknown year always is."""
        return year is None or self.wanted is None or year in self.wanted

    def may_be_in(self, folder: int | None) -> bool:
        """Whether a folder of that name may hold some: its own year's, or those of the year before, which
        were published in it."""
        return folder is None or folder in self or folder - 1 in self

    def may_be_listed(self, column: ListPage) -> bool:
        """Whether a column may list some: a calendar's links name years without end."""
        if column.year is not None and not FIRST_REPORT_YEAR <= column.year <= latest_year() + 1:
            return False
        return column.year in self if column.certain else self.may_be_in(column.year)


def is_set(value: str | bool) -> bool:
    """A spider argument as yes or no: `-a dry=1`, `dry=True`."""
    return str(value).lower() in ("1", "true", "yes")


def latest_year() -> int:
    """The last year that has ended in China: the newest that reports are about."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).year - 1


def parse_years(value: str | None) -> frozenset[int] | None:
    """The years of `-a years=2023,2024`; None for all.

    Raises:
        SettingError: where one is no year that reports are about.
    """
    if not value:
        return None
    years, limit = set(), latest_year() + 1
    for part in str(value).split(","):
        if not part.strip().isdigit() or not FIRST_REPORT_YEAR <= int(part) <= limit:
            raise SettingError(
                f"years={value}: {part.strip()!r} is no report year ({FIRST_REPORT_YEAR} to {limit})."
            )
        years.add(int(part))
    return frozenset(years)
