"""Which columns may list reports of the years that are asked for."""

from __future__ import annotations

import pytest

from crawler.arguments import Years, latest_year
from crawler.cms import ListPage

COLUMN = "http://www.xugou-nian.gov.cn/nb/{}/"


@pytest.mark.parametrize(
    ("year", "may"), [(None, True), (2008, True), (latest_year() + 1, True), (2007, False), (2044, False)]
)
def test_years_without_end_are_a_calendars(year: int | None, may: bool) -> None:
    assert Years(None).may_be_listed(ListPage(COLUMN.format(year), year=year)) is may


def test_a_folder_may_hold_the_reports_of_the_year_before() -> None:
    wanted = Years(frozenset({2023}))
    folders = [ListPage(COLUMN.format(year), year=year) for year in (2022, 2023, 2024, 2025)]
    assert [folder.year for folder in folders if wanted.may_be_listed(folder)] == [2023, 2024]
    assert not wanted.may_be_listed(ListPage(COLUMN.format(2024), year=2024, certain=True))
