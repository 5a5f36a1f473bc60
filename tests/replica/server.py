"""The proxy: the standard library's HTTP server, answering for the played hosts over http and CONNECT.

Owns validators, 304, HEAD, gzip and the log of requests. What a page holds is the site's business
(`site.py`), how a request can go wrong is `failures.py`'s.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.replica.certificates import Authority
from tests.replica.failures import Failures
from tests.replica.site import Asked, Page, Site

MAX_BODY = 1 << 20
"""Bytes of a request's body that are read."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server saw it; `url` is absolute, header names are lower-case."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    time: datetime
    body: str = ""
    """What was posted, read as UTF-8."""

    @property
    def host(self) -> str:
        """The host that was asked for."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """Path and query."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


class Server(ThreadingHTTPServer):
    """Holds the sites, the log and the open connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, sites: dict[str, Site], authority: Authority, failures: Failures) -> None:
        self.sites = sites
        self.failures = failures
        self.log: list[Request] = []
        self.errors: list[BaseException] = []
        """Exceptions that no client caused: bugs of the replica."""
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._making = threading.RLock()  # `/warm` on the control host asks for pages while it is a page
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context of a played host, made at its first connection."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._authority.context(host)
            return self._contexts[host]

    def page(self, host: str, path: str) -> Page | None:
        """What the site says to a plain GET."""
        return self.answer(Asked(path, host=host))

    def answer(self, asked: Asked) -> Page | None:
        """What the site says; pages are made one at a time (PDF and font libraries are not thread-safe)."""
        with self._making:
            return self.sites[asked.host].answer(asked)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)

    def hold(self, connection: socket.socket) -> None:
        """Remembers an open connection, to be cut when the replica stops."""
        with self._lock:
            self._open.add(connection)

    def release(self, connection: socket.socket) -> None:
        """Forgets a closed connection."""
        with self._lock:
            self._open.discard(connection)

    def stop(self) -> None:
        """Stops accepting and cuts every open connection."""
        self.shutdown()
        self.server_close()
        with self._lock:
            left = list(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client: plain requests with absolute addresses, or a tunnel."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    _tunnel: str | None = None
    _body: bytes = b""

    def setup(self) -> None:
        super().setup()
        self.server.hold(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.server.release(self.connection)
        if self._tunnel is not None:
            self.connection.close()

    def version_string(self) -> str:
        """What the Server header says."""
        return "Replica/1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: the log is `Replica.log`."""

    def do_CONNECT(self) -> None:
        """Opens a tunnel to a played host and speaks TLS in it."""
        host = self.path.rpartition(":")[0].lower()
        if host not in self.server.sites:
            self._refuse(host)
            return
        self.record(200)
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.wfile.flush()
        self.server.release(self.connection)
        self.connection = self.server.context(host).wrap_socket(self.connection, server_side=True)
        self.server.hold(self.connection)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", -1)
        self._tunnel = host
        self.close_connection = False

    def do_GET(self) -> None:
        """Answers for a played site, or as the failure that was asked for."""
        self._body = self._read_body()
        url = self.url()
        parts = urlsplit(url)
        host, path = (parts.hostname or "").lower(), parts.path or "/"
        if parts.query:
            path += f"?{parts.query}"
        if host not in self.server.sites:
            self._refuse(host)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(path, self.command, self._body, headers, host, parts.scheme)
        page = self.server.answer(asked) or not_found()
        failure: Callable[[Handler, Page], None] | None = self.server.failures.take(host, path)
        if failure is not None:
            failure(self, page)
        else:
            self.reply(page)

    do_HEAD = do_GET
    do_POST = do_GET

    def reply(self, page: Page) -> None:
        """The page by the rules of HTTP: validators, 304, gzip, HEAD."""
        body, extra = page.body, dict[str, str]()
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        zipped = page.compressed == "always" or (page.compressed == "on-request" and accepts)
        if page.status == 200 and page.tagged:
            extra["ETag"] = etag(body) if not zipped else f"W/{etag(body)}"
        if page.status == 200 and page.modified is not None:
            extra["Last-Modified"] = http_date(page.modified)
        if page.location is not None:
            extra["Location"] = page.location
        if self._unchanged(page):
            self.send(304, b"", page, extra)
            return
        if zipped and body:
            body = compress(body)
            extra |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send(page.status, body, page, extra)

    def send(
        self, status: int, body: bytes, page: Page, extra: dict[str, str], length: int | None = None
    ) -> None:
        """Head and body; `length` is what the head claims, where that is not the truth."""
        self.record(status)
        self.send_response(status)
        if status != 304:
            if page.content_type is not None:
                self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def url(self) -> str:
        """The absolute address of this request."""
        if self._tunnel is not None:
            return f"https://{self._tunnel}{self.path}"
        return self.path if "://" in self.path else f"http://{self.headers.get('Host', '')}{self.path}"

    def _read_body(self) -> bytes:
        """What was posted; read before anything is answered, or it would be taken for the next request."""
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), MAX_BODY)) if length.isdigit() else b""

    def _unchanged(self, page: Page) -> bool:
        if page.status != 200 or self.command not in ("GET", "HEAD"):
            return False
        if (asked := self.headers.get("If-None-Match")) is not None:
            return page.tagged and etag(page.body) in asked
        since = self.headers.get("If-Modified-Since")
        if since is None or page.modified is None:
            return False
        with contextlib.suppress(ValueError):
            return page.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        return False

    def _refuse(self, host: str) -> None:
        text = f"The replica plays no host named {host!r}; it plays {', '.join(sorted(self.server.sites))}.\n"
        page = Page(content_type="text/plain; charset=utf-8")
        self.send(502, text.encode(), page, {"Connection": "close"})

    def record(self, status: int) -> None:
        """Puts this request in the log; before the answer goes out, so that who has that finds this."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = f"//{self.path}" if self.command == "CONNECT" else self.url()
        body = self._body.decode("utf-8", "replace")
        self.server.log.append(Request(self.command, url, status, headers, datetime.now(UTC), body))


def not_found() -> Page:
    """A plain 404."""
    text = "<html><head><title>404</title></head><body><h1>404 Not Found</h1></body></html>\n"
    return Page(text.encode(), status=404)


@lru_cache(maxsize=4096)
def etag(body: bytes) -> str:
    """A strong entity tag, quoted."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


@lru_cache(maxsize=4096)
def compress(body: bytes) -> bytes:
    """The same gzip bytes at any time."""
    return gzip.compress(body, 6, mtime=0)


@lru_cache(maxsize=4096)
def http_date(moment: datetime) -> str:
    """`Tue, 14 Jan 2025 01:12:00 GMT`."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
