"""Where readings come together: the values found so far, cell by cell, and what is wrong with them.

Owns duplicates, editions, and the findings about rows and tables that are missing. It must not look
at a document's layout (`tables`, `streams`) and never chooses between two values that differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipelines.report import form
from pipelines.report.model import (
    TABLES,
    Edition,
    Evidence,
    Finding,
    FindingCode,
    Place,
    Severity,
    Table,
    TableName,
)
from pipelines.report.values import BLANK, Value, parse_value, scale, unreadable

_NO_COUNT = 1_000_000_000
"""No body has had a billion applications or decisions: more digits are several numbers run together."""
_AMOUNTS = ("fee_amount", "procurement_amount")
_SCALES = {"fee_amount": ("万",), "procurement_amount": ("", "万", "亿")}
"""What the unit that a cell prints may count in where the form's column does; elsewhere in ones."""
_ROWS_OF_A_SECOND_TABLE = 3
"""So many rows printed twice are a table printed twice; fewer are repeated where a page ends."""


@dataclass(slots=True)
class Entry:
    """What one cell of a table was found to say."""

    value: Value
    raw: str
    place: Place


@dataclass(slots=True)
class Sheet:
    """The tables of one document while they are being read. Columns of 表二 are the printed ones."""

    document: str | None = None
    """SHA-256 of the body, for the evidence."""
    cells: dict[TableName, dict[str, dict[str, Entry]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    seen: set[TableName] = field(default_factory=set)
    """Tables of which a header or a label stands in the document."""
    _twice: dict[TableName, dict[tuple[str, str], bool]] = field(default_factory=dict)
    """The cells printed more than once, and whether one of their printings is blank beside a number."""

    def note(
        self, code: FindingCode, severity: Severity, where: str, message: str, evidence: Iterable[str] = ()
    ) -> None:
        """Add a finding, once."""
        finding = Finding(code, severity, where, message, tuple(evidence))
        if finding not in self.findings:
            self.findings.append(finding)

    def put(
        self, table: TableName, row: str, column: str, raw: str, place: Place, lost: str | None = None
    ) -> None:
        """Enter a cell; `lost` says why its value cannot be told although something may stand there."""
        value = unreadable(lost) if lost else parse_value(raw)
        number = value.number
        if value.kind == "unit" and number and scale(raw) not in _SCALES.get(column, ("",)):
            value = replace(value, severity="warning")
        if isinstance(number, int) and not -_NO_COUNT < number < _NO_COUNT and column not in _AMOUNTS:
            value = unreadable(f"“{raw.strip()}” is no count: several numbers seem to have run together")
        self.seen.add(table)
        if (rows := self.cells.get(table)) is None:
            rows = self.cells[table] = {}
        if (cells := rows.get(row)) is None:
            cells = rows[row] = {}
        old = cells.get(column)
        if old is None or (old.value.kind == "unreadable" and not old.raw and value.kind != "unreadable"):
            cells[column] = Entry(value, raw, place)
            return
        half = (old.value.number is None) is not (value.number is None)
        blank = old.value.kind in ("blank", "none-mark") or value.kind in ("blank", "none-mark")
        if table != "review" or old.place.table is None or old.place.table != place.table:
            # 表四 has one row, and a blank one above or below it in the same grid is nothing.
            twice = self._twice.setdefault(table, {})
            twice[row, column] = twice.get((row, column), False) or (half and blank)
        if (old.value.number == value.number and old.value.number is not None) or value.kind in (
            "blank",
            "none-mark",
        ):
            return
        if old.value.kind in ("blank", "none-mark") and value.number is not None:
            cells[column] = Entry(value, raw, place)
            path = f"{table}.{row}.{form.published_column(column)}"
            self.note("label-unknown", "info", path, "the row is printed twice, once with this cell blank")
        elif old.value.number is not None and value.number is not None:
            message = f"the cell is printed twice, as “{old.raw.strip()}” and as “{raw.strip()}”"
            cells[column] = Entry(unreadable(message), f"{old.raw} / {raw}", old.place)

    def settle(self, table: TableName, row: str, column: str, value: Value, raw: str, place: Place) -> None:
        """Enter a value that the table's identities tell, in place of what could not be read there."""
        self.cells.setdefault(table, {}).setdefault(row, {})[column] = Entry(value, raw, place)

    def has_row(self, table: TableName, row: str) -> bool:
        """Whether the row was found."""
        return row in self.cells.get(table, {})

    def has_numbers(self) -> bool:
        """Whether any cell of any table holds a number, readable or not."""
        return any(
            entry.value.number is not None or any(c.isdigit() for c in entry.raw)
            for rows in self.cells.values()
            for cells in rows.values()
            for entry in cells.values()
        )

    def finish(self) -> Finished:
        """The tables as published, their editions, the evidence for each cell, and all findings."""
        out = Finished()
        self._judge_second_tables()
        for table in TABLES:
            rows = self.cells.get(table)
            if not rows:
                message = f"the table 《{form.TABLE_FORMS[table].chinese}》 was not found"
                if table in self.seen:
                    message = f"of the table 《{form.TABLE_FORMS[table].chinese}》 only headings were found"
                out.findings.append(Finding("table-missing", "warning", table, message))
                out.tables[table] = None
                out.editions[table] = None
                continue
            edition = self._edition(table, rows)
            out.editions[table] = edition
            out.tables[table] = self._table(table, edition, rows, out)
        out.findings[:0] = self.findings
        return out

    def _judge_second_tables(self) -> None:
        """Say of a table printed twice (another year's, a whole area's) what one printing leaves blank."""
        for table, twice in self._twice.items():
            again = {row for row, _ in twice}
            if len(again) < _ROWS_OF_A_SECOND_TABLE:
                continue
            for (row, column), half in twice.items():
                if half:
                    path = f"{table}.{row}.{form.published_column(column)}"
                    message = "the table is printed twice, and one of its printings has this cell blank"
                    self.note("label-unknown", "warning", path, message)

    def _edition(self, table: TableName, rows: dict[str, dict[str, Entry]]) -> Edition | None:
        if table == "requests":
            if any(row in rows for row in form.REQUEST_2021_ONLY):
                extra = rows.get("other")
                if extra is not None:
                    del rows["other"]
                    if any(entry.value.kind != "blank" for entry in extra.values()):
                        self.note(
                            "label-unknown",
                            "warning",
                            "requests",
                            "（六）其他处理 has figures of its own beside its rows'; they are left out",
                        )
                return "2021"
            return "2019" if "other" in rows else None
        if table == "review":
            # Both editions print the same 表四: it goes with the tables that it stands beside.
            beside = (self._edition(t, self.cells.get(t, {})) for t in ("requests", "active_disclosure"))
            return next((edition for edition in beside if edition is not None), "2021")
        votes: dict[Edition, int] = {}
        for cells in rows.values():
            for column in cells:
                edition = form.EDITION_OF_COLUMN[column]
                votes[edition] = votes.get(edition, 0) + 1
        if not votes:
            return None
        if len(votes) > 1:
            self.note(
                "column-unknown",
                "warning",
                "active_disclosure",
                "the table mixes columns of the editions 2019 and 2021",
            )
        return max(votes, key=lambda e: votes[e])

    def _table(
        self, table: TableName, edition: Edition | None, rows: dict[str, dict[str, Entry]], out: Finished
    ) -> Table:
        result: Table = {}
        expected = form.expected_rows(table, edition)
        order = [*expected, *(row for row in rows if row not in expected)]
        for row in order:
            if row not in rows:
                label = form.row_label(table, row)
                out.findings.append(
                    Finding("row-missing", "warning", f"{table}.{row}", f"the row “{label}” was not found")
                )
                continue
            values = result[row] = {}
            for column in self._columns(table, row, rows[row]):
                key = form.published_column(column)
                path = f"{table}.{row}.{key}"
                entry = rows[row].get(column)
                if entry is None:
                    entry = Entry(unreadable("no cell was found for this column"), "", Place())
                value = entry.value
                values[key] = value.number
                out.evidence[path] = Evidence(entry.raw, value.kind, entry.place, self.document)
                if value.code is not None:
                    out.findings.append(Finding(value.code, value.severity, path, value.message))
        if table == "requests":
            self._doubtful_edition(edition, result, out)
        return result

    @staticmethod
    def _doubtful_edition(edition: Edition | None, result: Table, out: Finished) -> None:
        """Findings for the rows of （六）, where nothing read from them tells how many the table has."""
        if edition is None:
            rows: tuple[str, ...] = ("other", *form.REQUEST_2021_ONLY)
        elif edition == "2019" and all(
            out.evidence[f"requests.other.{column}"].kind == "unreadable" for column in result["other"]
        ):
            rows = form.REQUEST_2021_ONLY
        else:
            return
        severity: Severity = "warning" if edition is None else "info"
        for row in rows:
            message = f"the row “{form.row_label('requests', row)}” was not found; not every edition has it"
            out.findings.append(Finding("row-missing", severity, f"requests.{row}", message))

    def _columns(self, table: TableName, row: str, cells: dict[str, Entry]) -> tuple[str, ...]:
        if table == "requests":
            return tuple(form.REQUEST_COLUMNS)
        if table == "review":
            return tuple(form.REVIEW_COLUMNS)
        for columns in (rows[row] for rows in form.ACTIVE_FORM.values() if row in rows):
            if any(column in cells for column in columns):
                return columns
        return tuple(cells)


@dataclass(slots=True)
class Finished:
    """A sheet's outcome."""

    tables: dict[TableName, Table | None] = field(default_factory=dict)
    editions: dict[TableName, Edition | None] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


__all__ = ["BLANK", "Entry", "Finished", "Sheet"]
