"""Pages whose text lies on its side: turned upright for reading, and boxes turned back for the evidence.

A table set broadside on an upright page has no `/Rotate` to tell of it; its characters' angle does.
"""

from __future__ import annotations

from pipelines.report.readers.pdf_page import Box, Page, Rule


def turned(page: Page, degrees: int) -> Page:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    out = page
    for _ in range(degrees // 90 % 4):
        out = _quarter(out)
    return out


def as_displayed(box: Box, page: Page) -> Box:
    """A box of a page that was turned for reading, as it lies on the page that people see."""
    width, height = page.width, page.height
    for _ in range(-page.turn // 90 % 4):
        box = Box(*_box(box, height))
        width, height = height, width
    return box


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
            for char in page.chars
        ],
        horizontals=[Rule(high - rule.hi, high - rule.lo, rule.at) for rule in page.verticals],
        verticals=[Rule(rule.lo, rule.hi, high - rule.at) for rule in page.horizontals],
        pictures=[Box(*_box(picture, high)) for picture in page.pictures],
        drawings=page.drawings,
        hidden=page.hidden,
        turn=(page.turn + 90) % 360,
    )
