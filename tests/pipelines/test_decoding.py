"""Content decoding: whole and right, or an error."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pipelines.decoding import decode
from pipelines.errors import DecodingError, TruncatedBody

TEXT = "政府信息公开".encode() * 5000
GZIP = [("Content-Encoding", "gzip")]


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), "X-GZIP"),
        (gzip.compress(TEXT[:999]) + gzip.compress(TEXT[999:]), "gzip"),
        (gzip.compress(TEXT) + b"\0" * 100, "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (zlib.compress(TEXT)[2:-4], "deflate"),
        (gzip.compress(zlib.compress(TEXT)), "deflate, gzip"),
    ],
    ids=["plain", "gzip", "old name", "two members", "padded", "zlib", "bare deflate", "twice"],
)
def test_a_whole_body_is_decoded(body: bytes, coding: str) -> None:
    assert decode(body, [("content-encoding", coding)]) == TEXT


def test_without_the_header_a_body_stays_as_it_is() -> None:
    assert decode(gzip.compress(TEXT), [("Content-Type", "application/gzip")]) == gzip.compress(TEXT)


@pytest.mark.parametrize("cut", [0, 1, 9, 20, -9, -8, -1])
def test_a_gzip_body_cut_anywhere_is_truncated(cut: int) -> None:
    with pytest.raises(TruncatedBody):
        decode(gzip.compress(TEXT)[:cut], GZIP)


def test_a_wrong_checksum_is_an_error() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[-6] ^= 1
    with pytest.raises(DecodingError, match="damaged"):
        decode(bytes(body), GZIP)


def test_what_is_no_gzip_is_an_error() -> None:
    with pytest.raises(DecodingError):
        decode(b"<html></html>", GZIP)


def test_an_unknown_coding_is_an_error() -> None:
    with pytest.raises(DecodingError, match="'br'"):
        decode(TEXT, [("Content-Encoding", "br")])


def test_a_bomb_is_stopped_at_the_limit() -> None:
    with pytest.raises(DecodingError, match="more than 1000000 bytes"):
        decode(gzip.compress(bytes(50_000_000)), GZIP, limit=1_000_000)
