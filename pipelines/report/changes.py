"""What changed between two states of a published report, cell by cell.

Pure: JSON documents in, changes out. A cell changes where its value does, or where the reading of an
empty one does: blank and unreadable are both null, and not the same. This module must not load reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.report.model import TABLES

MISSING = "missing"
"""Said of a cell that the report does not have."""
_PLAIN = ("title", "published", "period", "scope")

Value = int | float | str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One path whose value moves."""

    path: str
    before: Value
    """A number, or a word: blank, unreadable, missing."""
    after: Value

    def to_json(self) -> dict[str, Any]:
        """The change as printed."""
        return {"path": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class ReportChange:
    """What moves in one report. Without cells and findings only its evidence, prose or sources do."""

    year: int
    organization: str
    kind: str
    """`new`, `changed` or `gone`."""
    cells: tuple[Change, ...] = ()
    """In the order of the report: the words about it, the tables, the statistics."""
    gained: tuple[dict[str, Any], ...] = ()
    """Findings that it did not have, as published."""
    lost: tuple[dict[str, Any], ...] = ()
    """Findings that it has no more."""

    def to_json(self) -> dict[str, Any]:
        """The change as printed."""
        return {
            "year": self.year,
            "organization": self.organization,
            "change": self.kind,
            "cells": [change.to_json() for change in self.cells],
            "findings_gained": list(self.gained),
            "findings_lost": list(self.lost),
        }


def changes(
    name: tuple[int, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> ReportChange:
    """What moves when the report `name` (year, organization) turns from one state into the other.

    A report that is new or gone names no cells: all of them are.
    """
    if before is None:
        return ReportChange(*name, "new", gained=tuple((after or {}).get("findings", ())))
    if after is None:
        return ReportChange(*name, "gone", lost=tuple(before.get("findings", ())))
    old, new = before.get("findings", ()), after.get("findings", ())
    return ReportChange(
        *name,
        "changed",
        tuple(_changed(_values(before), _values(after))),
        gained=tuple(finding for finding in new if finding not in old),
        lost=tuple(finding for finding in old if finding not in new),
    )


def _changed(before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path, MISSING), after.get(path, MISSING)
        if old != new:
            yield Change(path, old, new)


def _values(report: Mapping[str, Any]) -> dict[str, Value]:
    """Every value of a report by its path; an empty cell as the word for what its evidence says."""
    values: dict[str, Value] = {}
    for key in _PLAIN:
        value = report.get(key)
        if isinstance(value, Mapping):  # the period
            value = f"{value.get('from')} / {value.get('to')}"
        values[key] = value
    for table in TABLES:
        values[f"editions.{table}"] = (report.get("editions") or {}).get(table)
        for row, cells in (report.get(table) or {}).items():
            for column, value in cells.items():
                path = f"{table}.{row}.{column}"
                values[path] = _word(report, path) if value is None else value
    for number, row in enumerate(report.get("statistics") or ()):
        for key in ("value", "cumulative"):
            values[f"statistics.{number}.{key}"] = row.get(key)
    return values


def _word(report: Mapping[str, Any], path: str) -> str:
    evidence = report.get("evidence", {}).get(path) or {}
    return "unreadable" if evidence.get("kind") == "unreadable" else "blank"
