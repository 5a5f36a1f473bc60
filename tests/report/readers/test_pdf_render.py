"""A PDF page as a picture: as a viewer shows it, and never larger than it may be."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from reportlab.lib.colors import red
from reportlab.pdfgen.canvas import Canvas

from pipelines.errors import UnreadableDocument
from pipelines.report.readers import pdf_render


def document(size: tuple[float, float] = (400, 300), rotation: int = 0, pages: int = 1) -> bytes:
    """Pages with a red square, 40 points from the left and 20 from the top of the unturned page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for _ in range(pages):
        canvas.setFillColor(red)
        canvas.rect(40, size[1] - 20 - 30, 30, 30, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    made = pypdfium2.PdfDocument(out.getvalue())
    for page in made:
        page.set_rotation(rotation)
    turned = io.BytesIO()
    made.save(turned)
    return turned.getvalue()


def square(picture: pdf_render.Picture) -> tuple[int, ...]:
    """The red square's box in points, of the displayed page."""
    inked = picture.image.convert("L").point(lambda level: 255 if level < 200 else 0, "L").getbbox()
    assert inked is not None
    return tuple(round(side / picture.scale) for side in inked)


@pytest.mark.parametrize("dpi", [72, 200])
def test_a_box_of_the_page_times_the_scale_is_a_box_of_the_picture(dpi: int) -> None:
    picture = pdf_render.render(document(), 1, dpi)
    assert (picture.page, picture.image.mode) == (1, "RGB")
    assert picture.scale == pytest.approx(dpi / 72)
    assert square(picture) == (40, 20, 70, 50)


def test_a_turned_page_is_drawn_as_it_is_displayed() -> None:
    picture = pdf_render.render(document(rotation=90), 1)
    assert picture.image.height > picture.image.width
    assert square(picture) == (300 - 50, 40, 300 - 20, 70)


def test_all_pages_come_in_their_order() -> None:
    assert [picture.page for picture in pdf_render.render_pages(document(pages=3), dpi=30)] == [1, 2, 3]


def test_a_page_of_200_inches_comes_out_coarser() -> None:
    picture = pdf_render.render(document((14400, 14400)), 1)
    assert picture.image.width * picture.image.height <= pdf_render.MAX_PIXELS * 1.01
    assert picture.scale == pytest.approx(picture.image.width / 14400, rel=0.01)


@pytest.mark.parametrize(("body", "page"), [(document(), 2), (document(), 0), (b"%PDF-1.7 no", 1)])
def test_what_cannot_be_drawn_is_unreadable(body: bytes, page: int) -> None:
    with pytest.raises(UnreadableDocument):
        pdf_render.render(body, page)
