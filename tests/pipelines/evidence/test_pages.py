"""A page with its reading: outlines where the cells stand, in their colours, and nothing over the print."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageColor

from pipelines.errors import ReadTimeout, UnreadableDocument
from pipelines.evidence.cells import COLOURS, ShownCell, State, shown_cells
from pipelines.evidence.draw import DPI, draw
from pipelines.evidence.pages import MOST_HEIGHT, PANEL, Note, draw_page
from pipelines.report.model import Place
from pipelines.report.read import read_body
from pipelines.report.readers.pdf_render import page_count
from pipelines.worker import Reader
from tests.made.pdf import pdf
from tests.made.truth import make, with_blank_zeros

TRUTH = make("evidence/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
BAND = 72


def cell(state: State = "read", box: tuple[float, float, float, float] = (10, 20, 60, 40)) -> ShownCell:
    return ShownCell("requests", f"row_{box[1]}", "total", state, "31", "31", Place(page=1, bbox=box))


def colour(state: State) -> tuple[int, ...]:
    return ImageColor.getrgb(COLOURS[state])


def blank(width: int = 200, height: int = 300) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def test_a_cell_is_outlined_where_it_stands() -> None:
    sheet = draw_page(blank(), 2.0, [cell()], "a page", [])
    assert sheet.width >= 200 + PANEL
    assert sheet.height == 300 + BAND
    assert sheet.getpixel((22, BAND + 60)) == colour("read")
    assert sheet.getpixel((118, BAND + 60)) == colour("read")
    assert sheet.getpixel((10, BAND + 60)) == (255, 255, 255)


def test_what_is_printed_in_a_cell_stays_as_it_is() -> None:
    picture = blank()
    picture.paste("black", (60, 55, 70, 65))
    sheet = draw_page(picture, 2.0, [cell("flagged")], "a page", [])
    assert sum(sheet.getpixel((65, BAND + 60))) < 100  # type: ignore[arg-type]
    assert sum(sheet.getpixel((85, BAND + 60))) > 600  # type: ignore[arg-type]


def test_states_have_their_colours_on_the_page_and_in_the_legend() -> None:
    boxes = {state: (10.0, 20.0 + 25 * n, 60.0, 40.0 + 25 * n) for n, state in enumerate(COLOURS)}
    sheet = draw_page(blank(), 2.0, [cell(state, box) for state, box in boxes.items()], "a page", [])
    for state, box in boxes.items():
        assert sheet.getpixel((22, BAND + round(2 * box[1]) + 20)) == colour(state)
    legend = sheet.crop((0, 36, sheet.width, BAND)).get_flattened_data()
    assert {colour(state) for state in COLOURS} <= set(legend)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_on_its_side_is_turned_with_its_cells(quarters: int) -> None:
    """The picture and boxes of a page with two cells in a row, turned: what is drawn is always the same."""
    picture, boxes = blank(300, 200), [(20.0, 30.0, 80.0, 60.0), (100.0, 30.0, 160.0, 60.0)]
    picture.paste("black", (40, 40, 45, 45))
    for _ in range(quarters):
        boxes = [(top, picture.width - x1, bottom, picture.width - x0) for x0, top, x1, bottom in boxes]
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    first, last = (replace(cell(box=box), row="received") for box in boxes)
    sheet = draw_page(picture, 1.0, [replace(first, column="business"), last], "a page", [])
    assert sum(sheet.getpixel((42, BAND + 42))) < 100  # type: ignore[arg-type]
    assert colour("read") in {sheet.getpixel((x, BAND + 45)) for x in range(100, 105)}


def test_findings_stand_below_the_page() -> None:
    plain = draw_page(blank(), 1.0, [], "a page", [])
    noted = draw_page(blank(), 1.0, [], "a page", [Note("a", "error", "requests-balance")])
    assert noted.height > plain.height


def test_a_page_larger_than_a_poster_is_shown_smaller_with_its_boxes() -> None:
    sheet = draw_page(blank(2000, 4 * MOST_HEIGHT), 8.0, [cell(box=(100, 200, 200, 400))], "a page", [])
    assert sheet.height == MOST_HEIGHT + BAND
    assert sheet.getpixel((203, BAND + 600)) == colour("read")


def test_the_outline_of_every_read_cell_lies_round_its_ink() -> None:
    """On real pages: in each box of a filled cell something is printed, in that of a blank one nothing."""
    body = pdf(with_blank_zeros(TRUTH, "requests"))
    report = read_body(body)
    pages = {drawing.page: Image.open(io.BytesIO(drawing.data)) for drawing in draw(body, [report], "made")}
    cells = shown_cells(report)
    assert {shown.state for shown in cells} >= {"read", "blank"}
    for shown in cells:
        assert shown.place.bbox is not None
        sheet = pages[shown.place.page]
        x0, top, x1, bottom = (round(side * DPI / 72) for side in shown.place.bbox)
        inside = sheet.crop((x0 + 6, BAND + top + 6, x1 - 6, BAND + bottom - 6)).convert("L")
        darkest, _ = inside.getextrema()
        assert isinstance(darkest, int | float)
        assert (darkest < 140) == (shown.state != "blank"), shown.path
        edge = {sheet.getpixel((x, BAND + (top + bottom) // 2)) for x in range(x0, x0 + 5)}
        assert colour(shown.state) in edge, shown.path


def test_drawing_is_work_of_a_worker_that_can_be_stopped() -> None:
    body = pdf(TRUTH)
    report = read_body(body)
    with Reader(seconds=0.01) as reader, pytest.raises(ReadTimeout):
        reader.draw(body, [report], "made")
    with Reader() as reader, pytest.raises(UnreadableDocument):
        reader.draw(body[:2000], [report], "made")


def test_all_pages_are_drawn_those_with_cells_first_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = pdf(TRUTH)
    report = read_body(body)
    assert [d.page for d in draw(body, [report], "made")] == list(range(1, page_count(body) + 1))
    with_cells = sorted({shown.place.page or 0 for shown in shown_cells(report)})
    monkeypatch.setattr("pipelines.evidence.draw.MOST_PAGES", 1)
    assert [d.page for d in draw(body, [report], "made")] == with_cells[:1]
