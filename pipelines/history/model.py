"""The words of a site's history: a change, its kind, and what it is made of. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, get_args

from pipelines.report.changes import Change as CellChange

Kind = Literal["tables", "prose", "markup", "attachment", "unread", "withdrawn", "returned", "moved", "noise"]
"""Every kind of change; docs/changes.md says what each means."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Aspect = Literal["content", "presence", "place"]
"""What a change is about: what stands at an address, whether anything does, or where it stands."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Paragraphs that gave way to others; one side is empty where they are only new, or only gone."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The passage as printed."""
        return {"before": list(self.before), "after": list(self.after)}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one document of a site, as its captures tell."""

    site: str
    kind: Kind
    at: datetime
    """When it was first seen; it happened between `last_seen` and then."""
    last_seen: datetime
    """When the state before was seen for the last time."""
    url: str
    role: str
    """`report` or `attachment`, as the crawl asked for it."""
    organization: str | None = None
    year: int | None = None
    before: str | None = None
    """SHA-256 of the body that stood there; None where there was none."""
    after: str | None = None
    """SHA-256 of the body that stands there now; None where there is none."""
    before_url: str | None = None
    """Where the body before stood, where that was another address."""
    cells: tuple[CellChange, ...] = ()
    """Values of the report that moved, and cells of tables that are none of the report's form."""
    prose: tuple[Passage, ...] = ()
    moved_to: str | None = None
    confirmed: int = 1
    """Of what is gone: how many runs found it so until it was back. Else 1."""
    until: datetime | None = None
    """Of what was gone: when it was back; None while it is not."""
    note: str = ""

    @property
    def aspect(self) -> Aspect:
        """What it is about: an address may have one change of each at a time."""
        if self.kind in ("withdrawn", "returned"):
            return "presence"
        return "place" if self.kind == "moved" else "content"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits, the same on every machine and whatever is captured later."""
        return change_id(self.site, self.url, self.aspect, self.before, self.after, self.at)

    def to_json(self) -> dict[str, Any]:
        """The change as printed (docs/changes.md)."""
        return {
            "id": self.id,
            "site": self.site,
            "kind": self.kind,
            "at": _stamp(self.at),
            "last_seen": _stamp(self.last_seen),
            "url": self.url,
            "role": self.role,
            "organization": self.organization,
            "year": self.year,
            "before": self.before,
            "after": self.after,
            "before_url": self.before_url,
            "cells": [cell.to_json() for cell in self.cells],
            "prose": [passage.to_json() for passage in self.prose],
            "moved_to": self.moved_to,
            "confirmed": self.confirmed,
            "until": None if self.until is None else _stamp(self.until),
            "note": self.note,
        }


def change_id(
    site: str, url: str, aspect: Aspect, before: str | None, after: str | None, at: datetime
) -> str:
    """The ID of a change of which this is known."""
    named = (site, url, aspect, before or "", after or "", at.isoformat(timespec="microseconds"))
    return sha256("\n".join(named).encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
