"""HTML to a Document: paragraphs and grids in reading order, merged cells placed.

Owns the page's structure. It must not know what a report is, nor what a browser hides
(`html_unseen`). Scripts, comments, navigation and (where something else is left) hidden parts are
passed over.

Line breaks and tables are marked in the tree's own text first, and each cell's text is then taken in
one go: going over every element in Python costs several times what parsing does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from lxml import etree

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Cell, Document, Grid, Metadata, Paragraph, Place
from pipelines.report.readers.embedded import embedded
from pipelines.report.readers.html_decode import decode
from pipelines.report.readers.html_pictures import read_pictures
from pipelines.report.readers.html_tags import BREAKS, DRAWN, GLOSSES, SKIP, STRUCK
from pipelines.report.readers.html_unseen import laid_out, unseen, white_beside_other_text
from pipelines.report.readers.pdf_glyphs import without_radicals
from pipelines.report.slots import MAX_COLUMNS, MAX_ROWS, MAX_SPAN
from pipelines.report.values import RAISED

MEDIA_TYPE = "text/html"

_PAGE_TAGS = re.compile(r"</?(?:body|html)(?=[\s>/])[^>]{0,2000}>", re.IGNORECASE)
_NO_TEXT = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no document may hold. It shows nothing, and may have been a figure before it was damaged."""
_PROSE = 400
"""Characters that a cell with several lines may have before it is running text."""
_MAX_CELLS = 200_000
_TABLE = "\ufdd0"
"""Stands before and behind a table's number in the text around it; Unicode keeps it for such use."""
_PICTURE = "\ufffc"
"""What stands for a cell without text that may show a figure all the same."""
_NESTED = etree.XPath(
    "descendant::td/descendant::td or descendant::td/descendant::tr or descendant::th/descendant::td"
)
_CELLS_IN_CELLS = etree.XPath("//*[self::td or self::th]//*[self::td or self::th or self::tr]")
_PARTS = frozenset(["tr", "tbody", "thead", "tfoot", "colgroup", "col"])
_STRAY = etree.XPath(".//text()[not(ancestor::td or ancestor::th)]")


def read(body: bytes) -> Document:
    """Open an HTML page.

    Raises:
        UnreadableDocument: where there is nothing to read in it.
    """
    text = decode(body).replace("\x00", "")
    if not text.strip():
        raise UnreadableDocument("the page is empty: fetch it again")
    if text.lstrip()[:1] in ("{", "["):  # an interface's answer, with the page in one of its strings
        text = f"<script>{text}</script>"
    # Parsers stop at the ends and beginnings that pasted documents bring.
    text = _PAGE_TAGS.sub(" ", text).replace("\n", " ")
    try:
        return _read(text)
    except ValueError:  # lxml parses such characters but lets no text be set beside them
        return _read(_NO_TEXT.sub("\ufffd", text))


def _read(text: str) -> Document:
    root = _tree(text)
    metadata = _metadata(root)
    page = _Page(root, text)
    if page.hid_table and not page.has_grid:
        page = _Page(_tree(text), None)  # the page shows its content by script
    if not page.has_grid and (content := embedded(_tree(text))) is not None:
        inner = _Page(_tree(content.replace("\n", " ")), None)
        if _length(inner.blocks) > 2 * _length(page.blocks) or inner.has_grid:
            page.blocks += inner.blocks
    pictured, findings = read_pictures(text, page.blocks)
    return Document(MEDIA_TYPE, (*page.blocks, *pictured), metadata, tuple(findings))


def _tree(text: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError) as error:
        raise UnreadableDocument(f"the page is no HTML that can be parsed: {error}") from error
    if root is None:
        raise UnreadableDocument("the page holds no element: fetch it again")
    return root


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks if isinstance(block, Paragraph))


def _metadata(root: etree._Element) -> Metadata:
    title = root.find(".//title")
    names: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property")
        content = (meta.get("content") or "").strip()
        if name and content:
            names.setdefault(name.strip().lower(), content)
    # Text of custom tags that some systems put the publication time in.
    for element in root.iter("publishtime", "pubdate"):
        if text := _text(element).strip():
            names.setdefault(str(element.tag), text)
    return Metadata(_fold(_text(title)) or None if title is not None else None, names)


def _text(element: etree._Element) -> str:
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def _fold(text: str) -> str:
    return " ".join(text.split())


@dataclass(slots=True)
class _Page:
    """A page's blocks; `source` is its text, or None where hidden parts count, too."""

    root: etree._Element
    source: str | None
    blocks: list[Block] = field(default_factory=list)
    hid_table: bool = False
    has_grid: bool = False
    _tables: list[etree._Element] = field(default_factory=list)
    _left: set[str] = field(default_factory=set)
    """The numbers of the tables that no block was made of yet."""
    _drawn: set[etree._Element] = field(default_factory=set)
    """Cells that hold a picture, or text that is not shown."""
    _cells: int = 0

    def __post_init__(self) -> None:
        self._hide()
        self._mark_notes_and_fields()
        self._drop()
        for element in self.root.iter("br"):
            element.tail = "\n" + (element.tail or "")
        for element in self.root.iter(*BREAKS):
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
        self._cut_out_tables()
        self._unnest_cells()
        self._emit(without_radicals(_text(self.root)))

    # ------------------------------------------------------------------ the tree made ready

    def _hide(self) -> None:
        if self.source is None:
            return
        gone, empty = unseen(self.root, self.source)
        faint, doubtful = laid_out(self.root, self.source)
        empty += faint
        for element in doubtful:
            if element.tag in ("td", "th"):
                element.text = "\ufffd" + (element.text or "")
            else:
                element.tail = "\ufffd" + (element.tail or "")
        for element in white_beside_other_text(self.root, self.source):
            element.tail = "\ufffd" + (element.tail or "")
        self.hid_table = any(e.tag == "table" or e.find(".//table") is not None for e in gone[:100])
        for element in gone:
            self._draw(element)
            element.tag = "del"
        for element in empty:
            if element.tag in ("td", "th"):
                self._drawn.add(element)
                tail = element.tail
                spans = {key: value for key, value in element.items() if key in ("rowspan", "colspan")}
                element.clear()
                element.attrib.update(spans)
                element.tail = tail
            else:
                self._draw(element)
                element.tag = "del"

    def _draw(self, element: etree._Element) -> None:
        if (cell := next(element.iterancestors("td", "th"), None)) is not None:
            self._drawn.add(cell)

    def _mark_notes_and_fields(self) -> None:
        for raised in self.root.iter("sup", "sub"):
            # A note's number must not join the figure before it.
            raised.text = (raised.text or "").translate(RAISED)
            for inner in raised.iterdescendants():
                inner.text, inner.tail = (t and t.translate(RAISED) for t in (inner.text, inner.tail))
        for entry in self.root.iter("input"):
            if (entry.get("type") or "text").lower() in ("text", "number"):
                entry.tail = (entry.get("value") or "") + (entry.tail or "")

    def _drop(self) -> None:
        for turned in self.root.iter("bdo"):
            if (turned.get("dir") or "").strip().lower() == "rtl":
                turned.text = "\u202e" + (turned.text or "")
        for element in self.root.iter("img", *DRAWN, *STRUCK, *GLOSSES):
            self._draw(element)
        for element in self.root.iter("nav", "footer"):
            if element.find(".//table") is not None:
                element.tag = "div"  # never closed: it has the page's content in it
        etree.strip_elements(self.root, *SKIP, with_tail=False)

    def _cut_out_tables(self) -> None:
        """Each table to a tree of its own, its number left in its place; inner ones first."""
        self._tables = list(self.root.iter("table"))
        self._left = {str(number) for number in range(len(self._tables))}
        for number in range(len(self._tables) - 1, -1, -1):
            table = self._tables[number]
            text = _only_cell(table)
            mark = etree.Element("mark")
            mark.text = f"\n{_TABLE}{number}{_TABLE}\n" if text is None else f"\n{text}\n"
            mark.tail, table.tail = table.tail, None
            if (parent := table.getparent()) is None:  # the page is nothing but a table
                self.root = mark
            else:
                parent.replace(table, mark)
        for orphan in self.root.iter("tr", "td", "th"):
            orphan.tail = "\n" + (orphan.tail or "")

    def _unnest_cells(self) -> None:
        """A cell that was never closed ends where the next one begins."""
        for table in self._tables:
            found = _CELLS_IN_CELLS(table) if _NESTED(table) else None
            for inner in found if isinstance(found, list) else []:
                outer = next(inner.iterancestors("td", "th", "tr"), None)
                if outer is not None and inner.getparent() is not outer.getparent():
                    outer.addnext(inner)

    # ------------------------------------------------------------------ blocks

    def _emit(self, text: str) -> None:
        """Text in which tables are marked: its lines, and the tables where they stand."""
        for k, part in enumerate(text.split(_TABLE)):
            if k % 2 and part in self._left:
                self._left.remove(part)  # a page may hold the mark itself
                self._table(int(part))
            else:
                self.blocks.extend(
                    Paragraph(" ".join(words)) for line in part.split("\n") if (words := line.split())
                )

    def _table(self, number: int) -> None:
        """The grids that a table makes: it is layout in cells that hold another, and a grid elsewhere."""
        table = self._tables[number]
        if any(child.tag not in _PARTS for child in table):
            found = _STRAY(table)
            self._emit("\n".join(str(text) for text in found) if isinstance(found, list) else "")
        cells: list[Cell] = []
        taken: dict[int, int] = {}  # column -> first row that is free again below a cell that spans rows
        row, column = -1, 0
        tostring = etree.tostring
        for element in table.iter("tr", "td", "th"):
            if element.tag == "tr":
                row += 1
                column = 0
                continue
            if row < 0:
                row = 0
            while column in taken and taken[column] > row and column < MAX_COLUMNS:
                column += 1
            # Most cells of many pages hold their text and nothing else.
            raw = (
                tostring(element, method="text", encoding="unicode", with_tail=False)
                if len(element)
                else element.text or ""
            )
            if _TABLE in raw:
                self._close([cell for cell in cells if cell.row != row], number)
                for cell in cells:
                    if cell.row == row:
                        self._emit(cell.text)
                cells = []
                self._emit(without_radicals(raw))
                continue
            rowspan, colspan = element.get("rowspan"), element.get("colspan")
            high = 1 if rowspan is None else _span(rowspan, MAX_ROWS)
            wide = 1 if colspan is None else _span(colspan, MAX_SPAN)
            self._cells += 1
            if self._cells > _MAX_CELLS:
                break
            if row < MAX_ROWS and column < MAX_COLUMNS:
                text = _cell_text(raw) or (_PICTURE if element in self._drawn else "")
                cells.append(Cell(text, row, column, high, wide, _place(number, row, column)))
                if high > 1:
                    for at in range(column, column + wide):
                        taken[at] = row + high
            column += wide
        self._close(cells, number)

    def _close(self, cells: list[Cell], number: int) -> None:
        kept: list[Cell] = []
        for cell in cells:
            if len(cell.text) >= _PROSE and cell.text.count("\n") >= 2:
                self._emit(cell.text)  # no cell of a table of figures: the page's text in a frame
            else:
                kept.append(cell)
        if not kept:
            return
        height = kept[-1].row + 1
        for at, cell in enumerate(kept):
            if cell.rowspan > 1 and cell.row + cell.rowspan > height:
                kept[at] = replace(cell, rowspan=max(1, height - cell.row))
        self.has_grid = True
        self.blocks.append(Grid(tuple(kept), Place(table=number)))


def _only_cell(table: etree._Element) -> str | None:
    """The text of a table of one cell inside another's cell, which is no table but a frame."""
    if next(table.iterancestors("td", "th"), None) is None:
        return None
    cells = list(islice(table.iter("td", "th"), 2))
    text = _text(table) if len(cells) == 1 else _TABLE
    return text if _TABLE not in text else None


@lru_cache(maxsize=16_384)
def _place(table: int, row: int, column: int) -> Place:
    """A cell's place; the same few thousand come again on every page."""
    return Place(table=table, row=row, column=column)


@lru_cache(maxsize=1024)
def _span(value: str, most: int) -> int:
    """A span attribute as browsers read it, bounded; 0 rows means "to the end"."""
    found = re.match(r"\s*\+?([0-9]{1,9})", value)
    if found is None:
        return 1
    number = int(found[1])
    return most if number == 0 or number > most else number


def _cell_text(raw: str) -> str:
    words = raw.split()
    if len(words) < 2:
        return words[0] if words else ""
    if "\n" not in (raw := raw.strip()):
        return without_radicals(" ".join(words))
    lines = (" ".join(line.split()) for line in raw.split("\n"))
    return without_radicals("\n".join(line for line in lines if line))
