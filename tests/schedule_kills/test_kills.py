"""A sample of the kills; all of them: `python -m tests.schedule_kills`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schedule_kills.matrix import BOTH, JOB, SCHEDULER
from tests.schedule_kills.moments import Moment
from tests.schedule_kills.trying import attempt


@pytest.mark.parametrize(
    ("moments", "crashed"), [(SCHEDULER[9], 0), (JOB[5], 1), (BOTH[7], 2)], ids=["scheduler", "job", "both"]
)
def test_nothing_runs_twice_and_nothing_is_forgotten(
    moments: tuple[Moment, ...], crashed: int, tmp_path: Path
) -> None:
    tried = attempt(moments, tmp_path)
    assert tried.wrong == [], tried.words
    assert tried.crashed <= crashed
