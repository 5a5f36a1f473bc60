"""Text whose tables are lost to the statutory tables: labels found in it, and the values after them.

Owns three shapes alike: a row on each line, a cell on each line, everything on one line. The values
between two labels belong to the first only where their number is exactly the form's; otherwise
the row is lost and says so. Digits that have run together are never separated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.report import form
from pipelines.report.headers import all_review_columns
from pipelines.report.hits import Hit, find
from pipelines.report.labels import label_key
from pipelines.report.model import Place, TableName
from pipelines.report.sheet import Sheet
from pipelines.report.textstream import Piece, Stream

_GROUP_WORDS = tuple(label_key(f) for forms in form.REQUEST_GROUPS.values() for f in forms)
_NUMERALS = "一二三四五六七八九十"
_ENUMERATOR = re.compile(r"\(?[1-9](?:[.、．,)）]|[)）])")
_DAMAGED_HEADER = "the header's labels are missing or damaged; the columns are taken in the form's order"


def read_streams(lines: Sequence[tuple[str, Place]], sheet: Sheet, wanted: frozenset[TableName]) -> None:
    """Enter what the text holds of the wanted tables."""
    if wanted and lines:
        stream = Stream(lines)
        reader = _Reader(stream, sheet, _runs(find(stream)))
        if "active_disclosure" in wanted:
            reader.active_disclosure()
        if "requests" in wanted:
            reader.requests()
        if "review" in wanted:
            _Review(stream, sheet).read()


# ---------------------------------------------------------------------- between labels


def _belongs(words: str, hit: Hit) -> bool:
    """Whether words after a label are the rest of it, or of a group label drawn beside it."""
    if words in hit.tail or not words.strip(_NUMERALS):
        return True
    return hit.table == "requests" and any(words.strip(_NUMERALS) in group for group in _GROUP_WORDS)


def _values(hit: Hit) -> tuple[list[Piece], bool]:
    """The values that follow a label, and whether nothing else follows up to the next label."""
    values: list[Piece] = []
    for piece in hit.pieces:
        if not piece.words:
            values.append(piece)
        elif not _belongs(piece.words, hit):
            return values, False
    return values, True


def _joined(hit: Hit) -> bool:
    """Whether the next label is of the same table as far as what stands between tells."""
    if hit.kind == "stop":
        return not hit.pieces or not any(piece.words.strip(_NUMERALS) for piece in hit.pieces)
    if hit.kind == "column":  # a damaged label may stand between two columns
        return sum(len(piece.words) for piece in hit.pieces) <= 24 and all(
            piece.words for piece in hit.pieces
        )
    return _values(hit)[1]


def _runs(hits: list[Hit]) -> list[list[Hit]]:
    """Labels with nothing but values between them, together: a table's stand so, prose's do not."""
    runs: list[list[Hit]] = []
    joined = False
    for hit in hits:
        if joined:
            runs[-1].append(hit)
        else:
            runs.append([hit])
        joined = _joined(hit)
    return runs


@dataclass(slots=True)
class _Reader:
    stream: Stream
    sheet: Sheet
    runs: list[list[Hit]]
    _shapes: dict[TableName, bool] = field(default_factory=dict)
    _behind: set[int] = field(default_factory=set)
    """Where rows begin whose values stand before their labels: what follows is the next row's."""

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
        values, clean = _values(hit)
        enumerated = clean and values and following is not None and following.kind in ("row", "group")
        if enumerated and _ENUMERATOR.fullmatch(values[-1].text.strip()):
            return values[:-1]
        return values

    def _enter(
        self, table: TableName, hit: Hit, row: str, columns: Sequence[str], values: list[Piece]
    ) -> None:
        taken, stray = take(values, len(columns))
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
            rows = [h for run in runs for h in run if h.table == table and h.kind == "row" and _values(h)[0]]
            beside = [h for h in rows if any(p.line == self.stream.at[h.stop - 1][0] for p in _values(h)[0])]
            self._shapes[table] = len(beside) >= 2 and len(beside) >= len(rows) / 2
        return self._shapes[table]

    def _unknown_row(self, table: TableName, hit: Hit, width: int) -> None:
        """A finding where the words after a row's values look like a row that the form does not have."""
        values, clean = _values(hit)
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
            self.sheet.note("column-unknown", "warning", "requests", _DAMAGED_HEADER)
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
        for column in fits[0]:
            if column not in once:
                message = "the column's label is damaged; the column is taken by elimination"
                path = f"{where}.{form.published_column(column)}"
                self.sheet.note("column-unknown", "warning", path, message)
        self._unknown_row("active_disclosure", hit, len(fits[0]))
        self._enter("active_disclosure", hit, hit.key, fits[0], values)


def _is_requests(run: list[Hit]) -> bool:
    """Whether a run of labels is (a part of) 表三, and not prose that names some of its rows."""
    rows = [hit for hit in run if hit.table == "requests" and hit.kind == "row"]
    columns = {hit.key for hit in run if hit.table == "requests" and hit.kind == "column"}
    counts = [len(_values(hit)[0]) for hit in rows]
    return any(c >= 5 for c in counts) or (len(rows) >= 3 and (any(counts) or len(columns) >= 3))


def take(values: list[Piece], width: int) -> tuple[list[Piece] | None, bool]:
    """The row's values where their number is right, and whether a stray line was passed over."""
    if len(values) == width:
        return values, False
    if width >= 3 and len(values) == width + 1:
        lines = {piece.line for piece in values[:width]}
        if (
            len(lines) == 1
            and values[-1].line not in lines
            and re.fullmatch(r"[0-9]{1,3}", values[-1].text.strip())
        ):
            return values[:width], True
    return None, False


# ---------------------------------------------------------------------- 表四

_REVIEW_CHARACTERS = frozenset("结果维持纠正其他尚未审结总计合行政复议诉讼未经直接起后")
_REVIEW_LABEL = re.compile(
    "未经复议直接起诉|复议后起诉|行政复议|行政诉讼|结果维持|结果纠正|其他结果|尚未审结|总计"
)
_MOST_TRIES = 200
"""No report names 表四's words so often; a page that does is not looked through to its end."""
_REVIEW_START = re.compile("结果维持|行政复议|未经复议直接起诉|复议后起诉")
_LITIGATION = ("未经复议直接起诉", "复议后起诉")
_SPECIFIC = {forms[0]: block for block, forms in form.REVIEW_BLOCKS.items()}


@dataclass(slots=True)
class _Group:
    """Header words and the values after them."""

    words: str = ""
    values: list[Piece] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """The form's labels among the words."""
        return _REVIEW_LABEL.findall(self.words)

    @property
    def columns(self) -> list[str]:
        """The column labels among the words."""
        return [label for label in self.labels if "诉" not in label and label != "行政复议"]


@dataclass(slots=True)
class _Review:
    stream: Stream
    sheet: Sheet

    def read(self) -> None:
        """Enter 表四: a header of nothing but the form's words, then fifteen values, or three times five."""
        end = tries = 0
        for match in _REVIEW_START.finditer(self.stream.han):
            start = self.stream.han_at[match.start()]
            if start < end or "审" not in self.stream.han[match.start() : match.start() + 120]:
                continue
            if (tries := tries + 1) > _MOST_TRIES:
                break
            groups, stop = self._region(start)
            specific = any(label in group.words for group in groups for label in _LITIGATION)
            counted = sum(len(group.values) for group in groups) >= 5
            if sum(len(group.columns) for group in groups) >= 4 or (specific and counted):
                end = stop
                self._groups(groups, start)

    def _region(self, start: int) -> tuple[list[_Group], int]:
        groups = [_Group()]
        stop = min(len(self.stream.chars), start + 600)
        for piece in self.stream.pieces(start, stop):
            if not piece.words:
                groups[-1].values.append(piece)
                continue
            if not set(piece.words) <= _REVIEW_CHARACTERS:
                break
            if groups[-1].values:
                groups.append(_Group())
            groups[-1].words += piece.words
        return groups, start + sum(len(g.words) + len(g.values) for g in groups)

    def _groups(self, groups: list[_Group], start: int) -> None:
        self.sheet.seen.add("review")
        five = [forms[0] for forms in form.REVIEW_COLUMNS.values()]
        everything = all_review_columns()
        words = "".join(group.words for group in groups)
        filled = [group for group in groups if group.values]
        if len(filled) == 1 and (values := take(filled[0].values, 15)[0]) is not None:
            whole = sorted(groups[0].columns) == sorted(five * 3)
            if not whole or "未经复议直接起诉" not in words or "复议后起诉" not in words:
                self.sheet.note("column-unknown", "warning", "review", _DAMAGED_HEADER)
            for column, piece in zip(everything, values, strict=True):
                self._put(column, piece)
            return
        for group in filled or groups:
            blocks = {_SPECIFIC[label] for label in group.labels if label in _SPECIFIC}
            if "行政诉讼" in group.words and len(blocks) == 2:
                blocks.discard("reconsideration")
            if len(blocks) == 1 and group.columns == five and len(group.values) == 5:
                block = next(iter(blocks))
                for key, piece in zip(form.REVIEW_COLUMNS, group.values, strict=True):
                    self._put(f"{block}.{key}", piece)
                continue
            raw = " ".join(piece.text.strip() for piece in group.values)[:200]
            lost = f"the values could not be told apart: {len(group.values)} found where the form has 15"
            for block in sorted(blocks) if len(blocks) == 1 else form.REVIEW_BLOCKS:
                for key in form.REVIEW_COLUMNS:
                    self.sheet.put("review", block, key, raw, self.stream.place_of(start), lost)

    def _put(self, path: str, piece: Piece) -> None:
        block, _, key = path.partition(".")
        self.sheet.put("review", block, key, piece.text, self.stream.place(piece.line))
