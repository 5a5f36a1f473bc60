"""Bytes to a Document: one module for each format, chosen by content.

Owns the choice and nothing else. Most readers are imported when such a body comes. An archive is no
document: `container` gives its files.
"""

from __future__ import annotations

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Finding, FindingCode
from pipelines.report.readers import container
from pipelines.report.readers import sniff as kinds
from pipelines.report.readers.sniff import sniff

__all__ = ["open_document", "sniff"]


def open_document(body: bytes, media_type: str | None = None) -> Document:
    """Open a body as what it is (or as `media_type`).

    A format that needs another program first gives an empty Document whose finding says so
    (`needs-converter`, `needs-ocr`).

    Raises:
        UnreadableDocument: where the body is empty, damaged, encrypted, or of no known kind.
    """
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableDocument("the body is empty: fetch it again")
    kind = media_type or sniff(body)
    if kind == kinds.PDF:
        from pipelines.report.readers.pdf import read as read_pdf

        return read_pdf(body)
    if kind == kinds.DOCX:
        from pipelines.report.readers.docx import read as read_docx

        return read_docx(body)
    if kind == kinds.HTML:
        from pipelines.report.readers.html import read as read_html

        return read_html(body)
    if kind == kinds.TEXT:
        from pipelines.report.readers.text import read as read_text

        return read_text(body)
    if kind in kinds.WRITER:
        from pipelines.report.readers.office import read as read_office

        return read_office(body, kind)
    if kind == kinds.XLSX:
        from pipelines.report.readers.spreadsheet import read as read_workbook

        return read_workbook(body)
    if kind == kinds.XLS:
        from pipelines.report.readers.xls import read as read_old_workbook

        return read_old_workbook(body)
    if kind == kinds.OFD:
        from pipelines.report.readers.ofd import read as read_ofd

        return read_ofd(body)
    if kind in kinds.IMAGES:
        from pipelines.report.readers.picture import read as read_picture

        return read_picture(body, kind)
    if kind in kinds.CONTAINERS and not container.opens(kind):
        what = f"the body is {kind}: install libarchive (Debian: libarchive13), or unpack it first"
        return Document(kind, (), findings=(_needs("needs-converter", what),))
    if kind in kinds.OFFICE | kinds.PACKED:
        how = "unpack it" if kind in kinds.PACKED else "convert it to DOCX, PDF or HTML"
        return Document(kind, (), findings=(_needs("needs-converter", f"the body is {kind}: {how} first"),))
    raise UnreadableDocument(f"the body is of no kind that is read here ({kind})")


def _needs(code: FindingCode, message: str) -> Finding:
    return Finding(code, "warning", "", message)
