"""Whose report of which year a document is, as far as its stored reading, its lists and its page say.

It must not decide what has become of a document.
"""

from __future__ import annotations

from typing import Any

from pipelines.history.opening import Opens
from pipelines.history.sightings import Address, Stay
from pipelines.report.model import TABLES

Name = tuple[str | None, int | None]
"""(organization, year), each None where nothing says it."""

NOBODY: Name = (None, None)


class Names:
    """The names of one site's documents; each reading is looked at once."""

    def __init__(self, found: dict[str, Address], opener: Opens) -> None:
        self._opener = opener
        self._found = found
        self._read: dict[str, Name] = {}

    def of(self, address: Address, stay: Stay) -> Name:
        """What the document that stood there says of itself, else its lists, else its page."""
        name = _filled(self._said(stay), hinted(address))
        if None in name and (page := self._found.get(str(address.hints.get("parent", "")))) is not None:
            then = page.body_at(stay.first)
            if page.role == "report" and page is not address and then is not None:
                name = _filled(name, _filled(self._said(then), hinted(page)))
        return name

    def _said(self, stay: Stay) -> Name:
        if stay.sha256 is None:
            return NOBODY
        if stay.sha256 not in self._read:
            self._read[stay.sha256] = said(self._opener.reading(stay.sha256, stay.headers))
        return self._read[stay.sha256]


def hinted(address: Address) -> Name:
    """What the entries that link to an address say of it."""
    organization, year = address.hints.get("organization"), address.hints.get("year")
    return (
        organization if isinstance(organization, str) and organization else None,
        year if isinstance(year, int) else None,
    )


def said(documents: Any) -> Name:
    """What a reading's one report says of itself; of several none is meant."""
    reports = [report for report in documents if has_tables(report)] or list(documents)
    return (reports[0].get("organization"), reports[0].get("year")) if len(reports) == 1 else NOBODY


def has_tables(report: Any) -> bool:
    """Whether a report's JSON has any of the form's tables, or the older annex."""
    return any(report.get(table) for table in (*TABLES, "statistics"))


def _filled(name: Name, other: Name) -> Name:
    return name[0] or other[0], name[1] or other[1]
