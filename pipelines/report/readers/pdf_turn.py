"""Pages whose text lies on its side: turned upright for reading, and boxes turned back for the evidence.

A table set broadside on an upright page has no `/Rotate` to tell of it; its characters' angle does.
"""

from __future__ import annotations

from pipelines.report.readers.pdf_page import Box, Page, Rule
from pipelines.report.readers.pdf_pieces import letters


def turned(page: Page, degrees: int) -> Page:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    out = page
    for _ in range(degrees // 90 % 4):
        out = _quarter(out)
    return out


def as_displayed(box: Box, page: Page) -> Box:
    """A box of a page that was turned or straightened for reading, as it lies on the page that people see."""
    if page.warp is not None:
        corners = [_warped(x, y, page.warp) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
        across, down = zip(*corners, strict=True)
        return Box(min(across), min(down), max(across), max(down))
    width, height = page.width, page.height
    for _ in range(-page.turn // 90 % 4):
        box = Box(*_box(box, height))
        width, height = height, width
    return box


def _warped(x: float, y: float, warp: tuple[float, ...]) -> tuple[float, float]:
    a, b, c, d, e, f, g, h, i = warp
    depth = g * x + h * y + i
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def _box(box: Box, height: float) -> tuple[float, float, float, float]:
    return height - box.bottom, box.x0, height - box.top, box.x1


def _quarter(page: Page) -> Page:
    high = page.height
    return Page(
        number=page.number,
        width=high,
        height=page.width,
        chars=[
            char._replace(x0=high - char.bottom, top=char.x0, x1=high - char.top, bottom=char.x1)
            for char in letters(page.chars)
        ],
        horizontals=[Rule(high - rule.hi, high - rule.lo, rule.at) for rule in page.verticals],
        verticals=[Rule(rule.lo, rule.hi, high - rule.at) for rule in page.horizontals],
        pictures=[Box(*_box(picture, high)) for picture in page.pictures],
        drawings=page.drawings,
        hidden=page.hidden,
        withheld=[Box(*_box(box, high)) for box in page.withheld],
        turn=(page.turn + 90) % 360,
    )
