"""The registry as a table for people and as JSON. Pure: it must not load the registry itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crawler.provinces import PROVINCES, province_name
from crawler.sites import Site

ELSEWHERE = "no division code"
"""The heading of entries of a user's own that have none."""


def sites_view(sites: Iterable[Site]) -> RenderableType:
    """One line for each site, below its province."""
    chosen = sorted(sites, key=lambda site: (_order(site), site.code or "", site.key))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("site", "name", "CMS family", "host", "years known"):
        table.add_column(heading, overflow="fold")
    table.add_column("?", justify="center")
    last = ""
    for site in chosen:
        province = province_name(site.code) or ELSEWHERE
        if province != last:
            table.add_section()
            table.add_row(Text(province, style="bold"))
            last = province
        doubt = Text("?" if site.unverified else "", style="yellow")
        table.add_row(site.key, site.name, site.family, site.hosts[0], years(site.known_years), doubt)
    words = f"{len(chosen)} site{'s' if len(chosen) != 1 else ''}"
    if any(site.unverified for site in chosen):
        words += "   ? something of it was not confirmed on the live site: `--json` says what"
    return Group(table, Text(words, style="dim"))


def matching(sites: Iterable[Site], word: str) -> list[Site]:
    """The sites in whose key, name, province, code, family or hosts `word` stands."""
    wanted = word.lower()
    return [
        site
        for site in sites
        if any(
            wanted in text.lower()
            for text in (
                site.key, site.name, province_name(site.code) or "", site.code or "", site.family, *site.hosts
            )
        )
    ]  # fmt: skip


def years(known: Iterable[int]) -> str:
    """Years with the unbroken stretches drawn together: `2019, 2021–2024`."""
    stretches: list[list[int]] = []
    for year in sorted(set(known)):
        if stretches and year == stretches[-1][-1] + 1:
            stretches[-1].append(year)
        else:
            stretches.append([year])
    return ", ".join(f"{s[0]}–{s[-1]}" if len(s) > 1 else str(s[0]) for s in stretches)


def sites_json(sites: Iterable[Site]) -> list[dict[str, Any]]:
    """Everything that the entries say, the file that each stands in, and its province."""
    return [
        asdict(site) | {"source": str(site.source), "province": province_name(site.code)} for site in sites
    ]


def _order(site: Site) -> int:
    known = (site.code or "")[:2]
    return list(PROVINCES).index(known) if known in PROVINCES else len(PROVINCES)
