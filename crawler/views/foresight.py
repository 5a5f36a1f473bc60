"""What a dry run printed: one line for each page that a crawl would fetch. Pure: values in, views out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table

from crawler.foresight import Due
from pipelines.report.marks import clean


def foresight_view(foreseen: Mapping[str, Sequence[Due]]) -> RenderableType:
    """A table, site by site."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("site", "year", "why", "organization, title", "address"):
        table.add_column(heading, overflow="fold")
    for site, due in foreseen.items():
        for one in due:
            words = clean(one.title or one.organization or "")
            table.add_row(site, str(one.year or "?"), one.why, words, clean(one.url))
    return table


def foresight_json(foreseen: Mapping[str, Sequence[Due]]) -> list[dict[str, Any]]:
    """The same as data."""
    return [{"site": site, **asdict(one)} for site, due in foreseen.items() for one in due]
