"""Processes live by the played year's clock, their children too, and a leap reaches them all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.year.clock import FastClock

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
TOLD = """
import subprocess, sys, time
from datetime import UTC, date, datetime
def say(): print(datetime.now(UTC).isoformat(), int(time.time()), date.today(), flush=True)
say(); sys.stdin.readline()
before = time.monotonic(); say(); assert time.monotonic() - before < 60
child = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"
subprocess.run([sys.executable, "-c", child])
"""


def test_a_leap_reaches_processes_and_their_children(tmp_path: Path) -> None:
    clock = FastClock(tmp_path, NEW_YEAR)
    process = subprocess.Popen(
        [sys.executable, "-c", TOLD],
        env=os.environ | clock.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline().split()
    assert timedelta() <= datetime.fromisoformat(first[0]) - NEW_YEAR < timedelta(minutes=1)
    assert abs(int(first[1]) - NEW_YEAR.timestamp()) < 60
    assert first[2] in ("2025-01-01", "2024-12-31"), "a day of this machine's own zone"
    later = datetime(2025, 6, 1, tzinfo=UTC)
    clock.leap(later)
    rest = process.communicate("on\n", timeout=60)[0].split()
    for said in (rest[0], rest[3]):
        assert timedelta() <= datetime.fromisoformat(said) - later < timedelta(minutes=1)
    assert timedelta() <= clock.now() - later < timedelta(minutes=1)
