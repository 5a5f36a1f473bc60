"""What a person tells the spider (`scrapy crawl bjxch -a years=2023,2024 -a dry=1`), as values."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.errors import SettingError
from crawler.sites import FIRST_REPORT_YEAR


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
