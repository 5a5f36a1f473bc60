"""OFD (GB/T 33190-2016), the fixed layout of Chinese offices, to a Document.

Owns the package: which parts there are, and the pages' order. What stands on a page is `ofd_page`'s
business; its characters and rules become tables and lines the same way as a PDF's.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from zlib import error as zlib_error

from lxml import etree

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Finding, Metadata
from pipelines.report.readers import ocr
from pipelines.report.readers.ofd_page import Resources, child, local_name, read_page
from pipelines.report.readers.pdf_blocks import ReadPage
from pipelines.report.readers.pdf_flow import blocks
from pipelines.report.readers.pdf_page import MAX_PAGES, Page
from pipelines.report.readers.pdf_tables import fill
from pipelines.report.readers.pdf_text import line_of, rows_of
from pipelines.report.readers.sniff import OFD

MOST_BYTES = 64 * 1024 * 1024
"""Of one part, unpacked."""
_LEAST_TEXT = 20
"""Characters; a page with fewer and a picture is a picture."""


def read(body: bytes) -> Document:
    """The document in the OFD; `needs-ocr` names pages that are pictures, `rules-unclear` doubtful tables.

    Raises:
        UnreadableDocument: damaged, encrypted, or beyond the limits of `pdf_page`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            opened = _Package(package)
            pages = [_read(page) for page in opened.pages()]
            _recognise(pages, opened)
            title = opened.title
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableDocument(f"the OFD is damaged or encrypted ({error}): fetch it again") from error
    except (NotImplementedError, EOFError, zlib_error, etree.XMLSyntaxError) as error:
        raise UnreadableDocument(f"the OFD is damaged or encrypted ({error}): fetch it again") from error
    if not pages:
        raise UnreadableDocument("the OFD has no pages")
    pictures = [read_.page.number for read_ in pages if _is_picture(read_)]
    unclear = [read_.page.number for read_ in pages if not read_.sure and read_.page.number not in pictures]
    findings = []
    if pictures:
        message = f"{_named(pictures)} of the OFD {ocr.why_unread()}"
        findings.append(Finding("needs-ocr", "warning", "", message))
    if unclear:
        message = f"{_named(unclear)} of the OFD should be compared by eye: drawn rules leave cells open"
        findings.append(Finding("rules-unclear", "warning", "", message))
    return Document(OFD, tuple(blocks(pages)), Metadata(title), tuple(findings))


def _read(page: Page) -> ReadPage:
    tables, outside, sure = fill(page)
    lines = [line_of(row, gap_text="  ") for row in rows_of(outside)]
    return ReadPage(page, tables, [line for line in lines if line.text.strip()], sure)


def _recognise(pages: list[ReadPage], package: _Package) -> None:
    """Recognises the pages that are pictures, in place, where that is installed."""
    scans = [index for index, read_ in enumerate(pages) if _is_picture(read_)]
    for index in scans[: ocr.MAX_PAGES] if ocr.available() else ():
        page = pages[index].page
        image = package.picture(page)
        pages[index] = (image and _recognised(image, page)) or pages[index]


def _recognised(image: bytes, page: Page) -> ReadPage | None:
    from pipelines.report.readers import picture

    try:
        opened, _ = picture.opened(image)
    except UnreadableDocument:
        return None  # in an encoding of scanners (JBIG2): the finding says that it was not read
    found = ocr.read_page(opened, page.number, page.width / opened.width)
    return found if found.tables or found.lines else None


def _is_picture(read_: ReadPage) -> bool:
    page = read_.page
    pictured = max((box.area for box in page.pictures), default=0.0) > 0.1 * page.width * page.height
    return pictured and len(page.chars) < _LEAST_TEXT and page.warp is None and not read_.tables


def _named(pages: list[int]) -> str:
    return ("page " if len(pages) == 1 else "pages ") + ", ".join(map(str, pages))


class _Package:
    """The parts of an OFD: documents, their pages and templates, and what these refer to."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._parts = {name.lower(): name for name in package.namelist()}
        self._resources = Resources()
        self.title: str | None = None

    def pages(self) -> Iterator[Page]:
        """Every page of every document in the package."""
        number = 0
        for document in self._xml("OFD.xml").iter():
            if local_name(document) == "Title" and self.title is None:
                self.title = (document.text or "").strip() or None
            if local_name(document) != "DocRoot":
                continue
            for page in self._document(_joined("", document.text or "")):
                number += 1
                if number > MAX_PAGES:
                    raise UnreadableDocument(f"the OFD has more than {MAX_PAGES} pages")
                yield read_page(page[0], page[1], number, self._resources)

    def _document(self, root: str) -> Iterator[tuple[list[etree._Element], list[float] | None]]:
        """For each page its own part after the templates that lie under it, and the usual page's box."""
        document = self._xml(root)
        common = child(document, "CommonData")
        box, templates = None, {}
        for element in common if common is not None else ():
            if local_name(element) in ("PublicRes", "DocumentRes"):
                self._add_resources(_joined(root, element.text or ""))
            elif local_name(element) == "TemplatePage":
                templates[element.get("ID")] = _joined(root, element.get("BaseLoc", ""))
            elif local_name(element) == "PageArea":
                box = physical_box(element)
        listed = child(document, "Pages")
        for element in listed if listed is not None else ():
            if local_name(element) != "Page":
                continue
            own = self._xml(_joined(root, element.get("BaseLoc", "")))
            under = [e.get("TemplateID") for e in own if local_name(e) == "Template"]
            layers = [self._xml(templates[name]) for name in under if name in templates]
            area = child(own, "Area")
            yield [*layers, own], (physical_box(area) if area is not None else None) or box

    def picture(self, page: Page) -> bytes | None:
        """The largest picture's file, where the page shows one."""
        name = self._resources.largest.get(page.number)
        return None if name is None else self._bytes(name)

    def _add_resources(self, name: str) -> None:
        if name.lower() not in self._parts:
            return
        root = self._xml(name)
        base = _joined(name, root.get("BaseLoc", "") + "/")
        for element in root.iter():
            if local_name(element) == "MultiMedia":
                file = child(element, "MediaFile")
                if file is not None and file.text:
                    self._resources.files[element.get("ID", "")] = _joined(f"{base}/", file.text.strip())
            elif local_name(element) == "CompositeGraphicUnit":
                self._resources.units[element.get("ID", "")] = element

    def _xml(self, name: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(self._bytes(name), parser)

    def _bytes(self, name: str) -> bytes:
        with self._package.open(self._parts[name.lower()]) as stream:
            data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise UnreadableDocument("the OFD unpacks to more than is read here: open it by hand")
        return data


def physical_box(area: etree._Element) -> list[float] | None:
    """x, y, width and height of a page in millimetres (GB/T 33190, table 6)."""
    box = child(area, "PhysicalBox")
    numbers = [float(word) for word in (box.text or "").split()] if box is not None else []
    return numbers if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0 else None


def _joined(at: str, location: str) -> str:
    """A part's name from where it is named: relative to that part's folder, or from the root with a slash."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(at), location.strip())).lstrip("/")
