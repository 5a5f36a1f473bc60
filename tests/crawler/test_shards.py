"""Which sites share a turn, and which machine takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import SettingError
from crawler.shards import groups, of_shard, parse_shard
from crawler.sites import Site


def site(key: str, *hosts: str) -> Site:
    return Site(key, key, "generic", hosts, tuple(f"https://{host}/" for host in hosts), source=Path())


def test_sites_that_share_a_host_take_turns() -> None:
    a, b, c, d = site("a", "w1"), site("b", "w2"), site("c", "w2", "w1"), site("d", "w3")
    assert groups([a, b, c, d]) == [(a, b, c), (d,)]
    assert groups([a, b, d]) == [(a,), (b,), (d,)]


def test_a_seed_on_a_parents_host_is_shared_too() -> None:
    parent = site("parent", "www.xugou.gov.cn")
    child = Site("c", "c", "trs", ("c.xugou.gov.cn",), ("https://www.xugou.gov.cn/qzf/",), source=Path())
    assert groups([parent, child]) == [(parent, child)]


@given(st.integers(1, 7), st.lists(st.integers(0, 60), min_size=1, unique=True))
def test_every_host_belongs_to_one_shard_whatever_other_sites_there_are(
    count: int, numbers: list[int]
) -> None:
    sites = [site(f"s{number}", f"w{number}.gov.cn") for number in numbers]
    shards = [of_shard(groups(sites), number, count) for number in range(1, count + 1)]
    assert sorted(s.key for shard in shards for group in shard for s in group) == sorted(s.key for s in sites)
    for index, shard in enumerate(shards, 1):
        assert of_shard(groups(sites[:1]), index, count) == [group for group in shard if group == (sites[0],)]


@pytest.mark.parametrize("text", ["0/4", "5/4", "4", "a/b", "1/0", ""])
def test_a_shard_that_is_none_is_said_so(text: str) -> None:
    with pytest.raises(SettingError, match="write i/n"):
        parse_shard(text)


def test_shards_are_counted_from_one() -> None:
    assert parse_shard("2/4") == (2, 4)
