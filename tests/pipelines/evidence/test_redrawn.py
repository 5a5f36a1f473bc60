"""A document without pages, redrawn: every read cell is there with its path, and nothing of it is alive."""

from __future__ import annotations

import io
import zipfile

import lxml.html
import pytest

from pipelines.evidence.cells import shown_cells
from pipelines.evidence.draw import draw
from pipelines.evidence.redrawn import redraw
from pipelines.report.model import Report
from pipelines.report.read import read_all, read_body
from pipelines.report.readers import open_document
from pipelines.report.stored import report_from_json
from tests.made.html import page
from tests.made.pdf import pdf
from tests.made.text import as_from_pdf, as_from_web
from tests.made.truth import make, with_errors

TRUTH = make("evidence/2", organization="北京市西城区虚构局", year=2024, busy=0.5)


def drawn(body: bytes, report: Report | None = None) -> lxml.html.HtmlElement:
    (drawing,) = draw(body, [report or read_body(body)], "虚构.html")
    assert drawing.page is None
    return lxml.html.document_fromstring(drawing.data.decode("utf-8"))


def tips(tree: lxml.html.HtmlElement) -> dict[str, str]:
    """Path -> class, of everything that bears a tooltip."""
    found = {}
    for element in tree.xpath("//*[@title]"):
        for line in element.get("title", "").splitlines():
            if line.split(".")[0] in ("requests", "review", "active_disclosure") and " = " in line:
                found[line] = element.get("class", "")
    return found


@pytest.mark.parametrize("body", [page(TRUTH), as_from_web(TRUTH).encode(), as_from_pdf(TRUTH).encode()])
def test_every_read_cell_is_on_the_page_with_its_value(body: bytes) -> None:
    cells = shown_cells(read_body(body))
    assert len(cells) == 200
    assert set(tips(drawn(body))) == {f"{cell.path} = {cell.value}" for cell in cells}


def test_cells_of_a_failed_identity_are_red_and_its_finding_is_named() -> None:
    tree = drawn(page(with_errors(TRUTH)))
    classes = tips(tree).values()
    assert any("flagged" in name for name in classes)
    assert any("read" in name for name in classes)
    assert "requests-balance" in tree.xpath("string(//table[@class='findings'])")


def test_a_document_cannot_put_anything_alive_on_the_page() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x07&amp;"
    body = page(TRUTH).decode().replace("一、总体情况", f"一、总体情况{hostile}")
    (text,) = (drawing.data for drawing in draw(body.encode(), [read_body(body.encode())], "<b>x</b>\x00"))
    tree = lxml.html.document_fromstring(text.decode("utf-8"))
    assert not tree.xpath("//script | //img | //iframe | //link | //@onerror | //@src | //@href | //b[.='x']")
    assert "\u202e" not in text.decode("utf-8")
    assert "\x07" not in text.decode("utf-8")


def test_cells_that_stand_in_boxes_find_their_places_though_stored_ones_are_coarser() -> None:
    """As in OFD files, and on pictures in a web page."""
    body = pdf(TRUTH)
    report = report_from_json(read_body(body).to_json())
    cells = shown_cells(report)
    assert cells[0].place.bbox is not None
    tree = lxml.html.document_fromstring(redraw(open_document(body), report, cells, "made").decode("utf-8"))
    assert len(tree.xpath("//td[@title]")) == len(cells) == 200
    assert "none of these blocks" not in tree.text_content()


def test_the_table_keeps_its_spans() -> None:
    tree = drawn(page(TRUTH))
    assert tree.xpath("//td[@rowspan='2' or @rowspan='3']")
    assert tree.xpath("//td[@colspan='5' or @colspan='7']")


def test_a_file_in_a_zip_is_drawn_from_the_file() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("甲/一.html", page(TRUTH))
        archive.writestr("甲/二.txt", as_from_web(make("evidence/3", year=2023)))
    reports = read_all(out.getvalue())
    drawings = draw(out.getvalue(), reports, "all.zip")
    assert [drawing.report for drawing in drawings] == [0, 1]
    for drawing, report in zip(drawings, reports, strict=True):
        tree = lxml.html.document_fromstring(drawing.data.decode("utf-8"))
        assert len(tips(tree)) == len(shown_cells(report)) == 200
