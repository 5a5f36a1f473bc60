"""What a check of a store found, for people. Pure: a check in, a renderable out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from pipelines.report.marks import clean

if TYPE_CHECKING:
    from storage.check import Checked

STYLES = {"ok": "green", "limited": "yellow", "unfit": "bold red"}
"""Colours; the word itself stands there, too."""


def store_view(found: Checked) -> RenderableType:
    """One line for each probe."""
    width = max(len(probe.name) for probe in found.probes)
    lines: list[RenderableType] = []
    for probe in found.probes:
        line = Text(f"{probe.name:{width}}  ")
        line.append(f"{probe.verdict:7}", style=STYLES[probe.verdict])
        line.append(f"  {clean(probe.message)}")
        lines.append(line)
    return Group(*lines)
