"""Content decoding, strict: a coded body is whole and right, or it is an error.

The archive keeps bodies as they came over the wire; readers want what the server coded. Scrapy's own
decoding is off because it hands on a truncated gzip body as if it were sound.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from pipelines.errors import DecodingError, TruncatedBody

LIMIT = 256 * 1024 * 1024
"""Bytes that a body may grow to: 2 MB of gzip can hold 2 GiB."""
CHUNK = 1 << 20


def decode(body: bytes, headers: Iterable[tuple[str, str]], limit: int = LIMIT) -> bytes:
    """`body` without the codings that its Content-Encoding headers name, the last applied undone first.

    Raises:
        TruncatedBody: where a coded stream ends before its end.
        DecodingError: where it is damaged, of a coding that is not known, or larger than `limit` bytes.
    """
    codings = [
        coding.strip().lower()
        for name, value in headers
        if name.lower() == "content-encoding"
        for coding in value.split(",")
    ]
    for coding in reversed(codings):
        if coding in ("gzip", "x-gzip"):
            body = _gunzip(body, limit)
        elif coding == "deflate":
            body = _inflate(body, limit)
        elif coding not in ("", "identity"):
            raise DecodingError(f"the body is coded as {coding!r}, which was not asked for and is not read")
    return body


def _gunzip(body: bytes, limit: int) -> bytes:
    out: list[bytes] = []
    rest, room = body, limit
    while rest:  # gzip streams may follow each other (RFC 1952, 2.2)
        if out and not rest.startswith(b"\x1f\x8b"):
            break  # zeros or other padding after the last stream: gzip itself ignores it
        stream = zlib.decompressobj(31)
        piece = _drain(stream, rest, room)
        room -= len(piece)
        out.append(piece)
        rest = stream.unused_data
    if not out:
        raise TruncatedBody("the body should be gzip and is empty")
    return b"".join(out)


def _inflate(body: bytes, limit: int) -> bytes:
    try:
        return _drain(zlib.decompressobj(zlib.MAX_WBITS), body, limit)
    except TruncatedBody:
        raise
    except DecodingError:  # many servers send the bare stream without zlib's frame
        return _drain(zlib.decompressobj(-zlib.MAX_WBITS), body, limit)


def _drain(stream: zlib._Decompress, data: bytes, room: int) -> bytes:
    out: list[bytes] = []
    size = 0
    try:
        while not stream.eof:
            piece = stream.decompress(data, CHUNK)
            data = stream.unconsumed_tail
            size += len(piece)
            out.append(piece)
            if size > room:
                raise DecodingError(f"the body decodes to more than {room} bytes")
            if not piece and not data:
                raise TruncatedBody("the coded body ends before its end")
    except zlib.error as error:
        raise DecodingError(f"the coded body is damaged: {error}") from None
    return b"".join(out)
