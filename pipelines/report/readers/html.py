"""HTML to a Document: paragraphs and grids in reading order, merged cells placed.

Owns decoding and the walk over the tree. It must not know what a report is. Scripts, comments,
navigation and (where something else is left) hidden parts are passed over.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Cell, Document, Grid, Metadata, Paragraph, Place
from pipelines.report.readers.embedded import embedded
from pipelines.report.readers.html_tags import BREAKS, DRAWN, INLINE, SKIP
from pipelines.report.readers.pdf_glyphs import without_radicals
from pipelines.report.slots import MAX_COLUMNS, MAX_ROWS, MAX_SPAN
from pipelines.report.values import RAISED

MEDIA_TYPE = "text/html"

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[^;]*:[^;]*line-through", re.IGNORECASE
)
_PAGE_TAGS = re.compile(r"</?(?:body|html)(?=[\s>/])[^>]{0,2000}>", re.IGNORECASE)
_MAY_HIDE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|line-through|\shidden[\s=>/]", re.IGNORECASE
)
_PROSE = 400
"""Characters that a cell with several lines may have before it is running text."""
_MAX_CELLS = 200_000


def read(body: bytes) -> Document:
    """Open an HTML page.

    Raises:
        UnreadableDocument: where there is nothing to read in it.
    """
    text = _one_page(without_radicals(decode(body)).replace("\x00", ""))
    if not text.strip():
        raise UnreadableDocument("the page is empty: fetch it again")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, etree.ParserError, ValueError) as error:
        raise UnreadableDocument(f"the page is no HTML that can be parsed: {error}") from error
    if root is None:
        raise UnreadableDocument("the page holds no element: fetch it again")
    # Looking for hidden elements costs as much as parsing: most pages name none.
    walk = _Walk(hidden=not _MAY_HIDE.search(text))
    walk.over(root)
    if walk.passed_over_table and not any(isinstance(block, Grid) for block in walk.blocks):
        walk = _Walk(hidden=True)  # the page shows its content by script
        walk.over(root)
    if not any(isinstance(block, Grid) for block in walk.blocks) and (content := embedded(root)) is not None:
        inner = _Walk(hidden=True)
        inner.over(etree.fromstring(content.encode("utf-8", "replace"), _parser()))
        if _length(inner.blocks) > 2 * _length(walk.blocks) or any(isinstance(b, Grid) for b in inner.blocks):
            walk.blocks += inner.blocks
    return Document(MEDIA_TYPE, tuple(walk.blocks), _metadata(root))


def _one_page(text: str) -> str:
    """The page without the ends and beginnings that pasted documents bring: parsers stop at them."""
    return _PAGE_TAGS.sub(" ", text)


def _swallows(tag: str, element: etree._Element) -> bool:
    """Whether a menu or a footer that was never closed has the page's content in it."""
    return tag in ("nav", "footer") and element.find(".//table") is not None


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks if isinstance(block, Paragraph))


def decode(body: bytes) -> str:
    """The page's text: byte order mark, strict UTF-8, the declared encoding, GB18030, in that order.

    UTF-8 goes before the declaration because many pages declare an encoding that they do not use,
    and other text is all but never valid UTF-8 by chance.
    """
    encoding, bom = read_bom(body)
    if encoding is not None and bom is not None:
        return body[len(bom) :].decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body) - 4 and error.start > 64:  # cut off inside a character
            return body.decode("utf-8", "replace")
    declared = html_body_declared_encoding(body)
    for name in (resolve_encoding(declared) if declared else None, "gb18030", declared):
        if name is None or name.replace("-", "").lower() == "utf8":
            continue
        try:
            codecs.lookup(name)
            return body.decode("gb18030" if name.lower() in ("gb2312", "gbk", "cp936") else name)
        except (LookupError, UnicodeDecodeError):
            continue
    as_utf8, as_gb = body.decode("utf-8", "replace"), body.decode("gb18030", "replace")
    return as_utf8 if as_utf8.count("\ufffd") <= as_gb.count("\ufffd") else as_gb


def _metadata(root: etree._Element) -> Metadata:
    title = root.find(".//title")
    names: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property")
        content = (meta.get("content") or "").strip()
        if name and content:
            names.setdefault(name.strip().lower(), content)
    # Text of custom tags that some systems put the publication time in.
    for tag in ("publishtime", "pubdate"):
        for element in root.iter(tag):
            if text := "".join(str(part) for part in element.itertext()).strip():
                names.setdefault(tag, text)
    text = "".join(str(part) for part in title.itertext()) if title is not None else ""
    return Metadata(_fold(text) or None, names)


def _fold(text: str) -> str:
    return " ".join(text.split())


@dataclass(slots=True)
class _Table:
    """A `<table>` that is being walked."""

    index: int
    cells: list[Cell] = field(default_factory=list)
    taken: dict[int, int] = field(default_factory=dict)
    """Column -> first row that is free again below a cell that spans rows."""
    row: int = -1
    column: int = 0
    open_cell: bool = False
    span: tuple[int, int] = (1, 1)
    text: list[str] = field(default_factory=list)
    layout: bool = False
    picture: bool = False
    begun: int = -1


@dataclass(slots=True)
class _Walk:
    hidden: bool
    blocks: list[Block] = field(default_factory=list)
    passed_over_table: bool = False
    _tables: list[_Table] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _count: int = 0
    _raised: int = 0
    _cells: int = 0

    def over(self, root: etree._Element) -> None:
        """Walk the tree without recursion: hostile pages nest deeply."""
        hidden: set[etree._Element] = set() if self.hidden else self._hidden_in(root)
        walker: Iterator[tuple[str, etree._Element]] = etree.iterwalk(root, events=("start", "end"))
        passed: etree._Element | None = None
        for event, element in walker:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                if (tag in SKIP and not _swallows(tag, element)) or (hidden and element in hidden):
                    walker.skip_subtree()  # type: ignore[attr-defined]
                    if tag in DRAWN and self._tables and self._tables[-1].open_cell:
                        self._tables[-1].picture = True
                    passed = element
                    continue
                if tag not in INLINE:
                    self._start(tag, element)
                if text := element.text:
                    self._add(text)
            else:
                if element is passed:
                    passed = None
                elif tag not in INLINE:
                    self._end(tag)
                if text := element.tail:
                    self._add(text)
        self._flush()

    def _hidden_in(self, root: etree._Element) -> set[etree._Element]:
        found = root.xpath(
            '//*[@hidden or contains(@style, "none") or contains(@style, "hidden")'
            ' or contains(@style, "line-through")]'
        )
        hidden = {
            element
            for element in (found if isinstance(found, list) else [])
            if isinstance(element, etree._Element)
            and (element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""))
        }
        self.passed_over_table = any(
            element.tag == "table" or element.find(".//table") is not None for element in list(hidden)[:100]
        )
        return hidden

    # ------------------------------------------------------------------ elements

    def _start(self, tag: str, element: etree._Element) -> None:
        if tag == "table":
            self._flush()
            self._break_outer()
            self._tables.append(_Table(self._count))
            self._count += 1
        elif tag in ("td", "th") and self._tables:
            self._start_cell(element)
        elif tag == "tr" and self._tables:
            self._end_cell()
            self._tables[-1].row += 1
            self._tables[-1].column = 0
        elif tag == "br" or tag in BREAKS:
            self._break()
        elif tag in ("sup", "sub"):
            self._raised += 1
        elif tag == "input":
            if (element.get("type") or "text").lower() in ("text", "number"):
                self._add(element.get("value") or "")
        elif tag == "img" and self._tables and self._tables[-1].open_cell:
            self._tables[-1].picture = True

    def _end(self, tag: str) -> None:
        if tag == "table" and self._tables:
            self._end_cell()
            self._close(self._tables.pop())
        elif tag in ("td", "th", "tr") and self._tables:
            self._end_cell()
        elif tag in BREAKS:
            self._break()
        elif tag in ("sup", "sub"):
            self._raised = max(0, self._raised - 1)

    def _add(self, text: str) -> None:
        if self._raised:
            text = text.translate(RAISED)  # a note's number must not join the figure before it
        table = self._tables[-1] if self._tables else None
        if table is not None and table.open_cell and not table.layout:
            table.text.append(text.replace("\n", " "))
        else:
            self._text.append(text.replace("\n", " "))

    def _break(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is not None and table.open_cell and not table.layout:
            table.text.append("\n")
        else:
            self._flush()

    def _flush(self) -> None:
        text = _fold("".join(self._text))
        self._text.clear()
        if text:
            self.blocks.append(Paragraph(text))

    # ------------------------------------------------------------------ tables

    def _start_cell(self, element: etree._Element) -> None:
        self._end_cell()
        table = self._tables[-1]
        if table.row < 0:
            table.row = 0
        while table.column < MAX_COLUMNS and table.taken.get(table.column, 0) > table.row:
            table.column += 1
        table.open_cell, table.text, table.begun, table.picture = True, [], table.row, False
        table.span = (_span(element.get("rowspan"), MAX_ROWS), _span(element.get("colspan"), MAX_SPAN))

    def _end_cell(self) -> None:
        table = self._tables[-1]
        if not table.open_cell:
            return
        table.open_cell = False
        if table.layout:
            table.layout = False
            self._flush()
            return
        rowspan, colspan = table.span
        self._cells += 1
        if self._cells <= _MAX_CELLS and table.row < MAX_ROWS and table.column < MAX_COLUMNS:
            text = _cell_text("".join(table.text)) or ("\ufffc" if table.picture else "")
            place = Place(table=table.index, row=table.row, column=table.column)
            table.cells.append(Cell(text, table.row, table.column, rowspan, colspan, place))
            for column in range(table.column, table.column + colspan):
                table.taken[column] = table.row + rowspan
        table.column += colspan

    def _break_outer(self) -> None:
        """A table inside another's cell: the outer one is layout there, and what it held comes first."""
        if not self._tables:
            return
        outer = self._tables[-1]
        if not outer.open_cell:
            return
        same_row = [cell for cell in outer.cells if cell.row == outer.begun]
        outer.cells = [cell for cell in outer.cells if cell.row != outer.begun]
        self._close(outer)
        outer.cells = []
        for text in [*(cell.text for cell in same_row), "".join(outer.text)]:
            self._paragraphs(text)
        outer.text, outer.layout = [], True

    def _paragraphs(self, text: str) -> None:
        """A layout cell's text, line by line: headings and titles keep lines of their own."""
        self.blocks.extend(Paragraph(line) for part in text.split("\n") if (line := _fold(part)))

    def _close(self, table: _Table) -> None:
        for cell in table.cells:
            if len(cell.text) >= _PROSE and cell.text.count("\n") >= 2:
                self._paragraphs(cell.text)  # no cell of a table of figures: the page's text in a frame
        table.cells = [c for c in table.cells if len(c.text) < _PROSE or c.text.count("\n") < 2]
        if not table.cells:
            return
        height = max(cell.row for cell in table.cells) + 1
        cells = tuple(
            cell if cell.row + cell.rowspan <= height else _clip(cell, height) for cell in table.cells
        )
        self.blocks.append(Grid(cells, Place(table=table.index)))


def _clip(cell: Cell, height: int) -> Cell:
    return Cell(cell.text, cell.row, cell.column, max(1, height - cell.row), cell.colspan, cell.place)


def _span(value: str | None, most: int) -> int:
    """A span attribute as browsers read it, bounded; 0 rows means "to the end"."""
    if value is None:
        return 1
    found = re.match(r"\s*\+?([0-9]{1,9})", value)
    if found is None:
        return 1
    number = int(found[1])
    return most if number == 0 or number > most else number


def _cell_text(raw: str) -> str:
    if "\n" not in raw:
        return " ".join(raw.split())
    lines = (" ".join(line.split()) for line in raw.split("\n"))
    return "\n".join(line for line in lines if line)
