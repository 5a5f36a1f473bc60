"""What a stored reading or a published report is by itself: whether its bytes are one, and what it names.

Pure: bytes and JSON in, values and words out. Whether it is the right one is for `pipelines.verify`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pipelines.errors import InvalidReport
from pipelines.reparse import FOR_WANT
from pipelines.report.stored import reading_from_json, report_from_json
from storage.errors import Damaged, StorageError
from storage.keys import place, report_key
from storage.seal import unsealed

_INDENT = re.compile(rb"\n *")
_READING = {"schema", "documents"}
"""What a reading without a seal consists of."""


def bodies_of_reading(key: str, data: bytes, *, current: bool) -> frozenset[str]:
    """The digests that the documents of a stored reading name as theirs; none of an older parser's.

    `current`: it is this version's, whose form is known.

    Raises:
        Damaged: it is no reading, or not what was sealed.
    """
    reading, has_seal = unsealed(key, data)
    if not str(reading.get("schema")).startswith("gongkai.reading/"):
        raise Damaged("it is no reading")
    if not has_seal and (reading.keys() - _READING or not as_written(reading, data)):
        raise Damaged("it is not written as a reading is")
    if not current:
        return frozenset()
    try:
        documents = reading_from_json(reading)
    except InvalidReport as error:
        raise Damaged(str(error)) from error
    return frozenset(source.sha256 for document in documents for source in document.sources)


def is_reading(data: dict[str, Any] | None) -> bool:
    """Whether it is a reading of this version's form."""
    try:
        return data is not None and bool(reading_from_json(data))
    except InvalidReport:
        return False


def wants(reading: dict[str, Any] | None) -> bool:
    """Whether a reading says that a program or time was wanting."""
    documents = (reading or {}).get("documents", ())
    return any(finding["code"] in FOR_WANT for one in documents for finding in one["findings"])


def fault_of_published(key: str, data: bytes) -> str | None:
    """What is wrong with what is published under a key, by itself; None if it is a report of that key."""
    report = json_object(data)
    try:
        report_from_json(report or {})
        due = report_key(key.split("/")[1], report["year"], report["organization"]) if report else ""
    except (InvalidReport, StorageError, KeyError, TypeError, AttributeError) as error:
        return f"it is no report: {error}"
    if due != key:
        return f"it is the report that belongs under {due}"
    return None


def bodies_of(report: dict[str, Any]) -> set[str]:
    """The digests of a report's documents; of a damaged one those that are digests."""
    named = {str(source["sha256"]) for source in report["sources"]}
    return {sha256 for sha256 in named if place(f"raw/{sha256[:2]}/{sha256}") is not None}


def year_before(key: str) -> str:
    """The key of the same organization's report of the year before, which it is held against."""
    kind, site, year, name = key.split("/")
    return f"{kind}/{site}/{int(year) - 1}/{name}"


def json_object(data: bytes) -> dict[str, Any] | None:
    """The object that the bytes are in JSON; None if they are none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def as_written(value: dict[str, Any], data: bytes) -> bool:
    """Whether `json_document` writes `value` so, line breaks and indents aside: comparing those takes ten
    times as long, and they say nothing."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ": "), allow_nan=False)
    return data.endswith(b"}\n") and compact.encode("utf-8", "backslashreplace") == _INDENT.sub(b"", data)
