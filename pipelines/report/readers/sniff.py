"""What a body is, by its own bytes. Names and declared types are not asked: both lie too often.

Raises nothing: what no rule knows is text or bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from zlib import error as zlib_error

from pipelines.report.readers.html_decode import utf16_without_mark

HTML = "text/html"
TEXT = "text/plain"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OLE = "application/x-ole-storage"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
RTF = "application/rtf"
OFD = "application/ofd"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVENZIP = "application/x-7z-compressed"
TAR = "application/x-tar"
GZIP = "application/gzip"
WORD_XML = "application/vnd.ms-word.xml"
"""Word 2003's XML, which its programs save as .doc or .xml."""
MHTML = "multipart/related"
"""A page saved with its pictures; office programs save .doc so, too."""
BYTES = "application/octet-stream"

CONTAINERS = frozenset({ZIP, RAR})
"""What holds documents and is none itself."""
WRITER = frozenset({DOC, RTF, ODT, WORD_XML})
"""Texts that LibreOffice turns into DOCX."""
PACKED = frozenset({SEVENZIP, TAR, GZIP})
"""What a person has to unpack first."""
OFFICE = frozenset({MHTML, PPTX, OLE, ODS})
"""What a person has to convert first."""
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff", "image/webp"})

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", RTF),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVENZIP),
    (b"\x1f\x8b\x08", GZIP),
)
_CONTROLS = bytes(b for b in range(32) if b not in (7, 8, 9, 10, 11, 12, 13, 27))
_TAGS = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|table|tr|td|p|span|br|font|center|script|ucapcontent|h[1-6]|ul|li|a)"
    rb"(?=[\s>/])",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(rb"^(?: {0,3}#{1,6} \S|>? ?\|?(?: *:?-{3,}:? *\|)+)", re.MULTILINE)

_MIME = re.compile(
    rb"\s*(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,20}?content-type:\s*multipart/related", re.IGNORECASE
)


def sniff(body: bytes) -> str:
    """The media type of a body, by content."""
    for magic, media_type in _MAGIC:
        if body.startswith(magic):
            return media_type
    if b"%PDF-" in body[:1024]:
        return PDF
    if body.startswith(b"BM") and len(body) > 26 and int.from_bytes(body[2:6], "little") == len(body):
        return "image/bmp"
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    if body.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(body)
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(body)
    if body[257:262] == b"ustar":
        return TAR
    head = body[:65536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8")
    elif (wide := utf16_without_mark(head)) is not None:
        head = head.decode(wide, "replace").encode("utf-8")
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml") and b"/office/word/2003/wordml" in head:
        return WORD_XML
    if _MIME.match(head):
        return MHTML
    if _looks_binary(head):
        return BYTES
    if head.lstrip()[:1] in (b"{", b"[") and b"\\u003c" in head.lower():
        return HTML  # an interface's answer, its markup escaped
    if not _TAGS.search(head):
        return TEXT
    # Markdown may hold HTML's tables and line breaks; a page begins with a tag.
    return HTML if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" or not _MARKDOWN.search(head) else TEXT


def _ole(body: bytes) -> str:
    """Old Office files are a small file system; the names in its directory, 64 bytes each, tell them apart.

    A text comes before a workbook: charts are embedded as one.
    """
    for name, kind in (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS)):
        if name.encode("utf-16-le").ljust(64, b"\0") in body:
            return kind
    return OLE


def _zip(body: bytes) -> str:
    """Office files and OFD are ZIPs; the parts that they must have tell them apart."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
            declared = archive.open("mimetype").read(100).decode("ascii") if "mimetype" in names else ""
    except (zipfile.BadZipFile, zlib_error, EOFError, ValueError, OSError, RuntimeError, NotImplementedError):
        # Cut off: its parts are named all the same, and its reader says that it is damaged.
        return DOCX if b"word/" in body[:4096] else ZIP
    for part, kind in (
        ("word/document.xml", DOCX),
        ("xl/workbook.xml", XLSX),
        ("ppt/presentation.xml", PPTX),
        ("OFD.xml", OFD),
    ):
        if part in names:
            return kind
    return declared if declared in (ODT, ODS) else ZIP


def _looks_binary(head: bytes) -> bool:
    if not head:
        return False
    if head.count(0) > len(head) // 100:
        return True
    return len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 20
