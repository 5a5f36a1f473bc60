"""Whether what a report says was changed at its address: values and words, not bytes.

Pages that count their visitors or say which day it is differ on every visit; that is no change. Nor is what a
page puts behind the report's last line. `gongkai changes` tells what was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from pipelines.coverage.model import day_in_china
from pipelines.history.noise import stilled
from pipelines.history.side_by_side import DAY_LINE, squeeze
from pipelines.report.model import TABLES
from pipelines.report.read import PARSER_VERSION
from storage.archive import Archive

VERSIONS = 5
"""Versions of a document that are compared; what was changed and changed back between them is passed over."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one version says of the report."""

    figures: Any
    parts: tuple[tuple[int | None, str], ...]
    """Number of each part, and its words without what changes on every visit."""

    def differs(self, other: _Said) -> bool:
        if self.figures != other.figures or len(self.parts) != len(other.parts):
            return True
        pairs = list(zip(self.parts, other.parts, strict=True))
        if any(one != two for one, two in pairs[:-1]):
            return True
        return any(
            number != following or not (old.startswith(new) or new.startswith(old))
            for (number, old), (following, new) in pairs[-1:]
        )


def differ(archive: Archive, report: Mapping[str, Any], sources: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two versions of one of the report's documents at one address say different things.

    Versions that this parser has not read are passed over.
    """
    places: dict[tuple[str, str | None, int | None], list[Mapping[str, Any]]] = {}
    for source in sources:
        place = (source["url"], source.get("member"), source.get("part"))
        places.setdefault(place, []).append(source)
    for versions in places.values():
        if len({source["sha256"] for source in versions}) < 2:
            continue
        ordered = _some(sorted(versions, key=lambda source: str(source["captured"])))
        said = [one for source in ordered if (one := _said(archive, source)) is not None]
        if any(before.differs(after) for before, after in pairwise(said)):
            return True
    return False


def _some(versions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first and the last version and some between: a page may differ on each of a thousand visits."""
    steps = min(len(versions), VERSIONS) - 1
    return [versions[at * (len(versions) - 1) // steps] for at in range(steps + 1)]


def _said(archive: Archive, source: Mapping[str, Any]) -> _Said | None:
    """What one version says of this report; None where it is not read."""
    visit = day_in_china(datetime.fromisoformat(source["captured"]))
    document = document_of(archive, source)
    if document is None:
        return None
    figures = [document.get(name) for name in (*TABLES, "statistics", "period")]
    return _Said(figures, tuple(_parts(document.get("sections", ()), visit)))


def document_of(archive: Archive, source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The document of a report's source, as this parser reads it; None where it has not."""
    reading = archive.parse(PARSER_VERSION, source["sha256"]) or {}
    for document in reading.get("documents", ()):
        own = (document.get("sources") or [{}])[0]
        if own.get("member") == source.get("member") and own.get("part") == source.get("part"):
            found: Mapping[str, Any] = document
            return found
    return None


def _parts(sections: Sequence[Mapping[str, Any]], visit: date) -> Iterator[tuple[int | None, str]]:
    """Only from the last numbered part on the page may say anything between; where numbers begin anew (a
    table of contents, several reports), anywhere."""
    numbers = [section["number"] for section in sections if section["number"] is not None]
    own = len(numbers) > 1 and numbers == sorted(set(numbers))
    for section in sections:
        lines = [section["heading"], *section["text"].splitlines()]
        if not own or section["number"] in (None, numbers[-1]):
            lines = stilled(DAY_LINE.split("\n".join(lines))[0].splitlines(), visit)
        yield section["number"], squeeze("".join(lines))
