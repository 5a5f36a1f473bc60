"""Whether what a report says was changed at its address: values and words, not bytes.

Pages that count their visitors differ on every visit; that is no change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pipelines.report.model import TABLES
from pipelines.report.read import PARSER_VERSION
from storage.archive import Archive

_SPACE = re.compile(r"\s+")


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
        ordered = sorted(versions, key=lambda source: str(source["captured"]))
        said = [text for source in ordered if (text := _said(archive, source, report)) is not None]
        if any(before != after for before, after in pairwise(said)):
            return True
    return False


def _said(archive: Archive, source: Mapping[str, Any], report: Mapping[str, Any]) -> Any:
    """What one version says of this report, comparable; None where it is not read."""
    reading = archive.parse(PARSER_VERSION, source["sha256"])
    for document in (reading or {}).get("documents", ()):
        own = (document.get("sources") or [{}])[0]
        if own.get("member") == source.get("member") and own.get("part") == source.get("part"):
            tables = [document.get(name) for name in TABLES]
            sections = [
                (section["number"], _SPACE.sub("", section["heading"]), _SPACE.sub("", section["text"]))
                for section in document.get("sections", ())
            ]
            return tables, document.get("statistics"), sections, document.get("period")
    return None
