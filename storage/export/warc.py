"""Captures as WARC 1.1 records.

What the archive holds of an exchange goes in as it is; docs/archive.md says what the journal does not
keep and what stands in its place. Bodies are without transfer encoding, as the HTTP client hands them
on, and with their content encoding. A response gets no framing header that was not received: without
Content-Length and Transfer-Encoding the end of a message is the end of its data (RFC 9112, 6.3), here
the end of the record. Only a Content-Length that is not the body's goes under another name.

The same captures give the same bytes: a record's identity is derived from its line of the journal.
"""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from itertools import pairwise
from typing import IO, Any
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.archive import Archive
from storage.journal import Capture

PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
IDENTICAL = PROFILES + "identical-payload-digest"
NOT_MODIFIED = PROFILES + "server-not-modified"
RECONSTRUCTED = "X-Archive-Reconstructed"
"""Header of a redirect that the journal knows only by its addresses."""
ORIGINAL_LENGTH = "X-Archive-Orig-Content-Length"
"""The name that replay tools give to a Content-Length that does not hold for the record."""

_HTTP = "application/http; msgtype="
_FIELDS = "application/warc-fields"
_WAY = "the journal has the addresses of this redirect, neither its status nor its headers"
_TRUNCATED = {"truncated": "disconnect", "too-large": "length"}

Headers = Sequence[tuple[str, str]]


class Warc:
    """A WARC file that is being written, one gzip member for each record."""

    def __init__(self, file: IO[bytes], archive: Archive, scratch: sqlite3.Connection) -> None:
        self._writer: Any = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        self._archive = archive
        self._scratch = scratch
        scratch.execute("CREATE TABLE seen (line BLOB PRIMARY KEY) WITHOUT ROWID")
        scratch.execute("CREATE TABLE first (sha256 TEXT PRIMARY KEY, url TEXT, date TEXT) WITHOUT ROWID")

    def information(self, fields: dict[str, str], when: datetime) -> None:
        """The record at the file's head: who wrote it, from what."""
        data = _warc_fields(fields)
        self._write("warcinfo", None, when, _identity(data), _FIELDS, data)

    def add(self, capture: Capture) -> bool:
        """All records of one exchange; whether its body is new to this file.

        Raises `NotFound` or `Damaged` where the archive lacks the body.
        """
        line = capture.to_line()
        seen = self._scratch.execute(
            "INSERT OR IGNORE INTO seen VALUES (?)", (hashlib.sha256(line).digest(),)
        )
        if not seen.rowcount:
            return False  # a recovery brought one exchange into two segments
        names = (_identity(line + number.to_bytes(4, "big")) for number in range(2**32))
        self._redirects(capture, names)
        answer, target = next(names), _bare(capture.final_url)
        new = self._answer(capture, target, answer)
        if capture.method != "POST" or not _led(capture):
            self._request(capture, target, next(names), answer)
        data = b"journal: " + line.rstrip(b"\n") + b"\r\n"
        concurrent = (("WARC-Concurrent-To", answer),)
        self._write("metadata", target, capture.requested, next(names), _FIELDS, data, concurrent)
        return new

    # ------------------------------------------------------------------ the records of an exchange

    def _redirects(self, capture: Capture, names: Iterator[str]) -> None:
        way = [capture.url, *capture.redirects, capture.final_url]
        if not _led(capture):
            return
        for number, (here, there) in enumerate(pairwise(way)):
            if _bare(here) == _bare(capture.final_url):
                continue  # a loop that a cookie ended: this address has an answer of its own
            head = _Head("302 Found", [("Location", there), (RECONSTRUCTED, _WAY)], "HTTP/1.1")
            name = next(names)
            self._write_http("response", _bare(here), capture, name, head, b"")
            if number == 0 and capture.method == "POST":
                self._request(capture, _bare(here), next(names), name)

    def _answer(self, capture: Capture, target: str, name: str) -> bool:
        more = [("WARC-Truncated", why) for flag, why in _TRUNCATED.items() if flag in capture.flags]
        if capture.peer is not None:
            more.append(("WARC-IP-Address", capture.peer))
        if capture.sha256 is not None:
            more.append(("WARC-Payload-Digest", f"sha256:{capture.sha256}"))
        before = self._first(capture)
        if capture.status == 304 or before is not None:
            more.append(("WARC-Profile", NOT_MODIFIED if capture.status == 304 else IDENTICAL))
            if before is not None:
                more += [("WARC-Refers-To-Target-URI", before[0]), ("WARC-Refers-To-Date", before[1])]
            self._write_http("revisit", target, capture, name, _status_and_headers(capture, None), b"", more)
            return False
        body = b"" if capture.sha256 is None else self._archive.body(capture.sha256)
        head = _status_and_headers(capture, len(body))
        self._write_http("response", target, capture, name, head, body, more)
        if body:
            found = (capture.sha256, target, _date(capture.requested))
            self._scratch.execute("INSERT INTO first VALUES (?, ?, ?)", found)
        return bool(body)

    def _request(self, capture: Capture, target: str, name: str, answer: str) -> None:
        parts, body = urlsplit(target), (capture.request_body or "").encode("utf-8", "surrogatepass")
        headers = list(capture.request_headers)
        said = {key.lower() for key, _ in headers}
        if "host" not in said:
            headers.insert(0, ("Host", parts.netloc.rpartition("@")[2]))
        if capture.method == "POST" and "content-length" not in said:
            headers.append(("Content-Length", str(len(body))))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = _Head(f"{path} HTTP/1.1", headers, capture.method)
        self._write_http(
            "request", target, capture, name, head, body, (("WARC-Concurrent-To", answer),), kind="request"
        )

    def _first(self, capture: Capture) -> tuple[str, str] | None:
        """Address and date of the record that has the body already."""
        asked = "SELECT url, date FROM first WHERE sha256 = ?"
        found: tuple[str, str] | None = self._scratch.execute(asked, (capture.sha256,)).fetchone()
        return found

    # ------------------------------------------------------------------ bytes

    def _write_http(
        self,
        record: str,
        target: str,
        capture: Capture,
        name: str,
        head: _Head,
        body: bytes,
        more: Iterable[tuple[str, str]] = (),
        kind: str = "response",
    ) -> None:
        self._write(record, target, capture.requested, name, _HTTP + kind, body, more, head)

    def _write(
        self,
        record: str,
        target: str | None,
        when: datetime,
        name: str,
        content_type: str,
        payload: bytes,
        more: Iterable[tuple[str, str]] = (),
        head: _Head | None = None,
    ) -> None:
        block = hashlib.sha256(head.block() if head is not None else b"")
        block.update(payload)
        headers = [("WARC-Type", record), ("WARC-Record-ID", name), ("WARC-Date", _date(when))]
        headers += [("WARC-Target-URI", target)] if target is not None else []
        headers += [*more, ("WARC-Block-Digest", f"sha256:{block.hexdigest()}")]
        if record not in ("warcinfo", "revisit") and "WARC-Payload-Digest" not in dict(headers):
            headers.append(("WARC-Payload-Digest", f"sha256:{hashlib.sha256(payload).hexdigest()}"))
        described = StatusAndHeaders("", headers, protocol="WARC/1.1")
        made = ArcWarcRecord("warc", record, described, BytesIO(payload), head, content_type, len(payload))
        made.payload_length = len(payload)
        self._writer.write_record(made)


class _Head(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """Start line and headers, written byte for byte as received; warcio would percent-encode some."""

    def __init__(self, line: str, headers: Headers, protocol: str) -> None:
        super().__init__(line, list(headers), protocol=protocol)

    def block(self) -> bytes:
        """The bytes: the journal has a header's bytes as Latin-1."""
        return str(self.to_str()).encode("latin-1", "replace") + b"\r\n"

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """warcio's: what it writes."""
        self.headers_buff = self.block()


@contextmanager
def scratch() -> Iterator[sqlite3.Connection]:
    """A table on disk that vanishes: an export's memory does not grow with its site."""
    with closing(sqlite3.connect("")) as connection:
        yield connection


def _status_and_headers(capture: Capture, size: int | None) -> _Head:
    """`size` is the record's, None for a revisit, which has none of its own."""
    headers = [
        (ORIGINAL_LENGTH, value)
        if size is not None and name.lower() == "content-length" and value.strip() != str(size)
        else (name, value)
        for name, value in capture.headers
    ]
    try:
        phrase = HTTPStatus(capture.status).phrase
    except ValueError:
        phrase = "Unknown"
    return _Head(f"{capture.status} {phrase}", headers, "HTTP/1.1")


def _led(capture: Capture) -> bool:
    """Whether a redirect led on."""
    return bool(capture.redirects) or _bare(capture.url) != _bare(capture.final_url)


def _bare(url: str) -> str:
    return url.partition("#")[0]


def _date(when: datetime) -> str:
    """WARC 1.1 takes fractions of a second."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _identity(data: bytes) -> str:
    return f"<urn:uuid:{uuid.UUID(bytes=hashlib.sha256(data).digest()[:16], version=5)}>"


def _warc_fields(fields: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
