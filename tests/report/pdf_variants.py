"""One invented report printed in many ways, for the PDF reader's tests and benchmark.

Chromium and LibreOffice are slow to start, so all variants are sections of one HTML page, printed
once; the PDF is then taken apart at the sections' first pages. Nothing here reads a table.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2

from tests.made import html as made_html
from tests.made.html import Style
from tests.made.layout import tables
from tests.made.truth import Truth, make


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to print: CSS for the section (`#ID` stands for its selector), markup, and what comes before."""

    name: str
    css: str
    style: Style = Style()
    spacer: int = 0
    """Height in points of the empty space before 表三, which decides where the page's end cuts it."""
    thead: bool = False
    """Header rows of 表三 in a `<thead>`, which Chromium repeats on every page."""


_SOLID = "#ID table{border-collapse:collapse} #ID td{border:1px solid #000}"


def _collapse(border: str) -> str:
    return f"#ID table{{border-collapse:collapse}} #ID td{{border:{border}}}"


BORDERS = (
    Variant("solid", _SOLID),
    Variant("grey", _collapse("1px solid #bbb")),
    Variant("hair", _collapse("0.3px solid #000")),
    Variant("thick", _collapse("3px solid #000")),
    Variant("double", _collapse("4px double #000")),
    Variant("dashed", _collapse("1px dashed #000")),
    Variant("dashed-thick", _collapse("2px dashed #000")),
    Variant("dotted", _collapse("1px dotted #000")),
    Variant("dotted-thick", _collapse("2.5px dotted #000")),
    Variant("separate", "#ID table{border-collapse:separate;border-spacing:2px;border:1px solid} #ID td{border:1px solid}"),
    Variant("separate-wide", "#ID table{border-collapse:separate;border-spacing:5px;border:2px outset} #ID td{border:1px inset}"),
    Variant("separate-touching", "#ID table{border-collapse:separate;border-spacing:0} #ID td{border:1px solid}"),
    Variant("half", "#ID table{border-collapse:separate;border-spacing:0;border:solid;border-width:1px 0 0 1px} #ID td{border:solid;border-width:0 1px 1px 0}"),
    Variant("no-sides", "#ID table{border-collapse:collapse;border-left:0;border-right:0} #ID td{border:1px solid} #ID td:first-child{border-left:0}"),
    Variant("narrow", _SOLID + "#ID td{width:14pt;padding:1px;font-size:9px;word-break:break-all} #ID table{width:auto}"),
    Variant("small", _SOLID + "#ID td{font-size:6.5pt;padding:0}"),
    Variant("roomy", _SOLID + "#ID td{font-size:14px;padding:9px 2px}"),
    Variant("shaded", _SOLID + "#ID td{background:#eef;-webkit-print-color-adjust:exact} #ID tr:nth-child(2n) td{background:#dfd}"),
    Variant("vertical", _SOLID + "#ID td[rowspan]{writing-mode:vertical-rl}"),
    Variant("upright", _SOLID + "#ID td[rowspan]{writing-mode:vertical-rl;text-orientation:upright;height:60pt}"),
    Variant("turned", _SOLID + "#ID td[rowspan]{writing-mode:sideways-lr}"),
    Variant("stacked-group", _SOLID, Style(vertical_group=True)),
    Variant("three-reviews", _SOLID, Style(review_tables=3, headings=2)),
    Variant("word", _SOLID, Style(word=True, labels="spans", cell_paragraphs=True, padding=True)),
    Variant("bold", _SOLID + "#ID td{font-weight:bold}"),
    Variant("spaced", _SOLID + "#ID td{letter-spacing:1px}"),
    Variant("serif", _SOLID + "#ID{font-family:'Noto Serif CJK SC'}"),
)  # fmt: skip

SPARSE = (
    Variant("three-line", "#ID table{border-collapse:collapse;border:solid;border-width:1.5px 0} #ID tr:nth-child(3) td{border-bottom:1px solid}"),
    Variant("rows-only", "#ID table{border-collapse:collapse} #ID td{border:solid;border-width:1px 0}"),
    Variant("columns-only", "#ID table{border-collapse:collapse} #ID td{border:solid;border-width:0 1px}"),
    Variant("outline-only", "#ID table{border-collapse:collapse;border:1px solid}"),
    Variant("none", "#ID table{border-collapse:collapse}"),
    Variant("white", _collapse("1px solid #fff")),
)  # fmt: skip

BREAKS = tuple(
    Variant(
        f"break-{'thead-' if thead else ''}{'stacked-' if stacked else ''}{spacer}",
        _SOLID + "#ID td{font-size:12px;padding:5px 2px}",
        Style(vertical_group=stacked),
        spacer,
        thead,
    )
    for spacer, thead, stacked in [
        *((n, False, False) for n in range(40, 640, 37)),
        *((n, True, False) for n in range(60, 640, 83)),
        *((n, False, True) for n in range(50, 640, 97)),
    ]
)


def truth_of(variant: Variant) -> Truth:
    """The variant's own report: its organization names the variant's number, its style its tables."""
    return make(f"variant/{variant.name}", organization=f"虚构市{_chinese(variant)}局", busy=0.5)


def _chinese(variant: Variant) -> str:
    return "".join(
        "甲乙丙丁戊己庚辛壬癸"[int(d)]
        for d in str(sum(ord(c) * 31**k for k, c in enumerate(variant.name)) % 10**6)
    )


def page(variants: tuple[Variant, ...], paper: str = "A4") -> bytes:
    """One HTML page with a section for each variant, each beginning on a new page of paper."""
    css, sections = [], []
    for k, variant in enumerate(variants):
        truth = truth_of(variant)
        body = made_html.article(truth, variant.style)
        if variant.spacer:
            grid = made_html.table(tables(truth)[3][0], variant.style)
            assert grid in body
            body = body.replace(grid, f'<div style="height:{variant.spacer}pt"></div>' + grid)
        if variant.thead:
            body = _with_thead(body)
        body = body.replace('<p style="', '<p style="page-break-before:always;', 1)
        css.append(variant.css.replace("#ID", f"#v{k}"))
        sections.append(f'<section id="v{k}">{body}</section>')
    style = (
        f"<style>@page{{size:{paper};margin:22mm 20mm}} body{{font:14px 'Noto Sans CJK SC';line-height:1.5;margin:0}}"
        "table{width:100%;font-size:11px;margin:8px 0} td{text-align:center}" + "\n".join(css) + "</style>"
    )
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{style}</head><body>{''.join(sections)}</body></html>".encode()


def _with_thead(body: str) -> str:
    at = body.index("申请人情况")
    start = body.rindex("<table", 0, at)
    first = body.index("<tr", start)
    after = first
    for _ in range(3):
        after = body.index("</tr>", after) + len("</tr>")
    return body[:first] + "<thead>" + body[first:after] + "</thead>" + body[after:]


def parts(printed: bytes, variants: tuple[Variant, ...]) -> dict[str, bytes]:
    """The printed sections as documents of their own, by variant name."""
    source = pypdfium2.PdfDocument(printed)
    texts = [source[k].get_textpage().get_text_range()[:200] for k in range(len(source))]
    starts = []
    for variant in variants:
        title = truth_of(variant).title
        starts.append(next(k for k, text in enumerate(texts) if title in "".join(text.split())))
    assert starts == sorted(starts)
    out = {}
    for variant, (first, end) in zip(variants, pairwise([*starts, len(source)]), strict=True):
        part = pypdfium2.PdfDocument.new()
        part.import_pages(source, list(range(first, end)))
        buffer = io.BytesIO()
        part.save(buffer)
        out[variant.name] = buffer.getvalue()
    return out
