"""Programs that turn many made files into another format in one go: starting them is what takes time.

LibreOffice converts any number of files in one call, in a profile of its own; Chromium prints one long page
that is taken apart at separator pages; pdftotext is called for each file. Where a program is not installed
`ConverterMissing` is raised, and a test skips.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from tests.made.pdf import ConverterMissing, html_to_pdf_chromium, program, run

__all__ = ["ConverterMissing", "chromium", "libreoffice", "pdf_text"]

FILTERS = {
    "pdf": "pdf",
    "web-pdf": "pdf:writer_web_pdf_Export",
    "docx": "docx:MS Word 2007 XML",
    "doc": "doc:MS Word 97",
    "rtf": "rtf:Rich Text Format",
    "odt": "odt:writer8",
    "xls": "xls:MS Excel 97",
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "ods": "ods:calc8",
    "html": "html:HTML (StarWriter)",
}
"""What can be asked of `libreoffice`, with LibreOffice's own name of its export filter."""


def libreoffice(bodies: Sequence[bytes], extension: str, target: str, seconds: float = 20) -> list[bytes]:
    """The files (all of one `extension`) as LibreOffice writes them; `seconds` are for each file.

    Raises:
        ConverterMissing: no LibreOffice here.
        FileNotFoundError: LibreOffice left a file out.
    """
    office = program("soffice", "libreoffice")
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder, f"{number:05}.{extension}") for number in range(len(bodies))]
        for source, body in zip(sources, bodies, strict=True):
            source.write_bytes(body)
        out = Path(folder, "out")
        arguments = [f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
        if extension == "html" and target != "web-pdf":
            arguments.append("--infilter=HTML (StarWriter)")
        arguments += ["--convert-to", FILTERS[target], "--outdir", str(out), *map(str, sources)]
        run([office, *arguments], 60 + seconds * len(bodies))
        made = "pdf" if target == "web-pdf" else target
        return [Path(out, f"{source.stem}.{made}").read_bytes() for source in sources]


def chromium(fragments: Sequence[str], css: str, seconds: float = 300) -> list[bytes]:
    """Each fragment of HTML as a PDF of its own, printed by Chromium; fragment k is the section `#vk`.

    Raises:
        ConverterMissing: no Chromium here.
    """
    new_page = "page-break-before:always"
    parts = [
        f'<div style="{new_page}">@@separator@@</div>'
        f'<section id="v{k}" style="{new_page}">{fragment}</section>'
        for k, fragment in enumerate(fragments)
    ]
    head = f"<meta charset=utf-8><style>{css}</style>"
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(parts)}</body></html>"
    printed = pypdfium2.PdfDocument(html_to_pdf_chromium(page.encode(), seconds))
    starts = [k for k in range(len(printed)) if "@@separator@@" in _text(printed, k)]
    ends = [*starts[1:], len(printed)]
    return [_pages(printed, start + 1, end) for start, end in zip(starts, ends, strict=True)]


def pdf_text(body: bytes, *options: str) -> bytes:
    """The text that `pdftotext` (Poppler) extracts, with its options (`-layout`, `-raw`, none).

    Raises:
        ConverterMissing: no pdftotext here.
    """
    extractor = program("pdftotext")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "in.pdf"), Path(folder, "out.txt")
        source.write_bytes(body)
        run([extractor, *options, str(source), str(made)], 60)
        return made.read_bytes()


def inside(page: str) -> str:
    """What stands in a page's `<body>`."""
    found = re.search("<body>(.*)</body>", page, re.DOTALL)
    assert found is not None
    return found[1]


def _text(document: pypdfium2.PdfDocument, page: int) -> str:
    text = document[page].get_textpage()
    try:
        found: str = text.get_text_range(0, 40)
        return found
    finally:
        text.close()


def _pages(document: pypdfium2.PdfDocument, start: int, end: int) -> bytes:
    part = pypdfium2.PdfDocument.new()
    part.import_pages(document, list(range(start, end)))
    buffer = io.BytesIO()
    part.save(buffer)
    part.close()
    return buffer.getvalue()
