"""DOC, WPS, RTF and ODT to a Document: LibreOffice turns them into DOCX, which is read as such.

Owns the asking. Which processes that takes and how they end is `soffice`'s business. The reading says
which LibreOffice converted, for another one may set a table differently.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

from pipelines.errors import UnreadableDocument
from pipelines.report.model import Document, Finding
from pipelines.report.readers import docx, soffice
from pipelines.report.readers.sniff import DOC, ODT, RTF, WORD_XML

SECONDS = 45.0
"""For one conversion; a report takes two to five, and a reader has 60 for the whole document."""
MEMORY = 4 << 30
"""Bytes of address space; LibreOffice 7.4 asks for more than one GiB before it has opened anything."""

_FILTERS = {
    DOC: ("MS Word 97", ".doc"),
    RTF: ("Rich Text Format", ".rtf"),
    ODT: ("writer8", ".odt"),
    WORD_XML: ("MS Word 2003 XML", ".xml"),
}
"""LibreOffice's name of each format, and the extension that goes with it."""
_PROBLEMS = {
    soffice.OUT_OF_TIME: f"LibreOffice took longer than {SECONDS:g} seconds for it",
    soffice.NO_ANSWER: "LibreOffice cannot open it: it is damaged or encrypted",
}


def read(body: bytes, media_type: str) -> Document:
    """Open a text of another office program. Without LibreOffice: an empty Document that says so.

    Raises:
        UnreadableDocument: where LibreOffice cannot open it, or takes too long.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        what = f"the body is {media_type}: install LibreOffice (Debian: libreoffice-writer-nogui)"
        return Document(media_type, (), findings=(Finding("needs-converter", "warning", "", what),))
    converted = _convert(body, program, *_FILTERS[media_type])
    return replace(docx.read(converted), media_type=media_type, converter=_version(converted))


def _convert(body: bytes, program: str, filter_: str, extension: str) -> bytes:
    command = [sys.executable, "-I", soffice.__file__, program, filter_, extension]
    command += [str(SECONDS), str(MEMORY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as guard:
        assert guard.stdin is not None
        assert guard.stdout is not None
        try:
            guard.stdin.write(len(body).to_bytes(8, "big") + body)
            guard.stdin.flush()  # and not closed: its end would mean that nobody waits
            converted = guard.stdout.read()
        except BrokenPipeError:
            converted = b""
        code = guard.wait()
    if code or not converted:
        raise UnreadableDocument(_PROBLEMS.get(code, f"LibreOffice failed (exit code {code})"))
    return converted


def _version(converted: bytes) -> str:
    """What the DOCX says of the program that wrote it: `LibreOffice 7.4.7.2`."""
    try:
        with zipfile.ZipFile(io.BytesIO(converted)) as package, package.open("docProps/app.xml") as part:
            found = re.search(rb"<Application>([A-Za-z]+)/([0-9.]+)", part.read(1 << 16))
    except (zipfile.BadZipFile, KeyError):
        found = None
    return f"{found[1].decode()} {found[2].decode()}" if found else "LibreOffice"
