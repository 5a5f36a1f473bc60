"""The registry as a table for people and as JSON. Pure: it must not load the registry itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table

from crawler.sites import Site


def sites_view(sites: Iterable[Site]) -> Table:
    """One line for each site."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("site", "name", "code", "CMS family", "hosts", "years from", "not verified"):
        table.add_column(heading, overflow="fold")
    for site in sites:
        table.add_row(
            site.key,
            site.name,
            site.code or "?",
            site.family,
            "\n".join(site.hosts),
            str(site.first_year),
            "\n".join(site.unverified),
        )
    return table


def sites_json(sites: Iterable[Site]) -> list[dict[str, Any]]:
    """Everything that the entries say, and the file that each stands in."""
    return [asdict(site) | {"source": str(site.source)} for site in sites]
