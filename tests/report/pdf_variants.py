"""One kind of report printed in many ways, for the PDF reader's tests and benchmark.

Chromium and LibreOffice are slow to start, so all variants are sections of one HTML page, printed
once; the PDF is then taken apart at the sections' first pages. Nothing here reads a table.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pypdfium2

from tests.made import html as made_html
from tests.made.html import Style
from tests.made.layout import tables
from tests.made.truth import Truth, make


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to print.

    `css` says table, row, cell and page-wide text as T, R, C and P; `spacer` is the height in points of
    the empty space before 表三, which decides where the page's end cuts it; `thead` puts its header rows
    into a `<thead>`, which is printed again on every page.
    """

    name: str
    css: str
    style: str = "plain"
    spacer: int = 0
    thead: bool = False


_NAMES = re.compile(r"(?<![A-Za-z'])[TRCP](?=[{:\[ ])")
_STYLES = {
    "plain": Style(),
    "stacked": Style(vertical_group=True),
    "three-reviews": Style(review_tables=3, headings=2),
    "word": Style(word=True, labels="spans", cell_paragraphs=True, padding=True),
}
_SOLID = "T{border-collapse:collapse} C{border:1px solid #000}"
_OPEN = "T{border-collapse:collapse;border:solid;border-width:1.5px 0}"
_GAPS = "T{border-collapse:separate;border-spacing:"


def _collapse(border: str) -> str:
    return f"T{{border-collapse:collapse}} C{{border:{border}}}"


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
    Variant("separate", _GAPS + "2px;border:1px solid} C{border:1px solid}"),
    Variant("separate-wide", _GAPS + "5px;border:2px outset} C{border:1px inset}"),
    Variant("separate-touching", _GAPS + "0} C{border:1px solid}"),
    Variant("half", _GAPS + "0;border:1px solid} C{border:solid;border-width:0 1px 1px 0}"),
    Variant("no-sides", _SOLID + "T{border:0} C:first-child{border-left:0} C:last-child{border-right:0}"),
    Variant("narrow", _SOLID + "C{width:14pt;padding:1px;font-size:9px;word-break:break-all} T{width:auto}"),
    Variant("small", _SOLID + "C{font-size:6.5pt;padding:0}"),
    Variant("roomy", _SOLID + "C{font-size:14px;padding:9px 2px}"),
    Variant("shaded", _SOLID + "C{background:#eef} R:nth-child(2n){background:#dfd}"),
    Variant("vertical", _SOLID + "C[rowspan]{writing-mode:vertical-rl}"),
    Variant("upright", _SOLID + "C[rowspan]{writing-mode:vertical-rl;text-orientation:upright;height:60pt}"),
    Variant("turned", _SOLID + "C[rowspan]{writing-mode:sideways-lr}"),
    Variant("stacked-group", _SOLID, "stacked"),
    Variant("three-reviews", _SOLID, "three-reviews"),
    Variant("word", _SOLID, "word"),
    Variant("bold", _SOLID + "C{font-weight:bold}"),
    Variant("spaced", _SOLID + "C{letter-spacing:1px}"),
    Variant("serif", _SOLID + "P{font-family:'Noto Serif CJK SC'}"),
)  # fmt: skip
"""Every kind of border and cell text; all cells have rules on all sides."""

SPARSE = (
    Variant("three-line", _OPEN + "R:nth-child(3) C{border-bottom:1px solid}"),
    Variant("rows-only", "T{border-collapse:collapse} C{border:solid;border-width:1px 0}"),
    Variant("columns-only", "T{border-collapse:collapse} C{border:solid;border-width:0 1px}"),
    Variant("outline-only", "T{border-collapse:collapse;border:1px solid}"),
    Variant("none", "T{border-collapse:collapse}"),
    Variant("white", _collapse("1px solid #fff")),
)  # fmt: skip
"""Tables with few rules or none."""


ODD = (
    Variant("shadow", _SOLID + "C{text-shadow:0.3px 0 0 #000}"),
    Variant("grey-shadow", _SOLID + "C{text-shadow:1px 1px 0 #888}"),
    Variant("far-apart", _SOLID + "C{letter-spacing:5px}"),
    Variant("close", _SOLID + "C{letter-spacing:-2px}"),
    Variant("tiny", _SOLID + "T{font-size:4px}"),
    Variant("cut-digits", _SOLID + "C{word-break:break-all;width:16px;padding:0} T{table-layout:fixed}"),
    Variant("cut-off", _SOLID + "C{white-space:nowrap;overflow:hidden;max-width:30px}"),
    Variant("left", _SOLID + "C{text-align:left;padding:0}"),
    Variant("right", _SOLID + "C{text-align:right;padding:0}"),
    Variant("justified", _SOLID + "C{text-align:justify;text-align-last:justify}"),
    Variant("leaning", _SOLID + "T{transform:rotate(0.4deg)}"),
    Variant("squeezed", _SOLID + "T{transform:scale(.6,1.2)}"),
    Variant("two-columns", _SOLID + "P{columns:2}"),
    Variant("underlined", _SOLID + "C{text-decoration:underline}"),
)
"""Text that is set oddly: twice, apart, overlapping, cut off, leaning. It is read or spoken of."""


def _breaks() -> tuple[Variant, ...]:
    css = _SOLID + "C{font-size:12px;padding:5px 2px}"
    return (
        *(Variant(f"break-{n}", css, spacer=n) for n in range(40, 640, 37)),
        *(Variant(f"break-thead-{n}", css, spacer=n, thead=True) for n in range(60, 640, 83)),
        *(Variant(f"break-stacked-{n}", css, "stacked", n) for n in range(50, 640, 97)),
    )


BREAKS = _breaks()
"""表三 cut by the page's end at many heights: between rows, inside rows, inside its header."""


def style_of(variant: Variant) -> Style:
    """The variant's markup."""
    return _STYLES[variant.style]


def truth_of(variant: Variant) -> Truth:
    """The variant's own report; the organization's name differs from variant to variant."""
    number = sum(ord(c) * 31**k for k, c in enumerate(variant.name)) % 10**6
    name = "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))
    return make(f"variant/{variant.name}", organization=f"虚构市{name}局", busy=0.5)


def page(variants: tuple[Variant, ...], paper: str = "A4") -> bytes:
    """One HTML page with a section for each variant, each beginning on a new page of paper."""
    css = [
        f"@page{{size:{paper};margin:22mm 20mm}}",
        "body{font:14px 'Noto Sans CJK SC';line-height:1.5;margin:0} td{text-align:center}",
        "table{width:100%;font-size:11px;margin:8px 0}",
    ]
    sections = []
    for k, variant in enumerate(variants):
        truth, style = truth_of(variant), style_of(variant)
        body = made_html.article(truth, style)
        if variant.spacer:
            grid = made_html.table(tables(truth)[3][0], style)
            body = body.replace(grid, f'<div style="height:{variant.spacer}pt"></div>{grid}')
        if variant.thead:
            body = _with_thead(body)
        first = body.index(">", body.index("<p"))
        broken = '<p style="page-break-before:always;text-align:center">'
        sections.append(f'<section id="v{k}">{body[: body.index("<p")]}{broken}{body[first + 1 :]}</section>')
        css.append(scoped(variant.css, f"#v{k}"))
    head = f"<meta charset=utf-8><style>{' '.join(css)}</style>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(sections)}</body></html>".encode()


def scoped(css: str, section: str) -> str:
    """A variant's CSS for the elements of one section."""
    names = {"T": f"{section} table", "R": f"{section} tr", "C": f"{section} td", "P": section}
    return _NAMES.sub(partial(_named, names), css)


def _named(names: dict[str, str], match: re.Match[str]) -> str:
    return names[match[0]]


def _with_thead(body: str) -> str:
    start = body.rindex("<table", 0, body.index("申请人情况"))
    first = after = body.index("<tr", start)
    for _ in range(3):
        after = body.index("</tr>", after) + len("</tr>")
    return f"{body[:first]}<thead>{body[first:after]}</thead>{body[after:]}"


def parts(printed: bytes, variants: tuple[Variant, ...]) -> dict[str, bytes]:
    """The printed sections as documents of their own, by variant name."""
    source = pypdfium2.PdfDocument(printed)
    texts = ["".join(source[k].get_textpage().get_text_range()[:200].split()) for k in range(len(source))]
    titles = [truth_of(variant).title for variant in variants]
    starts = [next(k for k, text in enumerate(texts) if title in text) for title in titles]
    out = {}
    for variant, (first, end) in zip(variants, pairwise([*starts, len(source)]), strict=True):
        part = pypdfium2.PdfDocument.new()
        part.import_pages(source, list(range(first, end)))
        buffer = io.BytesIO()
        part.save(buffer)
        out[variant.name] = buffer.getvalue()
    return out
