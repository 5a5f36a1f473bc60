"""ZIP and RAR to their files, within limits; what was damaged on its way says so.

Owns the opening of archives and the names of the files in them. It must not know what the files are,
except that an archive among them is opened too, once. A RAR is opened with libarchive (Debian's
libarchive13), a C library that reads all its versions; where it is missing only ZIPs are opened.
"""

from __future__ import annotations

import importlib
import io
import locale
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zlib import crc32
from zlib import error as zlib_error

from pipelines.errors import UnreadableDocument
from pipelines.report.readers.rar import checksums
from pipelines.report.readers.sniff import BYTES, RAR, ZIP, sniff

MOST_FILES = 200
MOST_BYTES = 256 * 1024 * 1024
"""Unpacked, all files of a body together; a reader's memory must hold them."""
MOST_BYTES_OF_FILE = 64 * 1024 * 1024
DEEPEST = 2
"""An archive in an archive is opened, one in that is not."""

_UTF8 = 0x800
_ENCRYPTED = 0x1
_JUNK = ("__MACOSX/", "._", ".DS_Store", "Thumbs.db", "desktop.ini", "~$")
"""What operating systems and office programs leave in an archive beside its files."""
_BLOCK = 1 << 20
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive, or why it could not be taken out."""

    name: str | None
    """Its folders with ``/``, an inner archive's name as a folder; None for all files that come after."""
    body: bytes = b""
    problem: str | None = None


def opens(kind: str) -> bool:
    """Whether a body of that media type is an archive that can be opened here."""
    return kind == ZIP or (kind == RAR and _libarchive() is not None)


def unpack(body: bytes, kind: str) -> tuple[Member, ...]:
    """The files of an archive in its order, each name once.

    Raises:
        UnreadableDocument: where the archive itself is damaged, encrypted or empty.
    """
    members: list[Member] = []
    names: Counter[str] = Counter()
    try:
        for member in _flat(body, kind, _Budget(), 1):
            members.append(replace(member, name=_free(member.name or "unnamed", names)))
    except _Spent as spent:
        members.append(Member(None, problem=str(spent)))
    except UnreadableDocument as error:
        if not members:
            raise
        members.append(Member(None, problem=str(error)))
    if not members:
        raise UnreadableDocument("the archive holds no file, or is cut off before its first: fetch it again")
    return tuple(members)


def _free(name: str, names: Counter[str]) -> str:
    """The name, or, where another file has it, the name with the next number that no file has."""
    names[name] += 1
    if names[name] == 1:
        return name
    return _free(f"{name} ({names[name]})", names)


class _Spent(Exception):
    """Raised when an archive holds more than is opened; the message says of what."""


class _Budget:
    """What is left to be unpacked of one body, inner archives included."""

    def __init__(self) -> None:
        self.files = MOST_FILES
        self.bytes = MOST_BYTES

    def one_file(self) -> None:
        if not self.files:
            raise _Spent(f"the archive holds more than {MOST_FILES} files: the others were not opened")
        self.files -= 1

    def size(self, size: int) -> None:
        self.bytes -= size
        if self.bytes < 0:
            most = f"{MOST_BYTES >> 20} MiB"
            raise _Spent(f"the archive unpacks to more than {most}: the files after that were not opened")


def _flat(body: bytes, kind: str, budget: _Budget, depth: int) -> Iterator[Member]:
    """The files, with inner archives opened."""
    for member in _unzip(body, budget) if kind == ZIP else _unarchive(body, budget):
        inner = BYTES if member.problem else sniff(member.body)
        if not opens(inner):
            yield member
        elif depth == DEEPEST:
            yield Member(member.name, problem="it is an archive in an archive in an archive: not opened")
        else:
            try:
                for file in _flat(member.body, inner, budget, depth + 1):
                    yield replace(file, name=f"{member.name}/{file.name}")
            except UnreadableDocument as error:
                yield Member(member.name, problem=str(error))


# ------------------------------------------------------------------ ZIP


def _unzip(body: bytes, budget: _Budget) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(f"the ZIP is damaged ({error}): fetch it again") from error
    with archive:
        for info in archive.infolist():
            name = _zip_name(info)
            if info.is_dir() or name.endswith("/") or _is_junk(name):
                continue
            budget.one_file()
            if info.flag_bits & _ENCRYPTED:
                yield Member(name, problem="it is encrypted")
                continue
            try:
                with archive.open(info) as stream:
                    yield _taken(name, stream.read(MOST_BYTES_OF_FILE + 1), budget)
            except (
                zipfile.BadZipFile,
                zlib_error,
                EOFError,
                OSError,
                ValueError,
                RuntimeError,
                NotImplementedError,
            ) as error:
                yield Member(name, problem=f"its packed data is damaged ({error})")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it. Chinese Windows writes GBK, and the standard library takes it for
    code page 437 (APPNOTE.TXT 6.3.10, appendix D)."""
    if info.flag_bits & _UTF8:
        return info.filename.replace("\\", "/")
    try:
        return _decoded(info.filename.encode("cp437"))
    except UnicodeEncodeError:
        return info.filename.replace("\\", "/")


# ------------------------------------------------------------------ RAR


def _unarchive(body: bytes, budget: _Budget) -> Iterator[Member]:
    library = _libarchive()
    assert library is not None, "ask `opens` first"
    form = "rar5" if body.startswith(b"Rar!\x1a\x07\x01") else "rar"  # and nothing else is tried
    sums = checksums(body)
    try:
        with _utf8_locale(), library.memory_reader(body, form, "none") as entries:
            for entry in entries:
                name, expected = _decoded(entry.pathname or b""), next(sums, -1)
                if entry.isdir or _is_junk(name):
                    continue
                budget.one_file()
                try:
                    data = _data(entry)
                except library.ArchiveError as error:
                    problem = f"it is encrypted or its packed data is damaged ({_why(error)})"
                    yield Member(name, problem=problem)
                    continue
                taken = _taken(name, data, budget)
                if taken.problem is None and expected not in (None, crc32(data)):
                    taken = Member(name, problem="its data is damaged (another checksum)")
                yield taken
    except library.ArchiveError as error:
        message = f"the archive is encrypted or damaged ({_why(error)}): open it by hand or fetch it again"
        raise UnreadableDocument(message) from error


def _why(error: Any) -> str:
    return error.msg or "it is cut off"


def _data(entry: Any) -> bytes:
    out = bytearray()
    for block in entry.get_blocks(_BLOCK):
        out += block
        if len(out) > MOST_BYTES_OF_FILE:
            break
    return bytes(out)


@cache
def _libarchive() -> Any:
    """The library, or None where it is not installed."""
    try:
        return importlib.import_module("libarchive")
    except (ImportError, OSError, TypeError, AttributeError):  # the binding is there, the C library is not
        return None


@contextmanager
def _utf8_locale() -> Iterator[None]:
    """libarchive turns names into the locale's encoding, and cron's locale has no Chinese."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        yield
    except locale.Error:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


# ------------------------------------------------------------------ of all kinds


def _taken(name: str, data: bytes, budget: _Budget) -> Member:
    if len(data) > MOST_BYTES_OF_FILE:
        budget.size(MOST_BYTES_OF_FILE)
        return Member(name, problem=f"it unpacks to more than {MOST_BYTES_OF_FILE >> 20} MiB: not opened")
    budget.size(len(data))
    return Member(name, data)


def _decoded(name: str | bytes) -> str:
    """A name in UTF-8 or GBK, whichever it is; where both fit (一 in GBK is һ), what has Chinese in it."""
    raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
    chinese = raw.decode("gb18030", "replace")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        name = chinese
    if not name.isascii() and not _HAN.search(name) and _HAN.search(chinese):
        name = chinese
    return name.replace("\\", "/")


def _is_junk(name: str) -> bool:
    return name.startswith(_JUNK[0]) or name.rsplit("/", 1)[-1].startswith(_JUNK[1:])
