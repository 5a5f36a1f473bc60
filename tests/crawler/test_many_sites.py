"""Many sites at once, some in trouble: each ends by itself in its right state, and no host is hurried."""

from __future__ import annotations

from pathlib import Path

from tests.crawler.many import DELAY, crawl_many


def test_troubled_sites_hold_up_nobody_and_no_host_is_asked_too_fast(tmp_path: Path) -> None:
    """Forty; `python -m tests.crawler.many 300` is the same with three hundred, and prints the memory."""
    many = crawl_many(40, tmp_path)
    assert "Traceback" not in many.words
    assert many.code == 5, many.words
    assert {trouble: dict(ended) for trouble, ended in many.ended.items()} == {
        "sound": {"complete": 28},
        "blocking": {"blocked": 2},
        **{trouble: {"failed": 2} for trouble in ("dead", "slow", "looping", "private", "failing")},
    }
    assert many.reports == many.truth
    assert many.gaps[0] > 0.9 * DELAY
