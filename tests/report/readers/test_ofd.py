"""OFD: pages as a PDF's, whatever way its producer places characters and lines."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Grid, Paragraph
from pipelines.report.read import read_body
from pipelines.report.readers import ocr, ofd
from pipelines.report.readers.ofd_page import POINTS
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_page import Box, Page
from pipelines.report.readers.pdf_text import Line
from pipelines.report.readers.sniff import OFD, sniff
from tests.made import ofd as made
from tests.made.archives import zipped
from tests.made.paper import draw
from tests.made.pdf import pdf
from tests.made.truth import make
from tests.report.oracle import judge
from tests.report.producers import PRODUCERS

STYLES = {
    "steps repeated": made.OfdStyle(),
    "objects scaled": made.OfdStyle(scaled=True, repeats=False),
    "template, filled edges": made.OfdStyle(template=True, edges=True, absolute=True),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_report_is_read_whichever_way_its_producer_writes(style: made.OfdStyle) -> None:
    truth = make("ofd/1", organization="北京市西城区虚构局", year=2024, busy=0.5)
    body = made.ofd(pdf(truth), style, title=truth.title)
    assert sniff(body) == OFD
    report = read_body(body)
    data, expected = report.to_json(), truth.to_json() | {"published": None}
    assert {key: data[key] for key in expected} == expected
    assert report.findings == ()
    place = report.evidence["requests.received.total"].place
    assert place.page is not None
    assert place.bbox is not None


def test_papers_with_every_variation_are_read_or_flagged() -> None:
    papers = [draw(f"ofd/{seed}") for seed in range(6)]
    for paper, body in zip(papers, PRODUCERS["pdf-reportlab"](papers), strict=True):
        style = random.Random(paper.seed).choice(list(STYLES.values()))
        assert judge(read_body(made.ofd(body, style)), paper.truth).silent == ()


# ---------------------------------------------------------------------- objects


def package(objects: str, *, res: str = "") -> bytes:
    """An OFD of one page of 200 × 100 mm with these objects."""
    parts = {"Doc_0/Pages/Page_0/Content.xml": made._page("", objects), "Doc_0/Res.xml": res or "<Res/>"}
    pages = ['<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>']
    common = ["<ofd:PublicRes>Res.xml</ofd:PublicRes>"]
    return made._package(parts, "0 0 200 100", pages, common, "")


def text(words: str, attributes: str = "", code: str = "", boundary: str = "10 10 100 5") -> str:
    return (
        f'<ofd:TextObject Boundary="{boundary}" Size="5" {attributes}>'
        f'<ofd:TextCode X="0" Y="4.4" {code}>{words}</ofd:TextCode></ofd:TextObject>'
    )


def paragraphs(body: bytes) -> list[tuple[str, tuple[float, ...]]]:
    found = [block for block in ofd.read(body).blocks if isinstance(block, Paragraph)]
    return [(b.text, tuple(round(v / POINTS, 2) for v in b.place.bbox or ())) for b in found]


@pytest.mark.parametrize(
    "objects",
    [
        text("一二三", code='DeltaX="5 5"'),
        text("一二三", code='DeltaX="g 2 5"'),
        text("一二三"),
        text("一二三", 'CTM="0.5 0 0 0.5 0 2.2"', 'DeltaX="10 10"', "10 10 9 9").replace('"5"', '"10"'),
        "<ofd:PageBlock>" + text("一二三", code='DeltaX="5"') + "</ofd:PageBlock>",
        '<ofd:CompositeObject ResourceID="8" Boundary="10 10 100 5"/>',
    ],
    ids=["steps", "repeated steps", "no steps", "scaled", "steps too few", "composite"],
)
def test_characters_stand_where_the_page_shows_them(objects: str) -> None:
    unit = text("一二三", code='DeltaX="5 5"', boundary="0 0 100 5")
    res = (
        '<Res><CompositeGraphicUnits><CompositeGraphicUnit ID="8" Width="9" Height="9">'
        f'<Content xmlns:ofd="http://www.ofdspec.org/2016">{unit}</Content>'
        "</CompositeGraphicUnit></CompositeGraphicUnits></Res>"
    )
    assert paragraphs(package(objects, res=res)) == [("一二三", (10, 10, 25, 15))]


def test_what_is_not_shown_is_no_value() -> None:
    white = '<ofd:FillColor Value="255 255 255"/><ofd:TextCode'
    shown = text("收到甲7件", boundary="10 30 90 5")
    hidden = text("收到乙8件", 'Visible="false"', boundary="10 50 90 5")
    unseen = text("收到丙9件", boundary="10 70 90 5").replace("<ofd:TextCode", white)
    seen = "".join(words for words, _ in paragraphs(package(shown + hidden + unseen)))
    assert seen == "收到甲7件收到丙\ufffd件"


def test_rules_of_every_kind_make_a_table() -> None:
    def rule(x: float, y: float, wide: float, high: float, data: str, how: str = "") -> str:
        box = f'Boundary="{x} {y} {wide} {high}"'
        return (
            f"<ofd:PathObject {box} {how}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    frame = rule(10, 10, 100, 40, "M 0 0 L 100 0 L 100 40 L 0 40 C")
    across = rule(10, 29.9, 100, 0.2, "M 0 0 L 100 0 L 100 0.2 L 0 0.2 C", 'Stroke="false" Fill="true"')
    down = rule(60, 10, 1, 40, "S 0 0 L 0 40")
    white = rule(80, 10, 1, 40, "M 0 0 L 0 40").replace(
        "<ofd:Abb", '<ofd:StrokeColor Value="255 255 255"/><ofd:Abb'
    )
    words = "".join(
        text(word, boundary=f"{x} {y} 20 5")
        for word, x, y in (("甲", 20, 17), ("1", 70, 17), ("乙", 20, 37), ("2", 90, 37))
    )
    (grid,) = (
        b for b in ofd.read(package(frame + across + down + white + words)).blocks if isinstance(b, Grid)
    )
    assert {(cell.row, cell.column): cell.text for cell in grid.cells} == {
        (0, 0): "甲", (0, 1): "1", (1, 0): "乙", (1, 1): "2",
    }  # fmt: skip


# ---------------------------------------------------------------------- pictures, damage


def picture() -> bytes:
    image = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(image).rectangle((20, 20, 380, 180), outline=0, width=3)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_page_that_is_a_picture_needs_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    report = read_body(made.ofd_of_picture(picture(), 200, 100))
    assert [finding.code for finding in report.findings] == ["needs-ocr"]


def test_the_picture_goes_to_recognition_at_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = ocr.read_page

    def read_page(image: Image.Image, number: int, scale: float) -> object:
        asked.append((image.size, number, round(scale * image.width / POINTS)))
        return real(image, number, scale)

    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "read_page", read_page)
    pytest.importorskip("rapidocr_onnxruntime")
    ofd.read(made.ofd_of_picture(picture(), 200, 100))
    assert asked == [((400, 200), 1, 200)]


def test_of_many_pictures_the_first_are_recognised_and_the_others_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a PDF: hundreds of them would take longer than a reader has, and nothing would be read."""
    asked = []

    def read_page(image: Image.Image, number: int, scale: float) -> ReadPage:
        asked.append(number)
        return ReadPage(Page(number, 100, 100), [], [Line("recognised", Box(0, 0, 50, 10), 10)])

    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "MAX_PAGES", 2)
    monkeypatch.setattr(ocr, "read_page", read_page)
    document = ofd.read(made.ofd_of_picture(picture(), 200, 100, times=4))
    assert asked == [1, 2]
    assert [finding.message[:12] for finding in document.findings] == ["pages 3, 4 o"]


def test_damaged_packages_are_unreadable() -> None:
    body = package(text("一二三"))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><OFD><DocRoot>&b;</DocRoot></OFD>'
    for damaged in (
        zipped({"OFD.xml": b"<OFD/>"}),
        zipped({"OFD.xml": b"<OFD><DocRoot>Doc_0/Document.xml</DocRoot></OFD>"}),
        zipped({"OFD.xml": b"\x00\x01encrypted"}),
        zipped({"OFD.xml": bomb.encode()}),
        body[: len(body) // 2],
    ):
        with pytest.raises(UnreadableDocument):
            ofd.read(damaged)


def test_a_page_of_too_many_characters_is_unreadable() -> None:
    with pytest.raises(UnreadableDocument, match="more than"):
        ofd.read(package(text("一" * 70_000, code='DeltaX="g 999999999 0.1"')))


def test_numbers_that_are_none_do_no_harm() -> None:
    odd = text("一1", 'CTM="nan 0 0 inf 0 0"', 'DeltaX="g g x 1e400"') + text("二2", boundary="x y")
    data = "<ofd:AbbreviatedData>M 1 L B 1 2 Z 1e999 C M</ofd:AbbreviatedData>"
    path = f"<ofd:PathObject Boundary='0 0 1 1'>{data}</ofd:PathObject>"
    assert "2" in "".join(words for words, _ in paragraphs(package(odd + path)))
