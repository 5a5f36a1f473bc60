"""DOCX to a Document: paragraphs and grids in reading order, merged cells placed.

Owns WordprocessingML. It must not know what a report is. The package's sizes are checked before
anything is unpacked: a few kilobytes of ZIP can hold gigabytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from zlib import error as zlib_error

from lxml import etree

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Block, Cell, Document, Grid, Metadata, Paragraph, Place
from pipelines.report.readers.docx_styles import Numbering, W, is_on, unseen_styles
from pipelines.report.readers.docx_text import FALLBACK, SKIP, UNKNOWN, shown_text
from pipelines.report.readers.sniff import DOCX
from pipelines.report.slots import MAX_ROWS, MAX_SPAN

_DRAWN = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip",
    "{urn:schemas-microsoft-com:vml}imagedata",
    *(W + name for name in ("drawing", "pict", "object", "ffData")),
)
_PICTURE = "\ufffc"
"""What stands for a picture in a cell without text: it may show a figure."""
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MOST_PARTS = 5_000
_MOST_BYTES = 64 * 1024 * 1024


def read(body: bytes) -> Document:
    """Open a Word file.

    Raises:
        UnreadableDocument: where the package is damaged, encrypted or larger than it may be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            infos = package.infolist()
            if len(infos) > _MOST_PARTS or any(info.file_size > _MOST_BYTES for info in infos):
                raise UnreadableDocument("the Word file unpacks to more than is read here: open it by hand")
            document = _part(package, "word/document.xml")
            core, styles, numbering = (
                _part(package, name) if name in package.namelist() else None
                for name in ("docProps/core.xml", "word/styles.xml", "word/numbering.xml")
            )
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise UnreadableDocument(
            f"the Word file is damaged or encrypted ({error}): fetch it again"
        ) from error
    except zlib_error as error:
        raise UnreadableDocument(
            f"the Word file's packed data is damaged ({error}): fetch it again"
        ) from error
    body_element = document.find(f"{W}body")
    if body_element is None:
        raise UnreadableDocument("the Word file has no body: fetch it again")
    walk = _Walk(unseen_styles(styles), Numbering.of(numbering, styles))
    walk.blocks_of(body_element)
    title = None
    if core is not None:
        element = core.find("{http://purl.org/dc/elements/1.1/}title")
        title = (element.text or "").strip() or None if element is not None else None
    return Document(DOCX, tuple(walk.blocks), Metadata(title))


def _part(package: zipfile.ZipFile, name: str) -> etree._Element:
    with package.open(name) as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UnreadableDocument("the Word file unpacks to more than is read here: open it by hand")
    data = data.replace(_STRICT, W[1:-1].encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(f"the Word file's {name} is damaged ({error}): fetch it again") from error


class _Walk:
    """Collects blocks; a table inside a cell of another comes before it as a grid of its own."""

    def __init__(self, unseen: frozenset[str], numbering: Numbering) -> None:
        self.blocks: list[Block] = []
        self._unseen = unseen
        self._numbering = numbering
        self._tables = 0

    def blocks_of(self, parent: etree._Element) -> None:
        """The blocks directly under an element, content controls and the like opened."""
        for element in _children(parent):
            if element.tag == f"{W}p":
                if text := " ".join(self._text(element).replace(UNKNOWN, "").split()):
                    self.blocks.append(Paragraph(text))
                for box in _boxes(element):
                    self.blocks_of(box)
            elif element.tag == f"{W}tbl":
                self._table(element)

    def _table(self, table: etree._Element) -> None:
        index = self._tables
        self._tables += 1
        rows = [row for row in _children(table) if row.tag == f"{W}tr" and not _is_gone(row)][:MAX_ROWS]
        open_merges: dict[int, int] = {}
        cells: list[Cell] = []
        at = len(self.blocks)
        for r, row in enumerate(rows):
            column = _number(row, "trPr", "gridBefore") or 0
            for tc in _children(row):
                if tc.tag != f"{W}tc" or tc.find(f"{W}tcPr/{W}cellDel") is not None:
                    continue
                span = min(_number(tc, "tcPr", "gridSpan") or 1, MAX_SPAN)
                merge = _merge(tc, "vMerge")
                if cells and cells[-1].row == r and _merge(tc, "hMerge") == "continue":
                    cells[-1] = replace(cells[-1], colspan=cells[-1].colspan + span)
                    column += span
                    continue
                if merge == "continue" and column in open_merges:
                    above = cells[open_merges[column]]
                    cells[open_merges[column]] = replace(above, rowspan=r - above.row + 1)
                else:
                    open_merges.pop(column, None)
                    if merge is not None:
                        open_merges[column] = len(cells)
                    place = Place(table=index, row=r, column=column)
                    cells.append(Cell(self._cell_text(tc), r, column, 1, span, place))
                column += span
        if cells:
            nested = self.blocks[at:]
            del self.blocks[at:]
            self.blocks.append(Grid(tuple(cells), Place(table=index)))
            self.blocks.extend(nested)

    def _cell_text(self, tc: etree._Element) -> str:
        lines: list[str] = []
        for element in _children(tc):
            if element.tag == f"{W}p":
                lines.extend(self._text(element).split("\n"))
                lines.extend(self._cell_text(box) for box in _boxes(element))
            elif element.tag == f"{W}tbl":
                held = [inner for inner in element.iter(f"{W}tc") if any(t.text for t in inner.iter(f"{W}t"))]
                if len(held) == 1:  # a frame around the cell's own text
                    lines.extend(self._cell_text(held[0]).split("\n"))
                else:
                    self._table(element)
        text = "\n".join(text for line in lines if (text := " ".join(line.split())))
        return text or (_PICTURE if _shows_something(tc) else "")

    def _text(self, paragraph: etree._Element) -> str:
        """A paragraph's text as it is shown, its number in a list before it."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        unseen = self._unseen if style is None or style.get(f"{W}val") not in self._unseen else None
        return self._numbering.number_of(paragraph) + (
            "" if unseen is None else shown_text(paragraph, unseen)
        )


def _shows_something(tc: etree._Element) -> bool:
    """Whether a cell without text draws something, or holds text that is hidden or taken away."""
    if next(tc.iter(f"{W}tbl"), None) is not None:
        return False
    held = tc.iter(f"{W}t", f"{W}delText")
    return next(tc.iter(*_DRAWN), None) is not None or any((t.text or "").strip() for t in held)


def _boxes(paragraph: etree._Element) -> list[etree._Element]:
    """The text boxes anchored in a paragraph, in order; one inside another is the other's."""
    return [
        box
        for box in paragraph.iter(f"{W}txbxContent")
        if not any(above.tag in (FALLBACK, f"{W}txbxContent") for above in _between(box, paragraph))
    ]


def _between(inner: etree._Element, outer: etree._Element) -> Iterator[etree._Element]:
    for above in inner.iterancestors():
        if above is outer:
            return
        yield above


def _children(parent: etree._Element) -> Iterator[etree._Element]:
    """Children, with wrappers (content controls, insertions, custom XML) opened. lxml bounds the depth."""
    stack = list(reversed(list(parent)))
    wrappers = {W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
    while stack:
        element = stack.pop()
        if element.tag in wrappers:
            stack.extend(reversed(list(element)))
        elif isinstance(element.tag, str) and element.tag not in SKIP:
            yield element


def _is_gone(row: etree._Element) -> bool:
    """Whether a row is hidden, or one that a recorded change takes away."""
    properties = row.find(f"{W}trPr")
    return properties is not None and (properties.find(f"{W}del") is not None or is_on(properties, "hidden"))


def _number(element: etree._Element, properties: str, name: str) -> int | None:
    found = element.find(f"{W}{properties}/{W}{name}")
    value = None if found is None else found.get(f"{W}val")
    return int(value) if value is not None and value.isdigit() and len(value) < 6 else None


def _merge(tc: etree._Element, name: str) -> str | None:
    found = tc.find(f"{W}tcPr/{W}{name}")
    return None if found is None else found.get(f"{W}val", "continue")
