"""Papers into files: every way in which a report is made and passed on, by name.

A producer takes papers and gives a body for each; the way it writes them (markup, borders, breaks) follows
from each paper's seed. Those that start another program do it once for all papers. Nothing here reads.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import partial
from html import escape
from typing import Any, Literal, get_args, get_type_hints

from tests.made import converters, html, pdf
from tests.made.archives import zipped
from tests.made.layout import Printed, Slot, cut
from tests.made.ofd import OfdStyle
from tests.made.ofd import ofd as made_ofd
from tests.made.paper import Line, Paper, title_of
from tests.made.scans import SCANS, image_pdf, pictures
from tests.made.word import WordStyle, word
from tests.made.workbook import in_old_format, workbook
from tests.report import pdf_variants
from tests.report.shapes import HTML_SHAPES, TEXT_SHAPES, Draw

Producer = Callable[[Sequence[Paper]], list[bytes]]

_BREAK = "\ue000"
"""Stands for a line's end inside a cell until the markup around it is written."""
_GAP = re.compile(r"(?<=[0-9]) (?=[0-9])")
_PAIR = re.compile(r"(?<![0-9])([0-9]+?)([0-9]+)(?= [0-9]+ [0-9])")
_LETTER = re.compile(r"(>|^)([0-9]{2,})(?=<|$)")


# ---------------------------------------------------------------------- HTML


def style_of(paper: Paper, **fixed: Any) -> html.Style:
    """A way of marking up drawn from the paper's seed."""
    rng = random.Random(f"style/{paper.seed}")
    hints = get_type_hints(html.Style)
    drawn: dict[str, Any] = {}
    for field in fields(html.Style):
        if field.name in ("labels", "vertical_group", "cell_paragraphs", "padding", "word", "sloppy"):
            drawn[field.name] = rng.choice(get_args(hints[field.name]) or (True, False, False))
    return replace(html.Style(**drawn), **fixed)


def fragment(paper: Paper, style: html.Style, draw: Draw | None = None) -> str:
    """The paper as the inside of a page; `draw` gives the tables instead of the style."""
    rng = random.Random(f"html/{paper.seed}")
    joint = rng.choice(("<br/>", "<br>\n", "</p><p>" if style.cell_paragraphs else "<br />", "<br/>&nbsp;"))
    letters = rng.random() < 0.2
    out = []
    for block in paper.blocks:
        if isinstance(block, Line):
            out.append(_line(block, rng))
            continue
        marked = _marked(block)
        made = draw(marked, rng) if draw is not None else html.table(marked, style)
        if letters:  # a span for each digit, as editors leave it
            made = _LETTER.sub(lambda m: m[1] + "".join(f"<span>{d}</span>" for d in m[2]), made)
        out.append(made.replace(_BREAK, joint))
    return "\n".join(out)


def page(
    paper: Paper, inside: str, *, encoding: str = "utf-8", declared: bool = True, name: str = ""
) -> bytes:
    """A site's page around an article: navigation, breadcrumb, layout table or not, `<title>`."""
    rng = random.Random(f"page/{paper.seed}")
    title = title_of(paper) + rng.choice(("", "", "-虚构市人民政府", " - 政府信息公开年报 - 虚构市样本区"))
    frame = rng.choice(("{}", *_FRAMES))
    around = rng.choice(("{}", _NAVIGATION + "{}" + _FOOTER))
    meta = f'<meta charset="{name or encoding}">' if declared else ""
    inside = around.replace("{}", frame.replace("{}", inside))
    head = f"<head>{meta}<title>{escape(title)}</title></head>"
    return f"<!DOCTYPE html>\n<html>{head}<body>{inside}</body></html>".encode(encoding)


_FRAMES = (
    "<div class=TRS_Editor>{}</div>",
    "<ucapcontent>{}</ucapcontent>",
    '<table width="960"><tr><td class="left">&nbsp;</td><td valign="center">{}</td></tr></table>',
)
_NAVIGATION = (
    "<div class='nav'><ul><li><a href='/'>首页</a></li><li><a href='/zwgk'>政务公开</a></li></ul></div>"
    "<div class=crumb>当前位置：<a>首页</a> &gt; <a>政府信息公开年报</a></div>"
    "<p>发布时间：2024-01-20 &nbsp; 浏览次数：<span>128</span>次 字体：大 中 小</p>"
)
_FOOTER = "<div>打印本页 | 关闭窗口</div><div class=foot>主办：虚构市人民政府 备案号：虚ICP备12345678号</div>"


def web(papers: Sequence[Paper]) -> list[bytes]:
    """Pages in every markup."""
    return [page(p, fragment(p, style_of(p, word=False))) for p in papers]


def word_web(papers: Sequence[Paper]) -> list[bytes]:
    """Pages as Word exports them."""
    return [page(p, fragment(p, style_of(p, word=True, sloppy=False))) for p in papers]


def chinese_web(papers: Sequence[Paper]) -> list[bytes]:
    """Pages in GB18030, its declaration right, another, wrong or absent."""
    out = []
    for p in papers:
        name = random.Random(f"charset/{p.seed}").choice(("gb2312", "gbk", "gb18030", "utf-8", ""))
        made = fragment(p, style_of(p, word=False))
        out.append(page(p, made, encoding="gb18030", declared=bool(name), name=name))
    return out


def shaped_web(papers: Sequence[Paper], shape: str) -> list[bytes]:
    """Pages whose tables are drawn in one of the shapes that sites leave."""
    return [page(p, fragment(p, html.Style(), HTML_SHAPES[shape])) for p in papers]


def _line(line: Line, rng: random.Random) -> str:
    text = escape(line.text)
    if line.kind == "title":
        return f'<p style="text-align:center"><strong>{text}</strong></p>'
    if line.kind == "heading":
        return rng.choice(("<p><strong>{}</strong></p>", "<h3>{}</h3>", "<p>&nbsp;&nbsp;{}</p>")).format(text)
    indent = "&nbsp;" * 60 if line.kind == "right" else "\u3000\u3000"
    return f"<p>{indent}{text}</p>"


def _marked(printed: Printed) -> Printed:
    def bent(slot: Slot) -> Slot:
        return slot._replace(text=slot.text.replace("\n", _BREAK))

    return replace(printed, rows=tuple(tuple(map(bent, row)) for row in printed.rows))


# ---------------------------------------------------------------------- text


def text(papers: Sequence[Paper], shape: str, encoding: str = "utf-8") -> list[bytes]:
    """Plain text and Markdown, its tables in one of the shapes that extractors leave."""
    out = []
    for paper in papers:
        rng = random.Random(f"text/{paper.seed}")
        gap = rng.choice(("\n", "\n\n"))
        lines = [
            block.text
            if isinstance(block, Line)
            else TEXT_SHAPES[shape](_one_line(block) if shape != "wrapped-rows" else block, rng)
            for block in paper.blocks
        ]
        out.append(gap.join(lines).encode(encoding))
    return out


def deduplicated(papers: Sequence[Paper]) -> list[bytes]:
    """Text from which an extractor removed every line that stood there before."""
    return [b"\n".join(dict.fromkeys(body.split(b"\n"))) for body in text(papers, "cell-lines")]


def scattered(papers: Sequence[Paper]) -> list[bytes]:
    """Text whose blanks between figures are lost or wander: `230 000023`."""
    bodies = text(papers, "row-lines")
    return [
        _scattered(body.decode(), random.Random(f"scattered/{paper.seed}")).encode()
        for paper, body in zip(papers, bodies, strict=True)
    ]


def _scattered(words: str, rng: random.Random) -> str:
    share = rng.choice((0.02, 0.3, 0.7))
    lost = _GAP.sub(lambda m: m[0] if rng.random() > share else "", words)
    return _PAIR.sub(lambda m: f"{m[1]} {m[2]}" if rng.random() < share / 10 else m[0], lost)


def _one_line(printed: Printed) -> Printed:
    """Without line ends inside cells, for shapes in which a line's end parts cells or rows."""

    def bent(slot: Slot) -> Slot:
        return slot._replace(text=slot.text.replace("\n", ""))

    return replace(printed, rows=tuple(tuple(map(bent, row)) for row in printed.rows))


def extracted(papers: Sequence[Paper], option: str) -> list[bytes]:
    """The text that pdftotext or pdfplumber extracts from a ReportLab PDF."""
    return [_text_of(body, option) for body in reportlab(papers)]


def extracted_chromium(papers: Sequence[Paper], option: str) -> list[bytes]:
    """The text that pdftotext or pdfplumber extracts from Chromium's PDF."""
    return [_text_of(body, option) for body in chromium(papers)]


def _text_of(body: bytes, option: str) -> bytes:
    if option != "pdfplumber":
        return converters.pdf_text(body, *([option] if option else []))
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(body)) as opened:
        return "\n".join(page.extract_text() or "" for page in opened.pages).encode()


# ---------------------------------------------------------------------- PDF


def reportlab(papers: Sequence[Paper]) -> list[bytes]:
    """PDFs drawn by ReportLab, with every kind of rule and page break."""
    return [_reportlab(paper) for paper in papers]


def _reportlab(paper: Paper) -> bytes:
    from reportlab.platypus.doctemplate import LayoutError

    try:
        return _set(paper, narrow=True)
    except LayoutError:  # a table too high for a page, which ReportLab does not cut inside a rowspan
        return _set(paper, narrow=False)


_KINDS: dict[str, Literal["text", "title", "right"]] = {"title": "title", "right": "right"}


def _set(paper: Paper, *, narrow: bool) -> bytes:
    from reportlab.platypus import PageBreak, Spacer

    rng = random.Random(f"reportlab/{paper.seed}")
    style = replace(
        rng.choice(list(pdf.PDF_STYLES.values())),
        borders=rng.choice(("solid", "solid", "grey", "thick", "dashed", "none")),
        page_numbers=rng.random() < 0.7,
        spaced_digits=rng.random() < 0.3,
    )
    story: list[Any] = []
    for block in paper.blocks:
        if isinstance(block, Printed):
            if block.name == "requests" and rng.random() < 0.6:
                story.append(rng.choice((PageBreak(), Spacer(1, rng.randrange(10, 300)))))
            pieces = (block,) if narrow or len(block.rows) < 20 else cut(_one_line(block), 13)
            for piece in pieces:
                story += [pdf.table(piece, style), Spacer(1, 8)]
        elif block.kind == "page-number":
            story.append(PageBreak())
        else:
            kind = _KINDS.get(block.kind, "text")
            story.append(pdf.paragraph(block.text, style, kind))
    return pdf.build(story, title_of(paper), style)


def chromium(papers: Sequence[Paper]) -> list[bytes]:
    """Pages printed by Chromium, their tables with all kinds of rules."""
    css = [
        "@page{size:A4;margin:22mm 20mm}",
        "body{font:14px 'Noto Sans CJK SC';line-height:1.5;margin:0} td{text-align:center}",
        "table{width:100%;font-size:11px;margin:8px 0}",
    ]
    made = []
    for k, paper in enumerate(papers):
        rng = random.Random(f"chromium/{paper.seed}")
        variant = rng.choice((*pdf_variants.BORDERS, *pdf_variants.SPARSE, *pdf_variants.ODD))
        css.append(pdf_variants.scoped(variant.css, f"#v{k}"))
        mark = _WATERMARK if rng.random() < 0.1 else ""
        made.append(f'<div style="position:relative">{mark}{fragment(paper, style_of(paper))}</div>')
    return converters.chromium(made, " ".join(css))


_WATERMARK = "".join(
    f'<div style="position:absolute;left:60px;top:{top}px;transform:rotate(-35deg);font-size:48px;'
    'opacity:.15">虚构水印 2024 样本 13</div>'
    for top in range(100, 2600, 260)
)


def libreoffice_web(papers: Sequence[Paper]) -> list[bytes]:
    """Pages printed by LibreOffice."""
    css = "<style>td{border:1px solid #000}table{border-collapse:collapse;width:100%;font-size:11px}</style>"
    pages = [page(p, css + fragment(p, style_of(p))) for p in papers]
    return converters.libreoffice(pages, "html", "web-pdf")


# ---------------------------------------------------------------------- office


def word_style_of(paper: Paper) -> WordStyle:
    """A way of writing Word files drawn from the paper's seed."""
    rng = random.Random(f"word/{paper.seed}")
    return WordStyle(
        runs=rng.choice(("whole", "pairs", "letters")),
        breaks=rng.choice(("br", "paragraphs")),
        continued=rng.choice(("empty", "empty", "repeated")),
        merges=rng.random() < 0.8,
        numbering=rng.random() < 0.2,
        title_property=rng.random() < 0.5,
        header=rng.choice(("", "", "虚构市样本区文件")),
    )


def docx(papers: Sequence[Paper]) -> list[bytes]:
    """Word files by python-docx."""
    return [word(paper, word_style_of(paper)) for paper in papers]


def office(papers: Sequence[Paper], target: str) -> list[bytes]:
    """Word files as LibreOffice saves them in another format."""
    return converters.libreoffice(docx(papers), "docx", target)


def office_docx(papers: Sequence[Paper]) -> list[bytes]:
    """Pages as LibreOffice saves them as Word files."""
    pages = [page(p, fragment(p, style_of(p))) for p in papers]
    return converters.libreoffice(pages, "html", "docx")


def xlsx(papers: Sequence[Paper]) -> list[bytes]:
    """Workbooks by openpyxl."""
    return [workbook(paper, random.Random(f"xlsx/{paper.seed}")) for paper in papers]


def xls(papers: Sequence[Paper]) -> list[bytes]:
    """The same cells in the format of Excel 97."""
    return [in_old_format(body) for body in xlsx(papers)]


def archive(papers: Sequence[Paper]) -> list[bytes]:
    """A Word file and a note in a ZIP, its names in UTF-8 or GBK."""
    return [
        zipped({"说明.txt": "虚构的说明。".encode(), "年报/报告.docx": body}, gbk=bool(len(body) % 2))
        for body in docx(papers)
    ]


def ofd(papers: Sequence[Paper]) -> list[bytes]:
    """OFD packages."""
    out = []
    for paper, body in zip(papers, reportlab(papers), strict=True):
        rng = random.Random(f"ofd/{paper.seed}")
        style = OfdStyle(*(rng.random() < 0.5 for _ in fields(OfdStyle)))
        out.append(made_ofd(body, style))
    return out


def scan(papers: Sequence[Paper]) -> list[bytes]:
    """PDFs of pictures: scans and photographs of printed pages."""
    out = []
    for paper, body in zip(papers, reportlab(papers), strict=True):
        how = random.Random(f"scan/{paper.seed}").choice(list(SCANS.values()))
        out.append(image_pdf(pictures(body, how), how.dpi))
    return out


QUICK: dict[str, Producer] = {
    "html": web,
    "html-word": word_web,
    "html-gb18030": chinese_web,
    **{f"html-{shape}": partial(shaped_web, shape=shape) for shape in HTML_SHAPES},
    **{f"text-{shape}": partial(text, shape=shape) for shape in TEXT_SHAPES},
    "text-deduplicated": deduplicated,
    "text-scattered": scattered,
    "text-gb18030": partial(text, shape="row-lines", encoding="gb18030"),
    "docx": docx,
    "xlsx": xlsx,
    "xls": xls,
    "zip": archive,
    "ofd": ofd,
    "pdf-reportlab": reportlab,
    "pdftotext-layout": partial(extracted, option="-layout"),
    "pdftotext-raw": partial(extracted, option="-raw"),
    "pdftotext": partial(extracted, option=""),
    "pdfplumber-text": partial(extracted, option="pdfplumber"),
}
"""Producers that need no other program, or one that starts at once."""
SLOW: dict[str, Producer] = {
    "pdf-chromium": chromium,
    "pdf-libreoffice": partial(office, target="pdf"),
    "pdf-libreoffice-web": libreoffice_web,
    "docx-libreoffice": office_docx,
    "doc": partial(office, target="doc"),
    "rtf": partial(office, target="rtf"),
    "odt": partial(office, target="odt"),
    "scan": scan,
    "chromium-pdftotext-layout": partial(extracted_chromium, option="-layout"),
    "chromium-pdftotext-raw": partial(extracted_chromium, option="-raw"),
    "chromium-pdftotext": partial(extracted_chromium, option=""),
}
"""Producers that start Chromium or LibreOffice (many papers in one call), or whose files are slow to read."""
PRODUCERS: dict[str, Producer] = QUICK | SLOW
