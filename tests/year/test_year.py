"""Some weeks of the played year: two machines' schedulers, an outage over the deadline, late bodies.

The whole of it, with a block, a moved site, damage and both machines off, is `python -m tests.year`.
"""

from __future__ import annotations

from pathlib import Path

from tests.year.story import COUNTIES, WINTER
from tests.year.year import SHORT, play_year


def test_what_became_of_a_winter_is_what_happened(tmp_path: Path) -> None:
    counties = [county for county in COUNTIES if county.key in ("nianyi", "nianding")]
    verdict = play_year(tmp_path, WINTER, counties, SHORT)
    assert not verdict.problems
    assert verdict.changes == 1
    assert verdict.alerts
