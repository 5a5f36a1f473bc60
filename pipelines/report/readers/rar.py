"""The checksums that a RAR holds of its files, for libarchive 3.6 gives out damaged data without a word.

Owns the walk over a RAR's headers (RAR 3.93 technical note; RAR 5.0 archive format). It must not unpack.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_RAR5 = b"Rar!\x1a\x07\x01\x00"


def checksums(body: bytes) -> Iterator[int | None]:
    """The CRC-32 of each file and folder in the archive's order; None where the archive has none.

    Ends where the headers do, or are damaged.
    """
    try:
        yield from _rar5(body) if body.startswith(_RAR5) else _rar4(body)
    except (struct.error, IndexError):
        return


def _rar4(body: bytes) -> Iterator[int | None]:
    at = 7
    while at < len(body):
        _, kind, flags, size = struct.unpack_from("<HBHH", body, at)
        packed = struct.unpack_from("<I", body, at + 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        if kind == 0x74:
            if flags & 0x100:  # more than 4 GiB
                packed += struct.unpack_from("<I", body, at + 32)[0] << 32
            split = flags & 0x3  # goes on in another volume
            yield None if split else struct.unpack_from("<I", body, at + 16)[0]
        if size < 7:
            return
        at += size + packed


def _rar5(body: bytes) -> Iterator[int | None]:
    at = len(_RAR5)
    while at < len(body):
        size, start = _vint(body, at + 4)
        kind, place = _vint(body, start)
        flags, place = _vint(body, place)
        if flags & 0x1:
            _, place = _vint(body, place)
        data = 0
        if flags & 0x2:
            data, place = _vint(body, place)
        if kind == 2:
            about, place = _vint(body, place)
            for _ in range(2):  # unpacked size, attributes
                _, place = _vint(body, place)
            place += 4 if about & 0x2 else 0  # time
            split = flags & 0x18
            yield struct.unpack_from("<I", body, place)[0] if about & 0x4 and not split else None
        at = start + size + data


def _vint(body: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first; and where the next thing stands."""
    number = shift = 0
    while True:
        byte = body[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80 or shift > 63:
            return number, at
