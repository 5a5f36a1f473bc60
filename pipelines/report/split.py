"""A page on which several reports are printed one after the other, as a Document for each.

Owns where one report ends and the next begins: at a full title (whose, of which year) that has a 表三
of its own before the next one. It must not read tables. A title alone begins nothing: pages list the
titles of other reports, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.report import form
from pipelines.report.model import Block, Document, Grid, Metadata, Paragraph, TextLines
from pipelines.report.titles import Title, parse_title

_FIRST_ROW = "received"
_LINES_OF_A_TITLE = 3
_LONGEST_TITLE = 110


def split(document: Document) -> tuple[Document, ...]:
    """The reports that the document prints, in their order; the document itself where it is one."""
    if sum(_first_rows(block) for block in document.blocks) < 2:
        return (document,)
    blocks = [part for block in document.blocks for part in _lines_apart(block)]
    starts: list[int] = []
    whose: Title | None = None
    waiting: int | None = None
    for at, block in enumerate(blocks):
        title = _title_at(blocks, at)
        if title is not None and not _same(title, whose):
            whose, waiting = title, at
        elif waiting is not None and _first_rows(block):
            starts.append(waiting)
            waiting = None
    if len(starts) < 2:
        return (document,)
    stops = [*starts[1:], len(blocks)]
    starts[0] = 0  # what stands above the first title is the first report's
    # What the page says of itself is true of one of them at most.
    metadata = Metadata(None, {k: v for k, v in document.metadata.names.items() if _is_date(v)})
    return tuple(
        replace(document, blocks=tuple(_lines_together(blocks[start:stop])), metadata=metadata)
        for start, stop in zip(starts, stops, strict=True)
    )


def _same(title: Title, other: Title | None) -> bool:
    return other is not None and (title.organization, title.year) == (other.organization, other.year)


def _is_date(text: str) -> bool:
    return text[:2] == "20" and text[:4].isdigit() and len(text) <= 20


def _first_rows(block: Block) -> int:
    """How often 表三 begins in the block."""
    if isinstance(block, Grid):
        return sum(_begins(cell.text) for cell in block.cells if "收" in cell.text and cell.column < 3)
    if isinstance(block, Paragraph):
        return int("收" in block.text and _begins(block.text))
    return sum(_begins(line) for _, line in block.lines if "收" in line)


def _begins(text: str) -> bool:
    """Whether a text that holds 收, as few do, is the label of the first row."""
    if len(text) > 200:
        return False
    words = text.split("\t")[0].split("|")[0]
    match = form.request_rows.match(words) or form.request_rows.match(words.partition(" ")[0])
    return match is not None and match.key == _FIRST_ROW


def _title_at(blocks: list[Block], at: int) -> Title | None:
    """The full title that begins at a block, broken over at most three lines."""
    text = ""
    for block in blocks[at : at + _LINES_OF_A_TITLE]:
        line = _line(block)
        if line is None or len(text) + len(line) > _LONGEST_TITLE:
            return None
        text += line
        title = parse_title(text) if "报告" in text or "年报" in text else None
        if title is not None:
            return title if title.organization is not None and title.year is not None else None
    return None


def _line(block: Block) -> str | None:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, TextLines) and len(block.lines) == 1:
        return block.lines[0][1]
    return None


def _lines_apart(block: Block) -> Iterator[Block]:
    if isinstance(block, TextLines):
        yield from (replace(block, lines=(line,)) for line in block.lines)
    else:
        yield block


def _lines_together(blocks: list[Block]) -> Iterator[Block]:
    """Neighbouring lines of text as one block again."""
    lines: list[tuple[int, str]] = []
    for block in blocks:
        if isinstance(block, TextLines):
            lines += block.lines
            continue
        if lines:
            yield TextLines(tuple(lines))
            lines = []
        yield block
    if lines:
        yield TextLines(tuple(lines))
