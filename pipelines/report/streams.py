"""Text whose tables are lost to the statutory tables: labels found in it, and the values after them.

Owns three shapes alike: a row on each line, a cell on each line, everything on one line. The values
between two labels belong to the first only where their number is exactly the form's; otherwise
the row is lost and says so. Digits that have run together are told apart where only one reading of
them is left (`joined`), and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.report import form
from pipelines.report.away import read_away
from pipelines.report.between import DAMAGED_HEADER, digits_of, runs_of, take, values_of
from pipelines.report.hits import Hit, find
from pipelines.report.joined import tell_apart
from pipelines.report.labels import label_key
from pipelines.report.model import Edition, Place, TableName
from pipelines.report.review_stream import ReviewStream
from pipelines.report.sheet import Sheet
from pipelines.report.splits import Reading, TooManyError, row_readings
from pipelines.report.textstream import Piece, Stream
from pipelines.report.values import Value

_NOUGHT_FIRST = re.compile(r"\s*0[0-9]+\s*")
_NOUGHTS = "the digits run together; each is a nought, since no number begins with one"
_PAGE = re.compile(r"\s*[1-9][0-9]{0,2}\s*")
_MOST_PAGES = 4
"""Pages that the tables take."""
_MOST_BESIDE = len(form.REQUEST_COLUMNS) + 2
"""More values after a label than its row's, the next label's number and a page's are another row's."""
_ENUMERATOR = re.compile(r"\(?[1-9](?:[.、．,)）]|[)）])")


def read_streams(lines: Sequence[tuple[str, Place]], sheet: Sheet, wanted: frozenset[TableName]) -> None:
    """Enter what the text holds of the wanted tables."""
    if wanted and lines:
        stream = Stream(lines)
        reader = _Reader(stream, sheet, runs_of(find(stream)))
        if "active_disclosure" in wanted:
            reader.active_disclosure()
        if "requests" in wanted:
            reader.requests()
        if "review" in wanted:
            ReviewStream(stream, sheet).read()


@dataclass(slots=True)
class _Reader:
    stream: Stream
    sheet: Sheet
    runs: list[list[Hit]]
    _shapes: dict[TableName, bool] = field(default_factory=dict)
    _behind: set[int] = field(default_factory=set)
    """Where rows begin whose values stand before their labels: what follows is the next row's."""
    _pages: tuple[list[int], list[int]] | None = None
    """The last number alone on its line before the tables, and the first one after them."""
    _joined: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """Rows of 表三 -> what their digits may be, for each time that the row is printed."""

    def __post_init__(self) -> None:
        previous: Hit | None = None
        behind = False
        for hit in (hit for run in self.runs for hit in run):
            if hit.kind in ("column", "stop"):
                behind = False
            elif hit.kind == "row" and previous is not None and previous.kind == "column":
                forms = [rows[hit.key] for rows in form.ACTIVE_FORM.values() if hit.key in rows]
                least = 5 if hit.table == "requests" else min(map(len, forms), default=1)
                before = sum(not piece.words for piece in previous.pieces)
                behind = hit.table == previous.table and before >= least and not self._row_lines(hit.table)
            if behind and hit.kind != "column":
                self._behind.add(hit.start)
            previous = hit

    def _own_values(self, hit: Hit, following: Hit | None) -> list[Piece]:
        """The values after a label, without the number that enumerates the next label."""
        values, clean = values_of(hit)
        enumerated = clean and values and following is not None and following.kind in ("row", "group")
        if enumerated and _ENUMERATOR.fullmatch(values[-1].text.strip()):
            return values[:-1]
        return values

    def _enter(
        self, table: TableName, hit: Hit, row: str, columns: Sequence[str], values: list[Piece]
    ) -> None:
        taken, stray = take(values, len(columns))
        if taken is not None and len(columns) > 1 and any(_NOUGHT_FIRST.fullmatch(v.text) for v in taken):
            taken, stray = None, False  # digits ran together; that the pieces are as many is chance
        if hit.start in self._behind:
            taken, stray = None, False
        if taken is not None and self._row_lines(table) and len({piece.line for piece in taken}) > 1:
            taken = None  # elsewhere a row's values share a line: one of these is a page number
        own = self.stream.at[hit.stop - 1][0]
        if taken is not None and len(columns) < 3 and self._row_lines(table) and taken[0].line != own:
            message = "the value stands on a line of its own, where other rows' stand beside the label"
            self.sheet.note("column-unknown", "warning", f"{table}.{row}.*", message)
        if stray:
            message = "a number on a line of its own after the row's values is taken for a page number"
            self.sheet.note("column-unknown", "warning", f"{table}.{row}.*", message)
        raw = " ".join(piece.text.strip() for piece in values)[:200]
        for i, column in enumerate(columns):
            if taken is not None:
                self.sheet.put(table, row, column, taken[i].text, self.stream.place(taken[i].line))
                continue
            why = "the values could not be told apart" if values else "no value stands after the row's label"
            lost = f"{why}: {len(values)} found where the form has {len(columns)}"
            if hit.start in self._behind:
                lost = "values stand before the labels here: those that follow are the next row's"
            self.sheet.put(table, row, column, raw, self.stream.place_of(hit.start), lost)

    def _row_lines(self, table: TableName) -> bool:
        """Whether the table's rows print their values on the label's line."""
        if table not in self._shapes:
            runs = [run for run in self.runs if _is_requests(run) or any(h.kind == "column" for h in run)]
            rows = [
                h for run in runs for h in run if h.table == table and h.kind == "row" and values_of(h)[0]
            ]
            beside = [
                h for h in rows if any(p.line == self.stream.at[h.stop - 1][0] for p in values_of(h)[0])
            ]
            self._shapes[table] = len(beside) >= 2 and len(beside) >= len(rows) / 2
        return self._shapes[table]

    def _may_be_page_number(self, piece: Piece) -> bool:
        """Whether a value alone on its line comes next among such numbers outside the tables."""
        if not _PAGE.fullmatch(self.stream.lines[piece.line][0]):
            return False
        if self._pages is None:
            texts = [text.strip() for text, _ in self.stream.lines]
            runs = [run for run in self.runs if any(h.kind == "column" for h in run) or _is_requests(run)]
            rows = [self.stream.at[hit.start][0] for run in runs for hit in run if hit.kind == "row"]
            behind = max((i for i, text in enumerate(texts) if text.startswith("五、")), default=len(texts))
            before = [int(text) for text in texts[: min(rows, default=0)] if _PAGE.fullmatch(text)]
            after = [int(text) for text in texts[max(behind, *rows) :] if _PAGE.fullmatch(text)]
            self._pages = (before[-1:], after[:1])
        before, after = self._pages
        number = int(piece.text)
        return any(n < number <= n + _MOST_PAGES for n in before) or any(
            n - _MOST_PAGES <= number < n for n in after
        )

    def _unknown_row(self, table: TableName, hit: Hit, width: int) -> None:
        """A finding where the words after a row's values look like a row that the form does not have."""
        values, clean = values_of(hit)
        if clean or len(values) != width or hit.key in ("fees", "procurement", "carried_forward"):
            return
        rest = hit.pieces[hit.pieces.index(values[-1]) + 1 :]
        text = next((piece.text.strip() for piece in rest if piece.words), "")[:40]
        self.sheet.note("label-unknown", "warning", table, f"the form has no row “{text}”: it is left out")

    # ------------------------------------------------------------------ 表三

    def requests(self) -> None:
        """Enter 表三."""
        rows = [
            pair for run in self.runs if _is_requests(run) for pair in zip(run, [*run[1:], None], strict=True)
        ]
        rows = [
            (hit, after) for hit, after in rows if hit.table == "requests" and hit.kind in ("row", "group")
        ]
        if not rows:
            return
        self.sheet.seen.add("requests")
        order = self._header_order(rows[0][0].start)
        if order is False:
            self.sheet.note("column-unknown", "warning", "requests", DAMAGED_HEADER)
        keys = {hit.key for hit, _ in rows if hit.kind == "row"}
        group = ""
        for i, (hit, following) in enumerate(rows):
            values = self._own_values(hit, following)
            after = rows[i + 1][0].key if i + 1 < len(rows) else ""
            if hit.kind == "group":
                group = hit.key
                later = keys & set(form.REQUEST_2021_ONLY)
                if hit.key != "other" or after in form.REQUEST_2021_ONLY or (later and not values):
                    continue
            elif hit.key == "other_other" and group != "other":
                continue
            group = form.REQUEST_GROUP_OF.get(hit.key) or group
            self._request_row(hit, values, order)
            if order is not None and hit.start not in self._behind:
                self._joined.setdefault(hit.key, []).append(digits_of(values_of(hit)[0], following))
        self._tell_apart({hit.key: hit for hit, _ in rows if hit.kind == "row" or hit.key == "other"})
        if order is not None:
            self._put_back(rows[0][0].start)

    def _tell_apart(self, hits: dict[str, Hit]) -> None:
        """Give the rows of joined digits that the table's identities leave one reading."""
        cells = self.sheet.cells.get("requests", {})
        rows: dict[str, list[Reading]] = {}
        for row, entries in cells.items():
            numbers = [entries[column].value.number for column in form.REQUEST_COLUMNS if column in entries]
            whole = tuple(number for number in numbers if isinstance(number, int))
            if len(whole) == len(form.REQUEST_COLUMNS):
                rows[row] = [whole]
        joined = {row: ways[0] for row, ways in self._joined.items() if len(ways) == 1 and row not in rows}
        for row, digits in joined.items():
            try:
                rows[row] = [reading for way in digits for reading in row_readings(way)]
            except TooManyError:
                continue
        solved = tell_apart(rows, form.expected_rows("requests", self._edition()))
        width = len(form.REQUEST_COLUMNS)
        for row, digits in joined.items():
            message = "the digits run together; the sums of the rows and of the columns leave one reading"
            if digits == ("0" * width,) and _run_together(values_of(hits[row])[0], width):
                solved[row] = (0,) * width
                message = _NOUGHTS
            if row in solved:
                self._solved("requests", row, tuple(form.REQUEST_COLUMNS), solved[row], message, hits[row])

    def _put_back(self, start: int) -> None:
        """Give the rows whose values stand away from their labels, where the whole table adds up."""
        cells = self.sheet.cells.get("requests", {})
        known = {
            row: tuple(entries[column].value.number for column in form.REQUEST_COLUMNS)
            for row, entries in cells.items()
        }
        hits = [hit for run in self.runs for hit in run]
        first = last = next(i for i, hit in enumerate(hits) if hit.start >= start)
        while last < len(hits) and hits[last].table == "requests" and hits[last].kind != "stop":
            last += 1
        labels = {hit.key for hit in hits[first:last]}
        edition: Edition = "2021" if labels & set(form.REQUEST_2021_ONLY) else "2019"
        expected = form.expected_rows("requests", edition)
        lost = [row for row in expected if None in known.get(row, (None,))]
        if not lost or not labels >= set(expected):
            return
        if first and hits[first - 1].kind == "column":
            first -= 1  # values may stand between the header and the first label
        stop = hits[last].start if last < len(hits) else len(self.stream.chars)
        table = read_away(self.stream, hits[first:last], min(stop, hits[last - 1].stop + 600), expected)
        if table is None and any(len(values_of(hit)[0]) > _MOST_BESIDE for hit in hits[first:last]):
            message = (
                "the values of some rows stand away from their labels: those of others may be another row's"
            )
            self.sheet.note("column-unknown", "warning", "requests", message)
        if table is None or any(
            row not in table or value not in (None, table[row][i].number)
            for row, values in known.items()
            for i, value in enumerate(values)
        ):
            return
        for row in lost:
            for column, figure in zip(form.REQUEST_COLUMNS, table[row], strict=True):
                place = self.stream.place(figure.line)
                self.sheet.settle(
                    "requests", row, column, Value(figure.number, "number"), str(figure.number), place
                )
            message = "the values stand away from the label; the rows' order places them, and all sums agree"
            self.sheet.note("column-unknown", "warning", f"requests.{row}.*", message)

    def _edition(self) -> Edition:
        return "2021" if set(self.sheet.cells.get("requests", {})) & set(form.REQUEST_2021_ONLY) else "2019"

    def _solved(
        self, table: TableName, row: str, columns: Sequence[str], reading: Reading, message: str, hit: Hit
    ) -> None:
        values = values_of(hit)[0]
        raw = " ".join(piece.text.strip() for piece in values)[:200]
        for column, number in zip(columns, reading, strict=True):
            self.sheet.settle(
                table, row, column, Value(number, "solved"), raw, self.stream.place(values[0].line)
            )
        self.sheet.note("digits-joined", "info", f"{table}.{row}", message)

    def _request_row(self, hit: Hit, values: list[Piece], order: bool | None) -> None:
        columns = tuple(form.REQUEST_COLUMNS)
        if order is None:
            raw = " ".join(piece.text.strip() for piece in values)[:200]
            place = self.stream.place_of(hit.start)
            for column in columns:
                self.sheet.put(
                    "requests", hit.key, column, raw, place, "the header's order is not the form's"
                )
            return
        printed = "".join(piece.words for piece in hit.pieces if piece.words and piece.words in hit.tail)
        if hit.partial and printed != hit.tail:
            message = f"the label is damaged; it is taken for “{form.row_label('requests', hit.key)}”"
            self.sheet.note("label-unknown", "info", f"requests.{hit.key}", message)
        self._unknown_row("requests", hit, len(columns))
        self._enter("requests", hit, hit.key, columns, values)

    def _header_order(self, before: int) -> bool | None:
        """True: the header prints the form's columns in its order; False: not all; None: another order."""
        han = self.stream.han
        stop = self.stream.han_index(before)
        start = max(han.rfind("申请人情况", 0, stop), han.rfind("自然人", 0, stop) - 40, 0)
        text = han[start:stop].replace("法人或其他组织", "")
        keys = [key for key in form.REQUEST_COLUMNS if key not in ("other_organization", "total")]
        places = [text.find(label_key(form.REQUEST_COLUMNS[key][0])) for key in keys]
        places.append(text.find("其他", max(*places, 0)))
        found = [place for place in places if place >= 0]
        if found != sorted(found) or (0 <= text.find("总计") < text.find("自然人")):
            return None
        return len(found) == 6 and "总计" in text

    # ------------------------------------------------------------------ 表二

    def active_disclosure(self) -> None:
        """Enter 表二."""
        header: list[str] = []
        fresh = False
        for run in self.runs:
            own = [hit for hit in run if hit.table == "active_disclosure"]
            if not any(hit.kind == "row" for hit in own) or not any(
                hit.kind == "column" or (hit.kind == "stop") for hit in own
            ):
                continue
            for hit, following in zip(run, [*run[1:], None], strict=True):
                if hit.table != "active_disclosure" or hit.kind in ("stop", "group"):
                    fresh = False
                elif hit.kind == "column":
                    header = [*header, hit.key] if fresh else [hit.key]
                    fresh = True
                else:
                    fresh = False
                    self._active_row(hit, [key for key in header if key], self._own_values(hit, following))

    def _active_row(self, hit: Hit, header: list[str], values: list[Piece]) -> None:
        self.sheet.seen.add("active_disclosure")
        once = [key for key in header if header.count(key) == 1]
        forms = [rows[hit.key] for rows in form.ACTIVE_FORM.values() if hit.key in rows]
        fits = [columns for columns in forms if once and [c for c in columns if c in once] == once]
        where = f"active_disclosure.{hit.key}"
        if len(fits) != 1:
            known = {k for row in self.sheet.cells.get("active_disclosure", {}).values() for k in row}
            editions = {form.EDITION_OF_COLUMN[key] for key in known}
            fits = [form.ACTIVE_FORM[e][hit.key] for e in editions if hit.key in form.ACTIVE_FORM[e]]
            if len(fits) != 1:
                self.sheet.note(
                    "column-unknown", "warning", where, "no header that fits stands above the row"
                )
                return
            message = "the row's header is lost; its columns are taken as the other rows' edition has them"
            self.sheet.note("column-unknown", "warning", where, message)
            once = list(fits[0])
        if any(column not in once for column in fits[0]):
            # Whatever lost or moved one label may have moved the values as well: nothing here has a place.
            message = "a column's label is missing or damaged; the columns are taken in the form's order"
            self.sheet.note("column-unknown", "warning", f"{where}.*", message)
        self._unknown_row("active_disclosure", hit, len(fits[0]))
        self._enter("active_disclosure", hit, hit.key, fits[0], values)
        width = len(fits[0])
        if any(self._may_be_page_number(piece) for piece in values[:width]):
            message = (
                "the text prints its pages' numbers on lines of their own, and one of the values may be one"
            )
            self.sheet.note("column-unknown", "warning", f"{where}.*", message)
        if digits_of(values, None) == ("0" * width,) and _run_together(values, width):
            self._solved("active_disclosure", hit.key, fits[0], (0,) * width, _NOUGHTS, hit)


def _run_together(values: list[Piece], width: int) -> bool:
    """Whether the digits of one line are fewer pieces than numbers."""
    return len(values) < width and len({piece.line for piece in values}) == 1


def _is_requests(run: list[Hit]) -> bool:
    """Whether a run of labels is (a part of) 表三, and not prose that names some of its rows."""
    rows = [hit for hit in run if hit.table == "requests" and hit.kind == "row"]
    columns = {hit.key for hit in run if hit.table == "requests" and hit.kind == "column"}
    counts = [len(values_of(hit)[0]) for hit in rows]
    return any(c >= 5 for c in counts) or (len(rows) >= 3 and (any(counts) or len(columns) >= 3))
