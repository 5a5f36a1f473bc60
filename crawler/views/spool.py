"""What waits in the spool, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.filesize import decimal
from rich.table import Table

from storage.leftovers import Spooled


def spool_view(waits: Sequence[Spooled]) -> Table:
    """A row for each run."""
    table = Table("site", "run", box=None, header_style="bold")
    table.add_column("captures", justify="right")
    table.add_column("size", justify="right")
    table.add_column("")
    for left in waits:
        table.add_row(left.site, left.run, str(left.captures), decimal(left.size), _state(left))
    return table


def spool_json(waits: Sequence[Spooled]) -> dict[str, Any]:
    """The same, for programs; sizes in bytes."""
    names = ("site", "run", "captures", "size", "living", "record")
    return {"runs": [{name: getattr(left, name) for name in names} for left in waits]}


def _state(left: Spooled) -> str:
    if left.living:
        return "under way"
    return "ended; its record waits, too" if left.record else "was killed"
