"""OFD files with the pages of a PDF, written as the programs of 数科 and 福昕 write them.

What stands where is what a real printer put there; the package around it follows GB/T 33190-2016.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any
from xml.sax.saxutils import escape

import pdfplumber

from tests.made.archives import zipped

MM = 25.4 / 72
ASCENT = 0.88
NAMES = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass(frozen=True, slots=True)
class OfdStyle:
    """What producers do differently."""

    scaled: bool = False
    """Sizes and places in tenths of a millimetre, made right by each object's CTM."""
    repeats: bool = True
    """Equal steps of a DeltaX written as `g 5 3.5`."""
    template: bool = False
    """The rules in a page template, the text on the page itself."""
    edges: bool = False
    """Rules as thin filled rectangles instead of strokes."""
    absolute: bool = False
    """Parts named from the package's root."""


def ofd(pdf: bytes, style: OfdStyle | None = None, *, title: str = "") -> bytes:
    """The PDF's pages as an OFD."""
    style = style or OfdStyle()
    root = "/Doc_0/" if style.absolute else ""
    parts: dict[str, str] = {}
    pages, templates = [], []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        box = f"0 0 {_n(float(opened.pages[0].width) * MM)} {_n(float(opened.pages[0].height) * MM)}"
        for k, page in enumerate(opened.pages):
            rules, text = "".join(_rules(page, style)), "".join(_texts(page.chars, style))
            under = ""
            if style.template:
                templates.append(
                    f'<ofd:TemplatePage ID="{900 + k}" BaseLoc="{root}Tpls/Tpl_{k}/Content.xml"/>'
                )
                parts[f"Doc_0/Tpls/Tpl_{k}/Content.xml"] = _page("", rules)
                under, rules = f'<ofd:Template TemplateID="{900 + k}" ZOrder="Background"/>', ""
            pages.append(f'<ofd:Page ID="{k + 1}" BaseLoc="{root}Pages/Page_{k}/Content.xml"/>')
            parts[f"Doc_0/Pages/Page_{k}/Content.xml"] = _page(under, rules + text)
    return _package(parts, box, pages, templates, title)


def ofd_of_picture(image: bytes, width: float, height: float, times: int = 1) -> bytes:
    """An OFD whose pages (sizes in millimetres) are this picture, as a scanner's program writes it."""
    box = f"0 0 {_n(width)} {_n(height)}"
    drawn = (
        f'<ofd:ImageObject ID="7" Boundary="{box}" CTM="{_n(width)} 0 0 {_n(height)} 0 0" ResourceID="5"/>'
    )
    resource = (
        f'<ofd:Res {NAMES} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image" Format="PNG">'
        "<ofd:MediaFile>image_0.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    parts = {"Doc_0/Pages/Page_0/Content.xml": _page("", drawn), "Doc_0/DocumentRes.xml": resource}
    pages = ['<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'] * times
    res = ["<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"]
    return _package(parts, box, pages, res, "", {"Doc_0/Res/image_0.png": image})


def _package(
    parts: dict[str, str],
    box: str,
    pages: Sequence[str],
    common: Sequence[str],
    title: str,
    more: dict[str, bytes] | None = None,
) -> bytes:
    parts["OFD.xml"] = (
        f'<ofd:OFD {NAMES} Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:DocID>0</ofd:DocID><ofd:Title>{escape(title)}</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {NAMES}><ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>{''.join(common)}"
        f"</ofd:CommonData><ofd:Pages>{''.join(pages)}</ofd:Pages>"
        "<ofd:CustomTags>CustomTags/CustomTags.xml</ofd:CustomTags></ofd:Document>"
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return zipped({name: (head + xml).encode() for name, xml in parts.items()} | (more or {}))


def _page(under: str, objects: str) -> str:
    return (
        f'<ofd:Page {NAMES}>{under}<ofd:Content><ofd:Layer ID="2" Type="Body">{objects}'
        "</ofd:Layer></ofd:Content></ofd:Page>"
    )


def _texts(chars: Sequence[dict[str, Any]], style: OfdStyle) -> Iterator[str]:
    """A TextObject for each run of characters on one line."""
    key: Callable[[dict[str, Any]], tuple[float, float]] = lambda c: (round(c["bottom"], 1), c["size"])  # noqa: E731
    for _, group in groupby(chars, key=key):
        run = list(group)
        size = run[0]["size"] * MM
        lefts = [char["x0"] * MM for char in run]
        x, top = min(lefts), (run[0]["bottom"] - run[0]["size"]) * MM
        wide = max(char["x1"] for char in run) * MM - x
        steps = [after - before for before, after in pairwise(lefts)]
        unit = 10 if style.scaled else 1
        ctm = ' CTM="0.1 0 0 0.1 0 0"' if style.scaled else ""
        delta = f' DeltaX="{_steps([step * unit for step in steps], style)}"' if steps else ""
        text = escape("".join(char["text"] for char in run))
        yield (
            f'<ofd:TextObject ID="3" Boundary="{_n(x)} {_n(top)} {_n(wide)} {_n(size)}" Font="4"{ctm} '
            f'Size="{_n(size * unit)}"><ofd:FillColor Value="0 0 0"/>'
            f'<ofd:TextCode X="{_n((lefts[0] - x) * unit)}" Y="{_n(ASCENT * size * unit)}"{delta}>{text}'
            "</ofd:TextCode></ofd:TextObject>"
        )


def _steps(steps: Sequence[float], style: OfdStyle) -> str:
    words = [_n(step) for step in steps]
    if not style.repeats:
        return " ".join(words)
    runs = [(word, len(list(group))) for word, group in groupby(words)]
    return " ".join(f"g {count} {word}" if count > 1 else word for word, count in runs)


def _rules(page: Any, style: OfdStyle) -> Iterator[str]:
    """A PathObject for each edge that the page draws."""
    for edge in page.edges:
        x0, x1, top, bottom = (edge[name] * MM for name in ("x0", "x1", "top", "bottom"))
        wide, high = x1 - x0, bottom - top
        if style.edges:
            data = f"M 0 0 L {_n(wide)} 0 L {_n(wide)} {_n(high)} L 0 {_n(high)} C"
            how = 'Stroke="false" Fill="true"'
        else:
            data, how = f"M 0 0 L {_n(wide)} {_n(high)}", 'LineWidth="0.25"'
        unit = ""
        if style.scaled:
            data = " ".join(_n(float(w) * 10) if w[-1].isdigit() else w for w in data.split())
            unit = ' CTM="0.1 0 0 0.1 0 0"'
        box = f"{_n(x0)} {_n(top)} {_n(max(wide, 0.25))} {_n(max(high, 0.25))}"
        yield (
            f'<ofd:PathObject ID="6" Boundary="{box}" {how}{unit}>'
            f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )


def _n(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
