"""What the doctor found, for people and as JSON. Pure: checks in, renderables and data out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from pipelines.report.marks import clean

if TYPE_CHECKING:
    from crawler.doctor.model import Check

STYLES = {"ok": "green", "warning": "yellow", "failure": "bold red"}
"""Colours; the word itself stands there, too."""
WIDTH = 16
"""Columns for the code: of the longest."""


def check_line(check: Check) -> RenderableType:
    """A check in a line, and what to do in another."""
    line = Text(f"{check.code:{WIDTH}}  ")
    line.append(f"{check.state:7}", style=STYLES[check.state])
    line.append(f"  {clean(check.what)}")
    if not check.remedy:
        return line
    return Group(line, Text(f"{'':{WIDTH + 9}}  {clean(check.remedy)}", style="dim"))


def verdict(checks: Sequence[Check]) -> str:
    """How many of what."""
    counts: Counter[str] = Counter(check.state for check in checks)
    said = [f"{counts[state]} {word}" for state, word in _WORDS if counts[state] or state == "ok"]
    return ", ".join(said)


_WORDS = (("ok", "in order"), ("warning", "to think about"), ("failure", "to mend"))


def doctor_json(checks: Sequence[Check]) -> dict[str, Any]:
    """The same as data."""
    return {
        "healthy": not any(check.state == "failure" for check in checks),
        "checks": [check.to_json() for check in checks],
    }
