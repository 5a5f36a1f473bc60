"""What the reader takes and gives: plain values, no behaviour beyond turning them into JSON.

A *reader* turns bytes into a `Document`: paragraphs, grids and text lines in reading order, each
cell knowing its place. Everything after that (matching, identity, checks) works on a `Document`
and ends in a `Report`, whose `to_json` is the published contract (`report.schema.json`).

This module owns the words. It must not read files, know any file format, or decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Number = int | Decimal
"""A printed number, exactly: `int` where no fraction was printed, else `Decimal`."""

Edition = Literal["2021", "2019", "2008"]
Severity = Literal["error", "warning", "info"]
Scope = Literal["body", "area"]
EvidenceKind = Literal[
    "number", "blank", "annotated", "unit", "none-mark", "unreadable", "ocr", "solved", "corrected"
]
"""What an evidence's value rests on; docs/data-dictionary.md says what each means."""
FindingCode = Literal[
    "requests-balance",
    "requests-row-total",
    "requests-result-total",
    "review-total",
    "not-assessable",
    "carry-over",
    "in-force-roll",
    "table-missing",
    "row-missing",
    "label-unknown",
    "column-unknown",
    "cell-unreadable",
    "cell-annotated",
    "unit-stated",
    "organization-unknown",
    "organization-doubtful",
    "year-conflict",
    "not-a-report",
    "needs-ocr",
    "needs-converter",
    "rules-unclear",
    "sources-differ",
    "no-current-source",
    "engines-differ",
    "ocr-doubtful",
    "digits-joined",
    "prose-figure",
    "member-unread",
    "correction-stale",
]
"""Every code that a finding can have; docs/data-dictionary.md says what each means."""
TableName = Literal["active_disclosure", "requests", "review"]
TABLES: tuple[TableName, ...] = ("active_disclosure", "requests", "review")

SCHEMA = "gongkai.report/1"


# ------------------------------------------------------------------ what a reader gives


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its document. Only the fields that the format knows are set.

    `page` counts from 1; `bbox` is (x0, top, x1, bottom) in PDF points from the page's top left;
    `table`, `row` and `column` count from 0 (in HTML: the table's index in the document, the cell's
    row and column in the grid); `line` counts from 1 (plain text). `member` names the file inside a ZIP
    or RAR body, its folders with ``/``.
    """

    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    member: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields that are set, boxes rounded to a tenth of a point."""
        out: dict[str, Any] = {}
        if self.member is not None:
            out["member"] = self.member
        if self.page is not None:
            out["page"] = self.page
        if self.bbox is not None:
            out["bbox"] = [round(v, 1) for v in self.bbox]
        for name in ("table", "row", "column", "line"):
            if (value := getattr(self, name)) is not None:
                out[name] = value
        return out


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text: one paragraph, heading or line, white space folded."""

    text: str
    place: Place = Place()
    confidence: float | None = None
    """As in `Cell`."""


@dataclass(slots=True)
class Cell:
    """One cell of a grid. Line breaks inside the cell are kept as ``\\n``.

    Never changed once made; `frozen` would make the hundreds that a page has five times as dear.
    """

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    place: Place = Place()
    confidence: float | None = None
    """How sure character recognition is of the text, 0 to 1; None where the document holds it as text."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as drawn, before anyone knows what it is. Every cell once, at its top left slot."""

    cells: tuple[Cell, ...]
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class TextLines:
    """A run of text whose table structure is lost or never was: (line number from 1, raw line)."""

    lines: tuple[tuple[int, str], ...]
    place: Place = Place()


Block = Paragraph | Grid | TextLines


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself outside its body."""

    title: str | None = None
    """`<title>`, the PDF's or Word file's title property."""
    names: dict[str, str] = field(default_factory=dict)
    """Meta tags (lower-cased name) and the index block's labels (发布机构, 发布日期, …) with their values."""


@dataclass(frozen=True, slots=True)
class Document:
    """One body, opened: its blocks in reading order and what it says of itself."""

    media_type: str
    blocks: tuple[Block, ...]
    metadata: Metadata = Metadata()
    findings: tuple[Finding, ...] = ()
    """What the reader itself could not do (`needs-ocr`, …)."""
    converter: str | None = None
    """The program and version that turned the body into what was read, where one did."""


# ------------------------------------------------------------------ what comes of it


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know before trusting or missing a value."""

    code: FindingCode
    severity: Severity
    where: str
    """A path into the report (`requests.received.total`, `requests.*.natural_person`, `year`), or ``""``."""
    message: str
    evidence: tuple[str, ...] = ()
    """Paths of the values that the finding rests on."""

    def to_json(self) -> dict[str, Any]:
        """The finding as published."""
        out: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity,
            "where": self.where,
            "message": self.message,
        }
        if self.evidence:
            out["evidence"] = list(self.evidence)
        return out


@dataclass(frozen=True, slots=True)
class Correction:
    """A reviewed correction as the evidence shows it: what the reader read, who corrected it, and why."""

    read: Number | str | None
    """The value as read; a text where a body's name is corrected."""
    by: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """The correction as published."""
        read = self.read if isinstance(self.read, str) else number_json(self.read)
        return {"read": read, "by": self.by, "why": self.why}


@dataclass(slots=True)
class Evidence:
    """Where a value was read, and what stood there letter by letter. Like `Cell`, never changed once made."""

    raw: str
    kind: EvidenceKind
    place: Place
    document: str | None = None
    """SHA-256 of the body, in hexadecimal."""
    confidence: float | None = None
    """How sure character recognition is, 0 to 1; None where the document holds the text."""
    correction: Correction | None = None
    """Set where a person's reviewed correction gives the value (kind `corrected`)."""

    def to_json(self) -> dict[str, Any]:
        """The evidence as published."""
        out: dict[str, Any] = {"raw": self.raw, "kind": self.kind}
        if self.document is not None:
            out["document"] = self.document
        if self.confidence is not None:
            out["confidence"] = round(self.confidence, 3)
        if self.correction is not None:
            out["correction"] = self.correction.to_json()
        return out | self.place.to_json()


@dataclass(frozen=True, slots=True)
class Section:
    """One of the report's numbered parts. `number` is the statutory one (1 to 6) or None."""

    number: int | None
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Statistic:
    """A row of the annex that reports for the years before 2019 carry."""

    label: str
    unit: str | None
    value: Number | None
    cumulative: Number | None


@dataclass(frozen=True, slots=True)
class Source:
    """A body that the report was read from, or an earlier version of one."""

    sha256: str
    media_type: str
    url: str | None = None
    captured: datetime | None = None
    superseded: datetime | None = None
    """When the same address was first captured with other bytes; None while this is the current version."""
    member: str | None = None
    """The file inside the body that was read, where the body is a ZIP or RAR."""
    part: int | None = None
    """Which of the reports that one document prints it is, from 1; None where it prints one."""

    def to_json(self) -> dict[str, Any]:
        """The source as published; times are UTC."""
        out: dict[str, Any] = {"sha256": self.sha256, "url": self.url, "media_type": self.media_type}
        out["captured"] = None if self.captured is None else utc(self.captured)
        if self.superseded is not None:
            out["superseded"] = utc(self.superseded)
        if self.member is not None:
            out["member"] = self.member
        if self.part is not None:
            out["part"] = self.part
        return out


Row = dict[str, Number | None]
Table = dict[str, Row]
"""Row key -> column key -> value. A blank cell is None and never 0."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything read from one document, or merged from several that say the same (organization, year)."""

    organization: str | None = None
    year: int | None = None
    title: str | None = None
    published: date | None = None
    period: tuple[date, date] | None = None
    scope: Scope | None = None
    """`body` where the report says that its figures are one body's, `area` where they sum up a whole area
    (汇总), None where it does not say."""
    editions: dict[TableName, Edition | None] = field(default_factory=dict)
    active_disclosure: Table | None = None
    requests: Table | None = None
    review: Table | None = None
    statistics: tuple[Statistic, ...] | None = None
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    evidence: dict[str, Evidence] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    parser: str = ""

    def table(self, name: TableName) -> Table | None:
        """The statutory table of that name, or None where the document lacks it."""
        return getattr(self, name)  # type: ignore[no-any-return]

    @property
    def is_report(self) -> bool:
        """False where a `not-a-report` finding says so, or a `member-unread` one that nothing was read."""
        return all(finding.code not in ("not-a-report", "member-unread") for finding in self.findings)

    @property
    def has_content(self) -> bool:
        """Whether anything of a report was read: a table, its annex, a part or a title."""
        return any(
            (self.active_disclosure, self.requests, self.review, self.statistics, self.sections, self.title)
        )

    def with_findings(self, *more: Finding) -> Report:
        """A copy with those findings added."""
        return replace(self, findings=(*self.findings, *more))

    def to_json(self) -> dict[str, Any]:
        """The published document (docs/data-dictionary.md, `report.schema.json`)."""
        return {
            "schema": SCHEMA,
            "organization": self.organization,
            "year": self.year,
            "title": self.title,
            "published": None if self.published is None else self.published.isoformat(),
            "period": None
            if self.period is None
            else {"from": self.period[0].isoformat(), "to": self.period[1].isoformat()},
            "scope": self.scope,
            "editions": {name: self.editions.get(name) for name in TABLES},
            **{name: _table_json(self.table(name)) for name in TABLES},
            "statistics": None
            if self.statistics is None
            else [
                {
                    "label": s.label,
                    "unit": s.unit,
                    "value": number_json(s.value),
                    "cumulative": number_json(s.cumulative),
                }
                for s in self.statistics
            ],
            "sections": [{"number": s.number, "heading": s.heading, "text": s.text} for s in self.sections],
            "findings": [finding.to_json() for finding in self.findings],
            "evidence": {path: evidence.to_json() for path, evidence in self.evidence.items()},
            "sources": [source.to_json() for source in self.sources],
            "parser": self.parser,
        }


def number_json(value: Number | None) -> int | float | None:
    """A JSON number that reads back as the same decimal; a value that cannot is refused.

    Raises:
        ValueError: where a binary float would not print back as the same decimal.
    """
    if value is None or isinstance(value, int):
        return value
    as_float = float(value)
    if Decimal(repr(as_float)) != value:
        raise ValueError(f"{value} has more digits than a JSON number keeps")
    return as_float


def utc(moment: datetime) -> str:
    """`2025-01-20T08:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _table_json(table: Table | None) -> dict[str, dict[str, int | float | None]] | None:
    if table is None:
        return None
    return {row: {column: number_json(v) for column, v in cells.items()} for row, cells in table.items()}
