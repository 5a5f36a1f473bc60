"""Pictures of reports, made from known truths: every cell is right, or a finding names it."""

from __future__ import annotations

import base64
import io
import weakref
from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest
from PIL import Image

from benchmarks.read_scans import judged_cells
from pipelines.errors import UnreadableDocument
from pipelines.report.model import Report
from pipelines.report.read import read_body
from pipelines.report.readers import ocr, pdf_render, picture
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_page import Page
from tests.made import pdf, scans
from tests.made.scans import Scan
from tests.made.truth import Truth, make

TRUTH = make("scans", year=2023, organization="虚构市样本区示例税务局", busy=0.5)
recognises = pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")


@lru_cache(maxsize=1)
def printed() -> bytes:
    return pdf.pdf(TRUTH, pdf.PDF_STYLES["unbroken"])


def page(number: int, scan: Scan) -> Image.Image:
    """One page of the report as that scan shows it; 表三 is page 2."""
    return scans.pictures(printed(), scan)[number - 1]


def kinds(report: Report, truth: Truth = TRUTH, table: str = "") -> dict[str, int]:
    counts: dict[str, int] = {}
    for path, kind, _, _ in judged_cells(truth, report):
        if path.startswith(table):
            counts[kind] = counts.get(kind, 0) + 1
    return counts


@recognises
def test_a_poor_scan_is_read_whole() -> None:
    pages = scans.pictures(printed(), Scan(skew=0.6, blur=0.6, noise=6, jpeg=60))[:2]
    report = read_body(scans.image_pdf(pages, 200))
    assert (report.organization, report.year) == (TRUTH.organization, TRUTH.year)
    assert [section.number for section in report.sections] == [1, 2, 3, 4, 5]
    found = kinds(report)
    assert {"silent", "wrong"}.isdisjoint(found)
    assert found.get("open", 0) <= 0.02 * sum(found.values())
    evidence = report.evidence["requests.received.total"]
    assert evidence.kind == "ocr"
    assert 0.5 < (evidence.confidence or 0) <= 1
    assert all(finding.code != "needs-ocr" for finding in report.findings)


@recognises
def test_a_photograph_of_one_table_and_the_boxes_of_its_cells() -> None:
    photograph = page(2, Scan(perspective=0.05, skew=1.2, shade=0.35, blur=0.6, noise=6, jpeg=70, stamp=True))
    report = read_body(scans.image_file(photograph, "JPEG", 85))
    found = kinds(report, table="requests.")
    assert report.is_report
    assert {"silent", "wrong"}.isdisjoint(found)
    assert found.get("open", 0) <= 0.04 * sum(found.values())
    # Each row's box stands a little below the one before, in the photograph's own pixels.
    rows = [
        report.evidence[f"requests.{row}.total"].place.bbox
        for row in ("received", "granted", "carried_forward")
    ]
    tops = [box[1] for box in rows if box is not None]
    assert tops == sorted(tops)
    assert 0.1 * photograph.height < tops[0] < tops[-1] < 0.98 * photograph.height


@recognises
def test_a_table_on_its_side_inside_a_page() -> None:
    lying = scans.image_file(page(2, Scan(turn=90)), "PNG")
    data = base64.b64encode(lying).decode()
    html = f"<title>{TRUTH.title}</title><h1>{TRUTH.title}</h1><p>三、收到和处理政府信息公开申请情况</p>"
    html += f'<p><img src="data:image/png;base64,{data}" width="700"></p><p>五、存在的主要问题</p>'
    report = read_body(f"<html><meta charset=utf-8><body>{html}".encode())
    found = kinds(report, table="requests.")
    assert (report.organization, report.year) == (TRUTH.organization, TRUTH.year)
    assert {"silent", "wrong"}.isdisjoint(found)
    assert found["right"] >= 0.9 * sum(found.values())


def test_only_pages_that_are_pictures_are_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[int] = []

    def render(body: bytes, pages: list[int]) -> Iterator[pdf_render.Picture]:
        rendered.extend(pages)
        return iter(())

    monkeypatch.setattr("pipelines.report.readers.ocr.available", lambda: True)
    monkeypatch.setattr("pipelines.report.readers.pdf.render_pages", render)
    read_body(printed())
    assert rendered == []
    read_body(scans.image_pdf([Image.new("RGB", (600, 800), "white")] * 30))
    assert rendered == list(range(1, ocr.MAX_PAGES + 1))


@recognises
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_an_empty_picture_of_any_kind_is_opened_and_is_no_report(kind: str) -> None:
    report = read_body(scans.image_file(Image.new("RGB", (300, 200), "white"), kind))
    assert not report.is_report


def tiff(pages: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def page_of(pages: list[Image.Image]) -> bytes:
    inside = (base64.b64encode(scans.image_file(page)).decode() for page in pages)
    return "".join(f'<p><img src="data:image/png;base64,{data}"></p>' for data in inside).encode()


@pytest.mark.parametrize("form", [tiff, page_of])
def test_pages_are_opened_one_by_one(
    form: Callable[[list[Image.Image]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty pages at 300 dpi, all opened, leave recognition no memory."""
    opened: list[weakref.ref[Image.Image]] = []
    alive = []

    def read_page(image: Image.Image, number: int, scale: float) -> ReadPage:
        opened.append(weakref.ref(image))
        alive.append(sum(one() is not None for one in opened))
        return ReadPage(Page(number, *image.size), [], [])

    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "read_page", read_page)
    monkeypatch.setattr(ocr, "MAX_PAGES", 5)
    report = read_body(form([Image.effect_noise((300, 200), 50) for _ in range(6)]))
    assert (len(alive), max(alive)) == (5, 1)
    assert [f.message[:7] for f in report.findings if f.code == "needs-ocr"] == ["1 more "]


def test_damaged_and_monstrous_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.report.readers.ocr.available", lambda: True)
    whole = scans.image_file(Image.effect_noise((300, 200), 50), "PNG")
    with pytest.raises(UnreadableDocument, match="damaged"):
        read_body(whole[: len(whole) // 2])
    monkeypatch.setattr(picture, "MAX_PIXELS", 59_999)
    with pytest.raises(UnreadableDocument, match="300 × 200 pixels"):
        read_body(whole)
