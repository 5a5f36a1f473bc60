"""ZIP and RAR bodies. No free program writes RAR, so its containers are put together here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes], *, gbk: bool = False) -> bytes:
    """A ZIP; `gbk`: with the names as Chinese Windows writes them, in GBK and without the mark of UTF-8."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(_GbkInfo(name) if gbk else zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def rar4(files: Mapping[str, bytes], *, encoding: str = "gb18030") -> bytes:
    """A RAR as WinRAR 3 and 4 write it with the method "store" (RAR technote, version 3.93)."""
    out = b"Rar!\x1a\x07\x00" + _block4(0x73, 0, bytes(6))
    for name, data in files.items():
        coded = name.encode(encoding)
        size, crc = len(data), zlib.crc32(data)
        fields = struct.pack("<IIBIIBBHI", size, size, 2, crc, 0x5A210000, 20, 0x30, len(coded), 0x20)
        out += _block4(0x74, 0x8000, fields + coded) + data
    return out + _block4(0x7B, 0x4000, b"")


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def rar5(files: Mapping[str, bytes], *, encrypted: bool = False) -> bytes:
    """A RAR as WinRAR 5 and later write it with the method "store" (RAR 5.0 archive format).

    `encrypted`: it claims that all that follows its first header is encrypted.
    """
    out = b"Rar!\x1a\x07\x01\x00"
    if encrypted:
        return out + _block5(_vint(4) + _vint(0) + _vint(0) + _vint(0) + bytes([15]) + bytes(16)) + bytes(64)
    out += _block5(_vint(1) + _vint(0) + _vint(0))
    for name, data in files.items():
        coded = name.encode()
        fields = _vint(2) + _vint(2) + _vint(len(data)) + _vint(4) + _vint(len(data)) + _vint(0x20)
        fields += struct.pack("<I", zlib.crc32(data)) + _vint(0) + _vint(0) + _vint(len(coded)) + coded
        out += _block5(fields) + data
    return out + _block5(_vint(5) + _vint(0) + _vint(0))


def _block5(fields: bytes) -> bytes:
    head = _vint(len(fields)) + fields
    return struct.pack("<I", zlib.crc32(head)) + head


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
