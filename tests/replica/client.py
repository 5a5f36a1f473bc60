"""A plain client for the replica's own tests: no redirects, no decoding, certificates verified."""

from __future__ import annotations

import gzip
import http.client
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.replica import Replica


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, body as on the wire; header names lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """The body with its gzip undone."""
        zipped = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(self.body) if zipped else self.body


def fetch(
    replica: Replica, url: str, *, method: str = "GET", body: bytes | None = None, **headers: str
) -> Answer:
    """One request through the proxy; `If_None_Match="x"` sends `If-None-Match: x`."""
    parts = urlsplit(url)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=replica.ca_file)
        connection = http.client.HTTPSConnection("127.0.0.1", replica.port, timeout=20, context=context)
        connection.set_tunnel(parts.hostname or "", 443)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
    else:
        connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=20)
        target = url
    try:
        connection.request(method, target, body=body, headers=sent)
        answer = connection.getresponse()
        return Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
    finally:
        connection.close()
