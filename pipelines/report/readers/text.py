"""Plain text to a Document: grids where the text still draws them, lines where it does not.

Owns what a line of text can tell: pipes (Markdown's among them; a cell on each line, too), tabs between
cells, one tabbed cell to a line with a blank line between rows. What Markdown marks is `markdown`'s. It
must not know labels. Merged cells are lost in text, so a grid made here has none, and its columns may not
stand under their headers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from pipelines.report.labels import fold
from pipelines.report.model import Block, Cell, Document, Grid, Metadata, Place, TextLines
from pipelines.report.readers import markdown
from pipelines.report.readers.html import read as read_html
from pipelines.report.readers.html_decode import decode
from pipelines.report.readers.pdf_glyphs import without_radicals
from pipelines.report.slots import MAX_ROWS

MEDIA_TYPE = "text/plain"

_NAME = re.compile(
    r"\s*(标题|题目|名称|信息名称|发布时间|发布日期|公开日期|发文日期|成文日期|生成日期|文号|发布机构|公开机构|发文机关|"
    r"来源|信息来源|栏目|索引号|责任部门|原文链接|本地目录)\s*[:：]\s*(.*?)\s*"
)
_BODY_MARK = re.compile(r"\s*[=＝*\-—]{4,}.*")
_RULE_CELL = re.compile(r"\s*:?[-=—─━]{2,}:?\s*")
_RULE_LINE = re.compile(r"(?=.*[-=─━┼])\s*[+|\-=─━┌┐└┘├┤┬┴┼╋:\s]{3,}")
_PIPES = str.maketrans("│┃｜￨", "||||")
_BREAK = re.compile(r"<br\s*/?>")
_LINE_END = re.compile(r"\r\n|[\n\r\f\v\x1c-\x1e\u2028\u2029]")
_LAST_NUMBER = re.compile(r"(?:^|[\r\n])[ \t]*([0-9]{1,3})\s*\Z")
_TABLE_TAG = re.compile(r"<table(?=[\s>])", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?[0-9０-９][0-9０-９.,]*\s*")
_BLANK_OR_NUMBER = re.compile(rf"\s*|{_NUMBER.pattern}")
_HEADER_LINES = 15
_LEAST_RULED = 4
"""Rows that a table with a rule above and under each has at least; Markdown has none above its header."""
_LEAST_FILLED = 2
_LEAST_WIDTH = 3
_HEADING = re.compile(r"[一二三四五六]、.{2,30}(?:情况|事项)")
"""A part's heading between two tables; no row of them is called so."""

Line = tuple[int, str]
_Row = list[tuple[str, int]]
_Shape = Callable[[list[Line], int], tuple[int, list[_Row]]]


def read(body: bytes) -> Document:
    """Open a text, or Markdown with its own tables and HTML's."""
    lines = list(enumerate(_LINE_END.split(_without_page_numbers(without_radicals(decode(body)))), 1))
    marked = markdown.is_markdown([line for _, line in lines])
    names, lines = _header(lines)
    blocks: list[Block] = []
    if not marked:
        _read_lines(lines, blocks, marked=False)
    else:
        for part in _parts(lines):
            number, html = part[0]
            if len(part) == 1 and _TABLE_TAG.search(html):
                grids = [block for block in read_html(html.encode()).blocks if isinstance(block, Grid)]
                blocks += [_moved(grid, _count(blocks) + i, number) for i, grid in enumerate(grids)]
            else:
                plain = [(at, markdown.unmarked(line)) for at, line in part]
                _read_lines(plain, blocks, marked=True)
    return Document(MEDIA_TYPE, tuple(blocks), Metadata(names.get("标题") or None, names))


def _without_page_numbers(text: str) -> str:
    """The text without the pages' numbers where each stands last on its page and they count on."""
    pages = text.split("\f")
    numbers = [_LAST_NUMBER.search(page) for page in pages]
    offsets = [int(found[1]) - i for i, found in enumerate(numbers) if found is not None]
    if len(offsets) < 2 or len(offsets) < len(pages) // 2:
        return text
    offset, times = Counter(offsets).most_common(1)[0]
    if times < 2:
        return text
    for i, found in enumerate(numbers):
        if found is not None and int(found[1]) - i == offset:
            pages[i] = pages[i][: found.start(1)] + pages[i][found.end(1) :]
    return "\f".join(pages)


def _read_lines(lines: list[Line], blocks: list[Block], *, marked: bool) -> None:
    """Add what the lines hold to the blocks; `marked`: their cells have Markdown's marks."""
    rest: list[Line] = []
    i = 0
    shapes: tuple[_Shape, ...] = (
        _pipe_filled,
        _pipe_celled,
        partial(_piped, marked=marked),
        _tabbed,
        _celled,
    )
    tried = [0] * len(shapes)
    while i < len(lines):
        for n, shape in enumerate(shapes):
            if i < tried[n]:
                continue  # a run that came to nothing comes to nothing from its middle either
            stop, rows = shape(lines, i)
            tried[n] = stop
            if rows:
                if rest:
                    blocks.append(TextLines(tuple(rest)))
                    rest = []
                blocks.append(_grid(rows, _count(blocks)))
                i = stop
                break
        else:
            rest.append(lines[i])
            i += 1
    if rest:
        blocks.append(TextLines(tuple(rest)))


def _count(blocks: Sequence[Block]) -> int:
    return sum(isinstance(block, Grid) for block in blocks)


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines cut at HTML's tables, each of which is put on one line."""
    part: list[Line] = []
    depth = 0
    for number, line in lines:
        opened, closed = len(_TABLE_TAG.findall(line)), len(_TABLE_END.findall(line))
        if depth == 0 and opened:
            if part:
                yield part
            part = []
        part.append((number, line))
        if depth + opened and closed and (depth := max(0, depth + opened - closed)) == 0:
            yield [(part[0][0], " ".join(text for _, text in part))]
            part = []
        elif not closed:
            depth += opened
    if part:
        yield part


def _moved(grid: Grid, table: int, line: int) -> Grid:
    """A grid of HTML inside a text: the table's number in the text, and the line on which it begins."""
    place = Place(table=table, line=line)
    cells = tuple(replace(cell, place=replace(cell.place, table=table, line=line)) for cell in grid.cells)
    return Grid(cells, place)


def _header(lines: list[Line]) -> tuple[dict[str, str], list[Line]]:
    """What the lines before the body say of the text ("标题: …"), and the lines after them."""
    names: dict[str, str] = {}
    last = 0
    for i, (_, line) in enumerate(lines[:_HEADER_LINES]):
        if (found := _NAME.fullmatch(line)) is not None:
            names.setdefault(found[1], found[2])
            last = i + 1
        elif names and _BODY_MARK.fullmatch(line):
            last = i + 1
            break
    if len(names) < 3:  # a line of a report's own head is body text too
        return names, lines
    return names, lines[last:]


def _grid(rows: Sequence[_Row], table: int) -> Grid:
    cells = tuple(
        Cell(text.strip(), r, c, place=Place(table=table, row=r, column=c, line=number))
        for r, row in enumerate(rows[:MAX_ROWS])
        for c, (text, number) in enumerate(row)
    )
    return Grid(cells, Place(table=table, line=rows[0][0][1] if rows and rows[0] else None))


def _piped(lines: list[Line], start: int, *, marked: bool) -> tuple[int, list[_Row]]:
    """Lines cut by pipes, at least two together; rules between them are passed over."""
    first = lines[start][1].translate(_PIPES)
    if "|" not in first and not _RULE_LINE.fullmatch(first.strip()):
        return start, []
    found: list[list[Line]] = [[]]  # the lines between two rules together
    i = start
    blank = 0
    while i < len(lines):
        number, line = lines[i][0], lines[i][1].translate(_PIPES).strip()
        if _RULE_LINE.fullmatch(line):
            blank = 0 if found[0] else 2
            found.append([])
        elif "|" in line:
            found[-1].append((number, line))
            blank = 0
        else:
            blank = blank + 1 if not line else 2
        if blank > 1:
            break
        i += 1
    every = [line for group in found for _, line in group]
    if len(every) < 2:
        return i, []
    # A pipe that every line begins or ends with is the frame's; otherwise an empty cell stands before it.
    left = all(line.startswith("|") for line in every)
    right = all(line.endswith("|") for line in every)
    framed = start > 0 and _RULE_LINE.fullmatch(lines[start - 1][1]) is not None
    ruled = framed and sum(map(bool, found)) >= _LEAST_RULED
    rows: list[_Row] = []
    for group in found:
        drawn: list[_Row] = []
        for number, line in group:
            parts = markdown.cells(line) if marked else line.split("|")
            cells = parts[1 if left else 0 : -1 if right else None]
            if cells and not all(_RULE_CELL.fullmatch(cell) for cell in cells):
                drawn.append([(_BREAK.sub("\n", c) if "<" in c else c, number) for c in cells])
        rows += _wrapped(drawn) if ruled else drawn
    if all(len(row) == 1 for row in rows):
        return i, []  # a cell on each line: what is a row is lost
    return i, rows if len(rows) >= 2 else []


def _wrapped(lines: list[_Row]) -> list[_Row]:
    """The lines between two rules as the one row that they are, where no column holds two numbers."""
    if len(lines) < 2 or len({len(line) for line in lines}) > 1:
        return lines
    columns = list(zip(*lines, strict=True))
    if any(sum(_NUMBER.fullmatch(text) is not None for text, _ in column) > 1 for column in columns):
        return lines
    row = []
    for column in columns:
        filled = [(text.strip(), number) for text, number in column if text.strip()]
        row.append(("\n".join(text for text, _ in filled), filled[0][1] if filled else column[0][1]))
    return [row]


def _pipe_celled(lines: list[Line], start: int) -> tuple[int, list[_Row]]:
    """Rows that each begin with a pipe alone on its line, their cells on lines that end with one."""
    rows: list[_Row] = []
    i = start
    while i < len(lines) and lines[i][1].translate(_PIPES).rstrip() == "|":
        row: _Row = []
        text, number, end = "", lines[i][0], i + 1
        while (i := i + 1) < len(lines):
            line = lines[i][1].translate(_PIPES).rstrip()  # a blank cell is a pipe behind a space
            ahead = (later.translate(_PIPES) for _, later in lines[i + 1 : i + 4])
            if line == "|" or ("|" not in line and not any("|" in later for later in ahead)):
                break
            if not text:
                number = lines[i][0]
            *whole, last = line.split("|")
            for cell in whole:
                row.append((f"{text}\n{cell}".strip(), number))
                text, number, end = "", lines[i][0], i + 1
            text = f"{text}\n{last}".strip()
        if row:
            rows.append(row)
        i = end  # what ends without a pipe is no row's
    return i, rows if len(rows) >= 2 else []


def _pipe_filled(lines: list[Line], start: int) -> tuple[int, list[_Row]]:
    """Cells on lines that each end with a pipe; pipes alone on a line fill every row up to one width.

    The filling stands for what merged cells cover and is no cell. Where not every filling ends a row of one
    width, nothing is told of the rows.
    """
    cells: _Row = []
    filled: dict[int, int] = {}  # cells so far, the filling counted -> how many of them filled
    i = start
    while i < len(lines):
        line = lines[i][1].translate(_PIPES).strip()
        if len(line) > 1 and not line.strip("|"):
            filled[len(cells) + len(line)] = len(line)
            cells += [("", lines[i][0])] * len(line)
        elif line.endswith("|") and line.count("|") == 1:
            cells.append((line[:-1], lines[i][0]))
        elif line:
            break
        i += 1
    width = next(iter(filled), 0)
    if len(filled) < _LEAST_FILLED or width < _LEAST_WIDTH or any(stop % width for stop in filled):
        return i, []
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    return i, [row[: width - filled.get(width * n, 0)] for n, row in enumerate(rows, 1)]


def _tabbed(lines: list[Line], start: int) -> tuple[int, list[_Row]]:
    """Lines of cells between tabs. A line break inside a cell cuts its row: the row is put together again."""
    if "\t" not in lines[start][1].strip(" ").strip("\r")[1:]:
        return start, []
    stop = start
    taken: list[Line] = []
    while stop < len(lines) and stop - start < 2_000:
        line = lines[stop][1]
        if "\t" not in line.strip() and (_HEADING.fullmatch(fold(line)) or _titles(lines, stop, taken)):
            break
        if "\t" in line or (
            line.strip() and any("\t" in text for _, text in lines[stop + 1 : stop + 3]) and len(line) < 60
        ):
            taken.append(lines[stop])
        elif line.strip() or stop + 1 >= len(lines) or "\t" not in lines[stop + 1][1]:
            break
        stop += 1
    counts = [line.count("\t") for _, line in taken if "\t" in line.strip()]
    if len(counts) < 2:
        return stop, []
    width = max(set(counts), key=lambda n: (counts.count(n), n))
    rows: list[_Row] = []
    open_row = False
    for number, line in taken:
        cells: _Row = [(text, number) for text in line.split("\t")]
        if open_row and rows and cells[0][0].strip() and not _NUMBER.fullmatch(cells[0][0]):
            last, at = rows[-1][-1]
            if last.strip() and not _NUMBER.fullmatch(last) and len(rows[-1]) + len(cells) - 1 <= width + 1:
                rows[-1][-1] = (f"{last}\n{cells[0][0]}", at)
                rows[-1].extend(cells[1:])
                open_row = len(rows[-1]) < width + 1
                continue
        rows.append(cells)
        open_row = len(cells) < width + 1
    return stop, rows


def _titles(lines: list[Line], at: int, taken: list[Line]) -> bool:
    """Whether a line without a tab stands above a header of its own, values having come before it."""
    following = next((text for _, text in lines[at + 1 : at + 3] if "\t" in text.strip()), "")
    labels = following.split("\t")
    if "\t" in lines[at][1] or len(labels) < 3 or any(_BLANK_OR_NUMBER.fullmatch(label) for label in labels):
        return False
    return any(_BLANK_OR_NUMBER.fullmatch(text.rpartition("\t")[2]) for _, text in taken if "\t" in text)


def _celled(lines: list[Line], start: int) -> tuple[int, list[_Row]]:
    """One cell to a line, each behind a tab (an empty cell is the tab alone), a blank line between rows."""
    rows: list[_Row] = []
    row: _Row = []
    i = start
    while i < len(lines):
        number, line = lines[i]
        if line.startswith("\t") and "\t" not in line[1:].strip():
            row.append((line, number))
        elif row and line.strip() and "\t" not in line:
            if i > start and not lines[i - 1][1]:
                break
            text, at = row[-1]
            if not text.strip() and _NUMBER.fullmatch(line):
                break  # a page's number, not the rest of an empty cell
            row[-1] = (f"{text}\n{line}", at)
        elif not line.strip():
            if row:
                rows.append(row)
                row = []
            elif (
                i > start
                and not lines[i - 1][1].strip()
                and not (i + 1 < len(lines) and lines[i + 1][1].startswith("\t"))
            ):
                break
        else:
            break
        i += 1
    if row:
        rows.append(row)
    return i, rows if len(rows) >= 2 and any(len(r) > 1 for r in rows) else []
