"""Pages that are pictures (scans, photographs, tables published as images) to tables and lines of text.

Owns the order of the steps: upright and straight (`ocr_image`), rules (`ocr_rules`), lattices
(`pdf_lines`), cells (`ocr_cells`), the text around them (`ocr_engine`). Importing this module takes the
extra `ocr`; `ocr.read_page` is the way in.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from pipelines.report.readers import ocr_engine, ocr_image
from pipelines.report.readers.ocr_cells import EM, INK, read_cells
from pipelines.report.readers.ocr_engine import Gray, Quads
from pipelines.report.readers.ocr_image import LINE, Matrix, Straight
from pipelines.report.readers.ocr_rules import Rules, find_rules
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_lines import Lattice, lattices
from pipelines.report.readers.pdf_page import Box, Char, Page, PageTable, Rule, TableCell
from pipelines.report.readers.pdf_text import Line

_LOOK = 1280
"""Pixels: the longest side of the picture in which lines of text are looked for."""
_UNIT = EM / 10
"""Pixels for one of the units in which lattices are found: characters are about ten of them."""
_SURE_OF_TURN = 0.6


def read_page(image: Image.Image, number: int, scale: float) -> ReadPage:
    """The tables and lines of text on the picture of one page. `scale` as in `ocr.read_picture`."""
    picture = np.asarray(image.convert("RGB"))
    grey = ocr_image.grey(picture)
    small, by = ocr_image.shrunk(grey, _LOOK)
    boxes = ocr_engine.detect(small)
    quarters = _quarters(small, boxes)
    straight = ocr_image.straighten(picture, quarters, boxes / by)
    rules = find_rules(straight.flat)
    page = _page(number, straight, scale)
    unit = _lattice_page(number, rules)
    found = [lattice for lattice in lattices(unit) if len(lattice.xs) > 2 and lattice.cells]
    per_pixel = page.width / straight.flat.shape[1]
    tables = _tables(found, rules.without, straight.full, number, per_pixel)
    lines = _lines(straight, rules.without, boxes / by, found, per_pixel)
    return ReadPage(page, tables, lines, all(lattice.sure for lattice in found))


def _quarters(small: Gray, boxes: Quads) -> int:
    """By how many right angles the page is to be turned counter-clockwise to be upright."""
    if not len(boxes):
        return 0
    sides = np.linalg.norm(boxes - np.roll(boxes, -1, axis=1), axis=2)
    along, across = sides[:, 0], sides[:, 1]
    # Lines of text only: a single character is as wide as it is high.
    long = np.maximum(along, across) > 1.8 * np.minimum(along, across)
    flat = np.abs(boxes[:, 1, 0] - boxes[:, 0, 0]) >= np.abs(boxes[:, 1, 1] - boxes[:, 0, 1])
    lying = flat == (along >= across)
    weights = np.maximum(along, across) * long
    on_side = bool(weights[~lying].sum() > weights[lying].sum())
    page, moved = small, boxes
    if on_side:
        page = np.ascontiguousarray(np.rot90(small))
        moved = ocr_image.moved_boxes(boxes, ocr_image.turn_matrix(small.shape, 1))
    chosen = np.argsort(-weights)[:24]
    crops = [_area(page, moved[k]) for k in chosen if long[k]]
    upside_down = ocr_engine.upside_down([crop for crop in crops if min(crop.shape) > 4]) > _SURE_OF_TURN
    return int(on_side) + (2 if upside_down else 0)


def _area(page: Gray, box: np.ndarray) -> Gray:
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return page[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]


def _page(number: int, straight: Straight, scale: float) -> Page:
    """The straightened page in the document's units, with the way back to the page as displayed."""
    high, wide = straight.flat.shape
    # Straightened pixels to the original's, at the middle of the page.
    middle = straight.original(wide / 2 - 50, high / 2 - 50, wide / 2 + 50, high / 2 + 50)
    factor = scale * max(1e-6, (middle[2] - middle[0]) * (middle[3] - middle[1])) ** 0.5 / 100
    to_pixels = np.diag([1 / factor, 1 / factor, 1.0])
    warp: Matrix = np.diag([scale, scale, 1.0]) @ straight.back @ to_pixels
    return Page(number, wide * factor, high * factor, warp=tuple(float(v) for v in warp.ravel()))


def _lattice_page(number: int, rules: Rules) -> Page:
    """The rules and the ink between them in `_UNIT`s, for `lattices`."""
    high, wide = rules.without.shape
    dark = (rules.without < INK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    chars = [
        Char("口", x / _UNIT, y / _UNIT, (x + w) / _UNIT, (y + h) / _UNIT, k)
        for k, (x, y, w, h, _) in enumerate(stats[1:count])
        if max(w, h) > 0.25 * EM
    ]
    page = Page(number, wide / _UNIT, high / _UNIT, chars)
    page.horizontals = [Rule(*(v / _UNIT for v in rule)) for rule in rules.across]
    page.verticals = [Rule(*(v / _UNIT for v in rule)) for rule in rules.down]
    page._em = 10.0
    return page


def _tables(found: list[Lattice], page: Gray, full: Gray, number: int, per_pixel: float) -> list[PageTable]:
    spots = [(lattice, cell) for lattice in found for cell in lattice.cells]
    boxes = [lattice.cell_box(cell) for lattice, cell in spots]
    contents = read_cells(page, full, [tuple(v * _UNIT for v in box) for box in boxes])  # type: ignore[misc]
    factor = _UNIT * per_pixel
    tables = []
    for lattice in found:
        cells = [
            TableCell(
                *cell,
                page=number,
                box=Box(*(v * factor for v in box)),
                text=content.text,
                confidence=round(content.confidence, 3),
            )
            for (owner, cell), box, content in zip(spots, boxes, contents, strict=True)
            if owner is lattice
        ]
        tables.append(
            PageTable(
                cells=cells,
                xs=[x * factor for x in lattice.xs],
                rows=len(lattice.ys) - 1,
                page=number,
                box=Box(*(v * factor for v in lattice.box)),
                open_top=[not closed for closed in lattice.closed_top],
                open_bottom=[not closed for closed in lattice.closed_bottom],
                sure=lattice.sure,
            )
        )
    return tables


def _lines(
    straight: Straight, page: Gray, boxes: Quads, found: list[Lattice], per_pixel: float
) -> list[Line]:
    """The text outside of the tables, line by line; what stands on one height is one line."""
    moved = ocr_image.moved_boxes(boxes, np.asarray(np.linalg.inv(straight.back)))
    frames = [Box(*(v * _UNIT for v in lattice.box)) for lattice in found]
    spots = []
    for box in moved:
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        x, y = (left + right) / 2, (top + bottom) / 2
        inside = any(f.x0 <= x <= f.x1 and f.top <= y <= f.bottom for f in frames)
        if not inside and right - left > 3 and bottom - top > 3:
            spots.append(Box(float(left), float(top), float(right), float(bottom)))
    read = ocr_engine.recognise([_area(page, np.array([s[:2], s[2:]])) for s in spots])
    rows: list[list[tuple[Box, ocr_engine.Reading]]] = []
    for spot, reading in sorted(zip(spots, read, strict=True), key=lambda pair: pair[0].top + pair[0].bottom):
        if not reading.text:
            continue
        if rows:
            above = rows[-1][-1][0]
            apart = abs(above.top + above.bottom - spot.top - spot.bottom) / 2
            if apart < 0.4 * min(above.bottom - above.top, spot.bottom - spot.top):
                rows[-1].append((spot, reading))
                continue
        rows.append([(spot, reading)])
    return [_line(sorted(row), per_pixel) for row in rows]


def _line(row: list[tuple[Box, ocr_engine.Reading]], per_pixel: float) -> Line:
    around = Box(
        min(box.x0 for box, _ in row),
        min(box.top for box, _ in row),
        max(box.x1 for box, _ in row),
        max(box.bottom for box, _ in row),
    )
    size = sum(box.bottom - box.top for box, _ in row) / len(row) * EM / LINE
    return Line(
        text=" ".join(reading.text for _, reading in row),
        box=Box(*(v * per_pixel for v in around)),
        size=size * per_pixel,
        confidence=round(min(reading.confidence for _, reading in row), 3),
    )
