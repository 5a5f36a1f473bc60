"""Small files that unfold into huge ones: what a hostile or broken site could serve to stop a reader.

Each maker takes no arguments and gives the body. None is larger than a few megabytes as served, but the
tables of a million cells, which are as large as such tables are.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping

_TITLE = "虚构县某局2023年政府信息公开工作年度报告"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a0 '1111111111'>"
    + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
    + "]>"
)
_OUTSIDE = "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"


def package(members: Mapping[str, bytes]) -> bytes:
    """A ZIP with those members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def inflating_docx() -> bytes:
    """A Word file whose text unpacks to 300 MB of blanks."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as member,
    ):
        member.write(f"<w:document {_W}><w:body><w:p><w:r><w:t>".encode())
        for _ in range(300):
            member.write(b" " * 1_000_000)
        member.write(b"</w:t></w:r></w:p></w:body></w:document>")
    return out.getvalue()


def inflating_zip() -> bytes:
    """An archive of seven files of 40 MB each."""
    blanks = b" " * 40_000_000
    return package({f"{i}.txt": blanks for i in range(7)})


def nested_zip() -> bytes:
    """An archive in an archive, thirty deep."""
    body = package({"report.txt": _TITLE.encode()})
    for depth in range(30):
        body = package({f"{depth}.zip": body})
    return body


def branching_zip() -> bytes:
    """Five levels of archives, ten in each."""
    body = b"x" * 1000
    for _ in range(5):
        body = package({f"{i}.zip": body for i in range(10)})
    return body


def many_files_zip() -> bytes:
    """An archive of 30,000 small pages."""
    page = f"<html><title>{_TITLE}</title></html>".encode()
    return package({f"{i}.html": page for i in range(30_000)})


def laughing_docx() -> bytes:
    """A Word file whose entities unfold to ten thousand million digits."""
    text = f"{_LAUGHS}<w:document {_W}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    return package({"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode()})


def laughing_xlsx() -> bytes:
    """A workbook whose entities unfold likewise."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/package/2006/relationships"
    book = (
        f'<workbook xmlns="{main}" xmlns:r="{relation}">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    link = f'<Relationships xmlns="{kinds}"><Relationship Id="r1" Type="{relation}/{{}}" Target="{{}}"/>'
    link += "</Relationships>"
    cell = '<c r="A1" t="inlineStr"><is><t>&a9;</t></is></c>'
    sheet = f'{_LAUGHS}<worksheet xmlns="{main}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return package(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}"/>'.encode(),
            "_rels/.rels": link.format("officeDocument", "xl/workbook.xml").encode(),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": link.format("worksheet", "worksheets/sheet1.xml").encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
        }
    )


def laughing_html() -> bytes:
    """A page that declares such entities."""
    return f"{_LAUGHS}<html><title>{_TITLE}</title><body><p>&a9;</p></body></html>".encode()


def curious_docx() -> bytes:
    """A Word file that asks for a file of the machine that reads it."""
    text = f"{_OUTSIDE}<w:document {_W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
    return package({"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode()})


def million_cells_html() -> bytes:
    """A table of a million cells."""
    row = b"<tr>" + b"<td>1" * 10
    return f"<html><title>{_TITLE}</title><table>".encode() + row * 100_000 + b"</table></html>"


def million_cells_docx() -> bytes:
    """A Word table of a million cells."""
    row = b"<w:tr>" + b"<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>" * 10 + b"</w:tr>"
    table = b"<w:tbl>" + row * 100_000 + b"</w:tbl>"
    text = f"<w:document {_W}><w:body>".encode() + table + b"</w:body></w:document>"
    return package({"[Content_Types].xml": b"<Types/>", "word/document.xml": text})


def million_cells_text() -> bytes:
    """Markdown of a million cells."""
    return f"{_TITLE}\n三、收到和处理政府信息公开申请情况\n".encode() + (b"| 1" * 10 + b" |\n") * 100_000


def endless_spans() -> bytes:
    """Cells that claim a million rows and columns each."""
    cells = b"<tr><td rowspan=1000000 colspan=1000000>1</td></tr>" * 3000
    return f"<html><title>{_TITLE}</title><table>".encode() + cells + b"</table></html>"


def deep_tables() -> bytes:
    """Tables in tables, twenty thousand deep."""
    return f"<html><title>{_TITLE}</title>".encode() + b"<table><tr><td>1" * 20_000


def deep_divisions() -> bytes:
    """Elements in elements, three hundred thousand deep."""
    return f"<html><title>{_TITLE}</title>".encode() + b"<div>" * 300_000 + "行政许可".encode()


def one_long_line() -> bytes:
    """Twenty megabytes of digits without a line's end."""
    return f"{_TITLE}\n三、收到和处理政府信息公开申请情况\n".encode() + b"12 " * 7_000_000


def pdf_of_pages(count: int = 10_000) -> bytes:
    """Pages by the thousand, all with the same words and figures."""
    words = b"BT /F1 9 Tf 50 700 Td (1 2 3 4 5 6 7) Tj ET 40 690 200 20 re S"
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>" % (count, kids),
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        *([b"<</Type/Page/Parent 2 0 R/Contents 3 0 R>>"] * count),
    ]
    return _pdf(objects)


def pdf_of_lines() -> bytes:
    """A page with two hundred thousand rules."""
    places = ((i % 595, i % 842, 595 - i % 595, i % 800) for i in range(200_000))
    lines = zlib.compress(b"".join(b"%d %d m %d %d l S\n" % place for place in places))
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 595 842]>>",
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(lines), lines),
            b"<</Type/Page/Parent 2 0 R/Contents 3 0 R>>",
        ]
    )


def pdf_in_itself() -> bytes:
    """A page whose form draws itself twice, and whose page tree is its own child."""
    form = b"/X0 Do /X0 Do"
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 2/Kids[4 0 R 2 0 R]/MediaBox[0 0 595 842]>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X0 3 0 R>>>>/Length %d>>"
            b"stream\n%s\nendstream" % (len(form), form),
            b"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X0 3 0 R>>>>/Contents 5 0 R>>",
            b"<</Length 6>>stream\n/X0 Do\nendstream",
        ]
    )


def pdf_inflating() -> bytes:
    """A page whose content unpacks to 150 MB."""
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(b" " * 1_000_000) for _ in range(150)) + packer.flush()
    return _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[4 0 R]/MediaBox[0 0 595 842]>>",
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(data), data),
            b"<</Type/Page/Parent 2 0 R/Contents 3 0 R>>",
        ]
    )


def huge_picture() -> bytes:
    """A PNG of 60,000 by 60,000 white points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    packer = zlib.compressobj(1)
    row = b"\x00" + b"\xff" * 7500
    data = b"".join(packer.compress(row * 1000) for _ in range(60)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _pdf(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


BOMBS: dict[str, Callable[[], bytes]] = {
    "inflating-docx": inflating_docx,
    "inflating-zip": inflating_zip,
    "nested-zip": nested_zip,
    "branching-zip": branching_zip,
    "many-files-zip": many_files_zip,
    "laughing-docx": laughing_docx,
    "laughing-xlsx": laughing_xlsx,
    "laughing-html": laughing_html,
    "curious-docx": curious_docx,
    "million-cells-html": million_cells_html,
    "million-cells-docx": million_cells_docx,
    "million-cells-text": million_cells_text,
    "endless-spans": endless_spans,
    "deep-tables": deep_tables,
    "deep-divisions": deep_divisions,
    "one-long-line": one_long_line,
    "ten-thousand-pages": pdf_of_pages,
    "pdf-of-lines": pdf_of_lines,
    "pdf-in-itself": pdf_in_itself,
    "pdf-inflating": pdf_inflating,
    "huge-picture": huge_picture,
}
"""Every bomb by name."""
