"""Grids to the statutory tables, row by row and column by column, by label.

Owns how a drawn table becomes entries of a `Sheet`. It must not know file formats, and it never
shifts a value: a row whose cells do not fit the columns is lost and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.report import form, headers
from pipelines.report.alignment import align, starts_blank
from pipelines.report.headers import Column, Header, HeaderRows
from pipelines.report.labels import fold, has_figures, label_key
from pipelines.report.model import Grid, Place, TableName
from pipelines.report.sheet import Sheet
from pipelines.report.slots import Slot, rows_of, turned
from pipelines.report.values import parse_value

_BY_CONTEXT = frozenset(["总计", "合计", "其他处理", "本年度办理结果其他处理", "其他", "其他处理其他"])
"""Labels of 表三's rows that only what stands around them tells apart."""
_ROW_OF_FIGURES = ("数量", "件数", "数量件", "件数件", "数据", "数值")
"""What a label before 表四's one row of figures may say."""


@dataclass(slots=True)
class GridReader:
    """Reads the grids of one document in reading order; a table may go on in the next grid."""

    sheet: Sheet
    current: TableName | None = None
    active: Header | None = None
    requests: Header | None = None
    review: Header | None = None
    group: str = ""
    _rows: HeaderRows = field(default_factory=HeaderRows)
    _collecting: TableName | None = None
    _fits: list[tuple[str, str]] = field(default_factory=list)
    """Rows of the grid's 表三 whose header has slots, and how their cells fitted it."""
    _context: str = ""
    _known_here: bool = False
    """The grid has shown a header or a row of the form: what it holds beside is the form's neighbour."""
    _reviewed: bool = False
    """A row of 表四 was found; a header of its own begins another table of it."""
    _width: int = 0
    """The width that most of the grid's rows have."""

    def read(self, grid: Grid, context: str = "") -> None:
        """Enter what the grid holds of the statutory tables; `context` is the text right above it."""
        self._context = context
        self._rows, self._collecting, self._fits = HeaderRows(), None, []
        self._known_here = False
        self._reviewed = self.sheet.has_row("review", "reconsideration")
        for name in ("active", "requests", "review"):
            if (header := getattr(self, name)) is not None:
                setattr(self, name, header.moved())
        rows = rows_of(grid)
        if headers.is_tall_review(rows):
            rows = rows_of(turned(grid))
        widths = [slots[-1].stop for slots in rows if slots]
        self._width = max(set(widths), key=lambda w: (widths.count(w), w), default=0)
        for slots in rows:
            if any(slot.text.strip() for slot in slots if slot.first):
                self._row(slots)
            elif slots and self.current == "review" and any(slot.first for slot in slots):
                self._settle_header()
                self._review_row(slots)
        self._settle_header()
        self._judge_header()

    def _judge_header(self) -> None:
        """Where most rows do not stand under the header, those that do are as doubtful."""
        well = [row for row, how in self._fits if how == "place"]
        if len(well) < len(self._fits) / 2:
            for row in well:
                message = "the row stands under the header, but most of the table's rows do not"
                self.sheet.note("column-unknown", "warning", f"requests.{row}.*", message)

    # ------------------------------------------------------------------ one row

    def _row(self, slots: list[Slot]) -> None:
        if not headers.numbers_in(slots) and self._header_row(slots):
            return
        self._close_header()
        if self.current == "review" and self._review_row(slots):
            return
        self._labelled_row(slots)

    def _header_row(self, slots: list[Slot]) -> bool:
        """Take up a row without figures that is a table's header; False where it is none."""
        if headers.is_request_header(slots):
            self._header("requests", slots)
            return True
        if headers.is_review_header(slots):
            self._header("review", slots)
            return True
        if (header := headers.active_header(slots)) is None:
            return False
        self.current, self.active = "active_disclosure", header
        self._known_here = True
        self._settle_header()
        self._collecting = None
        self.sheet.seen.add("active_disclosure")
        for column in header.columns:
            if column.key is None:
                self._unknown_column("active_disclosure", column)
        return True

    def _header(self, table: TableName, slots: list[Slot]) -> None:
        if self._collecting != table:
            self._settle_header()
            self._rows, self._collecting = HeaderRows(), table
        self._rows.rows.append(slots)
        self._reviewed = self._reviewed and table != "review"
        self.current = table
        self._known_here = True
        self.sheet.seen.add(table)

    def _settle_header(self) -> None:
        """Make out the columns of the header rows collected so far."""
        if self._collecting == "requests":
            self.requests = headers.request_header(self._rows)
        elif self._collecting == "review":
            self.review = headers.review_header(self._rows, self._context)

    def _close_header(self) -> None:
        self._settle_header()
        if self._collecting == "requests" and self.requests is not None:
            for column in self.requests.columns:
                if column.key is None:
                    self._unknown_column("requests", column)
        self._collecting = None

    def _unknown_column(self, table: TableName, column: Column) -> None:
        self.sheet.note("column-unknown", "warning", table, f"the form has no column “{column.text.strip()}”")

    # ------------------------------------------------------------------ rows of 表二 and 表三

    def _labelled_row(self, slots: list[Slot]) -> None:
        at = self._label_index(slots)
        if at is None:
            return
        label, values = slots[at], slots[at + 1 :]
        row = form.active_rows.match(label.text)
        if row is not None and self.current != "requests":
            self._note_label("active_disclosure", row.key, label.text, row.how)
            self._active_row(row.key, label, values)
            return
        request = self._request_row(slots[:at], label.text)
        if request is not None:
            key, how = request
            self.current = "requests"
            self._note_label("requests", key, label.text, how)
            self._request_values(key, label, values)
            if group := form.REQUEST_GROUP_OF.get(key):
                self.group = group
            return
        if not self._known_here or not any(parse_value(v.text).number is not None for v in values if v.first):
            self._remember_group(slots)
            return
        text = " ".join(label.text.split())
        self.sheet.note(
            "label-unknown",
            "warning",
            self.current or "requests",
            f"the form has no row “{text}”: its figures are left out",
        )

    def _label_index(self, slots: list[Slot]) -> int | None:
        """The cell that labels the row: the last one with words before the values begin."""
        start = self._values_start()
        words = None
        counted = False
        for i, slot in enumerate(slots):
            text = slot.text
            if not text.strip():
                continue
            value = parse_value(text)
            if value.kind != "unreadable":
                following = slots[i + 1] if i + 1 < len(slots) else None
                if words is None and following is not None and label_key(following.text) and not counted:
                    counted = True  # a column of serial numbers in front of the labels
                    continue
                break
            if start is not None and slot.start >= start and words is not None and not self._is_label(text):
                break
            if words is not None and self._is_row(slots[:words], slots[words].text) and self._is_value(text):
                break
            if label_key(text):
                words = i
        return words

    def _values_start(self) -> int | None:
        header = {"active_disclosure": self.active, "requests": self.requests}.get(self.current or "")
        return header.columns[0].start if header is not None and header.placed and header.columns else None

    def _is_value(self, text: str) -> bool:
        """Whether words behind a row's label stand where its values do ("约3件") and label nothing."""
        folded = fold(text)
        counted = any(c.isdigit() for c in folded) and not folded[0].isdigit()
        return (counted or not label_key(text)) and not self._is_label(text)

    def _is_label(self, text: str) -> bool:
        return (
            form.active_rows.match(text) is not None
            or form.request_rows.match(text) is not None
            or form.request_groups.match(text) is not None
        )

    def _is_row(self, before: Sequence[Slot], text: str) -> bool:
        return form.active_rows.match(text) is not None or self._request_row(before, text) is not None

    def _request_row(self, before: Sequence[Slot], text: str) -> tuple[str, str] | None:
        if (match := form.request_rows.match(text)) is not None:
            return match.key, match.how
        if (key := label_key(text)) not in _BY_CONTEXT:
            return None
        folded = fold(text)
        in_requests = self.current == "requests"
        if key in ("总计", "合计") and (in_requests or "七" in folded):
            return "total_processed", "exact"
        if key in ("其他处理", "本年度办理结果其他处理") and (in_requests or "六" in folded):
            return "other", "exact"
        if key == "其他" and folded.startswith(("(六)", "六、")) and in_requests:
            return "other", "exact"
        if key in ("其他", "其他处理其他") and in_requests:
            groups = [m.key for slot in before if (m := form.request_groups.match(slot.text)) is not None]
            group = next((g for g in reversed(groups) if g != "processed"), self.group)
            if group == "other" or key == "其他处理其他":
                return "other_other", "exact"
        return None

    def _remember_group(self, slots: list[Slot]) -> None:
        for slot in slots:
            match = form.request_groups.match(slot.text)
            if match is not None and match.key != "processed":
                self.group = match.key

    def _note_label(self, table: TableName, row: str, text: str, how: str) -> None:
        printed = " ".join(text.split())
        if has_figures(text):
            message = f"the label's cell “{printed}” holds figures, which are left out"
            self.sheet.note("label-unknown", "warning", f"{table}.{row}.*", message)
        if how == "fuzzy":
            message = f"the label “{printed}” is taken for “{form.row_label(table, row)}”"
            self.sheet.note("label-unknown", "info", f"{table}.{row}", message)

    # ------------------------------------------------------------------ values under columns

    def _active_row(self, row: str, label: Slot, values: list[Slot]) -> None:
        self.current = "active_disclosure"
        self._known_here = True
        self.sheet.seen.add("active_disclosure")
        header = self.active
        forms = [rows[row] for rows in form.ACTIVE_FORM.values() if row in rows]
        if (
            header is None
            or not {k for k in header.keys if k is not None}
            or not any(set(header.keys) & set(columns) for columns in forms)
        ):
            if any(v.text.strip() for v in values):
                where = f"active_disclosure.{row}"
                self.sheet.note(
                    "column-unknown", "warning", where, "no header that fits stands above the row"
                )
            return
        self._enter("active_disclosure", row, header, label, values)
        if header.damaged and all(column.certain for column in header.columns):
            message = "the header lacks columns that the form has"
            self.sheet.note("column-unknown", "warning", f"active_disclosure.{row}.*", message)
        for column in header.columns:
            path = f"active_disclosure.{row}.{form.published_column(column.key or '')}"
            if column.key is None:
                continue
            if not column.certain:
                printed = " ".join(column.text.split())
                message = f"the column's label “{printed}” is damaged; the column is taken by elimination"
                self.sheet.note("column-unknown", "warning", path, message)
            if column.key == "fee_amount" and "元" in column.text and not re.search("[万萬]", column.text):
                message = f"the column states another unit than 万元: “{' '.join(column.text.split())}”"
                self.sheet.note("unit-stated", "warning", path, message)

    def _request_values(self, row: str, label: Slot, values: list[Slot]) -> None:
        self._known_here = True
        self.sheet.seen.add("requests")
        header = self.requests
        if header is None or not header.columns:
            header = headers.REQUEST_ORDER
        if header.damaged:
            lost = [c.key for c in header.columns if c.key is not None and not c.certain]
            message = "the header's labels are missing or damaged; the columns are taken in the form's order"
            if header is headers.REQUEST_ORDER:
                self.sheet.note("column-unknown", "warning", "requests", message)
            for key in lost:
                self.sheet.note("column-unknown", "warning", f"requests.*.{key}", message)
        self._enter("requests", row, header, label, values)

    def _review_row(self, slots: list[Slot]) -> bool:
        """Enter 表四's row of values; False where the row is none."""
        header = self.review
        if header is None:
            return False
        own = list(slots)
        label: Slot | None = None
        while own and (match := form.review_blocks.match(own[0].text)) is not None:
            label = own.pop(0)  # 行政诉讼 may stand before 未经复议直接起诉, over two rows
            if match.key in form.REVIEW_BLOCKS:
                header = header.of_block(match.key)
        if label is None and own and label_key(own[0].text) in _ROW_OF_FIGURES:
            label = own.pop(0)
        texts = [slot for slot in own if slot.text.strip()]
        if any(label_key(slot.text) and parse_value(slot.text).number is None for slot in texts):
            return False
        if not texts and (self._reviewed or len(own) < len(header.columns)):
            return False
        if not all(c.key and "." in c.key for c in header.columns):
            return False
        if header.damaged:
            message = "the header's labels are missing or damaged; the columns are taken in the form's order"
            self.sheet.note("column-unknown", "warning", "review", message)
        self._enter("review", "", header, label, own)
        self._reviewed = True
        return True

    def _enter(
        self, table: TableName, row: str, header: Header, label: Slot | None, values: list[Slot]
    ) -> None:
        label_stop = 0 if label is None else label.stop
        found, how = align(header, label_stop, values)
        where = f"{table}.{row}.*" if row else table
        if table == "requests" and header.placed and how != "lost":
            self._fits.append((row, how))
        if how == "count" and header.placed:
            message = (
                "the row's cells do not stand under the header's; they are taken in order, being as many"
            )
            self.sheet.note("column-unknown", "warning", where, message)
        elif how == "place" and values and values[-1].stop > header.extent:
            message = "the row goes on beyond the header's end: a cell too many may have shifted its values"
            self.sheet.note("column-unknown", "warning", where, message)
        elif how == "place" and values and values[-1].stop < min(header.extent, self._width):
            message = (
                "the row is narrower than its header and the others: a cell may be missing before its end"
            )
            self.sheet.note("column-unknown", "warning", where, message)
        elif how == "count" and starts_blank(values) and values[-1].stop < self._width:
            message = "the row is narrower than the others: its first cell may not be its first column's"
            self.sheet.note("column-unknown", "warning", where, message)
        elif how == "window":
            message = (
                "the row has blank cells more than the header has columns; those at its edges are passed over"
            )
            self.sheet.note("column-unknown", "warning", where, message)
        put, target = self.sheet.put, row
        for column, cell in zip(header.columns, found, strict=True):
            if (key := column.key) is None:
                continue
            if table == "review":
                target, _, key = key.rpartition(".")
            if isinstance(cell, Slot):
                several = not cell.first and cell.text.strip() != ""
                lost = "one cell stands in several rows" if several else None
                put(table, target, key, cell.text, cell.cell.place, lost)
            else:
                raw = " | ".join(slot.text.strip() for slot in values)
                place = values[0].cell.place if values else (label.cell.place if label else Place())
                put(table, target, key, raw[:200], place, cell)


def read_grids(grids: Sequence[tuple[Grid, str]], sheet: Sheet) -> None:
    """Read grids, each with the text above it, into the sheet."""
    reader = GridReader(sheet)
    for grid, context in grids:
        reader.read(grid, context)
