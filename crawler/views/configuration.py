"""The configuration that counts, for people and as JSON. Pure: values in, a renderable and data out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.report.marks import clean

if TYPE_CHECKING:
    from crawler.config.effective import Value

_STYLES = {"file": "green", "default": "dim"}


def config_view(path: Path | None, values: Sequence[Value]) -> RenderableType:
    """A line for each setting; above them the file."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    for one in values:
        shown = one.value if isinstance(one.value, str) else json.dumps(one.value, ensure_ascii=False)
        table.add_row(
            Text(one.key),
            Text(clean(shown)),
            Text(one.origin, style=_STYLES.get(one.origin, "yellow")),
        )
    return Group(
        Text(str(path) if path else "no configuration file: gongkai config --write makes one"), table
    )


def config_json(path: Path | None, values: Sequence[Value]) -> dict[str, Any]:
    """The same as data."""
    return {
        "file": None if path is None else str(path),
        "values": [{"key": one.key, "value": one.value, "origin": one.origin} for one in values],
    }
