"""The saved samples in every form that they can be converted to: exact where the form keeps the table.

Where it does not (text that lost its columns), what was not read is null or spoken of. Nothing of the
samples or of what is made of them is kept.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from lxml import html as lxml_html

from pipelines.report.model import Number
from pipelines.report.read import read_body
from pipelines.report.readers import ocr
from tests.made import converters
from tests.made.converters import ConverterMissing
from tests.report.oracle import Wrong, wrong_cells
from tests.report.test_samples import SAMPLES
from tests.report.test_samples import pytestmark as pytestmark  # skips where there are no samples

PAGES = ("pingtan-2025", "shanghai-bangongting-2019")
TEXTS = ("xicheng-zgc-2020", "xicheng-zgc-2024")
PRINTED = "huaian-2024"
_BORDERS = "<style>td{border:1px solid}table{border-collapse:collapse}</style>"


def true_cells(name: str) -> dict[str, Number | None]:
    """The truth's cells by path, without those that the transcriber was not sure of."""
    data = json.loads((SAMPLES / "truth" / f"{name}.json").read_text("utf-8"), parse_float=Decimal)
    return {
        f"{table}.{row}.{column}": value
        for table in ("active_disclosure", "requests", "review")
        for row, cells in data[table].items()
        for column, value in cells.items()
        if not isinstance(value, dict)
    }


@cache
def converted(form: str) -> Mapping[str, bytes]:
    """The samples in that form, by name; converters are started once for all."""
    try:
        return dict(zip(*_convert(form), strict=True))
    except ConverterMissing as missing:
        pytest.skip(str(missing))


def _convert(form: str) -> tuple[tuple[str, ...], list[bytes]]:
    pages = [_page(name) for name in PAGES]
    if form in ("docx", "web-pdf"):
        return PAGES, converters.libreoffice([page.encode() for page in pages], "html", form)
    if form in ("pdf", "doc", "rtf", "odt"):
        return PAGES, converters.libreoffice(list(converted("docx").values()), "docx", form)
    if form == "chromium":
        return PAGES, converters.chromium([_BORDERS + converters.inside(page) for page in pages], "")
    if form == "gb18030":
        undeclared = [page.replace('charset="utf-8"', "") for page in pages]
        return PAGES, [page.encode("gb18030") for page in undeclared]
    if form == "pipes":
        return PAGES, [_pipes(page).encode() for page in pages]
    if form in ("lines", "flat"):
        joint = "\n" if form == "lines" else ""
        texts = [lxml_html.fromstring(page).itertext() for page in pages]
        return PAGES, [joint.join(t.strip() for t in text if t.strip()).encode() for text in texts]
    if form == "text-gb18030":
        return TEXTS, [(SAMPLES / f"{name}.txt").read_text("utf-8").encode("gb18030") for name in TEXTS]
    source, _, option = form.partition(" ")
    bodies = {PRINTED: (SAMPLES / f"{PRINTED}.pdf").read_bytes()}
    if source != "printed":
        bodies = dict(converted(source))
    make = _scan if option == "scan" else lambda body: converters.pdf_text(body, *option.split())
    return tuple(bodies), [make(body) for body in bodies.values()]


def _page(name: str) -> str:
    text = Path(SAMPLES, f"{name}.html").read_text("utf-8")
    if "<body" in text:
        return text
    return f'<html><head><meta charset="utf-8">{_BORDERS}</head><body>{text}</body></html>'


def _pipes(page: str) -> str:
    out = []
    for element in lxml_html.fromstring(page).iter("p", "tr"):
        if element.tag == "tr":
            cells = ["".join(cell.itertext()).strip() for cell in element.iter("td")]
            out.append(" | ".join(cells) + " |")
        elif next(element.iterancestors("td"), None) is None:
            out.append(element.text_content())
    return "\n".join(out)


def _scan(body: bytes) -> bytes:
    """The pages with the tables as pictures at 200 dpi."""
    document = pypdfium2.PdfDocument(body)
    tables = [page for page in document if len(page.get_textpage().get_text_range().split("\n")) > 40]
    pages = [page.render(scale=200 / 72).to_pil().convert("L") for page in tables]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def wrong(form: str) -> dict[str, list[Wrong]]:
    """The cells not read as printed, for each sample in that form that has any."""
    found = {name: wrong_cells(read_body(body), true_cells(name)) for name, body in converted(form).items()}
    return {name: cells for name, cells in found.items() if cells}


def silent(form: str) -> dict[str, list[Wrong]]:
    """Those that nothing speaks of."""
    found = {name: [w for w in cells if not w.flagged] for name, cells in wrong(form).items()}
    return {name: cells for name, cells in found.items() if cells}


@pytest.mark.parametrize("form", ["gb18030", "docx", "doc", "chromium", "pipes", "text-gb18030"])
def test_forms_that_keep_the_table_are_exact(form: str) -> None:
    assert wrong(form) == {}


@pytest.mark.parametrize(
    "form",
    ["lines", "flat", "pdf", "web-pdf"]  # LibreOffice leaves one sample's rules out of its PDF
    + [
        f"{source} {option}".strip()
        for source in ("printed", "chromium", "pdf", "web-pdf")
        for option in ("-layout", "-raw", "-nopgbrk")
    ],
)
def test_forms_that_lose_the_table_lose_no_cell_silently(form: str) -> None:
    assert silent(form) == {}


@pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")
def test_a_scan_loses_no_cell_silently() -> None:
    assert silent("printed scan") == {}
