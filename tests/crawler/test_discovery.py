"""From a home page to every report: probe, crawl and crawl again, one played district of each family.

`python -m tests.crawler.discovery` does it with all of them and prints the table.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.cms import FAMILIES
from tests.crawler.discovery import ALLOWED, discover
from tests.replica.district import District
from tests.replica.families import all_districts

BUDGET = 40
AGAIN = 0.05
"""The share of the first crawl's bytes that a second crawl of an unchanged site may cost."""
FIRST = {district.family: district for district in reversed(all_districts())}


def test_every_family_is_played() -> None:
    assert set(FIRST) == set(FAMILIES) - {"xicheng"}  # which has a replica of its own


@pytest.mark.parametrize("district", FIRST.values(), ids=FIRST)
def test_probe_finds_what_a_crawl_then_gets_whole(district: type[District], tmp_path: Path) -> None:
    found = discover(district, tmp_path)
    assert found.probe_code == 0, found.probe_words
    assert found.probe_requests <= BUDGET
    assert found.codes == (0, 0), found.words
    assert found.found == found.truth
    assert not found.wrong
    assert found.overhead <= ALLOWED, found.beside
    assert found.bytes[1] <= AGAIN * found.bytes[0]
