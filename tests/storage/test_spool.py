"""The spool's room: how it is set, and what happens when there is none left."""

from __future__ import annotations

import pytest

from storage.errors import ArchiveUnusable
from storage.room import size_in_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [("10 GiB", 10 * 2**30), ("500 MB", 500_000_000), ("2GiB", 2**31), ("0.5 kB", 500), (" 7 B ", 7)],
)
def test_a_limit_is_a_size(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "10", "-1 GB", "10 GiB!", "1e3 MB", "10 XB", "١ GB"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(ArchiveUnusable, match="GONGKAI_SPOOL_LIMIT"):
        size_in_bytes(text)
