"""A document without pages, redrawn as one web page with its reading in it.

Paragraphs, grids and lines of text as the reader saw them; each read cell bears its colour, its path and
its value. The page needs nothing but itself: no script, no font, no picture. Text is escaped by lxml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lxml.html import HtmlElement, tostring
from lxml.html.builder import E

from pipelines.evidence.cells import COLOURS, WORDS, ShownCell
from pipelines.report.marks import Marks, clean
from pipelines.report.model import Block, Document, Grid, Paragraph, Place, Report, TextLines

MOST_CELLS = 40_000
"""Of grids, on one page; a browser shows no more in reasonable time."""
MOST_TEXT = 2_000
"""Characters of one paragraph, cell or line."""
_STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #24292f;
       margin: 1.5rem; }
h1 { font-size: 1.2rem; } h2 { font-size: 1rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: 1rem 0; }
td { border: 1px solid #afb8c1; padding: .25rem .5rem; min-width: 3rem; vertical-align: top;
     white-space: pre-line; }
.lines { font-family: ui-monospace, monospace; white-space: pre-wrap; }
.lines b { color: #8c959f; font-weight: normal; user-select: none; }
.cell small { display: block; font: 10px/1.25 ui-monospace, monospace; width: 8rem;
              overflow-wrap: anywhere; white-space: normal; }
.chip { border: 2px solid; border-radius: 3px; padding: 0 .3rem; margin: 0 .2rem;
        font: 12px ui-monospace, monospace; white-space: nowrap; display: inline-block; }
.findings td:first-child { font-weight: bold; }
""" + "".join(
    f".{state} {{ border-color: {colour}; }} td.{state} {{ border: 3px solid {colour}; background: "
    f"{colour}22; }} .{state} small {{ color: {colour}; }} .chip.{state} {{ color: {colour}; }}\n"
    for state, colour in COLOURS.items()
)


def redraw(document: Document, report: Report, cells: Sequence[ShownCell], title: str) -> bytes:
    """The page, in UTF-8. `title` says which file this is."""
    left = dict.fromkeys(cells)
    page = E.html(
        E.head(E.meta(charset="utf-8"), E.title(_text(title)), E.style(_STYLE)),
        E.body(
            E.h1(_text(title)),
            E.p(_text(f"{report.organization or 'organization unknown'}, {report.year or 'year unknown'}")),
            _legend(cells),
            *_findings(report),
            E.h2("The document, as it was read"),
            *_blocks(document.blocks, left),
            *_without_place(left),
        ),
    )
    return b"<!doctype html>\n" + tostring(page, encoding="utf-8")


def _legend(cells: Iterable[ShownCell]) -> HtmlElement:
    states = {cell.state for cell in cells}
    chips = [E.span(WORDS[state], {"class": f"chip {state}"}) for state in COLOURS if state in states]
    return E.p(*chips)


def _findings(report: Report) -> Iterator[HtmlElement]:
    lines = Marks(report.findings).lines
    yield E.h2("Findings" if lines else "No findings")
    if lines:
        rows = [
            E.tr(E.td(line.mark), E.td(line.severity), E.td(line.code), E.td(_text(line.sentence)))
            for line in lines
        ]
        yield E.table({"class": "findings"}, *rows)


# ------------------------------------------------------------------ blocks


def _blocks(blocks: Iterable[Block], left: dict[ShownCell, None]) -> Iterator[HtmlElement]:
    """Each block redrawn; the cells that found their place are taken out of `left`."""
    by_place: dict[str, list[ShownCell]] = {}
    by_line: dict[int, list[ShownCell]] = {}
    for cell in left:
        by_place.setdefault(_key(cell.place), []).append(cell)
        if cell.place.line is not None:
            by_line.setdefault(cell.place.line, []).append(cell)
    budget = MOST_CELLS
    for block in blocks:
        if isinstance(block, Paragraph):
            found = by_line.get(block.place.line or 0, [])
            yield E.p(_text(block.text), *_chips(found, left))
        elif isinstance(block, TextLines):
            yield _lines(block, by_line, left)
        elif len(block.cells) > budget:
            yield E.p(f"(a table of {len(block.cells)} cells is left out here)")
        else:
            budget -= len(block.cells)
            yield _grid(block, by_place, left)


def _grid(grid: Grid, by_place: dict[str, list[ShownCell]], left: dict[ShownCell, None]) -> HtmlElement:
    rows: dict[int, list[HtmlElement]] = {}
    for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
        shown = by_place.get(_key(cell.place), []) if cell.place != Place() else []
        attributes = {"rowspan": str(cell.rowspan), "colspan": str(cell.colspan)}
        if shown:
            attributes |= {"class": f"cell {_worst(shown)}", "title": "\n".join(map(_words, shown))}
        element = E.td(_text(cell.text), attributes)
        for one in shown:
            left.pop(one, None)
            value = E.b(_text(f"= {one.value}"))
            element.append(E.small(one.row, E.br(), one.column, E.br(), value, f" {one.letters}"))
        rows.setdefault(cell.row, []).append(element)
    last = max(rows, default=-1)
    return E.table(*(E.tr(*rows.get(row, [])) for row in range(last + 1)))


def _key(place: Place) -> str:
    """Tells places in one document apart, with boxes as coarse as a stored report has them."""
    return str(replace(place, member=None).to_json())


def _lines(block: TextLines, by_line: dict[int, list[ShownCell]], left: dict[ShownCell, None]) -> HtmlElement:
    lines = []
    for number, line in block.lines:
        chips = _chips(by_line.get(number, []), left)
        lines.append(E.div(E.b(f"{number:>5}  "), _text(line), *chips))
    return E.div({"class": "lines"}, *lines)


def _chips(cells: Iterable[ShownCell], left: dict[ShownCell, None]) -> list[HtmlElement]:
    """A chip for each cell that was read from a line, and has not been shown yet."""
    chips = []
    for cell in cells:
        if cell in left:
            del left[cell]
            words = f"{cell.path} = {cell.value} {cell.letters}".rstrip()
            chips.append(E.span(_text(words), {"class": f"chip {cell.state}", "title": _words(cell)}))
    return chips


def _without_place(left: Iterable[ShownCell]) -> Iterator[HtmlElement]:
    """Cells that no block holds: those that a text reader put together, or that were not found."""
    chips = _chips(list(left), dict.fromkeys(left))
    if chips:
        yield E.h2("Cells whose place is none of these blocks")
        yield E.p(*chips)


# ------------------------------------------------------------------ words


def _worst(cells: Sequence[ShownCell]) -> str:
    order = ("unreadable", "flagged", "corrected", "read", "blank")
    return min((cell.state for cell in cells), key=order.index)


def _words(cell: ShownCell) -> str:
    """What the tooltip says."""
    parts = [f"{cell.path} = {cell.value}", WORDS[cell.state], f"printed: {cell.raw!r}", cell.note]
    return _text("\n".join(part for part in parts if part))


def _text(text: str) -> str:
    """What a page can hold: XML has no place for control characters, and none shall turn the text round."""
    cut = text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"
    shown = clean(cut.replace("\t", " "))
    return "".join(c for c in shown if c < "\ufffe" or c > "\uffff")
