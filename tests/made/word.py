"""Papers as Word files: python-docx's package around tables written as Word writes them.

The tables' XML is made here, because python-docx merges cells one by one and slowly. `WordStyle` holds what
differs between the files of Word, WPS and LibreOffice.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.made.layout import Printed, Slot
from tests.made.paper import Line, Paper, title_of


@dataclass(frozen=True, slots=True)
class WordStyle:
    """How a Word file is written."""

    runs: Literal["whole", "pairs", "letters"] = "whole"
    """A cell's text in one run, in runs of two letters, or one run for each letter."""
    breaks: Literal["br", "paragraphs"] = "br"
    """Lines inside a cell parted by `<w:br/>` or as paragraphs."""
    continued: Literal["empty", "repeated"] = "empty"
    """What the lower cells of a vertical merge hold: nothing, or the text again."""
    merges: bool = True
    """False: no vertical merges; the cells below are simply empty."""
    numbering: bool = False
    """Headings' numbers are list styling and not in the text."""
    title_property: bool = True
    header: str = ""
    """Text of the page header."""


def word(paper: Paper, style: WordStyle = WordStyle()) -> bytes:
    """The paper as DOCX."""
    document = docx.Document()
    if style.title_property:
        document.core_properties.title = title_of(paper)
    if style.header:
        document.sections[0].header.paragraphs[0].text = style.header
    body = document.element.body
    at = len(body) - 1  # before the section's properties
    for block in paper.blocks:
        xml = _paragraph(block, style) if isinstance(block, Line) else _table(block, style)
        body.insert(at, parse_xml(xml))
        at += 1
        if isinstance(block, Printed):  # Word joins tables that nothing parts
            body.insert(at, parse_xml(f"<w:p {nsdecls('w')}/>"))
            at += 1
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraph(line: Line, style: WordStyle) -> str:
    text = line.text
    if style.numbering and line.kind == "heading" and "、" in text:
        text = text.split("、", 1)[1]
    where = {"title": "center", "right": "right", "page-number": "center"}.get(line.kind, "both")
    return f"<w:p {nsdecls('w')}><w:pPr><w:jc w:val='{where}'/></w:pPr>{_runs(text, WordStyle())}</w:p>"


def _table(printed: Printed, style: WordStyle) -> str:
    under: dict[tuple[int, int], Slot] = {}
    rows = []
    for number, row in enumerate(printed.rows):
        cells = {slot.column: _cell(slot, "restart" if slot.rowspan > 1 else "", style) for slot in row}
        for slot in row:
            for below in range(1, slot.rowspan):
                under[number + below, slot.column] = slot
        for (line, column), slot in under.items():
            if line == number:
                kept = slot if style.continued == "repeated" and style.merges else slot._replace(text="")
                cells[column] = _cell(kept, "continue", style)
        rows.append("<w:tr>" + "".join(cells[column] for column in sorted(cells)) + "</w:tr>")
    grid = "<w:gridCol w:w='900'/>" * printed.width
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f"<w:{side} w:val='single' w:sz='4'/>" for side in sides)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell(slot: Slot, merge: str, style: WordStyle) -> str:
    properties = f"<w:gridSpan w:val='{slot.colspan}'/>" if slot.colspan > 1 else ""
    if merge and style.merges:
        properties += f"<w:vMerge w:val='{merge}'/>"
    if style.breaks == "paragraphs":
        content = "".join(f"<w:p>{_runs(line, style)}</w:p>" for line in slot.text.split("\n"))
    else:
        content = f"<w:p>{_runs(slot.text, style)}</w:p>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def _runs(text: str, style: WordStyle) -> str:
    size = {"whole": max(1, len(text)), "pairs": 2, "letters": 1}[style.runs]
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return "".join(f"<w:r>{_text(piece)}</w:r>" for piece in pieces)


def _text(piece: str) -> str:
    parts = [f"<w:t xml:space='preserve'>{escape(part)}</w:t>" if part else "" for part in piece.split("\n")]
    return "<w:br/>".join(parts)
