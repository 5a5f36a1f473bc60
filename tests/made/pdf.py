"""Truth -> PDF with ReportLab, and HTML -> PDF or DOCX with the programs that offices use.

ReportLab's file is the same bytes for the same truth and style. The converters start Chromium or
LibreOffice, each call in a profile of its own; where the program is not installed they raise
`ConverterMissing`, and a test skips.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tests.made import form
from tests.made.layout import Printed, Slot, cut, tables
from tests.made.truth import Truth

FONT = "STSong-Light"
_POINTS = {"normal": 10.5, "small": 8.0}


class ConverterMissing(Exception):
    """Raised when the program that makes this kind of file is not installed."""


@dataclass(frozen=True, slots=True)
class PdfStyle:
    """How a PDF is set. The defaults give A4 with solid black rules and a page break inside 表三."""

    borders: Literal["solid", "grey", "thick", "dashed", "none"] = "solid"
    repeat_header: bool = True
    """Header rows again on the page where a table goes on."""
    page_numbers: bool = True
    """`— 5 —` at the foot."""
    requests_break: int | None = 13
    """The page ends before this row of 表三 (header rows counted); None: 表三 on one page."""
    cut_labels: Literal["both", "first", "halved"] = "both"
    """The label of a group that the page's end cuts: on both pages, on the first, or half on each."""
    review_tables: Literal[1, 3] = 1
    headings: Literal[0, 1, 2] = 0
    title: Literal["one-line", "split"] = "one-line"
    spaced_digits: bool = False
    """`2024 年 1 月`: a space around numbers in prose, as typesetters leave it."""


PDF_STYLES: dict[str, PdfStyle] = {
    "plain": PdfStyle(),
    "grey": PdfStyle(borders="grey", headings=1),
    "thick": PdfStyle(borders="thick", title="split", spaced_digits=True),
    "dashed": PdfStyle(borders="dashed", repeat_header=False, requests_break=16, cut_labels="halved"),
    "early-break": PdfStyle(requests_break=5, cut_labels="first"),
    "three-reviews": PdfStyle(review_tables=3, page_numbers=False, headings=2),
    "unbroken": PdfStyle(requests_break=None, repeat_header=False),
}
"""Styles by name, for tests that walk all of them."""


def pdf(truth: Truth, style: PdfStyle = PdfStyle()) -> bytes:
    """The report as a PDF with text and drawn tables."""
    return build(list(_story(truth, style)), truth.title, style)


def build(story: list[Any], title: str, style: PdfStyle = PdfStyle()) -> bytes:
    """ReportLab's flowables on A4, with the page numbers that the style asks for."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    register_font()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        invariant=1,
        title=title,
        leftMargin=56,
        rightMargin=56,
        topMargin=62,
        bottomMargin=62,
    )

    def number(canvas: Any, template: Any) -> None:
        if style.page_numbers:
            canvas.setFont(FONT, 10)
            canvas.drawCentredString(A4[0] / 2, 34, f"— {template.page} —")

    document.build(story, onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def register_font() -> None:
    """Makes the Chinese font known to ReportLab; paragraphs need it before they are made."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def html_to_pdf_chromium(html: bytes, seconds: float = 60) -> bytes:
    """Chromium's print of a page.

    Raises:
        ConverterMissing: no Chromium here.
    """
    browser = program("chromium", "chromium-browser", "google-chrome")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_bytes(html)
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            source.as_uri(),
        ]
        run([browser, *arguments], seconds)
        return made.read_bytes()


def html_to_pdf_libreoffice(html: bytes, seconds: float = 120) -> bytes:
    """LibreOffice's PDF of a page (Writer/Web).

    Raises:
        ConverterMissing: no LibreOffice here.
    """
    return _libreoffice(html, "pdf", "pdf:writer_web_pdf_Export", seconds)


def html_to_docx_libreoffice(html: bytes, seconds: float = 120) -> bytes:
    """LibreOffice's Word file of a page.

    Raises:
        ConverterMissing: no LibreOffice here.
    """
    return _libreoffice(html, "docx", "docx:MS Word 2007 XML", seconds)


def _libreoffice(html: bytes, extension: str, target: str, seconds: float) -> bytes:
    office = program("soffice", "libreoffice")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_bytes(html)
        arguments = [f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
        if extension == "docx":
            arguments.append("--infilter=HTML (StarWriter)")
        arguments += ["--convert-to", target, "--outdir", folder, str(source)]
        run([office, *arguments], seconds)
        return Path(folder, f"page.{extension}").read_bytes()


def program(*names: str) -> str:
    """The path of the first of these programs that is installed.

    Raises:
        ConverterMissing: none is.
    """
    for name in names:
        if found := shutil.which(name):
            return found
    raise ConverterMissing(f"none of {', '.join(names)} is installed")


def run(command: list[str], seconds: float) -> None:
    """Runs a program, quietly, for at most so long."""
    subprocess.run(command, timeout=seconds, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def paragraph(words: str, style: PdfStyle, kind: Literal["text", "title", "right"] = "text") -> Any:
    """A paragraph as a flowable: indented text, the title in the middle, the signature at the right."""
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    register_font()
    text = ParagraphStyle("text", fontName=FONT, fontSize=12, leading=22, firstLineIndent=24, wordWrap="CJK")
    title = ParagraphStyle("title", text, fontSize=17, leading=28, firstLineIndent=0, alignment=TA_CENTER)
    signature = ParagraphStyle("signature", text, firstLineIndent=0, alignment=TA_RIGHT)
    how = {"text": text, "title": title, "right": signature}[kind]
    return Paragraph(_spaced(words) if style.spaced_digits else words, how)


def _story(truth: Truth, style: PdfStyle) -> Iterator[Any]:
    from reportlab.platypus import Spacer

    split = style.title == "split" and truth.title.startswith(truth.organization)
    lines = [truth.organization, truth.title[len(truth.organization) :]] if split else [truth.title]
    yield from (paragraph(line, style, "title") for line in lines)
    yield Spacer(1, 12)
    yield from (paragraph(words, style) for words in truth.preface)
    grids = tables(truth, review_tables=style.review_tables)
    for part, heading in enumerate(form.HEADINGS[style.headings], start=1):
        yield paragraph(heading, style)
        yield from (paragraph(words, style) for words in truth.prose.get(part, ()))
        for printed in grids.get(part, ()):
            yield from _requests(printed, style) if printed.name == "requests" else [table(printed, style)]
            yield Spacer(1, 8)
    yield paragraph(truth.organization, style, "right")
    day = truth.published
    yield paragraph(f"{day.year}年{day.month}月{day.day}日", style, "right")


def _requests(printed: Printed, style: PdfStyle) -> Iterator[Any]:
    """表三 on a page of its own, or over two pages."""
    from reportlab.platypus import PageBreak, Spacer

    yield PageBreak()
    if style.requests_break is None:
        yield table(printed, style)
        return
    upper, lower = cut(
        printed, style.requests_break, labels=style.cut_labels, repeat_header=style.repeat_header
    )
    yield Spacer(1, 120)
    yield table(upper, style)
    yield PageBreak()
    yield table(lower, style)


def table(printed: Printed, style: PdfStyle) -> Any:
    """One table as a flowable."""
    from reportlab.lib import colors
    from reportlab.platypus import Table

    widths = _widths(printed)
    size = _POINTS["small"] if printed.width > 4 else _POINTS["normal"]
    grid: list[list[str]] = [[""] * printed.width for _ in printed.rows]
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, size, size * 1.25),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        *_rules(style),
    ]
    for at, row in enumerate(printed.rows):
        for slot in row:
            last = slot.column + slot.colspan - 1
            room = sum(widths[slot.column : last + 1]) - 5
            grid[at][slot.column] = _folded(slot, room, size)
            if slot.rowspan > 1 or slot.colspan > 1:
                commands.append(("SPAN", (slot.column, at), (last, at + slot.rowspan - 1)))
            if slot.path is None and printed.name == "active_disclosure" and slot.colspan == printed.width:
                commands.append(("BACKGROUND", (0, at), (-1, at), colors.whitesmoke))
    return Table(
        grid,
        colWidths=widths,
        repeatRows=printed.header_rows if style.repeat_header else 0,
        style=commands,
    )


def _rules(style: PdfStyle) -> list[tuple[Any, ...]]:
    from reportlab.lib import colors

    everywhere = ((0, 0), (-1, -1))
    if style.borders == "none":
        return []
    if style.borders == "grey":
        return [("GRID", *everywhere, 0.4, colors.HexColor("#b0b0b0"))]
    if style.borders == "thick":
        return [("GRID", *everywhere, 0.75, colors.black), ("BOX", *everywhere, 2.25, colors.black)]
    if style.borders == "dashed":
        return [("GRID", *everywhere, 0.5, colors.black, None, (3, 2))]
    return [("GRID", *everywhere, 0.5, colors.black)]


def _widths(printed: Printed) -> list[float]:
    """Column widths in points, 483 in all."""
    if printed.width == 4:
        return [150.0, 111.0, 111.0, 111.0]
    if printed.width == 10:
        return [32.0, 54.0, 131.0, *([38.0] * 7)]
    if printed.width in (5, 11):  # one more than the form has
        usual = _widths(replace(printed, width=printed.width - 1))
        return [*usual[:-1], usual[-1] / 2, usual[-1] / 2] if printed.name != "review" else [96.6] * 5
    return [483.0 / printed.width] * printed.width


def _folded(slot: Slot, room: float, size: float) -> str:
    """The cell's text with line breaks where a line is full; Chinese letters are as wide as high."""
    lines, width = [""], 0.0
    for letter in slot.text:
        advance = size if ord(letter) > 0x2000 else size / 2
        if width + advance > room and lines[-1]:
            lines.append("")
            width = 0.0
        lines[-1] += letter
        width += advance
    return "\n".join(lines)


def _spaced(words: str) -> str:
    out = ""
    for letter in words:
        if out and letter != " " and out[-1] != " " and (letter.isdigit() != out[-1].isdigit()):
            beside = letter if out[-1].isdigit() else out[-1]
            out += " " if beside in "年月日件场项人条篇起至自于" else ""
        out += letter
    return out
