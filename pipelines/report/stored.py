"""From the published JSON back to a `Report`, and the stored form of a whole reading.

A *reading* is what one body gave: the reports of all its documents, of which a ZIP holds several and a
page that prints several reports has several too. It is stored as
``{"schema": "gongkai.reading/1", "documents": [report, …]}``.

This module only translates. It must not repair, judge or guess: a document that does not have the
shape of `report.schema.json` is refused, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pipelines.errors import InvalidReport
from pipelines.report.model import (
    SCHEMA,
    TABLES,
    Correction,
    Evidence,
    Finding,
    Number,
    Place,
    Report,
    Section,
    Source,
    Statistic,
    Table,
)

READING_SCHEMA = "gongkai.reading/1"


def reading_json(documents: Iterable[Report]) -> dict[str, Any]:
    """A reading as it is stored; `reading_from_json` is the inverse."""
    return {"schema": READING_SCHEMA, "documents": [report.to_json() for report in documents]}


def reading_from_json(data: Mapping[str, Any]) -> tuple[Report, ...]:
    """The reports that `reading_json` turned into `data`, in the body's order; at least one.

    Raises:
        InvalidReport: where `data` is no reading, or one of another schema version.
    """
    documents = data.get("documents") if isinstance(data, Mapping) else None
    if not isinstance(documents, list) or not documents or data.get("schema") != READING_SCHEMA:
        raise InvalidReport(f"expected a document with schema {READING_SCHEMA!r} and its documents")
    return tuple(report_from_json(document) for document in documents)


def report_from_json(data: Mapping[str, Any]) -> Report:
    """The report that `Report.to_json` turned into `data`.

    Raises:
        InvalidReport: where `data` is not such a document, or one of another schema version.
    """
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
        raise InvalidReport(f"expected a document with schema {SCHEMA!r}, found {found!r}")
    try:
        return _report(data)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InvalidReport(f"the document says {SCHEMA!r} but has another shape: {error!r}") from error


def _report(data: Mapping[str, Any]) -> Report:
    period = data["period"]
    statistics = data["statistics"]
    return Report(
        organization=data["organization"],
        year=data["year"],
        title=data["title"],
        published=_date(data["published"]),
        period=None
        if period is None
        else (date.fromisoformat(period["from"]), date.fromisoformat(period["to"])),
        scope=data["scope"],
        editions={name: data["editions"][name] for name in TABLES},
        active_disclosure=_table(data["active_disclosure"]),
        requests=_table(data["requests"]),
        review=_table(data["review"]),
        statistics=None if statistics is None else tuple(_statistic(row) for row in statistics),
        sections=tuple(Section(s["number"], s["heading"], s["text"]) for s in data["sections"]),
        findings=tuple(_finding(finding) for finding in data["findings"]),
        evidence={path: _evidence(evidence) for path, evidence in data["evidence"].items()},
        sources=tuple(_source(source) for source in data["sources"]),
        parser=data["parser"],
    )


def number(value: float | None) -> Number | None:
    """The exact number that `model.number_json` wrote: a JSON number with a fraction is a `Decimal`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value if isinstance(value, int) else Decimal(repr(value))


def _table(data: Mapping[str, Mapping[str, Any]] | None) -> Table | None:
    if data is None:
        return None
    return {row: {column: number(v) for column, v in cells.items()} for row, cells in data.items()}


def _statistic(data: Mapping[str, Any]) -> Statistic:
    return Statistic(data["label"], data["unit"], number(data["value"]), number(data["cumulative"]))


def _finding(data: Mapping[str, Any]) -> Finding:
    return Finding(
        data["code"], data["severity"], data["where"], data["message"], tuple(data.get("evidence", ()))
    )


def _evidence(data: Mapping[str, Any]) -> Evidence:
    box = data.get("bbox")
    place = Place(
        page=data.get("page"),
        bbox=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        table=data.get("table"),
        row=data.get("row"),
        column=data.get("column"),
        line=data.get("line"),
        member=data.get("member"),
    )
    corrected = data.get("correction")
    return Evidence(
        raw=data["raw"],
        kind=data["kind"],
        place=place,
        document=data.get("document"),
        confidence=data.get("confidence"),
        correction=None if corrected is None else _correction(corrected),
    )


def _correction(data: Mapping[str, Any]) -> Correction:
    read = data["read"]
    return Correction(read if isinstance(read, str) else number(read), data["by"], data["why"])


def _source(data: Mapping[str, Any]) -> Source:
    return Source(
        sha256=data["sha256"],
        media_type=data["media_type"],
        url=data["url"],
        captured=_moment(data["captured"]),
        superseded=_moment(data.get("superseded")),
        member=data.get("member"),
        part=data.get("part"),
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
