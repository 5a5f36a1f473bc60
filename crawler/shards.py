"""Which sites are crawled beside each other, and by which machine: pure, sites in, groups out.

Sites that share a host are one group and take turns, so that no host is asked by two crawls at once;
groups are dealt to shards by the name of their host, so that two machines never ask the same one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.errors import SettingError
from crawler.sites import Site

Group = tuple[Site, ...]


def parse_shard(text: str) -> tuple[int, int]:
    """`2/4` as (2, 4): the second of four.

    Raises:
        SettingError: where it is nothing of the kind.
    """
    match = re.fullmatch(r"\s*(\d{1,4})\s*/\s*(\d{1,4})\s*", text)
    number, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= count:
        raise SettingError(f"--shard {text}: write i/n, as in 1/4 for the first of four.")
    return number, count


def groups(sites: Iterable[Site]) -> list[Group]:
    """The sites in groups that have no host in common, in the order of their first sites."""
    group_of: dict[str, list[Site]] = {}
    found: list[list[Site]] = []
    for site in sites:
        hosts = _hosts(site)
        shared = {id(group): group for host in hosts if (group := group_of.get(host)) is not None}
        met = sorted(shared.values(), key=found.index)
        group = met[0] if met else []
        for other in met[1:]:  # this site is the first to share a host with both
            group += other
            found.remove(other)
        if not met:
            found.append(group)
        group.append(site)
        for member in group:
            group_of |= dict.fromkeys(_hosts(member), group)
    return [tuple(group) for group in found]


def of_shard(all_groups: Sequence[Group], number: int, count: int) -> list[Group]:
    """The groups of shard `number` of `count` (from 1). A group's shard follows from its hosts alone: other
    sites may come and go."""
    return [group for group in all_groups if _draw(group) % count == number - 1]


def _draw(group: Group) -> int:
    first = min(host for site in group for host in _hosts(site))
    return int.from_bytes(hashlib.sha256(first.encode()).digest()[:8], "big")


def _hosts(site: Site) -> set[str]:
    return {*site.hosts, *(urlsplit(address).netloc for address in (*site.seeds, *site.directories))}
