"""PDFs as files: damage, encryption, limits, pictures, hidden text, pages on their side."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Grid, Paragraph
from pipelines.report.readers import pdf, pdf_page
from tests.made import pdf as made
from tests.made.truth import make

WIDTH, HEIGHT = 595.0, 842.0
FONT = "STSong-Light"
TITLE = "虚构市示例局2024年政府信息公开工作年度报告"
CELLS = ["信息内容", "本年一", "12345", "规章", "10", "211", "行政", "111", "7"]
Draw = Callable[[Any], None]


def drawn(*pages: Draw, **options: Any) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), **options)
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def small_report(canvas: Any, height: float = HEIGHT) -> None:
    """A title and a table of three by three."""
    canvas.drawString(100, height - 80, TITLE)
    for k in range(4):
        canvas.line(100, height - 100 - 30 * k, 400, height - 100 - 30 * k)
        canvas.line(100 + 100 * k, height - 100, 100 + 100 * k, height - 190)
    for k, text in enumerate(CELLS):
        canvas.drawString(105 + 100 * (k % 3), height - 120 - 30 * (k // 3), text)


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def grids(document: Document) -> list[list[str]]:
    return [[cell.text for cell in block.cells] for block in document.blocks if isinstance(block, Grid)]


@pytest.mark.parametrize("engine", ["pdfium", "pdfplumber"])
@pytest.mark.parametrize("page_turn", [0, 90, 180, 270])
@pytest.mark.parametrize("text_turn", [0, 90, 180, 270])
def test_pages_and_text_on_their_side(text_turn: int, page_turn: int, engine: pdf.Engine) -> None:
    def draw(canvas: Any) -> None:
        origin = {0: (0, 0), 90: (WIDTH, 0), 180: (WIDTH, HEIGHT), 270: (0, HEIGHT)}[text_turn]
        canvas.translate(*origin)
        canvas.rotate(text_turn)
        small_report(canvas, WIDTH if text_turn in (90, 270) else HEIGHT)

    source = pypdfium2.PdfDocument(drawn(draw))
    source[0].set_rotation(page_turn)
    turned = io.BytesIO()
    source.save(turned)
    document = pdf.read(turned.getvalue(), engine=engine)
    assert paragraphs(document) == [TITLE]
    assert grids(document) == [CELLS]


def test_a_cell_knows_its_page_and_box() -> None:
    document = pdf.read(drawn(small_report))
    (grid,) = (block for block in document.blocks if isinstance(block, Grid))
    place = grid.cells[4].place
    assert (place.page, place.table, place.row, place.column) == (1, 0, 1, 1)
    assert place.bbox is not None
    assert [round(edge) for edge in place.bbox] == [200, 130, 300, 160]


def test_paragraphs_are_joined_and_page_numbers_dropped() -> None:
    truth = make("pdf/paragraphs")
    found = paragraphs(pdf.read(made.pdf(truth)))
    assert found[0] == truth.title
    assert set(truth.preface) <= set(found)
    assert not [text for text in found if text.startswith("—")]


def test_the_title_property_is_metadata() -> None:
    assert pdf.read(made.pdf(make("pdf/title"))).metadata.title == make("pdf/title").title


# ------------------------------------------------------------------ damage and limits


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 5000, b"%PDF-1.7\n", b"<html></html>", b"%PDF-1.4 not much more than a name"],
    ids=["empty", "zeros", "header", "html", "name"],
)
def test_what_is_no_pdf_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="damaged or cut off"):
        pdf.read(body)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_pdf_cut_off_is_refused_or_read_and_never_crashes(share: float) -> None:
    body = made.pdf(make("pdf/cut"))
    cut = body[: int(len(body) * share)]
    try:
        pdf.read(cut)
    except UnreadableDocument:
        with pytest.raises(UnreadableDocument, match="damaged"):
            pdf.read(cut)


def test_an_owner_password_does_not_keep_a_reader_out() -> None:
    body = drawn(small_report, encrypt=StandardEncryption("", ownerPassword="owner"))
    assert grids(pdf.read(body)) == [CELLS]


def test_a_user_password_does() -> None:
    with pytest.raises(UnreadableDocument, match="needs a password"):
        pdf.read(drawn(small_report, encrypt=StandardEncryption("secret")))


def test_too_many_pages_are_refused() -> None:
    source = pypdfium2.PdfDocument.new()
    for _ in range(pdf_page.MAX_PAGES + 1):
        source.new_page(10, 10)
    out = io.BytesIO()
    source.save(out)
    with pytest.raises(UnreadableDocument, match=r"401 pages; at most 400"):
        pdf.read(out.getvalue())


def test_too_many_shapes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.pdf_chars.MAX_OBJECTS", 5)
    with pytest.raises(UnreadableDocument, match="page 1 of the PDF draws"):
        pdf.read(drawn(small_report))


def test_too_many_characters_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.pdf_chars.MAX_CHARACTERS", 5)
    with pytest.raises(UnreadableDocument, match="characters; at most 5"):
        pdf.read(drawn(small_report))


def test_a_table_of_very_many_slots_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.pdf_lines.MAX_SLOTS", 8)
    assert grids(pdf.read(drawn(small_report), engine="pdfium")) == []


# ------------------------------------------------------------------ what a reader cannot see


def picture() -> ImageReader:
    from PIL import Image

    return ImageReader(Image.new("L", (60, 80), 200))


def test_pages_that_are_pictures_are_named() -> None:
    def scan(canvas: Any) -> None:
        canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)

    document = pdf.read(drawn(small_report, scan, scan))
    (finding,) = document.findings
    assert finding.code == "needs-ocr"
    assert "pages 2, 3" in finding.message


def test_a_text_layer_that_nobody_sees_is_not_read() -> None:
    def layered(canvas: Any) -> None:
        canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
        text = canvas.beginText(100, 700)
        text.setTextRenderMode(3)
        text.textLine("行政许可 447228")
        canvas.drawText(text)

    document = pdf.read(drawn(layered))
    assert document.blocks == ()
    assert [finding.code for finding in document.findings] == ["needs-ocr"]


def test_a_blank_page_is_no_picture() -> None:
    assert pdf.read(drawn(small_report, lambda canvas: None)).findings == ()


def test_glyphs_that_their_font_does_not_name_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.ocr.available", lambda: False)
    truth = make("pdf/nameless", busy=0.9)
    html = f"<meta charset=utf-8><p>{truth.title}</p><p>{'0123456789' * 5}</p>".encode()
    try:
        body = made.html_to_pdf_chromium(html)
    except made.ConverterMissing as missing:
        pytest.skip(str(missing))
    nameless = body.replace(b"/ToUnicode", b"/XoUnicode")
    assert nameless != body
    document = pdf.read(nameless, engine="pdfium")
    assert not any(character.isdigit() for text in paragraphs(document) for character in text)
    assert [finding.code for finding in document.findings] == ["needs-ocr"]
