"""The header rows of the statutory tables: which columns stand where, by their printed labels.

Owns headers only. A column whose label is lost is taken by elimination or not at all, and always
marked as uncertain; the order of columns alone never names one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipelines.report import form
from pipelines.report.labels import Match, label_key
from pipelines.report.slots import Slot
from pipelines.report.values import parse_value

_HEADINGS_OF_ROWS = ("信息内容", "项目", "类别", "内容", "指标")


@dataclass(slots=True)
class Column:
    """A header's column: its key (None: a label that the form does not have) and the slots it covers."""

    key: str | None
    start: int
    stop: int
    text: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table in printed order. `placed`: their slots may be relied on."""

    columns: tuple[Column, ...]
    placed: bool = True
    damaged: bool = False
    """Labels are missing, doubled or unknown: the columns rest on elimination or on the form's order."""
    extent: int = 10_000
    """Where the header's rows end; a row that goes on beyond has a cell too many somewhere."""

    @property
    def keys(self) -> tuple[str | None, ...]:
        """The columns' keys."""
        return tuple(column.key for column in self.columns)

    def of_block(self, block: str) -> Header:
        """表四's columns as they hold for a row that names its block itself."""
        names = [(column.key or "").rpartition(".")[2] for column in self.columns]
        columns = zip(names, self.columns, strict=True)
        return Header(tuple(Column(f"{block}.{name}", c.start, c.stop) for name, c in columns), self.placed)

    def moved(self) -> Header:
        """This header as it holds for another grid: by order, without its slots."""
        return replace(self, placed=False)


REQUEST_ORDER = Header(tuple(Column(key, 0, 0) for key in form.REQUEST_COLUMNS), placed=False, damaged=True)
"""The form's own order, for rows that no header stands above."""


def numbers_in(slots: list[Slot]) -> bool:
    """Whether any cell that begins in this row holds a number."""
    # Figures stand at a row's end.
    return any(slot.first and parse_value(slot.text).number is not None for slot in reversed(slots))


_OF_A_HEADER_ALONE = frozenset(["natural_person", "organizations", "applicants", "corner"])


def request_header_cells(slots: list[Slot]) -> set[str]:
    """The column and column-group labels of 表三 that a row's cells print."""
    found = set()
    for slot in slots:
        if (group := form.request_column_groups.match(slot.text)) is not None:
            found.add(group.key)
        elif (column := form.request_columns.exact(slot.text)) is not None:
            found.add(column)
    return found


def is_request_header(slots: list[Slot]) -> bool:
    """Whether a row without figures belongs to 表三's header."""
    found = request_header_cells([slot for slot in slots if slot.first])
    return len(found) >= 2 or not found.isdisjoint(_OF_A_HEADER_ALONE)


def is_review_header(slots: list[Slot]) -> bool:
    """Whether a row without figures belongs to 表四's header."""
    own = [slot for slot in slots if slot.first and slot.text.strip()]
    columns = {form.review_columns.exact(slot.text) for slot in own} - {None}
    blocks = {form.review_blocks.exact(slot.text) for slot in own} - {None}
    if sum(form.review_cells.exact(slot.text) is not None for slot in own) >= 5:
        return True
    if columns - {"total"}:
        return len(columns) >= 2 or bool(blocks)
    return bool(blocks) and all(
        form.review_blocks.exact(slot.text) or form.review_columns.exact(slot.text) for slot in own
    )


def is_tall_review(rows: list[list[Slot]]) -> bool:
    """Whether a grid is 表四 standing on end: one outcome to a row, its figures beside it."""
    tall = 0
    for slots in rows:
        first = slots[0].text if slots else ""
        if len(slots) > 6 or form.request_rows.match(first) or form.active_rows.match(first):
            return False
        outcomes = sum(
            form.review_cells.exact(slot.text) is not None
            or form.review_columns.exact(slot.text) not in (None, "total")
            for slot in slots
            if slot.first
        )
        if outcomes > 1:
            return False
        tall += outcomes
    return tall >= 4


def active_header(slots: list[Slot]) -> Header | None:
    """The header that a row of 表二 without figures is, or None where it is none."""
    own = [slot for slot in slots if slot.first]
    texts = [slot for slot in own if slot.text.strip()]
    if not texts:
        return None
    if label_key(texts[0].text) == "序号" and len(texts) > 1:
        texts = texts[1:]
    leading = label_key(texts[0].text) in _HEADINGS_OF_ROWS
    matched = [form.active_columns.match(slot.text) for slot in texts]
    if form.active_rows.exact(texts[0].text) is not None or not (leading or any(matched)):
        return None
    if leading:
        texts, matched = texts[1:], matched[1:]
    if not texts:
        return None
    if not leading and not all(matched[first_match(matched) :]):
        return None  # a row of prose that happens to hold a column's words
    if not leading:
        texts, matched = texts[first_match(matched) :], matched[first_match(matched) :]
    columns = [
        Column(
            None if m is None else m.key,
            slot.start,
            slot.stop,
            slot.text,
            certain=m is not None and m.how != "fuzzy",
        )
        for slot, m in zip(texts, matched, strict=True)
    ]
    return Header(*settle_active(columns), extent=max(slot.stop for slot in slots))


def first_match(matched: list[Match | None]) -> int:
    """The index of the first cell that matched."""
    return next(i for i, m in enumerate(matched) if m is not None)


def settle_active(columns: list[Column]) -> tuple[tuple[Column, ...], bool, bool]:
    """Doubled and unknown columns of 表二 by elimination: (columns, placed, damaged)."""
    merged = _repeated_as_one(columns)
    if len(merged) < len(columns) and tuple(c.key for c in merged) in _HEADERS:
        columns = merged
    keys = [column.key for column in columns]
    doubled = {key for key in keys if key is not None and keys.count(key) > 1}
    if None not in keys and not doubled:
        # A column that the form sets between these may have been lost with its label.
        return tuple(columns), True, tuple(keys) not in _HEADERS
    known = {i: key for i, key in enumerate(keys) if key is not None and key not in doubled}
    fits = {
        form_columns
        for rows in form.ACTIVE_FORM.values()
        for form_columns in rows.values()
        if len(form_columns) == len(keys) and all(form_columns[i] == key for i, key in known.items())
    }
    if not known or len(fits) != 1:
        settled = [replace(c, key=None if c.key in doubled else c.key, certain=False) for c in columns]
        return tuple(settled), True, True
    (fit,) = fits
    return (
        tuple(replace(c, key=fit[i], certain=c.certain and i in known) for i, c in enumerate(columns)),
        True,
        True,
    )


_HEADERS = {columns for rows in form.ACTIVE_FORM.values() for columns in rows.values()}


def _repeated_as_one(columns: list[Column]) -> list[Column]:
    """Neighbours with one label as one column: some programs print a merged cell in each of its slots."""
    out: list[Column] = []
    for column in columns:
        if out and column.key is not None and out[-1].key == column.key and out[-1].stop == column.start:
            out[-1] = replace(out[-1], stop=column.stop)
        else:
            out.append(column)
    return out


@dataclass(slots=True)
class HeaderRows:
    """The rows of one header, collected until the first row of values."""

    rows: list[list[Slot]] = field(default_factory=list)

    def leaves(self) -> list[Slot]:
        """For each slot the lowest cell with text, as runs of the same cell, left to right."""
        lowest: dict[int, Slot] = {}
        for slots in self.rows:
            for slot in slots:
                if slot.text.strip():
                    for column in range(slot.start, slot.stop):
                        lowest[column] = slot
        runs: list[Slot] = []
        for column in sorted(lowest):
            slot = lowest[column]
            if runs and runs[-1].cell is slot.cell and runs[-1].stop == column:
                runs[-1] = Slot(slot.cell, runs[-1].start, column + 1, slot.first)
            else:
                runs.append(Slot(slot.cell, column, column + 1, slot.first))
        return runs

    @property
    def extent(self) -> int:
        """Where the widest of the rows ends."""
        return max((slot.stop for slots in self.rows for slot in slots), default=0)

    def texts(self) -> list[Slot]:
        """Every cell with text, once, in reading order."""
        return [slot for slots in self.rows for slot in slots if slot.first and slot.text.strip()]


def request_header(rows: HeaderRows) -> Header:
    """表三's columns from its header rows."""
    columns: list[Column] = []
    expected = list(form.REQUEST_COLUMNS)
    for leaf in rows.leaves():
        match = form.request_columns.match(leaf.text)
        group = form.request_column_groups.match(leaf.text)
        if match is not None and group is None:
            columns.append(Column(match.key, leaf.start, leaf.stop, leaf.text, match.how != "fuzzy"))
        elif columns and (group is None or group.key != "corner"):
            columns.append(Column(None, leaf.start, leaf.stop, leaf.text, certain=False))
    keys = [column.key for column in columns if column.key is not None]
    if sorted(keys) == sorted(expected) and (keys == expected or _drawn_true(rows, columns)):
        damaged = any(column.key is None for column in columns)
        return Header(tuple(columns), damaged=damaged, extent=rows.extent)
    # The drawn spans are wrong or lost. Every label once, none under a group that is not its own: in order.
    flat = _in_reading_order(rows)
    if sorted(flat) == sorted(expected):
        return Header(tuple(Column(key, 0, 0) for key in flat), placed=False)
    uncertain = {key for key in expected if flat.count(key) != 1}
    if [k for k in flat if k not in uncertain and k != "total"] != [
        k for k in expected[:-1] if k not in uncertain
    ]:
        return Header((), placed=False, damaged=True)
    return Header(
        tuple(Column(key, 0, 0, certain=False) for key in expected),
        placed=False,
        damaged=True,
    )


def _drawn_true(rows: HeaderRows, columns: list[Column]) -> bool:
    """Whether the header's spans bear out an order of columns that is not the form's.

    Either one row names all of them, or the group 法人或其他组织 covers its own columns and no other, in
    rows of one width.
    """
    if any(
        len([s for s in slots if s.first and _column(s) is not None]) >= len(columns)
        # The group beside its own columns: two header rows that ran together, 总计 before the kinds.
        and not any(s.first and _is_organizations(s) for s in slots)
        for slots in rows.rows
    ):
        return True
    inside = [c for c in columns if c.key not in (None, "natural_person", "total")]
    start, stop = min(c.start for c in inside), max(c.stop for c in inside)
    groups = [slot for slots in rows.rows for slot in slots if slot.first and _is_organizations(slot)]
    return (
        len(groups) == 1
        and (groups[0].start, groups[0].stop) == (start, stop)
        and sum(c.stop - c.start for c in inside) == stop - start
        and len({slots[-1].stop for slots in rows.rows if slots}) == 1
    )


def _in_reading_order(rows: HeaderRows) -> list[str]:
    """The columns that the header's cells name, those below 法人或其他组织 in its place."""
    named = [
        [("organizations" if _is_organizations(slot) else _column(slot)) for slot in slots if slot.first]
        for slots in rows.rows
    ]
    at = next((i for i, row in enumerate(named) if "organizations" in row), None)
    if at is None:
        flat = [key for row in named for key in row if key is not None]
        kinds = [key for key in form.REQUEST_COLUMNS if key != "total"]
        in_order = [key for key in flat if key != "total"]
        return [*kinds, "total"] if in_order == kinds and "total" in flat else in_order
    below = [key for row in named[at + 1 :] for key in row if key is not None]
    group = named[at].index("organizations")
    behind = named[at][group + 1 :]
    if not below:  # the row of the group's own columns ran together with this one
        below = [key for key in behind if key not in (None, "natural_person", "total")]
        behind = [key for key in behind if key not in below]
    row = [*named[at][:group], *below, *behind]
    return [key for above in [*named[:at], row] for key in above if key is not None]


def _column(slot: Slot) -> str | None:
    return form.request_columns.exact(slot.text)


def _is_organizations(slot: Slot) -> bool:
    group = form.request_column_groups.match(slot.text)
    return group is not None and group.key == "organizations"


def review_header(rows: HeaderRows, context: str) -> Header:
    """表四's columns, keyed `block.column`, from its header rows and the words above the table."""
    above = form.review_blocks.match(context)
    block_above = above.key if above is not None and above.key in form.REVIEW_BLOCKS else None
    over = [
        (slot, found)
        for slots in rows.rows
        for slot in slots
        if (found := form.review_blocks.exact(slot.text)) in form.REVIEW_BLOCKS
    ]
    columns: list[Column] = []
    for leaf in rows.leaves():
        if (whole := form.review_cells.exact(leaf.text)) is not None:
            columns.append(Column(whole, leaf.start, leaf.stop, leaf.text))
            continue
        match = form.review_columns.exact(leaf.text)
        if match is None:
            continue
        block = block_above
        for slot, found in over:
            if slot.start <= leaf.start and slot.stop >= leaf.stop:
                block = found
        columns.append(
            Column(None if block is None else f"{block}.{match}", leaf.start, leaf.stop, leaf.text)
        )
    keys = [column.key for column in columns]
    if keys and None not in keys and len(set(keys)) == len(keys) and len(keys) in (5, 10, 15):
        return Header(tuple(columns), extent=rows.extent)
    flat = [key for slot in rows.texts() if (key := form.review_columns.exact(slot.text)) is not None]
    blocks = [b for slot in rows.texts() if (b := form.review_blocks.exact(slot.text)) in form.REVIEW_BLOCKS]
    five = list(form.REVIEW_COLUMNS)
    if flat == five * 3 and blocks == list(form.REVIEW_BLOCKS):
        return Header(tuple(Column(key, 0, 0) for key in all_review_columns()), placed=False)
    if flat == five and (len(set(blocks)) == 1 or (not blocks and block_above)):
        block = blocks[0] if blocks else block_above
        return Header(tuple(Column(f"{block}.{key}", 0, 0) for key in five), placed=False)
    if flat == five and not blocks:
        return Header(
            tuple(Column(key, c.start, c.stop) for key, c in zip(five, columns, strict=False)),
            placed=len(columns) == 5,
        )
    return Header(
        tuple(Column(key, 0, 0, certain=False) for key in all_review_columns()), placed=False, damaged=True
    )


def all_review_columns() -> list[str]:
    """The fifteen numbers of 表四 in printed order, as `block.column`."""
    return [f"{block}.{column}" for block in form.REVIEW_BLOCKS for column in form.REVIEW_COLUMNS]
